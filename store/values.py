"""Small values every room shares: instants, money, identity of who acts, cleaned text.

Standard library only, and the one store module that connectors may import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

Instant = int
"""UTC milliseconds since 1970-01-01."""

NEVER: Instant = 253_402_300_799_999
"""The last millisecond of the year 9999: a ticket whose clock does not run sorts last."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Where the time comes from; tests freeze it."""

    def now(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `kind` is agent, rule, connector or system; `id` names which one."""

    kind: str
    id: str


SYSTEM = Actor("system", "deskhand")

# Currencies whose minor unit is not a hundredth (ISO 4217, checked 2026-11).
_EXPONENT = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in integer minor units of one ISO 4217 currency; currencies never mix."""

    currency: str
    minor: int

    @classmethod
    def parse(cls, amount: str, currency: str) -> Money:
        """`("12.90", "EUR")` → 1290 EUR. Raises ValueError on anything but a finite decimal that fits the currency."""
        code = currency.strip().upper()
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise ValueError(f"not a currency code: {currency!r}")
        try:
            value = Decimal(amount.strip())
        except InvalidOperation as exc:
            raise ValueError(f"not an amount: {amount!r}") from exc
        if not value.is_finite():
            raise ValueError(f"not an amount: {amount!r}")
        minor = value.scaleb(exponent(code))
        if minor != minor.to_integral_value():
            raise ValueError(f"{amount} has more decimals than {code} knows")
        return cls(code, int(minor))

    def __str__(self) -> str:
        places = exponent(self.currency)
        if not places:
            return f"{self.currency} {self.minor:,}"
        sign, whole = ("-" if self.minor < 0 else ""), abs(self.minor)
        return f"{self.currency} {sign}{whole // 10**places:,}.{whole % 10**places:0{places}d}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.currency, self.minor + other.minor)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.currency, self.minor - other.minor)


def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit."""
    return _EXPONENT.get(currency, 2)


# Text that may reach a terminal ---------------------------------------------------------------------

BIDI_MARK = "\N{WHITE DIAMOND CONTAINING BLACK SMALL DIAMOND}"
"""Stands where an override or isolate was, so that a reader sees that something was there."""

_TABLE: dict[int, str | None] = {c: chr(0x2400 + c) for c in range(0x20) if c not in (0x09, 0x0A)}
_TABLE[0x7F] = "\u2421"
_TABLE.update(dict.fromkeys(range(0x80, 0xA0), None))  # C1: a terminal may act on them
_TABLE.update(dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], BIDI_MARK))
_TABLE.update(dict.fromkeys([0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF], None))
_TABLE.update(dict.fromkeys(range(0x2060, 0x2066), None))
_TABLE.update(dict.fromkeys(range(0x206A, 0x2070), None))
_TABLE.update(dict.fromkeys(range(0xFFF9, 0xFFFC), None))
_TABLE.update(dict.fromkeys(range(0xE0000, 0xE1000), None))  # tag characters and unused selectors
_TABLE.update(dict.fromkeys([0x2028, 0x2029], "\n"))


def _ranges(codes: list[int]) -> str:
    """A character class of ranges: spelt singly, four thousand characters cost seconds per megabyte."""
    out, start, end = "", codes[0], codes[0]
    for code in [*codes[1:], -1]:
        if code == end + 1:
            end = code
            continue
        out += f"{re.escape(chr(start))}-{re.escape(chr(end))}"
        start = end = code
    return out


_DIRTY = re.compile(f"[{_ranges(sorted(_TABLE))}\r\ud800-\udfff]")
_COMBINING_RUN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{5,}"
)


def clean(text: str) -> str:
    """Text safe to store and to show: no byte of it can move a cursor, reach a clipboard or turn a line around.

    Control characters become their visible pictures (ESC → ␛), C1 and invisible characters vanish, bidi overrides
    become `BIDI_MARK`, runs of combining marks are cut to four, line ends become `\\n`. Tabs and line feeds stay.
    """
    if _DIRTY.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
        text = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
    if not text.isascii():
        text = _COMBINING_RUN.sub(lambda m: m.group()[:4], text)
    return text


def clean_line(text: str) -> str:
    """`clean` for a one-line field: white space of every kind folds to single spaces."""
    return " ".join(clean(text).split())


def fold(text: str) -> str:
    """The comparison key of a text: NFKC, casefolded, trimmed. Stored beside what it is the key of."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


Ids = Callable[[], str]
"""Makes a fresh unguessable id; injected so that tests and the practice desk repeat."""
