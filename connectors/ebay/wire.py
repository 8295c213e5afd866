"""Small readings of eBay's JSON. All raise ValueError (or KeyError, TypeError) where a value is not what it must be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.contract import SchemaSurprise
from connectors.fields import decimal
from store.values import Instant, Money

Json = Mapping[str, Any]


def iso(at: Instant) -> str:
    """2026-01-01T00:00:00.000Z"""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def instant(value: object) -> Instant:
    """A time as text, or as Post-Order wraps it: `{"value": …}`."""
    if isinstance(value, Mapping):
        value = value["value"]
    if not isinstance(value, str):
        raise ValueError(f"not a time: {value!r}")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"a time without its zone: {value}")
    return round(moment.timestamp() * 1000)


def maybe(value: object) -> Instant | None:
    """A time that may be missing."""
    return instant(value) if value not in (None, "", {}) else None


def money(value: object) -> Money:
    """`{"value": "12.90", "currency": "EUR"}`; the value may be a number (Post-Order)."""
    if not isinstance(value, Mapping):
        raise ValueError(f"not an amount: {value!r}")
    if isinstance(value["value"], bool) or not isinstance(value["value"], str | int | Decimal):
        raise ValueError(f"not an amount: {value['value']!r}")
    return Money.parse(str(value["value"]), str(value["currency"]))


def amount(value: Money) -> dict[str, str]:
    return {"value": decimal(value), "currency": value.currency}


def word(value: object) -> str:
    """A text or a number as text; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"not a text: {value!r}")
    return str(value)


def needed(value: object) -> str:
    """A text that must be there."""
    if not (text := word(value)):
        raise ValueError("an id is missing")
    return text


def part(value: object, *path: str) -> Json:
    """What is found down a path of names; {} where it ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Any]:
    """A list; [] where there is none."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("not a list")
    return value


def body(value: object) -> Json:
    """An answer's JSON. Raises SchemaSurprise unless it is an object."""
    if not isinstance(value, Mapping):
        raise SchemaSurprise("eBay answered in no known way.")
    return value
