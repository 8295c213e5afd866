"""What happened on a desk while somebody was away: what came, what is due, what colleagues did. Reading only."""

from __future__ import annotations

from dataclasses import dataclass

from store.connection import Connection
from store.sql import people
from store.values import HOUR, MINUTE, Instant

AWAY = 30 * MINUTE
"""Shorter absences are not worth a summary."""
SOON = 2 * HOUR
"""What falls due within this is said to be due soon."""


@dataclass(frozen=True, slots=True)
class Since:
    """Counts are of tickets. `came` are open ones in which buyers wrote, `mine` those of them that are this agent's,
    `due` what is overdue or soon due and theirs or nobody's. `did` is (colleague, answered, solved)."""

    at: Instant
    came: int
    mine: int
    due: int
    did: tuple[tuple[str, int, int], ...]

    @property
    def anything(self) -> bool:
        return bool(self.came or self.due or self.did)


def left_at(conn: Connection, agent_id: str, session: str) -> Instant | None:
    """When this agent was last here in another session: as they left, or the last sign of life of a session that broke
    off. None for somebody who was never here."""
    return people.last_seen(conn, agent_id, session)


def since(conn: Connection, agent_id: str, at: Instant, now: Instant) -> Since:
    """What happened from `at` until `now`."""
    start = _seq_at(conn, at)
    came, mine = conn.execute(
        "SELECT count(*), coalesce(sum(t.assignee_id = ?), 0) FROM ticket t WHERE t.is_open = 1 AND t.id IN "
        "(SELECT e.ticket_id FROM event e WHERE e.seq > ? AND e.verb = 'received')",
        (agent_id, start),
    ).fetchone()
    (due,) = conn.execute(
        "SELECT count(*) FROM ticket WHERE is_open = 1 AND due_at <= ? AND snoozed_until <= ? "
        "AND coalesce(assignee_id, ?) = ?",
        (now + SOON, now, agent_id, agent_id),
    ).fetchone()
    did = conn.execute(
        "SELECT actor_id, count(DISTINCT CASE WHEN verb = 'reply_queued' THEN ticket_id END), "
        "count(DISTINCT CASE WHEN json_extract(payload, '$.changes.status[1]') = 'solved' THEN ticket_id END) "
        "FROM event WHERE seq > ? AND actor_kind = 'agent' AND actor_id <> ? GROUP BY actor_id ORDER BY actor_id",
        (start, agent_id),
    ).fetchall()
    return Since(at, came, mine, due, tuple(tuple(row) for row in did if row[1] or row[2]))


def _seq_at(conn: Connection, at: Instant) -> int:
    """The newest event at or before an instant; the log is in the order of time."""
    low, high = 0, conn.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
    while low < high:
        middle = (low + high + 1) // 2
        row = conn.execute("SELECT at FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (middle,)).fetchone()
        if row is not None and row[0] > at:
            high = middle - 1
        else:
            low = middle
    return low
