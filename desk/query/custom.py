"""The fields a desk has of its own, as fields of the language.

A value stands in `field_value`: `word` folded for words and texts, `number` for everything that is counted, in the
units of `desk.query.units` (minor units of `unit`, milliseconds, thousandths, hundredths of a percent, instants, 0 and
1). `desk.fields` reads what is stored by the same functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from desk.query import units
from desk.query.faults import bad, unknown
from desk.query.making import NONE, always, any_letter, is_none, one
from desk.query.names import NAMES, Compile, Context, Field, Registry, State
from desk.query.tree import Value
from store import filter as f
from store.errors import N_
from store.filter import Condition
from store.related import ranged, valued
from store.values import fold

YES, NO = ("yes", "true", "1", "y", "是"), ("no", "false", "0", "n", "否")
PREFIX = "field."
"""Before the name of a field that the program has, too: `field.order`."""

CustomRow = tuple[str, str, str, str]
"""id, name, kind, options (a JSON list of words) of a `custom_field`."""


def field_of(row: CustomRow, name: str = "") -> Field:
    """The field of the language; `name` where it differs from the id."""
    ident, shown, kind, options = row
    words = tuple(map(str, json.loads(options)))
    said = name or ident
    offered = (*words, NONE) if kind == "word" else ("yes", "no", NONE) if kind == "bool" else (NONE,)
    compile = _compile(ident, said, kind, words)
    return Field(said, "word" if kind == "bool" else kind, shown, compile, lambda context: offered, "own")


@lru_cache(maxsize=8)
def registry(rows: tuple[CustomRow, ...], base: Registry = NAMES, revision: int = 0) -> Registry:
    """`base` with the desk's own fields, each with its `has:`; made once for what the desk has now. A name the program
    uses for something else is asked for as `field.NAME`. `revision` is how much `base` holds."""

    def own(names: Registry) -> None:
        for row in rows:
            ident = row[0]
            name = ident if base.field(ident) is None and ident not in ("not", "sort") else PREFIX + ident
            names.add(field_of(row, name))
            if name not in base.things:
                names.add_thing(name, row[1], _has(ident))

    return base.behind(own)


def names_with(rows: Iterable[CustomRow], base: Registry = NAMES) -> Registry:
    """The register of a desk with these fields of its own; `base` itself where it has none."""
    own = tuple(rows)
    return registry(own, base, base.size) if own else base


def _has(ident: str) -> State:
    return always(valued(ident))


def _compile(ident: str, name: str, kind: str, options: tuple[str, ...]) -> Compile:
    def compare(value: Value, context: Context) -> Condition:
        if is_none(value):
            return f.Not(valued(ident))
        match kind:
            case "word":
                return valued(ident, "v.word = ?", (_option(name, value, options),))
            case "bool":
                return valued(ident, "v.number = ?", (_yes(name, value),))
            case "text":
                return _text(ident, name, value)
            case "money":
                currency, (low, high) = units.money(value)
                test, params = ranged("v.number", low, high)
                return valued(ident, f"{test} AND v.unit = ?", (*params, currency))
        return valued(ident, *ranged("v.number", *_bounds(kind, value, context)))

    return compare


def _bounds(kind: str, value: Value, context: Context) -> units.Bounds:
    match kind:
        case "instant":
            return units.instants(value, context.now, context.zone)
        case "duration":
            return units.durations(value)
        case "percent":
            return units.percentages(value)
        case "decimal":
            return units.decimals(value)
    return units.numbers(value)


def _text(ident: str, name: str, value: Value) -> Condition:
    """The whole text, or with `*` its beginning."""
    word = one(name, value)
    key = fold(word.text)
    if not any_letter(key):
        raise bad(N_("Column {column}: {item} holds no letter or digit."), value.span[0], word.text)
    test, params = f.within("v.word", key, word.prefix)
    return valued(ident, test, params)


def _option(name: str, value: Value, options: Sequence[str]) -> str:
    """The folded word; a field without options takes any."""
    key = fold(one(name, value).text)
    if options and key not in map(fold, options):
        raise unknown(N_("Column {column}: {name}: does not know {item}."), value.span[0], key, options, name=name)
    return key


def _yes(name: str, value: Value) -> int:
    key = fold(one(name, value).text)
    if key not in (*YES, *NO):
        raise unknown(
            N_("Column {column}: {name}: does not know {item}."), value.span[0], key, ("yes", "no"), name=name
        )
    return int(key in YES)
