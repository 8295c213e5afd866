"""Times and sizes as people nearby say them."""

from __future__ import annotations

from datetime import datetime, tzinfo

from app.words import _
from store.values import HOUR, MINUTE, Instant


def stamp(at: Instant, now: Instant, zone: tzinfo) -> str:
    """An instant as people nearby say it: time today, weekday and time within six days, else the date."""
    there, here = datetime.fromtimestamp(at / 1000, zone), datetime.fromtimestamp(now / 1000, zone)
    if there.date() == here.date():
        return there.strftime("%H:%M")
    if abs((there.date() - here.date()).days) < 7:
        return f"{_WEEKDAYS()[there.weekday()]} {there:%H:%M}"
    return there.strftime("%Y-%m-%d %H:%M")


def _WEEKDAYS() -> tuple[str, ...]:
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def size_text(size: int) -> str:
    """`212 kB`."""
    return f"{size} B" if size < 1000 else f"{size // 1000} kB" if size < 10**6 else f"{size / 10**6:.1f} MB"


def ago_text(ms: int) -> str:
    """`12 s`, `4 min`, `3 h`."""
    if ms < MINUTE:
        return _("{n} s").format(n=max(0, ms // 1000))
    return _("{n} min").format(n=ms // MINUTE) if ms < HOUR else _("{n} h").format(n=ms // HOUR)
