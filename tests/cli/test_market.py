"""A marketplace account on the command line: linked, tested, fetched, paused, removed; its stand-in served."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.wire import SystemClock, open_desk
from connectors.registry import manifest
from connectors.sandbox.ebay import EbaySite
from connectors.sandbox.market import Market
from connectors.sandbox.standing import STAND_INS, standing
from connectors.sandbox.web import served
from connectors.sandbox.world import make_world
from store.values import DAY
from tests.cli.conftest import Cli, Result


class Standing:
    """eBay on loopback, with a few conversations, by the real clock, since the command line knows no other."""

    def __init__(self, site: EbaySite, url: str) -> None:
        self.site, self.market = site, site.market
        self.settings, self.secrets = site.link(url)

    def add(self, desk: Cli, *more: str, **secrets: str) -> Result:
        given = {**self.secrets, **secrets}
        words = [f"{key}={value}" for key, value in self.settings.items()]
        asked = [word for name in given for word in ("--secret-stdin", name)]
        return desk("channel", "add", "ebay", *words, *asked, *more, stdin="".join(f"{v}\n" for v in given.values()))


@pytest.fixture
def ebay() -> Iterator[Standing]:
    clock = SystemClock()
    now = clock.now()
    market = Market(make_world(7, now, people=60, conversations=60), clock, platform="ebay")
    market.threads[:] = [t for t in market.threads if t.updated_at < now - 15 * DAY][-2:] + market.threads[-2:]
    site = EbaySite(clock, market)
    with served(site) as url:
        yield Standing(site, url)


def test_an_account_is_linked_tested_and_pulled(desk: Cli, ebay: Standing, folder: Path) -> None:
    found = ebay.add(desk)
    assert found.code == 0, found.err
    assert not any(value in (folder / "vault.json").read_text() for value in ebay.secrets.values())
    (channel,) = desk("channel", "list", "--json").json["channels"]
    assert (channel["id"], channel["platform"], channel["kind"]) == ("ebay", "ebay", "marketplace")
    assert not set(channel["settings"]) & set(ebay.secrets)
    assert desk("channel", "test", "ebay", "--json").json["ok"] is True
    assert desk("sync", "--once").code == 0
    assert desk("count", "channel:ebay is:open", "--json").json["count"] >= 1
    begun = desk("list", "channel:ebay", "--json").json["tickets"]
    assert begun


def test_what_is_older_than_asked_for_opens_no_ticket(desk: Cli, ebay: Standing) -> None:
    assert ebay.add(desk, "--since", "0d").code == 0
    assert desk("sync", "--once").code == 0
    assert desk("count", "is:open", "--json").json["count"] == 0


def test_a_wrong_secret_keeps_nothing_and_says_the_cure(desk: Cli, ebay: Standing) -> None:
    found = ebay.add(desk, client_secret="wrong")
    assert found.code == 1
    assert "Cert ID" in found.err
    assert desk("channel", "list", "--json").json["channels"] == []


def test_a_secret_that_is_missing_is_named(desk: Cli) -> None:
    found = desk("channel", "add", "ebay", "username=x", "client_id=y")
    assert found.code == 1
    assert "client_secret, refresh_token" in found.err


def test_consent_taken_back_is_said_in_one_line(desk: Cli, ebay: Standing) -> None:
    ebay.add(desk)
    ebay.site.consent = False
    found = desk("channel", "test", "ebay", "--json")
    assert found.code == 1
    assert any("sign in again" in line for line in found.json["lines"])


def test_paused_is_not_fetched_and_removed_keeps_its_tickets(desk: Cli, ebay: Standing, folder: Path) -> None:
    ebay.add(desk)
    assert desk("channel", "pause", "ebay").code == 0
    asked = len(ebay.site.log)
    desk("sync", "--once")
    assert len(ebay.site.log) == asked
    assert desk("channel", "resume", "ebay").code == 0
    desk("sync", "--once")
    count = desk("count", "channel:ebay", "--json").json["count"]
    assert desk("channel", "remove", "ebay", "--yes").code == 0
    assert len(desk("list", "created:>2020-01-01", "--json").json["tickets"]) == count > 0
    assert "channel/ebay/" not in (folder / "vault.json").read_text()


def test_an_order_is_fetched_now(desk: Cli, ebay: Standing) -> None:
    ebay.add(desk)
    order = ebay.market.orders[-1]
    unknown = desk("order", "fetch", order.number)
    assert unknown.code == 1 and "--channel" in unknown.err
    (found,) = desk("order", "fetch", order.number, "--channel", "ebay", "--json").json["orders"]
    assert (found["number"], found["channel"]) == (order.number, "ebay")
    ebay.market.refund(order, "k", order.total)
    order.updated_at = ebay.market.clock.now()
    (found,) = desk("order", "fetch", order.number, "--json").json["orders"]
    assert found["status"] == "FULLY_REFUNDED"


def test_what_the_platform_does_not_have_is_said(desk: Cli, ebay: Standing) -> None:
    ebay.add(desk)
    found = desk("order", "fetch", "12-00000-00000", "--channel", "ebay")
    assert found.code == 1
    assert "could not be fetched" in found.err


def test_an_answer_from_the_desk_reaches_the_buyer_once_and_its_copy_comes_back_once(
    desk: Cli, ebay: Standing, folder: Path
) -> None:
    ebay.add(desk)
    desk("sync", "--once")
    talk = ebay.market.threads[-1]
    ebay.market.says(talk, "Any news of the frobnicator?")
    desk("sync", "--once")
    (ticket,) = desk("list", "frobnicator", "--json").json["tickets"]
    assert (ticket["platform"], ticket["channel"]) == ("ebay", "EBAY")
    sent = desk("reply", str(ticket["id"]), "--text", "It leaves today.", "--then", "pending", "--yes")
    assert sent.code == 0, sent.err
    store = open_desk(folder).store
    store.conn.execute("UPDATE outbox SET hold_until = 0")
    store.close()
    assert desk("sync", "--once").code == 0
    assert [m.text for m in talk.messages].count("It leaves today.") == 1
    assert desk("sync", "--once").code == 0
    shown = desk("show", str(ticket["id"]), "--json").json
    assert [m["text"] for m in shown["messages"]].count("It leaves today.") == 1
    assert (shown["status"], desk("outbox", "list", "--json").json["outbox"][0]["state"]) == ("pending", "sent")


def test_every_stand_in_gives_what_its_platform_asks_for() -> None:
    with standing(tuple(STAND_INS), SystemClock()) as found:
        for one in found:
            asked = {s.key: s.kind for s in manifest(one.platform).settings}
            needed = {s.key for s in manifest(one.platform).settings if s.required}
            assert needed <= {*one.settings, *one.secrets} <= set(asked)
            assert {asked[key] for key in one.secrets} == {"secret"}


def test_stand_ins_are_served_until_they_are_stopped(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "app.cli", "sandbox", "serve", "--platform", "ebay", "--platform", "shopify", "--json"]
    server = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "DESKHAND_DESK": str(tmp_path / "none")})  # fmt: skip
    assert server.stdout is not None
    try:
        text = ""
        while not text.endswith("\n}\n"):
            text += server.stdout.readline()
        told = json.loads(text)
    finally:
        server.send_signal(signal.SIGINT)
        code = server.wait(15)
    assert code == 0
    assert [s["platform"] for s in told["stand_ins"]] == ["ebay", "shopify"]
    (first, _) = told["stand_ins"]
    assert first["url"].startswith("http://127.0.0.1:")
    assert first["settings"]["api_url"] == first["url"]
    assert first["secrets"]["refresh_token"]
