"""Tickets that belong together and stay two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.changes import require, together
from store.errors import N_, Conflict, Invalid, NotFound
from store.events import Event
from store.sql import links
from store.sql.links import RELATED, Link
from store.unit import UnitOfWork

_OPPOSITE = {"linked": "unlinked", "unlinked": "linked"}


def link(unit: UnitOfWork, ticket_id: int, other_id: int) -> int:
    """Says that two tickets belong together; returns the event's seq, 0 where that was known. Raises NotFound, Invalid
    for one and the same."""
    require(unit, ticket_id), require(unit, other_id)
    if ticket_id == other_id:
        raise Invalid(N_("{item} cannot be linked to itself."), item=f"#{ticket_id}", next=N_("Name two tickets."))
    if _linked(unit, ticket_id, other_id):
        return 0
    links.put(unit.conn, Link(ticket_id, other_id, RELATED, unit.now))
    return _tell(unit, "linked", ticket_id, other_id)


def unlink(unit: UnitOfWork, ticket_id: int, other_id: int) -> int:
    """Takes a link away. Raises NotFound where there is none."""
    if not _drop(unit, ticket_id, other_id):
        raise NotFound(N_("{item} and {other} are not linked."), item=f"#{ticket_id}", other=f"#{other_id}",
                       next=N_("See: deskhand show {item}"))  # fmt: skip
    return _tell(unit, "unlinked", ticket_id, other_id)


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where somebody did it before."""
    _put(unit, event, _OPPOSITE[event.verb])


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where somebody did it before."""
    _put(unit, event, event.verb)


def _put(unit: UnitOfWork, event: Event, verb: str) -> None:
    assert event.ticket_id is not None and event.payload is not None
    ticket_id, other_id = event.ticket_id, int(event.payload["other"])
    if verb == "unlinked":
        good = _drop(unit, ticket_id, other_id)
    else:
        known = _linked(unit, ticket_id, other_id)
        good = not known and links.put(unit.conn, Link(ticket_id, other_id, RELATED, unit.now))
    if not good:
        raise Conflict(N_("Somebody has changed since whether {item} and {other} are linked."), item=f"#{ticket_id}",
                       other=f"#{other_id}", next=N_("Nothing was undone there."))  # fmt: skip


def _linked(unit: UnitOfWork, ticket_id: int, other_id: int) -> bool:
    """From either side."""
    both = {ticket_id, other_id}
    return any({k.ticket_id, k.other_id} == both for k in links.of(unit.conn, ticket_id) if k.kind == RELATED)


def _drop(unit: UnitOfWork, ticket_id: int, other_id: int) -> bool:
    return any(links.drop(unit.conn, a, b, RELATED) for a, b in ((ticket_id, other_id), (other_id, ticket_id)))


def _tell(unit: UnitOfWork, verb: str, ticket_id: int, other_id: int) -> int:
    """On both tickets, as one step."""
    with together(unit):
        told: Mapping[str, Any] = {"other": other_id, "tickets": [other_id]}
        seq = unit.append(verb, told, ticket_id=ticket_id)
        unit.append(verb, {"other": ticket_id, "mirror": seq}, ticket_id=other_id)
    return seq
