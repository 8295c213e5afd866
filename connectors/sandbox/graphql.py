"""As much of GraphQL as a stand-in needs: a document read, its cost, and an answer of exactly the fields asked for.

Fragments by name, lists and objects written into the document, and introspection are not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[{}()\[\]:!=$@]|[^\s,{}()\[\]:!=$@"]+')


class Malformed(ValueError):
    """What was sent is no such document, or asks for what there is not."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A `$name` in the place of a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is "..." for an inline fragment, whose type is then `on`."""

    name: str
    args: Mapping[str, Any]
    directives: Mapping[str, Mapping[str, Any]]
    fields: tuple[Field, ...]
    on: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """`variables` maps a name to its declared type ("ID!")."""

    kind: str
    name: str
    variables: Mapping[str, str]
    fields: tuple[Field, ...]


def parse(text: str) -> Operation:
    """The one operation of a document. Raises Malformed."""
    return _Reader(_TOKEN.findall(text)).operation()


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at = tokens, 0

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self, wanted: str = "") -> str:
        token = self._peek()
        if not token or (wanted and token != wanted):
            raise Malformed(f"syntax error, unexpected {token or 'end of file'}")
        self._at += 1
        return token

    def operation(self) -> Operation:
        kind = self._next()
        if kind not in ("query", "mutation"):
            raise Malformed(f"syntax error, unexpected {kind}")
        name = self._next()
        variables: dict[str, str] = {}
        if self._peek() == "(":
            self._next()
            while self._peek() != ")":
                self._next("$")
                variable = self._next()
                self._next(":")
                variables[variable] = self._type()
            self._next()
        found = Operation(kind, name, variables, self._fields())
        if self._peek():
            raise Malformed("more than one operation")
        return found

    def _type(self) -> str:
        text = self._next()
        if text == "[":
            text += self._type() + self._next("]")
        if self._peek() == "!":
            text += self._next()
        return text

    def _fields(self) -> tuple[Field, ...]:
        self._next("{")
        found: list[Field] = []
        while self._peek() != "}":
            name, on = self._next(), ""
            if name == "...":
                self._next("on")
                on = self._next()
            args = self._args()
            directives: dict[str, Mapping[str, Any]] = {}
            while self._peek() == "@":
                self._next()
                called = self._next()
                directives[called] = self._args()
            inner = self._fields() if self._peek() == "{" else ()
            found.append(Field(name, args, directives, inner, on))
        self._next()
        return tuple(found)

    def _args(self) -> dict[str, Any]:
        args: dict[str, Any] = {}
        if self._peek() != "(":
            return args
        self._next()
        while self._peek() != ")":
            name = self._next()
            self._next(":")
            args[name] = self._value()
        self._next()
        return args

    def _value(self) -> Any:
        token = self._next()
        if token == "$":
            return Variable(self._next())
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        return {"true": True, "false": False, "null": None}.get(token, token.strip('"'))


def filled(args: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with the variables' values in their places."""
    return {name: given.get(value.name) if isinstance(value, Variable) else value for name, value in args.items()}


def included(fields: tuple[Field, ...], given: Mapping[str, Any]) -> list[Field]:
    """Without those that `@include` leaves out."""
    return [f for f in fields if "include" not in f.directives or filled(f.directives["include"], given)["if"]]


def cost(fields: tuple[Field, ...], given: Mapping[str, Any]) -> int:
    """Points: an object is 1, a connection 2 and its nodes as often as they are asked for."""
    total = 0
    for field in fields:
        if not field.fields:
            continue
        inner = cost(field.fields, given)
        asked = filled(field.args, given).get("first")
        total += 2 + asked * max(1, inner) if isinstance(asked, int) else inner + (field.name not in ("nodes", "..."))
    return total


def shown(value: Any, fields: tuple[Field, ...], given: Mapping[str, Any], type_: str) -> Any:
    """A value as it was asked for. In it, a function is a field with arguments. Raises Malformed."""
    if isinstance(value, list):
        return [shown(item, fields, given, type_) for item in value]
    if value is None or (not fields and not isinstance(value, dict)):
        return value
    if not isinstance(value, dict) or not fields:
        raise Malformed(f"Field must have selections (field '{type_}')")
    told: dict[str, Any] = {}
    for field in included(fields, given):
        if field.name == "...":
            told |= shown(value, field.fields, given, field.on)
            continue
        if field.name not in value:
            raise Malformed(f"Field '{field.name}' doesn't exist on type '{type_}'")
        inner = value[field.name]
        if isinstance(inner, Callable):  # type: ignore[arg-type]
            inner = inner(**filled(field.args, given))
        told[field.name] = shown(inner, field.fields, given, field.name)
    return told
