"""Linking an account at the workstation, and how accounts do: nothing typed is echoed, nothing blocks the keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

import app.starting_sync
from app.safe import width_of
from connectors.sandbox.market import Market
from connectors.sandbox.shopee import ShopeeSite
from connectors.sandbox.web import served
from connectors.sandbox.world import make_world
from desk import channels
from desk.sync import first
from desk.sync.fetching import of_ticket
from desk.sync.loop import Sync
from desk.sync.reader import InProcess
from store import events
from store.sql import shop, sync
from store.values import DAY, HOUR, SYSTEM
from store.vault import Vault
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, settled, until, write

KEY = "shpk_stand_in_key_0001"


class Standing:
    def __init__(self, desk: TestDesk) -> None:
        market = Market(make_world(7, NOON, people=60, conversations=60), desk.clock, platform="shopee")
        self.site = ShopeeSite(desk.clock, market)
        self.url = ""


@pytest.fixture
def shopee(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    begun: list[Path] = []
    monkeypatch.setattr(app.starting_sync, "begin_sync", begun.append)
    made = Standing(desk)
    with served(made.site) as made.url:
        yield made


def form(pilot: Pilot[int]) -> object:
    setting_up = desk_of(pilot).acts.setting_up
    assert setting_up is not None and setting_up.state.form_page is not None
    return setting_up.state.form_page


async def put(pilot: Pilot[int], key: str, text: str) -> None:
    """Types into a line of the form."""
    form(pilot).to(key)  # type: ignore[attr-defined]
    await press(pilot, "enter", "ctrl+u")
    await write(pilot, text)
    await press(pilot, "escape")


async def describe(pilot: Pilot[int], url: str, *, key: str = KEY, name: str = "Shopee SG") -> None:
    desk_of(pilot).perform("channel.add")
    await settled(pilot)
    form(pilot).form.put("platform", "shopee")  # type: ignore[attr-defined]
    form(pilot).form.put("more", True)  # type: ignore[attr-defined]
    for field, text in (("name", name), ("shopee_partner_id", "1000001"), ("shopee_shop_id", "600100"),
                        ("shopee_refresh_token", "refresh0"), ("shopee_api_url", url)):  # fmt: skip
        form(pilot).form.put(field, text)  # type: ignore[attr-defined]
    form(pilot).to("shopee_partner_key")  # type: ignore[attr-defined]
    await press(pilot, "enter")
    await write(pilot, key[:4])
    desk_of(pilot).acts.setting_up.filling.pasted(key[4:])  # type: ignore[union-attr]
    assert "••••" in screen_text(pilot) and key not in screen_text(pilot)
    await press(pilot, "escape")


def everywhere(desk: TestDesk) -> bytes:
    return b"".join(p.read_bytes() for p in desk.store.folder.rglob("*") if p.is_file() and "vault" not in p.name)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_account_is_linked_from_zero_and_its_first_fetch_is_shown(
    desk: TestDesk, shopee: Standing, size: tuple[int, int]
) -> None:
    async with desk.workstation(size=size) as pilot:
        await describe(pilot, shopee.url)
        assert KEY not in screen_text(pilot) and "refresh0" not in screen_text(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "The first fetch" in screen_text(pilot))
        found = shop.channel(desk.store.conn, "shopee-sg")
        assert found is not None and found.platform == "shopee" and KEY not in found.settings
        assert Vault(desk.store.folder).get("channel/shopee-sg/partner_key") == KEY
        assert KEY.encode() not in everywhere(desk) and b"refresh0" not in everywhere(desk)
        assert not [e for e in events.after(desk.store.conn, 0, 500) if KEY in str(e.payload)]
        with desk.store.write(SYSTEM) as unit:
            now = first.First(NOON, NOON - HOUR, NOON, (first.Stream("orders", NOON, share=0.5, read=40),))
            first.put(unit, "shopee-sg", now)
        await until(pilot, lambda: "50%" in screen_text(pilot))
        assert all(width_of(line) <= size[0] for line in screen_text(pilot).split("\n"))
        await press(pilot, "escape")
        await until(pilot, lambda: "kept; type to" in screen_text(pilot))


async def test_an_account_that_does_not_answer_is_not_kept_until_it_is_said_twice(desk: TestDesk, shopee: Standing) -> None:
    async with desk.workstation() as pilot:
        await describe(pilot, shopee.url, key="wrong")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "enter the partner key again" in " ".join(screen_text(pilot).split()) and
                    "Nothing was saved" in screen_text(pilot))  # fmt: skip
        assert shop.channel(desk.store.conn, "shopee-sg") is None
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shop.channel(desk.store.conn, "shopee-sg") is not None)


async def test_keys_work_while_a_platform_lets_us_wait(desk: TestDesk, shopee: Standing) -> None:
    held = threading.Event()
    answer = shopee.site.answer
    shopee.site.answer = lambda request: (held.wait(20), answer(request))[1]  # type: ignore[method-assign]
    async with desk.workstation() as pilot:
        await describe(pilot, shopee.url)
        form(pilot).form.put("shopee_partner_key", KEY)  # type: ignore[attr-defined]
        await pilot.press("t")
        await until(pilot, lambda: "running" in screen_text(pilot))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Keys" in screen_text(pilot))
        await pilot.press("escape")
        held.set()
        await until(pilot, lambda: "The account works." in screen_text(pilot))
        assert shop.channel(desk.store.conn, "shopee-sg") is None, "a test keeps nothing"


async def test_a_dead_platform_says_so(desk: TestDesk, shopee: Standing) -> None:
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("channel.add")
        await settled(pilot)
        form(pilot).form.put("platform", "Wish")  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert "dead since 2024" in " ".join(screen_text(pilot).split())


async def test_removing_keeps_tickets_and_z_brings_the_account_back_with_its_secrets(desk: TestDesk, shopee: Standing) -> None:
    async with desk.workstation() as pilot:
        await describe(pilot, shopee.url)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "The first fetch" in screen_text(pilot))
        await press(pilot, "escape", "escape")
        state = desk_of(pilot).acts.setting_up.state  # type: ignore[union-attr]
        state.reload(desk_of(pilot).acts.setting_up.reading, "shopee-sg")  # type: ignore[union-attr]
        await press(pilot, "d")
        await until(pilot, lambda: shop.channel(desk.store.conn, "shopee-sg").state == "removed")  # type: ignore[union-attr]
        assert not Vault(desk.store.folder).names()
        await press(pilot, "z")
        await until(pilot, lambda: shop.channel(desk.store.conn, "shopee-sg").state == "active")  # type: ignore[union-attr]
        assert Vault(desk.store.folder).get("channel/shopee-sg/partner_key") == KEY


async def test_another_name_needs_no_test_and_no_secret(desk: TestDesk, shopee: Standing) -> None:
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("go.setup:channels")
        await settled(pilot)
        await press(pilot, "enter")
        await put(pilot, "name", "Care mail")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shop.channel(desk.store.conn, "mail").name == "Care mail")  # type: ignore[union-attr]
        assert shop.channel(desk.store.conn, "mail").settings == '{"from_address": "care@shop.example"}'  # type: ignore[union-attr]


def linked(desk: TestDesk, shopee: Standing) -> Sync:
    """The account as if it had been linked, and what fetches it."""
    from app.wire import Wired

    with desk.store.write(SYSTEM) as unit:
        channels.add(unit, "sg", platform="shopee", name="Shopee SG", label="SG", since=NOON - 30 * DAY, kind="marketplace",
                     settings={"partner_id": "1000001", "shop_id": "600100", "api_url": shopee.url})  # fmt: skip
    vault = Vault(desk.store.folder)
    vault.put("channel/sg/partner_key", KEY)
    vault.put("channel/sg/refresh_token", "refresh0")
    return Sync(desk.store, Wired(desk.store).connector, InProcess(), "test", "sg")


async def test_one_key_shows_how_accounts_do_tests_one_and_pauses_it(desk: TestDesk, shopee: Standing) -> None:
    linked(desk, shopee)
    sync.good(desk.store.conn, "mail", NOON)
    sync.bad(desk.store.conn, "sg", "The shop no longer allows the app; authorise it again.", NOON - HOUR)
    async with desk.workstation(size=(80, 24)) as pilot:
        await press(pilot, "g", "h")
        text = screen_text(pilot)
        assert "How the accounts do" in text and "Shopee SG" in text and "never" in text
        await press(pilot, "j")
        await until(pilot, lambda: "authorise it again" in screen_text(pilot) and "failing since" in screen_text(pilot))
        assert "deskhand channel test sg" in screen_text(pilot)
        await pilot.press("t")
        await until(pilot, lambda: "It works: Signed in to" in screen_text(pilot))
        shopee.site.linked = False
        await pilot.press("t")
        await until(pilot, lambda: "Sign-in refused or revoked" in screen_text(pilot))
        await press(pilot, "p")
        await until(pilot, lambda: shop.channel(desk.store.conn, "sg").state == "paused")  # type: ignore[union-attr]
        await press(pilot, "p")
        await until(pilot, lambda: shop.channel(desk.store.conn, "sg").state == "active")  # type: ignore[union-attr]
        await press(pilot, "enter")
        await until(pilot, lambda: "What is fetched" in screen_text(pilot))


async def test_the_palette_and_help_know_both(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, ":")
        await write(pilot, "health of")
        await until(pilot, lambda: "Health of the channels" in screen_text(pilot))
        await press(pilot, "ctrl+u")
        await write(pilot, "connect an")
        await until(pilot, lambda: "Connect an account" in screen_text(pilot))


async def test_one_key_asks_the_platform_for_the_order_of_the_ticket(desk: TestDesk, shopee: Standing) -> None:
    linked(desk, shopee).once()
    desk.clock.at += HOUR  # the account's limit is filled up again
    conn = desk.store.conn
    sql = "SELECT id FROM ticket WHERE order_number IN (SELECT number FROM orders) ORDER BY id DESC"
    (ticket,) = conn.execute(sql).fetchone()
    number = of_ticket(conn, ticket)[0].name
    conn.execute("UPDATE orders SET status = 'nobody knows', updated_at = 0")
    async with desk.workstation() as pilot:
        desk_of(pilot).acts.moving.open_ticket(ticket)
        await settled(pilot)
        await pilot.press("U")
        await until(pilot, lambda: "as the platform has it now" in screen_text(pilot))
        assert conn.execute("SELECT status FROM orders WHERE number = ?", (number,)).fetchone()[0] != "nobody knows"
        shopee.site.linked = False
        await pilot.press("U")
        await until(pilot, lambda: "authorise it again" in screen_text(pilot))
        shopee.site.linked = True


async def test_a_ticket_that_names_nothing_to_ask_for_says_so(desk: TestDesk) -> None:
    desk.mail("Hello")
    async with desk.workstation() as pilot:
        await press(pilot, "U")
        await until(pilot, lambda: "has no order" in screen_text(pilot))
