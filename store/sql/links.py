"""Tickets that belong together: related ones, ones that went into another, ones that came out of another."""

from __future__ import annotations

from typing import NamedTuple

from store.connection import Connection
from store.values import Instant

RELATED, MERGED, SPLIT = "related", "merged", "split"


class Link(NamedTuple):
    """`ticket_id` is related to, went into (merged) or came out of (split) `other_id`."""

    ticket_id: int
    other_id: int
    kind: str
    at: Instant


def of(conn: Connection, ticket_id: int) -> list[Link]:
    """The links of a ticket from either side, oldest first."""
    sql = (
        "SELECT ticket_id, other_id, kind, at FROM ticket_link WHERE ticket_id = ? "
        "UNION SELECT ticket_id, other_id, kind, at FROM ticket_link WHERE other_id = ? ORDER BY at, ticket_id, other_id"
    )
    return [Link(*r) for r in conn.execute(sql, (ticket_id, ticket_id))]


def put(conn: Connection, link: Link) -> bool:
    """False when it is there already."""
    sql = "INSERT OR IGNORE INTO ticket_link (ticket_id, other_id, kind, at) VALUES (?, ?, ?, ?)"
    return bool(conn.execute(sql, link).rowcount)


def drop(conn: Connection, ticket_id: int, other_id: int, kind: str) -> bool:
    """False when there is none."""
    sql = "DELETE FROM ticket_link WHERE ticket_id = ? AND other_id = ? AND kind = ?"
    return bool(conn.execute(sql, (ticket_id, other_id, kind)).rowcount)


def merged_into(conn: Connection, ticket_id: int) -> int | None:
    """The ticket this one went into; None where it stands by itself."""
    sql = "SELECT other_id FROM ticket_link WHERE ticket_id = ? AND kind = 'merged' ORDER BY at DESC LIMIT 1"
    row = conn.execute(sql, (ticket_id,)).fetchone()
    return row[0] if row else None


def standing(conn: Connection, ticket_id: int) -> int:
    """The ticket that holds what this one held: itself, or the end of the merges it went through."""
    seen = {ticket_id}
    while (into := merged_into(conn, ticket_id)) is not None and into not in seen:
        seen.add(into)
        ticket_id = into
    return ticket_id
