"""What routing asks of the store: groups, absences, loads, whose turn it is, and who waits for an owner."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import columns
from store.values import Instant


class GroupRow(NamedTuple):
    id: str
    name: str
    body: str
    position: int


class LeaveRow(NamedTuple):
    """A planned absence, half open; `begun` once its start was acted on, 2 once its end was."""

    id: int
    agent_id: str
    starts_at: Instant
    ends_at: Instant
    note: str
    begun: int


class Waiting(NamedTuple):
    """A ticket without an owner, and what its place in a queue depends on."""

    id: int
    priority: int
    tier: str
    due_at: Instant


class Owned(NamedTuple):
    """An open ticket somebody has."""

    id: int
    due_at: Instant
    flagged: int


def groups(conn: Connection) -> list[GroupRow]:
    sql = f"SELECT {columns(GroupRow)} FROM agent_group ORDER BY position, id"
    return [GroupRow(*r) for r in conn.execute(sql)]


def put_group(conn: Connection, row: GroupRow) -> None:
    conn.execute(
        "INSERT INTO agent_group (id, name, body, position) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "name = excluded.name, body = excluded.body, position = excluded.position",
        row,
    )


def drop_group(conn: Connection, group_id: str) -> None:
    conn.execute("DELETE FROM agent_group WHERE id = ?", (group_id,))
    conn.execute("DELETE FROM meta WHERE key = ?", (_turns(group_id),))


def leaves(conn: Connection, *, after: Instant = 0) -> list[LeaveRow]:
    """Absences that end behind `after`, in the order of their start."""
    sql = f'SELECT {columns(LeaveRow)} FROM "leave" WHERE ends_at > ? ORDER BY starts_at, id'
    return [LeaveRow(*r) for r in conn.execute(sql, (after,))]


def unsettled_leaves(conn: Connection, now: Instant) -> list[LeaveRow]:
    """Absences whose start or end has passed and was not acted on yet."""
    sql = (
        f'SELECT {columns(LeaveRow)} FROM "leave" WHERE (begun = 0 AND starts_at <= ?) OR (begun = 1 AND ends_at <= ?) '
        "ORDER BY starts_at, id"
    )
    return [LeaveRow(*r) for r in conn.execute(sql, (now, now))]


def add_leave(conn: Connection, agent_id: str, starts_at: Instant, ends_at: Instant, note: str) -> int:
    sql = 'INSERT INTO "leave" (agent_id, starts_at, ends_at, note) VALUES (?, ?, ?, ?)'
    row_id: int = conn.execute(sql, (agent_id, starts_at, ends_at, note)).lastrowid
    return row_id


def set_leave(conn: Connection, leave_id: int, *, ends_at: Instant | None = None, begun: int | None = None) -> None:
    if ends_at is not None:
        conn.execute('UPDATE "leave" SET ends_at = ? WHERE id = ?', (ends_at, leave_id))
    if begun is not None:
        conn.execute('UPDATE "leave" SET begun = ? WHERE id = ?', (begun, leave_id))


def drop_leave(conn: Connection, leave_id: int) -> None:
    conn.execute('DELETE FROM "leave" WHERE id = ?', (leave_id,))


def loads(conn: Connection) -> dict[str, int]:
    """Effort of each agent's tickets that are work now (new and open), in points."""
    sql = (
        "SELECT assignee_id, sum(effort) FROM tally WHERE status IN ('new', 'open') AND assignee_id <> '' AND n > 0 "
        "GROUP BY assignee_id"
    )
    return dict(conn.execute(sql).fetchall())


def retired_owners(conn: Connection) -> list[str]:
    """Agents who have left and still own open tickets."""
    sql = (
        "SELECT DISTINCT y.assignee_id FROM tally y JOIN agent a ON a.id = y.assignee_id "
        "WHERE a.active = 0 AND y.n > 0 AND y.status NOT IN ('solved', 'closed')"
    )
    return [r[0] for r in conn.execute(sql)]


def turns(conn: Connection, group_id: str) -> dict[str, int]:
    """The running values of a group's weighted turns, by agent."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_turns(group_id),)).fetchone()
    found: dict[str, int] = json.loads(row[0]) if row else {}
    return found


def put_turns(conn: Connection, group_id: str, values: Mapping[str, int]) -> None:
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_turns(group_id), json.dumps(values)),
    )


def set_turn(conn: Connection, agent_id: str, value: int) -> None:
    conn.execute("UPDATE agent SET turn = ? WHERE id = ?", (value, agent_id))


def touch(conn: Connection, agent_id: str, now: Instant) -> None:
    """Notes that an agent has just been given a ticket."""
    conn.execute("UPDATE agent SET last_assigned_at = ? WHERE id = ?", (now, agent_id))


def waiting(conn: Connection, after: tuple[Instant, int], limit: int) -> list[Waiting]:
    """Open tickets nobody has that were put into the queue at some time, by due time, behind `(due, id)`."""
    sql = (
        "SELECT t.id, t.priority, coalesce(c.tier, ''), t.due_at FROM ticket t INDEXED BY ticket_assignee_due "
        "LEFT JOIN customer c ON c.id = t.customer_id WHERE t.is_open = 1 AND t.assignee_id IS NULL "
        "AND (t.due_at, t.id) > (?, ?) AND t.status IN ('new', 'open') "
        "AND EXISTS (SELECT 1 FROM event e WHERE e.ticket_id = t.id AND e.verb = 'queued') "
        "ORDER BY t.due_at, t.id LIMIT ?"
    )
    return [Waiting(*r) for r in conn.execute(sql, (*after, limit))]


def ever_queued(conn: Connection, ticket_id: int) -> bool:
    """Whether a ticket was put into the queue at some time."""
    sql = "SELECT EXISTS (SELECT 1 FROM event WHERE ticket_id = ? AND verb = 'queued')"
    return bool(conn.execute(sql, (ticket_id,)).fetchone()[0])


def owned(conn: Connection, agent_id: str, *, due_before: Instant, limit: int = 500) -> list[Owned]:
    """An agent's open tickets that are due before an instant, the most urgent first."""
    sql = (
        "SELECT id, due_at, flagged FROM ticket WHERE is_open = 1 AND assignee_id = ? AND due_at < ? "
        "ORDER BY due_at, id LIMIT ?"
    )
    return [Owned(*r) for r in conn.execute(sql, (agent_id, due_before, limit))]


def owned_from(conn: Connection, agent_id: str, *, due_from: Instant) -> list[Owned]:
    """An agent's open tickets that are due at an instant or later, or not at all."""
    sql = "SELECT id, due_at, flagged FROM ticket WHERE is_open = 1 AND assignee_id = ? AND due_at >= ? ORDER BY due_at, id"
    return [Owned(*r) for r in conn.execute(sql, (agent_id, due_from))]


def due_between(conn: Connection, start: Instant, end: Instant, limit: int = 50) -> list[int]:
    """Open tickets that fall due from `start` on and before `end`, the next first."""
    sql = "SELECT id FROM ticket WHERE is_open = 1 AND due_at >= ? AND due_at < ? ORDER BY due_at, id LIMIT ?"
    return [r[0] for r in conn.execute(sql, (start, end, limit))]


def had_buyer(conn: Connection, customer_id: int, but: int) -> tuple[str, Instant] | None:
    """Who has the newest ticket of a customer that anybody has, `but` one, and when it was last touched."""
    sql = (
        "SELECT assignee_id, updated_at FROM ticket WHERE customer_id = ? AND id <> ? AND assignee_id IS NOT NULL "
        "ORDER BY id DESC LIMIT 1"
    )
    row = conn.execute(sql, (customer_id, but)).fetchone()
    return (row[0], row[1]) if row else None


def had_order(conn: Connection, ticket_id: int) -> tuple[str, Instant] | None:
    """Who had the newest other ticket about one of this ticket's orders, and when it was last touched."""
    sql = (
        "SELECT t.assignee_id, t.updated_at FROM ticket_order x JOIN ticket_order y ON y.order_id = x.order_id "
        "JOIN ticket t ON t.id = y.ticket_id "
        "WHERE x.ticket_id = ? AND t.id <> x.ticket_id AND t.assignee_id IS NOT NULL ORDER BY t.id DESC LIMIT 1"
    )
    row = conn.execute(sql, (ticket_id,)).fetchone()
    return (row[0], row[1]) if row else None


class Countries(NamedTuple):
    """Where a buyer may be, by what the newest order and the customer's record say; "" where they do not."""

    order: str
    ip: str
    registration: str
    customer: str


def countries(conn: Connection, ticket_id: int, customer_id: int | None) -> Countries:
    sql = (
        "SELECT o.country, o.ip_country, o.registration_country FROM ticket_order x JOIN orders o ON o.id = x.order_id "
        "WHERE x.ticket_id = ? ORDER BY o.placed_at DESC LIMIT 1"
    )
    order = conn.execute(sql, (ticket_id,)).fetchone() or ("", "", "")
    known = conn.execute("SELECT country FROM customer WHERE id = ?", (customer_id,)).fetchone()
    return Countries(order[0], order[1], order[2], known[0] if known else "")


def _turns(group_id: str) -> str:
    return f"turns/{group_id}"
