"""News of parcels go in, from their shops and from those who ask carriers; and which parcels are still to be asked for."""

from __future__ import annotations

from connectors.contract import Followed, ShipmentRecord
from desk.clocks.keep import keep
from desk.parcels import State, merged, time_of
from store.connection import Connection
from store.sql import parcels
from store.sql.parcels import News, Noted
from store.unit import Store, UnitOfWork
from store.values import Instant, clean_line

_TOLD = ("delivered", "exception", "returned")
"""Statuses that the tickets of an order hear of."""
_LONGEST = 300


def put(unit: UnitOfWork, channel_id: str, order: tuple[int, str], key: str, told: ShipmentRecord) -> bool:
    """What a channel tells of a parcel of one order (id and channel); `key` is its number as it is looked up. Whether
    anything differed. Tickets about the order hear of what matters, and clocks begin that waited for what comes back."""
    conn, (order_id, home) = unit.conn, order
    row, kept = parcels.shipped(conn, order_id, key), parcels.news(conn, order_id, key)
    known = _known(row, kept, home)
    after = merged(known, _told(told, channel_id))
    facts = (after.courier, after.status, after.shipped_at, after.delivered_at, after.eta)
    noted = _noted(kept or News(), known, after, told)
    # What a shop says of its own parcels stands in the shipment; news are for what does not.
    tells = noted[2:] != News()[2:] or (after.source, after.at) != (home, time_of(after.status, 0, *facts[2:4]))
    fresh = (kept is not None or tells) and noted != kept
    if fresh:
        parcels.put_news(conn, order_id, key, noted)
    if row is None:
        conn.execute(
            "INSERT INTO shipment (courier, status, shipped_at, delivered_at, eta, order_id, tracking, tracking_key) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*facts, order_id, clean_line(told.parcel.tracking), key),
        )
    elif facts != tuple(row[1:]):
        sql = "UPDATE shipment SET courier = ?, status = ?, shipped_at = ?, delivered_at = ?, eta = ? WHERE id = ?"
        conn.execute(sql, (*facts, row.id))
    else:
        return fresh
    if row is not None and after.status != row.status and after.status in _TOLD:
        for ticket_id in _open_tickets(conn, order_id):
            unit.append(f"parcel_{after.status}", {"tracking": clean_line(told.parcel.tracking), "courier": after.courier},
                        ticket_id=ticket_id)  # fmt: skip
    for ticket_id in _returning(conn, order_id):
        keep(unit, ticket_id)
    return True


def _known(row: parcels.Shipped | None, kept: News | None, home: str) -> State:
    if row is None:
        return State(source=home)
    at = kept.at if kept else time_of(row.status, 0, row.shipped_at, row.delivered_at)
    return State(row.status, at, kept.source if kept else home, *row[1:2], *row[3:])


def _told(told: ShipmentRecord, channel_id: str) -> State:
    p = told.parcel
    at = time_of(p.status, told.at, p.shipped_at, p.delivered_at)
    return State(p.status, at, channel_id, clean_line(p.courier), p.shipped_at, p.delivered_at, p.eta)


def _noted(kept: News, known: State, after: State, told: ShipmentRecord) -> News:
    """What stands beside a shipment. Who could not be followed, and now has another carrier, is asked for again."""
    if kept.note and known.courier != after.courier:
        kept = kept._replace(over=False, note="")
    scans = tuple(Noted(s.at, clean_line(s.text)[:_LONGEST], clean_line(s.place)[:_LONGEST]) for s in told.scans)
    return News(after.at, after.source, scans or kept.scans, told.over or kept.over, clean_line(told.note) or kept.note)


def _returning(conn: Connection, order_id: int) -> list[int]:
    """Tickets with an open case that waits for a parcel of this order to come back: its arrival starts clocks."""
    sql = (
        "SELECT DISTINCT ticket_id FROM case_file WHERE order_id = ? AND is_open = 1 AND tracking <> '' "
        "AND ticket_id IS NOT NULL"
    )
    return [row[0] for row in conn.execute(sql, (order_id,))]


def _open_tickets(conn: Connection, order_id: int) -> list[int]:
    sql = (
        "SELECT t.id FROM ticket_order x JOIN ticket t ON t.id = x.ticket_id WHERE x.order_id = ? AND t.is_open = 1 "
        "ORDER BY t.id LIMIT 50"
    )
    return [row[0] for row in conn.execute(sql, (order_id,))]


class DeskParcels:
    """The connectors' port: see `contract.Parcels`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def underway(self, after: str, most: int, since: Instant) -> tuple[Followed, ...]:
        return tuple(Followed(*found) for found in parcels.underway(self._store.conn, after, most, since))
