"""How much a ticket weighs, and where its buyer is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desk.automation.effort import BY_TYPE, MOST, POINT, points
from desk.automation.regions import _ZONES, REGIONS, expanded, hours_apart, known, regions_of
from desk.vocabulary import TYPES

WINTER = int(datetime(2026, 1, 15, 12, tzinfo=UTC).timestamp() * 1000)


def test_a_type_has_its_points_and_a_known_duration_beats_them() -> None:
    assert (points("shipping_status"), points("dispute_review"), points("other")) == (1, 4, 1)
    assert points("dispute_review", 5 * POINT) == 5
    assert set(BY_TYPE) <= set(TYPES)


@given(st.sampled_from(sorted(TYPES)), st.one_of(st.none(), st.integers(-10, 10**12)))
def test_effort_is_at_least_a_point_and_at_most_a_day(type_: str, expected: int | None) -> None:
    assert 1 <= points(type_, expected) <= MOST


def test_a_region_stands_for_its_countries() -> None:
    assert expanded(frozenset({"DACH", "FR"})) == {"DE", "AT", "CH", "LI", "FR"}
    assert regions_of("DE", ["EUROPE", "FR", "DACH", "EU"]) == ["DACH", "EU", "EUROPE"]
    assert [known(w) for w in ("EU", "DE", "de", "EUX", "D1")] == [True, True, False, False, False]


def test_every_country_of_a_region_has_a_known_zone() -> None:
    named = {c for countries in REGIONS.values() for c in countries}
    assert named == set(_ZONES)
    for zone in _ZONES.values():
        ZoneInfo(zone)


def test_hours_between_a_desk_and_a_country() -> None:
    assert hours_apart("Asia/Shanghai", "DE", WINTER) == 7
    assert hours_apart("Europe/Berlin", "GB", WINTER) == 1
    assert hours_apart("Pacific/Auckland", "US", WINTER) == 5, "across the date line"
    assert hours_apart("UTC", "XX", WINTER) is None
