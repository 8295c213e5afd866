"""What the header of a .csv file means: the profile it is, and the fields of each column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from desk.sync.importing_csv_profiles import PRODUCTS, Profile, plain, profiles
from store.values import clean_line

SPEC = "spec:"
"""Before the name of a fact of a product."""
PLUS, MINUS, SAME = "+", "-", "="
_CURRENCY = re.compile(r"(.*\S)\s*[(\[]([A-Z]{3})[)\]]")
_FREE_SPEC = re.compile(r"(?:spec|specs|attribute|规格|規格)\s*[:：]\s*(\S.*)", re.I)


class Columns(NamedTuple):
    """What a header means. `fields` are those of each column, () for one nobody knows."""

    profile: Profile
    fields: tuple[tuple[str, ...], ...]
    unknown: tuple[str, ...]
    """Names of the columns that are left aside."""
    header: tuple[str, ...] = ()
    currency: str = ""
    """Of the amounts, where a column's name or the profile tells it: "Total (EUR)"."""

    @property
    def kind(self) -> str:
        return self.profile.kind

    @property
    def understood(self) -> dict[str, str]:
        """Column → what it is, in the words of docs/csv.md."""
        pairs = zip(self.header, self.fields, strict=True)
        return {name: ", ".join(_said(f) for f in fields) for name, fields in pairs if fields}


def _said(field: str) -> str:
    return {PLUS: "total +", MINUS: "total −", SAME: "same"}.get(field[0], field)


def understood(header: Sequence[str], wanted: Profile | None = None) -> Columns | None:
    """What a header means; None where it makes no table of any kind. `wanted` is what a person says it is. Of two columns for
    one field the first counts."""
    names = [_stem(name) for name in header]
    if wanted is not None:
        return _columns(wanted, header, names)
    here = {plain(name) for name in names}
    known = [p for p in profiles() if p.required and all(group & here for group in p.required)]
    if known:
        best = max(known, key=lambda p: sum(bool(f) for f in _fields(p, names)))
        return _columns(best, header, names)
    for one in profiles():
        if one.needs and all(group & {f for fields in _fields(one, names) for f in fields} for group in one.needs):
            return _columns(one, header, names)
    return None


def _stem(name: str) -> str:
    found = _CURRENCY.fullmatch(name.strip())
    return found[1] if found else name


def _columns(profile: Profile, header: Sequence[str], names: Sequence[str]) -> Columns:
    fields = _fields(profile, names)
    unknown = tuple(clean_line(n) for n, found in zip(header, fields, strict=True) if not found and n.strip())
    said = [f[2] for n, found in zip(header, fields, strict=True) if found and (f := _CURRENCY.fullmatch(n.strip()))]
    return Columns(profile, fields, unknown, tuple(clean_line(n) for n in header), said[0] if said else profile.currency)


def _fields(profile: Profile, header: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Where a field has several columns, the one that a platform's profile names first counts, else the first in the file."""
    names = [plain(name) for name in header]
    found: list[list[str]] = [[] for _ in names]
    for field, columns in profile.fields.items():
        places = [names.index(c) for c in columns if c in names]
        if not profile.required:
            places = sorted(p for p in places if not found[p])  # in a table of any kind a name means one thing only
        if places:
            found[places[0]].append(field)
    if profile.same in names:
        found[names.index(profile.same)].append(SAME)
    for place, name in enumerate(names):
        if name in profile.plus:
            found[place].append(f"{PLUS}{place}")
        if name in profile.minus:
            found[place].append(f"{MINUS}{place}")
    if profile.kind == PRODUCTS:
        _specs(profile, header, names, found)
    return tuple(tuple(f) for f in found)


def _specs(profile: Profile, header: Sequence[str], names: Sequence[str], found: list[list[str]]) -> None:
    for said, columns in profile.specs.items():
        for number, column in enumerate(columns):
            if column in names:
                part = f"{SPEC}{said}" if len(columns) == 1 else f"{SPEC}{said}/{'name' if number == 0 else 'value'}"
                found[names.index(column)].append(part)
    for place, name in enumerate(header):
        if not found[place] and (free := _FREE_SPEC.fullmatch(name.strip())):
            found[place].append(f"{SPEC}{clean_line(free[1])}")


def known(header: Sequence[str]) -> int:
    """How many of the names mean something in the profile that knows most of them."""
    names = [_stem(name) for name in header]
    return max(sum(bool(f) for f in _fields(p, names)) for p in profiles())
