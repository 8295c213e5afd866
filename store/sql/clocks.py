"""Clock rows: what runs for a ticket, what falls due next on the desk."""

from __future__ import annotations

from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import Clock, columns
from store.values import NEVER, Instant


def of_ticket(conn: Connection, ticket_id: int) -> list[Clock]:
    sql = f"SELECT {columns(Clock)} FROM clock WHERE ticket_id = ? ORDER BY id"
    return [Clock(*r) for r in conn.execute(sql, (ticket_id,))]


def put(conn: Connection, clock: Clock) -> None:
    """Inserts or replaces the clock of (ticket, kind, cycle); a breach once recorded stays, and so does what
    it warned of."""
    conn.execute(
        "INSERT INTO clock (ticket_id, kind, cycle, policy_id, state, started_at, due_at, warn_at, target_ms, stopped_at,"
        " breached_at, warned_at, warned, reason) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (ticket_id, kind, cycle) DO UPDATE SET policy_id = excluded.policy_id, state = excluded.state, "
        "started_at = excluded.started_at, due_at = excluded.due_at, warn_at = excluded.warn_at, "
        "target_ms = excluded.target_ms, stopped_at = excluded.stopped_at, reason = excluded.reason, "
        "breached_at = coalesce(clock.breached_at, excluded.breached_at), "
        "warned_at = excluded.warned_at, warned = max(clock.warned, excluded.warned)",
        (clock.ticket_id, clock.kind, clock.cycle, clock.policy_id, clock.state, clock.started_at, clock.due_at,
         clock.warn_at, clock.target_ms, clock.stopped_at, clock.breached_at, clock.warned_at, clock.warned, clock.reason),
    )  # fmt: skip


def next_due(conn: Connection, ticket_id: int) -> tuple[Instant, str]:
    """`(due, kind)` of a ticket's earliest running clock, `(NEVER, "")` without one."""
    row = conn.execute(
        "SELECT due_at, kind FROM clock WHERE ticket_id = ? AND state = 'running' ORDER BY due_at LIMIT 1", (ticket_id,)
    ).fetchone()
    return (row[0], row[1]) if row else (NEVER, "")


class Deadline(NamedTuple):
    """One line of the clocks pane."""

    ticket_id: int
    kind: str
    state: str
    started_at: Instant
    due_at: Instant
    warn_at: Instant
    policy: str
    label: str
    assignee_id: str | None
    customer: str
    subject: str


_DEADLINE = (
    "SELECT k.ticket_id, k.kind, k.state, k.started_at, k.due_at, k.warn_at, coalesce(p.name, k.policy_id), "
    "coalesce(h.label, ''), t.assignee_id, coalesce(c.name, ''), t.subject FROM clock k JOIN ticket t ON t.id = k.ticket_id "
    "LEFT JOIN policy p ON p.id = k.policy_id LEFT JOIN channel h ON h.id = t.channel_id "
    "LEFT JOIN customer c ON c.id = t.customer_id "
)


def deadlines(conn: Connection, limit: int = 8) -> list[Deadline]:
    """The next running clocks of the desk, most overdue first."""
    sql = _DEADLINE + "WHERE k.state = 'running' ORDER BY k.due_at, k.ticket_id LIMIT ?"
    return [Deadline(*r) for r in conn.execute(sql, (limit,))]


def running_between(conn: Connection, start: Instant, end: Instant, at_most: int) -> int:
    """How many clocks fall due from `start` until before `end`, counted up to `at_most`."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM clock WHERE state = 'running' AND due_at >= ? AND due_at < ? LIMIT ?)"
    n: int = conn.execute(sql, (start, end, at_most)).fetchone()[0]
    return n


def overdue_unmarked(conn: Connection, now: Instant, limit: int = 200) -> list[Clock]:
    """Running clocks past due whose breach is not recorded yet."""
    sql = (
        f"SELECT {columns(Clock)} FROM clock WHERE state = 'running' AND due_at < ? AND breached_at IS NULL "
        "ORDER BY due_at LIMIT ?"
    )
    return [Clock(*r) for r in conn.execute(sql, (now, limit))]


def breach(conn: Connection, clock_id: int) -> None:
    """Records that a running clock's due time passed."""
    conn.execute("UPDATE clock SET breached_at = due_at WHERE id = ? AND breached_at IS NULL", (clock_id,))


UNWARNED = "state = 'running' AND warned_at IS NULL AND breached_at IS NULL"
"""Clocks that may still warn; an index holds those alone."""


def warning(conn: Connection, now: Instant, limit: int = 200) -> list[Clock]:
    """Running clocks with a warning that is due and not told."""
    sql = f"SELECT {columns(Clock)} FROM clock WHERE {UNWARNED} AND warn_at <= ? AND due_at > ? ORDER BY warn_at LIMIT ?"
    return [Clock(*r) for r in conn.execute(sql, (now, now, limit))]


def warned(conn: Connection, clock_id: int, share: int, then: Instant, done_at: Instant | None) -> None:
    """Records that a clock warned at `share` percent and warns again at `then`; `done_at`: that was its last warning."""
    sql = "UPDATE clock SET warned = max(warned, ?), warn_at = ?, warned_at = ? WHERE id = ?"
    conn.execute(sql, (share, then, done_at, clock_id))


class CaseFacts(NamedTuple):
    """What clocks know of a platform's case. `returned_at` is when its parcel came back, None while it has not."""

    id: int
    kind: str
    platform: str
    is_open: int
    opened_at: Instant
    updated_at: Instant
    due_at: Instant
    returned_at: Instant | None


def cases(conn: Connection, ticket_id: int) -> list[CaseFacts]:
    """The cases of a ticket."""
    sql = (
        "SELECT f.id, f.kind, coalesce(h.platform, ''), f.is_open, f.opened_at, f.updated_at, f.due_at, "
        "CASE WHEN f.tracking <> '' THEN (SELECT max(s.delivered_at) FROM shipment s WHERE s.status = 'delivered' AND "
        "s.tracking_key = lower(replace(replace(f.tracking, '-', ''), ' ', ''))) END "
        "FROM case_file f LEFT JOIN channel h ON h.id = f.channel_id WHERE f.ticket_id = ? ORDER BY f.id"
    )
    return [CaseFacts(*r) for r in conn.execute(sql, (ticket_id,))]
