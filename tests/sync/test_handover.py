"""Somebody goes on leave: what falls due before they are back moves, the rest stays theirs and is there on return."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk import agents, leave, tickets
from desk.agents import NewAgent
from desk.automation.explained import explained
from desk.changes import change
from desk.sync import handover
from store.errors import Conflict, Invalid, NotFound
from store.sql import teams
from store.values import DAY, HOUR, NEVER
from tests.desk.small import ANA, NOON, Desk


def plan(desk: Desk, agent: str, start: int, end: int) -> int:
    with desk.acting() as unit:
        return leave.add(unit, agent, start, end, "sea").id


def given_to(desk: Desk, agent: str, *dues: int) -> list[int]:
    """Tickets of an agent, due at these instants."""
    made = [desk.mail(sender=f"{agent}{n}-{desk.count('ticket')}@x.example").ticket_id for n in range(len(dues))]
    with desk.acting() as unit:
        for number, due in zip(made, dues, strict=True):
            tickets.assign(unit, number, agent)
            unit.conn.execute("UPDATE ticket SET due_at = ? WHERE id = ?", (due, number))
    return made


def owners(desk: Desk, numbers: list[int]) -> list[str | None]:
    return [desk.ticket(n).assignee_id for n in numbers]


def test_exactly_what_falls_due_before_the_return_moves_and_the_rest_is_flagged(desk: Desk) -> None:
    late, soon, after, never = given_to(desk, "ana", NOON - HOUR, NOON + DAY, NOON + 3 * DAY, NEVER)
    other = given_to(desk, "wei", NOON + HOUR)
    plan(desk, "ana", NOON + HOUR, NOON + 2 * DAY)
    assert handover.tick(desk.store, desk.holder) == 0, "not yet"
    desk.clock.at = NOON + HOUR
    assert handover.tick(desk.store, desk.holder) == 2
    assert owners(desk, [late, soon, after, never, *other]) == ["wei", "wei", "ana", "ana", "wei"]
    assert [desk.ticket(n).flagged for n in (late, soon, after, never)] == [0, 0, 1, 1]
    found = explained(desk.store.conn, soon)
    assert found is not None and found.why is not None
    assert found.why.english().startswith("ana is on leave until 2026-11-19 12:00 UTC, and it is due before that: wei")
    before = desk.count("event")
    assert handover.tick(desk.store, desk.holder) == 0
    assert desk.count("event") == before


def test_on_return_nothing_is_lost_and_the_flags_are_gone(desk: Desk) -> None:
    moved, stayed, flagged_before = given_to(desk, "ana", NOON + DAY, NEVER, NEVER)
    with desk.acting() as unit:
        change(unit, flagged_before, {"flagged": 1})
    plan(desk, "ana", NOON, NOON + 2 * DAY)
    handover.tick(desk.store, desk.holder)
    desk.clock.at = NOON + 2 * DAY
    handover.tick(desk.store, desk.holder)
    assert owners(desk, [moved, stayed, flagged_before]) == ["wei", "ana", "ana"]
    assert [desk.ticket(n).flagged for n in (moved, stayed, flagged_before)] == [0, 0, 1], "a flag of somebody's own stays"
    before = desk.count("event")
    handover.tick(desk.store, desk.holder)
    assert desk.count("event") == before


def test_what_becomes_due_during_the_leave_moves_too(desk: Desk) -> None:
    (ticket,) = given_to(desk, "ana", NEVER)
    plan(desk, "ana", NOON, NOON + 5 * DAY)
    handover.tick(desk.store, desk.holder)
    assert owners(desk, [ticket]) == ["ana"]
    with desk.acting() as unit:
        unit.conn.execute("UPDATE ticket SET due_at = ? WHERE id = ?", (NOON + DAY, ticket))
    assert handover.tick(desk.store, desk.holder) == 1
    assert (owners(desk, [ticket]), desk.ticket(ticket).flagged) == (["wei"], 0)


def test_the_return_is_the_first_shift_after_the_leave(desk: Desk) -> None:
    with desk.acting() as unit:
        agents.set_presence(unit, "ana", "auto")
        agents.change(unit, "ana", {"shifts": {"week": {"mon-fri": "14:00-18:00"}}})
    morning, evening = given_to(desk, "ana", NOON + DAY + HOUR, NOON + DAY + 3 * HOUR)
    plan(desk, "ana", NOON, NOON + DAY)
    handover.tick(desk.store, desk.holder)
    assert owners(desk, [morning, evening]) == ["wei", "ana"]


def test_with_nobody_there_it_stays_and_who_leads_is_warned_once(desk: Desk) -> None:
    with desk.acting() as unit:
        agents.set_presence(unit, "wei", "away")
        agents.change(unit, "wei", {"role": "lead"})
    (ticket,) = given_to(desk, "ana", NOON + DAY)
    plan(desk, "ana", NOON, NOON + 2 * DAY)
    for _ in range(3):
        assert handover.tick(desk.store, desk.holder) == 0
    assert owners(desk, [ticket]) == ["ana"]
    (warning,) = desk.told(ticket, "unattended")
    assert (warning.payload or {})["agents"] == ["wei"]
    with desk.acting() as unit:
        agents.set_presence(unit, "wei", "on")
    assert handover.tick(desk.store, desk.holder) == 1


def test_over_night_who_leads_is_warned_of_what_is_due_before_anybody_comes(desk: Desk) -> None:
    early, later = given_to(desk, "wei", NOON + HOUR, NOON + DAY)
    with desk.acting() as unit:
        agents.set_presence(unit, "ana", "away", NOON + 2 * HOUR)
        agents.set_presence(unit, "wei", "away", NOON + 9 * HOUR)
    for _ in range(2):
        handover.tick(desk.store, desk.holder)
    assert (len(desk.told(early, "unattended")), desk.told(later, "unattended")) == (1, [])


def test_who_leaves_the_team_hands_over_everything(desk: Desk) -> None:
    mine = given_to(desk, "ana", NOON + DAY, NEVER)
    with desk.acting() as unit:
        agents.change(unit, "ana", {"active": False})
    assert handover.tick(desk.store, desk.holder) == 2
    assert owners(desk, mine) == ["wei", "wei"]


def test_coming_back_early_ends_the_leave(desk: Desk) -> None:
    given_to(desk, "ana", NEVER)
    plan(desk, "ana", NOON, NOON + 5 * DAY)
    handover.tick(desk.store, desk.holder)
    desk.clock.at = NOON + DAY
    with desk.acting() as unit:
        assert leave.end(unit, "ana") == 1
    handover.tick(desk.store, desk.holder)
    assert desk.count("ticket WHERE flagged = 1") == 0
    assert desk.ticket(desk.mail(sender="new@x.example").ticket_id).assignee_id is not None
    assert leave.of(desk.store.conn, "ana", after=desk.clock.at) == []


def test_a_leave_is_checked_and_can_be_taken_back(desk: Desk) -> None:
    number = plan(desk, "ana", NOON + DAY, NOON + 2 * DAY)
    with desk.acting() as unit:
        for start, end in ((NOON + DAY, NOON), (NOON - 2 * DAY, NOON - DAY), (NOON, NOON + 3000 * DAY)):
            with pytest.raises(Invalid):
                leave.add(unit, "wei", start, end)
        with pytest.raises(Conflict):
            leave.add(unit, "ana", NOON + DAY + HOUR, NOON + 3 * DAY)
        leave.add(unit, "ana", NOON + 2 * DAY, NOON + 3 * DAY)
        with pytest.raises(NotFound):
            leave.add(unit, "zoe", NOON, NOON + DAY)
    with desk.acting() as unit:
        leave.remove(unit, number)
        with pytest.raises(NotFound):
            leave.remove(unit, number)
    assert [r.starts_at for r in teams.leaves(desk.store.conn)] == [NOON + 2 * DAY]


def test_nobody_on_leave_gets_new_work(desk: Desk) -> None:
    plan(desk, "ana", NOON, NOON + DAY)
    assert {desk.ticket(desk.mail(sender=f"b{n}@x.example").ticket_id).assignee_id for n in range(4)} == {"wei"}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.integers(-2, 60), st.none()), max_size=6), st.integers(1, 48), st.integers(0, 3))
def test_whatever_is_owed_when_it_moves_exactly_if_it_is_due_before_the_return(
    desk: Desk, hours: list[int | None], length: int, starts: int
) -> None:
    with desk.acting() as unit:
        if desk.count("agent WHERE id = 'eva'") == 0:
            agents.add(unit, NewAgent("eva", "Eva"))
        agents.set_presence(unit, "eva", "on")
        for row in teams.leaves(unit.conn):
            teams.drop_leave(unit.conn, row.id)
    desk.clock.at = NOON
    mine = given_to(desk, "ana", *(NEVER if h is None else NOON + h * HOUR for h in hours))
    end = NOON + (starts + length) * HOUR
    plan(desk, "ana", NOON + starts * HOUR, end)
    desk.clock.at = NOON + starts * HOUR
    handover.tick(desk.store, desk.holder)
    for number, hour in zip(mine, hours, strict=True):
        moved = desk.ticket(number).assignee_id != "ana"
        assert moved == (hour is not None and NOON + hour * HOUR < end)
        assert desk.ticket(number).assignee_id is not None
    with desk.acting(ANA) as unit:
        for number in mine:
            tickets.set_status(unit, number, "closed")
