"""Reading one JSON record of a platform: every getter checks what it takes and names what it could not use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, TypeVar

from connectors.contract import BadRecord, Record, SchemaSurprise
from store.values import NEVER, Instant, Money, exponent

Data = Mapping[str, Any]
T = TypeVar("T", bound=Record)


class Unreadable(ValueError):
    """A record, or a field of it, is not what the platform promises."""


def data(value: object, what: str = "record") -> Data:
    """A JSON object. Raises Unreadable."""
    if not isinstance(value, Mapping):
        raise Unreadable(f"{what} is no object")
    return value


def part(record: Data, key: str) -> Data:
    """An object inside; empty where there is none. Raises Unreadable."""
    value = record.get(key)
    return {} if value is None or value == "" else data(value, key)


def many(record: Data, key: str) -> list[Any]:
    """A list inside; empty where there is none. Raises Unreadable."""
    value = record.get(key)
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{key} is no list")
    return value


def text(record: Data, key: str, default: str = "") -> str:
    """A text; numbers are taken as they are written. Raises Unreadable."""
    value = record.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unreadable(f"{key} is no text")
    return str(value)


def ident(record: Data, key: str) -> str:
    """A name that must be there. Raises Unreadable."""
    value = text(record, key).strip()
    if not value or len(value) > 200:
        raise Unreadable(f"{key} is missing")
    return value


def whole(record: Data, key: str, default: int | None = None) -> int:
    """A whole number, also as a text of digits. Raises Unreadable."""
    value = record.get(key)
    if (value is None or value == "") and default is not None:
        return default
    if isinstance(value, str) and value.strip().isdecimal() and value.isascii() and len(value) < 30:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"{key} is no whole number")
    return value


def seconds(record: Data, key: str) -> Instant:
    """A time in seconds since 1970. Raises Unreadable."""
    value = whole(record, key) * 1000
    if not 0 < value < NEVER:
        raise Unreadable(f"{key} is no time")
    return value


def maybe_seconds(record: Data, key: str) -> Instant | None:
    """As `seconds`; None where there is none (absent, empty or 0)."""
    return seconds(record, key) if record.get(key) not in (None, "", 0, "0") else None


def moment(record: Data, key: str, *, zone: timezone | None = None) -> Instant:
    """A time as ISO 8601 writes it. One without a zone is taken for one of `zone`; without that it is none. Raises
    Unreadable."""
    try:
        at = datetime.fromisoformat(ident(record, key))
    except ValueError as exc:
        raise Unreadable(f"{key} is no time") from exc
    if at.tzinfo is None and zone is None:
        raise Unreadable(f"{key} has no zone")
    return round((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


def iso(at: Instant) -> str:
    """2026-01-01T00:00:00Z, the second begun."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def money(record: Data, key: str, currency: str) -> Money:
    """An amount. Platforms count in binary fractions, so it is rounded to what the currency knows. Raises Unreadable."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unreadable(f"{key} is no amount")
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else value)
        step = Decimal(1).scaleb(-exponent(currency.strip().upper()))
        return Money.parse(str(amount.quantize(step, rounding=ROUND_HALF_EVEN)), currency)
    except (ValueError, ArithmeticError) as exc:
        raise Unreadable(f"{key} is no amount") from exc


def decimal(amount: Money) -> str:
    """An amount as most platforms write it: "12.90"."""
    places = exponent(amount.currency)
    return f"{Decimal(amount.minor).scaleb(-places):.{places}f}"


def unmasked(value: str) -> str:
    """A name, or "" where the platform hides it behind stars."""
    return "" if "***" in value else value.strip()


def each(records: Iterable[object], read: Callable[[Data], T], name: Callable[[Data], str]) -> list[Record]:
    """Every record read; one that cannot be is a BadRecord under its `name` with its raw JSON."""
    out: list[Record] = []
    for record in records:
        try:
            out.append(read(data(record)))
        except (Unreadable, SchemaSurprise) as exc:
            out.append(bad(record, name, str(exc)))
    return out


def bad(record: object, name: Callable[[Data], str], reason: str) -> BadRecord:
    """A record for the quarantine."""
    ref = ""
    if isinstance(record, Mapping):
        try:
            ref = name(record)
        except Unreadable:
            ref = ""
    return BadRecord(ref or "unnamed", as_bytes(record), reason)


def as_bytes(value: object) -> bytes:
    """JSON as it may be kept or sent; Decimals stay the numbers they were."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain).encode("utf-8", "replace")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)
