"""Many rows at once, for imports: ids are given out under the write lock, rows go in by the thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from store import chain, events
from store.connection import Connection
from store.sql.rows import OrderItem, columns
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
ORDER_FACTS = (
    "channel_id", "number", "number_key", "customer_id", "placed_at", "status", "total_minor", "currency", "country",
    "remote_id", "updated_at", "ip_country", "registration_country", "campaign",
)  # fmt: skip
"""What a platform tells of an order."""
SHIPMENT = ("order_id", "courier", "tracking", "tracking_key", "status", "shipped_at", "delivered_at", "eta")
ORDER = ("id", "channel_id", "number", "number_key", "customer_id", "placed_at", "total_minor", "currency", "country")
EVENT = (
    "seq", "epoch", "at", "actor_kind", "actor_id", "verb", "version", "ticket_id", "batch_id", "cause_seq",
    "payload", "salt", "digest", "prev", "hash",
)  # fmt: skip
INDEXED = ("rowid", "subject", "body", "people", "numbers")

_IDENTIFIED = ("ticket", "message", "customer", "orders")


def next_ids(conn: Connection) -> dict[str, int]:
    """The next free id of each table that `insert` fills. True while the caller holds the write lock."""
    return {t: next_id(conn, t) for t in _IDENTIFIED}


def next_id(conn: Connection, table: str) -> int:
    """The next free id of one table."""
    n: int = 1 + (conn.execute(f"SELECT max(id) FROM {table}").fetchone()[0] or 0)
    return n


def insert(conn: Connection, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows in the order of `names`."""
    conn.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)


def known(conn: Connection, table: str, key: str, value: str, wanted: Iterable[str]) -> dict[str, int]:
    """Those of `wanted` that stand in `table.key`, with `table.value` of each."""
    sql = f"SELECT {key}, {value} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(sql, (json.dumps(list(wanted)),)))


def known_orders(conn: Connection, channel_id: str, keys: Iterable[str]) -> dict[str, int]:
    """Order ids of one channel by number key."""
    sql = "SELECT number_key, id FROM orders WHERE channel_id = ? AND number_key IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(sql, (channel_id, json.dumps(list(keys)))))


def insert_rows(conn: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows that all name the same columns in one order."""
    if rows:
        insert(conn, table, tuple(rows[0]), (tuple(row.values()) for row in rows))


def people_with_tickets(conn: Connection, keys: Iterable[str]) -> list[str]:
    """Those of `keys` whose customer has a ticket."""
    sql = (
        "SELECT k.key FROM customer_key k WHERE k.key IN (SELECT value FROM json_each(?)) "
        "AND EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = k.customer_id)"
    )
    return [row[0] for row in conn.execute(sql, (json.dumps(list(keys)),))]


def customers(conn: Connection, keys: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Id and country of customers, by key."""
    sql = (
        "SELECT k.key, c.id, c.country FROM customer_key k JOIN customer c ON c.id = k.customer_id "
        "WHERE k.key IN (SELECT value FROM json_each(?))"
    )
    return {key: (number, country) for key, number, country in conn.execute(sql, (json.dumps(list(keys)),))}


def orders_by_key(conn: Connection, keys: Iterable[str]) -> dict[str, list[int]]:
    """Ids of orders of any channel, by number key."""
    found: dict[str, list[int]] = {}
    sql = "SELECT number_key, id FROM orders WHERE number_key IN (SELECT value FROM json_each(?)) ORDER BY id"
    for key, number in conn.execute(sql, (json.dumps(list(keys)),)):
        found.setdefault(key, []).append(number)
    return found


class OrderKnown(NamedTuple):
    """An order the desk has; `values` in the order of `ORDER_FACTS`."""

    id: int
    values: tuple[Any, ...]

    @property
    def updated_at(self) -> Instant:
        at: Instant = self.values[ORDER_FACTS.index("updated_at")]
        return at


class OrdersKnown(NamedTuple):
    """Orders by what their platform calls them, and by number key."""

    by_remote: dict[str, OrderKnown]
    by_key: dict[str, OrderKnown]


def orders_known(conn: Connection, channel_id: str, names: Iterable[str], keys: Iterable[str]) -> OrdersKnown:
    """Those of one channel that have one of the names or number keys."""
    found: dict[str, dict[str, OrderKnown]] = {}
    for column, wanted in (("remote_id", names), ("number_key", keys)):
        sql = (
            f"SELECT {column}, id, {', '.join(ORDER_FACTS)} FROM orders WHERE channel_id = ? AND {column} <> '' "
            f"AND {column} IN (SELECT value FROM json_each(?)) ORDER BY id DESC"
        )
        rows = conn.execute(sql, (channel_id, json.dumps(list(wanted))))
        found[column] = {row[0]: OrderKnown(row[1], tuple(row[2:])) for row in rows}
    return OrdersKnown(found["remote_id"], found["number_key"])


def lines_of(conn: Connection, order_ids: Iterable[int]) -> dict[int, list[OrderItem]]:
    """What was ordered, by order."""
    found: dict[int, list[OrderItem]] = {}
    sql = f"SELECT {columns(OrderItem)} FROM order_item WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    for row in conn.execute(sql, (json.dumps(list(order_ids)),)):
        found.setdefault(row[0], []).append(OrderItem(*row))
    return found


def waiting_for(conn: Connection, numbers: Iterable[str]) -> dict[str, list[int]]:
    """Tickets by the order number they name, as they spell it; a thousand at most."""
    found: dict[str, list[int]] = {}
    sql = (
        "SELECT order_number, id FROM ticket WHERE order_number <> '' AND order_number IN (SELECT value FROM json_each(?)) "
        "LIMIT 1000"
    )
    for number, ticket_id in conn.execute(sql, (json.dumps([n for n in numbers if n]),)):
        found.setdefault(number, []).append(ticket_id)
    return found


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
