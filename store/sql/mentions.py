"""Agents named in notes, and whether they have seen it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from store.connection import Connection
from store.values import Instant


class Mention(NamedTuple):
    """A note that names an agent. `seen_at` is 0 until they looked."""

    agent_id: str
    message_id: int
    ticket_id: int
    at: Instant
    seen_at: Instant
    author_id: str
    body: str
    subject: str


def put(conn: Connection, message_id: int, agents: Iterable[str], at: Instant) -> None:
    """Names agents in a note that is there already."""
    sql = (
        "INSERT OR IGNORE INTO mention (agent_id, message_id, ticket_id, at) "
        "SELECT ?, id, ticket_id, ? FROM message WHERE id = ?"
    )
    conn.executemany(sql, [(agent, at, message_id) for agent in agents])


def forget(conn: Connection, message_id: int) -> None:
    """The note was taken back."""
    conn.execute("DELETE FROM mention WHERE message_id = ?", (message_id,))


def unseen(conn: Connection, agent_id: str, limit: int = 200) -> list[Mention]:
    """What an agent has not looked at yet, oldest first."""
    sql = (
        "SELECT n.agent_id, n.message_id, n.ticket_id, n.at, n.seen_at, m.author_id, m.body, t.subject FROM mention n "
        "JOIN message m ON m.id = n.message_id JOIN ticket t ON t.id = n.ticket_id "
        "WHERE n.agent_id = ? AND n.seen_at = 0 ORDER BY n.at, n.message_id LIMIT ?"
    )
    return [Mention(*r) for r in conn.execute(sql, (agent_id, limit))]


def see(conn: Connection, agent_id: str, ticket_id: int, at: Instant) -> int:
    """Marks an agent's mentions in a ticket as seen; returns how many were new."""
    sql = "UPDATE mention SET seen_at = ? WHERE agent_id = ? AND ticket_id = ? AND seen_at = 0"
    return int(conn.execute(sql, (at, agent_id, ticket_id)).rowcount)
