"""What only 17TRACK does: numbers are registered once and with care for the quota, and rounds come to an end."""

from __future__ import annotations

import json

import pytest

from connectors.contract import BadRecord, Followed, Page, ShipmentRecord, Throttled
from connectors.fields import Unreadable
from connectors.sandbox.seventeentrack import SLOW, SeventeenTrackSite
from connectors.sandbox.web import Request, Response
from connectors.services.seventeentrack import guesses, mapping
from connectors.services.seventeentrack.account import LEFT, MOST
from connectors.services.seventeentrack.pulling import FIRST_NEWS
from store.values import DAY, HOUR, MINUTE
from tests.connectors.ports import NOW
from tests.connectors.seventeentrack.case import CASE, parcels
from tests.connectors.suite import SINCE, Lab, opened

ONE = Followed("rr1", "RR1", "DHL")


def site(lab: Lab) -> SeventeenTrackSite:
    assert isinstance(lab.site, SeventeenTrackSite)
    return lab.site


def asked(lab: Lab, path: str) -> list[list[dict[str, object]]]:
    """Bodies of the calls of one kind."""
    return [r.json() for r in lab.site.log if r.path.endswith(path)]


def info(status: str, **more: object) -> dict[str, object]:
    return {"number": "RR1", "track_info": {"latest_status": {"status": status, "sub_status": f"{status}_Other"}, **more}}


def event(at: str, text: str = "Departed", place: str = "Leipzig") -> dict[str, object]:
    return {"time_utc": at, "description": text, "location": place}


# Registering ----------------------------------------------------------------------------------------


def test_who_is_not_followed_yet_is_registered_once_and_told_of_later(lab: Lab) -> None:
    new = [p.tracking for p in parcels(site(lab))[:2]]
    first, cursor = lab.pull("parcels")
    assert not {r.parcel.tracking for r in first if isinstance(r, ShipmentRecord)} & set(new)
    (body,) = asked(lab, "/register")
    assert [item["number"] for item in body] == new
    lab.clock.time += SLOW + FIRST_NEWS
    again, _ = lab.pull("parcels", cursor)
    assert set(new) <= {r.parcel.tracking for r in again if isinstance(r, ShipmentRecord)}
    assert len(asked(lab, "/register")) == 1


def test_a_number_17track_forgot_is_registered_again(lab: Lab) -> None:
    _, cursor = lab.pull("parcels")
    gone = parcels(site(lab))[5].tracking
    del site(lab).registered[gone]
    lab.clock.time += HOUR
    lab.pull("parcels", cursor)
    assert [item["number"] for item in asked(lab, "/register")[-1]] == [gone]


def test_registering_that_is_cut_off_costs_nothing_twice(lab: Lab) -> None:
    lab.fault("lost", "/register")
    lab.pull("parcels")
    assert site(lab).quota == 1_000 - 2


def test_no_call_holds_more_than_17track_takes(lab: Lab) -> None:
    numbers = [f"LX{n:09d}CN" for n in range(101)]

    class Many:
        def underway(self, after: str, most: int, since: int) -> tuple[Followed, ...]:
            return tuple(Followed(n, n) for n in numbers if n > after)[:most]

    with opened(CASE) as other:
        other.case = type("Full", (type(CASE),), {"underway": lambda self, lab: Many()})()
        other.pull("parcels")
        sizes = [len(body) for body in asked(other, "/gettrackinfo")]
        assert sizes == [MOST, MOST, 21] == [len(body) for body in asked(other, "/register")]


def test_a_carrier_that_is_known_is_named_and_let_go_where_it_is_wrong(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = parcels(site(lab))[:2]
    monkeypatch.setattr(guesses, "CARRIERS", {one.courier.casefold(): 999_999})
    lab.pull("parcels")
    first, *rest = asked(lab, "/register")
    assert {item["number"]: item.get("carrier") for item in first}[one.tracking] == 999_999
    assert [item.get("carrier") for body in rest for item in body] == [None] * len(rest[0])
    assert {one.tracking, two.tracking} <= set(site(lab).registered)


def test_a_number_whose_carrier_nobody_can_tell_is_over_and_says_why(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "CARRIERS", {})
    one, two = parcels(site(lab))[:2]
    site(lab).silent = {one.tracking, two.tracking}
    records, _ = lab.pull("parcels")
    told = {r.parcel.tracking: r for r in records if isinstance(r, ShipmentRecord)}
    assert told[one.tracking].over
    assert "carrier" in told[one.tracking].note
    assert told[one.tracking].parcel.status == ""


# Quota ----------------------------------------------------------------------------------------------


def test_a_quota_used_up_stops_registering_and_nothing_else(lab: Lab) -> None:
    site(lab).quota = 0
    pages: list[Page] = []
    with pytest.raises(Throttled, match="quota is used up") as caught:
        pages.extend(lab.connect().pull("parcels", "", since=SINCE))
    cursor = pages[-1].cursor
    assert sum(len(page.records) for page in pages) >= 10
    assert caught.value.until > lab.clock.time
    assert (LEFT, 0) in lab.quota.learnt
    calls = len(lab.site.log)
    with pytest.raises(Throttled):
        list(lab.connect(again_minutes=60).pull("parcels", cursor, since=SINCE))
    assert len(lab.site.log) == calls, "it asked before the round was over"
    site(lab).quota = 100
    lab.clock.time += HOUR
    lab.pull("parcels", cursor)
    assert lab.quota.learnt[-1] == (LEFT, 98)


def test_the_desk_learns_how_much_is_left(lab: Lab) -> None:
    lab.pull("parcels")
    assert lab.quota.learnt == [(LEFT, 998)]


# Rounds ---------------------------------------------------------------------------------------------


def test_the_same_parcel_is_not_asked_for_again_too_soon(lab: Lab) -> None:
    def rounds(cursor: str) -> tuple[int, str]:
        before = len(asked(lab, "/gettrackinfo"))
        for page in lab.connect(again_minutes=60).pull("parcels", cursor, since=SINCE):
            cursor = page.cursor
        return len(asked(lab, "/gettrackinfo")) - before, cursor

    first, cursor = rounds("")
    assert (first, rounds(cursor)[0]) == (1, 0)
    lab.clock.time += FIRST_NEWS  # numbers were registered, whose first news come soon
    soon, cursor = rounds(cursor)
    lab.clock.time += FIRST_NEWS
    assert (soon, rounds(cursor)[0]) == (1, 0)
    lab.clock.time += HOUR
    assert rounds(cursor)[0] == 1


@pytest.mark.parametrize("cursor", ["nonsense", "[]", "null", '{"other": 1}', '"x"'])
def test_a_cursor_nobody_knows_begins_anew(lab: Lab, cursor: str) -> None:
    assert lab.pull("parcels", cursor)[0]


def test_a_clock_put_back_does_not_stop_the_rounds(lab: Lab) -> None:
    _, cursor = lab.pull("parcels")
    lab.clock.time -= DAY
    before = len(asked(lab, "/gettrackinfo"))
    list(lab.connect(again_minutes=60).pull("parcels", cursor, since=SINCE))
    assert len(asked(lab, "/gettrackinfo")) == before + 1


def test_what_is_older_than_17track_remembers_is_not_asked_for(lab: Lab) -> None:
    low: list[int] = []

    class Old:
        def underway(self, after: str, most: int, since: int) -> tuple[Followed, ...]:
            low.append(since)
            return ()

    lab.case = type("Old", (type(CASE),), {"underway": lambda self, lab: Old()})()
    lab.pull("parcels", since=0)
    assert low == [NOW - guesses.LONGEST_WAY]


def test_a_refusal_of_one_number_nobody_expected_is_set_aside(lab: Lab) -> None:
    def strange(request: Request, response: Response) -> Response:
        if not request.path.endswith("/gettrackinfo"):
            return response
        page = json.loads(response.body)
        page["data"]["rejected"].append({"number": parcels(site(lab))[0].tracking, "error": {"code": -1, "message": "Odd"}})
        return Response(200, json.dumps(page).encode(), response.headers)

    lab.change_answers(strange)
    bad = [r for r in lab.pull("parcels")[0] if isinstance(r, BadRecord)]
    assert [b.reason for b in bad] == ["17TRACK refused it: Odd"]


# What it tells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "status"), [*guesses.STATUS.items()])
def test_every_word_for_a_status_is_read(word: str, status: str) -> None:
    record = mapping.shipment(info(word, latest_event=event("2026-11-17T08:00:00Z")), ONE)
    assert (record.parcel.status if record else "") == status


def test_a_way_is_read_whole() -> None:
    milestones = [{"key_stage": "PickedUp", "time_utc": "2026-11-12T10:00:00Z"},
                  {"key_stage": "Delivered", "time_utc": "2026-11-17T08:00:00+08:00"},
                  {"key_stage": "Returned", "time_utc": None}]  # fmt: skip
    events = [event("2026-11-12T10:00:00Z", "Picked up"), event("2026-11-17T00:00:00Z", "Delivered", "Porto"),
              {"time_utc": None, "description": "Nobody knows when"}]  # fmt: skip
    raw = info("Delivered", latest_event=events[1], milestone=milestones,
               time_metrics={"estimated_delivery_date": {"from": "2026-11-16T00:00:00Z", "to": None}},
               tracking={"providers": [{"provider": {"name": "DHL Paket"}, "events": events}]})  # fmt: skip
    record = mapping.shipment(raw, Followed("rr1", "RR1"))
    assert record is not None
    p = record.parcel
    assert (p.courier, p.tracking, p.status, record.order_id, record.over) == ("DHL Paket", "RR1", "delivered", "", True)
    day = 1_794_873_600_000  # 2026-11-17T00:00Z
    assert (p.shipped_at, p.delivered_at, p.eta, record.at) == (day - 5 * DAY + 10 * HOUR, day, day - DAY, day)
    assert [(s.at, s.text, s.place) for s in record.scans] == [(day, "Delivered", "Porto"),
                                                               (day - 5 * DAY + 10 * HOUR, "Picked up", "Leipzig")]  # fmt: skip


def test_what_is_back_with_its_sender_is_returned_and_what_fell_silent_is_over() -> None:
    raw = info("Exception", latest_event=event("2026-11-17T00:00:00Z"))
    raw["track_info"]["latest_status"]["sub_status"] = "Exception_Returned"  # type: ignore[index]
    back, lost = mapping.shipment(raw, ONE), mapping.shipment(info("Expired"), ONE)
    assert back and back.over and back.parcel.status == "returned"
    assert lost and lost.over and lost.parcel.status == "expired" and lost.at == 0


def test_the_shops_name_for_the_carrier_stays() -> None:
    raw = info("InTransit", tracking={"providers": [{"provider": {"name": "DHL Paket"}}]})
    record = mapping.shipment(raw, ONE)
    assert record and record.parcel.courier == "DHL"


@pytest.mark.parametrize("raw", [info("Teleported"), {"number": "RR1", "track_info": []}, info("InTransit", milestone={}),
                                 info("InTransit", latest_event=event("17.11.2026"))])  # fmt: skip
def test_what_cannot_be_read_is_said(raw: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        mapping.shipment(raw, ONE)


def test_one_number_with_two_carriers_is_told_by_the_later(lab: Lab) -> None:
    number = parcels(site(lab))[5].tracking

    def twice(request: Request, response: Response) -> Response:
        if not request.path.endswith("/gettrackinfo"):
            return response
        page = json.loads(response.body)
        late, old = event("2026-11-18T00:00:00Z"), event("2020-01-01T00:00:00Z")
        page["data"]["accepted"] = [{**info("InTransit", latest_event=e), "number": number} for e in (old, late, old)]
        return Response(200, json.dumps(page).encode(), response.headers)

    lab.change_answers(twice)
    (record,) = lab.pull("parcels")[0]
    assert isinstance(record, ShipmentRecord)
    assert record.at == 1_794_960_000_000


def test_a_call_carries_the_key_in_its_header_and_nowhere_else(lab: Lab) -> None:
    lab.pull("parcels")
    lab.connect().test()
    assert all(r.headers["17token"] == lab.site.key for r in lab.site.log)
    assert not any(lab.site.key.encode() in r.body or lab.site.key in r.query_string for r in lab.site.log)
    assert {r.method for r in lab.site.log} == {"POST"}


def test_settings_have_bounds() -> None:
    with opened(CASE) as lab:
        for wrong in (-1, 5_000, "often"):
            with pytest.raises(ValueError, match="again_minutes"):
                lab.connect(again_minutes=wrong)
        lab.clock.time += MINUTE
        assert lab.connect(again_minutes="30").test().ok
