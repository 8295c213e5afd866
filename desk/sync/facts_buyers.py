"""Who buys, as platforms tell: by what they are known, and which order is meant."""

from __future__ import annotations

import json
from collections.abc import Sequence

from connectors.contract import Buyer, CustomerRecord
from desk.changes import normal_tags
from store.connection import Connection
from store.sql import people
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import clean, clean_line, fold


def number_key(number: str) -> str:
    """An order number as it is looked up: casefolded, without dashes and spaces."""
    return fold(number).replace("-", "").replace(" ", "")


def keys_of(channel: Channel, buyer: Buyer) -> list[str]:
    """What a buyer is known by: the platform's name for them, and the address their mail comes from, be it their own or
    the platform's alias for them; never one with parts hidden."""
    keys = [f"{channel.platform}:{buyer.id}"] if buyer.id else []
    if "@" in buyer.email and "*" not in buyer.email:
        keys.append(f"email:{fold(buyer.email)}")
    return keys


def customer_of(unit: UnitOfWork, channel: Channel, buyer: Buyer, country: str) -> int | None:
    keys = keys_of(channel, buyer)
    if not keys:
        return None
    known = next((n for key in keys if (n := people.customer_by_key(unit.conn, key)) is not None), None)
    if known is None:
        known = people.add_customer(
            unit.conn, key=keys[0], name=clean_line(buyer.name) or buyer.id, email=clean_line(buyer.email),
            now=unit.now, lang=buyer.lang, country=buyer.country or country,
        )  # fmt: skip
    unit.conn.executemany(
        "INSERT OR IGNORE INTO customer_key (key, customer_id) VALUES (?, ?)", [(key, known) for key in keys]
    )
    return known


def tags_text(tags: Sequence[str]) -> str:
    """`customer.tags`: a JSON list, each tag as one of a ticket; "" for none."""
    kept = normal_tags(tags)
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def consent_text(consent: bool | None) -> str:
    """`customer.consent`."""
    return "" if consent is None else "yes" if consent else "no"


def put_customer(unit: UnitOfWork, channel: Channel, c: CustomerRecord) -> bool:
    """What the source tells replaces what was known; a note that an agent wrote stays."""
    conn = unit.conn
    new = any(people.customer_by_key(conn, key) is None for key in keys_of(channel, c.buyer))
    number = customer_of(unit, channel, c.buyer, "")
    known = people.customer(conn, number) if number is not None else None
    if known is None:
        return False
    note = "" if known.note else clean(c.note).strip()
    told = {"name": clean_line(c.buyer.name), "email": clean_line(c.buyer.email), "lang": c.buyer.lang,
            "country": c.buyer.country, "tier": clean_line(c.tier), "note": note, "tags": tags_text(c.tags),
            "consent": consent_text(c.consent)}  # fmt: skip
    fresh = {column: value for column, value in told.items() if value and value != getattr(known, column)}
    if "name" in fresh:
        fresh["name_key"] = fold(fresh["name"])
    if fresh:
        sets = ", ".join(f"{column} = ?" for column in fresh)
        conn.execute(f"UPDATE customer SET {sets} WHERE id = ?", (*fresh.values(), number))
    return new or bool(fresh)


def order_id_of(conn: Connection, channel: Channel, order: str) -> int | None:
    """An order by what its platform or its buyers call it."""
    if not order:
        return None
    for column, value in (("remote_id", order), ("number_key", number_key(order))):
        sql = f"SELECT id FROM orders WHERE channel_id = ? AND {column} = ? AND {column} <> ''"
        if row := conn.execute(sql, (channel.id, value)).fetchone():
            return int(row[0])
    return None
