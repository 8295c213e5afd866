"""Many rows at once, for imports: ids are given out under the write lock, rows go in by the thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from store import chain, events
from store.connection import Connection
from store.values import Actor, Instant

TICKET = (
    "id",
    "channel_id",
    "platform",
    "customer_id",
    "subject",
    "status",
    "status_since",
    "priority",
    "type",
    "cause",
    "ask",
    "escalation",
    "needs_review",
    "lang",
    "country",
    "order_number",
    "created_at",
    "updated_at",
    "first_buyer_at",
    "waiting_since",
    "first_reply_at",
    "last_reply_at",
    "answered_from",
    "last_message_id",
    "message_count",
    "thread_seq",
)
MESSAGE = (
    "id",
    "ticket_id",
    "channel_id",
    "direction",
    "sender_name",
    "sender_address",
    "recipients",
    "subject",
    "body",
    "lang",
    "sent_at",
    "received_at",
    "remote_key",
    "in_reply_to",
)
CUSTOMER = ("id", "name", "email", "lang", "country", "created_at", "name_key")
ORDER = ("id", "channel_id", "number", "number_key", "customer_id", "placed_at", "total_minor", "currency", "country")
EVENT = (
    "seq", "epoch", "at", "actor_kind", "actor_id", "verb", "version", "ticket_id", "batch_id", "cause_seq",
    "payload", "salt", "digest", "prev", "hash",
)  # fmt: skip
INDEXED = ("rowid", "subject", "body", "people", "numbers")

_IDENTIFIED = ("ticket", "message", "customer", "orders")


def next_ids(conn: Connection) -> dict[str, int]:
    """The next free id of each table that `insert` fills. True while the caller holds the write lock."""
    return {t: 1 + (conn.execute(f"SELECT max(id) FROM {t}").fetchone()[0] or 0) for t in _IDENTIFIED}


def insert(conn: Connection, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows in the order of `names`."""
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    conn.executemany(sql, rows)


def known(conn: Connection, table: str, key: str, value: str, wanted: Iterable[str]) -> dict[str, int]:
    """Those of `wanted` that stand in `table.key`, with `table.value` of each."""
    sql = f"SELECT {key}, {value} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(sql, (json.dumps(list(wanted)),)))


def known_orders(conn: Connection, channel_id: str, keys: Iterable[str]) -> dict[str, int]:
    """Order ids of one channel by number key."""
    sql = "SELECT number_key, id FROM orders WHERE channel_id = ? AND number_key IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(sql, (channel_id, json.dumps(list(keys)))))


def append(conn: Connection, at: Instant, actor: Actor, told: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
    """Appends one event per `(verb, ticket, payload)`, each chained to the one before."""
    head = events.head(conn)
    seq, prev = head.seq, head.hash
    rows = []
    for verb, ticket_id, payload in told:
        seq += 1
        salt = chain.salted()
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        header = (seq, head.epoch, at, actor.kind, actor.id, verb, 1, ticket_id, "", None)
        summed = chain.digest(salt, text)
        link = chain.link(header, summed, prev)
        rows.append((*header, text, salt, summed, prev, link))
        prev = link
    insert(conn, "event", EVENT, rows)
