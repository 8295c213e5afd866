"""A tracker of parcels and a service of reviews on the command line: linked as any account, and no inbox of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.wire import SystemClock, open_desk
from connectors.sandbox.ebay import EbaySite
from connectors.sandbox.judgeme import JudgeMeSite
from connectors.sandbox.market import Market
from connectors.sandbox.seventeentrack import SeventeenTrackSite
from connectors.sandbox.web import Site, served
from connectors.sandbox.world import make_world
from desk import inbox
from store.values import DAY
from tests.cli.conftest import Cli, Result


class Served:
    """eBay, 17TRACK and Judge.me over one small market, by the real clock."""

    def __init__(self, stack: ExitStack) -> None:
        clock = SystemClock()
        now = clock.now()
        self.market = Market(make_world(7, now, people=60, conversations=60), clock, platform="ebay")
        self.market.threads[:] = self.market.threads[-1:]
        self.market.orders[:] = [o for o in self.market.orders if o.parcels][-8:]
        self.market.reviews.clear()
        for order in self.market.orders[:2]:
            self.market.reviews_order(order, 4, "It does what it should.")
        self.tracker = SeventeenTrackSite(clock, self.market)
        self.tracker.registered = {p.tracking: now - DAY for p in self.tracker.parcels()}
        sites: dict[str, Site] = {"ebay": EbaySite(clock, self.market), "17track": self.tracker,
                                  "judgeme": JudgeMeSite(clock, self.market)}  # fmt: skip
        self.links: dict[str, Any] = {
            name: site.link(stack.enter_context(served(site)))  # type: ignore[attr-defined]  # every stand-in has it
            for name, site in sites.items()
        }

    def add(self, desk: Cli, platform: str, *more: str, **secrets: str) -> Result:
        settings, kept = self.links[platform]
        given = {**kept, **secrets}
        words = [f"{key}={value}" for key, value in settings.items()]
        asked = [word for name in given for word in ("--secret-stdin", name)]
        return desk("channel", "add", platform, *words, *asked, "--since", "90d", *more,
                    stdin="".join(f"{v}\n" for v in given.values()))  # fmt: skip


@pytest.fixture
def services() -> Iterator[Served]:
    with ExitStack() as stack:
        yield Served(stack)


def test_the_order_shows_what_the_carrier_says_and_who_says_it(desk: Cli, services: Served, folder: Path) -> None:
    for platform in ("ebay", "17track"):
        found = services.add(desk, platform)
        assert found.code == 0, found.err
    assert desk("sync", "--once").code == 0
    order = max(services.market.orders, key=lambda o: o.parcels[0].shipped_at)
    (shown,) = desk("order", "show", order.number, "--json").json["orders"]
    (parcel,) = shown["shipments"]
    assert (parcel["tracking"], parcel["told_by"]) == (order.parcels[0].tracking, "17TRACK")
    assert parcel["last_scan"]
    assert parcel["status_at"]
    assert "17TRACK" in desk("order", "show", order.number).out
    assert services.tracker.quota == 1_000
    key = services.links["17track"][1]["account_key"]
    assert key not in (folder / "vault.json").read_text()
    assert not any(key.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_how_many_parcels_are_left_stands_with_the_account(desk: Cli, services: Served) -> None:
    services.tracker.registered.clear()
    services.add(desk, "ebay")
    services.add(desk, "17track")
    desk("sync", "--once")
    left = services.tracker.quota
    assert left < 1_000
    assert f"{left} of 1000 parcels are left" in desk("channel", "test", "17track").out
    assert f"registrations {left:,}" in desk("channel", "list").out


def test_a_quota_used_up_is_said_with_its_cure(desk: Cli, services: Served) -> None:
    services.tracker.registered.clear()
    services.tracker.quota = 0
    services.add(desk, "ebay")
    assert services.add(desk, "17track").code == 1, "the test before it is kept says so"
    services.add(desk, "17track", "--no-test")
    desk("sync", "--once")
    rows = {c["id"]: c for c in desk("channel", "list", "--json").json["channels"]}
    assert "Buy more there" in rows["17track"]["fault"]


def test_services_are_no_inbox(desk: Cli, services: Served, folder: Path) -> None:
    for platform in ("ebay", "17track", "judgeme"):
        services.add(desk, platform)
    desk("sync", "--once")
    store = open_desk(folder).store
    names = [line.view.name for line in inbox.views(store.conn, inbox.context(store.conn, "ana", store.clock.now()))]
    (reviews,) = store.conn.execute("SELECT count(*) FROM review WHERE channel_id = 'judgeme'").fetchone()
    store.close()
    assert "eBay" in names
    assert not {"17TRACK", "Judge.me"} & set(names)
    assert reviews == 2


def test_a_wrong_key_keeps_nothing(desk: Cli, services: Served) -> None:
    for platform, secret in (("17track", "account_key"), ("judgeme", "api_token")):
        found = services.add(desk, platform, **{secret: "wrong"})
        assert found.code == 1
        assert "enter" in found.err
    assert desk("channel", "list", "--json").json["channels"] == []
