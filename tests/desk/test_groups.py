"""Departments: what is set of them, which tickets come to them, and that every change is a version."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import agents, groups, tickets, versions
from desk.agents import NewAgent
from desk.automation.explained import explained
from desk.automation.route import ROUTER, queued, route, route_in, transfer
from desk.changes import change
from desk.groups import PRECEDENCE, TEAM, Group, group_from, looks_after, table_of
from desk.undo import undo
from desk.vocabulary import TYPES
from store.errors import Conflict, DeskError, Invalid, NotFound, Refused
from store.sql import teams
from store.values import DAY, Actor
from tests.desk.small import ANA, NOON, WEI, Desk

RULE = Actor("rule", "returns-first")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With tom, who is on duty too."""
    with desk.acting() as unit:
        agents.add(unit, NewAgent("tom", "Tom"))
        agents.set_presence(unit, "tom", "on")
    return desk


def save(desk: Desk, ident: str, **values: Any) -> Group:
    with desk.acting() as unit:
        return groups.save(unit, ident, values)


def away(desk: Desk, *who: str, until: int = 0) -> None:
    with desk.acting() as unit:
        for agent in who:
            agents.set_presence(unit, agent, "away", until)


def told(desk: Desk, ticket: int) -> str:
    found = explained(desk.store.conn, ticket)
    assert found is not None and found.why is not None
    return found.why.english()


# Setting them up -------------------------------------------------------------------------------------


def test_everybody_is_a_group_before_anybody_makes_one(desk: Desk) -> None:
    (team,) = groups.every(desk.store.conn)
    assert (team.id, team.strategy, team.members) == (TEAM, "least_load", {})
    save(desk, TEAM, strategy="round_robin")
    assert [g.strategy for g in groups.every(desk.store.conn)] == ["round_robin"]


def test_a_group_is_changed_key_by_key_and_every_saving_is_a_version(desk: Desk) -> None:
    save(desk, "returns", name="Returns", members={"ana": 2, "wei": 1}, types=["refund"], fallback="tom")
    save(desk, "returns", strategy="weighted", fallback="")
    found = groups.need(desk.store.conn, "returns")
    assert (found.name, found.members, found.strategy, found.fallback) == ("Returns", {"ana": 2, "wei": 1}, "weighted", "")
    save(desk, "returns", strategy="weighted")
    history = list(versions.history(desk.store.conn, "group", "returns"))
    assert [v.number for v in history] == [2, 1], "saving what stands is no version"
    assert history[1].body["fallback"] == "tom"
    save(desk, "returns", **{**dict.fromkeys(groups.KEYS), **history[1].body})
    assert groups.need(desk.store.conn, "returns").strategy == "least_load"


@pytest.mark.parametrize(
    ("ident", "values", "error"),
    [
        ("ana", {}, Conflict),
        ("Re turns", {}, Invalid),
        ("42", {}, Invalid),
        ("me", {}, Invalid),
        ("x", {"strategy": "fastest"}, Invalid),
        ("x", {"pick": "skill"}, Invalid),
        ("x", {"members": {"zoe": 1}}, NotFound),
        ("x", {"members": {"ana": 0}}, Invalid),
        ("x", {"members": "ana"}, Invalid),
        ("x", {"types": ["tpye"]}, Invalid),
        ("x", {"countries": ["Germany"]}, Invalid),
        ("x", {"languages": ["d"]}, Invalid),
        ("x", {"level": 9}, Invalid),
        ("x", {"sticky": "perhaps"}, Invalid),
        ("x", {"colour": "red"}, Invalid),
        ("x", {"precedence": ["types"]}, Invalid),
        ("x", {"fallback": "zoe"}, NotFound),
        ("x", {"fallback": "x"}, Invalid),
        ("x", {"promotions": [{"from": "2026-11-30", "until": "2026-11-27", "members": {"ana": 1}}]}, Invalid),
        ("x", {"promotions": [{"from": "soon", "until": "later", "members": {"ana": 1}}]}, Invalid),
        ("x", {"promotions": [{"from": "2026-11-27"}]}, Invalid),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    desk: Desk, ident: str, values: dict[str, Any], error: type[DeskError]
) -> None:
    with pytest.raises(error):
        save(desk, ident, **values)
    assert [g.id for g in groups.every(desk.store.conn)] == [TEAM]


def test_fallbacks_never_lead_in_a_circle(desk: Desk) -> None:
    save(desk, "b", fallback="tom")
    save(desk, "a", fallback="b")
    with pytest.raises(Invalid, match="leads back"):
        save(desk, "b", fallback="a")
    with pytest.raises(Refused), desk.acting() as unit:
        groups.remove(unit, "b")


def test_a_group_that_is_removed_leaves_its_tickets_with_whom_they_are(desk: Desk) -> None:
    save(desk, "returns", members={"wei": 1})
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        transfer(unit, ticket, "returns")
        groups.remove(unit, "returns")
    assert (desk.ticket(ticket).assignee_id, desk.ticket(ticket).group_id) == ("wei", None)
    with pytest.raises(NotFound):
        groups.need(desk.store.conn, "returns")
    with desk.acting() as unit, pytest.raises(Refused):
        groups.remove(unit, TEAM)


def test_an_agent_does_not_take_a_group_s_name(desk: Desk) -> None:
    save(desk, "returns")
    with desk.acting() as unit, pytest.raises(Conflict):
        agents.add(unit, NewAgent("returns", "R"))


WORDS = st.lists(st.sampled_from(["DE", "DACH", "EU", "MX"]), max_size=3, unique=True).map(tuple)
GROUP = st.builds(
    Group, id=st.sampled_from("abcdef"), name=st.just("g"), members=st.dictionaries(st.sampled_from("xyz"), st.integers(1, 9)),
    strategy=st.sampled_from(["least_load", "skill", "weighted"]), fallback=st.sampled_from(["", "x"]),
    types=st.lists(st.sampled_from(sorted(TYPES)), max_size=2, unique=True).map(tuple), countries=WORDS,
    languages=st.lists(st.sampled_from(["de", "zh-CN"]), max_size=2, unique=True).map(tuple), level=st.integers(1, 5),
    senior=st.booleans(), sticky=st.booleans(),
)  # fmt: skip


@given(GROUP)
def test_a_group_is_read_back_as_it_was_written(group: Group) -> None:
    assert group_from(group.id, group.name, table_of(group)) == group


# Which tickets come to them -------------------------------------------------------------------------


def test_all_that_a_group_names_has_to_fit_and_precedence_decides_between_them() -> None:
    dach = Group("dach", "DACH", countries=("DACH",))
    german = Group("german", "German", languages=("de",))
    refunds = Group("refunds", "Refunds", types=("refund",))
    both = Group("both", "Both", types=("refund",), languages=("de",))
    everyone = [dach, german, refunds, Group("idle", "Idle")]

    def found(among: list[Group], precedence: tuple[str, ...] = PRECEDENCE, **facts: str) -> str | None:
        got = looks_after(among, precedence, **{"type_": "other", "country": "", "language": "", **facts})
        return got.id if got else None

    assert found(everyone, type_="refund", country="AT", language="de-AT") == "refunds"
    assert found(everyone, ("regions", "languages", "types"), type_="refund", country="AT", language="de") == "dach"
    assert found(everyone, ("languages", "regions"), country="AT", language="de") == "german"
    assert found(everyone, country="AT") == "dach"
    assert found([*everyone, both], type_="refund", language="de") == "both", "who fits by more"
    assert found([both], type_="refund", language="fr") is None
    assert found(everyone, type_="damaged", country="US", language="en") is None


def test_a_country_named_beats_the_region_it_lies_in() -> None:
    europe, austria = Group("europe", "E", countries=("EUROPE",)), Group("austria", "A", countries=("AT",))
    got = looks_after([europe, austria], PRECEDENCE, type_="other", country="AT", language="")
    assert got is austria


@given(st.lists(GROUP, max_size=5, unique_by=lambda g: g.id), st.sampled_from(sorted(TYPES)),
       st.sampled_from(["", "DE", "MX"]), st.sampled_from(["", "de", "zh-CN"]))  # fmt: skip
def test_whoever_looks_after_a_ticket_fits_in_all_they_name(found: list[Group], type_: str, country: str, lang: str) -> None:
    got = looks_after(found, PRECEDENCE, type_=type_, country=country, language=lang)
    if got is not None:
        assert got.attracts and (not got.types or type_ in got.types) and (not got.countries or country)


def test_a_new_ticket_comes_to_who_looks_after_it(desk: Desk) -> None:
    save(desk, "french", members={"tom": 1}, languages=["fr"])
    ticket = desk.mail(lang="fr").ticket_id
    assert (desk.ticket(ticket).assignee_id, desk.ticket(ticket).group_id) == ("tom", "french")
    other = desk.mail(sender="b@x.example", lang="en").ticket_id
    assert desk.ticket(other).group_id is None


def test_where_the_buyer_is_can_be_told_by_several_facts_in_a_chosen_order(desk: Desk) -> None:
    save(desk, "dach", members={"tom": 1}, countries=["DACH"])
    conn = desk.store.conn

    def order(number: str, country: str, ip: str) -> None:
        with desk.acting() as unit:
            unit.conn.execute(
                "INSERT INTO orders (channel_id, number, number_key, placed_at, country, ip_country, updated_at) "
                "VALUES ('mail', ?, ?, 1, ?, ?, 0)", (number, number, country, ip))  # fmt: skip

    order("701", "US", "DE")
    shipped = desk.mail(order_numbers=("701",)).ticket_id
    assert desk.ticket(shipped).group_id is None, "it goes to the United States"
    save(desk, TEAM, country_from=["ip", "order"])
    order("702", "US", "AT")
    seen = desk.mail(sender="b@x.example", order_numbers=("702",)).ticket_id
    assert desk.ticket(seen).group_id == "dach"
    assert conn.execute("SELECT count(*) FROM ticket_order").fetchone()[0] == 2


# How they share it out ------------------------------------------------------------------------------


def test_members_get_their_shares_and_a_promotion_changes_them_for_its_days(desk: Desk) -> None:
    save(desk, "returns", members={"ana": 3, "wei": 1}, strategy="weighted", sticky=False)
    save(desk, "returns", promotions=[{"from": "2026-11-18", "until": "2026-11-18", "members": {"ana": 1, "wei": 3}}])

    def eight(prefix: str) -> list[str | None]:
        made = [desk.mail(sender=f"{prefix}{n}@x.example").ticket_id for n in range(8)]
        with desk.acting(RULE) as unit:
            for number in made:
                change(unit, number, {"assignee_id": None})
                route_in(unit, number, group="returns")
        return [desk.ticket(n).assignee_id for n in made]

    assert eight("a") == ["ana", "ana", "wei", "ana"] * 2
    desk.clock.at = NOON + DAY
    assert sorted(map(str, eight("b"))) == ["ana"] * 2 + ["wei"] * 6
    desk.clock.at = NOON + 2 * DAY
    assert sorted(map(str, eight("c"))) == ["ana"] * 6 + ["wei"] * 2


def test_a_promotion_shares_by_weight_whatever_is_usual(desk: Desk) -> None:
    save(desk, TEAM, promotions=[{"from": "2026-11-17", "until": "2026-11-17", "members": {"ana": 2, "wei": 1, "tom": 1}}])
    owners = [desk.ticket(desk.mail(sender=f"b{n}@x.example").ticket_id).assignee_id for n in range(8)]
    assert sorted(map(str, owners)) == ["ana"] * 4 + ["tom"] * 2 + ["wei"] * 2


def test_loads_are_efforts_and_not_numbers_of_tickets(desk: Desk) -> None:
    heavy = desk.mail(sender="a@x.example").ticket_id
    with desk.acting(RULE) as unit:
        change(unit, heavy, {"type": "dispute_review"})
        route_in(unit, heavy, agent="ana")
    assert desk.ticket(heavy).effort == 4
    assert teams.loads(desk.store.conn)["ana"] == 4
    owners = [desk.ticket(desk.mail(sender=f"b{n}@x.example").ticket_id).assignee_id for n in range(6)]
    assert "ana" not in owners, "three points more than the others"


def test_an_effort_somebody_set_stands(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        change(unit, ticket, {"effort": 9})
        change(unit, ticket, {"type": "refund"})
        route_in(unit, ticket, group=TEAM, strategy="round_robin")
    assert desk.ticket(ticket).effort == 9


def test_a_fallback_takes_it_when_nobody_of_the_group_is_there_and_it_says_so(desk: Desk) -> None:
    save(desk, "seniors", members={"wei": 1}, fallback="ana")
    save(desk, "experts", members={"tom": 1}, fallback="seniors")
    away(desk, "tom", "wei")
    ticket = desk.mail().ticket_id
    with desk.acting(RULE) as unit:
        decision = route_in(unit, ticket, group="experts")
    assert decision.agent_id == "ana"
    assert told(desk, ticket).startswith("Nobody is on duty, and nobody has said when they will be. So somebody else gets it")
    found = explained(desk.store.conn, ticket)
    assert found is not None and found.by == RULE
    assert {a for a, _ in found.skipped} >= {"tom", "wei"}


def test_without_a_fallback_it_waits_for_the_group_and_who_leads_is_warned_once(desk: Desk) -> None:
    with desk.acting() as unit:
        agents.change(unit, "ana", {"role": "lead"})
    save(desk, "experts", members={"tom": 1})
    away(desk, "tom", until=NOON + DAY)
    ticket = desk.mail().ticket_id
    with desk.acting(RULE) as unit:
        assert route_in(unit, ticket, group="experts").agent_id is None
        route_in(unit, ticket, group="experts")
    found = desk.ticket(ticket)
    assert (found.assignee_id, found.group_id) == (None, "experts")
    (warning,) = desk.told(ticket, "unattended")
    assert warning.payload is not None
    assert (warning.payload["agents"], warning.payload["due_at"]) == (["ana"], found.due_at)
    how = queued(desk.store.conn, ticket)
    assert how is not None and how.group == "experts"


def test_an_explicit_agent_is_never_full_but_never_absent(desk: Desk) -> None:
    with desk.acting() as unit:
        agents.change(unit, "tom", {"capacity": 1})
    tickets_ = [desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(2)]
    with desk.acting(RULE) as unit:
        for number in tickets_:
            route_in(unit, number, agent="tom")
    assert {desk.ticket(n).assignee_id for n in tickets_} == {"tom"}
    assert "over capacity" in told(desk, tickets_[0])
    away(desk, "tom")
    with desk.acting(RULE) as unit:
        assert route_in(unit, tickets_[0], agent="tom", fallback="wei").agent_id == "wei"


def test_a_rule_leaves_a_ticket_with_an_owner_of_the_group_who_is_there(desk: Desk) -> None:
    save(desk, "returns", members={"ana": 1, "wei": 1})
    ticket = desk.mail().ticket_id
    owner = desk.ticket(ticket).assignee_id
    with desk.acting(RULE) as unit:
        route_in(unit, ticket, group="returns")
        before = desk.told(ticket, "assigned")
        route_in(unit, ticket, group="returns")
    assert desk.ticket(ticket).assignee_id == owner
    assert len(desk.told(ticket, "assigned")) == len(before)


def test_the_previous_strategy_gives_a_ticket_back_to_who_had_it(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        tickets.assign(unit, ticket, "tom")
        tickets.assign(unit, ticket, "wei")
    with desk.acting(RULE) as unit:
        route_in(unit, ticket, group=TEAM, strategy="previous")
    assert desk.ticket(ticket).assignee_id == "tom"
    assert told(desk, ticket).startswith("tom had this ticket before.")


def test_whom_nobody_knows_gets_nothing(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting(RULE) as unit:
        with pytest.raises(NotFound):
            route_in(unit, ticket, group="ghosts")
        with pytest.raises(NotFound):
            route_in(unit, ticket, agent="zoe")


# What a person does ---------------------------------------------------------------------------------


def test_a_transfer_says_why_and_undoes(desk: Desk) -> None:
    save(desk, "returns", members={"tom": 1})
    ticket = desk.mail().ticket_id
    before = desk.ticket(ticket).assignee_id
    with desk.acting(WEI) as unit:
        assert transfer(unit, ticket, "returns", "knows {lamps}")
    assert (desk.ticket(ticket).assignee_id, desk.ticket(ticket).group_id) == ("tom", "returns")
    assert told(desk, ticket).startswith("knows {lamps}. tom is the only one to choose")
    with desk.acting(WEI) as unit:
        assert transfer(unit, ticket, "returns") == 0
        undo(unit)
    assert (desk.ticket(ticket).assignee_id, desk.ticket(ticket).group_id) == (before, None)


def test_a_person_may_give_a_ticket_to_whoever_they_like(desk: Desk) -> None:
    away(desk, "tom")
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        transfer(unit, ticket, "tom", "asked for it")
    assert desk.ticket(ticket).assignee_id == "tom"
    with desk.acting() as unit:
        transfer(unit, ticket, None)
    assert desk.ticket(ticket).assignee_id is None
    assert queued(desk.store.conn, ticket) is None
    with desk.acting() as unit, pytest.raises(NotFound, match="no agent zoe"):
        transfer(unit, ticket, "zoe")
    with desk.acting() as unit, pytest.raises(Conflict):
        transfer(unit, ticket, "ana", if_version=1)


def test_routing_never_takes_a_ticket_from_somebody(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        tickets.assign(unit, ticket, "tom")
    with desk.acting(ROUTER) as unit:
        assert route(unit, ticket) is None
    assert desk.ticket(ticket).assignee_id == "tom"


def test_a_decision_keeps_who_was_considered_and_why_others_were_not(desk: Desk) -> None:
    away(desk, "wei")
    with desk.acting(ANA) as unit:
        agents.change(unit, "tom", {"languages": {"fr": 5}})
        agents.change(unit, "ana", {"languages": {"en": 5}})
    found = explained(desk.store.conn, desk.mail(lang="fr").ticket_id)
    assert found is not None
    assert (found.by, found.agent_id, found.strategy, found.considered) == (ROUTER, "tom", "least_load", ("tom",))
    assert {a: w.english() for a, w in found.skipped} == {"wei": "set to away", "ana": "does not speak fr"}
    assert explained(desk.store.conn, 999) is None


def test_a_buyer_s_order_leads_back_to_who_had_it(desk: Desk) -> None:
    with desk.acting() as unit:
        unit.conn.execute("INSERT INTO orders (channel_id, number, number_key, placed_at) VALUES ('mail', '701', '701', 1)")
    first = desk.mail(order_numbers=("701",)).ticket_id
    with desk.acting() as unit:
        tickets.assign(unit, first, "tom")
    again = desk.mail(sender="husband@x.example", order_numbers=("701",)).ticket_id
    assert again != first
    assert desk.ticket(again).assignee_id == "tom"
    assert told(desk, again) == "tom had this order before."
