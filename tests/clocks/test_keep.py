"""Clocks on a desk: what platforms' cases ask for, warnings by shares, changes and what they may not undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Buyer, CaseRecord, Line, OrderRecord, Parcel, Receipt, ShipmentRecord
from desk import inbox, outbox, tickets
from desk import stuck_query as stuck_query
from desk.changes import change
from desk.clocks.keep_setup import policy_table, save_policy
from desk.clocks.presets import presets
from desk.clocks.stale import recompute_some
from desk.reason import reason_from
from desk.sync import facts, timers
from store.sql import clocks, shop
from store.sql import tickets as rows
from store.sql.rows import Clock
from store.values import DAY, HOUR, MINUTE, NEVER, SYSTEM, Money
from tests.desk.small import ANA, MAIL, NOON, Desk

CASE = CaseRecord("C-9", "return", "", "REQUESTED", "DEFECTIVE_ITEM", NOON, NOON, buyer=Buyer("u-77", "Ines"),
                  due_at=NOON + 2 * DAY, text="It does not turn on.")  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    with made.store.write(SYSTEM) as unit:
        unit.conn.execute(
            "INSERT INTO channel (id, platform, name, label, kind) VALUES ('uk', 'ebay', 'eBay UK', 'EBAY', 'marketplace')"
        )
        unit.conn.execute("UPDATE policy SET enabled = 0 WHERE id NOT IN ('shop.email', 'shop.refund')")
    yield made
    made.close()


def put(desk: Desk, fact: facts.Fact) -> int:
    with desk.store.write(MAIL) as unit:
        channel = shop.channel(unit.conn, "uk")
        assert channel is not None
        return facts.put(unit, channel, fact).ticket_id


def policy(desk: Desk, **table: Any) -> None:
    with desk.acting() as unit:
        save_policy(unit, {"name": table["id"], **table})
    timers.tick(desk.store, desk.holder)


def by_start(desk: Desk, ticket: int) -> dict[str, Clock]:
    return {f"{c.kind}:{c.policy_id}": c for c in clocks.of_ticket(desk.store.conn, ticket)}


def answer(desk: Desk, ticket: int) -> None:
    row = desk.reply(ticket)
    with desk.store.write(SYSTEM) as unit:
        outbox.sent(unit, row, Receipt("x", desk.clock.at))


# Cases -----------------------------------------------------------------------------------------------


def test_an_open_case_is_due_when_its_platform_says(desk: Desk) -> None:
    ticket = put(desk, CASE)
    found = desk.ticket(ticket)
    assert (found.due_kind, found.due_at) == ("step", NOON + 48 * HOUR)  # the shop's own refund decision, at the same time
    sooner = replace(CASE, due_at=NOON + DAY, updated_at=NOON + HOUR)
    put(desk, sooner)
    found = desk.ticket(ticket)
    assert (found.due_kind, found.due_at, found.warn_at) == ("platform", NOON + DAY, NOON + DAY * 4 // 5)
    (told,) = desk.told(ticket, "case_changed")
    assert told.payload is not None and told.payload["due_at"] == [NOON + 2 * DAY, NOON + DAY]


def test_a_closed_case_stops_its_clocks_and_later_news_of_it_changes_nothing(desk: Desk) -> None:
    ticket = put(desk, CASE)
    put(desk, replace(CASE, open=False, state="CLOSED", updated_at=NOON + HOUR))
    assert desk.ticket(ticket).due_at == NEVER or desk.ticket(ticket).due_kind == "first_response"
    put(desk, replace(CASE, open=False, state="ARCHIVED", updated_at=NOON + 9 * DAY))
    standing = by_start(desk, ticket)
    assert {c.state for name, c in standing.items() if not name.startswith("first")} == {"met"}
    assert standing["platform:"].stopped_at == NOON + HOUR


def test_the_platform_s_date_beats_ours_and_says_by_how_much(desk: Desk) -> None:
    policy(desk, **presets()["ebay.return"].table())
    ticket = put(desk, CASE)
    (clock,) = (c for c in clocks.of_ticket(desk.store.conn, ticket) if c.kind == "platform")
    assert (clock.policy_id, clock.due_at) == ("", CASE.due_at)
    assert "The platform's own date" in reason_from(json.loads(clock.reason)).english()


def test_without_a_date_the_preset_rules(desk: Desk) -> None:
    policy(desk, **presets()["ebay.return"].table())
    ticket = put(desk, replace(CASE, due_at=None))
    clock = by_start(desk, ticket)["platform:ebay.return"]
    assert clock.started_at == NOON and clock.due_at > NOON + 2 * DAY  # three working days


def test_two_cases_of_one_instant_and_the_message_have_clocks_of_their_own(desk: Desk) -> None:
    policy(desk, id="msg", kind="platform", target="20h", platform="ebay")
    ticket = put(desk, CASE)
    with desk.store.write(MAIL) as unit:
        unit.conn.execute("UPDATE ticket SET order_number = '26-1' WHERE id = ?", (ticket,))
    second = put(desk, replace(CASE, remote_id="D-1", kind="dispute", order_id="26-1", due_at=NOON + 3 * DAY))
    assert second == ticket
    due = sorted(c.due_at - NOON for c in clocks.of_ticket(desk.store.conn, ticket) if c.kind == "platform")
    assert due == [20 * HOUR, 2 * DAY, 3 * DAY]


def test_the_refund_clock_of_a_marketplace_begins_when_the_return_is_back(desk: Desk) -> None:
    policy(desk, **presets()["ebay.refund"].table())
    order = OrderRecord("R-1", "26-1", NOON - DAY, NOON, "shipped", Buyer("u-77"), Money("EUR", 100),
                        (Line("1", "L", "Lamp", 1, Money("EUR", 100)),))  # fmt: skip
    put(desk, order)
    ticket = put(desk, replace(CASE, order_id="R-1", tracking="RET-1 23"))
    put(desk, ShipmentRecord("R-1", Parcel("DHL", "RET123", "shipped", NOON), NOON))
    assert "platform:ebay.refund" not in by_start(desk, ticket)
    put(desk, ShipmentRecord("R-1", Parcel("DHL", "RET123", "delivered", NOON, NOON + DAY), NOON + DAY))
    assert by_start(desk, ticket)["platform:ebay.refund"].started_at == NOON + DAY


def test_solving_the_ticket_does_not_stop_the_platform_s_clock(desk: Desk) -> None:
    ticket = put(desk, replace(CASE, due_at=NOON + HOUR))
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "solved")
    assert (desk.ticket(ticket).due_kind, desk.ticket(ticket).due_at) == ("platform", NOON + HOUR)


# Warnings --------------------------------------------------------------------------------------------


def test_it_warns_once_at_every_share(desk: Desk) -> None:
    policy(desk, id="shop.email", kind="first_response", target="10h", warn="50%, 80%, 100%")
    ticket = desk.mail().ticket_id
    assert timers.next_tick(desk.store) == NOON + 5 * HOUR
    assert desk.ticket(ticket).warn_at == NOON + 8 * HOUR  # the list turns amber with the last
    told: list[int] = []
    for hour in range(11):
        desk.clock.at = NOON + hour * HOUR + 1
        timers.tick(desk.store, desk.holder)
        told = [(e.payload or {})["share"] for e in desk.told(ticket, "clock_warned")]
        assert told == [50, 80][: (hour >= 5) + (hour >= 8)]
    assert len(desk.told(ticket, "clock_breached")) == 1
    assert timers.next_tick(desk.store) is None


def test_of_warnings_slept_through_the_last_is_told(desk: Desk) -> None:
    policy(desk, id="shop.email", kind="first_response", target="10h", warn="50%, 80%")
    ticket = desk.mail().ticket_id
    desk.clock.at += 9 * HOUR
    timers.tick(desk.store, desk.holder)
    timers.tick(desk.store, desk.holder)
    assert [(e.payload or {})["share"] for e in desk.told(ticket, "clock_warned")] == [80]


def test_a_change_neither_repeats_nor_swallows_a_warning(desk: Desk) -> None:
    policy(desk, id="shop.email", kind="first_response", target="10h", warn="50%, 80%")
    ticket = desk.mail().ticket_id
    desk.clock.at += 5 * HOUR
    timers.tick(desk.store, desk.holder)
    policy(desk, id="shop.email", kind="first_response", target="20h", warn="50%, 80%")
    desk.clock.at = NOON + 11 * HOUR
    timers.tick(desk.store, desk.holder)
    assert [(e.payload or {})["share"] for e in desk.told(ticket, "clock_warned")] == [50]
    policy(desk, id="shop.email", kind="first_response", target="13h", warn="50%, 80%")  # 80 % of it are over
    timers.tick(desk.store, desk.holder)
    assert [(e.payload or {})["share"] for e in desk.told(ticket, "clock_warned")] == [50, 80]


# Changes ---------------------------------------------------------------------------------------------


def test_a_breach_by_a_change_is_labelled_and_stays_so(desk: Desk) -> None:
    policy(desk, id="shop.email", kind="first_response", target="16h")
    policy(desk, id="urgent", kind="first_response", target="2h", priority="urgent")
    ticket = desk.mail().ticket_id
    desk.clock.at += 5 * HOUR
    with desk.acting() as unit:
        change(unit, ticket, {"priority": "urgent"})
    (told,) = desk.told(ticket, "clock_breached")
    assert told.payload is not None and told.payload["by_change"] and told.payload["due_at"] == NOON + 2 * HOUR
    with desk.acting() as unit:
        change(unit, ticket, {"priority": "normal"})
    clock = desk.clocks(ticket)["first_response"]
    assert (clock.breached_at, clock.due_at, clock.state) == (NOON + 2 * HOUR, NOON + 16 * HOUR, "running")
    assert reason_from(json.loads(clock.reason)).english().endswith("A change since made it late.")
    assert len(desk.told(ticket, "clock_breached")) == 1


def test_a_breach_by_time_is_not_blamed_on_a_change(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    desk.clock.at += 5 * HOUR
    with desk.acting() as unit:
        change(unit, ticket, {"type": "damaged"})
    (told,) = desk.told(ticket, "clock_breached")
    assert told.payload is not None and "by_change" not in told.payload


def test_a_reply_in_time_stays_in_time_when_a_policy_gets_stricter(desk: Desk) -> None:
    policy(desk, id="shop.email", kind="first_response", target="10h")
    ticket = desk.mail().ticket_id
    desk.clock.at += 5 * HOUR
    answer(desk, ticket)
    policy(desk, id="shop.email", kind="first_response", target="1h")
    clock = desk.clocks(ticket)["first_response"]
    assert (clock.state, clock.due_at) == ("met", NOON + 10 * HOUR)
    assert desk.told(ticket, "clock_breached") == []


def test_what_is_closed_is_frozen(desk: Desk) -> None:
    policy(desk, id="done", kind="resolution", target="2d")
    ticket = desk.mail().ticket_id
    answer(desk, ticket)
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "solved")
    before = clocks.of_ticket(desk.store.conn, ticket)
    policy(desk, id="done", kind="resolution", target="1m")
    assert clocks.of_ticket(desk.store.conn, ticket) == before


def test_a_longer_calendar_moves_open_tickets_from_where_they_began(desk: Desk) -> None:
    ticket = desk.mail(hours_ago=-5.5).ticket_id  # half an hour before the shop closes
    from desk.clocks.keep_setup import calendar_table, save_calendar

    first = desk.ticket(ticket).due_at
    with desk.acting() as unit:
        save_calendar(unit, "shop", {**calendar_table(unit.conn, "shop"), "week": {"mon-fri": "09:00-22:00"}})
        while recompute_some(unit):
            pass
    assert first == NOON + 22 * HOUR + 30 * MINUTE and desk.ticket(ticket).due_at == NOON + int(7.5 * HOUR)


def test_a_reopened_ticket_gets_grace_and_not_a_breach(desk: Desk) -> None:
    policy(desk, id="shop.email", kind="first_response", target="2h", reopen_grace="1h")
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "solved")
    desk.clock.at += 9 * DAY
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "open")
    assert desk.ticket(ticket).due_at == desk.clock.at + HOUR
    assert desk.told(ticket, "clock_breached") == []


def test_the_shipped_first_reply_policies_grant_it(desk: Desk) -> None:
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("UPDATE policy SET enabled = 1 WHERE id LIKE 'shop.%' AND id NOT LIKE 'shop.vip%'")
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "solved")
    desk.clock.at += 30 * DAY
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "open")
    assert desk.told(ticket, "clock_breached") == []


def test_no_reply_needed_ends_the_clock_until_the_buyer_writes_again(desk: Desk) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    with desk.acting() as unit:
        tickets.no_reply_needed(unit, ticket)
    assert desk.ticket(ticket).due_at == NEVER
    desk.clock.at += 9 * HOUR
    with desk.acting() as unit:
        save_policy(unit, {"id": "n", "name": "n", "kind": "next_response", "target": "1h"})
    desk.mail(answers="a@x")
    assert desk.ticket(ticket).due_at == desk.clock.at + HOUR
    assert desk.told(ticket, "clock_breached") == []


# Who is stricter --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["tag", "tier"])
def test_key_buyers_have_a_stricter_policy_once_somebody_wants_it(desk: Desk, by: str) -> None:
    assert policy_table(desk.store.conn, "shop.vip")["enabled"] is False
    policy(desk, **{**policy_table(desk.store.conn, "shop.vip"), "enabled": True})
    ordinary, key = desk.mail().ticket_id, desk.mail(sender="vip@x.example").ticket_id
    with desk.acting() as unit:
        if by == "tag":
            change(unit, key, {"tags": ["vip"]})
        else:
            unit.conn.execute("UPDATE customer SET tier = 'VIP' WHERE id = ?", (desk.ticket(key).customer_id,))
            change(unit, key, {"flagged": True})  # any change looks again
    assert desk.ticket(ordinary).due_at == NOON + 2 * HOUR
    assert desk.ticket(key).due_at == NOON + HOUR


def listed(desk: Desk, query: str) -> set[int]:
    ctx = inbox.context(desk.store.conn, "ana", desk.clock.at)
    condition = inbox.resolve(query, ctx).compiled.condition
    known = [row[0] for row in desk.store.conn.execute("SELECT id FROM ticket")]
    return {n for n in known if rows.holds(desk.store.conn, condition, [n])}


def test_stuck_is_what_nobody_of_the_team_has_touched_for_days(desk: Desk) -> None:
    lying, noted, solved, asleep = (desk.mail(sender=f"b{n}@x.example", key=f"m{n}@x").ticket_id for n in range(4))
    with desk.acting() as unit:
        tickets.set_status(unit, solved, "solved")
        tickets.snooze(unit, asleep, NOON + 9 * DAY)
    desk.clock.at += 2 * DAY
    with desk.acting(ANA) as unit:
        tickets.note(unit, noted, "asked the warehouse")
    assert listed(desk, "is:stuck") == set()
    desk.clock.at += DAY
    desk.mail(answers="m0@x", sender="b0@x.example", text="Hello?")  # the buyer's word does not count
    fresh = desk.mail(sender="new@x.example").ticket_id
    assert listed(desk, "is:stuck") == {lying}
    assert listed(desk, "untouched:2d..") == {lying, solved, asleep}
    assert listed(desk, "untouched:..1d is:open") == {noted, fresh}
    desk.clock.at += 9 * DAY
    assert listed(desk, "is:stuck") == {lying, noted, asleep, fresh}
