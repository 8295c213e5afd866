"""Cells of a .csv file as values: instants, amounts, countries. What cannot be read raises ValueError with why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from store.values import NEVER, Instant, Money, clean_line, exponent, fold

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AS_TEXT = re.compile(r'="([^"=]*)"')
_CUT = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
_MONTHS = {
    name: n
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "jan feb mär apr mai jun jul aug sep okt nov dez",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "ene feb mar abr may jun jul ago sep oct nov dic",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    )
    for n, name in enumerate(names.split(), 1)
}
"""As English, German, French, Spanish and Italian reports shorten them."""
_ZONES = {"UTC": 0, "GMT": 0, "BST": 1, "CET": 1, "CEST": 2, "JST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4,
          "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # fmt: skip
"""Hours before UTC. CST is none of them: it means three zones."""
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)(?!\d)")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?[ -]([^\W\d_]{3,9})\.?,?[ -](\d{4}|\d\d)(?!\d)")
_MONTH_DAY = re.compile(r"([^\W\d_]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4}|\d\d)(?!\d)")
_TIME = re.compile(r"(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:[.,]\d+)?秒?)?\s*([AaPp])?")
_ZONE = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{2}):?(\d{2})$")
_NAMED = re.compile(r"(?:\b|(?<=\d))([A-Z]{1,4})(?:\s*\([^)]*\))?$")
_YES = {"yes", "y", "true", "1", "subscribed", "ja", "oui", "sí", "si", "是"}
_NO = {"no", "n", "false", "0", "unsubscribed", "not_subscribed", "not subscribed", "nein", "non", "否"}
_SYMBOLS = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "￥": "CNY", "¥": "CNY", "A$": "AUD", "C$": "CAD", "AU$": "AUD",
    "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "RM": "MYR", "Rp": "IDR", "₱": "PHP",
    "฿": "THB", "₫": "VND", "₹": "INR", "R$": "BRL", "₩": "KRW", "zł": "PLN", "元": "CNY", "円": "JPY",
}  # fmt: skip
_AMOUNT = re.compile(
    r"\s*([^\d\s.,+()-]{0,4})\s*([+-]?)\s*([\d][\d.,' \u00a0\u202f\u2019]*|[.,]\d+)\s*(-?)\s*([^\d\s.,()-]{0,4})\s*"
)
_COUNTRY_SIGN = re.compile(r"\b(US|AU|CA|A|C|NZ|HK|S)\s+\$")
"""`US $12.90`, as eBay writes it."""


def text_of(cell: str) -> str:
    """A cell's text. What only keeps a spreadsheet from running the cell (`'`) or from counting it (`="…"`) is taken
    off."""
    text = cell.strip(" \u3000\u00a0")
    if found := _AS_TEXT.fullmatch(text):
        return found[1]
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def day_first(texts: Iterable[str]) -> bool:
    """Whether 11/02/2026 is in February: False once a date proves that the month stands first."""
    for text in texts:
        if found := _SLASHED.match(text.strip()):
            if int(found[1]) > 12:
                return True
            if int(found[2]) > 12:
                return False
    return True


def instant(text: str, days_first: bool, zone: tzinfo = UTC) -> Instant:
    """A date with or without a time; of `zone` where none stands behind it. Raises ValueError."""
    plain = clean_line(text)
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?", plain):
        return round(float(plain) * 1000)
    if re.fullmatch(r"\d{12,13}", plain):
        return int(plain)
    year, month, day, rest = _date(plain, days_first)
    hour, minute, second = _time(rest)
    shift = _shift(rest.strip())
    there = zone if shift is None else timezone(timedelta(milliseconds=shift))
    at = int(datetime(year, month, day, hour, minute, second, tzinfo=there).timestamp() * 1000)
    if not 0 <= at < NEVER:
        raise ValueError(f"not a date: {plain}")
    return at


def _shift(rest: str) -> int | None:
    """Milliseconds before UTC that the end of a time names, None where it names none."""
    if found := _ZONE.search(rest):
        shift = (int(found[2]) * 60 + int(found[3])) * 60_000
        return shift if found[1] == "+" else -shift
    if (named := _NAMED.search(rest)) and (named[1] == "Z" or named[1] in _ZONES):
        return _ZONES.get(named[1], 0) * 3_600_000
    return None


def _date(text: str, days_first: bool) -> tuple[int, int, int, str]:
    if m := _YEAR_FIRST.match(text):
        return int(m[1]), int(m[2]), int(m[3]), text[m.end() :]
    if m := _SLASHED.match(text):
        day, month = (m[1], m[2]) if days_first else (m[2], m[1])
        return _year(m[3]), int(month), int(day), text[m.end() :]
    if m := _DOTTED.match(text):
        return _year(m[3]), int(m[2]), int(m[1]), text[m.end() :]
    if (m := _DAY_MONTH.match(text)) and (named := _month(m[2])):
        return _year(m[3]), named, int(m[1]), text[m.end() :]
    if (m := _MONTH_DAY.match(text)) and (named := _month(m[1])):
        return _year(m[3]), named, int(m[2]), text[m.end() :]
    raise ValueError(f"not a date: {text}")


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(word: str) -> int:
    """1 to 12, 0 for a word that is no month."""
    name = word.casefold()
    return next((_MONTHS[name[:n]] for n in (5, 4, 3) if name[:n] in _MONTHS), 0)


def _time(text: str) -> tuple[int, int, int]:
    found = _TIME.search(text)
    if found is None:
        return 0, 0, 0
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, int(found[2]), int(found[3] or 0)


@lru_cache(8192)
def amount(text: str, currency: str) -> tuple[int, str]:
    """`(minor units, currency)`; the currency beside the number counts where none is named. Where neither names one, it
    is "" and the amount in hundredths. Below nothing: `-5`, `5-`, `(5)`. Raises ValueError."""
    plain = _COUNTRY_SIGN.sub(r"\1$", text.strip().replace("\u2212", "-"))
    below = plain.startswith("(") and plain.endswith(")")
    found = _AMOUNT.fullmatch(plain[1:-1] if below else plain)
    if found is None:
        raise ValueError(f"not an amount: {clean_line(text)}")
    before, sign, digits, after, behind = found.groups()
    if (sign == "-") + (after == "-") + below > 1:
        raise ValueError(f"not an amount: {clean_line(text)}")
    code = currency_of(currency) or currency_of(before) or currency_of(behind)
    if (before or behind) and not currency_of(before) and not currency_of(behind):
        raise ValueError(f"not an amount: {clean_line(text)}")
    minus = "-" if sign == "-" or after == "-" or below else ""
    money = Money.parse(minus + _decimal(digits, code), code or "XXX")
    return money.minor, code


def _decimal(digits: str, code: str) -> str:
    """`1.234,50` → `1234.50`. Three digits behind one sign are thousands, unless the currency counts in thousandths or
    nothing but 0 stands before."""
    plain = re.sub(r"[' \u00a0\u202f\u2019]", "", digits)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return plain
    sign, behind = plain[last], len(plain) - last - 1
    both = "." in plain and "," in plain
    three_places = exponent(code) == 3 or not plain[:last].strip("0")
    if not both and (plain.count(sign) > 1 or (behind == 3 and not three_places)):
        return _ungrouped(plain)
    fraction = plain[last + 1 :].rstrip("0") if behind > exponent(code) else plain[last + 1 :]
    return _ungrouped(plain[:last]) + (f".{fraction}" if fraction else "")


def _ungrouped(digits: str) -> str:
    """`1,234,567` → `1234567`, also as India groups it. Raises ValueError for groups that are none."""
    if re.fullmatch(r"\d*|\d{1,3}(?:([.,])\d{3}(?:\1\d{3})*|(?:,\d\d)*,\d{3})", digits):
        return re.sub(r"[.,]", "", digits)
    raise ValueError(f"not an amount: {digits}")


def currency_of(text: str) -> str:
    """`EUR`, `€` → EUR; "" for what names none."""
    plain = text.strip()
    if re.fullmatch(r"[A-Za-z]{3}", plain):
        return "CNY" if plain.upper() == "RMB" else plain.upper()
    return _SYMBOLS.get(plain, "")


def whole(text: str) -> int:
    """A number of things. Raises ValueError."""
    try:
        number = Decimal(text.strip().replace(",", ""))
    except ArithmeticError as exc:
        raise ValueError(f"not a number: {clean_line(text)}") from exc
    if not number.is_finite() or number != number.to_integral_value() or not 0 <= number < 10**9:
        raise ValueError(f"not a number: {clean_line(text)}")
    return int(number)


def number_of(text: str) -> str:
    """An order or parcel number. Raises ValueError for one that a spreadsheet has cut short (`1.23E+14`)."""
    plain = clean_line(text).removeprefix("#").strip()
    if _CUT.fullmatch(plain):
        raise ValueError(f"a spreadsheet has cut this number short: {plain}")
    return plain


def country(text: str) -> str:
    """Two letters for a code or a name that is known; "" for anything else."""
    plain = text.strip().upper()
    return plain if re.fullmatch("[A-Z]{2}", plain) and plain != "UK" else _countries().get(_country_name(text), "")


@cache
def _countries() -> dict[str, str]:
    raw = tomllib.loads(files("desk.sync").joinpath("data/countries.toml").read_text("utf-8"))
    return {_country_name(name): code for code, names in raw.items() for name in names}


def _country_name(text: str) -> str:
    return fold(text).replace(".", "")


def yes(text: str) -> bool | None:
    """Whether a cell says yes; None for one that says neither."""
    word = fold(text)
    return True if word in _YES else False if word in _NO else None
