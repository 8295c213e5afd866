"""The contract of pulling, for every API platform: everything once, from any cursor on, whatever goes wrong between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import (
    BadRecord,
    CaseRecord,
    Fault,
    MessageRecord,
    OrderRecord,
    Permanent,
    ProductRecord,
    Record,
    ReviewRecord,
    SchemaSurprise,
    Temporary,
    Throttled,
)
from store.values import DAY, HOUR, MINUTE
from tests.connectors.suite import SINCE, Lab, name_of, names, spoilt

OFTEN = 20


def test_a_first_pull_brings_everything_once(lab: Lab, stream: str) -> None:
    records, _ = lab.pull(stream)
    assert names(records) == set(lab.case.expected(lab, SINCE)[stream])
    assert len(records) == len(names(records))
    assert len(records) >= 2, "the stand-in has too little of it to test with"
    assert not any(isinstance(r, BadRecord) for r in records)


def test_small_pages_bring_the_same(lab: Lab, stream: str) -> None:
    whole, _ = lab.pull(stream)
    lab.site.page_cap = 2
    paged, _ = lab.pull(stream)
    assert sorted(map(repr, paged)) == sorted(map(repr, whole))


def test_a_new_connector_goes_on_after_any_page(lab: Lab, stream: str) -> None:
    """As after a crash: the cursor is all that is left."""
    lab.site.page_cap = 2
    found = list(lab.pages(stream))
    assert {name_of(r) for page in found for r in page.records} == set(lab.case.expected(lab, SINCE)[stream])
    assert len(found) >= 3
    assert not found[-1].more


def test_nothing_older_is_asked_for(lab: Lab, stream: str) -> None:
    since = lab.clock.time - 12 * DAY
    records, _ = lab.pull(stream, since=since)
    wanted = set(lab.case.expected(lab, since)[stream])
    assert names(records) == wanted


def test_pulling_changes_nothing_there(lab: Lab) -> None:
    before = lab.state()
    for stream in lab.case.streams:
        lab.pull(stream)
    assert lab.state() == before


def test_nothing_new_brings_no_more_than_the_overlap(lab: Lab, stream: str) -> None:
    records, cursor = lab.pull(stream)
    lab.clock.time += MINUTE
    again, _ = lab.pull(stream, cursor)
    assert names(again) <= names(records)


def test_what_happens_later_comes(lab: Lab, stream: str) -> None:
    seen, cursor = lab.pull(stream)
    known = names(seen)
    for _ in range(3):
        lab.clock.time += HOUR
        thread, order = lab.market.threads[0], next(o for o in lab.market.orders if not o.refunds)
        lab.market.says(thread, "Are you there?")
        lab.market.refund(order, "elsewhere", replace(order.total, minor=1))
        lab.market.asks_return(order, "damaged", "It broke again.")
        lab.market.reviews_order(order, 2, "It broke.")
        lab.clock.time += 10 * MINUTE
        fresh, cursor = lab.pull(stream, cursor)
        known |= names(fresh)
    assert known >= set(lab.case.expected(lab, SINCE)[stream])


def test_a_product_described_anew_comes_again(lab: Lab) -> None:
    if "products" not in lab.case.streams:
        pytest.skip("this platform tells no products")
    _, cursor = lab.pull("products")
    lab.clock.time += HOUR
    lab.market.relist(lab.market.products[0], "Another name")
    lab.clock.time += 10 * MINUTE
    fresh, _ = lab.pull("products", cursor)
    assert any(isinstance(r, ProductRecord) and r.title.startswith("Another name") for r in fresh)
    assert len(fresh) < len(lab.market.products)


def test_answers_given_at_the_platform_come_back_as_ours(lab: Lab) -> None:
    if "messages" not in lab.case.streams:
        pytest.skip("this platform delivers no messages")
    _, cursor = lab.pull("messages")
    lab.clock.time += HOUR
    lab.market.answer(lab.market.threads[0], "Answered in the browser.")
    lab.clock.time += 10 * MINUTE
    fresh, _ = lab.pull("messages", cursor)
    ours = [r for r in fresh if isinstance(r, MessageRecord) and r.text == "Answered in the browser."]
    assert [r.outbound for r in ours] == [True]


@pytest.mark.parametrize("kind", ["page_twice", "page_reversed"])
def test_doubled_and_reversed_pages_bring_the_same(lab: Lab, stream: str, kind: str) -> None:
    lab.site.page_cap = 3
    fault = lab.fault(kind, lab.case.streams[stream], times=OFTEN)
    records, _ = lab.pull(stream)
    assert fault.times < OFTEN, "the stand-in does not know this fault"
    assert names(records) == set(lab.case.expected(lab, SINCE)[stream])


@pytest.mark.parametrize("kind", ["status", "drop", "cut"])
def test_the_third_page_fails_and_is_where_it_goes_on(lab: Lab, stream: str, kind: str) -> None:
    lab.site.page_cap = 2
    fault = lab.fault(kind, lab.case.streams[stream], after=2, times=OFTEN)
    cursor, got = "", []
    with pytest.raises((Temporary, SchemaSurprise)):
        for page in lab.connect().pull(stream, cursor, since=SINCE):
            cursor = page.cursor
            got.append(page)
    assert len(got) >= 1
    fault.times = 0
    rest, _ = lab.pull(stream, cursor)
    assert {name_of(r) for p in got for r in p.records} | names(rest) == set(lab.case.expected(lab, SINCE)[stream])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_platform_out_of_order_is_temporary(lab: Lab, stream: str, status: int) -> None:
    fault = lab.fault("status", times=OFTEN, status=status)
    with pytest.raises(Temporary):
        lab.pull(stream)
    fault.times = 0
    lab.pull(stream)


def test_one_failure_is_tried_again_at_once(lab: Lab, stream: str) -> None:
    lab.fault("status", lab.case.streams[stream], status=503)
    records, _ = lab.pull(stream)
    assert names(records) == set(lab.case.expected(lab, SINCE)[stream])
    assert lab.sleeps, "it did not wait before it asked again"


@pytest.mark.parametrize(
    ("said", "least", "most"), [("120", 120, 120), ("Fri, 31 Dec 9999 23:59:59 GMT", 3600, 3600), ("-5", 1, 60)]
)
def test_too_many_calls_are_obeyed_within_reason(lab: Lab, stream: str, said: str, least: int, most: int) -> None:
    lab.fault("status", lab.case.streams[stream], times=OFTEN, status=429, retry_after=said)
    with pytest.raises(Throttled) as caught:
        lab.pull(stream)
    assert least * 1000 <= caught.value.until - lab.clock.time <= most * 1000


def test_a_dripping_server_does_not_hold_us(lab: Lab) -> None:
    stream = next(iter(lab.case.streams))
    lab.fault("drip", lab.case.streams[stream], times=OFTEN)
    with pytest.raises(Temporary):
        for _ in lab.connect(timeout_seconds=1).pull(stream, "", since=SINCE):
            pass


@pytest.mark.parametrize(
    "body", [b"<html>Down for maintenance</html>", b"[]", b'"no"', b"\xff\xfe{", b"[" * 5000, b"", b"null"]
)
def test_an_answer_of_no_known_shape_is_a_fault_and_no_crash(lab: Lab, stream: str, body: bytes) -> None:
    from connectors.sandbox.web import Response

    _, cursor = lab.pull(stream)
    lab.change_answers(lambda request, response: Response(200, body, {"content-type": "application/json"}))
    with pytest.raises(Fault):
        lab.pull(stream, cursor)


def test_one_bad_record_is_set_aside_with_its_raw_text(lab: Lab, stream: str) -> None:
    marks = spoilt(lab, stream)
    records, _ = lab.pull(stream)
    bad = [r for r in records if isinstance(r, BadRecord)]
    assert len(bad) == 1
    assert marks[0].encode() in bad[0].raw
    assert bad[0].reason
    good = {name_of(r) for r in records if not isinstance(r, BadRecord)}
    wanted = set(lab.case.expected(lab, SINCE)[stream])
    assert good < wanted
    assert len(good) == len(wanted) - 1


def test_a_quota_used_up_is_throttled(lab: Lab, stream: str) -> None:
    lab.needs_web()
    lab.pull(stream)
    assert lab.quota.taken, "nothing was taken from any bucket"
    asked = len(lab.site.log)
    lab.quota.wait = 90_000
    with pytest.raises(Throttled):
        lab.pull(stream)
    assert len(lab.site.log) == asked


def test_records_are_whole(lab: Lab) -> None:
    """What the desk needs of each kind, wherever a platform gives it."""
    for stream in lab.case.streams:
        for record in lab.pull(stream)[0]:
            _check(record)


def _check(record: Record) -> None:
    match record:
        case OrderRecord():
            assert record.number
            assert record.lines
            assert record.placed_at <= record.updated_at
            assert record.total.minor > 0
            assert all(n.quantity > 0 and n.price.currency == record.total.currency for n in record.lines)
        case MessageRecord():
            assert record.thread_id
            assert record.text.strip()
            assert record.author_id
            assert record.sent_at
        case CaseRecord():
            assert record.order_id
            assert record.state
            assert record.opened_at <= record.updated_at
        case ProductRecord():
            assert record.sku
            assert record.title
            assert record.specs
            assert record.image.startswith("https://")
        case ReviewRecord():
            assert 0 <= record.rating <= 5
            assert record.at


def test_a_stream_there_is_not_is_refused(lab: Lab) -> None:
    with pytest.raises(Permanent):
        list(lab.connect().pull("horoscopes", "", since=SINCE))
