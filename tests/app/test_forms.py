"""A platform's own forms of message at the workstation, against Amazon's stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from connectors.sandbox.amazon import AmazonSite
from connectors.sandbox.market import Market
from connectors.sandbox.web import served
from connectors.sandbox.world import make_world
from store.sql import outbox
from store.values import SYSTEM
from store.vault import Vault
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until, write


@pytest.fixture
def amazon(desk: TestDesk) -> Iterator[AmazonSite]:
    """The stand-in, linked, with one order; ticket 1 is about it."""
    site = AmazonSite(desk.clock, Market(make_world(7, NOON, people=20, conversations=20), desk.clock, platform="amazon",
                                         shop="amazon-de"))  # fmt: skip
    with served(site) as url:
        settings, secrets = site.link(url)
        ticket = desk.mail("Where is it?")
        for name, value in secrets.items():
            Vault(desk.store.folder).put(f"channel/az/{name}", value)
        with desk.store.write(SYSTEM) as unit:
            unit.conn.execute(
                "INSERT INTO channel (id, platform, name, label, kind, settings) VALUES ('az', 'amazon', 'Amazon DE', 'AZ', "
                "'marketplace', ?)", (json.dumps(settings),))  # fmt: skip
            number = site.market.orders[-1].number
            order = unit.conn.execute(
                "INSERT INTO orders (channel_id, remote_id, number, number_key, status, placed_at, updated_at) VALUES "
                "('az', ?, ?, ?, 'shipped', ?, ?)", (number, number, number.replace("-", ""), NOON, NOON)).lastrowid  # fmt: skip
            unit.conn.execute("INSERT INTO ticket_order (ticket_id, order_id) VALUES (?, ?)", (ticket, order))
        yield site


async def test_what_the_order_allows_is_asked_chosen_written_and_queued(desk: TestDesk, amazon: AmazonSite) -> None:
    async with desk.workstation(size=(80, 24)) as pilot:
        await press(pilot, "L")
        await until(pilot, lambda: "Tell of a problem with the order" in screen_text(pilot))
        assert "Send the warranty" not in screen_text(pilot), "only what this order allows"
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "composer")
        await write(pilot, "It leaves on Monday.")
        await press(pilot, "escape")
        assert "no answer to the buyer" in screen_text(pilot) and "Send as Amazon DE" in screen_text(pilot)
        await press(pilot, "y")
        (row,) = outbox.listed(desk.store.conn)
        assert (row.kind, row.channel_id, row.state) == ("form", "az", "held")
        await press(pilot, "z")
        await until(pilot, lambda: outbox.listed(desk.store.conn)[0].state == "cancelled")
        await press(pilot, "r")
        assert "A form of message of yours in #1 waits." in screen_text(pilot)
    assert amazon.orders.sent == []


async def test_a_form_that_needs_a_file_does_not_leave_without(desk: TestDesk, amazon: AmazonSite) -> None:
    amazon.orders.forms = {"invoice"}
    async with desk.workstation() as pilot:
        await press(pilot, "L")
        await until(pilot, lambda: "Send the invoice" in screen_text(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "review")
        await press(pilot, "y")
        await until(pilot, lambda: "This form needs a file." in screen_text(pilot))
        assert outbox.listed(desk.store.conn) == []


async def test_what_stands_in_the_way_is_said(desk: TestDesk, amazon: AmazonSite) -> None:
    amazon.orders.forms = set()
    desk.mail("Another")
    async with desk.workstation() as pilot:
        desk_of(pilot).acts.stand_on(1)
        await press(pilot, "L")
        await until(pilot, lambda: "allows no message about" in screen_text(pilot))
        amazon.consent = False
        amazon.tokens.clear()
        await press(pilot, "L")
        await until(pilot, lambda: "cannot be asked now" in screen_text(pilot))
        desk_of(pilot).acts.stand_on(2)
        await press(pilot, "L")
        await until(pilot, lambda: "has no order of a platform with forms" in screen_text(pilot))
