"""Profiles of .csv files: which report of which platform a header is, and what its columns are. They are data, in
`data/csv/`: a file per platform and one for tables of any other kind.

A profile has `fields` (field → names its column may have). A platform's report is known by `headers` (names that must all be
there) or `any` (of each list one); other tables by `needs` (of each list one field). `plus` and `minus` are columns whose sum
is an order's total; `specs` columns that become facts of a product, in pairs where one column names what the other tells;
`same` is a column whose empty rows repeat the row before; `ends` begins rows that are no records; `only` are values a column
must have in rows that are; `once` are columns that a row before tells for those behind it; `open` are the states in which a
return still waits for somebody; `case` is what its rows are, where they are no returns; `currency` counts where no cell names
one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from store.values import fold

MESSAGES, ORDERS, CUSTOMERS, PRODUCTS, RETURNS, REVIEWS = "messages", "orders", "customers", "products", "returns", "reviews"
KINDS = (PRODUCTS, CUSTOMERS, ORDERS, RETURNS, REVIEWS, MESSAGES)
"""In the order they come in, so that each finds what it is about."""
PLATFORMS = ("amazon", "ebay", "shopify", "shopee", "walmart", "tiktok", "woocommerce")
GENERIC = "generic"

_NOISE = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class Profile:
    """See the module. Names of columns are `plain`; `told` are those of `fields` as the file writes them."""

    id: str
    name: str
    kind: str
    platform: str
    fields: Mapping[str, tuple[str, ...]]
    told: Mapping[str, tuple[str, ...]]
    required: tuple[frozenset[str], ...] = ()
    """Of each set, one column must be there."""
    needs: tuple[frozenset[str], ...] = ()
    """Of each set, one field must be there."""
    plus: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()
    specs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same: str = ""
    ends: tuple[str, ...] = ()
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    once: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    case: str = ""
    currency: str = ""


def plain(name: str) -> str:
    """A column's name as it is compared: "Order Number", order_number and ORDER-NUMBER are one name."""
    return _NOISE.sub("", fold(name))


def profile(ident: str) -> Profile | None:
    """By its id."""
    return next((p for p in profiles() if p.id == ident), None)


@cache
def profiles() -> tuple[Profile, ...]:
    """All there are, those of platforms first."""
    return tuple(p for name in (*PLATFORMS, GENERIC) for p in _read(name))


def _read(name: str) -> list[Profile]:
    raw = tomllib.loads(files("desk.sync").joinpath(f"data/csv/{name}.toml").read_text("utf-8"))
    return [_profile(one, raw.get("platform", "")) for one in raw["profile"]]


def _profile(raw: Mapping[str, Any], platform: str) -> Profile:
    told = {name: tuple(names) for name, names in raw["fields"].items()}
    required = [[name] for name in raw.get("headers", ())] or raw.get("any", ())
    return Profile(
        id=raw["id"], name=raw["name"], kind=raw["kind"], platform=platform, told=told,
        fields={name: _plain(names) for name, names in told.items()},
        required=tuple(frozenset(_plain(names)) for names in required),
        needs=tuple(frozenset(names) for names in raw.get("needs", ())),
        plus=frozenset(_plain(raw.get("plus", ()))), minus=frozenset(_plain(raw.get("minus", ()))),
        specs={said: _plain([c] if isinstance(c, str) else c) for said, c in raw.get("specs", {}).items()},
        same=plain(raw.get("same", "")), ends=tuple(raw.get("ends", ())),
        only={plain(name): frozenset(map(fold, values)) for name, values in raw.get("only", {}).items()},
        once=frozenset(_plain(raw.get("once", ()))), case=raw.get("case", ""),
        open=frozenset(fold(state) for state in raw.get("open", ())), currency=raw.get("currency", ""),
    )  # fmt: skip


def _plain(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(plain(name) for name in names)
