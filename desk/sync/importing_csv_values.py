"""Cells of a .csv file as values: instants, amounts, countries. What cannot be read raises ValueError with why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from store.values import NEVER, Instant, Money, clean_line

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AS_TEXT = re.compile(r'="([^"=]*)"')
_CUT = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?[ -]([A-Za-z]{3})[a-z]*\.?,?[ -](\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_TIME = re.compile(r"(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:[.,]\d+)?秒?)?\s*([AaPp])?")
_ZONE = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{2}):?(\d{2})$")
_SYMBOLS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "￥": "CNY", "¥": "CNY", "A$": "AUD", "C$": "CAD",
            "₹": "INR", "R$": "BRL", "₩": "KRW", "zł": "PLN", "元": "CNY", "円": "JPY"}  # fmt: skip
_AMOUNT = re.compile(r"\s*([^\d\s.,+-]{0,4})\s*([+-]?)\s*([\d][\d.,' \u00a0\u202f]*|[.,]\d+)\s*([^\d\s.,]{0,4})\s*")


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


def instant(text: str, days_first: bool) -> Instant:
    """A date with or without a time; UTC where no zone stands behind it. Raises ValueError."""
    plain = clean_line(text)
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?", plain):
        return round(float(plain) * 1000)
    if re.fullmatch(r"\d{12,13}", plain):
        return int(plain)
    year, month, day, rest = _date(plain, days_first)
    hour, minute, second = _time(rest)
    at = int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp() * 1000)
    if zone := _ZONE.search(rest.strip()):
        shift = (int(zone[2]) * 60 + int(zone[3])) * 60_000
        at += -shift if zone[1] == "+" else shift
    if not 0 <= at < NEVER:
        raise ValueError(f"not a date: {plain}")
    return at


def _date(text: str, days_first: bool) -> tuple[int, int, int, str]:
    if m := _YEAR_FIRST.match(text):
        return int(m[1]), int(m[2]), int(m[3]), text[m.end() :]
    if m := _SLASHED.match(text):
        day, month = (m[1], m[2]) if days_first else (m[2], m[1])
        return int(m[3]), int(month), int(day), text[m.end() :]
    if m := _DOTTED.match(text):
        return int(m[3]), int(m[2]), int(m[1]), text[m.end() :]
    if (m := _DAY_MONTH.match(text)) and m[2].lower() in _MONTHS:
        return int(m[3]), _MONTHS[m[2].lower()], int(m[1]), text[m.end() :]
    if (m := _MONTH_DAY.match(text)) and m[1].lower() in _MONTHS:
        return int(m[3]), _MONTHS[m[1].lower()], int(m[2]), text[m.end() :]
    raise ValueError(f"not a date: {text}")


def _time(text: str) -> tuple[int, int, int]:
    found = _TIME.search(text)
    if found is None:
        return 0, 0, 0
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, int(found[2]), int(found[3] or 0)


def amount(text: str, currency: str) -> tuple[int, str]:
    """`(minor units, currency)`; the currency beside the number counts where none is named. Where neither names one, it
    is "" and the amount in hundredths. Raises ValueError."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"not an amount: {clean_line(text)}")
    before, sign, digits, behind = found.groups()
    code = currency_of(currency) or currency_of(before) or currency_of(behind)
    if (before or behind) and not currency_of(before) and not currency_of(behind):
        raise ValueError(f"not an amount: {clean_line(text)}")
    money = Money.parse(sign + _decimal(digits, code), code or "XXX")
    return money.minor, code


def _decimal(digits: str, code: str) -> str:
    """`1.234,50` → `1234.50`."""
    plain = re.sub(r"[' \u00a0\u202f]", "", digits)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return plain
    sign, behind = plain[last], len(plain) - last - 1
    both = "." in plain and "," in plain
    three_places = code in ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
    if not both and (plain.count(sign) > 1 or (behind == 3 and not three_places)):
        return re.sub(r"[.,]", "", plain)
    fraction = plain[last + 1 :].rstrip("0") if behind > 2 and not three_places else plain[last + 1 :]
    return re.sub(r"[.,]", "", plain[:last]) + (f".{fraction}" if fraction else "")


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
    """Two letters, "" for anything else: names of countries are not guessed."""
    plain = text.strip().upper()
    return plain if re.fullmatch("[A-Z]{2}", plain) else ""
