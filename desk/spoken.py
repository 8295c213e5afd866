"""A ticket's facts from its messages: who waits since when, what was answered. Pure; used where messages change tickets.

What a person decided stands: which messages are owed an answer is read from the ticket they are in, and goes with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from store.sql.moving import Voice
from store.sql.rows import Ticket
from store.values import Instant

_COUNTED = ("in", "out", "note")


class Said(NamedTuple):
    """A message as its ticket knew it. `voice` is buyer, us, machine (nobody wrote it), note or removed; `at` when the
    desk counts it; `owed` a buyer message still waited for; `waived` a first one said to need no reply; `answers` the
    wait a reply ended."""

    id: int
    voice: str
    at: Instant
    owed: bool = False
    waived: bool = False
    answers: Instant | None = None


class Facts(NamedTuple):
    """Columns of a ticket."""

    first_buyer_at: Instant | None
    waiting_since: Instant | None
    first_reply_at: Instant | None
    last_reply_at: Instant | None
    answered_from: Instant | None
    first_waived: int
    last_message_id: int
    message_count: int

    def columns(self) -> dict[str, Any]:
        return self._asdict()


def stored(ticket: Ticket) -> Facts:
    """The facts a ticket has now."""
    return Facts(*(getattr(ticket, name) for name in Facts._fields))


def said(ticket: Ticket, found: Iterable[Voice]) -> list[Said]:
    """The messages of a ticket with what is known of each, in the order they count."""
    spam_is_buyer = ticket.automatic != "spam"
    made = sorted((_said(v, ticket, spam_is_buyer) for v in found), key=lambda s: (s.at, s.id))
    first = next((n for n, s in enumerate(made) if s.voice == "buyer"), None)
    if first is not None:  # the ticket knows best: history counts by the date of writing
        at = made[first].at if ticket.first_buyer_at is None else ticket.first_buyer_at
        made[first] = made[first]._replace(at=at, waived=bool(ticket.first_waived))
    last = max((n for n, s in enumerate(made) if s.voice == "us"), default=None)
    waiting: Instant | None = None
    for n, one in enumerate(made):
        if one.voice == "buyer" and not one.owed and waiting is None:
            waiting = one.at
        elif one.voice == "us":
            made[n] = one._replace(answers=ticket.answered_from if n == last else waiting)
            waiting = None
    return made


def facts(said: Sequence[Said]) -> Facts:
    """What a ticket that holds exactly these messages knows."""
    buyers = [s for s in said if s.voice == "buyer"]
    replies = [s for s in said if s.voice == "us"]
    first = min(buyers, key=lambda s: (s.at, s.id), default=None)
    waiting = min((s.at for s in buyers if s.owed), default=None)
    last = max(replies, key=lambda s: (s.at, s.id), default=None)
    answered = None
    if first is not None and (waiting is None or waiting > first.at):
        answered = min((r.at for r in replies if r.at >= first.at or r.id > first.id), default=None)
    return Facts(
        first_buyer_at=first.at if first else None,
        waiting_since=waiting,
        first_reply_at=answered,
        last_reply_at=last.at if last else None,
        answered_from=last.answers if last else None,
        first_waived=int(first.waived) if first else 0,
        last_message_id=max((s.id for s in said if s.voice in ("buyer", "us", "machine")), default=0),
        message_count=sum(s.voice != "removed" for s in said),
    )


def _said(v: Voice, ticket: Ticket, spam_is_buyer: bool) -> Said:
    if v.direction not in _COUNTED:
        return Said(v.id, "removed", v.received_at)
    if v.direction == "note":
        return Said(v.id, "note", v.received_at)
    if v.direction == "out":
        return Said(v.id, "machine" if v.automatic else "us", v.sent_at)
    buyer = not v.automatic or (v.automatic == "spam" and spam_is_buyer)
    waits = ticket.waiting_since
    owed = buyer and waits is not None and v.received_at >= waits
    return Said(v.id, "buyer" if buyer else "machine", v.received_at, owed=owed)
