"""Who would get a ticket now, by the groups of the desk: group → its people and strategy → fallback. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from desk import groups
from desk.automation import crew, routing
from desk.automation.candidates import Candidate
from desk.automation.routing import Decision, Pick, Strategy
from desk.groups import TEAM, Group
from desk.reason import Reason
from store.connection import Connection
from store.errors import N_
from store.sql.rows import Ticket
from store.values import Instant

_DEEPEST = 5
"""Fallbacks of fallbacks that are tried."""


@dataclass(frozen=True, slots=True)
class How:
    """What a rule or a person asked for: one agent or a group ("": whoever looks after such tickets), by a strategy
    (""; the group's), and whom else to try (""; the group's fallback)."""

    agent: str = ""
    group: str = ""
    strategy: str = ""
    fallback: str = ""

    def stored(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if value}


def how_from(stored: Mapping[str, Any]) -> How:
    return How(**{key: str(stored.get(key, "")) for key in ("agent", "group", "strategy", "fallback")})


class Routed(NamedTuple):
    """A decision, and the group whose ticket it is then (None: nobody's in particular, the team's)."""

    decision: Decision
    group_id: str | None


class _Desk(NamedTuple):
    """What is the same for all groups of one decision."""

    conn: Connection
    ticket: Ticket
    now: Instant
    everybody: Sequence[Candidate]
    groups: Mapping[str, Group]
    today: date
    country: str


def decide(conn: Connection, ticket: Ticket, now: Instant, how: How = How()) -> Routed:
    """Who gets the ticket. Whoever is named by `how` and is not known any more is passed over for the team."""
    desk = _desk(conn, ticket, now, how)
    if how.agent and any(a.id == how.agent for a in desk.everybody):
        first, group_id = _to_agent(desk, how.agent), ticket.group_id
        more = how.fallback
    else:
        group = _group(desk, how)
        first, group_id = _in_group(desk, group, how.strategy), _id(group)
        more = how.fallback or group.fallback
    return _or_else(desk, Routed(first, group_id), more)


def _desk(conn: Connection, ticket: Ticket, now: Instant, how: How) -> _Desk:
    everybody = crew.candidates(conn)
    known = {g.id: g for g in groups.every(conn)}
    asks = how.strategy == "country" or any(a.countries for a in everybody)
    asks = asks or any(g.countries or g.strategy == "country" for g in known.values())
    country = crew.country_of(conn, ticket, known[TEAM].country_from) if asks else ""
    dated = any(g.promotions for g in known.values())
    return _Desk(conn, ticket, now, everybody, known, crew.today(conn, now) if dated else date.min, country)


def _group(desk: _Desk, how: How) -> Group:
    """The group asked for, the ticket's own, or the one that looks after such tickets."""
    team, t = desk.groups[TEAM], desk.ticket
    named = desk.groups.get(how.group or t.group_id or "")
    found = named or groups.looks_after(list(desk.groups.values()), team.precedence, type_=t.type, country=desk.country,
                                        language=t.lang)  # fmt: skip
    return found if found and any(found.has(a.id) for a in desk.everybody) else team


def _in_group(desk: _Desk, group: Group, asked: str = "") -> Decision:
    people = crew.of_group(desk.conn, desk.everybody, group, desk.today)
    strategy: Strategy = asked if asked in routing.STRATEGIES else group.strategy
    pick: Pick = group.pick
    if group.promotion(desk.today) and not asked:
        strategy, pick = ("weighted" if strategy in routing.PICKS else strategy), "weighted"
    needs = crew.needs_of(desk.conn, desk.ticket, group, people, desk.country, strategy=strategy)
    return routing.route(people, needs, desk.now, strategy, pick=pick, nobody_is_full=len(desk.everybody) == 1)


def _to_agent(desk: _Desk, agent_id: str) -> Decision:
    """One person, who is meant and so never full. Whoever is not there gets nothing: it waits, or goes on."""
    team = desk.groups[TEAM]
    only = [a for a in desk.everybody if a.id == agent_id]
    needs = crew.needs_of(
        desk.conn, desk.ticket, replace(team, sticky=False, skills=()), only, "", strategy="least_load"
    )
    found = routing.route(only, needs, desk.now, nobody_is_full=True)
    if found.agent_id is None:
        return found
    why = Reason(N_("It was meant for {agent}."), {"agent": agent_id})
    if found.over_capacity:
        why = Reason(N_("{why} That is over capacity: {burden}."), {"why": why, "burden": only[0].burden})
    return replace(found, why=why)


def _or_else(desk: _Desk, first: Routed, more: str) -> Routed:
    """The first that finds somebody, along the fallbacks; the first of all, if none does."""
    tried, seen, group_id = [first.decision], {first.group_id or TEAM}, first.group_id
    while tried[-1].agent_id is None and not tried[-1].waits and more and len(tried) <= _DEEPEST:
        group = desk.groups.get(more)
        if group is None:
            if not any(a.id == more for a in desk.everybody):
                break
            tried.append(_to_agent(desk, more))
            group_id, more = first.group_id, ""
        elif more in seen:
            break
        else:
            seen.add(more)
            tried.append(_in_group(desk, group))
            group_id, more = _id(group), group.fallback
    last = tried[-1]
    if len(tried) == 1:
        return first
    if last.agent_id is not None:
        skipped = {s.agent_id: s for d in tried for s in d.skipped if s.agent_id not in last.considered}
        why = Reason(N_("{first} So somebody else gets it: {why}"), {"first": first.decision.why, "why": last.why})
        return Routed(replace(last, why=why, skipped=tuple(skipped.values())), group_id)
    times = [d.next_at for d in tried if d.next_at is not None]
    late = all(d.warn_owner for d in tried)
    return Routed(replace(first.decision, next_at=min(times, default=None), warn_owner=late), first.group_id)


def _id(group: Group) -> str | None:
    return None if group.id == TEAM else group.id
