"""A parcel of which its shop and its carrier tell: what holds, and what the order shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cards import parcel_lines
from app.happened import Reader
from connectors.contract import Buyer, CaseRecord, Line, OrderRecord, Parcel, ReviewRecord, Scan, ShipmentRecord
from desk import thread
from desk.parcel_query import last_scan
from desk.parcels import FINAL, State, merged
from desk.sync import facts
from desk.sync.inbound import Inbound
from desk.sync.intake import take
from desk.sync.parcels import DeskParcels
from store import events
from store.sql import parcels, reviews, shop
from store.sql.rows import Shipment
from store.unit import Store
from store.values import DAY, HOUR, SYSTEM, Money
from tests.desk.small import NOON as NOW
from tests.desk.small import Desk

LINES = (Line("L1", "LAMP-1", "Desk lamp", 1, Money("EUR", 2590)),)
SENT = Parcel("DHL", "JD01-46", "shipped", NOW - 4 * DAY)
ORDER = OrderRecord("R-1", "26-0001", NOW - 5 * DAY, NOW - DAY, "shipped", Buyer("u-77", "Ines Prats", country="ES"),
                    Money("EUR", 2590), LINES, (SENT,))  # fmt: skip
SCANS = (Scan(NOW - HOUR, "Arrived \x1b[31mat the hub", "Leipzig"), Scan(NOW - DAY, "Departed"))
MOVING = ShipmentRecord("", Parcel("", "JD0146", "in_transit"), NOW - HOUR, SCANS)
ARRIVED = ShipmentRecord("", Parcel("", "JD0146", "delivered", delivered_at=NOW), NOW, SCANS, over=True)


@pytest.fixture
def desk(tmp_path: Path) -> Store:
    """eBay and a web shop, and 17TRACK beside them."""
    made = Desk(tmp_path).store
    with made.write(SYSTEM) as unit:
        unit.conn.executemany(
            "INSERT INTO channel (id, platform, name, label, kind) VALUES (?, ?, ?, '', 'marketplace')",
            [("uk", "ebay", "eBay UK"), ("web", "shopify", "Web shop"), ("17", "17track", "17TRACK"),
             ("jm", "judgeme", "Judge.me")],
        )  # fmt: skip
    return made


def put(desk: Store, fact: facts.Fact, channel_id: str = "17") -> bool:
    with desk.write(SYSTEM) as unit:
        channel = shop.channel(unit.conn, channel_id)
        assert channel is not None
        return facts.put(unit, channel, fact).fresh


def shipment(desk: Store, number: str = "260001") -> Shipment:
    (order,) = shop.orders_by_key(desk.conn, number)
    (found,) = shop.shipments(desk.conn, [order.id])
    return found


def card(desk: Store, number: str = "260001") -> list[str]:
    found = shipment(desk, number)
    news = parcels.news_of_orders(desk.conn, [found.order_id]).get((found.order_id, found.tracking))
    return ["".join(text for text, _role in line) for line in parcel_lines(found, news, Reader(NOW, UTC))]


# The rule -------------------------------------------------------------------------------------------

STATES = st.builds(
    State, st.sampled_from(["", "announced", "shipped", "in_transit", "exception", "delivered", "returned", "expired"]),
    st.integers(0, 50), st.sampled_from(["shop", "carrier"]), st.sampled_from(["", "DHL"]),
    st.one_of(st.none(), st.integers(1, 50)), st.one_of(st.none(), st.integers(1, 50)), st.just(None),
)  # fmt: skip


@given(STATES, STATES)
def test_hearing_it_twice_changes_nothing(known: State, told: State) -> None:
    once = merged(known, told)
    assert merged(once, told) == once


@given(STATES, st.lists(STATES, max_size=6))
def test_what_arrived_has_arrived_or_came_back(known: State, told: list[State]) -> None:
    arrived = False
    for news in told:
        known = merged(known, news)
        arrived |= known.status == "delivered"
        assert not arrived or known.status in FINAL


@given(STATES, STATES)
def test_of_two_sources_the_later_event_holds(one: State, two: State) -> None:
    one, two = replace(one, source="shop"), replace(two, source="carrier")
    if one.status and two.status and one.at != two.at and not {one.status, two.status} & set(FINAL):
        assert merged(one, two).status == merged(two, one).status == max(one, two, key=lambda s: s.at).status


@given(STATES, STATES)
def test_nothing_that_is_known_is_forgotten(known: State, told: State) -> None:
    after = merged(known, told)
    assert bool(after.status) == bool(known.status or told.status)
    for name in ("courier", "shipped_at", "delivered_at"):
        assert getattr(after, name) == (getattr(told, name) or getattr(known, name))


# In the desk ----------------------------------------------------------------------------------------


def test_the_carriers_news_reach_an_order_of_another_account(desk: Store) -> None:
    put(desk, ORDER, "uk")
    assert put(desk, MOVING)
    assert not put(desk, MOVING)
    assert (shipment(desk).status, shipment(desk).courier, shipment(desk).tracking) == ("in_transit", "DHL", "JD01-46")
    assert card(desk) == ["in transit · DHL · JD01-46", "11:00 · Arrived ␛[31mat the hub (Leipzig) · 17TRACK"]


def test_a_shop_that_still_says_shipped_does_not_turn_it_back(desk: Store) -> None:
    put(desk, ORDER, "uk")
    put(desk, MOVING)
    put(desk, replace(ORDER, updated_at=NOW, status="partly refunded"), "uk")
    assert shipment(desk).status == "in_transit"


def test_delivered_is_final_whoever_says_it_first(desk: Store) -> None:
    put(desk, ORDER, "uk")
    put(desk, replace(ORDER, updated_at=NOW, parcels=(replace(SENT, status="delivered", delivered_at=NOW - 2 * DAY),)), "uk")
    put(desk, MOVING)
    assert shipment(desk).status == "delivered"
    assert card(desk)[1:] == ["Sun 12:00 · eBay UK", "11:00 · Arrived ␛[31mat the hub (Leipzig)"]
    put(desk, replace(ARRIVED, parcel=replace(ARRIVED.parcel, status="returned")))
    assert shipment(desk).status == "returned"


def test_tickets_about_the_order_hear_of_it_once(desk: Store) -> None:
    with desk.write(SYSTEM) as unit:
        taken = take(unit, "uk", Inbound("ebay:m1", "ebay:u-77", "Ines", "u-77", "Where?", "Where is 26-0001", NOW, NOW,
                                         order_numbers=("26-0001",), platform="ebay"))  # fmt: skip
    put(desk, ORDER, "uk")
    put(desk, MOVING)
    put(desk, ARRIVED)
    put(desk, replace(ORDER, updated_at=NOW, parcels=(replace(SENT, status="delivered", delivered_at=NOW),)), "uk")
    assert [e.verb for e in events.of_ticket(desk.conn, taken.ticket_id)].count("parcel_delivered") == 1
    shown = thread.read(desk.conn, taken.ticket_id)
    assert last_scan(shown) == "2026-11-17 Arrived ␛[31mat the hub (Leipzig)"


def test_a_shop_speaks_of_its_own_parcels_before_those_of_others(desk: Store) -> None:
    put(desk, ORDER, "uk")
    put(desk, replace(ORDER, number="77-1", remote_id="W-1"), "web")
    put(desk, replace(ARRIVED, scans=()), "web")
    assert (shipment(desk).status, shipment(desk, "771").status) == ("shipped", "delivered")
    put(desk, ARRIVED)
    assert (shipment(desk).status, shipment(desk, "771").status) == ("delivered", "delivered")


def test_news_of_a_number_nobody_knows_change_nothing(desk: Store) -> None:
    put(desk, ORDER, "uk")
    assert not put(desk, replace(MOVING, parcel=Parcel("", "XX1", "delivered", delivered_at=NOW)))
    assert not put(desk, replace(MOVING, parcel=Parcel("", "", "delivered", delivered_at=NOW)))
    assert shipment(desk).status == "shipped"


def test_what_cannot_be_followed_says_why_at_the_order(desk: Store) -> None:
    put(desk, ORDER, "uk")
    put(desk, ShipmentRecord("", Parcel("", "JD0146"), 0, over=True, note="17TRACK cannot tell which carrier has this number."))
    assert card(desk)[-1] == "17TRACK cannot tell which carrier has this number."
    assert shipment(desk).status == "shipped"


def test_what_could_not_be_followed_is_asked_for_again_once_its_carrier_is_known(desk: Store) -> None:
    put(desk, replace(ORDER, parcels=(replace(SENT, courier=""),)), "uk")
    put(desk, ShipmentRecord("", Parcel("", "JD0146"), 0, over=True, note="17TRACK cannot tell which carrier has this number."))
    assert DeskParcels(desk).underway("", 9, 0) == ()
    put(desk, replace(ORDER, updated_at=NOW), "uk")
    (again,) = DeskParcels(desk).underway("", 9, 0)
    assert again.courier == "DHL"
    assert not any("cannot tell" in line for line in card(desk))


def test_a_shops_own_parcels_need_no_row_beside(desk: Store) -> None:
    put(desk, ORDER, "uk")
    put(desk, replace(ORDER, updated_at=NOW, parcels=(replace(SENT, status="delivered", delivered_at=NOW),)), "uk")
    assert not desk.conn.execute("SELECT 1 FROM parcel_news").fetchone()
    assert card(desk) == ["delivered · DHL · JD01-46"]


# Who is asked about ---------------------------------------------------------------------------------


def test_who_has_not_arrived_is_asked_about_in_short_lists(desk: Store) -> None:
    for n in range(5):
        parcel = replace(SENT, tracking=f"JD-{n}", status="delivered" if n == 2 else "shipped",
                         delivered_at=NOW if n == 2 else None)  # fmt: skip
        put(desk, replace(ORDER, number=f"26-{n}", remote_id=f"R-{n}", parcels=(parcel,)), "uk")
    put(desk, replace(ORDER, number="27-0", remote_id="W-0", parcels=(replace(SENT, tracking="JD 0"),)), "web")
    port, since = DeskParcels(desk), NOW - 30 * DAY
    first = port.underway("", 3, since)
    assert [f.key for f in first] == ["jd0", "jd1", "jd3"]
    assert [f.key for f in port.underway(first[-1].key, 3, since)] == ["jd4"]
    assert first[0].courier == "DHL"
    assert port.underway("", 3, NOW - DAY) == ()


def test_who_is_over_is_asked_about_no_more(desk: Store) -> None:
    put(desk, ORDER, "uk")
    port = DeskParcels(desk)
    assert len(port.underway("", 9, 0)) == 1
    put(desk, ShipmentRecord("", Parcel("", "JD0146", "expired"), NOW, over=True))
    assert port.underway("", 9, 0) == ()
    assert shipment(desk).status == "expired"


def test_what_comes_back_is_followed_too_and_its_arrival_is_known(desk: Store) -> None:
    put(desk, replace(ORDER, parcels=()), "uk")
    case = CaseRecord("C-9", "return", "R-1", "SHIPPED", "DEFECTIVE", NOW - DAY, NOW, tracking="RET-1 23")
    put(desk, case, "uk")
    (back,) = DeskParcels(desk).underway("", 9, NOW - 9 * DAY)
    assert (back.key, back.tracking) == ("ret123", "RET-1 23")
    put(desk, ShipmentRecord("", Parcel("DHL", back.tracking, "delivered", delivered_at=NOW), NOW, over=True))
    assert shipment(desk).status == "delivered"
    assert DeskParcels(desk).underway("", 9, 0) == ()


# Reviews --------------------------------------------------------------------------------------------


def test_a_review_is_its_authors_by_their_address_and_tells_what_they_bought(desk: Store) -> None:
    with desk.write(SYSTEM) as unit:
        taken = take(unit, "uk", Inbound("m1", "email:ines@example.org", "Ines", "ines@example.org", "Hi", "Hi", NOW, NOW))
    review = ReviewRecord("812", 2, NOW, "Too dim", sku="lamp", email="Ines@example.org", author_id="9", verified=True,
                          product="Desk lamp", url="https://shop.example/products/lamp")  # fmt: skip
    assert put(desk, review, "jm")
    assert not put(desk, review, "jm")
    customer = thread.read(desk.conn, taken.ticket_id).customer
    assert customer is not None
    from app.cards import buyer_rows

    rows = [(text, note) for _act, text, note in buyer_rows(desk.conn, customer.id, taken.ticket_id, Reader(NOW, UTC))]
    assert ("review: ★★ Too dim", "Desk lamp · verified buyer · https://shop.example/products/lamp · 12:00") in rows
    assert put(desk, replace(review, verified=False), "jm")
    (ident,) = desk.conn.execute("SELECT id FROM review").fetchone()
    assert not reviews.about(desk.conn, [ident])[ident].verified
