"""What the strategies skill, language and country demand of an agent, as tests tried one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desk.automation.candidates import Candidate, Wants, lacks
from desk.automation.regions import NEAR, expanded, hours_apart
from desk.reason import Reason
from store.errors import N_
from store.values import Instant


@dataclass(frozen=True, slots=True)
class Focus:
    """A test of agents: `lacks` says why one fails it, `fit` what somebody who passes is, and `waits` whether somebody
    who passes and is back soon enough is worth waiting for."""

    lacks: Callable[[Candidate], Reason | None]
    fit: Reason
    waits: bool = True


def focus_of(strategy: str, about: Wants, now: Instant) -> tuple[Focus, ...]:
    """The tests of a strategy, the best first; none where the ticket gives nothing to test by."""
    if strategy == "skill" and about.skills:
        wants = Wants(skills=about.skills)
        return (
            Focus(lambda a: lacks(a, wants), Reason(N_("knows {skill}"), {"skill": ", ".join(sorted(about.skills))})),
        )
    if strategy == "language" and about.language:
        speaks = Wants(language=about.language, level=about.level)
        fit = Reason(N_("speaks {language}"), {"language": about.language})
        return (Focus(lambda a: lacks(a, speaks), fit),)
    if strategy == "country" and about.country:
        country = about.country
        named = Focus(lambda a: _names(a, country), Reason(N_("looks after {country}"), {"country": country}))
        near = Focus(lambda a: _near(a, country, now), Reason(N_("works at the hours of {country}"), {"country": country}),
                     waits=False)  # fmt: skip
        return named, near
    return ()


def _names(agent: Candidate, country: str) -> Reason | None:
    """Whether somebody looks after this country by name: who looks after every one is not meant."""
    if country in expanded(agent.countries):
        return None
    return Reason(N_("does not look after {country}"), {"country": country})


def _near(agent: Candidate, country: str, now: Instant) -> Reason | None:
    """Whether somebody's day is that of the country."""
    apart = hours_apart(agent.zone, country, now)
    if apart is not None and apart <= NEAR:
        return None
    return Reason(N_("works at other hours than {country}"), {"country": country})
