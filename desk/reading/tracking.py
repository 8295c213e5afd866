"""Parcel numbers in a text: shape, check digit and courier. A number whose check digit fails is none.

Formats are data (`data/tracking.toml`). Numbers of digits alone look like orders, phones and cards, so the short ones
are only believed where the text speaks of a parcel or names the courier.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from desk.reading.lazy import regex
from desk.reading.records import Tracking

MAX_FOUND = 50
MAX_TEXT = 10_000

_TOKEN = regex(r"[A-Za-z0-9]+")
_WORDS = regex(r"\b[^\W\d_]{3,}\b")
_CANDIDATE = regex(r"\d{6}|\d[\d -]{7}|[A-Za-z]{2}\d|\d[A-Za-z]\d", re.A)


class _Format(NamedTuple):
    courier: str
    shape: re.Pattern[str]
    check: str
    before: str
    context: bool
    named: bool


class _Table(NamedTuple):
    formats: tuple[_Format, ...]
    names: dict[str, re.Pattern[str]]
    context: re.Pattern[str]
    postal: dict[str, str]
    lengths: dict[int, tuple[_Format, ...]]
    """The formats a number of so many characters can have."""


@lru_cache(maxsize=1)
def _table() -> _Table:
    with (Path(__file__).parent / "data" / "tracking.toml").open("rb") as file:
        data = tomllib.load(file)
    formats = tuple(
        _Format(
            f["courier"],
            re.compile(f["shape"]),
            f["check"],
            f.get("before", ""),
            f.get("context", False),
            f.get("named", False),
        )
        for f in data["format"]
    )
    spans = [(f, *f_lengths) for f, f_lengths in zip(formats, (f["length"] for f in data["format"]), strict=True)]
    names = {
        courier: re.compile("|".join(rf"\b{re.escape(w)}\b" if w.isascii() else w for w in words), re.I)
        for courier, words in data["names"].items()
    }
    context = re.compile("|".join(map(re.escape, data["context"]["words"])), re.I)
    lengths = {n: tuple(f for f, low, high in spans if low <= n <= high) for n in range(8, 42)}
    return _Table(formats, names, context, data["postal"], lengths)


def find(text: str) -> tuple[Tracking, ...]:
    """Every parcel number of `text` in order, each once, written without spaces and in capitals."""
    text = text[:MAX_TEXT]
    if not _CANDIDATE.search(text):
        return ()
    tokens = [(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text)]
    found: dict[str, Tracking] = {}
    starts = _starts(tokens)
    around = Surroundings(text, alone=len(tokens) <= 8 and not _WORDS.search(text))
    skip = 0
    for index in starts:
        if index < skip or len(found) >= MAX_FOUND:
            continue
        used, hit = _at(text, tokens, index, around)
        if hit is not None:
            found.setdefault(hit.number, hit)
            skip = index + used
    return tuple(found.values())


def _starts(tokens: list[tuple[int, int, str]]) -> list[int]:
    """Tokens a number may begin at: those with a digit, and short letters right before one."""
    digits = [any(map(str.isdigit, token)) for _, _, token in tokens]
    return [
        n
        for n, (_, end, token) in enumerate(tokens)
        if digits[n] or (len(token) <= 4 and n + 1 < len(tokens) and digits[n + 1] and tokens[n + 1][0] == end + 1)
    ]


class Surroundings:
    """What the text round a number says, looked up only when a number asks."""

    def __init__(self, text: str = "", alone: bool = False) -> None:
        """`alone`: the text is hardly more than the number; who sends only a number means the parcel."""
        self._text, self._alone = text, alone

    @cached_property
    def named(self) -> frozenset[str]:
        """The couriers the text names."""
        return frozenset(courier for courier, pattern in _table().names.items() if pattern.search(self._text))

    @cached_property
    def spoken(self) -> bool:
        """Whether the text speaks of a parcel."""
        return self._alone or bool(_table().context.search(self._text)) or bool(self.named)


def _at(text: str, tokens: list[tuple[int, int, str]], index: int, around: Surroundings) -> tuple[int, Tracking | None]:
    """(tokens used, the number that begins at token `index`), longest first."""
    start, end, first = tokens[index]
    before = text[start - 1 : start]
    if before and (before in "#@/._" or (before == "-" and index and tokens[index - 1][1] == start - 1)):
        return 1, None
    spans = [(1, first)]
    joined, last = first, end
    for more in range(index + 1, min(index + 12, len(tokens))):
        begin, finish, token = tokens[more]
        if begin - last != 1 or text[last] not in " -\u00a0" or len(joined) + len(token) > 40:
            break
        if not any(c.isdigit() for c in token) and len(token) > 4:
            break
        joined, last = joined + token, finish
        spans.append((more - index + 1, joined))
    for used, number in reversed(spans):
        after = tokens[index + used - 1][1]
        if used < len(spans) and text[after : after + 1] == "-":
            continue
        if len(number) < 8 or (used > 1 and not _grouped(tokens[index : index + used])):
            continue
        if (hit := match(number.upper(), around)) is not None:
            return used, hit
    return 1, None


def _grouped(tokens: list[tuple[int, int, str]]) -> bool:
    """Whether the pieces look like one number in groups: words between them would be letters only."""
    letters = [t for _, _, t in tokens if t.isalpha()]
    return len(letters) <= 2 and all(t.isupper() or len(t) <= 2 for t in letters)


def match(number: str, around: Surroundings) -> Tracking | None:
    """The parcel number `number` is (capitals, no spaces), or None. A courier the text names comes first."""
    table = _table()
    fits: list[Tracking] = []
    for form in table.lengths.get(len(number), ()):
        shaped = form.shape.fullmatch(number)
        if shaped is None:
            continue
        groups = shaped.groupdict()
        holds = form.check == "none" or _CHECKS[form.check](form.before + groups["serial"], groups["check"])
        if not holds and form.check in ("s10", "ups") and not number.isdigit():
            return None  # this shape belongs to one courier: a wrong check digit is a typing error
        if not holds or (form.named and form.courier not in around.named) or (form.context and not around.spoken):
            continue
        if form.check == "none" and (fits or not _is_number(number)):
            continue
        courier = table.postal.get(groups["country"], "") if form.check == "s10" else form.courier
        if courier:
            fits.append(Tracking(number, courier))
    if len(fits) > 1:
        return next((t for t in fits if t.courier in around.named), fits[0])
    return fits[0] if fits else None


def _is_number(number: str) -> bool:
    return len(set(number)) > 2 and sum(c.isdigit() for c in number) >= 6


# Check digits --------------------------------------------------------------------------------------


def _gs1(serial: str, check: str) -> bool:
    total = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(serial)))
    return -total % 10 == int(check)


def _ups(serial: str, check: str) -> bool:
    values = (int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in serial)
    return -sum(v * (2 if n % 2 else 1) for n, v in enumerate(values)) % 10 == int(check)


def _luhn(serial: str, check: str) -> bool:
    total = 0
    for n, d in enumerate(reversed(serial)):
        value = int(d) * (2 if n % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10 == int(check)


def _mod7(serial: str, check: str) -> bool:
    return int(serial) % 7 == int(check)


def _fedex(serial: str, check: str) -> bool:
    return sum(int(d) * (1, 3, 7)[n % 3] for n, d in enumerate(reversed(serial))) % 11 % 10 == int(check)


def _iso7064(serial: str, check: str) -> bool:
    state = 36
    for c in serial:
        state = (state + int(c, 36)) % 36 or 36
        state = state * 2 % 37
    return (37 - state) % 36 == int(check, 36)


def _s10(serial: str, check: str) -> bool:
    rest = 11 - sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest) == int(check)


_CHECKS: dict[str, Callable[[str, str], bool]] = {
    "gs1": _gs1, "ups": _ups, "luhn": _luhn, "mod7": _mod7, "fedex": _fedex, "iso7064": _iso7064, "s10": _s10,
}  # fmt: skip
