"""Rules as rows, and the fingerprint of everything their conditions are compiled from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import columns


class RuleRow(NamedTuple):
    id: str
    name: str
    position: int
    state: str
    body: str
    version: int


_ROW = f"SELECT {columns(RuleRow)} FROM rule"


def listed(conn: Connection) -> list[RuleRow]:
    """Every rule, in the order they run."""
    return [RuleRow(*r) for r in conn.execute(f"{_ROW} ORDER BY position, id")]


def get(conn: Connection, rule_id: str) -> RuleRow | None:
    row = conn.execute(f"{_ROW} WHERE id = ?", (rule_id,)).fetchone()
    return RuleRow(*row) if row else None


def put(conn: Connection, row: RuleRow) -> None:
    marks = ", ".join("?" * len(row))
    conn.execute(f"INSERT OR REPLACE INTO rule ({columns(RuleRow)}) VALUES ({marks})", row)


def remove(conn: Connection, rule_id: str) -> None:
    conn.execute("DELETE FROM rule WHERE id = ?", (rule_id,))


def arrange(conn: Connection, ids: Iterable[str]) -> None:
    """Gives every rule its place."""
    conn.executemany("UPDATE rule SET position = ? WHERE id = ?", list(enumerate(ids)))


def mark(conn: Connection) -> None:
    """After any change of rules: stores what they are now known by, "" where none is in force."""
    rows = listed(conn)
    digest = hashlib.sha256(repr(rows).encode()).hexdigest() if any(r.state != "off" for r in rows) else ""
    conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('rules', ?)", (digest,))


def in_force(conn: Connection) -> bool:
    """Whether any rule is on or in shadow."""
    row = conn.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone()
    return bool(row and row[0])


def fingerprint(conn: Connection) -> tuple[str, ...]:
    """Equal as long as the rules and every name their conditions may use are the same."""
    found: tuple[str, ...] = conn.execute(
        "SELECT (SELECT value FROM meta WHERE key = 'rules'), "
        "(SELECT group_concat(id || char(31) || name, char(30)) FROM agent WHERE active = 1), "
        "(SELECT group_concat(id || char(31) || name, char(30)) FROM channel WHERE state <> 'removed'), "
        "(SELECT group_concat(id || char(31) || kind || char(31) || options, char(30)) FROM custom_field), "
        "(SELECT group_concat(id || char(31) || name, char(30)) FROM agent_group), "
        "(SELECT body FROM calendar WHERE name = 'shop')"
    ).fetchone()
    return found
