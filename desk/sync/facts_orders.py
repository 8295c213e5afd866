"""Orders with their lines and parcels, many at once: what the desk knows of all of them is read first, in one statement
for each table, and new rows are written together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Line, OrderRecord
from desk.sync.facts_buyers import keys_of, number_key
from desk.sync.facts_parcels import put_parcel
from store.sql import bulk, people, shop
from store.sql.rows import Channel, OrderItem
from store.unit import UnitOfWork
from store.values import clean_line


def put_orders(unit: UnitOfWork, channel: Channel, orders: Sequence[OrderRecord]) -> list[bool]:
    """For each order whether anything differed. One that comes twice is taken twice, in this order."""
    return [differed for part in _apart(orders) for differed in _put(unit, channel, part)]


def _apart(orders: Sequence[OrderRecord]) -> Iterator[list[OrderRecord]]:
    """Runs of orders without one that is in its run twice, by any of its names."""
    part: list[OrderRecord] = []
    names: set[str] = set()
    for o in orders:
        own = {o.remote_id, number_key(o.remote_id), number_key(o.number)} - {""}
        if not own.isdisjoint(names):
            yield part
            part, names = [], set()
        part.append(o)
        names |= own
    if part:
        yield part


@dataclass(slots=True)
class _New:
    """Rows that are written when a run is over."""

    orders: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[OrderItem] = field(default_factory=list)
    parcels: list[tuple[Any, ...]] = field(default_factory=list)


def _put(unit: UnitOfWork, channel: Channel, orders: Sequence[OrderRecord]) -> list[bool]:
    conn = unit.conn
    known = bulk.orders_known(
        conn, channel.id, [n for o in orders for n in (o.remote_id, o.number) if n],
        [k for o in orders for k in (number_key(o.remote_id), number_key(o.number)) if k],
    )  # fmt: skip
    found = [_found(o, known) for o in orders]
    fresh = [old is None or old.updated_at <= o.updated_at for o, old in zip(orders, found, strict=True)]
    buyers = _buyers(unit, channel, [o for o, news in zip(orders, fresh, strict=True) if news])
    lines = bulk.lines_of(conn, [old.id for old in found if old])
    waiting = bulk.waiting_for(conn, (n for o, old in zip(orders, found, strict=True) if not old
                                      for n in (o.number, number_key(o.number))))  # fmt: skip
    new, next_id = _New(), bulk.next_id(conn, "orders")
    outcome: list[bool] = []
    for o, old, news in zip(orders, found, fresh, strict=True):
        if not news:
            outcome.append(False)
        elif old is None:
            _add(new, next_id, o, _values(channel, o, buyers))
            for ticket_id in {t for n in (o.number, number_key(o.number)) for t in waiting.get(n, ())}:
                shop.link_order(conn, ticket_id, next_id)
            next_id += 1
            outcome.append(True)
        else:
            outcome.append(_renew(unit, channel, old, o, _values(channel, o, buyers), lines.get(old.id, [])))
    bulk.insert(conn, "orders", ("id", *bulk.ORDER_FACTS), new.orders)
    bulk.insert(conn, "order_item", OrderItem._fields, new.lines)
    bulk.insert(conn, "shipment", bulk.SHIPMENT, new.parcels)
    return outcome


def _found(o: OrderRecord, known: bulk.OrdersKnown) -> bulk.OrderKnown | None:
    """By what its platform or its buyers call it."""
    for name in (o.remote_id, o.number):
        if name and (old := known.by_remote.get(name) or known.by_key.get(number_key(name))):
            return old
    return None


def _values(channel: Channel, o: OrderRecord, buyers: dict[str, int]) -> tuple[Any, ...]:
    """In the order of `bulk.ORDER_FACTS`."""
    customer_id = next((buyers[key] for key in keys_of(channel, o.buyer)), None)
    return (
        channel.id, clean_line(o.number), number_key(o.number), customer_id, o.placed_at, clean_line(o.status),
        o.total.minor, o.total.currency, o.country, o.remote_id, o.updated_at, o.ip_country, o.buyer.country,
        clean_line(o.campaign),
    )  # fmt: skip


def _add(new: _New, order_id: int, o: OrderRecord, values: tuple[Any, ...]) -> None:
    new.orders.append((order_id, *values))
    new.lines += _items(order_id, o.lines)
    parcels: dict[str, tuple[Any, ...]] = {}
    for p in o.parcels:
        key = number_key(p.tracking)
        _, courier, _, _, status, *times = parcels.get(key, (0, "", "", "", "", None, None, None))
        now = (p.shipped_at or times[0], p.delivered_at or times[1], p.eta or times[2])
        parcels[key] = (order_id, clean_line(p.courier) or courier, clean_line(p.tracking), key, p.status or status, *now)
    new.parcels += parcels.values()


def _renew(
    unit: UnitOfWork, channel: Channel, old: bulk.OrderKnown, o: OrderRecord, values: tuple[Any, ...],
    lines: Sequence[OrderItem],
) -> bool:  # fmt: skip
    changed = old.values != values
    if changed:
        sets = ", ".join(f"{column} = ?" for column in bulk.ORDER_FACTS)
        unit.conn.execute(f"UPDATE orders SET {sets} WHERE id = ?", (*values, old.id))
    wanted = _items(old.id, o.lines)
    if wanted and list(lines) != wanted:
        changed = True
        unit.conn.execute("DELETE FROM order_item WHERE order_id = ?", (old.id,))
        bulk.insert(unit.conn, "order_item", OrderItem._fields, wanted)
    for parcel in o.parcels:
        changed |= put_parcel(unit, channel, old.id, parcel, o.updated_at)
    return changed


def _items(order_id: int, lines: Sequence[Line]) -> list[OrderItem]:
    return [OrderItem(order_id, clean_line(n.sku), clean_line(n.title), n.quantity, n.price.minor, n.id) for n in lines]


def _buyers(unit: UnitOfWork, channel: Channel, orders: Sequence[OrderRecord]) -> dict[str, int]:
    """Customers by each of their keys; those nobody knew are made."""
    wanted = {key for o in orders for key in keys_of(channel, o.buyer)}
    known = bulk.known(unit.conn, "customer_key", "key", "customer_id", wanted)
    for o in orders:
        keys = keys_of(channel, o.buyer)
        if not keys or all(key in known for key in keys):
            continue
        customer_id = next((known[key] for key in keys if key in known), None)
        if customer_id is None:
            customer_id = people.add_customer(
                unit.conn, key=keys[0], name=clean_line(o.buyer.name) or o.buyer.id, email=clean_line(o.buyer.email),
                now=unit.now, lang=o.buyer.lang, country=o.buyer.country or o.country,
            )  # fmt: skip
        people.known_by(unit.conn, customer_id, *keys)
        known |= {key: known.get(key, customer_id) for key in keys}
    return known
