"""The team at one look: who is there now, when that changes, their load, their hours of the coming days, their leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isinf
from zoneinfo import ZoneInfo

from desk.automation.candidates import Candidate, Leave, absent, back_at
from desk.automation.crew import candidates
from desk.clocks.calendars import Hours, closing, opening
from desk.groups import every
from desk.reason import Reason
from store.connection import Connection
from store.sql import shop
from store.values import NEVER, Instant

DAYS = 7
"""Days ahead, today the first."""


@dataclass(frozen=True, slots=True)
class Day:
    """One local date of one person: the hours they are there, None for all day; `away` where leave takes half of the day
    or more."""

    date: date
    hours: Hours | None
    away: bool


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team. `why` is why they are not on duty, None while they are; `changes_at` when that ends (`NEVER` if
    nobody can tell). `load` and `capacity` are in points of effort, capacity None without a limit; `leave` is the next
    one or the one they are on. `zone` is where they work."""

    id: str
    name: str
    role: str
    zone: str
    why: Reason | None
    changes_at: Instant
    load: float
    capacity: float | None
    languages: tuple[tuple[str, int], ...]
    skills: tuple[str, ...]
    groups: tuple[str, ...]
    leave: Leave | None
    days: tuple[Day, ...]

    @property
    def on_duty(self) -> bool:
        return self.why is None


def roster(conn: Connection, now: Instant) -> list[Member]:
    """Everybody active, in the order of the team."""
    team = {c.id: c for c in candidates(conn)}
    groups = [g for g in every(conn) if g.members]
    found = []
    for agent in shop.agents(conn):
        one = team[agent.id]
        why = absent(one, now)
        leave = next((a for a in sorted(one.leave, key=lambda a: a.start) if a.end > now), None)
        found.append(Member(
            agent.id, agent.name, agent.role, agent.zone, why,
            leaves_at(one, now) if why is None else back_at(one, now),
            one.load, None if isinf(one.capacity) else one.capacity,
            tuple(sorted(json.loads(agent.languages or "{}").items(), key=lambda pair: (-pair[1], pair[0]))),
            tuple(json.loads(agent.skills or "[]")), tuple(g.name for g in groups if g.has(agent.id)), leave,
            tuple(days(one, now)),
        ))  # fmt: skip
    return found


def leaves_at(agent: Candidate, now: Instant) -> Instant:
    """The first instant from `now` on, within the coming days, at which somebody who is there no longer is; else
    `NEVER`."""
    ends = [a.start for a in agent.leave]
    if agent.manual and agent.manual.until is not None:
        ends.append(agent.manual.until)
    if agent.shift is not None:
        first = agent.shift.local(now).date() - timedelta(days=2)
        for n in range(DAYS + 3):
            day = first + timedelta(days=n)
            ends += [closing(agent.shift.tz, day, end) for _start, end in agent.shift.hours(day)]
    return next((at for at in sorted(set(ends)) if at > now and absent(agent, at) is not None), NEVER)


def days(agent: Candidate, now: Instant) -> Iterator[Day]:
    """The coming days, as the clock stands where they work."""
    zone = agent.shift.tz if agent.shift is not None else ZoneInfo(agent.zone)
    first = datetime.fromtimestamp(now / 1000, zone).date()
    for n in range(DAYS):
        day = first + timedelta(days=n)
        start, end = opening(zone, day, 0), opening(zone, day + timedelta(days=1), 0)
        gone = sum(max(0, min(end, a.end) - max(start, a.start)) for a in agent.leave)
        yield Day(day, None if agent.shift is None else agent.shift.hours(day), 2 * gone >= end - start)
