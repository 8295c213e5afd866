"""Working time: which instants count for a clock, and the arithmetic on them.

A calendar gives, per local date, the hours that open on it; hours past midnight belong to the date they start on, so
a date off cancels the night shift that starts that evening and not the one that ends that morning. Around a change
of clocks a local time that does not exist moves forward by the gap; of one that occurs twice an opening takes the
first and a closing the second occurrence. Everything is computed on UTC intervals made that way.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from store.errors import N_, Invalid
from store.values import DAY, NEVER, Instant

Hours = tuple[tuple[int, int], ...]
"""Open spans of one date in minutes since its midnight; an end may lie past 1440, at most 2880."""

Pause = tuple[Instant, Instant]
"""A half-open span in which a clock stands; `NEVER` as its end means that it still stands."""

FULL_DAY: Hours = ((0, 1440),)

_SPAN = 64 * DAY  # days expanded at once: about a millisecond's work
_DRY = 400 * DAY  # longer than any holiday: nothing opens any more
_HORIZON = 30 * 365 * DAY
_FIRST = -2_208_988_800_000 // _SPAN + 1  # 1900
_LAST = 253_000_000_000_000 // _SPAN  # 9987
_KEEP = 512  # spans cached per calendar, some 90 years


@dataclass(frozen=True, slots=True)
class _Spans:
    """Open intervals inside one stretch of `_SPAN`; `upto[i]` is the open time from its start to `ends[i]`."""

    starts: list[Instant]
    ends: list[Instant]
    upto: list[int]

    @property
    def total(self) -> int:
        return self.upto[-1] if self.upto else 0

    def before(self, at: Instant) -> int:
        i = bisect_right(self.starts, at) - 1
        return self.upto[i] - max(0, self.ends[i] - at) if i >= 0 else 0

    def reach(self, need: int) -> Instant:
        i = bisect_left(self.upto, need)
        return self.ends[i] - (self.upto[i] - need)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours (Monday first) in an IANA zone, dates off, and dates whose hours differ from their weekday's.

    `extra` beats `off`. Raises Invalid on an unknown zone or on hours that are not in order.
    """

    name: str
    zone: str = "UTC"
    weekly: tuple[Hours, ...] = (FULL_DAY,) * 7
    off: frozenset[date] = frozenset()
    extra: Mapping[date, Hours] = field(default_factory=dict, hash=False)
    version: int = 1
    tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _cache: dict[int, _Spans] = field(default_factory=dict, init=False, repr=False, compare=False)
    _always: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            info = ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as exc:
            raise Invalid(
                N_("Calendar {item} names the time zone {zone}, which is not known."),
                item=self.name,
                next=N_("Use a name such as Asia/Shanghai or Europe/Berlin."),
                zone=self.zone,
            ) from exc
        if len(self.weekly) != 7:
            raise ValueError("a week has seven days")
        for hours in (*self.weekly, *self.extra.values()):
            _check(self.name, hours)
        object.__setattr__(self, "tz", info)
        object.__setattr__(self, "_always", not self.off and not self.extra and set(self.weekly) == {FULL_DAY})

    def hours(self, day: date) -> Hours:
        """What opens on a local date."""
        if day in self.extra:
            return self.extra[day]
        return () if day in self.off else self.weekly[day.weekday()]

    def local(self, at: Instant) -> datetime:
        """An instant as people in the calendar's zone read it."""
        return datetime.fromtimestamp(at / 1000, self.tz)

    def _spans(self, index: int) -> _Spans:
        found = self._cache.get(index)
        if found is None:
            if len(self._cache) >= _KEEP:
                self._cache.clear()
            found = self._cache[index] = self._expand(index)
        return found

    def _expand(self, index: int) -> _Spans:
        spans = _Spans([], [], [])
        if not _FIRST <= index < _LAST:
            return spans
        low, high = index * _SPAN, (index + 1) * _SPAN
        day = self.local(low).date() - timedelta(days=3)
        last = self.local(high).date() + timedelta(days=1)
        edges: list[tuple[Instant, Instant]] = []
        while day <= last:
            edges += [(opening(self.tz, day, a), closing(self.tz, day, b)) for a, b in self.hours(day)]
            day += timedelta(days=1)
        total = 0
        for start, end in merged(edges):
            start, end = max(start, low), min(end, high)
            if start < end:
                total += end - start
                spans.starts.append(start)
                spans.ends.append(end)
                spans.upto.append(total)
        return spans


def _check(name: str, hours: Hours) -> None:
    before = 0
    for start, end in hours:
        if not (before <= start < end <= 2880 and start < 1440):
            raise Invalid(
                N_("Calendar {item} has hours that overlap or run backwards: {hours}."),
                item=name,
                next=N_("Write the spans of a day in order, such as 09:00-12:00, 13:30-18:00."),
                hours=", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in hours),
            )
        before = end


def opening(zone: ZoneInfo, day: date, minute: int) -> Instant:
    """The UTC instant of a local minute, first occurrence; one that does not exist moves forward by the gap."""
    return _utc(datetime.combine(day, time()) + timedelta(minutes=minute), zone, 0)


def closing(zone: ZoneInfo, day: date, minute: int, second: int = 0) -> Instant:
    """As `opening`, but the second occurrence of a local time that occurs twice."""
    local = datetime.combine(day, time()) + timedelta(minutes=minute, seconds=second)
    return max(_utc(local, zone, 0), _utc(local, zone, 1))  # in a gap the second reading is the earlier one


def _utc(local: datetime, zone: ZoneInfo, fold: int) -> Instant:
    return round(local.replace(tzinfo=zone, fold=fold).timestamp()) * 1000


def twice(zone: ZoneInfo, local: datetime) -> bool:
    """Whether a local time occurs twice because clocks go back over it."""
    return _utc(local, zone, 1) > _utc(local, zone, 0)


def merged(spans: Iterable[tuple[Instant, Instant]]) -> list[tuple[Instant, Instant]]:
    """The union of half-open spans, in order; empty and backward ones vanish."""
    out: list[tuple[Instant, Instant]] = []
    for start, end in sorted(s for s in spans if s[0] < s[1]):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


ALWAYS = Calendar("24x7")
"""Every instant counts: what marketplaces mean by hours unless they say otherwise."""


def add(calendar: Calendar, start: Instant, target_ms: int, pauses: Iterable[Pause] = ()) -> Instant:
    """The earliest instant at which `target_ms` of unpaused open time have passed since `start`.

    A target that ends exactly at closing time is due at closing; zero is due at `start`. `NEVER` while a pause
    without end stands in the way. Raises Invalid if the calendar does not open for 400 days on the way, or takes more
    than thirty years.
    """
    if target_ms < 0:
        raise ValueError("a target is not negative")
    cursor, left = start, target_ms
    for begin, end in merged(pauses) if pauses else ():
        if end <= cursor:
            continue
        due = _walk(calendar, cursor, left)
        if due <= begin:
            return due
        left -= _open(calendar, cursor, begin)
        cursor = end
        if cursor >= NEVER:
            return NEVER
    return _walk(calendar, cursor, left)


def elapsed(calendar: Calendar, a: Instant, b: Instant, pauses: Iterable[Pause] = ()) -> int:
    """Unpaused open milliseconds between two instants; 0 when `b` is not after `a`."""
    paused = sum(_open(calendar, max(a, begin), min(b, end)) for begin, end in merged(pauses)) if pauses else 0
    return _open(calendar, a, b) - paused


def remaining(calendar: Calendar, now: Instant, due: Instant, pauses: Iterable[Pause] = ()) -> int:
    """Open milliseconds from `now` to `due`; negative, in the same measure, once `due` has passed."""
    return elapsed(calendar, now, due, pauses) if now <= due else -elapsed(calendar, due, now, pauses)


def next_open(calendar: Calendar, at: Instant) -> Instant:
    """`at` itself while open, else the next opening. Raises Invalid as `add` does."""
    return _walk(calendar, at, 1) - 1


def is_open(calendar: Calendar, at: Instant) -> bool:
    """Whether an instant counts."""
    return _open(calendar, at, at + 1) == 1


def end_of_day(calendar: Calendar, day: date) -> Instant:
    """23:59:59 of a local date, which is how platforms and laws state a last day."""
    return closing(calendar.tz, day, 1439, 59)


def after_calendar_days(calendar: Calendar, start: Instant, days: int) -> Instant:
    """The end of the `days`-th local date after that of `start`."""
    return end_of_day(calendar, calendar.local(start).date() + timedelta(days=days))


def after_working_days(calendar: Calendar, start: Instant, days: int) -> Instant:
    """The end of the `days`-th working date after that of `start`. Raises Invalid if 400 days pass without one."""
    day = opened = calendar.local(start).date()
    while days:
        day += timedelta(days=1)
        if calendar.hours(day):
            days, opened = days - 1, day
        elif (day - opened).days > 400:
            raise _never_opens(calendar)
    return end_of_day(calendar, day)


def _open(calendar: Calendar, a: Instant, b: Instant) -> int:
    if b <= a:
        return 0
    if calendar._always:
        return b - a
    if b - a > 4 * _HORIZON:
        raise ValueError("a span of more than a century is no working time")
    first, last = a // _SPAN, b // _SPAN
    between = sum(calendar._spans(i).total for i in range(first, last))
    return between + calendar._spans(last).before(b) - calendar._spans(first).before(a)


def _walk(calendar: Calendar, start: Instant, target: int) -> Instant:
    if not target:
        return start
    if calendar._always:
        return min(start + target, NEVER)
    index = start // _SPAN
    if index >= _LAST:
        return NEVER
    spans = calendar._spans(index)
    need, opened = target + spans.before(start), start
    while need > spans.total:
        need -= spans.total
        if spans.total:
            opened = max(start, spans.ends[-1])
        index += 1
        if index * _SPAN - opened > _DRY or index * _SPAN - start > _HORIZON:
            raise _never_opens(calendar)
        spans = calendar._spans(index)
    if spans.starts[0] - opened > _DRY:
        raise _never_opens(calendar)
    return spans.reach(need)


def _never_opens(calendar: Calendar) -> Invalid:
    return Invalid(
        N_("Calendar {item} opens too rarely: no deadline can be computed with it."),
        item=calendar.name,
        next=N_("Give it weekly hours, or extra working dates within the next 400 days."),
    )
