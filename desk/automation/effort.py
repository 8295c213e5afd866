"""How much of an agent's day a ticket takes, in points of ten minutes: what loads are added up from.

An ordinary question is one point. The points per type are the house's estimate; a ticket whose expected duration is
known (the custom field `expected_duration`) counts by that instead.
"""

from __future__ import annotations

from store import events
from store.connection import Connection
from store.sql import tickets
from store.sql.rows import Ticket
from store.unit import UnitOfWork
from store.values import MINUTE

POINT = 10 * MINUTE
"""Milliseconds of work in one point."""
MOST = 48
"""A day's work; nothing counts for more."""
EXPECTED = "expected_duration"

BY_TYPE = {
    "not_received": 2, "damaged": 2, "defective": 3, "quality": 2, "not_as_described": 2, "wrong_item": 2,
    "missing_parts": 2, "incompatible": 2, "return_exchange": 2, "refund": 2, "customs_tax": 2,
    "counterfeit_safety": 4, "usage_warranty": 3, "dispute_review": 4,
}  # fmt: skip
"""Points of the types that take more than one."""


def points(type_: str, expected_ms: int | None = None) -> int:
    """The effort of a ticket of a type, or by how long it is expected to take."""
    if expected_ms is None or expected_ms <= 0:
        return BY_TYPE.get(type_, 1)
    return max(1, min(MOST, -(-expected_ms // POINT)))


def keep(unit: UnitOfWork, ticket_id: int) -> None:
    """Makes a ticket's effort true after its type or expected duration changed; the loads follow."""
    ticket = tickets.get(unit.conn, ticket_id)
    if ticket is not None:
        weighed(unit, ticket)


def weighed(unit: UnitOfWork, ticket: Ticket) -> Ticket:
    """The ticket with its effort as it should be, which is stored."""
    effort = points(ticket.type, _expected(unit.conn, ticket.id))
    if effort == ticket.effort or (ticket.effort != 1 and _said(unit.conn, ticket.id)):
        return ticket
    tickets.update(unit.conn, ticket.id, {"effort": effort}, bump=False)
    return ticket._replace(effort=effort)


def _said(conn: Connection, ticket_id: int) -> bool:
    """Whether somebody set the effort by hand: their word stands."""
    return any("effort" in (e.payload or {}).get("changes", {}) for e in events.of_ticket(conn, ticket_id))


def _expected(conn: Connection, ticket_id: int) -> int | None:
    sql = "SELECT number FROM field_value WHERE ticket_id = ? AND field_id = ?"
    row = conn.execute(sql, (ticket_id, EXPECTED)).fetchone()
    return row[0] if row else None
