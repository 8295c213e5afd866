"""The text of a due cell, and until when it stays true.

Five cells wide always: four for the number, right-aligned, and one for the sign. Sign and wording carry the level
alone, so that a terminal without colour shows it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from store.values import DAY, HOUR, MINUTE, NEVER, SECOND, Instant

Level = Literal["over", "warn", "fine", "none"]

_WEEK = 7 * DAY
_YEAR = 365 * DAY
_FINE = 5 * MINUTE  # below this, seconds
# From this much time on, count in this unit.
_LADDER = (
    (100 * _WEEK, _YEAR, "y"),
    (100 * DAY, _WEEK, "w"),
    (DAY, DAY, "d"),
    (100 * MINUTE, HOUR, "h"),
    (MINUTE, MINUTE, "m"),
    (0, SECOND, "s"),
)
_SIGNS: dict[Level, str] = {"over": "!", "warn": "\N{BLACK UP-POINTING TRIANGLE}", "fine": " ", "none": " "}


@dataclass(frozen=True, slots=True)
class Cell:
    """What to show now, its level, and the first instant at which either changes (`NEVER`: it does not)."""

    text: str
    level: Level
    changes_at: Instant


EMPTY = Cell("     ", "none", NEVER)
PAUSED = Cell("  -- ", "none", NEVER)


def cell(due: Instant, now: Instant, warn_at: Instant = NEVER) -> Cell:
    """The due cell of a clock at `now`; empty where nothing is due. A clock that stands shows `PAUSED`."""
    if due >= NEVER:
        return EMPTY
    if now > due:
        body, changes_at = _late(now - due)
        return _cell(body, "over", due + changes_at)
    body, floor = _left(due - now)
    changes_at = due - floor + 1
    if now >= warn_at:
        return _cell(body, "warn", changes_at)
    return _cell(body, "fine", min(changes_at, warn_at))


def _cell(body: str, level: Level, changes_at: Instant) -> Cell:
    return Cell(f"{body:>4}{_SIGNS[level]}", level, changes_at)


def _left(left: int) -> tuple[str, int]:
    """The text, and the least time left for which it holds."""
    if MINUTE <= left < _FINE:
        minutes, seconds = divmod(left // SECOND, 60)
        return f"{minutes}m{seconds:02}", left // SECOND * SECOND
    above, unit, letter = next(step for step in _LADDER if left >= step[0])
    count = left // unit
    return f"{min(count, 999)}{letter}", max(count * unit, above, _FINE if left >= _FINE else 0)


def _late(late: int) -> tuple[str, int]:
    """The text, and how late it is when the next one holds."""
    rung, (_, unit, letter) = next((i, step) for i, step in enumerate(_LADDER) if late >= step[0])
    beyond = _LADDER[rung - 1][0] if rung else NEVER
    count = late // unit
    text = f"-{min(count, 99)}{letter}" if count else f"0{letter}"
    return text, min((count + 1) * unit, beyond)


def spell(ms: int) -> str:
    """The two largest units of a span: `1 d 22 h`, `1 h 30 min`, `2 h`, `42 s`, `-15 min`."""
    sign, left = ("-" if ms < 0 else ""), abs(ms)
    parts: list[str] = []
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        count, rest = divmod(left, unit)
        if count:
            parts.append(f"{count} {name}")
            left = rest
        elif parts:
            break
        if len(parts) == 2:
            break
    return sign + " ".join(parts) if parts else "0 s"


def used(start: Instant, due: Instant, now: Instant) -> float:
    """How much of the way to `due` is gone, 0 to 1, for a bar."""
    return min(1.0, max(0.0, (now - start) / (due - start))) if due > start else 1.0
