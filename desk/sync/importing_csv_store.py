"""Orders and customers of a .csv file go in: what is new is added, an order that is here is brought up to date, of a
customer only what was empty is filled in. Doing it twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum

from desk.sync.importing_csv_rows import Customer, Item, Order, Parcel
from store.connection import Connection
from store.sql import people, shop
from store.unit import UnitOfWork
from store.values import Instant


class Came(Enum):
    """What became of a row."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


def put_order(unit: UnitOfWork, channel_id: str, o: Order) -> Came:
    """One order with its items and parcels; tickets that named it before are linked."""
    conn = unit.conn
    customer_id = _buyer(unit, o)
    row = conn.execute(
        "SELECT id, customer_id, placed_at, status, total_minor, currency, country FROM orders "
        "WHERE channel_id = ? AND number_key = ?",
        (channel_id, o.key),
    ).fetchone()
    if row is None:
        order_id = conn.execute(
            "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, total_minor, "
            "currency, country) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (channel_id, o.number, o.key, customer_id, unit.now if o.placed_at is None else o.placed_at, o.status,
             o.total_minor or 0, o.currency, o.country),
        ).lastrowid  # fmt: skip
        came = Came.NEW
        _link(conn, order_id, o)
    else:
        order_id, *before = row
        after = [
            before[0] if customer_id is None else customer_id,
            before[1] if o.placed_at is None else o.placed_at,
            o.status or before[2],
            before[3] if o.total_minor is None else o.total_minor,
            o.currency or before[4],
            o.country or before[5],
        ]
        came = Came.CHANGED if after != before else Came.KNOWN
        if came is Came.CHANGED:
            conn.execute(
                "UPDATE orders SET customer_id = ?, placed_at = ?, status = ?, total_minor = ?, currency = ?, "
                "country = ? WHERE id = ?",
                (*after, order_id),
            )
    added = _add_items(conn, order_id, o.items)
    added += sum(_put_parcel(conn, order_id, p) for p in o.parcels)
    return Came.CHANGED if came is Came.KNOWN and added else came


def _buyer(unit: UnitOfWork, o: Order) -> int | None:
    if "@" not in o.email:
        return None
    key = f"email:{o.email}"
    known = people.customer_by_key(unit.conn, key)
    if known is not None:
        return known
    name = o.customer or o.email.partition("@")[0]
    return people.add_customer(unit.conn, key=key, name=name, email=o.email, now=unit.now, country=o.country)


def _link(conn: Connection, order_id: int, o: Order) -> None:
    """Tickets that named the order while it was not known."""
    sql = "SELECT id FROM ticket WHERE order_number <> '' AND order_number IN (?, ?) LIMIT 1000"
    for (ticket_id,) in conn.execute(sql, (o.number, o.key)).fetchall():
        shop.link_order(conn, ticket_id, order_id)


def _add_items(conn: Connection, order_id: int, items: Sequence[Item]) -> int:
    """Adds what is not there yet, two equal rows being two items."""
    if not items:
        return 0
    sql = "SELECT sku, title, quantity, price_minor FROM order_item WHERE order_id = ?"
    missing = Counter(items) - Counter(Item(*r) for r in conn.execute(sql, (order_id,)))
    rows = [(order_id, *item) for item in missing.elements()]
    conn.executemany(
        "INSERT INTO order_item (order_id, sku, title, quantity, price_minor) VALUES (?, ?, ?, ?, ?)", rows
    )
    return len(rows)


def _put_parcel(conn: Connection, order_id: int, p: Parcel) -> int:
    row = conn.execute(
        "SELECT id, courier, shipped_at, delivered_at FROM shipment WHERE order_id = ? AND tracking_key = ?",
        (order_id, p.key),
    ).fetchone()
    status = "delivered" if p.delivered_at else "shipped" if p.shipped_at else ""
    if row is None:
        conn.execute(
            "INSERT INTO shipment (order_id, courier, tracking, tracking_key, status, shipped_at, delivered_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (order_id, p.courier, p.tracking, p.key, status, p.shipped_at, p.delivered_at),
        )
        return 1
    after = (p.courier or row[1], p.shipped_at or row[2], p.delivered_at or row[3])
    if after == tuple(row[1:]):
        return 0
    sql = "UPDATE shipment SET courier = ?, shipped_at = ?, delivered_at = ?, status = ? WHERE id = ?"
    conn.execute(sql, (*after, status, row[0]))
    return 1


def put_customer(unit: UnitOfWork, c: Customer) -> Came:
    """One customer under all they are known by."""
    conn = unit.conn
    known = next((n for key in c.keys if (n := people.customer_by_key(conn, key)) is not None), None)
    came = Came.KNOWN
    if known is None:
        known = people.add_customer(conn, key=c.keys[0], name=c.name, email=c.email, now=unit.now, lang=c.lang,
                                    country=c.country)  # fmt: skip
        came = Came.NEW
    filled = _fill(conn, known, c, unit.now)
    return Came.CHANGED if came is Came.KNOWN and filled else came


def _fill(conn: Connection, customer_id: int, c: Customer, now: Instant) -> bool:
    """Fills what is empty; True when something was."""
    before = people.customer(conn, customer_id)
    assert before is not None
    said = {"email": c.email, "lang": c.lang, "country": c.country, "tier": c.tier, "note": c.note}
    fresh = {field: text for field, text in said.items() if text and not getattr(before, field)}
    if fresh:
        sets = ", ".join(f"{field} = ?" for field in fresh)
        conn.execute(f"UPDATE customer SET {sets} WHERE id = ?", (*fresh.values(), customer_id))
    sql = "INSERT OR IGNORE INTO customer_key (key, customer_id) VALUES (?, ?)"
    added = sum(conn.execute(sql, (key, customer_id)).rowcount for key in c.keys)
    return bool(fresh) or added > 0
