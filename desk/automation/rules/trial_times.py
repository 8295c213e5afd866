"""A condition as it read when each ticket arrived, as SQL over many tickets.

Compiling fixes `now` for a whole evaluation, and a dry run goes over ninety days at once. So a condition is compiled at
two instants a day apart: a parameter that moved with the clock is relative and is counted from the ticket's own arrival,
one that stood still is a date. What is counted from midnight ("today") is counted from the same hour of the ticket's
day, which is all a set of many days allows. Full text is looked up once for a chunk, not once per ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store import filter as f
from store.filter import Condition, compile_condition
from store.values import DAY, Instant

_ARRIVED = "t.created_at"

Compile = Callable[[Instant], Condition]
Word = Callable[[str, str], int]
"""The number under which a full-text expression is looked up."""


def at_arrival(compile: Compile, now: Instant, word: Word) -> tuple[str, list[Any]]:
    """`(sql, params)` over `ticket t` of what `compile` gives for an instant."""
    sql, here = compile_condition(_looked_up(compile(now), word))
    _, later = compile_condition(_looked_up(compile(now + DAY), word))
    first, *rest = sql.split("?")
    params: list[Any] = []
    for text, a, b in zip(rest, here, later, strict=True):
        first += ("?" if a == b else f"({_ARRIVED} + ?)") + text
        params.append(a if a == b else a - now)
    return first, params


def _looked_up(condition: Condition, word: Word) -> Condition:
    """The same with full text as a table of what was found, and what looks at other tables asked last."""
    match condition:
        case f.All(parts):
            return f.All(tuple(sorted((_looked_up(p, word) for p in parts), key=_cost)))
        case f.Any_(parts):
            return f.Any_(tuple(sorted((_looked_up(p, word) for p in parts), key=_cost)))
        case f.Not(part):
            return f.Not(_looked_up(part, word))
        case f.Words(expression, table):
            return f.Linked("t.id", (f.Rows("trial_words x", "x.ticket_id", "x.word = ?", (word(expression, table),)),))
    return condition


def _cost(condition: Condition) -> int:
    match condition:
        case f.All(parts) | f.Any_(parts):
            return max(map(_cost, parts), default=0)
        case f.Not(part):
            return _cost(part)
        case f.Linked():
            return 1
    return 0
