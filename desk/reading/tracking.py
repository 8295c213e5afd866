"""Parcel numbers in a text: shape, check digit and courier. A number whose check digit fails is none.

Formats are data (`data/tracking.toml`). Numbers of digits alone look like orders, phones and cards, so the short ones
are only believed where the text speaks of a parcel or names the courier.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import NamedTuple

from desk.reading.lazy import regex
from desk.reading.records import Tracking

MAX_FOUND = 50
MAX_TEXT = 10_000

_TOKEN = regex(r"[A-Za-z0-9]+")
_DIGITS = regex(r"(?<![A-Za-z0-9])[A-Za-z]*[0-9][A-Za-z0-9]*")
_SHORT = regex(r"(?:^|[^A-Za-z0-9])([A-Za-z]{1,4})[^A-Za-z0-9]$")
_INSIDE = regex(r"[0-9][ \-\u00a0]$")
_SHORT_DIGITS = 18
_LABEL_REACH = 36
_SENTENCE = regex(r"[\n!?。！？,，;]|(?<=[a-z]{4})[.] ")
_IBAN = regex(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}[ \u00a0](?:[A-Z0-9]{4}[ \u00a0]){0,7}$")
_CARD = regex(r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12}|35\d{14}|3[47]\d{13}|3[68]\d{12}")
"""Payment cards by their first digits (ISO/IEC 7812): Visa, Mastercard, Discover, UnionPay, JCB, American Express, Diners."""
_MORE = regex(r"[ \-\u00a0]([A-Za-z0-9]+)")
_WORDS = regex(r"\b[^\W\d_]{3,}\b")
_CANDIDATE = regex(r"\d{6}|\d[\d -]{7}|[A-Za-z]{2}\d|\d[A-Za-z]\d", re.A)


class _Format(NamedTuple):
    courier: str
    shape: re.Pattern[str]
    check: str
    before: str
    context: bool
    named: bool
    digits: int
    """Fewest digits in a number without a check digit: words in capitals are none."""


class _Table(NamedTuple):
    formats: tuple[_Format, ...]
    names: dict[str, re.Pattern[str]]
    context: re.Pattern[str]
    labels: re.Pattern[str]
    """What stands right before a number and says what it is: `parcel`, or `other` (a phone, a card, an invoice)."""
    postal: dict[str, str]
    lengths: dict[int, tuple[_Format, ...]]
    """The formats a number of so many characters can have."""


@lru_cache(maxsize=1)
def _table() -> _Table:
    import tomllib
    from pathlib import Path

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
            f.get("digits", 6),
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
    postal = {**{country: f"Post {country}" for country in data["members"]["others"]}, **data["postal"]}
    labels = re.compile(
        "|".join(
            f"(?P<{kind}>{'|'.join(rf'(?<![a-z]){re.escape(w)}' if w[0].isascii() else w for w in words)})"
            for kind, words in (("parcel", data["context"]["labels"]), ("other", data["context"]["other"]))
        ),
        re.I,
    )
    return _Table(formats, names, context, labels, postal, lengths)


def find(text: str) -> tuple[Tracking, ...]:
    """Every parcel number of `text` in order, each once, written without spaces and in capitals."""
    text = text[:MAX_TEXT]
    if not _CANDIDATE.search(text):
        return ()
    found: dict[str, Tracking] = {}
    around = Surroundings(text)
    skip = 0
    for token in _DIGITS.finditer(text):
        for start in _starts(text, token.start()):
            if start < skip or len(found) >= MAX_FOUND:
                continue
            end, hit = _at(text, start, around)
            if hit is not None:
                found.setdefault(hit.number, hit)
                skip = end
    return tuple(found.values())


def _starts(text: str, digits: int) -> tuple[int, ...]:
    """Where a number may begin: at a token with a digit, and at short letters right before one."""
    short = _SHORT.search(text, max(digits - 6, 0), digits)
    return (short.start(1), digits) if short else (digits,)


class Surroundings:
    """What the text round a number says, looked up only when a number asks."""

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._labels: dict[int, str] = {}

    def label(self, start: int) -> str:
        """What the words before the number at `start` call it: parcel, other, or "" where they do not say."""
        if start not in self._labels:
            before = _SENTENCE.split(self._text[max(0, start - _LABEL_REACH) : start])[-1]
            said = [m.lastgroup or "" for m in _table().labels.finditer(before)]
            self._labels[start] = said[-1] if said else ""
        return self._labels[start]

    @cached_property
    def alone(self) -> bool:
        """The text is hardly more than the number; who sends only a number means the parcel."""
        return not _WORDS.search(self._text) and len(_TOKEN.findall(self._text)) <= 8

    @cached_property
    def named(self) -> frozenset[str]:
        """The couriers the text names."""
        return frozenset(courier for courier, pattern in _table().names.items() if pattern.search(self._text))

    @cached_property
    def spoken(self) -> bool:
        """Whether the text speaks of a parcel."""
        return self.alone or bool(_table().context.search(self._text)) or bool(self.named)


def _at(text: str, start: int, around: Surroundings) -> tuple[int, Tracking | None]:
    """(where it ends, the number that begins with the token at `start`), longest first."""
    before = text[start - 1 : start]
    if before and (before in "#@/._+" or (before == "-" and start > 1 and _TOKEN.match(text, start - 2))):
        return start, None
    token = _TOKEN.match(text, start)
    assert token is not None
    if before in " \u00a0" and _IBAN.search(text, max(start - 42, 0), start):
        return start, None
    pieces, ends, size = [token[0]], [token.end()], len(token[0])
    while len(pieces) < 12 and (token := _MORE.match(text, ends[-1])) is not None:
        size += len(token[1])
        if size > 40 or (len(token[1]) > 4 and token[1].isalpha()):
            break
        pieces.append(token[1])
        ends.append(token.end())
    for used in range(len(pieces), 0, -1):
        if used < len(pieces) and text[ends[used - 1]] == "-":
            continue
        number = "".join(pieces[:used])
        if len(number) < 8 or (used > 1 and not _grouped(pieces[:used])):
            continue
        longer = used < len(pieces) and not pieces[used].isalpha()
        if (
            number.isdigit()
            and len(number) <= _SHORT_DIGITS
            and (longer or _INSIDE.search(text, max(start - 2, 0), start))
        ):
            continue  # a piece of a longer number: a card, a bank account, a phone
        if (hit := match(number.upper(), around, around.label(start))) is not None:
            return ends[used - 1], hit
    return start, None


def _grouped(pieces: list[str]) -> bool:
    """Whether the pieces look like one number in groups: words between them would be letters only."""
    letters = [t for t in pieces if t.isalpha()]
    return len(letters) <= 2 and all(t.isupper() or len(t) <= 2 for t in letters)


def match(number: str, around: Surroundings, label: str = "") -> Tracking | None:
    """The parcel number `number` is (capitals, no spaces), or None. A courier the text names comes first; `label` is
    what the words before it call it."""
    table = _table()
    fits: list[Tracking] = []
    slipped = False
    for form in table.lengths.get(len(number), ()):
        shaped = form.shape.fullmatch(number)
        if shaped is None:
            continue
        groups = shaped.groupdict()
        holds = form.check == "none" or _CHECKS[form.check](_serial(form, groups["serial"]), groups["check"])
        if not holds:
            slipped = slipped or form.courier in around.named or _only(form, number, groups, table)
        if not holds or not _believed(form, around, label):
            continue
        if form.check == "none" and (
            (fits and form.courier not in around.named) or not _is_number(number, form.digits)
        ):
            continue
        courier = table.postal.get(groups["country"], "") if form.check == "s10" else form.courier
        if courier:
            fits.append(Tracking(number, courier))
    own = next((t for t in fits if t.courier in around.named), None)
    if own is not None or not fits:
        return own
    if slipped:
        return None  # the courier's own shape with a wrong check digit is a typing error
    if fits[0].courier not in around.named and _is_card(number):
        return None
    return fits[0]


def _only(form: _Format, number: str, groups: dict[str, str], table: _Table) -> bool:
    """Whether no other courier has numbers of this shape."""
    if form.check == "s10":
        return groups["country"] in table.postal
    return form.check == "ups" and not number.isdigit()


def _believed(form: _Format, around: Surroundings, label: str) -> bool:
    """Whether the text speaks enough of parcels for a format that could be many things."""
    if label == "other" and (form.context or form.named):
        return False
    if form.named:
        return label == "parcel" or form.courier in around.named
    return not form.context or around.spoken


def _is_card(number: str) -> bool:
    return _CARD.fullmatch(number) is not None and _luhn(number[:-1], number[-1])


def _serial(form: _Format, serial: str) -> str:
    return serial if form.before and serial.startswith(form.before) else form.before + serial


def _is_number(number: str, digits: int) -> bool:
    return len(set(number)) > 2 and sum(c.isdigit() for c in number) >= digits


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
