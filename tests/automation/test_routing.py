"""Who gets a ticket: nobody absent, nobody starved, and every decision says why."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.automation.candidates import Candidate, Leave, Manual, Wants, absent, back_at
from desk.automation.routing import (
    PICKS,
    STRATEGIES,
    Decision,
    Pick,
    Strategy,
    TicketNeeds,
    assigned,
    hand_over,
    jain,
    queue_key,
    route,
)
from desk.clocks.calendar_files import calendar_from
from desk.reason import reason_from
from store.values import DAY, HOUR, NEVER
from tests.clocks.test_calendars import at

NOW = at("2026-06-08T10:00+08:00")  # a Monday
DAYS = calendar_from({"name": "days", "zone": "Asia/Shanghai", "week": {"mon-fri": "09:00-18:00"}})
NIGHTS = calendar_from({"name": "nights", "zone": "Asia/Shanghai", "week": {"mon-fri": "22:00-06:00"}})

ANA, WEI, TOM = Candidate("ana"), Candidate("wei"), Candidate("tom")


def why_not(decision: Decision) -> dict[str, str]:
    return {s.agent_id: s.why.english() for s in decision.skipped}


def run(team: list[Candidate], count: int, strategy: Strategy, needs: TicketNeeds | None = None) -> list[str | None]:
    got = []
    for n in range(count):
        decision = route(team, needs or TicketNeeds(), NOW + n, strategy)
        team = assigned(team, decision, needs or TicketNeeds(), NOW + n)
        got.append(decision.agent_id)
    return got


def test_least_load_is_relative_to_capacity_then_who_waited_longest_then_the_id() -> None:
    team = [replace(ANA, load=5, capacity=20), replace(WEI, load=4, capacity=10)]
    decision = route(team, TicketNeeds(), NOW)
    assert (decision.agent_id, decision.why.english()) == ("ana", "ana has the least to do: 5 of 20.")
    assert decision.considered == ("ana", "wei")
    tied = [replace(ANA, last_assigned_at=5), replace(WEI, last_assigned_at=3)]
    assert route(tied, TicketNeeds(), NOW).agent_id == "wei"
    assert route([TOM, ANA], TicketNeeds(), NOW).agent_id == "ana"


def test_somebody_without_a_limit_is_never_full_but_does_not_get_everything() -> None:
    endless = float("inf")
    team = [replace(ANA, load=30, capacity=endless), replace(WEI, load=5, capacity=endless)]
    decision = route(team, TicketNeeds(), NOW)
    assert (decision.agent_id, decision.why.english()) == ("wei", "wei has the least to do: 5, without a limit.")
    assert run([replace(ANA, capacity=endless), WEI], 4, "least_load") == ["ana", "wei", "ana", "wei"]


def test_round_robin_survives_members_coming_and_going() -> None:
    assert run([ANA, WEI, TOM], 6, "round_robin") == ["ana", "tom", "wei"] * 2
    team = [replace(ANA, last_assigned_at=1), replace(WEI, last_assigned_at=2)]
    assert run([*team, TOM], 3, "round_robin") == ["tom", "ana", "wei"]


def test_smooth_weighting_spreads_the_heavier_share() -> None:
    assert run([replace(ANA, weight=300), WEI], 8, "weighted") == ["ana", "ana", "wei", "ana"] * 2
    assert run([replace(ANA, weight=200), WEI], 3, "weighted") == ["ana", "wei", "ana"]


def test_every_skipped_agent_has_a_reason() -> None:
    team = [
        replace(ANA, active=False),
        replace(WEI, leave=(Leave(NOW - DAY, NOW + DAY),), manual=Manual(True)),
        replace(TOM, shift=NIGHTS),
        Candidate("eva", manual=Manual(False)),
        Candidate("kim", load=20),
        Candidate("luc", languages=(("fr", 5),)),
        Candidate("max", languages=(("de", 2),), skills=frozenset({"lamps"})),
        Candidate("una", languages=(("de", 4),), skills=frozenset({"lamps"}), countries=frozenset({"DE"})),
        Candidate("zoe", languages=(("de-AT", 4),), skills=frozenset({"lamps"}), countries=frozenset({"AT"})),
    ]
    wants = Wants(skills=frozenset({"lamps"}), language="de-DE", level=3, country="at")
    decision = route(team, TicketNeeds(required=wants), NOW)
    assert decision.agent_id == "zoe"
    assert why_not(decision) == {
        "ana": "no longer works here",
        "wei": "on leave until 2026-06-09 02:00 UTC",
        "tom": "off shift until 2026-06-08 14:00 UTC",
        "eva": "set to away",
        "kim": "lacks the skill lamps",
        "luc": "lacks the skill lamps",
        "max": "speaks de-DE at level 2, needed is 3",
        "una": "does not cover AT",
    }


def test_a_preference_is_dropped_rather_than_leaving_a_buyer_waiting() -> None:
    wants = TicketNeeds(preferred=Wants(language="ja"))
    decision = route([ANA, WEI], wants, NOW)
    assert decision.agent_id == "ana"
    assert decision.why.english().endswith("Nobody on duty fits better: does not speak ja.")
    koji = Candidate("koji", load=19, languages=(("ja", 5),))
    decision = route([ANA, koji], wants, NOW)
    assert (decision.agent_id, decision.considered) == ("koji", ("koji",))
    assert why_not(decision) == {"ana": "does not speak ja"}


def test_what_an_agent_says_beats_the_shift_until_it_expires_and_leave_beats_both() -> None:
    night = replace(ANA, shift=NIGHTS)
    assert absent(replace(night, manual=Manual(True)), NOW) is None
    assert absent(replace(night, manual=Manual(True, NOW)), NOW) is not None
    assert absent(replace(ANA, shift=DAYS, manual=Manual(False, NOW)), NOW) is None
    assert absent(replace(ANA, manual=Manual(True), leave=(Leave(NOW, NOW + 1),)), NOW) is not None


def test_when_somebody_is_back_counts_leave_word_and_shift() -> None:
    tuesday = at("2026-06-09T09:00+08:00")
    away = replace(ANA, shift=DAYS, leave=(Leave(NOW, at("2026-06-08T20:00+08:00")),))
    assert back_at(away, NOW) == tuesday
    assert back_at(replace(away, manual=Manual(False, tuesday + HOUR)), NOW) == tuesday + HOUR
    assert back_at(replace(ANA, manual=Manual(False)), NOW) == NEVER
    assert back_at(replace(ANA, active=False), NOW) == NEVER
    assert back_at(ANA, NOW) == NOW


def test_nobody_on_duty_names_the_next_and_warns_when_that_is_too_late() -> None:
    team = [replace(ANA, shift=NIGHTS), replace(WEI, active=False)]
    opens = at("2026-06-08T22:00+08:00")
    soon = route(team, TicketNeeds(due=NOW + HOUR), NOW)
    assert (soon.agent_id, soon.next_at, soon.warn_owner) == (None, opens, True)
    assert soon.why.english() == "Nobody is on duty; next is ana, 2026-06-08 14:00 UTC."
    assert not route(team, TicketNeeds(due=NOW + DAY), NOW).warn_owner
    unknown = route([replace(ANA, manual=Manual(False))], TicketNeeds(due=NOW + DAY), NOW)
    assert (unknown.next_at, unknown.warn_owner) == (None, True)
    lost = route([ANA], TicketNeeds(required=Wants(language="fi")), NOW)
    assert lost.why.english() == "Nobody here has what the ticket needs."
    assert route([], TicketNeeds(), NOW).agent_id is None


def test_a_team_of_one_is_never_full() -> None:
    decision = route([replace(ANA, load=50), replace(WEI, active=False)], TicketNeeds(), NOW)
    assert (decision.agent_id, decision.over_capacity) == ("ana", True)
    assert decision.why.english().endswith("That is over capacity: 50 of 20.")
    two = route([replace(ANA, load=50), replace(WEI, shift=NIGHTS)], TicketNeeds(), NOW)
    assert two.agent_id is None
    assert two.why.english() == "Everybody on duty is full; next on duty is wei, 2026-06-08 14:00 UTC."


def test_the_previous_agent_comes_first_while_it_helps() -> None:
    needs = TicketNeeds(previous="ana", previous_at=NOW - DAY, due=NOW + 24 * HOUR)
    busy = replace(ANA, load=10)
    decision = route([busy, WEI], needs, NOW)
    assert (decision.agent_id, decision.strategy) == ("ana", "sticky")
    assert route([replace(ANA, load=20), WEI], needs, NOW).agent_id == "wei"  # full: not waited for
    assert route([busy, WEI], replace(needs, previous_at=NOW - 31 * DAY), NOW).agent_id == "wei"
    assert route([WEI], needs, NOW).agent_id == "wei"  # gone from the team
    back_in_11 = replace(busy, leave=(Leave(NOW - 1, NOW + 11 * HOUR),))
    waits = route([back_in_11, WEI], needs, NOW)
    assert (waits.agent_id, waits.next_at) == (None, NOW + 11 * HOUR)
    back_in_13 = replace(busy, leave=(Leave(NOW - 1, NOW + 13 * HOUR),))
    assert route([back_in_13, WEI], needs, NOW).agent_id == "wei"


SMITH = replace(ANA, skills=frozenset({"lamps"}), load=15)
ABOUT_LAMPS = TicketNeeds(about=Wants(skills=frozenset({"lamps"})), due=NOW + 10 * HOUR)


def test_a_skill_decides_who_fits_and_the_pick_among_them() -> None:
    other = replace(TOM, skills=frozenset({"lamps", "size"}), load=3)
    decision = route([SMITH, WEI, other], ABOUT_LAMPS, NOW, "skill")
    assert (decision.agent_id, decision.strategy, decision.considered) == ("tom", "skill", ("ana", "tom"))
    assert why_not(decision) == {"wei": "lacks the skill lamps"}
    assert route([SMITH, WEI, other], TicketNeeds(), NOW, "skill").agent_id == "wei", "a ticket about nothing in particular"
    turn = route([replace(SMITH, last_assigned_at=1), WEI, replace(other, last_assigned_at=2)], ABOUT_LAMPS, NOW, "skill",
                 pick="round_robin")  # fmt: skip
    assert turn.agent_id == "ana"


def test_whoever_fits_is_waited_for_while_half_of_the_time_remains_and_then_anybody_will_do() -> None:
    soon = replace(SMITH, manual=Manual(False, NOW + 4 * HOUR))
    waits = route([soon, WEI], ABOUT_LAMPS, NOW, "skill")
    assert (waits.agent_id, waits.waits, waits.next_at) == (None, True, NOW + 4 * HOUR)
    assert waits.why.english().startswith("Waits for ana, who knows lamps and is back 2026-06-08 06:00 UTC")
    late = route([replace(SMITH, manual=Manual(False, NOW + 6 * HOUR)), WEI], ABOUT_LAMPS, NOW, "skill")
    assert late.agent_id == "wei"
    assert late.why.english().endswith("Nobody on duty fits better: lacks the skill lamps.")
    full = route([replace(SMITH, load=20), WEI], ABOUT_LAMPS, NOW, "skill")
    assert full.agent_id == "wei", "somebody full is not waited for"


def test_a_language_is_asked_at_its_level() -> None:
    team = [replace(ANA, languages=(("de", 2),)), replace(WEI, languages=(("de-AT", 4),), load=9)]
    decision = route(team, TicketNeeds(about=Wants(language="de", level=3)), NOW, "language")
    assert decision.agent_id == "wei"
    assert why_not(decision) == {"ana": "speaks de at level 2, needed is 3"}


def test_a_country_goes_to_who_names_it_else_to_who_works_at_its_hours() -> None:
    shanghai, berlin = replace(ANA, zone="Asia/Shanghai"), replace(WEI, zone="Europe/Berlin", load=5)
    dach = replace(TOM, zone="Asia/Shanghai", countries=frozenset({"DACH"}), load=9)
    swiss = TicketNeeds(about=Wants(country="CH"))
    assert route([shanghai, berlin, dach], swiss, NOW, "country").agent_id == "tom"
    near = route([shanghai, berlin], swiss, NOW, "country")
    assert near.agent_id == "wei"
    assert why_not(near) == {"ana": "works at other hours than CH"}
    nobody = route([shanghai], swiss, NOW, "country")
    assert (nobody.agent_id, nobody.why.english().endswith("does not look after CH.")) == ("ana", True)


def test_somebody_named_is_never_full_and_a_part_of_a_team_is() -> None:
    busy = replace(ANA, load=30)
    assert route([busy], TicketNeeds(), NOW, nobody_is_full=True).over_capacity
    assert route([busy], TicketNeeds(), NOW, nobody_is_full=False).agent_id is None


def test_leave_moves_what_falls_due_before_the_return() -> None:
    assert hand_over([(1, NOW + HOUR), (2, NOW + 3 * DAY), (3, NEVER)], NOW + 2 * DAY) == ([1], [2, 3])


def test_a_queue_drains_by_urgency_then_tier_then_due() -> None:
    rows = [(0, 0, NOW, 1), (2, 0, NOW + DAY, 2), (2, 1, NOW + 2 * DAY, 3), (0, 0, NOW - 1, 4)]
    assert [r[3] for r in sorted(rows, key=lambda r: queue_key(*r))] == [3, 2, 4, 1]


@pytest.mark.parametrize(
    ("shares", "index"),
    [([10, 10], 1), ([12, 8], 0.9615), ([20, 0], 0.5), ([10, 6, 2], 0.7714), ([0, 0], None), ([5], None), ([], None)],
)
def test_jain_s_index(shares: list[float], index: float | None) -> None:
    got = jain(shares)
    assert got == index if index is None else got == pytest.approx(index, abs=5e-5)


def test_a_decision_s_reason_can_be_stored_and_said_in_another_language() -> None:
    why = route([replace(ANA, shift=NIGHTS)], TicketNeeds(), NOW).why
    assert reason_from(json.loads(json.dumps(why.stored()))) == why
    chinese = {why.text: "无人值班；下一位是 {agent}，{until}。"}
    assert why.render(lambda text: chinese.get(text, text), lambda at: "22:00") == "无人值班；下一位是 ana，22:00。"


AGENT = st.builds(
    Candidate,
    id=st.sampled_from("abcdef"),
    active=st.booleans(),
    leave=st.lists(st.integers(-3, 3).map(lambda d: Leave(NOW + d * DAY, NOW + (d + 2) * DAY)), max_size=2).map(tuple),
    manual=st.one_of(
        st.none(), st.builds(Manual, st.booleans(), st.one_of(st.none(), st.just(NOW + HOUR), st.just(NOW)))
    ),
    shift=st.sampled_from([None, DAYS, NIGHTS]),
    load=st.integers(0, 25).map(float),
    weight=st.integers(1, 500),
    skills=st.frozensets(st.sampled_from(["lamps", "size"])),
    languages=st.dictionaries(st.sampled_from(["de", "zh"]), st.integers(1, 5)).map(lambda d: tuple(d.items())),
    countries=st.frozensets(st.sampled_from(["DE", "EU", "MX"])),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
)
TEAM = st.lists(AGENT, max_size=5, unique_by=lambda a: a.id)
STRATEGY: st.SearchStrategy[Strategy] = st.sampled_from(STRATEGIES)
PICK: st.SearchStrategy[Pick] = st.sampled_from(PICKS)
ABOUT = st.builds(
    Wants,
    skills=st.frozensets(st.sampled_from(["lamps", "size"])),
    language=st.sampled_from(["", "de", "zh-CN"]),
    level=st.integers(1, 5),
    country=st.sampled_from(["", "DE", "MX", "XX"]),
)


NEEDS = st.builds(
    TicketNeeds,
    preferred=ABOUT,
    about=ABOUT,
    previous=st.one_of(st.just(""), st.sampled_from("abcdef")),
    previous_at=st.just(NOW - HOUR),
    due=st.one_of(st.just(NEVER), st.integers(0, 200).map(lambda h: NOW + h * HOUR)),
)


@given(TEAM, NEEDS, STRATEGY, PICK)
def test_the_same_facts_decide_the_same(team: list[Candidate], needs: TicketNeeds, strategy: Strategy, pick: Pick) -> None:
    decision = route(team, needs, NOW, strategy, pick=pick)
    assert route(list(team), replace(needs), NOW, strategy, pick=pick) == decision
    if strategy in ("least_load", "round_robin"):
        assert route(team[::-1], needs, NOW, strategy).agent_id == decision.agent_id


@given(TEAM, NEEDS, STRATEGY, PICK)
def test_nobody_absent_gets_a_ticket(team: list[Candidate], needs: TicketNeeds, strategy: Strategy, pick: Pick) -> None:
    decision = route(team, needs, NOW, strategy, pick=pick)
    by_id = {a.id: a for a in team}
    if decision.agent_id is not None:
        taker = by_id[decision.agent_id]
        assert absent(taker, NOW) is None
        assert taker.load < taker.capacity or sum(a.active for a in team) == 1
    else:
        assert decision.why.english()
        if decision.next_at is not None:
            assert decision.next_at > NOW
            assert any(absent(a, decision.next_at) is None for a in team)
        if any(absent(a, NOW) is None and a.load < a.capacity for a in team):
            assert decision.waits and decision.next_at is not None, "who is there and free gets it, or it waits for good reason"
            assert decision.next_at - NOW < (needs.due - NOW) / 2
    assert {s.agent_id for s in decision.skipped} | set(decision.considered) == set(by_id)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), PICK)
def test_nobody_on_duty_starves(weights: list[int], pick: Pick) -> None:
    team = [Candidate(f"a{n}", weight=100 * w, capacity=1000) for n, w in enumerate(weights)]
    got = run(team, 2 * sum(weights) + len(team), pick)
    assert set(got) == {a.id for a in team}


@given(st.lists(st.integers(1, 500), min_size=2, max_size=6), st.integers(1, 300))
def test_weighted_shares_are_kept_at_every_moment(weights: list[int], count: int) -> None:
    """Nobody is ever further from their share than the other members are many, and whole rounds come out even."""
    team = [Candidate(f"a{n}", weight=w, capacity=10_000) for n, w in enumerate(weights)]
    got = run(team, count, "weighted")
    for agent in team:
        assert abs(got.count(agent.id) - count * agent.weight / sum(weights)) <= len(team) - 1
    small = [Candidate(f"a{n}", weight=w % 5 + 1, capacity=10_000) for n, w in enumerate(weights)]
    whole = run(small, 3 * sum(a.weight for a in small), "weighted")
    assert {a.id: whole.count(a.id) for a in small} == {a.id: 3 * a.weight for a in small}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=12), st.integers(0, 9))
def test_leave_covers_exactly_what_falls_due(rows: list[tuple[int, int, int]], back: int) -> None:
    owned = [(n, due) for n, (_, _, due) in enumerate(rows)]
    move, stay = hand_over(owned, back)
    assert sorted(move + stay) == [n for n, _ in owned]
    assert all((owned[n][1] < back) == (n in move) for n, _ in owned)


@given(st.integers(2, 6), st.floats(0.0, 1.3), st.integers(0, 2**32))
def test_least_load_is_fair_to_agents_who_work_at_one_pace(size: int, busy: float, seed: int) -> None:
    """Whatever the efforts are and however busy the team is. Somebody who closes faster rightly gets more."""
    chance = random.Random(seed)
    team = [Candidate(f"a{n}", capacity=1000) for n in range(size)]
    desks: dict[str, list[float]] = {a.id: [] for a in team}
    worked = dict.fromkeys(desks, 0.0)
    shares = dict.fromkeys(desks, 0.0)
    for n in range(60 * size):
        needs = TicketNeeds(effort=float(chance.randint(1, 3)))
        decision = route(team, needs, NOW + n)
        assert decision.agent_id is not None
        team = assigned(team, decision, needs, NOW + n)
        shares[decision.agent_id] += needs.effort
        desks[decision.agent_id].append(needs.effort)
        for who, desk in desks.items():
            worked[who] = worked[who] + 2 * busy / size if desk else 0.0
            while desk and worked[who] >= desk[0]:
                worked[who] -= desk.pop(0)
        team = [replace(a, load=sum(desks[a.id])) for a in team]
    index = jain(list(shares.values()))
    assert index is not None
    assert index >= 0.95
