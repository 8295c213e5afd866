"""What every API platform tells goes into a real desk: twice is once, and a cursor never passes what is not stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from connectors.contract import Fault, Record
from desk import channels
from desk.reading.records import Understanding
from desk.sync.pull import Pulled, pull, store_page
from store.sql import shop, sync
from store.sql.rows import Channel
from store.values import HOUR, MINUTE, SYSTEM
from tests.connectors.suite import SINCE, Lab, name_of, spoilt
from tests.desk.small import Desk

TABLES = ("message", "ticket", "customer", "orders", "order_item", "shipment", "case_file", "review", "product", "quarantine")


class Plain:
    """Reads without a model: language and cause are not what is tested here."""

    def mails(self, raws: Iterable[bytes]) -> Iterator[str]:
        return iter(())

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        return (Understanding("en", "other") for _ in texts)

    def teach(self, saved: str) -> None:
        """Nothing to learn."""

    def close(self) -> None:
        """Nothing to close."""


class Taking:
    """The lab's account as a channel of a small desk."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.desk = lab, Desk(folder)
        self.desk.clock.at = lab.clock.time
        self.desk.holder = self.desk.held()
        with self.desk.store.write(SYSTEM) as unit:
            channels.add(unit, "shop", platform=lab.case.platform, name="Shop", label="SHOP", settings=lab.settings,
                         since=SINCE, kind="marketplace")  # fmt: skip

    @property
    def channel(self) -> Channel:
        found = shop.channel(self.desk.store.conn, "shop")
        assert found is not None
        return found

    def pull(self) -> Pulled:
        self.desk.clock.at = self.lab.clock.time
        self.desk.holder = self.desk.held()
        return pull(self.desk.store, self.desk.holder, self.channel, self.lab.connect(), Plain())  # type: ignore[arg-type]

    def from_the_start(self) -> Pulled:
        total = Pulled()
        connector = self.lab.connect()
        for stream in connector.streams():
            for page in connector.pull(stream, "", since=SINCE):
                store_page(self.desk.store, self.desk.holder, self.channel, stream, page, Plain(), total)  # type: ignore[arg-type]
        return total

    def held(self) -> dict[str, int]:
        return {table: self.desk.count(table) for table in TABLES}


@pytest.fixture
def taking(lab: Lab, tmp_path: Path) -> Iterator[Taking]:
    made = Taking(lab, tmp_path / "desk")
    yield made
    made.desk.close()


def wanted(lab: Lab, stream: str) -> int:
    names = lab.case.expected(lab, SINCE).get(stream, ())
    apart = ("cancellation:", "order:", "product:") if stream == "messages" else ("cancellation:",)
    return sum(not str(name).startswith(apart) for name in names)  # cases come with the orders of some


def test_everything_goes_in_and_twice_is_once(lab: Lab, taking: Taking) -> None:
    taking.pull()
    held = taking.held()
    assert held["orders"] >= wanted(lab, "orders")
    assert held["review"] == wanted(lab, "reviews")
    assert held["product"] >= wanted(lab, "products")
    assert held["message"] >= wanted(lab, "messages")
    assert held["quarantine"] == 0
    again = taking.from_the_start()
    assert again.fresh == 0
    assert taking.held() == held
    taking.lab.clock.time += MINUTE
    assert taking.pull().fresh == 0
    assert taking.held() == held


def test_small_doubled_and_reversed_pages_make_the_same_desk(lab: Lab, taking: Taking, tmp_path: Path) -> None:
    taking.pull()
    lab.site.page_cap = 3
    for kind in ("page_twice", "page_reversed"):
        for where in lab.case.streams.values():
            lab.fault(kind, where, times=4)
    other = Taking(lab, tmp_path / "other")
    other.pull()
    assert other.held() == taking.held()
    other.desk.close()


def test_what_failed_midway_is_made_up_for(lab: Lab, taking: Taking, tmp_path: Path) -> None:
    """Each stream breaks at its third page, again and again; in the end nothing is missing and nothing doubled."""
    taking.pull()
    lab.site.page_cap = 2
    broken = Taking(lab, tmp_path / "broken")
    faults = [lab.fault("status", where, after=2, times=3) for where in lab.case.streams.values()]
    for _ in range(40):
        try:
            broken.pull()
        except Fault:
            continue
        break
    assert not any(f.times for f in faults)
    assert broken.held() == taking.held()
    broken.desk.close()


def test_a_cursor_is_stored_with_its_page(lab: Lab, taking: Taking, stream: str) -> None:
    """After a failure the stored cursor stands right behind what is stored."""
    lab.site.page_cap = 2
    fault = lab.fault("status", lab.case.streams[stream], after=2, times=99)
    store, connector, records = taking.desk.store, lab.connect(), list[Record]()
    with pytest.raises(Fault):
        for page in connector.pull(stream, "", since=SINCE):
            store_page(store, taking.desk.holder, taking.channel, stream, page, Plain(), Pulled())  # type: ignore[arg-type]
            records += page.records
            assert sync.cursor(store.conn, "shop", stream) == page.cursor
    fault.times = 0
    rest, _ = lab.pull(stream, sync.cursor(store.conn, "shop", stream))
    assert {name_of(r) for r in (*records, *rest)} == set(lab.case.expected(lab, SINCE)[stream])


def test_a_bad_record_is_quarantined_and_the_rest_goes_in(lab: Lab, taking: Taking, stream: str) -> None:
    marks = spoilt(lab, stream)
    taking.pull()
    assert marks
    assert taking.held()["quarantine"] == 1
    assert taking.pull().bad == 0
    assert taking.held()["quarantine"] == 1


def test_what_buyers_do_later_goes_in(lab: Lab, taking: Taking) -> None:
    taking.pull()
    before = taking.held()
    lab.clock.time += HOUR
    busy = [x.order for x in (*lab.market.cases, *lab.market.reviews)]
    order = next(o for o in lab.market.orders if all(o is not other for other in busy))
    lab.market.says(lab.market.threads[0], "Are you there?")
    lab.market.asks_return(order, "damaged", "It broke.")
    lab.market.reviews_order(order, 2, "It broke.")
    lab.clock.time += 10 * MINUTE
    taking.pull()
    after = taking.held()
    assert after["message"] > before["message"] or "messages" not in lab.case.streams
    assert after["case_file"] == before["case_file"] + 1 or "cases" not in lab.case.streams
    assert after["review"] == before["review"] + 1 or "reviews" not in lab.case.streams
