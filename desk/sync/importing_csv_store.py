"""Orders and customers of a .csv file go in: what is new is added, an order that is here is brought up to date, of a
customer only what was empty is filled in, but tags and consent are written anew. Doing it twice changes nothing. What a
platform told later is never overwritten by an older report."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum

from connectors.contract import ProductRecord
from desk.sync import facts
from desk.sync.facts_buyers import consent_text, tags_text
from desk.sync.importing_csv_facts import Fact
from desk.sync.importing_csv_rows import Customer, Item, Order, Parcel
from store.connection import Connection
from store.sql import people, shop
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import Instant, clean_line

_BETWEEN_TAGS = re.compile("[,;|，；、]")


class Came(Enum):
    """What became of a row."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


# Orders ---------------------------------------------------------------------------------------------

_FACTS = ("customer_id", "placed_at", "status", "total_minor", "currency", "country", "ip_country", "registration_country",
          "campaign", "updated_at")  # fmt: skip


def put_order(unit: UnitOfWork, channel_id: str, o: Order) -> Came:
    """One order with its items and parcels; tickets that named it before are linked."""
    conn = unit.conn
    customer_id = _buyer(unit, o)
    told = (customer_id, o.placed_at, o.status, o.total_minor, o.currency, o.country, o.ip_country, o.registration_country,
            o.campaign, o.updated_at)  # fmt: skip
    row = conn.execute(
        f"SELECT id, {', '.join(_FACTS)} FROM orders WHERE channel_id = ? AND number_key = ?", (channel_id, o.key)
    ).fetchone()
    if row is None:
        first = (customer_id, unit.now if o.placed_at is None else o.placed_at, o.status, o.total_minor or 0, *told[4:])
        order_id = conn.execute(
            f"INSERT INTO orders (channel_id, number, number_key, {', '.join(_FACTS)}) "
            f"VALUES ({', '.join('?' * (3 + len(_FACTS)))})",
            (channel_id, o.number, o.key, *first),
        ).lastrowid
        came = Came.NEW
        _link(conn, order_id, o)
    else:
        order_id, *before = row
        older = before[-1] > o.updated_at
        after = [old if new in (None, "", 0) or (older and old not in (None, "", 0)) else new
                 for old, new in zip(before, told, strict=True)]  # fmt: skip
        came = Came.CHANGED if after != before else Came.KNOWN
        if came is Came.CHANGED:
            sets = ", ".join(f"{column} = ?" for column in _FACTS)
            conn.execute(f"UPDATE orders SET {sets} WHERE id = ?", (*after, order_id))
    added = _put_items(conn, order_id, o.items)
    added += sum(_put_parcel(conn, order_id, p) for p in o.parcels)
    return Came.CHANGED if came is Came.KNOWN and added else came


def _buyer(unit: UnitOfWork, o: Order) -> int | None:
    """Who bought it, known by their name at the platform and by their address."""
    keys = [f"{o.platform}:{o.username}"] if o.platform and o.username and "*" not in o.username else []
    keys += [f"email:{o.email}"] if "@" in o.email else []
    if not keys:
        return None
    known = next((n for key in keys if (n := people.customer_by_key(unit.conn, key)) is not None), None)
    if known is None:
        name = o.customer or o.username or o.email.partition("@")[0]
        known = people.add_customer(unit.conn, key=keys[0], name=name, email=o.email, now=unit.now,
                                    country=o.registration_country or o.country)  # fmt: skip
    people.known_by(unit.conn, known, *keys)
    return known


def _link(conn: Connection, order_id: int, o: Order) -> None:
    """Tickets that named the order while it was not known."""
    sql = "SELECT id FROM ticket WHERE order_number <> '' AND order_number IN (?, ?) LIMIT 1000"
    for (ticket_id,) in conn.execute(sql, (o.number, o.key)).fetchall():
        shop.link_order(conn, ticket_id, order_id)


def _put_items(conn: Connection, order_id: int, items: Sequence[Item]) -> int:
    """Adds what is not there yet and changes what is, two equal rows being two items. Returns how many rows differ."""
    if not items:
        return 0
    sql = "SELECT sku, title, quantity, price_minor, remote_id, id FROM order_item WHERE order_id = ? ORDER BY id"
    here = [(Item(*row[:5]), row[5]) for row in conn.execute(sql, (order_id,))]
    there = Counter(item for item, _id in here)
    missing = Counter(items) - there
    spare = list((there - Counter(items)).elements())
    changed = 0
    for item in missing.elements():
        old = next((s for s in spare if _same_line(s, item)), None)
        if old is None:
            sql = "INSERT INTO order_item (order_id, sku, title, quantity, price_minor, remote_id) VALUES (?, ?, ?, ?, ?, ?)"
            conn.execute(sql, (order_id, *item))
        else:
            spare.remove(old)
            place = next(n for n, (known, _id) in enumerate(here) if known == old)
            after = _over(old, item)
            if after == old:
                continue
            sql = "UPDATE order_item SET sku = ?, title = ?, quantity = ?, price_minor = ?, remote_id = ? WHERE id = ?"
            conn.execute(sql, (*after, here.pop(place)[1]))
        changed += 1
    return changed


def _same_line(a: Item, b: Item) -> bool:
    if a.remote_id and b.remote_id:
        return a.remote_id == b.remote_id
    return a.sku == b.sku if a.sku and b.sku else a.title == b.title


def _over(old: Item, new: Item) -> Item:
    """What a row tells over what was known."""
    return Item(new.sku or old.sku, new.title or old.title, new.quantity, new.price_minor or old.price_minor,
                new.remote_id or old.remote_id)  # fmt: skip


def _put_parcel(conn: Connection, order_id: int, p: Parcel) -> int:
    row = conn.execute(
        "SELECT id, courier, shipped_at, delivered_at, status FROM shipment WHERE order_id = ? AND tracking_key = ?",
        (order_id, p.key),
    ).fetchone()
    if row is None:
        conn.execute(
            "INSERT INTO shipment (order_id, courier, tracking, tracking_key, status, shipped_at, delivered_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (order_id, p.courier, p.tracking, p.key, _status(p, ""), p.shipped_at, p.delivered_at),
        )
        return 1
    after = (p.courier or row[1], p.shipped_at or row[2], p.delivered_at or row[3], _status(p, row[4]))
    if after == tuple(row[1:]):
        return 0
    sql = "UPDATE shipment SET courier = ?, shipped_at = ?, delivered_at = ?, status = ? WHERE id = ?"
    conn.execute(sql, (*after, row[0]))
    return 1


def _status(p: Parcel, before: str) -> str:
    """A report knows of leaving and arriving only: news of trouble stays until it arrived."""
    return "delivered" if p.delivered_at else before or ("shipped" if p.shipped_at else "")


# Customers ------------------------------------------------------------------------------------------


def put_customer(unit: UnitOfWork, c: Customer) -> Came:
    """One customer under all they are known by."""
    conn = unit.conn
    known = next((n for key in c.keys if (n := people.customer_by_key(conn, key)) is not None), None)
    came = Came.KNOWN
    if known is None:
        known = people.add_customer(conn, key=c.keys[0], name=c.name, email=c.email, now=unit.now, lang=c.lang,
                                    country=c.country)  # fmt: skip
        came = Came.NEW
    filled = _fill(conn, known, c)
    return Came.CHANGED if came is Came.KNOWN and filled else came


def _fill(conn: Connection, customer_id: int, c: Customer) -> bool:
    """Fills what is empty, and writes anew what the file says of tags and consent; True when something was."""
    before = people.customer(conn, customer_id)
    assert before is not None
    said = {"email": c.email, "lang": c.lang, "country": c.country, "tier": c.tier, "note": c.note}
    fresh = {field: text for field, text in said.items() if text and not getattr(before, field)}
    anew = {"tags": tags_text(_BETWEEN_TAGS.split(c.tags)), "consent": consent_text(c.consent)}
    fresh |= {field: text for field, text in anew.items() if text and text != getattr(before, field)}
    if fresh:
        sets = ", ".join(f"{field} = ?" for field in fresh)
        conn.execute(f"UPDATE customer SET {sets} WHERE id = ?", (*fresh.values(), customer_id))
    sql = "INSERT OR IGNORE INTO customer_key (key, customer_id) VALUES (?, ?)"
    added = sum(conn.execute(sql, (key, customer_id)).rowcount for key in c.keys)
    return bool(fresh) or added > 0


# Facts ----------------------------------------------------------------------------------------------


def put_fact(unit: UnitOfWork, channel: Channel, fact: Fact) -> Came:
    """A return, a review or a product. Of a product, a file that does not tell all leaves the rest as it was."""
    told = fact.told
    if isinstance(told, ProductRecord):
        told = _whole(unit.conn, channel.id, told)
    there = _there(unit.conn, channel.id, fact)
    if not facts.put(unit, channel, told).fresh:
        return Came.KNOWN
    return Came.CHANGED if there else Came.NEW


def _there(conn: Connection, channel_id: str, fact: Fact) -> bool:
    told = fact.told
    if isinstance(told, ProductRecord):
        sql, values = "SELECT 1 FROM product WHERE channel_id = ? AND sku = ?", (channel_id, told.sku)
    else:
        table = "case_file" if hasattr(told, "kind") else "review"
        sql, values = f"SELECT 1 FROM {table} WHERE channel_id = ? AND remote_id = ?", (channel_id, told.remote_id)
    return conn.execute(sql, values).fetchone() is not None


def _whole(conn: Connection, channel_id: str, p: ProductRecord) -> ProductRecord:
    row = conn.execute(
        "SELECT title, specs, sizes, updated_at FROM product WHERE channel_id = ? AND sku = ?", (channel_id, clean_line(p.sku))
    ).fetchone()
    if row is None:
        return p
    title, specs, sizes, updated = row
    return ProductRecord(p.sku, p.title or title, {**json.loads(specs or "{}"), **p.specs}, p.sizes or sizes,
                         max(p.updated_at, updated))  # fmt: skip


def everywhere(now: Instant) -> Channel:
    """The channel of what holds for all accounts, as products of a file that names none."""
    return Channel("", "", "", "", "marketplace", "{}", "active", 0, 0, now, 0, "", 0)
