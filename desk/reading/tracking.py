"""Parcel numbers in a text: shape, check digit and courier. A number whose check digit fails is none.

Formats are data (`data/tracking.toml`). Numbers of digits alone look like orders, phones and cards, so the short ones
are only believed where the text speaks of a parcel or names the courier.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from desk.reading.records import Tracking

MAX_FOUND = 50
MAX_TEXT = 50_000

_TOKEN = re.compile(r"[A-Za-z0-9]+")
_CANDIDATE = re.compile(r"\d{6}|\d[\d -]{7}|[A-Za-z]{2}\d|\d[A-Za-z]\d", re.A)


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


@lru_cache(maxsize=1)
def _table() -> _Table:
    with (Path(__file__).parent / "data" / "tracking.toml").open("rb") as file:
        data = tomllib.load(file)
    formats = tuple(
        _Format(
            f["courier"], re.compile(f["shape"]), f["check"], f.get("before", ""), f.get("context", False), f.get("named", False)
        )
        for f in data["format"]
    )
    names = {
        courier: re.compile("|".join(rf"\b{re.escape(w)}\b" if w.isascii() else w for w in words), re.I)
        for courier, words in data["names"].items()
    }
    return _Table(formats, names, re.compile("|".join(map(re.escape, data["context"]["words"])), re.I), data["postal"])


def find(text: str) -> tuple[Tracking, ...]:
    """Every parcel number of `text` in order, each once, written without spaces and in capitals."""
    text = text[:MAX_TEXT]
    if not _CANDIDATE.search(text):
        return ()
    table = _table()
    named = frozenset(courier for courier, pattern in table.names.items() if pattern.search(text))
    spoken = bool(named) or bool(table.context.search(text))
    tokens = [(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text)]
    found: dict[str, Tracking] = {}
    index = 0
    while index < len(tokens) and len(found) < MAX_FOUND:
        step, hit = _at(text, tokens, index, table, named, spoken or len(tokens) <= 8 and not _words(text))
        if hit is not None:
            found.setdefault(hit.number, hit)
        index += step
    return tuple(found.values())


def _words(text: str) -> bool:
    """Whether the text is more than numbers: someone who sends only a number means the parcel."""
    return bool(re.search(r"[^\W\d_]{3,}", text) and re.search(r"\b[^\W\d_]{3,}\b", text))


def _at(
    text: str, tokens: list[tuple[int, int, str]], index: int, table: _Table, named: frozenset[str], spoken: bool
) -> tuple[int, Tracking | None]:
    """(tokens used, the number that begins at token `index`), longest first."""
    start, end, first = tokens[index]
    if start and text[start - 1] in "#@/._-" and text[start - 1] != "-" or (text[start - 1 : start] == "-" and index and tokens[index - 1][1] == start - 1):
        return 1, None
    if not any(c.isdigit() for c in first) and len(first) > 4:
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
        if used < len(spans) + 0 and text[after : after + 1] == "-":
            continue
        if len(number) < 8 or (used > 1 and not _grouped(tokens[index : index + used])):
            continue
        if (hit := match(number.upper(), named, spoken)) is not None:
            return used, hit
    return 1, None


def _grouped(tokens: list[tuple[int, int, str]]) -> bool:
    """Whether the pieces look like one number in groups: words between them would be letters only."""
    letters = [t for _, _, t in tokens if t.isalpha()]
    return len(letters) <= 2 and all(t.isupper() or len(t) <= 2 for t in letters)


def match(number: str, named: frozenset[str] = frozenset(), spoken: bool = True) -> Tracking | None:
    """The parcel number `number` is (capitals, no spaces), or None. `named` couriers are tried first."""
    table = _table()
    fits: list[Tracking] = []
    for form in table.formats:
        shaped = form.shape.fullmatch(number)
        if shaped is None or (form.named and form.courier not in named) or (form.context and not spoken):
            continue
        groups = shaped.groupdict()
        if form.check == "none":
            if not fits and _is_number(number):
                fits.append(Tracking(number, form.courier))
        elif _CHECKS[form.check](form.before + groups["serial"], groups["check"]):
            if form.check != "s10":
                fits.append(Tracking(number, form.courier))
            elif (country := groups["country"]) in table.postal:
                fits.append(Tracking(number, table.postal[country]))
        elif form.check in ("s10", "ups") and not number.isdigit():
            return None  # this shape belongs to one courier: a wrong check digit is a typing error
    return next((t for t in fits if t.courier in named), fits[0] if fits else None)


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
