"""An order number without a label is linked where the desk holds such an order, and only there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.sync.bare_orders import MOST, tokens
from store.sql import shop
from tests.desk.small import Desk


def order(desk: Desk, number: str, *, buyer: str = "") -> int:
    with desk.acting() as unit:
        customer = None
        if buyer:
            from store.sql import people

            customer = people.add_customer(unit.conn, key=f"email:{buyer}", name=buyer, email=buyer, now=unit.now)
        key = number.casefold().replace("-", "")
        return unit.conn.execute(
            "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at) VALUES ('mail', ?, ?, ?, 1)",
            (number, key, customer),
        ).lastrowid


def linked(desk: Desk, ticket_id: int) -> list[str]:
    return [o.number for o in shop.orders_of_ticket(desk.store.conn, ticket_id)]


def test_a_bare_number_of_an_order_the_desk_holds_is_linked(desk: Desk) -> None:
    order(desk, "NL13874")
    ticket = desk.mail(text="Hi, any news on NL13874? And on NL99999?").ticket_id
    assert linked(desk, ticket) == ["NL13874"]
    assert desk.ticket(ticket).order_number == "NL13874"


def test_spelling_does_not_matter(desk: Desk) -> None:
    order(desk, "NL-13874")
    assert linked(desk, desk.mail(text="nl13874, please").ticket_id) == ["NL-13874"]
    assert linked(desk, desk.mail(subject="#NL-13874", sender="b@buyer.example").ticket_id) == ["NL-13874"]


def test_a_short_number_counts_only_for_the_buyer_whose_order_it_is(desk: Desk) -> None:
    order(desk, "13874", buyer="anna@buyer.example")
    text = "I moved to 13874 Berlin"
    assert linked(desk, desk.mail(text=text).ticket_id) == ["13874"]
    assert linked(desk, desk.mail(text=text, sender="b@buyer.example").ticket_id) == []
    order(desk, "1387412")
    assert linked(desk, desk.mail(text="about 1387412", sender="c@buyer.example").ticket_id) == ["1387412"]


def test_a_later_message_that_names_the_order_links_it(desk: Desk) -> None:
    order(desk, "NL13874")
    ticket = desk.mail(key="a", text="Where is it?").ticket_id
    desk.mail(key="b", answers="a", text="I mean NL13874.")
    assert linked(desk, ticket) == ["NL13874"]


def test_what_is_no_number_of_an_order_is_not_looked_up() -> None:
    assert tokens("on 2026-11-02 in 2026, call me@x1234.example or see https://x.example/a12345 v1.2345.6") == {}
    assert tokens("NL13874, (4711) and AB-12345-6!") == {"nl13874": True, "4711": False, "ab123456": True}


@given(st.text(alphabet="NL0123456789-_ #.\n", max_size=3000))
def test_never_more_than_a_few_are_looked_up(text: str) -> None:
    assert len(tokens(text)) <= MOST
