"""Places outside the program that are told of things, and what waits to leave for them."""

from __future__ import annotations

from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import OutboxRow, columns
from store.values import Instant


class Target(NamedTuple):
    """A place. `settings` is JSON; `fault` is why the last notice did not arrive, '' when it did."""

    id: str
    name: str
    kind: str
    settings: str = "{}"
    state: str = "active"
    fault: str = ""
    sent_at: Instant = 0


def every(conn: Connection) -> list[Target]:
    return [Target(*r) for r in conn.execute(f"SELECT {columns(Target)} FROM notice_target ORDER BY id")]


def find(conn: Connection, ident: str) -> Target | None:
    row = conn.execute(f"SELECT {columns(Target)} FROM notice_target WHERE id = ?", (ident,)).fetchone()
    return Target(*row) if row else None


def put(conn: Connection, target: Target) -> None:
    """Adds a target or puts it in place of the one with its id."""
    marks = ", ".join("?" * len(target))
    conn.execute(f"INSERT OR REPLACE INTO notice_target ({columns(Target)}) VALUES ({marks})", target)


def remove(conn: Connection, ident: str) -> None:
    conn.execute("DELETE FROM notice_target WHERE id = ?", (ident,))


def note(conn: Connection, ident: str, fault: str, sent_at: Instant | None) -> None:
    """Notes how the last notice went; `sent_at` where it arrived."""
    sql = "UPDATE notice_target SET fault = ?, sent_at = coalesce(?, sent_at) WHERE id = ?"
    conn.execute(sql, (fault, sent_at, ident))


def waiting(conn: Connection, channel_id: str, tries_from: Instant | None = None, limit: int = 100) -> list[OutboxRow]:
    """Notices that wait for one target, oldest first; with `tries_from` only those that may be tried by then."""
    sql = f"SELECT {columns(OutboxRow)} FROM outbox WHERE state = 'held' AND kind = 'notice' AND channel_id = ?"
    if tries_from is not None:
        sql += f" AND next_try_at <= {tries_from:d}"
    return [OutboxRow(*r) for r in conn.execute(f"{sql} ORDER BY id LIMIT ?", (channel_id, limit))]
