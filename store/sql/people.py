"""Customers by what they are known by, and what sessions leave behind: drafts, presence, read marks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import Customer, columns
from store.values import Instant, fold


def customer(conn: Connection, customer_id: int) -> Customer | None:
    row = conn.execute(f"SELECT {columns(Customer)} FROM customer WHERE id = ?", (customer_id,)).fetchone()
    return Customer(*row) if row else None


def customer_by_key(conn: Connection, key: str) -> int | None:
    row = conn.execute("SELECT customer_id FROM customer_key WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def beginning(conn: Connection, words: str, limit: int) -> list[Customer]:
    """Customers whose folded name or address begins with these folded words, those with an address first."""
    sql = (
        f"SELECT {columns(Customer)} FROM customer WHERE id IN ("
        "SELECT id FROM (SELECT id FROM customer WHERE name_key BETWEEN ?1 AND ?2 ORDER BY name_key LIMIT ?3) UNION "
        "SELECT customer_id FROM (SELECT customer_id FROM customer_key WHERE key BETWEEN 'email:' || ?1 AND 'email:' || ?2 "
        "LIMIT ?3)) ORDER BY email = '', name_key, id LIMIT ?3"
    )
    return [Customer(*row) for row in conn.execute(sql, (words, f"{words}\U0010ffff", limit))] if words else []


def of_tickets(conn: Connection, ids: Sequence[int]) -> list[Customer]:
    """The customers of these tickets, each once."""
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT {columns(Customer)} FROM customer WHERE id IN (SELECT customer_id FROM ticket WHERE id IN ({marks}))"
    return [Customer(*row) for row in conn.execute(sql, ids)]


def keys_of(conn: Connection, customer_id: int) -> list[str]:
    return [r[0] for r in conn.execute("SELECT key FROM customer_key WHERE customer_id = ?", (customer_id,))]


def add_customer(
    conn: Connection, *, key: str, name: str, email: str, now: Instant, lang: str = "", country: str = ""
) -> int:
    """A new customer known by `key`; returns the id."""
    customer_id = conn.execute(
        "INSERT INTO customer (name, email, lang, country, created_at, name_key) VALUES (?, ?, ?, ?, ?, ?)",
        (name, email, lang, country, now, fold(name)),
    ).lastrowid
    conn.execute("INSERT INTO customer_key (key, customer_id) VALUES (?, ?)", (key, customer_id))
    return customer_id


def known_by(conn: Connection, customer_id: int, *keys: str) -> None:
    """A customer is known by these, too; keys of somebody else, and "", are left alone."""
    sql = "INSERT OR IGNORE INTO customer_key (key, customer_id) VALUES (?, ?)"
    conn.executemany(sql, [(key, customer_id) for key in keys if key])


class Blocked(NamedTuple):
    """A blocked sender, who blocked them and when."""

    key: str
    agent_id: str
    at: Instant


def blocked(conn: Connection, keys: Iterable[str]) -> str:
    """The first of `keys` whose mail is spam; "" if none is."""
    for key in keys:
        if key and conn.execute("SELECT 1 FROM blocked_sender WHERE key = ?", (key,)).fetchone():
            return key
    return ""


def all_blocked(conn: Connection) -> list[Blocked]:
    """Every blocked sender, the newest first."""
    sql = f"SELECT {columns(Blocked)} FROM blocked_sender ORDER BY at DESC, key"
    return [Blocked(*r) for r in conn.execute(sql)]


def block(conn: Connection, key: str, agent_id: str, at: Instant) -> bool:
    """False when they are blocked already."""
    sql = "INSERT OR IGNORE INTO blocked_sender (key, agent_id, at) VALUES (?, ?, ?)"
    return bool(conn.execute(sql, (key, agent_id, at)).rowcount)


def unblock(conn: Connection, key: str) -> bool:
    """False when they are not blocked."""
    return bool(conn.execute("DELETE FROM blocked_sender WHERE key = ?", (key,)).rowcount)


class Draft(NamedTuple):
    """Unsent text. `base_seq` is the thread_seq its writer had seen."""

    ticket_id: int
    agent_id: str
    kind: str
    body: str
    template_id: str
    base_seq: int
    updated_at: Instant


def draft(conn: Connection, ticket_id: int, agent_id: str) -> Draft | None:
    sql = f"SELECT {columns(Draft)} FROM draft WHERE ticket_id = ? AND agent_id = ?"
    row = conn.execute(sql, (ticket_id, agent_id)).fetchone()
    return Draft(*row) if row else None


def put_draft(conn: Connection, d: Draft) -> None:
    conn.execute(
        "INSERT INTO draft (ticket_id, agent_id, kind, body, template_id, base_seq, updated_at) VALUES (?,?,?,?,?,?,?) "
        "ON CONFLICT (ticket_id, agent_id) DO UPDATE SET kind = excluded.kind, body = excluded.body, "
        "template_id = excluded.template_id, base_seq = excluded.base_seq, updated_at = excluded.updated_at",
        (d.ticket_id, d.agent_id, d.kind, d.body, d.template_id, d.base_seq, d.updated_at),
    )


def set_aside(conn: Connection, ticket_id: int, agent_id: str) -> None:
    """Puts an agent's draft away while they note something; `take_up` brings it back."""
    kept = draft(conn, ticket_id, agent_id)
    if kept is not None:
        sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        conn.execute(sql, (f"draft:{ticket_id}:{agent_id}", json.dumps(kept, ensure_ascii=False)))
        drop_draft(conn, ticket_id, agent_id)


def take_up(conn: Connection, ticket_id: int, agent_id: str) -> bool:
    """Makes what was put away the draft again; False where nothing was."""
    key = f"draft:{ticket_id}:{agent_id}"
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    if row is not None:
        put_draft(conn, Draft(*json.loads(row[0])))
        conn.execute("DELETE FROM meta WHERE key = ?", (key,))
    return row is not None


def drop_draft(conn: Connection, ticket_id: int, agent_id: str) -> None:
    conn.execute("DELETE FROM draft WHERE ticket_id = ? AND agent_id = ?", (ticket_id, agent_id))


def mark_read(conn: Connection, agent_id: str, ticket_id: int, message_id: int) -> None:
    conn.execute(
        "INSERT INTO read_mark (agent_id, ticket_id, message_id) VALUES (?, ?, ?) "
        "ON CONFLICT (agent_id, ticket_id) DO UPDATE SET message_id = max(read_mark.message_id, excluded.message_id)",
        (agent_id, ticket_id, message_id),
    )


class Seen(NamedTuple):
    """Somebody's open session."""

    session: str
    agent_id: str
    ticket_id: int | None
    writing: int
    seen_at: Instant


def present(conn: Connection, since: Instant) -> list[Seen]:
    """Sessions seen at or after `since`."""
    sql = f"SELECT {columns(Seen)} FROM presence WHERE seen_at >= ?"
    return [Seen(*r) for r in conn.execute(sql, (since,))]


def put_presence(conn: Connection, seen: Seen) -> None:
    conn.execute(
        "INSERT INTO presence (session, agent_id, ticket_id, writing, seen_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (session) DO UPDATE SET agent_id = excluded.agent_id, ticket_id = excluded.ticket_id, "
        "writing = excluded.writing, seen_at = excluded.seen_at",
        (seen.session, seen.agent_id, seen.ticket_id, seen.writing, seen.seen_at),
    )


def drop_presence(conn: Connection, session: str) -> None:
    conn.execute("DELETE FROM presence WHERE session = ?", (session,))


def put_last_seen(conn: Connection, agent_id: str, at: Instant) -> None:
    """Remembers when an agent left; what broken sessions of theirs left behind is told by it from now on."""
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (f"seen:{agent_id}", str(at)),
    )


def last_seen(conn: Connection, agent_id: str, session: str) -> Instant | None:
    """When an agent was last here in a session other than `session`; None for never."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (f"seen:{agent_id}",)).fetchone()
    sql = "SELECT max(seen_at) FROM presence WHERE agent_id = ? AND session <> ?"
    there: Instant | None = conn.execute(sql, (agent_id, session)).fetchone()[0]
    return max(filter(None, (int(row[0]) if row else None, there)), default=None)
