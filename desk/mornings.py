"""When work starts again: 9:00 of the next working day where somebody is. What `tomorrow` means for a snooze."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from store.values import Instant

WORK_STARTS = time(9)
_SATURDAY = 5


def next_workday(day: date) -> date:
    """The first Monday to Friday after `day`."""
    after = day + timedelta(days=1)
    while after.weekday() >= _SATURDAY:
        after += timedelta(days=1)
    return after


def next_morning(now: Instant, zone: tzinfo) -> Instant:
    """9:00 of the working day after the one that `now` falls on in `zone`."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    return round(datetime.combine(next_workday(today), WORK_STARTS, zone).timestamp() * 1000)


def day_or_hour(text: str, zone: tzinfo) -> Instant:
    """The instant of `2026-12-01` (9:00 of it in `zone`) or `2026-12-01T14:30`; 0 where no calendar has it."""
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        return 0
    day = at if len(text) > 10 else datetime.combine(at, WORK_STARTS)
    return round(day.replace(tzinfo=zone).timestamp() * 1000)
