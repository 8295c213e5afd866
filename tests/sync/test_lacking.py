"""An order a buyer writes about is on the card, however long ago it was made: it is asked for once."""

from __future__ import annotations

from connectors.contract import Buyer, MessageRecord, OrderRecord, Permanent, Record, Temporary
from desk.sync import lacking
from desk.sync.loop import Sync
from desk.sync.reader import InProcess
from store.sql.rows import Channel
from store.values import DAY, HOUR, Money
from tests.desk.small import NOON, Desk
from tests.sync.test_linked import Shop, link


class Archive(Shop):
    """A platform that gives single orders, and notes which ones it is asked for."""

    known: tuple[str, ...] = ("OLD-1",)
    fault: Exception | None = None
    numbers: list[str]

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        self.numbers.append(remote_id)
        if self.fault is not None:
            raise self.fault
        if remote_id not in self.known:
            raise Permanent("There is no such order.")
        at = NOON - 300 * DAY
        return (OrderRecord(remote_id, remote_id, at, at, "COMPLETED", Buyer("buyer1", "Anna"), Money("EUR", 500)),)


def asks(number: str, n: int) -> MessageRecord:
    return MessageRecord(f"m{n}", f"talk{n}", False, "Anna", f"buyer{n}", "Where is it?", NOON - HOUR, order_id=number)


def once(desk: Desk, *records: Record, fault: Exception | None = None) -> list[str]:
    """The orders that are asked for in one round which brings these records."""
    numbers = list[str]()

    def build(channel: Channel) -> Archive:
        made = Archive(channel)
        made.pages, made.numbers, made.fault = (records,), numbers, fault
        return made

    desk.store.conn.execute("UPDATE lease SET expires_at = 0")
    Sync(desk.store, build, InProcess(), "lacking", "shop").once()  # type: ignore[arg-type]
    return numbers


def test_an_order_older_than_what_was_fetched_is_asked_for_and_shown_with_the_ticket(desk: Desk) -> None:
    link(desk)
    assert once(desk, asks("OLD-1", 1)) == ["OLD-1"]
    linked = "SELECT o.number FROM ticket_order l JOIN orders o ON o.id = l.order_id"
    assert desk.store.conn.execute(linked).fetchall() == [("OLD-1",)]
    assert once(desk) == []


def test_what_the_platform_does_not_know_is_asked_for_once(desk: Desk) -> None:
    link(desk)
    assert once(desk, asks("TYPO", 1)) == ["TYPO"]
    assert once(desk) == []


def test_a_platform_in_trouble_is_left_alone_and_asked_again_next_time(desk: Desk) -> None:
    link(desk)
    assert once(desk, asks("OLD-1", 1), asks("OLD-2", 2), fault=Temporary("down")) == ["OLD-2"]
    assert sorted(once(desk)) == ["OLD-1", "OLD-2"]


def test_only_a_few_are_asked_for_at_a_time(desk: Desk) -> None:
    link(desk)
    records = [asks(f"T-{n}", n) for n in range(lacking.MOST + 2)]
    first = once(desk, *records)
    assert len(first) == lacking.MOST
    assert sorted(first + once(desk)) == sorted(f"T-{n}" for n in range(lacking.MOST + 2))
