"""The register of what can be asked. Rooms add fields, `is:` states and `has:` things; a desk adds its custom fields.

A field turns one value into a condition; several values of one term are joined by OR by the compiler. Most are made by
`desk.query.making`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
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
    `is:unanswered`), which are understood and never offered."""

    def __init__(self) -> None:
        self.spoken: dict[str, str] = {}
        self.fields: dict[str, Field] = {}
        self.states: dict[str, Named] = {}
        self.things: dict[str, Named] = {}

    def add(self, entry: Field) -> None:
        """Adds a field. A name that is taken is a mistake of the caller: raises ValueError."""
        if entry.kind not in KINDS:
            raise ValueError(f"unknown kind {entry.kind!r}")
        _put(self.fields, entry)

    def add_state(self, name: str, help: str, compile: State) -> None:
        """Adds `is:name`."""
        _put(self.states, Named(name, help, compile))

    def add_thing(self, name: str, help: str, compile: State) -> None:
        """Adds `has:name`."""
        _put(self.things, Named(name, help, compile))

    def add_alias(self, other: str, name: str) -> None:
        """Makes `other` another name of a field (`sender` of `from`) or of a state (`is:waiting` of `is:unanswered`)."""
        self.spoken[other] = name

    def field(self, name: str) -> Field | None:
        return self.fields.get(name) or self.fields.get(self.spoken.get(name, ""))

    def all_states(self) -> Mapping[str, Named]:
        """The states with their other names."""
        others = {other[3:]: self.states[name] for other, name in self.spoken.items() if other.startswith("is:")}
        return {**self.states, **others}

    def extended(self, fields: Iterable[Field], things: Iterable[Named] = ()) -> Registry:
        """A copy with `fields` and `things` on top, for what one desk has of its own."""
        copy = Registry()
        copy.spoken.update(self.spoken)
        copy.fields.update(self.fields)
        copy.states.update(self.states)
        copy.things.update(self.things)
        for entry in fields:
            copy.add(entry)
        for thing in things:
            _put(copy.things, thing)
        return copy


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
