"""Who could take a ticket now, who could not and why, and who comes back when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf

from desk.automation.regions import expanded
from desk.clocks.calendars import Calendar, next_open
from desk.reason import Reason, When
from store.errors import N_, Invalid
from store.values import NEVER, Instant

USUAL_CAPACITY = 20.0
"""What an agent takes unless set otherwise, and what somebody without a limit is measured by."""


@dataclass(frozen=True, slots=True)
class Leave:
    """An absence, half open."""

    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True)
class Manual:
    """What an agent said about being there, until `until` (None: until they say otherwise). Beats the shift."""

    online: bool
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent as routing sees one.

    `load` is the effort of their tickets whose clock runs, `capacity` how much of it they take (infinite: no limit),
    `weight` their share under smooth weighting (hundredths) and `current` its running value. `languages` are (BCP 47
    tag, level 1 to 5); `countries` are codes and regions, none covers every country; without `shift` an agent is on duty
    unless they say otherwise. `zone` is where they work, an IANA name.
    """

    id: str
    active: bool = True
    leave: tuple[Leave, ...] = ()
    manual: Manual | None = None
    shift: Calendar | None = None
    load: float = 0.0
    capacity: float = USUAL_CAPACITY
    languages: tuple[tuple[str, int], ...] = ()
    skills: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    last_assigned_at: Instant = 0
    weight: int = 100
    current: int = 0
    zone: str = "UTC"

    @property
    def share(self) -> float:
        """How busy they are, 1 being full or, without a limit, usually full."""
        return self.load / max(USUAL_CAPACITY if isinf(self.capacity) else self.capacity, 1e-9)

    @property
    def burden(self) -> Reason:
        """Their load as a person reads it."""
        if isinf(self.capacity):
            return Reason(N_("{load}, without a limit"), {"load": f"{self.load:g}"})
        return Reason(N_("{load} of {capacity}"), {"load": f"{self.load:g}", "capacity": f"{self.capacity:g}"})

    def speaks(self, language: str) -> int:
        """Their level in a language: of the tag itself, else of another variety of it; 0 if none."""
        levels = {tag.casefold(): level for tag, level in self.languages}
        wanted = language.casefold()
        base = wanted.partition("-")[0]
        return levels.get(wanted) or max((n for tag, n in levels.items() if tag.partition("-")[0] == base), default=0)


@dataclass(frozen=True, slots=True)
class Wants:
    """What an agent should bring; empty wants nothing. `level` is the least level of the language."""

    skills: frozenset[str] = frozenset()
    language: str = ""
    level: int = 1
    country: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An agent who did not get the ticket, and why."""

    agent_id: str
    why: Reason


def absent(agent: Candidate, now: Instant) -> Reason | None:
    """Why an agent is not there; None: on duty. Leave beats what they said, what they said beats the shift."""
    if not agent.active:
        return Reason(N_("no longer works here"))
    if away := next((a for a in agent.leave if a.start <= now < a.end), None):
        return Reason(N_("on leave until {until}"), {"until": When(away.end)})
    if agent.manual and _holds(agent.manual, now):
        return None if agent.manual.online else Reason(N_("set to away"))
    if agent.shift is None:
        return None
    opens = _next_open(agent.shift, now)
    if opens == now:
        return None
    return Reason(N_("off shift until {until}"), {"until": When(opens)}) if opens < NEVER else Reason(N_("off shift"))


def back_at(agent: Candidate, now: Instant) -> Instant:
    """The first instant from `now` on at which an agent is on duty; `NEVER` if nobody can tell."""
    if not agent.active:
        return NEVER
    at = now
    for _ in range(2 * len(agent.leave) + 4):  # each step leaves one absence, or a manual word, behind
        if away := next((a for a in agent.leave if a.start <= at < a.end), None):
            at = away.end
        elif agent.manual and _holds(agent.manual, at):
            if agent.manual.online:
                return at
            if agent.manual.until is None:
                return NEVER
            at = agent.manual.until
        else:
            opens = at if agent.shift is None else _next_open(agent.shift, at)
            if opens in (at, NEVER):
                return opens
            at = opens
    return NEVER


def lacks(agent: Candidate, wants: Wants) -> Reason | None:
    """What an agent does not bring; None: everything."""
    if missing := wants.skills - agent.skills:
        return Reason(N_("lacks the skill {skill}"), {"skill": ", ".join(sorted(missing))})
    if wants.language and (level := agent.speaks(wants.language)) < max(1, wants.level):
        if not level:
            return Reason(N_("does not speak {language}"), {"language": wants.language})
        return Reason(
            N_("speaks {language} at level {level}, needed is {needed}"),
            {"language": wants.language, "level": level, "needed": wants.level},
        )
    if wants.country and agent.countries and wants.country.upper() not in expanded(agent.countries):
        return Reason(N_("does not cover {country}"), {"country": wants.country.upper()})
    return None


def first_back(agents: Iterable[Candidate], now: Instant) -> tuple[str, Instant] | None:
    """Who comes on duty next, and when; None if nobody can tell."""
    coming = min(((back_at(a, now), a.id) for a in agents), default=(NEVER, ""))
    return None if coming[0] >= NEVER else (coming[1], coming[0])


def _holds(manual: Manual, at: Instant) -> bool:
    return manual.until is None or at < manual.until


def _next_open(shift: Calendar, at: Instant) -> Instant:
    try:
        return next_open(shift, at)
    except Invalid:  # a shift that never opens: the agent never comes, which is all routing needs to know
        return NEVER
