"""What a platform tells besides messages: orders, parcels, cases, reviews, products."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.contract import (
    Buyer,
    CaseRecord,
    CustomerRecord,
    Line,
    OrderRecord,
    Parcel,
    ProductRecord,
    ReviewRecord,
    ShipmentRecord,
)
from desk.automation.rules.acts.replies import is_history
from desk.sync import facts
from desk.sync.inbound import Inbound
from desk.sync.intake import take
from desk.sync.reasons import type_of
from store import events
from store.sql import clocks, people, shop, tickets
from store.unit import Store
from store.values import DAY, HOUR, MINUTE, SYSTEM, Money
from tests.desk.small import NOON as NOW
from tests.desk.small import Desk

BUYER = Buyer("u-77", "Ines Prats", country="ES")
ORDER = OrderRecord(
    "R-1", "26-0001", NOW - 5 * DAY, NOW - DAY, "shipped", BUYER, Money("EUR", 2590),
    (Line("L1", "LAMP-1", "Desk lamp", 1, Money("EUR", 2590)),), (Parcel("DHL", "JD01-46", "shipped", NOW - 4 * DAY),),
    country="ES", ip_country="PT", campaign="spring",
)  # fmt: skip
CASE = CaseRecord("C-9", "return", "R-1", "REQUESTED", "DEFECTIVE_ITEM", NOW - HOUR, NOW - HOUR, buyer=BUYER,
                  due_at=NOW + 2 * DAY, text="It does not turn on.")  # fmt: skip


def put(desk: Store, fact: facts.Fact) -> facts.Taken:
    with desk.write(SYSTEM) as unit:
        channel = shop.channel(unit.conn, "uk")
        assert channel is not None
        return facts.put(unit, channel, fact)


@pytest.fixture
def ebay(tmp_path: Path) -> Store:
    desk = Desk(tmp_path).store
    with desk.write(SYSTEM) as unit:
        unit.conn.execute(
            "INSERT INTO channel (id, platform, name, label, kind) VALUES ('uk', 'ebay', 'eBay UK', 'EBAY', 'marketplace')"
        )
    return desk


def test_an_order_comes_in_whole_and_twice_is_once(ebay: Store) -> None:
    assert put(ebay, ORDER).fresh
    assert not put(ebay, ORDER).fresh
    (order,) = shop.orders_by_key(ebay.conn, "260001")
    assert (order.remote_id, order.total_minor, order.ip_country, order.campaign) == ("R-1", 2590, "PT", "spring")
    assert [i.title for i in shop.items(ebay.conn, [order.id])] == ["Desk lamp"]
    assert [s.tracking for s in shop.shipments(ebay.conn, [order.id])] == ["JD01-46"]
    assert people.customer_by_key(ebay.conn, "ebay:u-77") == order.customer_id


def test_older_news_never_overwrites_newer(ebay: Store) -> None:
    put(ebay, replace(ORDER, status="delivered", updated_at=NOW))
    assert not put(ebay, replace(ORDER, status="paid", updated_at=NOW - 2 * DAY)).fresh
    assert shop.orders_by_key(ebay.conn, "260001")[0].status == "delivered"


def test_a_ticket_that_named_the_order_first_is_linked_and_hears_of_the_delivery(ebay: Store) -> None:
    with ebay.write(SYSTEM) as unit:
        taken = take(unit, "uk", Inbound("ebay:m1", "ebay:u-77", "Ines", "u-77", "Where?", "Where is 26-0001", NOW, NOW,
                                         order_numbers=("26-0001",), platform="ebay"))  # fmt: skip
    put(ebay, ORDER)
    assert [o.number for o in shop.orders_of_ticket(ebay.conn, taken.ticket_id)] == ["26-0001"]
    put(ebay, ShipmentRecord("R-1", Parcel("", "JD01-46", "delivered", delivered_at=NOW), NOW))
    assert "parcel_delivered" in [e.verb for e in events.of_ticket(ebay.conn, taken.ticket_id)]
    assert not put(ebay, ShipmentRecord("", Parcel("", "JD0146", "delivered", delivered_at=NOW), NOW)).fresh


def test_a_case_opens_one_ticket_with_the_buyers_words_and_the_platforms_reason(ebay: Store) -> None:
    put(ebay, ORDER)
    first = put(ebay, CASE)
    assert first.opened and not put(ebay, CASE).fresh
    ticket = tickets.get(ebay.conn, first.ticket_id)
    assert ticket is not None
    assert (ticket.type, ticket.order_number, ticket.subject) == ("defective", "26-0001", "Return request 26-0001")
    closed = put(ebay, replace(CASE, state="CLOSED", open=False, updated_at=NOW))
    assert closed.fresh and closed.ticket_id == first.ticket_id
    assert [e.verb for e in events.of_ticket(ebay.conn, first.ticket_id)].count("case_changed") == 1


def test_a_case_joins_the_buyers_open_ticket_about_the_order(ebay: Store) -> None:
    put(ebay, ORDER)
    with ebay.write(SYSTEM) as unit:
        asked = take(unit, "uk", Inbound("ebay:m1", "ebay:u-77", "Ines", "u-77", "Lamp", "It is broken", NOW, NOW,
                                         order_numbers=("26-0001",), platform="ebay"))  # fmt: skip
    assert put(ebay, CASE).ticket_id == asked.ticket_id


def test_a_closed_case_makes_no_work_until_it_begins_anew(ebay: Store) -> None:
    closed = replace(CASE, remote_id="C-10", open=False)
    assert not put(ebay, closed).opened
    assert not ebay.conn.execute("SELECT 1 FROM ticket").fetchone()
    assert not clocks.overdue_unmarked(ebay.conn, NOW, 1)
    assert put(ebay, replace(closed, open=True, updated_at=closed.updated_at + MINUTE)).opened


def test_a_case_from_before_the_first_fetch_is_work_while_it_is_open(ebay: Store) -> None:
    """It has the clocks of its case and no other; what came with it stays history, which no rule answers."""
    with ebay.write(SYSTEM) as unit:
        unit.conn.execute("UPDATE channel SET since = ? WHERE id = 'uk'", (NOW,))
    ticket = put(ebay, CASE).ticket_id
    (status, is_open) = ebay.conn.execute("SELECT status, is_open FROM ticket WHERE id = ?", (ticket,)).fetchone()
    assert (status, is_open) == ("open", 1)
    assert {c.kind for c in clocks.of_ticket(ebay.conn, ticket) if c.state == "running"} == {"platform", "step"}
    with ebay.write(SYSTEM) as unit:
        assert is_history(unit, ticket)
    assert not put(ebay, replace(CASE, remote_id="C-10", open=False)).opened, "what is over stays history"


def test_reviews_and_products_are_kept_once_and_brought_up_to_date(ebay: Store) -> None:
    review = ReviewRecord("V-1", 2, NOW, text="Too \x1b[31mdim", order_id="R-1", sku="LAMP-1", author_id="u-77")
    put(ebay, ORDER)
    assert put(ebay, review).fresh and not put(ebay, review).fresh
    assert put(ebay, replace(review, reply="Sorry!")).fresh
    rows = ebay.conn.execute("SELECT rating, body, reply, customer_id IS NOT NULL FROM review").fetchall()
    assert rows == [(2, "Too ␛[31mdim", "Sorry!", 1)]
    product = ProductRecord("LAMP-1", "Desk lamp", {"volt": "230"}, updated_at=NOW)
    assert put(ebay, product).fresh and not put(ebay, product).fresh
    assert put(ebay, replace(product, specs={}, sizes="S: 20 cm", title="", image="https://x.example/l.jpg")).fresh
    assert not put(ebay, replace(product, title="Older", updated_at=NOW - 1)).fresh
    row = ebay.conn.execute("SELECT title, specs, sizes FROM product").fetchone()
    told = {"volt": "230", "Image": "https://x.example/l.jpg"}
    assert (row[0], json.loads(row[1]), row[2]) == ("Desk lamp", told, "S: 20 cm"), "what is not told stays"
    assert not put(ebay, replace(product, sizes="S: 20 cm", image="https://x.example/l.jpg")).fresh


@pytest.mark.parametrize(
    ("platform", "code", "kind"),
    [
        ("amazon", "CR-DEFECTIVE", "defective"), ("amazon", "AMZ-PG-BAD-DESC", "not_as_described"),
        ("amazon", "CR-UNDELIVERABLE_UNKNOWN", "not_received"), ("amazon", "CR-UNDELIVERABLE_REFUSED", "changed_mind"),
        ("walmart", "WRONG_SIZE/POOR_FIT", "size_fit"), ("shopee", "NOT_RECEIPT", "not_received"),
        ("tiktok", "ecom_order_delivered_refund_reason_damaged_seller", "damaged"),
        ("tiktok", "ecom_order_shipped_refund_and_return_reason_too_big_uk", "size_fit"), ("ebay", "SOMETHING_NEW", "other"),
        ("mars", "DEFECTIVE", "other"),
    ],
)  # fmt: skip
def test_reason_codes_mean_what_the_platforms_say(platform: str, code: str, kind: str) -> None:
    assert type_of(platform, code) == kind


# Customers ------------------------------------------------------------------------------------------


def test_what_a_source_tells_of_a_buyer_stands_in_their_history(ebay: Store) -> None:
    from datetime import UTC

    from app.cards import buyer_rows
    from app.happened import Reader

    told = CustomerRecord(BUYER, tier="vip", note="likes tea", tags=("VIP", "Big Spender", "vip"), consent=False)
    assert put(ebay, told).fresh
    assert not put(ebay, told).fresh
    assert not put(ebay, CustomerRecord(BUYER)).fresh, "what it does not tell stays"
    number = people.customer_by_key(ebay.conn, "ebay:u-77")
    assert number is not None
    ines = people.customer(ebay.conn, number)
    assert ines is not None and (ines.note, ines.tags, ines.consent) == ("likes tea", '["big-spender", "vip"]', "no")
    rows = buyer_rows(ebay.conn, number, 0, Reader(NOW, UTC))
    assert rows[0] == ("", "#big-spender #vip · wants no marketing mail", "")
    assert put(ebay, replace(told, tags=("gone",), consent=True)).fresh
    assert buyer_rows(ebay.conn, number, 0, Reader(NOW, UTC))[0][1] == "#gone · takes marketing mail"


def test_a_buyer_of_whom_nothing_is_told_has_no_such_line(ebay: Store) -> None:
    from datetime import UTC

    from app.cards import buyer_rows
    from app.happened import Reader

    put(ebay, CustomerRecord(BUYER, tier="vip"))
    number = people.customer_by_key(ebay.conn, "ebay:u-77")
    assert number is not None
    assert buyer_rows(ebay.conn, number, 0, Reader(NOW, UTC)) == []
