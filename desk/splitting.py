"""One ticket of two matters becomes two: messages move into a new ticket, and both count anew from what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.changes import require, together, write
from desk.clocks.keep import keep
from desk.merging import WAITING
from desk.spoken import Facts, Said, facts, said, stored
from store.errors import N_, Conflict, Invalid, Refused
from store.events import Event
from store.sql import links, messages, moving, outbox, people, tickets
from store.sql.links import MERGED, SPLIT, Link
from store.sql.rows import Ticket
from store.unit import UnitOfWork
from store.values import clean_line, fold

_COPIED = (
    "channel_id", "platform", "priority", "type", "cause", "ask", "automatic", "lang", "country", "order_number",
    "assignee_id", "group_id",
)  # fmt: skip
_ORDERS = "ticket_order"


def split(unit: UnitOfWork, ticket_id: int, message_ids: Sequence[int], *, subject: str = "") -> int:
    """Moves messages of a ticket into a new one and returns its number. The new one has the same owner, type, order and
    buyer (or whoever wrote the messages), and its clocks count from when its messages came in. Raises NotFound, Invalid
    for messages that are not there, and Refused where one of the two would be left without any."""
    ticket, wanted = require(unit, ticket_id), sorted(set(message_ids))
    whole = said(ticket, moving.voices(unit.conn, ticket_id))
    known = {s.id for s in whole if s.voice != "removed"}
    unknown = [i for i in wanted if i not in known]
    if unknown or not wanted:
        raise Invalid(N_("{item} has no message {numbers}."), item=f"#{ticket_id}",
                      numbers=", ".join(map(str, unknown)) or "?",
                      next=N_("See their numbers: deskhand show {item} --json"))  # fmt: skip
    gone, stays = [s for s in whole if s.id in wanted], [s for s in whole if s.id not in wanted]
    for part, text in ((gone, N_("A ticket begins with a message, and those are notes only.")),
                       (stays, N_("Nothing would be left of {item}."))):  # fmt: skip
        if not facts(part).last_message_id:
            raise Refused(text, item=f"#{ticket_id}", next=N_("Choose other messages."))
    theirs = facts(gone)
    new_id = tickets.insert(unit.conn, _new(unit, ticket, gone, subject))
    payload = {
        "tickets": [new_id],
        "into": new_id,
        "messages": wanted,
        "facts": [list(stored(ticket)), list(facts(stays)), list(theirs)],
        "status": require(unit, new_id).status,
    }
    with together(unit):
        seq = unit.append("split", payload, ticket_id=ticket_id)
        unit.append("split_from", {"from": ticket_id, "messages": len(wanted), "mirror": seq}, ticket_id=new_id)
        _forth(unit, ticket_id, payload, theirs, facts(stays))
    return new_id


def _new(unit: UnitOfWork, ticket: Ticket, gone: Sequence[Said], subject: str) -> dict[str, Any]:
    """The columns of the new ticket."""
    theirs = facts(gone)
    first = messages.get(unit.conn, next(s.id for s in gone if s.voice != "note"))
    assert first is not None
    writer = people.customer_by_key(unit.conn, f"email:{fold(first.sender_address)}") if first.direction == "in" else None
    begun = min(filter(None, (theirs.first_buyer_at, theirs.last_reply_at)), default=first.received_at)
    status = ticket.status if theirs.waiting_since is None or ticket.status == "new" else "open"
    return {
        **{name: getattr(ticket, name) for name in _COPIED},
        "customer_id": writer or ticket.customer_id,
        "subject": clean_line(subject) or first.subject or ticket.subject,
        "status": status,
        "status_since": unit.now,
        "created_at": max(ticket.created_at, min(begun, unit.now)),
        "updated_at": unit.now,
    }


def _forth(unit: UnitOfWork, ticket_id: int, p: Mapping[str, Any], theirs: Facts, ours: Facts) -> None:
    conn, new_id = unit.conn, p["into"]
    moving.messages(conn, p["messages"], new_id)
    links.put(conn, Link(new_id, ticket_id, SPLIT, unit.now))
    moving.put_pairs(conn, _ORDERS, new_id, moving.pairs(conn, _ORDERS, ticket_id))
    seq = require(unit, ticket_id).thread_seq
    tickets.update(conn, new_id, {**theirs.columns(), "thread_seq": seq}, bump=False)
    tickets.update(conn, ticket_id, {**ours.columns(), "updated_at": unit.now})
    keep(unit, ticket_id)
    keep(unit, new_id)


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Puts the messages back; the new ticket stays as a closed shell that leads to the old one. Raises Conflict where
    something was said in it since, Refused while a reply to it waits."""
    ticket_id, p = _of(event)
    new_id, conn = p["into"], unit.conn
    old, new = require(unit, ticket_id), require(unit, new_id)
    there = moving.voices(conn, new_id)
    if {v.id for v in there} != set(p["messages"]) or moving.singles(conn, new_id, ticket_id):
        raise Conflict(N_("{item} is not as it was split off: something new is in it, or it was merged."),
                       item=f"#{new_id}", next=N_("Merge it instead: deskhand merge {item} {other}"),
                       other=f"#{ticket_id}")  # fmt: skip
    waiting = outbox.of_ticket(conn, new_id, *WAITING)
    if waiting:
        raise Refused(N_("A reply to {item} waits in the outbox (row {row}) and would leave without its ticket."),
                      item=f"#{new_id}", row=waiting[0].id, next=N_("Take it back, or wait until it has left."))  # fmt: skip
    before, rest, theirs = (Facts(*row) for row in p["facts"])
    exact = stored(old) == rest and stored(new) == theirs
    whole = before if exact else facts([*said(new, there), *said(old, moving.voices(conn, ticket_id))])
    moving.messages(conn, p["messages"], ticket_id)
    moving.drop_pairs(conn, _ORDERS, new_id, [row[0] for row in moving.pairs(conn, _ORDERS, new_id)])
    links.drop(conn, new_id, ticket_id, SPLIT)
    links.put(conn, Link(new_id, ticket_id, MERGED, unit.now))
    tickets.update(conn, new_id, facts(()).columns(), bump=False)
    tickets.update(conn, ticket_id, {**whole.columns(), "updated_at": unit.now})
    write(unit, new_id, {"status": "closed", "snoozed_until": 0})
    keep(unit, ticket_id)


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Splits again. Raises Conflict where the messages are no longer together."""
    ticket_id, p = _of(event)
    ticket = require(unit, ticket_id)
    whole = said(ticket, moving.voices(unit.conn, ticket_id))
    stays = [s for s in whole if s.id not in set(p["messages"])]
    gone = [s for s in whole if s.id in set(p["messages"])]
    whose = links.drop(unit.conn, p["into"], ticket_id, MERGED)
    if not whose or len(gone) != len(p["messages"]) or not facts(stays).last_message_id:
        raise Conflict(N_("Messages of {item} have moved since."), item=f"#{ticket_id}", next=N_("Split it anew."))
    _forth(unit, ticket_id, p, facts(gone), facts(stays))
    write(unit, p["into"], {"status": p["status"]})


def _of(event: Event) -> tuple[int, Mapping[str, Any]]:
    assert event.ticket_id is not None and event.payload is not None
    return event.ticket_id, event.payload
