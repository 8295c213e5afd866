"""Calendars as text: the form a person edits, a file exchanges and a form screen fills.

```toml
name = "Shanghai"
zone = "Asia/Shanghai"
[week]
mon-fri = "09:00-12:00, 13:30-18:00"
sat = "22:00-06:00"                      # past midnight belongs to Saturday
[dates]
off = ["2026-10-01..2026-10-07", "2026-12-25"]
extra = { "2026-10-10" = "09:00-18:00" }
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from desk.clocks.calendars import ALWAYS, Calendar, Hours
from desk.clocks.toml_text import parse, shipped, wrong
from store.errors import N_, Invalid

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = {"name", "zone", "version", "week", "dates"}
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-\u2013]\s*([01]?\d|2[0-4]):([0-5]\d)")
_MOST_DATES = 4000  # a decade of days off; more is a slip of the pen in a range


def calendar_from_text(text: str, item: str = "calendar") -> Calendar:
    """A calendar from TOML. Raises Invalid, naming line and column or key; the caller keeps the old one then."""
    return calendar_from(parse(text, item))


def calendar_from(table: Mapping[str, Any], *, name: str = "", zone: str = "UTC") -> Calendar:
    """A calendar from the table of its text or form; `name` and `zone` stand in where it says none."""
    label = str(table.get("name", name)) or "calendar"
    for key in table:
        if key not in _KEYS:
            raise wrong(label, key, table[key])
    weekly: list[Hours] = [()] * 7
    for key, value in _table(label, "week", table.get("week", {})).items():
        for day in _week_days(label, key):
            weekly[day] = hours_from(label, f"week.{key}", value)
    dates = _table(label, "dates", table.get("dates", {}))
    if unknown := set(dates) - {"off", "extra"}:
        raise wrong(label, "dates", sorted(unknown)[0])
    off = dates.get("off", [])
    if not isinstance(off, list):
        raise wrong(label, "dates.off", off)
    closed = frozenset(day for value in off for day in _dates(label, "dates.off", value))
    extra = {
        day: hours_from(label, f"dates.extra.{key}", value)
        for key, value in _table(label, "dates.extra", dates.get("extra", {})).items()
        for day in _dates(label, "dates.extra", key)
    }
    if not any(weekly) and not any(extra.values()):
        raise Invalid(
            N_("Calendar {item} never opens."), item=label, next=N_('Give it a week, such as mon-fri = "09:00-18:00".')
        )
    version = table.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise wrong(label, "version", version)
    return Calendar(label, str(table.get("zone", zone)), tuple(weekly), closed, extra, version)


def calendar_text(calendar: Calendar) -> str:
    """The TOML of a calendar; `calendar_from_text` reads it back equal."""
    lines = [f'name = "{_quoted(calendar.name)}"', f'zone = "{calendar.zone}"', f"version = {calendar.version}"]
    lines += ["", "[week]"]
    lines += [f'{day} = "{_hours(h)}"' for day, h in zip(_DAYS, calendar.weekly, strict=True) if h]
    lines += ["", "[dates]", "off = [" + ", ".join(f'"{d}"' for d in sorted(calendar.off)) + "]"]
    if calendar.extra:
        lines += ["", "[dates.extra]"] + [f'{d} = "{_hours(h)}"' for d, h in sorted(calendar.extra.items())]
    return "\n".join(lines) + "\n"


def hours_from(item: str, key: str, value: object) -> Hours:
    """`"09:00-12:00, 22:00-06:00"` as minutes; `""` and `"closed"` open nothing."""
    if not isinstance(value, str):
        raise wrong(item, key, value)
    spans = []
    for part in (p.strip() for p in value.split(",")):
        if part in ("", "closed"):
            continue
        found = _CLOCK.fullmatch(part)
        if not found:
            raise wrong(item, key, value)
        a, b, c, d = map(int, found.groups())
        start, end = a * 60 + b, c * 60 + d
        if start >= 1440 or end > 1440 or start == end:
            raise wrong(item, key, value)
        spans.append((start, end if end > start else end + 1440))
    return tuple(spans)


@cache
def shipped_calendars(zone: str) -> dict[str, Calendar]:
    """The calendars that come with the program, by name; those without a zone of their own take the shop's."""
    tables = shipped("desk.clocks", "data/calendars.toml")
    made = {name: calendar_from(table, name=name, zone=zone) for name, table in tables.items()}
    return {ALWAYS.name: ALWAYS, **made}


def _week_days(item: str, key: str) -> range:
    if key == "daily":
        return range(7)
    first, _, last = key.partition("-")
    if first not in _DAYS or (last and last not in _DAYS):
        raise wrong(item, "week", key)
    a, b = _DAYS.index(first), _DAYS.index(last or first)
    if b < a:
        raise wrong(item, "week", key)
    return range(a, b + 1)


def _dates(item: str, key: str, value: object) -> list[date]:
    if isinstance(value, date):
        return [value]
    first, _, last = str(value).partition("..")
    try:
        a = date.fromisoformat(first.strip())
        b = date.fromisoformat(last.strip()) if last else a
    except ValueError as exc:
        raise wrong(item, key, value) from exc
    if not 0 <= (b - a).days < _MOST_DATES:
        raise wrong(item, key, value)
    return [a + timedelta(days=n) for n in range((b - a).days + 1)]


def _table(item: str, key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise wrong(item, key, value)
    return value


def _hours(hours: Hours) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{_past(b) // 60:02}:{b % 60:02}" for a, b in hours)


def _past(minute: int) -> int:
    return minute - 1440 if minute > 1440 else minute


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
