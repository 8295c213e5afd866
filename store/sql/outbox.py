"""The outbox: one row per thing that leaves, every step compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.connection import Connection
from store.sql.rows import OutboxRow, columns
from store.values import Instant

_ROW = f"SELECT {columns(OutboxRow)} FROM outbox"
_NOT_PAUSED = "channel_id NOT IN (SELECT id FROM channel WHERE state = 'paused')"


def insert(conn: Connection, values: Mapping[str, Any]) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    return conn.execute(f"INSERT INTO outbox ({names}) VALUES ({marks})", tuple(values.values())).lastrowid


def get(conn: Connection, row_id: int) -> OutboxRow | None:
    row = conn.execute(f"{_ROW} WHERE id = ?", (row_id,)).fetchone()
    return OutboxRow(*row) if row else None


def by_key(conn: Connection, key: str) -> OutboxRow | None:
    row = conn.execute(f"{_ROW} WHERE key = ?", (key,)).fetchone()
    return OutboxRow(*row) if row else None


def of_ticket(conn: Connection, ticket_id: int, *states: str) -> list[OutboxRow]:
    sql = f"{_ROW} WHERE ticket_id = ? AND state IN ({', '.join('?' * len(states))}) ORDER BY id"
    return [OutboxRow(*r) for r in conn.execute(sql, (ticket_id, *states))]


def listed(conn: Connection, *states: str, limit: int = 200) -> list[OutboxRow]:
    """Rows in any of `states` (all when none is named), newest first."""
    where = f"WHERE state IN ({', '.join('?' * len(states))})" if states else ""
    return [OutboxRow(*r) for r in conn.execute(f"{_ROW} {where} ORDER BY id DESC LIMIT ?", (*states, limit))]


def due(conn: Connection, now: Instant, limit: int = 20) -> list[OutboxRow]:
    """Held rows whose take-back time is over and whose next try has come, oldest first; a paused channel's wait."""
    sql = (
        f"{_ROW} WHERE state = 'held' AND hold_until <= ? AND next_try_at <= ? AND {_NOT_PAUSED} "
        "ORDER BY hold_until, id LIMIT ?"
    )
    return [OutboxRow(*r) for r in conn.execute(sql, (now, now, limit))]


def in_doubt(conn: Connection, channel_id: str) -> list[OutboxRow]:
    """An account's replies that were handed over and are not known to have left, in the order they went."""
    sql = (
        f"{_ROW} WHERE state IN ('claimed', 'unknown', 'failed') AND channel_id = ? AND kind = 'reply' AND handed_at > 0 "
        "ORDER BY handed_at, id"
    )
    return [OutboxRow(*r) for r in conn.execute(sql, (channel_id,))]


def doubted_since(conn: Connection, since: Instant) -> list[OutboxRow]:
    """Rows of unknown outcome that were handed over since, to platforms with an API; a paused account's wait."""
    sql = (
        f"{_ROW} WHERE state = 'unknown' AND handed_at > ? AND {_NOT_PAUSED} AND channel_id IN "
        "(SELECT id FROM channel WHERE platform <> 'email' AND state <> 'removed') ORDER BY id"
    )
    return [OutboxRow(*r) for r in conn.execute(sql, (since,))]


def unsettled(conn: Connection, channel_id: str, kind: str) -> list[OutboxRow]:
    """An account's rows of a kind that may still happen, or may have happened."""
    sql = f"{_ROW} WHERE state IN ('held', 'claimed', 'unknown') AND channel_id = ? AND kind = ? ORDER BY id"
    return [OutboxRow(*r) for r in conn.execute(sql, (channel_id, kind))]


def of_kind(conn: Connection, kind: str, *states: str) -> list[OutboxRow]:
    """Rows of a kind in any of `states`, newest first."""
    sql = f"{_ROW} WHERE kind = ? AND state IN ({', '.join('?' * len(states))}) ORDER BY id DESC"
    return [OutboxRow(*r) for r in conn.execute(sql, (kind, *states))]


def of_agent_held(conn: Connection, agent_id: str, now: Instant) -> list[OutboxRow]:
    """An agent's rows that can still be taken back, oldest first."""
    sql = f"{_ROW} WHERE state = 'held' AND hold_until > ? AND agent_id = ? AND attempts = 0 ORDER BY hold_until"
    return [OutboxRow(*r) for r in conn.execute(sql, (now, agent_id))]


def next_due_at(conn: Connection) -> Instant | None:
    """When the next held row may leave."""
    row = conn.execute(
        f"SELECT min(max(hold_until, next_try_at)) FROM outbox WHERE state = 'held' AND {_NOT_PAUSED}"
    ).fetchone()
    value: Instant | None = row[0]
    return value


def move(conn: Connection, row_id: int, came_from: str, to: str, now: Instant, **values: Any) -> bool:
    """`came_from` → `to` if the row is still there; False when somebody else moved it first."""
    sets = "".join(f", {name} = ?" for name in values)
    sql = f"UPDATE outbox SET state = ?, updated_at = ?{sets} WHERE id = ? AND state = ?"
    return conn.execute(sql, (to, now, *values.values(), row_id, came_from)).rowcount == 1


def hand_over(conn: Connection, row_id: int, holder: str, now: Instant) -> bool:
    """Marks that from here on the platform may have taken it; False when the row is no longer `holder`'s to send."""
    sql = "UPDATE outbox SET handed_at = ? WHERE id = ? AND state = 'claimed' AND claimed_by = ?"
    return conn.execute(sql, (now, row_id, holder)).rowcount == 1
