"""Times as people write them on a command line."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo

from store.values import DAY, HOUR, MINUTE, SECOND, Instant

_SPAN = re.compile(r"(\d{1,5})\s*([smhdw])")
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def moment(text: str, now: Instant, zone: tzinfo) -> Instant:
    """`2026-11-01` (midnight in `zone`), `2026-11-01T09:30`, with or without an offset, `14d` (that long ago), `now`.
    Raises ValueError."""
    words = text.strip()
    if words == "now":
        return now
    if found := _SPAN.fullmatch(words):
        return now - span(found[0])
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        return round(datetime.combine(date.fromisoformat(words), datetime.min.time(), zone).timestamp() * 1000)
    at = datetime.fromisoformat(words)
    return round((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


def span(text: str) -> int:
    """`30s`, `2h`, `14d` in milliseconds. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    return int(found[1]) * _UNITS[found[2]]
