"""News of parcels beside their shipments: who told the status and when, what the carrier noted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from store.connection import Connection
from store.values import Instant


class Noted(NamedTuple):
    """What a carrier noted."""

    at: Instant
    text: str
    place: str


class News(NamedTuple):
    """`at` is when the parcel came to its status, `source` the channel that said so; `scans` the newest first; `over` says
    that nobody need ask its carrier again, `note` why nothing is known."""

    at: Instant = 0
    source: str = ""
    scans: tuple[Noted, ...] = ()
    over: bool = False
    note: str = ""

    @property
    def last(self) -> Noted | None:
        return self.scans[0] if self.scans else None


class Shipped(NamedTuple):
    """A row of `shipment`, and the channel of its order."""

    id: int
    courier: str
    status: str
    shipped_at: Instant | None
    delivered_at: Instant | None
    eta: Instant | None


class Underway(NamedTuple):
    """A parcel that has not arrived."""

    key: str
    tracking: str
    courier: str


_NEWS = "n.at, n.source, n.scans, n.over, n.note"
_BESIDE = "parcel_news n ON n.order_id = s.order_id AND n.tracking_key = s.tracking_key"
_PLAIN = "lower(replace(replace(f.tracking, '-', ''), ' ', ''))"


def news(conn: Connection, order_id: int, key: str) -> News | None:
    """Of one parcel, by its order and its number without dashes and spaces."""
    sql = f"SELECT {_NEWS} FROM parcel_news n WHERE n.order_id = ? AND n.tracking_key = ?"
    row = conn.execute(sql, (order_id, key)).fetchone()
    return _news(*row) if row else None


def put_news(conn: Connection, order_id: int, key: str, told: News) -> None:
    conn.execute(
        "INSERT INTO parcel_news (order_id, tracking_key, at, source, scans, over, note) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (order_id, tracking_key) DO UPDATE SET at = excluded.at, source = excluded.source, "
        "scans = excluded.scans, over = excluded.over, note = excluded.note",
        (order_id, key, told.at, told.source, json.dumps(told.scans, ensure_ascii=False), int(told.over), told.note),
    )


def news_of_orders(conn: Connection, order_ids: Iterable[int]) -> Mapping[tuple[int, str], News]:
    """By order and tracking number as it is written; `source` is what the channel is called."""
    ids = list(order_ids)
    sql = (
        f"SELECT s.order_id, s.tracking, c.name, {_NEWS} FROM shipment s JOIN {_BESIDE} "
        "LEFT JOIN channel c ON c.id = n.source "
        f"WHERE s.order_id IN ({', '.join('?' * len(ids))})"
    )
    found = {}
    for order_id, tracking, name, *row in conn.execute(sql, ids):
        told = _news(*row)
        found[order_id, tracking] = told._replace(source=name or told.source)
    return found


def shipped(conn: Connection, order_id: int, key: str) -> Shipped | None:
    sql = (
        "SELECT id, courier, status, shipped_at, delivered_at, eta FROM shipment WHERE order_id = ? AND tracking_key = ?"
    )
    row = conn.execute(sql, (order_id, key)).fetchone()
    return Shipped(*row) if row else None


def orders_of(conn: Connection, key: str) -> list[tuple[int, str]]:
    """Orders a parcel belongs to, or comes back from, with their channels."""
    sql = (
        "SELECT o.id, o.channel_id FROM shipment s JOIN orders o ON o.id = s.order_id WHERE s.tracking_key = ? UNION "
        "SELECT o.id, o.channel_id FROM case_file f JOIN orders o ON o.id = f.order_id "
        f"WHERE f.is_open = 1 AND f.tracking <> '' AND {_PLAIN} = ? ORDER BY 1 LIMIT 20"
    )
    return [(row[0], row[1]) for row in conn.execute(sql, (key, key))]


def underway(conn: Connection, after: str, most: int, since: Instant) -> list[Underway]:
    """Parcels that have not arrived, and those that come back with open cases; each number once, by key."""
    there = (  # the index on tracking_key has the order: it is walked no further than wanted
        "SELECT s.tracking_key AS key, max(s.tracking) AS tracking, max(s.courier) AS courier FROM shipment s "
        f"CROSS JOIN orders o ON o.id = s.order_id LEFT JOIN {_BESIDE} "
        "WHERE s.tracking_key > ? AND +s.delivered_at IS NULL AND +s.status NOT IN ('delivered', 'returned') "
        "AND coalesce(s.shipped_at, o.placed_at) >= ? AND coalesce(n.over, 0) = 0 "
        "GROUP BY s.tracking_key ORDER BY s.tracking_key LIMIT ?"
    )
    back = (
        f"SELECT {_PLAIN}, max(f.tracking), '' FROM case_file f WHERE f.is_open = 1 AND f.tracking <> '' "
        f"AND {_PLAIN} > ? AND f.opened_at >= ? AND f.order_id IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM shipment s WHERE s.order_id = f.order_id AND s.tracking_key = {_PLAIN}) GROUP BY 1 ORDER BY 1 LIMIT ?"
    )
    sql = (
        f"SELECT key, max(tracking), max(courier) FROM (SELECT * FROM ({there}) UNION ALL SELECT * FROM ({back})) "
        "GROUP BY key ORDER BY key LIMIT ?"
    )
    return [Underway(*row) for row in conn.execute(sql, (after, since, most) * 2 + (most,))]


def _news(at: Instant, source: str, scans: str, over: int, note: str) -> News:
    return News(at, source, tuple(Noted(*n) for n in json.loads(scans)), bool(over), note)
