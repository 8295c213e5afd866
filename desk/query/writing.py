"""Writes a tree back as text: reading that text gives the same tree."""

from __future__ import annotations

import re

from desk.query.parsing import JOINERS, twins
from desk.query.tree import And, Asked, Beyond, Node, Not, One, Or, Range, Text, Value

_SPECIAL = re.compile(r'[\s()":,<>*\\]|^[.=]|\.\.|\.$')


def unparse(node: Node, sort: str = "") -> str:
    """The canonical text of `node`, with its order if one is given."""
    text = _top(node)
    if not sort:
        return text
    return f"({text}) sort:{sort}" if isinstance(node, Or) else f"{text} sort:{sort}".strip()


def _top(node: Node) -> str:
    match node:
        case And(parts):
            return " ".join(_inner(p) if isinstance(p, And | Or) else _top(p) for p in parts)
        case Or(parts):
            return " OR ".join(_top(p) for p in parts)
        case _:
            return _inner(node)


def _inner(node: Node) -> str:
    match node:
        case And() | Or():
            return f"({_top(node)})"
        case Not(part):
            return f"not:{_inner(part)}"
        case Text(text, prefix):
            return _word(text) + "*" * prefix
        case Asked(name, values):
            if len(values) == 1 and isinstance(values[0], Beyond):
                return f"{name}{_value(values[0])}"
            return f"{name}:{','.join(map(_value, values))}"


def _value(value: Value) -> str:
    match value:
        case One(text, prefix):
            return quoted(text) + "*" * prefix
        case Range(low, high):
            return f"{low and quoted(low)}..{high and quoted(high)}"
        case Beyond(sign, text):
            return f"{sign}{quoted(text)}"


def quoted(text: str) -> str:
    """`text` as one value of the language: bare where that reads the same, else in quotes."""
    text = twins(text)
    if text and not _SPECIAL.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _word(text: str) -> str:
    return f'"{text}"' if (text.startswith("-") and quoted(text) == text) or text in JOINERS else quoted(text)
