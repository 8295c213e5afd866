"""Public holidays and make-up working days, put into a team's calendar: from the package `holidays`, or from a file of a
government's list as holiday-cn publishes them.

`holidays` takes long to import and is loaded only here, when somebody asks for a country.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from desk.clocks.calendar_files import calendar_from
from desk.clocks.calendars import Hours
from desk.clocks.toml_text import wrong
from store.errors import N_, Invalid

FIRST, LAST = 2000, 2100


class PublicDays(NamedTuple):
    """`off` are public holidays, `working` are weekend days worked in their place. `known_to` is the last year for which
    make-up days are known, 0 where the country has none."""

    off: tuple[date, ...]
    working: tuple[date, ...]
    known_to: int = 0


def of_country(country: str, years: Iterable[int]) -> PublicDays:
    """The days of a country (ISO 3166, `DE`) or a part of it (`DE-BY`). Raises Invalid where it is not known."""
    import holidays

    wanted = [year for year in years if FIRST <= year <= LAST]
    land, _, part = country.strip().upper().partition("-")
    try:
        found = holidays.country_holidays(land, subdiv=part or None, years=wanted)
    except (NotImplementedError, KeyError, ValueError) as exc:
        raise Invalid(N_("The holidays of {item} are not known."), item=country,
                      next=N_("Write two letters, such as CN, or a part of a country, such as DE-BY.")) from exc  # fmt: skip
    working = sorted(getattr(found, "weekend_workdays", ()))
    return PublicDays(
        tuple(sorted(day for day in found if day.year in wanted)),
        tuple(day for day in working if day.year in wanted),
        working[-1].year if working else 0,
    )


def from_file(text: str, item: str) -> PublicDays:
    """The days of a list with `days: [{date, isOffDay}]`. Raises Invalid naming what cannot be read."""
    try:
        days = [(date.fromisoformat(d["date"]), bool(d["isOffDay"])) for d in json.loads(text)["days"]]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise wrong(item, "days", str(exc)) from exc
    return PublicDays(tuple(d for d, off in days if off), tuple(d for d, off in days if not off))


def with_days(table: Mapping[str, Any], days: PublicDays, name: str, hours: str = "") -> dict[str, Any]:
    """A calendar's table with these days: closed on holidays it would open on, open on make-up days it would not, for
    `hours`, else for as long as on its longest weekday. Days the team set itself stay as they are."""
    calendar = calendar_from({k: v for k, v in table.items() if k not in ("name", "version")}, name=name)
    usual = hours or _written(max(calendar.weekly, key=lambda h: sum(b - a for a, b in h)))
    off = calendar.off | {d for d in days.off if calendar.weekly[d.weekday()] and d not in calendar.extra}
    dates = dict(table.get("dates", {}))
    extra = dict(dates.get("extra", {}))
    extra |= {d.isoformat(): usual for d in days.working if not calendar.hours(d) and d not in calendar.extra}
    dates["off"] = spans(off)
    if extra:
        dates["extra"] = dict(sorted(extra.items()))
    return {**table, "dates": dates}


def spans(days: Iterable[date]) -> list[str]:
    """Dates as a calendar writes them: `2026-10-01..2026-10-07`, `2026-12-25`."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return [f"{a}" if a == b else f"{a}..{b}" for a, b in runs]


def _written(hours: Hours) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{(b - 1440 if b > 1440 else b) // 60:02}:{b % 60:02}" for a, b in hours)
