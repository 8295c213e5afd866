"""Quantities as people write them: instants, durations, money, percentages, numbers.

Each reads one value into whole numbers, both ends included, and raises Invalid naming the column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

from desk.query.faults import bad
from desk.query.tree import Beyond, One, Range, Value
from store.errors import N_
from store.values import DAY, HOUR, MINUTE, SECOND, Instant, Money, fold

Bounds = tuple[int | None, int | None]
"""Lowest and highest value, both included; None is open."""

# Compiled by `re` when first used: not every start asks for a date.
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION = r"(?:\d{1,6}[smhdw]){1,6}"
_PIECE = r"(\d+)([smhdw])"
_DATE = r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?"
_MOMENT = r"(\d{4}-\d{1,2}-\d{1,2})t(\d{1,2}):(\d{2})(z?)"
_MONEY = r"(\d{1,15}(?:\.\d{1,4})?)([a-z]{3})?|([a-z]{3})(\d{1,15}(?:\.\d{1,4})?)"
_PERCENT = r"(\d{1,7})(?:\.(\d{1,2}))?%?"
_NUMBER = r"-?\d{1,15}"
_DECIMAL = r"(-?)(\d{1,12})(?:\.(\d{1,3}))?"
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_SPANS = {"last": -1, "this": 0, "next": 1}
SPOKEN_DATES = (*_DAYS, *(f"{which}_{what}" for what in ("week", "month", "year") for which in _SPANS))
"""Days and spans by name, in the zone of who asks; weeks begin on Monday."""


def duration(text: str, at: int) -> int:
    """`1d12h` in milliseconds; 0 needs no unit."""
    folded = fold(text)
    if folded == "0":
        return 0
    if not re.fullmatch(_DURATION, folded):
        raise bad(N_("Column {column}: {item} is no duration."), at, text,
                  N_("Write it like 90m, 2h, 1d12h or 2w."))  # fmt: skip
    return sum(int(n) * _UNITS[unit] for n, unit in re.findall(_PIECE, folded))


def moment(text: str, at: int, now: Instant, zone: tzinfo) -> tuple[Instant, Instant]:
    """First and last millisecond of what `text` names: an instant (`-7d` before now, `2h` from now, `now`) or a day,
    week, month, year or minute of `zone` (`today`, `last_week`, `2026-11-01`, `2026-11`, `2026-11-01T14:30`)."""
    folded = fold(text)
    if folded == "now":
        return now, now
    if folded in _DAYS:
        day = datetime.fromtimestamp(now // 1000, zone).date() + timedelta(days=_DAYS[folded])
        return _span(day, day + timedelta(days=1), zone)
    if (spoken := folded.replace("-", "_")) in SPOKEN_DATES:
        which, what = spoken.split("_")
        return _spoken(datetime.fromtimestamp(now // 1000, zone).date(), _SPANS[which], what, zone)
    offset = folded[1:] if folded[:1] in ("+", "-") else folded
    if offset == "0" or re.fullmatch(_DURATION, offset):
        size = duration(offset, at)
        there = now - size if folded.startswith("-") else now + size
        return there, there
    try:
        return _calendar(folded, zone)
    except (ValueError, OverflowError) as exc:
        raise bad(N_("Column {column}: {item} is no date."), at, text,
                  N_("Write it like 2026-11-01, 2026-11, today, -7d or 2h.")) from exc  # fmt: skip


def _spoken(today: date, by: int, what: str, zone: tzinfo) -> tuple[Instant, Instant]:
    """The week, month or year `by` after today's."""
    if what == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=by)
        return _span(monday, monday + timedelta(weeks=1), zone)
    if what == "year":
        return _span(date(today.year + by, 1, 1), date(today.year + by + 1, 1, 1), zone)
    months = today.year * 12 + today.month - 1 + by
    return _span(_first(months), _first(months + 1), zone)


def _first(months: int) -> date:
    """The first day of a month counted from the year 0."""
    return date(months // 12, months % 12 + 1, 1)


def _calendar(folded: str, zone: tzinfo) -> tuple[Instant, Instant]:
    if found := re.fullmatch(_MOMENT, folded):
        day = date(*map(int, found[1].split("-")))
        start = _instant(datetime(day.year, day.month, day.day, int(found[2]), int(found[3]),
                                  tzinfo=UTC if found[4] else zone))  # fmt: skip
        return start, start + MINUTE - 1
    found = re.fullmatch(_DATE, folded)
    if not found:
        raise ValueError(folded)
    year, month = int(found[1]), int(found[2] or 1)
    if not found[2]:
        return _span(date(year, 1, 1), date(year + 1, 1, 1), zone)
    if found[3]:
        day = date(year, month, int(found[3]))
        return _span(day, day + timedelta(days=1), zone)
    return _span(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1), zone)


def _span(first: date, behind: date, zone: tzinfo) -> tuple[Instant, Instant]:
    start, end = (_instant(datetime(d.year, d.month, d.day, tzinfo=zone)) for d in (first, behind))
    return start, end - 1


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _instant(when: datetime) -> Instant:
    return (when - _EPOCH) // timedelta(milliseconds=1)


def instants(value: Value, now: Instant, zone: tzinfo) -> Bounds:
    """A single offset is the span between now and it (`-7d`: the last seven days); a single day is that day."""
    at = value.span[0]
    if isinstance(value, One):
        first, last = moment(value.text, at, now, zone)
        return (first, last) if first < last else (min(first, now), max(first, now))
    return bounds(value, lambda text: moment(text, at, now, zone))


def bounds(value: Value, read: Callable[[str], tuple[int, int]]) -> Bounds:
    """Ends of `value`, each read as the span it names."""
    match value:
        case One(text):
            return read(text)
        case Range(low, high):
            return (read(low)[0] if low else None), (read(high)[1] if high else None)
        case Beyond("<", text):
            return None, read(text)[0] - 1
        case Beyond(_, text):
            return read(text)[1] + 1, None


def durations(value: Value) -> Bounds:
    """Milliseconds. A single duration is refused: nobody waits exactly two hours."""
    at = value.span[0]
    if isinstance(value, One):
        duration(value.text, at)
        raise bad(N_("Column {column}: {item} alone is no range."), at, value.text,
                  N_("Write {item}.. for at least, ..{item} for at most."))  # fmt: skip
    return bounds(value, lambda text: _twice(duration(text, at)))


def numbers(value: Value) -> Bounds:
    """Whole numbers."""
    at = value.span[0]

    def read(text: str) -> tuple[int, int]:
        if not re.fullmatch(_NUMBER, text):
            raise bad(N_("Column {column}: {item} is no whole number."), at, text)
        return _twice(int(text))

    return bounds(value, read)


def decimals(value: Value) -> Bounds:
    """Thousandths: 2.5 is 2500."""
    at = value.span[0]

    def read(text: str) -> tuple[int, int]:
        found = re.fullmatch(_DECIMAL, text)
        if not found:
            raise bad(N_("Column {column}: {item} is no number."), at, text, N_("Write it like 12 or 2.5."))
        size = int(found[2]) * 1000 + int((found[3] or "0").ljust(3, "0"))
        return _twice(-size if found[1] else size)

    return bounds(value, read)


def percentages(value: Value) -> Bounds:
    """Hundredths of a percent: 30% is 3000."""
    at = value.span[0]

    def read(text: str) -> tuple[int, int]:
        found = re.fullmatch(_PERCENT, text)
        if not found:
            raise bad(N_("Column {column}: {item} is no percentage."), at, text, N_("Write it like 30% or 2.5%."))
        return _twice(int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")))

    return bounds(value, read)


def money(value: Value) -> tuple[str, Bounds]:
    """`(currency, minor units)`. A range names its currency at one end at least."""
    at = value.span[0]
    texts = [value.low, value.high] if isinstance(value, Range) else [value.text]
    amounts = {text: _amount(text, at) for text in texts if text}
    currencies = {currency for _, currency in amounts.values() if currency}
    if len(currencies) != 1:
        written = next(iter(amounts))
        if currencies:
            raise bad(N_("Column {column}: two currencies do not compare."), at, "..".join(texts))
        raise bad(N_("Column {column}: {item} names no currency."), at, written, N_("Write it like 20USD."))
    currency = currencies.pop()
    try:
        minor = {text: Money.parse(amount, currency).minor for text, (amount, _) in amounts.items()}
    except ValueError as exc:
        raise bad(N_("Column {column}: {item} has more decimals than {currency} knows."), at, "..".join(texts),
                  currency=currency) from exc  # fmt: skip
    return currency, bounds(value, lambda text: _twice(minor[text]))


def _amount(text: str, at: int) -> tuple[str, str]:
    found = re.fullmatch(_MONEY, fold(text))
    if not found:
        raise bad(N_("Column {column}: {item} is no amount of money."), at, text,
                  N_("Write it like 20USD or 12.50EUR."))  # fmt: skip
    return found[1] or found[4], (found[2] or found[3] or "").upper()


def _twice(n: int) -> tuple[int, int]:
    return n, n
