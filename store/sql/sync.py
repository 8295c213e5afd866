"""What sync keeps: cursors, leases, quarantine, channel health."""

from __future__ import annotations

import re
from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import columns
from store.values import Instant

_REACHED = "round {channel}"
_THROUGH = "through {channel} {stream}"


def cursor(conn: Connection, channel_id: str, stream: str) -> str:
    row = conn.execute("SELECT value FROM cursor WHERE channel_id = ? AND stream = ?", (channel_id, stream)).fetchone()
    return row[0] if row else ""


def put_cursor(conn: Connection, channel_id: str, stream: str, value: str, now: Instant) -> None:
    conn.execute(
        "INSERT INTO cursor (channel_id, stream, value, updated_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (channel_id, stream) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        (channel_id, stream, value, now),
    )


def reached(conn: Connection, channel_id: str) -> str:
    """The stream at which the platform's limit ended the last round through a channel's streams; "" where none did."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_REACHED.format(channel=channel_id),)).fetchone()
    return row[0] if row else ""


def put_reached(conn: Connection, channel_id: str, stream: str) -> None:
    """Notes it; "" forgets it."""
    conn.execute("DELETE FROM meta WHERE key = ?", (_REACHED.format(channel=channel_id),))
    if stream:
        conn.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (_REACHED.format(channel=channel_id), stream))


def through(conn: Connection, channel_id: str, stream: str) -> Instant:
    """When a stream that is asked for seldom was last gone through to its end; 0 where it never was."""
    key = _THROUGH.format(channel=channel_id, stream=stream)
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else 0


def put_through(conn: Connection, channel_id: str, stream: str, now: Instant) -> None:
    conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                 (_THROUGH.format(channel=channel_id, stream=stream), str(now)))  # fmt: skip


class Lease(NamedTuple):
    """A single-handed job and who holds it until when."""

    name: str
    holder: str
    epoch: int
    expires_at: Instant
    version: str


def lease(conn: Connection, name: str) -> Lease | None:
    row = conn.execute(f"SELECT {columns(Lease)} FROM lease WHERE name = ?", (name,)).fetchone()
    return Lease(*row) if row else None


def take_lease(conn: Connection, name: str, holder: str, now: Instant, until: Instant, version: str) -> Lease | None:
    """Takes or renews a lease that is free, expired or ours; None while somebody else holds it. A change of holder
    raises the epoch, so that a holder who slept through its expiry can tell."""
    old = lease(conn, name)
    if old is not None and old.holder != holder and old.expires_at > now:
        return None
    epoch = old.epoch + (old.holder != holder) if old else 1
    conn.execute(
        "INSERT INTO lease (name, holder, epoch, expires_at, version) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = excluded.epoch, "
        "expires_at = excluded.expires_at, version = excluded.version",
        (name, holder, epoch, until, version),
    )
    return Lease(name, holder, epoch, until, version)


def drop_lease(conn: Connection, name: str, holder: str) -> None:
    conn.execute("UPDATE lease SET expires_at = 0 WHERE name = ? AND holder = ?", (name, holder))


class Held(NamedTuple):
    """A quarantined record; `raw` is the blob's sha256."""

    id: int
    channel_id: str
    ref: str
    reason: str
    raw: str
    at: Instant
    state: str


def quarantine(conn: Connection, channel_id: str, ref: str, reason: str, raw: str, now: Instant) -> bool:
    """Keeps a bad record; False when it is there already."""
    sql = "INSERT OR IGNORE INTO quarantine (channel_id, ref, reason, raw, at) VALUES (?, ?, ?, ?, ?)"
    return conn.execute(sql, (channel_id, ref, reason, raw, now)).rowcount == 1


def quarantined(conn: Connection, limit: int = 200) -> list[Held]:
    sql = f"SELECT {columns(Held)} FROM quarantine WHERE state = 'held' ORDER BY id DESC LIMIT ?"
    return [Held(*r) for r in conn.execute(sql, (limit,))]


def held(conn: Connection, held_id: int) -> Held | None:
    """One record, whatever became of it."""
    row = conn.execute(f"SELECT {columns(Held)} FROM quarantine WHERE id = ?", (held_id,)).fetchone()
    return Held(*row) if row else None


def held_count(conn: Connection) -> int:
    """How many records wait for a person."""
    n: int = conn.execute("SELECT count(*) FROM quarantine WHERE state = 'held'").fetchone()[0]
    return n


def settle_quarantine(conn: Connection, held_id: int, state: str) -> None:
    conn.execute("UPDATE quarantine SET state = ? WHERE id = ?", (state, held_id))


class Left(NamedTuple):
    """What was left of one of a platform's limits when it was last asked."""

    bucket: str
    calls: float
    at: Instant


def quota(conn: Connection, channel_id: str) -> list[Left]:
    """The least first."""
    sql = "SELECT bucket, level / 1000.0, at FROM quota WHERE channel_id = ? ORDER BY level, bucket"
    return [Left(*r) for r in conn.execute(sql, (channel_id,))]


def good(conn: Connection, channel_id: str, now: Instant) -> bool:
    """Notes a good sync; True when this ends a fault."""
    was = conn.execute("SELECT fault FROM channel WHERE id = ?", (channel_id,)).fetchone()
    conn.execute("UPDATE channel SET last_good_at = ?, fault = '', fault_at = 0 WHERE id = ?", (now, channel_id))
    return bool(was and was[0])


def bad(conn: Connection, channel_id: str, fault: str, now: Instant) -> bool:
    """Notes a fault; True when it is news: a repeated failure is told once, also where only its numbers differ. A fault
    that turns into another one goes on since the first."""
    was = conn.execute("SELECT fault FROM channel WHERE id = ?", (channel_id,)).fetchone()
    if was and _same(was[0], fault):
        return False
    sql = "UPDATE channel SET fault_at = CASE WHEN fault = '' THEN ? ELSE fault_at END, fault = ? WHERE id = ?"
    conn.execute(sql, (now, fault, channel_id))
    return True


def _same(one: str, other: str) -> bool:
    return re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other)
