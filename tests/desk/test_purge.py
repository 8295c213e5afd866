"""Buyers' data of Amazon goes when its policy says so, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from app import beside
from app.happened import Reader
from connectors.contract import Buyer, Line, OrderRecord, Parcel
from desk import channels, erasing, purge, thread
from desk.sync import facts, timers
from store import events
from store.sql import people, shop, sync
from store.sql.rows import Channel
from store.values import DAY, HOUR, SYSTEM, Instant, Money
from tests.desk.small import Desk

API: dict[str, object] = {"seller_id": "A1", "marketplaces": "A1PA6795UKMFR9", "client_id": "x"}
ALIAS = "anna12345678@marketplace.amazon.de"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from amazon(tmp_path)


def amazon(folder: Path) -> Iterator[Desk]:
    """A desk with a linked account at Amazon."""
    made = Desk(folder / "desk")
    add(made, "amz", "amazon", API)
    yield made
    made.close()


def add(desk: Desk, name: str, platform: str, settings: dict[str, object]) -> None:
    with desk.store.write(SYSTEM) as unit:
        channels.add(unit, name, platform=platform, name=name, label=name.upper(), settings=settings, since=0,
                     kind="marketplace")  # fmt: skip


def buys(desk: Desk, number: str, *, alias: str = ALIAS, delivered: Instant | None = None, changed: Instant | None = None,
         channel: str = "amz") -> None:  # fmt: skip
    at = changed if changed is not None else desk.clock.at
    parcel = Parcel("DHL", f"JJD{number}", "shipped", at - DAY, delivered)
    order = OrderRecord(number, number, at - 2 * DAY, at, "SHIPPED", Buyer(alias, "Anna Beispiel", alias, "de", "DE"),
                        Money("EUR", 1990), (Line("1", "SKU-1", "Mug", 1, Money("EUR", 1990)),), (parcel,), "DE")  # fmt: skip
    with desk.store.write(SYSTEM) as unit:
        facts.put(unit, row(desk, channel), order)


def row(desk: Desk, channel: str) -> Channel:
    found = shop.channel(desk.store.conn, channel)
    assert found is not None
    return found


def tick(desk: Desk) -> int:
    desk.holder = desk.held()
    return purge.run_due(desk.store, desk.holder)


def names(desk: Desk) -> list[tuple[str, str]]:
    return [tuple(r) for r in desk.store.conn.execute("SELECT name, email FROM customer WHERE country = 'DE' ORDER BY id")]


def head(desk: Desk, ticket: int) -> str:
    """What must be seen above a ticket."""
    conn = desk.store.conn
    seen = beside.read(conn, ticket, thread.log(conn, ticket))
    lines = beside.trouble_lines(desk.ticket(ticket), seen, Reader(desk.clock.at, UTC))
    return "".join(span[0] for line in lines for span in line)


def test_a_buyer_is_cleared_thirty_days_after_delivery_and_not_before(desk: Desk) -> None:
    buys(desk, "306-1", delivered=desk.clock.at)
    desk.clock.at += 30 * DAY - HOUR
    assert tick(desk) == 0
    assert names(desk) == [("Anna Beispiel", ALIAS)]
    desk.clock.at += DAY
    assert tick(desk) == 1
    assert names(desk) == [("", "")]
    assert people.customer_by_key(desk.store.conn, f"amazon:{ALIAS}") is None
    left = desk.store.conn.execute("SELECT number, total_minor, country FROM orders").fetchall()
    assert [tuple(r) for r in left] == [("306-1", 1990, "DE")]


def test_it_is_told_how_many_and_never_who(desk: Desk) -> None:
    buys(desk, "306-1", delivered=desk.clock.at)
    desk.clock.at += 31 * DAY
    timers.tick(desk.store, desk.held())
    told = [e for e in events.after(desk.store.conn, 0) if e.verb == purge.PURGED]
    assert [e.payload for e in told] == [
        {"channel": "amz", "days": 30, "buyers": 1, "tickets": 0, "records": 0}
    ]


def test_the_days_are_a_setting_that_cannot_be_switched_off(desk: Desk) -> None:
    with desk.store.write(SYSTEM) as unit:
        channels.configure(unit, "amz", {**API, "purge_days": 7})
    buys(desk, "306-1", delivered=desk.clock.at)
    desk.clock.at += 8 * DAY
    assert tick(desk) == 1
    assert purge.days_of(row(desk, "amz")._replace(settings=json.dumps({**API, "purge_days": 0}))) == 30


def test_without_a_delivery_the_last_change_of_the_order_counts(desk: Desk) -> None:
    buys(desk, "306-1")
    desk.clock.at += 20 * DAY
    buys(desk, "306-1")
    desk.clock.at += 29 * DAY
    assert tick(desk) == 0
    desk.clock.at += 2 * DAY
    assert tick(desk) == 1


def test_an_open_ticket_is_flagged_a_week_before_with_the_day_and_goes_on_it(desk: Desk) -> None:
    buys(desk, "306-1", delivered=desk.clock.at)
    ticket = desk.mail(sender=ALIAS, key="a1", platform="amazon", order_numbers=("306-1",)).ticket_id
    due = desk.clock.at + 30 * DAY
    desk.clock.at = due - 8 * DAY
    assert tick(desk) == 0
    assert not desk.told(ticket, purge.SOON)
    for _ in range(3):
        desk.clock.at += DAY
        assert tick(desk) == 0
    (soon,) = desk.told(ticket, purge.SOON)
    assert soon.payload and soon.payload["at"] == due
    assert desk.ticket(ticket).flagged and desk.said(ticket) == ["Where is my parcel?"]
    assert "this ticket is cleared" in head(desk, ticket)
    desk.clock.at = due + DAY
    assert tick(desk) == 2, "the conversation and the buyer"
    assert head(desk, ticket) == ""
    assert desk.said(ticket) == [""]
    assert desk.ticket(ticket).is_open and desk.told(ticket, erasing.CLEARED)
    assert people.customer_by_key(desk.store.conn, f"email:{ALIAS}") is None
    desk.clock.at += 2 * DAY
    assert tick(desk) == 0, "nothing is cleared twice"


def test_who_writes_again_is_kept_until_thirty_days_after_that(desk: Desk) -> None:
    buys(desk, "306-1", delivered=desk.clock.at)
    desk.clock.at += 25 * DAY
    ticket = desk.mail(sender=ALIAS, key="a1", platform="amazon", order_numbers=("306-1",)).ticket_id
    desk.clock.at += 20 * DAY
    assert tick(desk) == 0
    assert names(desk)[0][0] == "Anna Beispiel"
    desk.clock.at += 11 * DAY
    assert tick(desk) == 2
    assert desk.said(ticket) == [""] and not desk.ticket(ticket).subject


def test_mails_of_amazon_itself_go_too_for_they_name_buyers(desk: Desk) -> None:
    old = desk.mail(sender="ship@amazon.de", key="n1", platform="amazon", automatic="notice", text="Sold to Anna Beispiel")
    desk.clock.at += 20 * DAY
    new = desk.mail(sender="ship@amazon.de", key="n2", platform="amazon", automatic="notice", text="Sold to Bert")
    desk.clock.at += 11 * DAY
    assert tick(desk) == 1
    assert (desk.said(old.ticket_id), desk.said(new.ticket_id)) == ([""], ["Sold to Bert"])


def test_buyers_of_other_channels_stay(desk: Desk) -> None:
    add(desk, "bay", "ebay", {})
    buys(desk, "12-1", alias="ana_88", delivered=desk.clock.at, channel="bay")
    buys(desk, "306-2", alias="young@marketplace.amazon.de", delivered=desk.clock.at + 20 * DAY)
    desk.clock.at += 40 * DAY
    assert tick(desk) == 0
    assert len([n for n, _ in names(desk) if n]) == 2


def test_what_was_imported_is_not_of_the_api(desk: Desk) -> None:
    add(desk, "reports", "amazon", {})
    assert purge.days_of(row(desk, "reports")) == 0
    assert purge.days_of(row(desk, "mail")) == 0


def test_a_stand_in_on_this_machine_keeps_all(desk: Desk) -> None:
    with desk.store.write(SYSTEM) as unit:
        channels.configure(unit, "amz", {**API, "api_url": "http://127.0.0.1:8000"})
    buys(desk, "306-1", delivered=desk.clock.at)
    desk.clock.at += 90 * DAY
    assert tick(desk) == 0


def test_records_that_could_not_be_read_go_at_that_age(desk: Desk) -> None:
    with desk.store.write(SYSTEM) as unit:
        sync.quarantine(unit.conn, "amz", "order:1", "no amount", '{"buyer":"Anna"}', unit.now)
        sync.quarantine(unit.conn, "mail", "order:1", "no amount", "From: Anna", unit.now)
    desk.clock.at += 31 * DAY
    tick(desk)
    assert [h.channel_id for h in sync.quarantined(desk.store.conn)] == ["mail"]


def test_many_go_in_small_steps_once_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "A_TIME", 2)
    for n in range(5):
        buys(desk, f"306-{n}", alias=f"b{n}@marketplace.amazon.de", delivered=desk.clock.at)
    desk.clock.at += 31 * DAY
    assert tick(desk) == 5
    buys(desk, "306-9", alias="b9@marketplace.amazon.de", delivered=desk.clock.at - 40 * DAY)
    assert tick(desk) == 0
    desk.clock.at += DAY
    assert tick(desk) == 1
