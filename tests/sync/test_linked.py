"""An account that was just linked: its schedule is kept, its first fetch is watched, and history comes in silently."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from connectors.contract import (
    Buyer,
    CaseRecord,
    CustomerRecord,
    MessageRecord,
    OrderRecord,
    Page,
    ProductRecord,
    Record,
    Temporary,
    Throttled,
)
from desk import channels
from desk.automation.rules import keep as rules
from desk.sync import first, schedule
from desk.sync.first import First, Stream
from desk.sync.loop import Sync
from desk.sync.reader import InProcess
from desk.sync.schedule import Schedule
from store import events
from store.sql import shop, sync
from store.sql.rows import Channel
from store.values import DAY, HOUR, MINUTE, SECOND, Money
from tests.desk.small import NOON, Desk
from tests.sync.test_loop import Box, World, eventually, raw, world

__all__ = ["world"]


class Shop(Box):
    """An API account with one stream of what it is given, a page each."""

    pages: tuple[tuple[Record, ...], ...] = ()
    asked: list[int]

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.asked = []

    def streams(self) -> tuple[str, ...]:
        return ("orders", "messages")

    def pull(self, stream: str, cursor: str, *, since: int) -> Iterator[Page]:
        self.asked.append(since)
        if stream == "messages":
            for n, records in enumerate(self.pages, 1):
                yield Page(records, str(n), more=n < len(self.pages))


def page(*records: Record) -> Page:
    return Page(records, "")


def link(desk: Desk, plan: Schedule = schedule.ALWAYS, *, since: int = NOON - 14 * DAY) -> None:
    with desk.acting() as unit:
        channels.add(unit, "shop", platform="shopee", name="Shop", label="SHOP", since=since, kind="marketplace",
                     settings={"shop_id": "1", **({"sync": plan.stored()} if plan.stored() else {})})  # fmt: skip


def fetch(desk: Desk, *pages: tuple[Record, ...]) -> Shop:
    made: list[Shop] = []

    def build(channel: Channel) -> Shop:
        made.append(Shop(channel))
        made[-1].pages = pages
        return made[-1]

    desk.store.conn.execute("UPDATE lease SET expires_at = 0")
    Sync(desk.store, build, InProcess(), "linked", "shop").once()  # type: ignore[arg-type]
    return made[-1]


def said(n: int, at: int, *, by_us: bool = False) -> MessageRecord:
    return MessageRecord(f"m{n}", f"talk{n % 3}", by_us, "Anna", "" if by_us else f"buyer{n % 3}", "Where is my parcel?", at)


def of(desk: Desk, channel_id: str) -> Channel:
    found = shop.channel(desk.store.conn, channel_id)
    assert found is not None
    return found


# History ------------------------------------------------------------------------------------------


def test_history_of_an_api_account_comes_in_closed_and_nothing_else_happens(desk: Desk) -> None:
    with desk.acting() as unit:
        rules.save(unit, {"id": "hello", "name": "hello", "when": ["created", "buyer_message"], "if": "",
                          "then": [{"do": "tag", "add": ["seen"]}, {"do": "flag"}]})  # fmt: skip
        rules.set_state(unit, "hello", "on")
    link(desk, Schedule(history=NOON - 365 * DAY))
    old = NOON - 60 * DAY
    buyer = Buyer("buyer9", "Bert")
    order = OrderRecord("o1", "O-1", old, old, "COMPLETED", buyer, Money("EUR", 500))
    case = CaseRecord("c1", "return", "o1", "OPEN", "damaged", old, old, open=False, buyer=buyer, due_at=old + DAY)
    outbox = desk.count("outbox")
    connector = fetch(desk, (said(1, old), said(2, old + HOUR), order, case))
    assert set(connector.asked) == {NOON - 365 * DAY}
    states = desk.store.conn.execute("SELECT status, is_open, assignee_id, flagged FROM ticket").fetchall()
    assert len(states) == 2 and all(row[0] == "closed" and not any(row[1:]) for row in states)
    assert desk.count("clock") == 0
    assert desk.count("outbox") == outbox
    assert desk.count("orders") == 1 and desk.count("case_file") == 1
    quiet = {"rule_fired", "routed", "assigned", "clock_warned", "clock_breached", "told", "flagged", "tagged"}
    assert not [e.verb for e in events.after(desk.store.conn, 0, 2000) if e.verb in quiet and e.ticket_id]


def test_what_is_newer_than_the_cut_off_is_work_as_ever(desk: Desk) -> None:
    link(desk, Schedule(history=NOON - 365 * DAY))
    fetch(desk, (said(1, NOON - 60 * DAY), said(2, NOON - HOUR)))
    rows = desk.store.conn.execute("SELECT id, is_open FROM ticket ORDER BY is_open").fetchall()
    assert [is_open for _id, is_open in rows] == [0, 1]
    assert "first_response" in desk.clocks(rows[1][0])
    assert not desk.clocks(rows[0][0])


def test_without_a_history_of_its_own_nothing_older_is_asked_for(desk: Desk) -> None:
    link(desk)
    assert set(fetch(desk).asked) == {NOON - 14 * DAY}


def test_an_answer_given_in_the_platforms_own_console_stops_our_clock(desk: Desk) -> None:
    link(desk)
    fetch(desk, (said(1, NOON - HOUR),))
    (ticket,) = (row[0] for row in desk.store.conn.execute("SELECT id FROM ticket"))
    assert desk.clocks(ticket)["first_response"].state == "running"
    desk.clock.at += MINUTE
    again = (said(1, NOON - HOUR), MessageRecord("m9", "talk1", True, "Shop", "", "It is on its way.", NOON))
    fetch(desk, again)
    assert desk.clocks(ticket)["first_response"].state != "running"
    assert desk.count("outbox") == 0


# The first fetch ----------------------------------------------------------------------------------


def test_the_first_fetch_is_noted_and_over_when_it_is_over(desk: Desk) -> None:
    link(desk)
    pages = tuple((said(n, NOON - (10 - n) * DAY),) for n in range(1, 9))
    fetch(desk, *pages)
    found = first.of(desk.store.conn, "shop")
    assert found is not None and found.done and found.read == 8
    assert [s.name for s in found.streams] == ["orders", "messages"]
    desk.clock.at += HOUR
    fetch(desk, (said(9, NOON),))
    assert first.of(desk.store.conn, "shop") == found, "a later fetch is no first one"


def test_how_far_it_is_is_told_by_the_times_of_records_whichever_way_they_come() -> None:
    begun = First(NOON, NOON - 100 * DAY, NOON, (Stream("messages"),)).begin("messages", NOON)
    onwards = begun
    for n in range(1, 6):
        onwards = onwards.on("messages", page(said(n, NOON - (100 - 10 * n) * DAY)), NOON + n * SECOND)
    assert onwards.streams[0].share == pytest.approx(0.5)
    assert first.left(onwards.streams[0], NOON + 5 * SECOND) == pytest.approx(5 * SECOND, rel=0.01)
    backwards = begun
    for n in range(1, 6):
        backwards = backwards.on("messages", page(said(n, NOON - 5 * n * DAY)), NOON + n * SECOND)
    assert backwards.streams[0].share == pytest.approx(0.25)


def test_where_the_platform_counts_its_count_tells_from_the_first_page_on() -> None:
    begun = First(NOON, NOON - 100 * DAY, NOON, (Stream("reviews"),)).begin("reviews", NOON)
    undated = CustomerRecord(Buyer("u1", "Ann"))
    one = begun.on("reviews", Page((undated,) * 50, "a", True, 200), NOON + 5 * SECOND)
    assert one.streams[0].share == 0.25
    assert first.left(one.streams[0], NOON + 5 * SECOND) == 15 * SECOND
    assert one.on("reviews", page(undated), NOON + 6 * SECOND).streams[0].share == 51 / 200, "it is told once"
    assert one.on("reviews", Page((undated,) * 900, "b"), NOON).streams[0].share == 0.99, "more came than were counted"


def test_nothing_is_promised_before_it_can_be_known() -> None:
    begun = First(NOON, NOON - 100 * DAY, NOON, (Stream("messages"),)).begin("messages", NOON)
    one = begun.on("messages", page(said(1, NOON - 50 * DAY)), NOON + HOUR)
    assert one.streams[0].share is None, "one page does not tell which way they come"
    assert first.left(one.streams[0], NOON + HOUR) is None
    two = one.on("messages", page(said(2, NOON - 40 * DAY)), NOON + SECOND)
    assert first.left(two.streams[0], NOON + SECOND) is None, "a second is too short to judge by"


def test_only_the_streams_that_were_chosen_are_fetched(desk: Desk) -> None:
    link(desk, Schedule(streams=("orders",)))
    fetch(desk, (said(1, NOON - HOUR),))
    assert desk.count("message") == 0


# Products -----------------------------------------------------------------------------------------


class Stocked(Shop):
    """It sells things, too; `limit` says how often its products end in the platform's limit."""

    def __init__(self, channel: Channel, came: list[str], limit: int) -> None:
        super().__init__(channel)
        self.came, self.limit = came, limit

    def streams(self) -> tuple[str, ...]:
        return ("products", "orders", "messages")

    def pull(self, stream: str, cursor: str, *, since: int) -> Iterator[Page]:
        self.came.append(stream)
        if stream == "products":
            lamp = ProductRecord("LAMP", "Lamp", {"Watt": "5"}, updated_at=NOON, image="https://x.example/l.jpg")
            yield Page((lamp,), "1", True)
            if self.limit > 0:
                raise Throttled("wait", NOON + HOUR)
            yield Page((), "2")


def stocked(desk: Desk, *, limit: int = 0) -> list[str]:
    """The streams one look asks for, in their order."""
    came: list[str] = []
    desk.store.conn.execute("UPDATE lease SET expires_at = 0")
    build = lambda channel: Stocked(channel, came, limit)  # noqa: E731
    Sync(desk.store, build, InProcess(), "linked", "shop").once()  # type: ignore[arg-type]
    return came


def test_products_are_asked_for_once_a_day_and_after_all_else(desk: Desk) -> None:
    link(desk)
    assert stocked(desk) == ["orders", "messages", "products"]
    rows = desk.store.conn.execute("SELECT sku, title, specs FROM product").fetchall()
    assert rows == [("LAMP", "Lamp", '{"Watt": "5", "Image": "https://x.example/l.jpg"}')]
    found = first.of(desk.store.conn, "shop")
    assert found is not None and found.done and [s.name for s in found.streams] == ["orders", "messages"]
    desk.clock.at += 23 * HOUR
    assert stocked(desk) == ["orders", "messages"]
    desk.clock.at += 2 * HOUR
    assert stocked(desk) == ["orders", "messages", "products"]
    assert desk.count("product") == 1


def test_products_that_end_in_a_limit_never_hold_up_messages(desk: Desk) -> None:
    """The round is not over, so they are asked for again, after all else."""
    link(desk)
    for _ in range(3):
        assert stocked(desk, limit=1) == ["orders", "messages", "products"]
        found = first.of(desk.store.conn, "shop")
        assert found is not None and found.done
        desk.clock.at += 2 * HOUR
    assert stocked(desk) == ["orders", "messages", "products"]
    assert stocked(desk) == ["orders", "messages"]


# The schedule -------------------------------------------------------------------------------------


def settle(world: World, channel_id: str, plan: Schedule) -> None:
    with world.desk.acting() as unit:
        channels.configure(unit, channel_id, {"from_address": f"{channel_id}@s.example", "sync": plan.stored()})


def running(world: World) -> threading.Thread:
    thread = threading.Thread(target=world.sync.run, kwargs={"forever": True})
    thread.start()
    return thread


def stop(world: World, thread: threading.Thread) -> None:
    world.sync.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_an_account_is_looked_at_every_so_many_minutes(world: World) -> None:
    settle(world, "mail", Schedule(30))
    thread = running(world)
    try:
        eventually(lambda: world.channel("mail").last_good_at == NOON)
        world.give["mail"].append(raw(1))
        for _ in range(29):
            world.desk.clock.at += MINUTE
            threading.Event().wait(0.02)
        assert world.desk.count("message") == 0
        world.desk.clock.at += MINUTE
        eventually(lambda: world.desk.count("message") == 1)
    finally:
        stop(world, thread)


def test_in_quiet_hours_nothing_is_fetched_and_replies_leave_all_the_same(world: World) -> None:
    quiet = schedule.quiet_hours("11:00-13:00")
    settle(world, "mail", Schedule(quiet=quiet))
    world.give["mail"] = [raw(1)]
    ticket = world.desk.mail(channel="mail").ticket_id
    world.desk.reply(ticket)
    thread = running(world)
    try:
        world.desk.clock.at += 11 * SECOND
        eventually(lambda: any(box.sent for box in world.built.get("mail", [])))
        eventually(lambda: world.desk.count("message") == 2)  # the question, and the answer that left
        world.desk.clock.at += HOUR
        eventually(lambda: world.desk.count("message") == 3)
    finally:
        stop(world, thread)


def test_a_single_run_keeps_to_the_schedule_unless_one_account_is_named(world: World) -> None:
    settle(world, "mail", Schedule(quiet=schedule.quiet_hours("11:00-13:00")))
    world.give["mail"] = [raw(1)]
    assert "mail" not in world.sync.once()
    named = world.fresh()
    named.only = "mail"
    assert named.once()["mail"].fresh == 1


def test_a_platform_that_asks_to_wait_is_not_asked_before(world: World) -> None:
    world.trouble["mail"] = [Throttled("mail.example asks to wait.", NOON + 20 * MINUTE)]
    world.give["mail"] = [raw(1)]
    thread = running(world)
    try:
        eventually(lambda: world.channel("mail").fault)
        world.desk.clock.at += 19 * MINUTE
        threading.Event().wait(0.1)
        assert world.desk.count("message") == 0
        world.desk.clock.at += MINUTE
        eventually(lambda: world.desk.count("message") == 1)
        eventually(lambda: not world.channel("mail").fault)
    finally:
        stop(world, thread)


def test_a_short_pause_a_platform_asks_for_is_no_fault_and_no_longer_than_asked(world: World) -> None:
    world.trouble["mail"] = [Throttled("mail.example asks to wait.", NOON + n * 20 * SECOND) for n in (1, 2, 3)]
    world.give["mail"] = [raw(1)]
    thread = running(world)
    try:
        for left in (2, 1, 0):
            eventually(lambda left=left: len(world.trouble["mail"]) == left)
            assert not world.channel("mail").fault and world.desk.count("message") == 0
            world.desk.clock.at += 20 * SECOND
        eventually(lambda: world.desk.count("message") == 1)
        assert not [e for e in events.after(world.desk.store.conn, 0, 500) if e.verb == "channel_fault"]
    finally:
        stop(world, thread)


def test_a_failure_is_logged_once_and_its_end_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.trouble["mail"] = [Temporary(f"mail.example is out of order (50{n}); it is tried again later.") for n in range(4)]
    with caplog.at_level(logging.INFO, "deskhand.sync"):
        for _ in range(7):
            world.fresh().once()
            world.desk.clock.at += MINUTE
    texts = [r.getMessage() for r in caplog.records if "mail" in r.getMessage()]
    assert len([t for t in texts if "out of order" in t]) == 1
    assert len([t for t in texts if "works again" in t]) == 1
    told = [e.verb for e in events.after(world.desk.store.conn, 0, 500) if e.verb in ("channel_fault", "channel_well")]
    assert told == ["channel_fault", "channel_well"]


def test_an_account_fails_since_its_first_fault_though_the_fault_changes(desk: Desk) -> None:
    conn = desk.store.conn
    assert sync.bad(conn, "mail", "one thing", NOON) and sync.bad(conn, "mail", "another", NOON + HOUR)
    assert not sync.bad(conn, "mail", "another", NOON + 2 * HOUR)
    assert of(desk, "mail").fault_at == NOON
    assert sync.good(conn, "mail", NOON + 3 * HOUR) and not of(desk, "mail").fault_at




def test_no_marketplace_is_asked_for_more_than_it_can_have_kept(desk: Desk) -> None:
    link(desk, since=0)
    assert set(fetch(desk).asked) == {NOON - schedule.FURTHEST}
