"""Customers and orders of the practice desk, as an import of a shop's data would leave them."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sandbox.world import World
from desk.practice_mail import sender_key
from store.sql import people
from store.unit import UnitOfWork
from store.values import DAY, fold

_TAKES = 12 * DAY
"""How long carriers say that a parcel takes."""


def add_customers(unit: UnitOfWork, world: World) -> Mapping[str, int]:
    """Every buyer; returns their ids by address."""
    found = {}
    for b in world.buyers:
        found[b.address] = people.add_customer(
            unit.conn,
            key=sender_key(b),
            name=b.name,
            email=b.address if b.shop.by_mail else "",
            now=unit.now,
            lang=b.lang,
            country=b.country,
        )
    vips = [(found[b.address],) for b in world.buyers if b.vip]
    unit.conn.executemany("UPDATE customer SET tier = 'vip' WHERE id = ?", vips)
    return found


def add_orders(unit: UnitOfWork, world: World, customers: Mapping[str, int]) -> None:
    """Every order with its items and its parcel."""
    for o in world.orders:
        total = o.total
        order_id = unit.conn.execute(
            "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, total_minor, "
            "currency, country) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (o.buyer.shop.account, o.number, number_key(o.number), customers[o.buyer.address], o.placed_at, o.status,
             total.minor, total.currency, o.buyer.country),
        ).lastrowid  # fmt: skip
        unit.conn.executemany(
            "INSERT INTO order_item (order_id, sku, title, quantity, price_minor) VALUES (?, ?, ?, ?, ?)",
            [(order_id, i.sku, i.title, i.quantity, i.price.minor) for i in o.items],
        )
        if o.parcel:
            status = "delivered" if o.parcel.delivered_at else "in_transit"
            unit.conn.execute(
                "INSERT INTO shipment (order_id, courier, tracking, tracking_key, status, shipped_at, delivered_at, "
                "eta) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (order_id, o.parcel.courier, o.parcel.tracking, fold(o.parcel.tracking), status, o.parcel.shipped_at,
                 o.parcel.delivered_at, o.parcel.shipped_at + _TAKES),
            )  # fmt: skip


def number_key(number: str) -> str:
    """An order number as it is looked up: no dashes, no spaces, casefolded."""
    return fold(number).replace("-", "").replace(" ", "")
