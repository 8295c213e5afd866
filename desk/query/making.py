"""How rooms make fields: what a value may look like is here, what it is compared with comes from the room.

NAMES.add(percents("refund_rate", N_("share of orders refunded"), on(Column("t.refund_rate"))))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from desk.query import units
from desk.query.faults import bad, unknown
from desk.query.names import Context, Field, Named, State, Words, no_words
from desk.query.tree import One, Value
from store import filter as f
from store.errors import N_
from store.filter import Column, Condition, Linked
from store.related import ranged
from store.values import fold

NONE = "none"

_UNKNOWN = N_("Column {column}: {name}: does not know {item}.")
_ONE_VALUE = N_("Column {column}: {name}: takes a word, not a range.")
_EMPTY = N_("Column {column}: {item} holds no letter or digit.")


class Ranged(Protocol):
    """The condition that something lies from `low` to `high`, both included; None leaves a side open."""

    def __call__(self, low: int | None, high: int | None) -> Condition: ...


class Related(Protocol):
    """The condition that a related row fulfils a test, as `store.related` has them."""

    def __call__(self, where: str, params: tuple[object, ...], /) -> Linked: ...


def on(column: Column) -> Ranged:
    """A column of the ticket."""

    def compare(low: int | None, high: int | None) -> Condition:
        return f.Is(column, (low,)) if low == high and low is not None else f.Between(column, low, high)

    return compare


def among(related: Related, expression: str) -> Ranged:
    """A column of a related row."""
    return lambda low, high: related(*ranged(expression, low, high))


def one(name: str, value: Value) -> One:
    """`value`, which has to be a single one."""
    if isinstance(value, One):
        return value
    raise bad(_ONE_VALUE, value.span[0], name, name=name)


def look_up(name: str, value: Value, words: Mapping[str, object]) -> object:
    """What `words` (by folded word) has for a single value; `-` and space count as `_`. Raises Invalid if nothing."""
    text = one(name, value).text
    key = fold(text)
    for spelling in (key, key.replace("-", "_").replace(" ", "_")):
        if spelling in words:
            return words[spelling]
    raise unknown(_UNKNOWN, value.span[0], text, words, name=name)


def is_none(value: Value) -> bool:
    """Whether it is the word `none`."""
    return isinstance(value, One) and fold(value.text) == NONE and not value.prefix


def choice(
    name: str, help: str, column: Column, words: Iterable[str], *, optional: bool = False, room: str = "ticket"
) -> Field:
    """A field with a closed list of words, stored as they are; an optional one also takes `none`."""
    known: dict[str, object] = {w: w for w in words}
    if optional:
        known[NONE] = None

    def compile(value: Value, context: Context) -> Condition:
        found = look_up(name, value, known)
        return f.Not(f.Has(column)) if found is None else f.Is(column, (found,))

    return Field(name, "word", help, compile, lambda context: known, room)


def state_of(
    name: str, help: str, related: Related, column: str, words: Iterable[str], *, any: str = "1", room: str = "work"
) -> Field:
    """A closed list of words in a column of a related row, `none` where there is no such row."""
    known: dict[str, object] = {**{w: w for w in words}, NONE: None}

    def compile(value: Value, context: Context) -> Condition:
        found = look_up(name, value, known)
        return f.Not(related(any, ())) if found is None else related(f"{column} = ?", (found,))

    return Field(name, "word", help, compile, lambda context: known, room)


def named_by(
    name: str, help: str, related: Related, expression: str, words: Words = no_words, *, filled: str = "",
    any: str = "1", upper: bool = False, room: str = "order",
) -> Field:  # fmt: skip
    """A word the desk's data holds, in a column of a related row; `*` finds beginnings, `none` where no row has one.
    `expression` compares in small letters, or `upper` in capitals; `filled` is the test that such a row has a word."""
    fill = filled or f"{expression} > ''"

    def compile(value: Value, context: Context) -> Condition:
        if is_none(value):
            return f.Not(related(f"{fill} AND {any}", ()))
        word = one(name, value)
        text = word.text.strip().upper() if upper else fold(word.text)
        if not any_letter(text):
            raise bad(_EMPTY, value.span[0], word.text)
        test, params = f.within(expression, text, word.prefix)
        return related(f"{filled} AND {test}" if filled else test, params)

    return Field(name, "word", help, compile, words, room)


def any_letter(text: str) -> bool:
    return any(map(str.isalnum, text))


def moments(name: str, help: str, compare: Ranged, room: str = "time") -> Field:
    """A field of instants."""

    def compile(value: Value, context: Context) -> Condition:
        return compare(*units.instants(value, context.now, context.zone))

    return Field(name, "instant", help, compile,
                 lambda context: ("today", "yesterday", "-7d..", "..2h", *units.SPOKEN_DATES), room)  # fmt: skip


def ages(name: str, help: str, compare: Ranged, room: str = "time") -> Field:
    """How long ago an instant was: `waiting:4h..` is four hours or more."""

    def compile(value: Value, context: Context) -> Condition:
        shortest, longest = units.durations(value)
        since = context.now - longest if longest is not None else None
        return compare(since, context.now - shortest if shortest is not None else None)

    return Field(name, "duration", help, compile, lambda context: ("2h..", "1d..", "..30m"), room)


def lengths(name: str, help: str, compare: Ranged, room: str = "time") -> Field:
    """Durations as they are stored, in milliseconds."""
    return Field(name, "duration", help, lambda value, context: compare(*units.durations(value)), room=room)


def whole(name: str, help: str, compare: Ranged, room: str = "ticket") -> Field:
    """A field of whole numbers."""
    return Field(name, "number", help, lambda value, context: compare(*units.numbers(value)), room=room)


def decimals(name: str, help: str, compare: Ranged, room: str = "ticket") -> Field:
    """A field of numbers, stored as thousandths."""
    return Field(name, "decimal", help, lambda value, context: compare(*units.decimals(value)), room=room)


def percents(name: str, help: str, compare: Ranged, room: str = "ticket") -> Field:
    """A field of shares, stored as hundredths of a percent."""
    return Field(name, "percent", help, lambda value, context: compare(*units.percentages(value)), room=room)


def amounts(
    name: str, help: str, compare: Callable[[str, int | None, int | None], Condition], room: str = "order"
) -> Field:
    """A field of money: `compare` gets the currency and both ends in its minor unit."""

    def compile(value: Value, context: Context) -> Condition:
        currency, (low, high) = units.money(value)
        return compare(currency, low, high)

    return Field(name, "money", help, compile, room=room)


def named_states(name: str, help: str, of: Callable[[Context], Mapping[str, Named]], offered: Words) -> Field:
    """`is:` and `has:`, whose words are entries of the register."""

    def compile(value: Value, context: Context) -> Condition:
        early = context.names.state(value.text) if name == "is" and isinstance(value, One) else None
        found = early or look_up(name, value, of(context))
        assert isinstance(found, Named)
        return found.compile(context)

    return Field(name, "word", help, compile, offered)


def always(condition: Condition) -> State:
    """A state that is the same whoever asks, and when."""
    return lambda context: condition


def me(context: Context) -> str:
    """The agent who asks. Raises Invalid where nobody does."""
    if context.me is None:
        raise bad(N_("Nobody asks here, so there is no {item}."), 0, "me", N_("Name the agent: assignee:ana."))
    return context.me


def agent(name: str, value: Value, context: Context) -> str:
    """The id of the agent a value names: `me`, an id or a name."""
    if isinstance(value, One) and fold(value.text) == "me":
        return me(context)
    people: dict[str, object] = {fold(called): id for id, called in context.agents.items()}
    people |= {fold(id): id for id in context.agents}
    return str(look_up(name, value, people))
