"""From a tree to a condition of `store.filter`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from desk.query.faults import bad, no_field, unknown
from desk.query.names import Context
from desk.query.parsing import Query
from desk.query.scopes import EVERYWHERE, SCOPES, Scope
from desk.query.tree import IN, And, Asked, Node, Not, One, Or, Text, Value
from store import filter as f
from store.errors import N_
from store.filter import Condition
from store.search import Term, match
from store.values import fold


class Compiled(NamedTuple):
    """`condition` is the whole. Where every ticket has to match words, `words` is that part (for a list that begins at
    the full-text index) and `rest_condition` the remainder; else None and the whole."""

    condition: Condition
    sort: str
    words: f.Words | None
    rest_condition: Condition

    @property
    def words_expression(self) -> str:
        """The full-text expression of `words`, "" without them."""
        return self.words.expression if self.words else ""


class _Reading(NamedTuple):
    """What stays the same while one query is compiled, and where its words are looked for."""

    text: str
    context: Context
    scopes: tuple[Scope, ...] = (EVERYWHERE,)


def compile_query(query: Query, context: Context) -> Compiled:
    """Looks up every name and value. Raises Invalid naming the column and the nearest word.

    The free words of one AND are one full-text expression: one message has to hold them all, in any of its columns, or
    in one of those that its `in:` names.
    """
    condition = _node(query.ast, _Reading(query.text, context))
    parts = f.top_level(condition)
    words = next((p for p in parts if isinstance(p, f.Words)), None)
    if words is None:
        return Compiled(condition, query.sort, None, condition)
    return Compiled(condition, query.sort, words, _all(tuple(p for p in parts if p is not words)))


def _node(node: Node, reading: _Reading) -> Condition:
    if _wordy(node):
        return _words(node, reading)
    match node:
        case And(parts):
            parts, reading = _scoped(parts, reading)
            return _all(_conditions(parts, And, reading))
        case Or(parts):
            return _any(_conditions(parts, Or, reading))
        case Not(part):
            return f.Not(_node(part, reading))
        case Asked():
            return _asked(node, reading)
    raise AssertionError(node)


def _conditions(parts: tuple[Node, ...], joined: type[And] | type[Or], reading: _Reading) -> tuple[Condition, ...]:
    """The parts' conditions, words as a single one."""
    words = tuple(p for p in parts if _wordy(p))
    others = tuple(_node(p, reading) for p in parts if not _wordy(p))
    return (_words(joined(words), reading), *others) if words else others


# Words -------------------------------------------------------------------------------------------------


def _wordy(node: Node) -> bool:
    """Words, and what joins nothing but words."""
    return isinstance(node, Text) or (isinstance(node, And | Or) and bool(node.parts) and all(map(_wordy, node.parts)))


def _words(node: Node, reading: _Reading) -> Condition:
    expression = _expression(node)
    by_table: dict[str, list[str]] = {}
    for scope in reading.scopes:
        by_table.setdefault(scope.table, []).append(scope.column)
    return _any(tuple(
        f.Words(f"{{{' '.join(columns)}}} : ({expression})" if all(columns) else expression, table)
        for table, columns in by_table.items()
    ))  # fmt: skip


def _expression(node: Node) -> str:
    match node:
        case Text(text, prefix, span):
            return words_expression(text, prefix, span[0])
        case And(parts):
            return _joined(parts, " AND ")
        case Or(parts):
            return _joined(parts, " OR ")
    raise AssertionError(node)


def _joined(parts: tuple[Node, ...], by: str) -> str:
    pieces = [_expression(p) for p in parts]
    return pieces[0] if len(pieces) == 1 else by.join(f"({p})" for p in pieces)


def words_expression(text: str, prefix: bool, at: int) -> str:
    """The full-text expression of a word or phrase. Raises Invalid where it holds nothing to look for."""
    expression = match((Term(text, prefix),))
    if not expression:
        raise bad(N_("Column {column}: {item} holds no letter or digit to search for."), at, text)
    return expression


def _scoped(parts: tuple[Node, ...], reading: _Reading) -> tuple[tuple[Node, ...], _Reading]:
    """`parts` without their `in:`, and where the words among them are looked for."""
    asked = [p for p in parts if isinstance(p, Asked) and p.name == IN]
    if not asked:
        return parts, reading
    if len(asked) > 1:
        raise bad(N_("Column {column}: in: is given twice."), asked[1].span[0], "in:",
                  N_("Name all places in one, as in in:subject,note; or put each with its words in parentheses."))  # fmt: skip
    rest = tuple(p for p in parts if p is not asked[0])
    if not any(map(_any_words, rest)):
        _no_words(asked[0].span[0])
    return rest, reading._replace(scopes=tuple(_scope(v) for v in asked[0].values))


def _scope(value: Value) -> Scope:
    word = fold(value.text) if isinstance(value, One) else ""
    if word not in SCOPES:
        raise unknown(N_("Column {column}: {name}: does not know {item}."), value.span[0],
                      value.text if isinstance(value, One) else "..", SCOPES, name=IN)  # fmt: skip
    return SCOPES[word]


def _any_words(node: Node) -> bool:
    match node:
        case Text():
            return True
        case And(parts) | Or(parts):
            return any(map(_any_words, parts))
        case Not(part):
            return _any_words(part)
    return False


def lonely_in(value: Value, context: Context) -> Condition:
    """`in:` where no word stands beside it, which is refused."""
    _scope(value)
    _no_words(value.span[0] - len(IN) - 1)


def _no_words(at: int) -> NoReturn:
    raise bad(N_("Column {column}: in: says where words are looked for, and no word stands beside it."), at, "in:",
              N_("Write the words behind it, as in in:subject refund."))  # fmt: skip


# Fields ------------------------------------------------------------------------------------------------


def _asked(node: Asked, reading: _Reading) -> Condition:
    names, context = reading.context.names, reading.context
    entry = names.field(node.name)
    if entry is None:
        raise no_field(node.name, node.span[0], reading.text[slice(*node.span)], [*names.fields, "sort", "not"])
    return _any(tuple(entry.compile(value, context) for value in node.values))


def _all(parts: Iterable[Condition]) -> Condition:
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
