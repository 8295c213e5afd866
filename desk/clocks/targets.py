"""How long somebody has: a duration on a calendar's open time, or whole days ending at midnight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from desk.clocks.calendars import (
    Calendar,
    Pause,
    add,
    after_calendar_days,
    after_working_days,
    opening,
)
from desk.clocks.countdown import spell
from desk.clocks.toml_text import wrong
from desk.reason import Reason
from store.errors import N_
from store.values import DAY, HOUR, MINUTE, SECOND, Instant

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_TEXT = re.compile(r"(\d{1,5})\s*(s|m|h|d|cd|bd)(?:\s+mon\s+([01]\d|2[0-3]):([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class Target:
    """`amount` in milliseconds, or in calendar or working days that end at 23:59:59 of the calendar's zone.

    `monday` (minutes after midnight), where set, is until when on Monday what began on a weekend may wait.
    """

    amount: int
    unit: Literal["ms", "calendar_day", "working_day"] = "ms"
    monday: int | None = None

    def words(self) -> Reason:
        """The target as a person says it."""
        if self.unit == "calendar_day":
            return Reason(N_("{count} calendar days"), {"count": self.amount})
        if self.unit == "working_day":
            return Reason(N_("{count} working days"), {"count": self.amount})
        return Reason("{span}", {"span": spell(self.amount)})


def target_from(text: object, item: str, key: str = "target") -> Target:
    """`30s`, `3m`, `12h`, `2d` (24 hours each), `4cd` calendar days, `3bd` working days; `24h mon 12:00` gives what begins
    on a weekend until then on Monday. Raises Invalid."""
    found = _TEXT.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found or not int(found[1]):
        raise wrong(item, key, text)
    amount, unit = int(found[1]), found[2]
    if unit in _UNITS and amount * _UNITS[unit] <= 400 * DAY:
        return Target(amount * _UNITS[unit], monday=int(found[3]) * 60 + int(found[4]) if found[3] else None)
    if unit in ("cd", "bd") and amount <= 400 and not found[3]:
        return Target(amount, "calendar_day" if unit == "cd" else "working_day")
    raise wrong(item, key, text)


def target_text(target: Target) -> str:
    """The shortest text that `target_from` reads as this target."""
    if target.unit != "ms":
        return f"{target.amount}{'cd' if target.unit == 'calendar_day' else 'bd'}"
    unit, ms = next((u, ms) for u, ms in reversed(_UNITS.items()) if target.amount % ms == 0)
    if unit == "d" and target.amount < 4 * DAY:
        unit, ms = "h", _UNITS["h"]
    text = f"{target.amount // ms}{unit}"
    return text if target.monday is None else f"{text} mon {target.monday // 60:02}:{target.monday % 60:02}"


def deadline(target: Target, calendar: Calendar, start: Instant, pauses: Iterable[Pause] = ()) -> Instant:
    """When the target is due; `NEVER` while an endless pause stands in the way. Raises Invalid as `calendars.add`.

    Pauses move a duration only: a number of days is a rule of a platform or a law, and those do not wait.
    """
    if target.unit == "calendar_day":
        return after_calendar_days(calendar, start, target.amount)
    if target.unit == "working_day":
        return after_working_days(calendar, start, target.amount)
    if target.monday is not None and (weekday := calendar.local(start).weekday()) >= 5:
        monday = calendar.local(start).date() + timedelta(days=7 - weekday)
        return opening(calendar.tz, monday, target.monday)
    return add(calendar, start, target.amount, pauses)


def warning(
    target: Target, calendar: Calendar, start: Instant, fraction: Fraction, pauses: Iterable[Pause] = ()
) -> Instant:
    """When `fraction` of the target is used up: open time for a duration, plain time for days."""
    if target.unit == "ms" and target.monday is None:
        return add(calendar, start, int(target.amount * fraction), pauses)
    return start + int((deadline(target, calendar, start) - start) * fraction)
