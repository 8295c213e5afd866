"""The register of what can be asked. Rooms add fields, `is:` states and `has:` things; a desk adds its custom fields.

A field turns one value into a condition; several values of one term are joined by OR by the compiler. Most are made by
`desk.query.making`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from importlib import import_module
from typing import NamedTuple, TypeVar

from desk.query.tree import Value
from store.filter import Condition
from store.values import Instant

KINDS = ("word", "text", "instant", "duration", "number", "decimal", "money", "percent")
"""What the values of a field are; the form and the completion go by it."""


Compile = Callable[[Value, "Context"], Condition]
State = Callable[["Context"], Condition]
Words = Callable[["Context"], Iterable[str]]


def no_words(context: Context) -> Iterable[str]:
    """For fields whose values cannot be listed."""
    return ()


def nothing_known(what: str) -> Iterable[str]:
    """Where there is no desk to look at."""
    return ()


class Field(NamedTuple):
    """`help` is a message id; `words` are the values completion offers."""

    name: str
    kind: str
    help: str
    compile: Compile
    words: Words = no_words
    room: str = "ticket"
    """Where a form lists it: ticket, time, people, order, parcel, message, work or own (the team's own field)."""


class Named(NamedTuple):
    """A state behind `is:` or a thing behind `has:`."""

    name: str
    help: str
    compile: State


class Registry:
    """Fields, states and things by folded name. `spoken` maps other names of fields and states (`is:waiting` is
    `is:unanswered`), which are understood and never offered.

    What the first list asks for is here from the start; `rest` adds everything else when somebody asks for more.
    """

    def __init__(self, rest: Callable[[Registry], None] | None = None) -> None:
        self._rest = rest
        self._later: list[str] = []
        self._spoken: dict[str, str] = {}
        self._fields: dict[str, Field] = {}
        self._states: dict[str, Named] = {}
        self._things: dict[str, Named] = {}

    def add(self, entry: Field) -> None:
        """Adds a field. A name that is taken is a mistake of the caller: raises ValueError."""
        if entry.kind not in KINDS:
            raise ValueError(f"unknown kind {entry.kind!r}")
        _put(self._fields, entry)

    def add_state(self, name: str, help: str, compile: State) -> None:
        """Adds `is:name`."""
        _put(self._states, Named(name, help, compile))

    def add_thing(self, name: str, help: str, compile: State) -> None:
        """Adds `has:name`."""
        _put(self._things, Named(name, help, compile))

    def add_alias(self, other: str, name: str) -> None:
        """Makes `other` another name of a field (`sender` of `from`) or of a state (`is:waiting` of `is:unanswered`)."""
        self._spoken[other] = name

    def add_later(self, *modules: str) -> None:
        """Modules that add their own when they are imported, which is when somebody asks for more."""
        self._later += modules

    def whole(self) -> Registry:
        """Itself with everything in it."""
        rest, self._rest = self._rest, None
        if rest is not None:
            rest(self)
        while self._later:
            import_module(self._later.pop(0))
        return self

    @property
    def size(self) -> int:
        """How much is here, or named to come."""
        return len(self._fields) + len(self._later)

    @property
    def spoken(self) -> Mapping[str, str]:
        return self.whole()._spoken

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.whole()._fields

    @property
    def states(self) -> Mapping[str, Named]:
        return self.whole()._states

    @property
    def things(self) -> Mapping[str, Named]:
        return self.whole()._things

    def field(self, name: str) -> Field | None:
        """A field by its name or another one of it."""
        return self._field(name) or self.whole()._field(name)

    def _field(self, name: str) -> Field | None:
        return self._fields.get(name) or self._fields.get(self._spoken.get(name, ""))

    def state(self, word: str) -> Named | None:
        """A state by its exact name, if it is one that is here from the start."""
        return self._states.get(word)

    def all_states(self) -> Mapping[str, Named]:
        """The states with their other names."""
        states = self.states
        others = {other[3:]: states[name] for other, name in self._spoken.items() if other.startswith("is:")}
        return {**states, **others}

    def extended(self, fields: Iterable[Field], things: Iterable[Named] = ()) -> Registry:
        """A copy with `fields` and `things` on top, for what one desk has of its own."""

        def more(copy: Registry) -> None:
            for entry in fields:
                copy.add(entry)
            for thing in things:
                _put(copy._things, thing)

        return self.behind(more).whole()

    def behind(self, more: Callable[[Registry], None]) -> Registry:
        """A copy that holds what is here now, and gets the rest, then what `more` adds, when somebody asks."""

        def rest(copy: Registry) -> None:
            copy.take_over(self.whole())
            more(copy)

        copy = Registry(rest)
        copy.take_over(self)
        return copy

    def take_over(self, other: Registry) -> None:
        """Adds what is in `other` by now."""
        self._spoken.update(other._spoken)
        self._fields.update(other._fields)
        self._states.update(other._states)
        self._things.update(other._things)


_Entry = TypeVar("_Entry", Field, Named)


def _put(into: dict[str, _Entry], entry: _Entry) -> None:
    if entry.name in into:
        raise ValueError(f"{entry.name} is taken")
    into[entry.name] = entry


NAMES = Registry()
"""What every desk knows."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a query is evaluated against, fixed for one evaluation. `agents` are id → name, `channels` name → id;
    `groups` id → name; `me` is the agent who asks (None for a rule). `known` reads what the desk has of something
    (tags, languages, countries …; see `store.sql.known`) for completion; it is asked when somebody types."""

    now: Instant
    zone: tzinfo = UTC
    me: str | None = None
    agents: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    known: Callable[[str], Iterable[str]] = nothing_known
    names: Registry = NAMES
