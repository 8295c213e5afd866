"""What the palette finds in the desk itself: customers, tickets, templates, and the way to them."""

from __future__ import annotations

from datetime import UTC

import pytest

from app import words
from app.finding import providers
from app.session import Session
from app.widgets.palette import Entry
from desk import tickets
from store.sql import shop
from tests.app.desks import TestDesk, desk_of, press, screen_text, until


def found(desk: TestDesk, typed: str) -> dict[str, Entry]:
    ana = shop.agent(desk.store.conn, "ana")
    assert ana is not None
    session = Session(desk.store, ana, UTC, "session-ana")
    return {entry.id: entry for provider in providers(session) for entry in provider(typed)}


@pytest.mark.parametrize("typed", ["jürg", "jurg", "müll", "müller", "jürgen mül"])
def test_a_buyer_is_found_by_the_beginning_of_any_of_their_names(desk: TestDesk, typed: str) -> None:
    ticket = desk.mail("Zerbrochen", name="Jürgen Müller", sender="jm@buyer.example")
    desk.mail("Other", name="Marie Dubois", sender="marie@buyer.example")
    rows = found(desk, typed)
    assert [id for id in rows if id.startswith("ticket.open")] == [f"ticket.open:{ticket}"]
    (buyer,) = [entry for id, entry in rows.items() if id.startswith("go.customer")]
    assert (buyer.text, buyer.note) == ("customer Jürgen Müller", "jm@buyer.example")


def test_a_template_is_found_by_its_name_and_not_by_the_word_template_alone(desk: TestDesk) -> None:
    def templates(typed: str) -> list[str]:
        return [id.partition(":")[2] for id in found(desk, typed) if id.startswith("ticket.template:")]

    assert templates("we have") == templates("template WE HAVE") == ["ack"]
    assert templates("ack") == ["ack", "withdrawal_ack"]
    assert templates("template") == []


@pytest.mark.parametrize("typed", ["set up: rul", "rules", "设置：规则", "设置：规", "规则"])
def test_a_room_of_the_set_up_is_found_as_it_is_written_in_either_language(desk: TestDesk, typed: str) -> None:
    words.use("en" if typed.isascii() else "zh_CN")
    try:
        assert "go.setup:rules" in found(desk, typed)
    finally:
        words.use("en")


def test_half_a_query_finds_nothing_and_breaks_nothing(desk: TestDesk) -> None:
    desk.mail("One")
    for typed in ('"', "due:", "(", "a", "#", "#99"):
        assert not [id for id in found(desk, typed) if id.startswith(("ticket.open", "go.customer"))]


async def test_choosing_a_customer_lists_all_their_tickets(desk: TestDesk) -> None:
    one = desk.mail("One", name="Jürgen Müller", sender="jm@buyer.example")
    two = desk.mail("Two", name="Jürgen Müller", sender="jm@buyer.example")
    desk.mail("Other", name="Marie Dubois", sender="marie@buyer.example")
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        await app.session.act(lambda unit: tickets.set_status(unit, one, "solved"))
        await press(pilot, "ctrl+p", *"müller")
        await until(pilot, lambda: "▸ customer Jürgen Müller" in screen_text(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: {line.id for line in app.session.listing.lines} == {one, two})
