"""Parcels of orders, as those tell it whom the shop asks: which order each is of."""

from __future__ import annotations

from connectors.contract import Parcel, ShipmentRecord
from desk.sync import parcels
from desk.sync.facts_buyers import number_key, order_id_of
from store.sql.parcels import orders_of
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import Instant


def put_shipment(unit: UnitOfWork, channel: Channel, s: ShipmentRecord) -> bool:
    """Of the order it names, else of every order that its number belongs to, the account's own before all others."""
    key = number_key(s.parcel.tracking)
    if (order_id := order_id_of(unit.conn, channel, s.order_id)) is not None:
        return parcels.put(unit, channel.id, (order_id, channel.id), key, s)
    found = orders_of(unit.conn, key) if key else []
    own = [order for order in found if order[1] == channel.id]
    fresh = [parcels.put(unit, channel.id, order, key, s) for order in own or found]
    return any(fresh)


def put_parcel(unit: UnitOfWork, channel: Channel, order_id: int, parcel: Parcel, at: Instant) -> bool:
    """Of an order of this account, told at `at`."""
    told = ShipmentRecord("", parcel, at)
    return parcels.put(unit, channel.id, (order_id, channel.id), number_key(parcel.tracking), told)
