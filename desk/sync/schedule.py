"""When an account is asked for news: as soon as there is some, every so many minutes, and not in its quiet hours.

Only fetching follows it. Replies and deeds leave when they are due, whatever the hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.errors import N_, Invalid
from store.values import DAY, MINUTE, Instant

KEY = "sync"
"""The setting of a channel that holds its schedule; no platform has one of that name."""
LIVE = 0
MOST = 24 * 60
FURTHEST = 5 * 365 * DAY
"""No marketplace is asked for more than this: most keep less, and each window of time costs a call (milliseconds)."""
SELDOM: Mapping[str, Instant] = {"products": DAY}
"""Streams that change little: how long after one was gone through to its end it is asked for again. They come after all
others, and never before them, wherever a platform's limit ended a round."""
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes of a day from `begin` up to `end` in `zone`; over midnight where `end` comes first."""

    begin: int
    end: int
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{_clock(self.begin)}-{_clock(self.end)}"

    def until(self, now: Instant) -> Instant:
        """When the quiet hours that hold at `now` end; `now` itself where none do."""
        zone = _zone(self.zone)
        here = datetime.fromtimestamp(now / 1000, zone)
        minute = here.hour * 60 + here.minute
        over_midnight = self.end <= self.begin
        inside = minute >= self.begin or minute < self.end if over_midnight else self.begin <= minute < self.end
        if not inside:
            return now
        days = 1 if over_midnight and minute >= self.begin else 0
        day = here.date() + timedelta(days=days)
        end = datetime(day.year, day.month, day.day, self.end // 60, self.end % 60, tzinfo=zone)
        if end.timestamp() * 1000 <= now:  # the clocks were put back, and that hour comes twice
            end = end.replace(fold=1)
        return max(now + 1, round(end.timestamp() * 1000))


@dataclass(frozen=True, slots=True)
class Schedule:
    """`every` is minutes between two looks, `LIVE` as often as the platform allows. `streams` are those wanted, none for
    all. `history` is how far back the first fetch goes; None: no further than what is still worked on."""

    every: int = LIVE
    quiet: Quiet | None = None
    streams: tuple[str, ...] = ()
    history: Instant | None = None

    def wants(self, stream: str) -> bool:
        """Whether a stream is fetched. A folder of mail is a stream, too."""
        return not self.streams or stream in self.streams

    def due(self, last: Instant, now: Instant) -> Instant:
        """When to look next, `last` being the last look (0: never); `now` where it is due. Never further away than
        `every` and the quiet hours behind it, even where the clock was put back."""
        at = min(max(now, last + self.every * MINUTE), now + self.every * MINUTE) if last else now
        return self.quiet.until(at) if self.quiet else at

    def stored(self) -> dict[str, object]:
        """As a channel's setting `KEY` holds it: only what differs from the ordinary."""
        found: dict[str, object] = {}
        if self.every:
            found["every"] = self.every
        if self.quiet:
            found |= {"quiet": str(self.quiet), "zone": self.quiet.zone}
        if self.streams:
            found["streams"] = list(self.streams)
        if self.history is not None:
            found["history"] = self.history
        return found


ALWAYS = Schedule()


def of(settings: Mapping[str, object]) -> Schedule:
    """The schedule of a channel by its settings. What cannot be read there is as if it were not said."""
    said = settings.get(KEY)
    if not isinstance(said, Mapping):
        return ALWAYS
    every, history, streams = said.get("every"), said.get("history"), said.get("streams")
    try:
        quiet = quiet_hours(str(said.get("quiet") or ""), str(said.get("zone") or "UTC"))
    except Invalid:
        quiet = None
    return Schedule(
        every=every if isinstance(every, int) and not isinstance(every, bool) and 0 <= every <= MOST else LIVE,
        quiet=quiet,
        streams=tuple(str(s) for s in streams) if isinstance(streams, list | tuple) else (),
        history=history if isinstance(history, int) and not isinstance(history, bool) else None,
    )


def quiet_hours(text: str, zone: str = "UTC") -> Quiet | None:
    """`22:00-07:00`, or "" for none. Raises Invalid."""
    if not text.strip():
        return None
    found = _HOURS.fullmatch(text.strip().replace("：", ":"))
    parts = [int(part) for part in found.groups()] if found else []
    if not parts or not (parts[0] < 24 and parts[1] < 60 and parts[2] <= 24 and parts[3] < 60):
        raise Invalid(N_("{item} are no hours."), item=text, field="quiet", next=N_("Write them like 22:00-07:00."))
    begin, end = parts[0] * 60 + parts[1], (parts[2] * 60 + parts[3]) % (24 * 60)
    if begin == end:
        raise Invalid(N_("{item} would be the whole day."), item=text, field="quiet",
                      next=N_("Pause the account instead, or write hours like 22:00-07:00."))  # fmt: skip
    return Quiet(begin, end, zone)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
