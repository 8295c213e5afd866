"""Holidays and make-up days get into a team's calendar, and say the same as the government's own lists."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from desk.clocks.calendar_files import calendar_from, shipped_calendars
from desk.clocks.calendars import add
from desk.clocks.public_days import from_file, of_country, spans, with_days
from store.errors import Invalid
from store.values import HOUR
from tests.clocks.test_calendars import at

WEEK = {"zone": "Asia/Shanghai", "week": {"mon-fri": "09:00-18:00"}}


@pytest.mark.parametrize("year", range(2020, 2027))
def test_the_chinese_year_is_that_of_the_state_council(shared: Path, year: int) -> None:
    theirs = from_file((shared / f"data/calendars/cn-{year}.json").read_text("utf-8"), "list")
    told, ours = calendar_from(with_days(WEEK, theirs, "x"), name="x"), of_country("CN", [year])
    mine = calendar_from(with_days(WEEK, ours, "x"), name="x")
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [d for d in days if bool(told.hours(d)) != bool(mine.hours(d))] == []
    assert theirs.working


def test_national_week_and_its_make_up_saturday_count() -> None:
    calendar = calendar_from(with_days(WEEK, of_country("CN", [2026]), "x"), name="x")
    assert add(calendar, at("2026-09-30T16:00+08:00"), 8 * HOUR) == at("2026-10-08T15:00+08:00")
    assert add(calendar, at("2026-10-09T17:00+08:00"), 3 * HOUR) == at("2026-10-10T11:00+08:00")


def test_what_the_team_set_itself_stays() -> None:
    own = {**WEEK, "dates": {"off": ["2026-06-01"], "extra": {"2026-10-01": "10:00-12:00"}}}
    made = calendar_from(with_days(own, of_country("CN", [2026]), "x", "13:00-17:00"), name="x")
    assert made.hours(date(2026, 6, 1)) == () and made.hours(date(2026, 10, 1)) == ((600, 720),)
    assert made.hours(date(2026, 10, 10)) == ((780, 1020),)  # a make-up Saturday, with the hours asked for


def test_a_second_time_changes_nothing_and_weekends_are_not_listed() -> None:
    once = with_days(WEEK, of_country("CN", [2026]), "x")
    assert with_days(once, of_country("CN", [2026]), "x") == once
    assert all(calendar_from(WEEK, name="x").weekly[d.weekday()] for d in calendar_from(once, name="x").off)


def test_parts_of_a_country_have_their_own_days() -> None:
    assert date(2026, 1, 6) in of_country("DE-BY", [2026]).off
    assert date(2026, 1, 6) not in of_country("DE", [2026]).off
    assert of_country("DE", [2026]).known_to == 0 < of_country("CN", [2026]).known_to


@pytest.mark.parametrize("country", ["XX", "DE-NOWHERE", "", "../etc"])
def test_an_unknown_country_is_named(country: str) -> None:
    with pytest.raises(Invalid, match="are not known"):
        of_country(country, [2026])


@pytest.mark.parametrize("text", ["", "[]", '{"days": 3}', '{"days": [{"date": "x", "isOffDay": true}]}', "[" * 100_000])
def test_a_broken_list_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_file(text, "list.json")


def test_dates_are_written_as_spans() -> None:
    days = [date(2026, 10, n) for n in (1, 2, 3, 5)] + [date(2026, 12, 31), date(2027, 1, 1)]
    assert spans(days) == ["2026-10-01..2026-10-03", "2026-10-05", "2026-12-31..2027-01-01"]


def test_the_shipped_american_days_are_those_of_the_package() -> None:
    shop = shipped_calendars("UTC")["us-business"]
    assert {d for d in of_country("US", [2026, 2027]).off if d.weekday() < 5} == set(shop.off)
