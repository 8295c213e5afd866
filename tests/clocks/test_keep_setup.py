"""Policies and calendars changed at run time: what is wrong is refused, open tickets follow, what was missed stays so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import versions
from desk.clocks import keep_setup
from desk.clocks.keep import keep
from store.errors import DeskError, Invalid, NotFound, Refused
from store.sql import clocks
from store.unit import UnitOfWork
from store.values import HOUR, Actor
from tests.app.desks import TestDesk

ANA = Actor("agent", "ana")
POLICY: dict[str, Any] = {"id": "all", "name": "All in 3 h", "kind": "first_response", "target": "3h"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    yield made
    made.store.close()


def recompute(desk: TestDesk, most: int = 40) -> int:
    """Until nothing is left; returns how many transactions that took."""
    count = 1
    while True:
        with desk.store.write(ANA) as unit:
            if not keep_setup.recompute_some(unit, most):
                return count
        count += 1


def due(desk: TestDesk, ticket: int) -> int:
    return clocks.next_due(desk.store.conn, ticket)[0]


def test_a_stricter_policy_reaches_open_tickets_from_their_original_start(desk: TestDesk) -> None:
    tickets = [desk.mail(f"mail {n}", hours_ago=n / 2) for n in range(1, 5)]
    with desk.store.write(ANA) as unit:
        keep_setup.save_policy(unit, POLICY)
    assert due(desk, tickets[0]) != desk.clock.at - HOUR // 2 + 3 * HOUR  # nothing was planned inside that transaction
    assert recompute(desk, most=2) == 3
    assert [due(desk, t) for t in tickets] == [desk.clock.at - int(n / 2 * HOUR) + 3 * HOUR for n in range(1, 5)]
    assert recompute(desk) == 1  # done is done


def test_what_one_session_left_another_goes_on_with(desk: TestDesk) -> None:
    tickets = [desk.mail(f"mail {n}") for n in range(4)]
    with desk.store.write(ANA) as unit:
        keep_setup.save_policy(unit, POLICY)
    with desk.store.write(ANA) as unit:
        assert keep_setup.recompute_some(unit, 2)
    with desk.store.write(Actor("agent", "wei")) as unit:  # ana's line dropped here
        keep_setup.recompute_some(unit, 2)
    assert {due(desk, t) for t in tickets} == {desk.clock.at + 2 * HOUR}


def test_a_breach_stays_recorded_when_a_policy_is_relaxed_later(desk: TestDesk) -> None:
    with desk.store.write(ANA) as unit:
        keep_setup.save_policy(unit, POLICY)
    ticket = desk.mail("late", hours_ago=4)
    with desk.store.write(ANA) as unit:
        keep(unit, ticket)
        keep_setup.remove_policy(unit, "all")
    recompute(desk)
    first = next(c for c in clocks.of_ticket(desk.store.conn, ticket) if c.kind == "first_response")
    assert first.breached_at == desk.clock.at - HOUR and first.due_at > first.breached_at


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"target": "soon"}, "target"),
        ({"kind": "nothing"}, "kind"),
        ({"calendar": "atlantis"}, "calendar"),
        ({"scope": "is:opn"}, "scope"),
        ({"pauses": ["pending"]}, ""),
        ({"name": "  "}, "name"),
        ({"warn": "7"}, "warn"),
    ],
)
def test_a_bad_policy_is_refused_and_the_old_one_stays(desk: TestDesk, values: dict[str, Any], key: str) -> None:
    with desk.store.write(ANA) as unit:
        keep_setup.save_policy(unit, POLICY)
    before = keep_setup.policy_table(desk.store.conn, "all")
    with pytest.raises(Invalid) as told, desk.store.write(ANA) as unit:
        keep_setup.save_policy(unit, {**POLICY, **values})
    assert told.value.gaps.get("key", "") == key
    assert keep_setup.policy_table(desk.store.conn, "all") == before


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"zone": "Mars/Base", "week": {"mon": "09:00-18:00"}}, ""),
        ({"week": {"mon": "25:00-26:00"}}, "week.mon"),
        ({"week": {"mon": "09:00-18:00"}, "dates": {"off": ["2026-13-01"]}}, "dates.off"),
        ({"week": {}}, ""),
        ({"week": {}, "dates": {"extra": {"2020-01-01": "09:00-10:00"}}}, ""),
    ],
)
def test_a_bad_calendar_is_refused_and_the_old_one_stays(desk: TestDesk, table: dict[str, Any], key: str) -> None:
    before = keep_setup.calendar_table(desk.store.conn, "shop")
    with pytest.raises(DeskError) as told, desk.store.write(ANA) as unit:
        keep_setup.save_calendar(unit, "shop", table)
    assert told.value.gaps.get("key", "") == key
    assert keep_setup.calendar_table(desk.store.conn, "shop") == before


def test_the_first_change_keeps_what_was_before_as_a_version(desk: TestDesk) -> None:
    def save(unit: UnitOfWork, hours: str) -> None:
        keep_setup.save_calendar(unit, "shop", {"zone": "UTC", "week": {"mon-fri": hours}})

    for hours in ("10:00-19:00", "11:00-20:00", "11:00-20:00"):  # the last changes nothing
        with desk.store.write(ANA) as unit:
            save(unit, hours)
    found = list(versions.history(desk.store.conn, "calendar", "shop"))
    assert [v.body["week"]["mon-fri"] for v in found] == ["11:00-20:00", "10:00-19:00", "09:00-18:00"]
    assert found[-1].note == "before the first change"


def test_a_calendar_that_came_with_the_program_is_edited_and_given_back(desk: TestDesk) -> None:
    coming = keep_setup.calendar_table(desk.store.conn, "us-business")
    with desk.store.write(ANA) as unit:
        keep_setup.save_calendar(unit, "us-business", {**coming, "zone": "America/New_York"})
    assert keep_setup.calendar_tables(desk.store.conn)["us-business"] == ({**coming, "zone": "America/New_York"}, True)
    with desk.store.write(ANA) as unit:
        keep_setup.remove_calendar(unit, "us-business")
    assert keep_setup.calendar_tables(desk.store.conn)["us-business"] == (coming, False)


def test_a_calendar_that_is_needed_stays(desk: TestDesk) -> None:
    with desk.store.write(ANA) as unit:
        keep_setup.save_calendar(unit, "night", {"week": {"daily": "22:00-06:00"}})
        keep_setup.save_policy(unit, {**POLICY, "calendar": "night"})
    for name in ("shop", "night"):
        with pytest.raises(Refused), desk.store.write(ANA) as unit:
            keep_setup.remove_calendar(unit, name)
    with pytest.raises(NotFound), desk.store.write(ANA) as unit:
        keep_setup.remove_calendar(unit, "us-business")
