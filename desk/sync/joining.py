"""Tickets that turn out to be one conversation: a message in the middle of it came after both of its ends.

They become one, so that the order in which mail arrives never matters; what a person worked on, took apart or put
together otherwise stays as that person left it.
"""

from __future__ import annotations

from collections.abc import Iterable

from desk.changes import change, require
from desk.clocks.keep import keep
from desk.merging import merge, obstacle
from desk.spoken import facts, said, stored
from store import events
from store.errors import N_
from store.sql import moving, tickets
from store.unit import UnitOfWork

_PARTED = ("split", "split_from", "undone")


def join(unit: UnitOfWork, ticket_ids: Iterable[int]) -> tuple[int, tuple[int, ...]]:
    """(the ticket that holds the conversation now, the tickets that went into it). The first given stays unless a person
    worked on another of them; of untouched ones the oldest stays."""
    wanted = list(dict.fromkeys(ticket_ids))
    told = {t: events.of_ticket(unit.conn, t) for t in wanted}
    parted = {t for t in wanted if any(e.verb in _PARTED for e in told[t])}
    if wanted[0] in parted:
        return wanted[0], ()
    worked = [t for t in wanted if t not in parted and any(e.actor.kind == "agent" for e in told[t])]
    free = [t for t in wanted if t not in parted and t not in worked]
    target = worked[0] if worked else min(free)
    gone = tuple(t for t in sorted(free) if t != target and _into(unit, t, target))
    if gone:
        _settle(unit, target)
    return (target if wanted[0] in (*gone, target) else wanted[0]), gone


def _into(unit: UnitOfWork, source_id: int, target_id: int) -> bool:
    if obstacle(unit, require(unit, source_id), require(unit, target_id)) is not None:
        return False
    merge(unit, source_id, target_id)
    return True


def _settle(unit: UnitOfWork, ticket_id: int) -> None:
    """A reply of ours answers every question before it, also one that lay in the other ticket."""
    ticket = require(unit, ticket_id)
    voices = said(ticket, moving.voices(unit.conn, ticket_id))
    replies = [s.at for s in voices if s.voice == "us"]
    known = [s._replace(owed=s.owed and not any(at > s.at for at in replies)) for s in voices]
    now = facts(known)
    if ticket.answered_from is None and now.last_reply_at is not None:
        now = now._replace(answered_from=now.first_buyer_at)
    if now == stored(ticket):
        return
    tickets.update(unit.conn, ticket_id, now.columns(), bump=False)
    if now.waiting_since is None and now.last_reply_at is not None and ticket.status in ("new", "open"):
        change(unit, ticket_id, {"status": "pending"}, why={"text": N_("after the reply was sent")})
    keep(unit, ticket_id)
