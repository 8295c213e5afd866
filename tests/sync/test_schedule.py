"""When an account is asked for news: the decision alone, at any instant, in any zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sync.schedule import ALWAYS, LIVE, Quiet, Schedule, of, quiet_hours
from store.errors import Invalid
from store.values import DAY, HOUR, MINUTE

ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
INSTANTS = st.integers(1_700_000_000_000, 1_900_000_000_000)
QUIETS = st.builds(
    lambda begin, long, zone: Quiet(begin, (begin + long) % 1440, zone),
    st.integers(0, 1439), st.integers(1, 1439), st.sampled_from(ZONES),
)  # fmt: skip
PLANS = st.builds(Schedule, st.integers(0, 1440), st.none() | QUIETS)


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_live_is_due_at_once_and_always() -> None:
    assert ALWAYS.due(0, 5) == 5
    assert ALWAYS.due(4, 5) == 5


def test_every_ten_minutes_is_due_ten_minutes_after_the_last_look() -> None:
    plan = Schedule(10)
    assert plan.due(0, HOUR) == HOUR
    assert plan.due(HOUR, HOUR + MINUTE) == HOUR + 10 * MINUTE
    assert plan.due(HOUR, 3 * HOUR) == 3 * HOUR


@pytest.mark.parametrize(
    ("now", "until"),
    [("2026-11-22T21:59", "2026-11-22T21:59"), ("2026-11-22T22:00", "2026-11-23T07:00"),
     ("2026-11-23T06:59", "2026-11-23T07:00"), ("2026-11-23T07:00", "2026-11-23T07:00")],
)  # fmt: skip
def test_quiet_hours_over_midnight_are_those_of_the_shop(now: str, until: str) -> None:
    quiet = quiet_hours("22:00-07:00", "Asia/Shanghai")
    assert quiet is not None
    assert quiet.until(at(now, "Asia/Shanghai")) == at(until, "Asia/Shanghai")


def test_quiet_hours_end_once_on_the_nights_the_clocks_change() -> None:
    quiet = Quiet(60, 150, "Europe/Berlin")  # 01:00-02:30; 02:00-03:00 is skipped in March and comes twice in October
    assert datetime.fromtimestamp(quiet.until(at("2027-03-28T00:30+00:00")) / 1000, UTC).hour == 1
    twice = at("2026-10-25T01:10")  # UTC: 02:10 for the second time
    assert quiet.until(twice) == at("2026-10-25T01:30")


@given(QUIETS, INSTANTS)
def test_quiet_hours_always_end_within_a_day_and_are_over_then(quiet: Quiet, now: int) -> None:
    end = quiet.until(now)
    assert now <= end <= now + 25 * HOUR
    again = quiet.until(end)
    assert again == end or again - end <= HOUR  # the hour that comes twice


@given(PLANS, INSTANTS, st.integers(-2 * DAY, 2 * DAY))
def test_the_next_look_is_never_in_the_past_never_too_soon_and_never_far(plan: Schedule, now: int, ago: int) -> None:
    due = plan.due(now - ago, now)
    assert due >= now
    assert due <= now + plan.every * MINUTE + 25 * HOUR * (plan.quiet is not None)
    if 0 <= ago < plan.every * MINUTE:
        assert due >= now - ago + plan.every * MINUTE
    if plan.quiet is None and ago >= plan.every * MINUTE:
        assert due == now


@given(PLANS)
def test_a_schedule_is_read_as_it_was_stored(plan: Schedule) -> None:
    assert of({"sync": plan.stored()}) == plan
    assert plan != ALWAYS or plan.stored() == {}


@given(st.dictionaries(st.sampled_from(["every", "quiet", "zone", "streams", "history"]),
                       st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.text(max_size=5))))
def test_a_setting_nobody_can_read_never_stops_an_account(said: dict[str, object]) -> None:
    plan = of({"sync": said})
    assert LIVE <= plan.every <= 1440
    plan.due(1_700_000_000_000, 1_700_000_000_001)


@pytest.mark.parametrize("text", ["22-7", "25:00-07:00", "10:00-10:00", "ten to six"])
def test_hours_nobody_can_read_are_said_so(text: str) -> None:
    with pytest.raises(Invalid):
        quiet_hours(text)


def test_streams_left_out_are_not_wanted() -> None:
    assert Schedule(streams=("orders",)).wants("orders") and not Schedule(streams=("orders",)).wants("messages")
    assert ALWAYS.wants("anything")
