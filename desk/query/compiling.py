"""From a tree to a condition of `store.filter`."""

from __future__ import annotations

from typing import NamedTuple

from desk.query.faults import bad, no_field
from desk.query.names import Context
from desk.query.parsing import Query
from desk.query.tree import And, Asked, Node, Not, Or, Text
from store import filter as f
from store.errors import N_
from store.filter import Condition
from store.search import Term, match


class Compiled(NamedTuple):
    """`condition` is the whole. Where every ticket has to match words, `words_expression` is that part (for a list that
    begins at the full-text index) and `rest_condition` the remainder; else None and the whole."""

    condition: Condition
    sort: str
    words_expression: str | None
    rest_condition: Condition


class _Reading(NamedTuple):
    """What stays the same while one query is compiled."""

    text: str
    context: Context


def compile_query(query: Query, context: Context) -> Compiled:
    """Looks up every name and value. Raises Invalid naming the column and the nearest word.

    The free words of one AND are one full-text expression: one message has to hold them all, in any of its columns.
    """
    condition = _node(query.ast, _Reading(query.text, context))
    parts = f.top_level(condition)
    words = next((p for p in parts if isinstance(p, f.Words)), None)
    if words is None:
        return Compiled(condition, query.sort, None, condition)
    rest = _all(tuple(p for p in parts if p is not words))
    return Compiled(condition, query.sort, words.expression, rest)


def _node(node: Node, reading: _Reading) -> Condition:
    match node:
        case And(parts):
            return _all(_merged(parts, " AND ", reading))
        case Or(parts):
            return _any(_merged(parts, " OR ", reading))
        case Not(part):
            return f.Not(_node(part, reading))
        case Text(text, prefix, span):
            expression = match((Term(text, prefix),))
            if not expression:
                raise bad(N_("Column {column}: {item} holds no letter or digit to search for."), span[0], text)
            return f.Words(expression)
        case Asked():
            return _asked(node, reading)


def _merged(parts: tuple[Node, ...], by: str, reading: _Reading) -> tuple[Condition, ...]:
    """The parts' conditions, full-text ones as a single one."""
    found = [_node(p, reading) for p in parts]
    words = [c.expression for c in found if isinstance(c, f.Words)]
    if len(words) < 2:
        return tuple(found)
    others = tuple(c for c in found if not isinstance(c, f.Words))
    return (f.Words(by.join(f"({w})" for w in words)), *others)


def _asked(node: Asked, reading: _Reading) -> Condition:
    names, context = reading.context.names, reading.context
    entry = names.fields.get(node.name)
    if entry is None:
        raise no_field(node.name, node.span[0], reading.text[slice(*node.span)], [*names.fields, "sort", "not"])
    return _any(tuple(entry.compile(value, context) for value in node.values))


def _all(parts: tuple[Condition, ...]) -> Condition:
    flat = tuple(p for part in parts for p in f.top_level(part))
    return flat[0] if len(flat) == 1 else f.All(flat)


def _any(parts: tuple[Condition, ...]) -> Condition:
    """One of `parts`; those that ask the same column become one list of values, which an index can serve."""
    lists: dict[f.Column, list[object]] = {}
    others: list[Condition] = []
    for part in parts:
        if isinstance(part, f.Is):
            lists.setdefault(part.column, []).extend(part.values)
        else:
            others.append(part)
    merged = [f.Is(column, tuple(dict.fromkeys(values))) for column, values in lists.items()]
    return merged[0] if len(merged) == 1 and not others else (
        others[0] if len(others) == 1 and not merged else f.Any_((*merged, *others)))  # fmt: skip
