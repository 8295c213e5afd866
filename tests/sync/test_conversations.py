"""Whole conversations and orders that come in together: what is stored is what one by one would have been stored."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import Buyer, Connector, Line, MessageRecord, OrderRecord, Page, Parcel, Record, Throttled
from desk.sync import pull, threads
from desk.sync.pace import Pace
from desk.sync.reader import InProcess
from store import events
from store.sql import people, shop, sync, tickets
from store.sql.rows import Channel
from store.unit import Store
from store.values import DAY, HOUR, MINUTE, SYSTEM, Money
from tests.desk.small import NOON, Desk

CUT_OFF = NOON - 14 * DAY


def shopee(folder: Path) -> Desk:
    desk = Desk(folder)
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute(
            "INSERT INTO channel (id, platform, name, label, kind, since) VALUES "
            f"('sg', 'shopee', 'Shopee', 'SHPE', 'marketplace', {CUT_OFF})"
        )
    return desk


def channel(desk: Desk) -> Channel:
    found = shop.channel(desk.store.conn, "sg")
    assert found is not None
    return found


def said(thread: str, n: int, at: int, *, ours: bool = False, buyer: str = "", text: str = "") -> MessageRecord:
    return MessageRecord(
        f"{thread}-{n}", thread, ours, "" if ours else f"Buyer {thread}", buyer or f"b{thread}",
        text or ("It is on its way." if ours else "Where is my order 26-0001?"), at, reply_to=buyer or f"b{thread}",
    )  # fmt: skip


def come_in(desk: Desk, *records: Record, apart: bool = False) -> pull.Pulled:
    """One page; `apart`: a page for each record."""
    total = pull.Pulled()
    for n, some in enumerate([(r,) for r in records] if apart else [records]):
        pull.store_page(desk.store, desk.holder, channel(desk), "all", Page(some, f"c{n}"), InProcess(), total)
    return total


def state(desk: Desk) -> list[dict[str, Any]]:
    """What a person sees of each ticket."""
    shown = (
        "customer_id", "subject", "status", "priority", "type", "lang", "order_number", "created_at", "first_buyer_at",
        "waiting_since", "first_reply_at", "last_message_id", "message_count", "assignee_id", "due_at", "due_kind",
    )  # fmt: skip
    found = []
    for (ticket_id,) in desk.store.conn.execute("SELECT id FROM ticket ORDER BY id"):
        ticket = desk.ticket(ticket_id)
        found.append({name: getattr(ticket, name) for name in shown} | {
            "said": desk.said(ticket_id), "orders": [o.number for o in shop.orders_of_ticket(desk.store.conn, ticket_id)],
            "keys": people.keys_of(desk.store.conn, ticket.customer_id or 0),
        })  # fmt: skip
    return found


MOMENTS = st.integers(0, 40 * 24 * 60)


@st.composite
def backlogs(draw: st.DrawFn) -> list[MessageRecord]:
    """Conversations of a few buyers, in the order a platform tells them; each on one side of the cut-off."""
    told: list[MessageRecord] = []
    for n in range(draw(st.integers(1, 4))):
        at = NOON - draw(MOMENTS) * MINUTE
        voices = draw(st.lists(st.booleans(), min_size=1, max_size=4))
        if at < CUT_OFF <= at + len(voices) * MINUTE:
            at += len(voices) * MINUTE
        told += [said(f"t{n}", i, min(at + i * MINUTE, NOON), ours=ours) for i, ours in enumerate(voices)]
    return told


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(backlogs())
def test_together_is_the_same_as_one_by_one(tmp_path_factory: pytest.TempPathFactory, told: list[MessageRecord]) -> None:
    together, apart = (shopee(tmp_path_factory.mktemp(name)) for name in ("together", "apart"))
    order = OrderRecord("r1", "26-0001", NOON - DAY, NOON - DAY, "paid", Buyer("x"), Money("EUR", 1))
    for desk in (together, apart):
        come_in(desk, order)
    assert come_in(together, *told) == come_in(apart, *told, apart=True)
    assert [_comparable(one) for one in state(together)] == [_comparable(one) for one in state(apart)]
    for desk in (together, apart):
        assert events.verify(desk.store.conn).problem == ""
        desk.close()


def _comparable(ticket: dict[str, Any]) -> dict[str, Any]:
    """Without what a reply by itself cannot tell: what it answered, and whose it is to go on with."""
    ours = ticket["said"][0] == "It is on its way."
    untold = ("subject", "type", "lang", "priority", "assignee_id", "first_reply_at", "order_number", "orders")
    return {name: value for name, value in ticket.items() if not ours or name not in untold}


def test_history_is_told_as_one_event_that_names_its_messages_and_wakes_nobody(tmp_path: Path) -> None:
    desk, old = shopee(tmp_path), CUT_OFF - DAY
    assert come_in(desk, said("a", 1, old), said("a", 2, old + HOUR, ours=True)) == pull.Pulled(fresh=2, tickets=1)
    (ticket,) = (desk.ticket(1),)
    assert (ticket.status, ticket.assignee_id, ticket.created_at, ticket.updated_at) == ("closed", None, old, old + HOUR)
    (told,) = events.of_ticket(desk.store.conn, 1)
    assert told.payload == {"channel": "sg", "history": True, "messages": [1, 2]}
    assert desk.clocks(1) == {}


def test_an_answered_backlog_is_not_late(tmp_path: Path) -> None:
    """The answer was there in time; that it came in behind its question is nobody's breach."""
    desk, asked = shopee(tmp_path), NOON - 7 * DAY
    come_in(desk, said("a", 1, asked), said("a", 2, asked + 10 * MINUTE, ours=True))
    assert desk.ticket(1).status == "pending"
    assert desk.told(1, "clock_breached") == []
    assert [e.verb for e in events.of_ticket(desk.store.conn, 1)][:3] == ["created", "received", "answered_elsewhere"]


def test_what_was_here_is_known_and_what_goes_on_joins_it(tmp_path: Path) -> None:
    desk, first = shopee(tmp_path), said("a", 1, NOON - HOUR)
    come_in(desk, first)
    total = come_in(desk, first, said("a", 2, NOON), said("b", 1, NOON))
    assert (total.fresh, total.known, total.tickets) == (2, 1, 1)
    assert desk.ticket(1).message_count == 2


def test_a_second_conversation_of_a_buyer_goes_where_it_would_go_alone(tmp_path: Path) -> None:
    both = [said("a", 1, NOON - HOUR, buyer="u"), said("b", 1, NOON, buyer="u")]
    together, apart = shopee(tmp_path / "together"), shopee(tmp_path / "apart")
    come_in(together, *both)
    come_in(apart, *both, apart=True)
    assert together.count("ticket") == apart.count("ticket") == 1


def test_one_message_told_in_two_conversations_is_one(tmp_path: Path) -> None:
    desk, first = shopee(tmp_path), said("a", 1, NOON)
    total = come_in(desk, first, replace(first, thread_id="b"))
    assert (total.fresh, total.known, desk.count("message")) == (1, 1, 1)


def test_replies_given_elsewhere_to_two_buyers_stay_apart(tmp_path: Path) -> None:
    """What its buyer wrote lies before the first fetch."""
    desk = shopee(tmp_path)
    ours = [replace(said(name, 1, NOON - HOUR, ours=True), author_id="SHOP") for name in ("a", "b")]
    come_in(desk, *ours, apart=True)
    assert desk.count("ticket") == 2


def test_one_that_trips_the_program_keeps_no_other_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, really = shopee(tmp_path), threads.find
    bad = said("bad", 1, NOON, text="boom")

    def trips(conn: Any, item: Any, **more: Any) -> threads.Found:
        if item.text == "boom":
            raise ValueError("boom")
        return really(conn, item, **more)

    monkeypatch.setattr("desk.sync.conversations._indexed", lambda number, item: 1 / 0)
    monkeypatch.setattr(threads, "find", trips)
    total = come_in(desk, said("a", 1, NOON), bad, said("c", 1, NOON))
    assert (total.fresh, total.bad, desk.count("ticket")) == (2, 1, 2)
    assert [held.ref for held in sync.quarantined(desk.store.conn)] == ["shopee:bad-1"]
    assert sync.cursor(desk.store.conn, "sg", "all") == "c0"
    assert events.verify(desk.store.conn).problem == ""


# Orders ---------------------------------------------------------------------------------------------


def order(n: int, **values: Any) -> OrderRecord:
    made = OrderRecord(
        f"r{n}", f"26-{n:04d}", NOON - DAY, NOON - HOUR, "shipped", Buyer(f"u{n % 2}", f"Buyer {n % 2}"), Money("EUR", 100 + n),
        (Line("L1", "LAMP", "Lamp", 1, Money("EUR", 100 + n)),), (Parcel("DHL", f"JD{n:04d}", "shipped", NOON - HOUR),),
    )  # fmt: skip
    return replace(made, **values)


def rows(desk: Desk) -> list[Any]:
    return [
        desk.store.conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
        for table in ("orders", "order_item", "shipment", "customer_key")
    ]


def test_orders_together_are_the_same_as_one_by_one(tmp_path: Path) -> None:
    newer = order(2, status="delivered", updated_at=NOON, parcels=(Parcel("DHL", "JD-0002", "delivered", NOON - HOUR, NOON),))
    told = [order(1), order(2), order(3), newer, order(2), order(1), order(4, remote_id="26-0004")]
    together, apart = shopee(tmp_path / "together"), shopee(tmp_path / "apart")
    assert come_in(together, *told) == come_in(apart, *told, apart=True) == pull.Pulled(fresh=5, known=2)
    assert rows(together) == rows(apart)
    assert come_in(together, *told).fresh == 0


def test_a_ticket_that_named_an_order_before_it_came_is_linked_to_it(tmp_path: Path) -> None:
    desk = shopee(tmp_path)
    ticket_id = desk.mail(order_numbers=("26-0007",)).ticket_id
    come_in(desk, order(6), order(7))
    assert [o.number for o in shop.orders_of_ticket(desk.store.conn, ticket_id)] == ["26-0007"]


def test_an_order_that_cannot_be_stored_keeps_no_other_out(tmp_path: Path) -> None:
    desk = shopee(tmp_path)
    total = come_in(desk, order(1), order(2, total=Money("EUR", 1 << 80)), order(3))
    assert (total.fresh, total.bad, desk.count("orders")) == (2, 1, 2)


# Pages ahead ----------------------------------------------------------------------------------------


def pages(n: int, where: list[str], fails_at: int = 0) -> Iterator[Page]:
    for i in range(1, n + 1):
        where.append(threading.current_thread().name)
        if i == fails_at:
            raise ValueError("page")
        yield Page((), str(i), more=i < n)


def test_pages_keep_their_order_while_the_next_is_fetched() -> None:
    where: list[str] = []
    left: list[str] = []
    assert [p.cursor for p in pull.ahead(pages(3, where), lambda: left.append(threading.current_thread().name))] == list("123")
    assert where[0] == "MainThread" and where[1].startswith("pages") and left == [where[1]]


def test_one_page_needs_no_other_thread() -> None:
    where: list[str] = []
    assert len(list(pull.ahead(pages(1, where), lambda: None))) == 1
    assert where == ["MainThread"]


def test_pages_before_one_that_fails_are_given() -> None:
    got = pull.ahead(pages(4, [], fails_at=3), lambda: None)
    assert [next(got).cursor, next(got).cursor] == ["1", "2"]
    with pytest.raises(ValueError, match="page"):
        next(got)


class Limited:
    """A connector with three streams whose platform answers one question and then wants a pause."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.left = 1

    def streams(self) -> tuple[str, ...]:
        return ("orders", "cases", "messages")

    def pull(self, stream: str, cursor: str, *, since: int) -> Iterator[Page]:
        if not self.left:
            raise Throttled("Wait.", NOON)
        self.left -= 1
        self.asked.append(stream)
        yield Page((), "c")


def test_a_platform_that_answers_little_at_a_time_tells_of_every_stream(tmp_path: Path) -> None:
    desk, connector = shopee(tmp_path), Limited()
    ended = []
    for _ in range(4):
        connector.left = 1
        try:
            pull.pull(desk.store, desk.holder, channel(desk), cast(Connector, connector), InProcess())
            ended.append(True)
        except Throttled:
            ended.append(False)
    assert connector.asked == ["orders", "cases", "messages", "orders"]
    assert ended == [False, False, True, False]


def test_whoever_waits_to_write_is_let_in(tmp_path: Path) -> None:
    """Somebody asks while a transaction is open: the bulk writer waits until they were there."""
    desk = shopee(tmp_path)
    waits, done = threading.Event(), threading.Event()

    def save() -> None:
        waits.set()
        with desk.store.write(SYSTEM) as unit:
            unit.append("noted", {})
        done.set()
        desk.store.leave()

    pace = Pace(desk.store)
    with desk.store.write(SYSTEM):
        pace.begin()
        saver = threading.Thread(target=save)
        saver.start()
        assert waits.wait(5)
        while not desk.store.asked():
            assert not done.is_set()
    pace.done()
    assert done.wait(5)
    saver.join()
    assert not desk.store.asked()


def test_a_thread_that_leaves_closes_its_own_connection_alone(tmp_path: Path) -> None:
    store: Store = shopee(tmp_path).store
    mine = store.conn

    def other() -> None:
        assert store.conn is not mine
        store.leave()
        store.leave()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert store.conn is mine and tickets.get(mine, 1) is None
