"""When rules hold. The conditions of all rules that a moment may concern are one SELECT on one ticket, one column each.

Texts are compiled once for a state of the desk and a day of the shop. What a condition knows of the time of day are
parameters that move with it ("two hours from now"), which is measured when it is compiled; one that depends on time in
any other way is compiled anew each time.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from desk import inbox
from desk.automation.rules.model import Rule, stored
from desk.query import Context, compile_query, parse
from store.connection import Connection
from store.errors import DeskError
from store.filter import All, Any_, Condition, Linked, Not, Words, compile_condition
from store.sql import rules as rows
from store.values import Instant

AT_ONCE = 64
"""Columns of one SELECT. What one rule did is asked anew for the rest of its block; the blocks behind were not asked yet."""
_PROBES = (1, 667_003)
"""Milliseconds away from now at which a condition is compiled once more, to see what of it moves."""
_KEPT, _KEPT_QUESTIONS = 4, 40


class Piece(NamedTuple):
    """A compiled condition. `moving` are the places of parameters that are "now plus so much", which they hold as that
    distance; `anew` says that it has to be compiled every time."""

    sql: str
    params: tuple[Any, ...]
    moving: tuple[int, ...] = ()
    anew: bool = False


class Watched(Context):
    """A context that remembers whether anybody asked for the time."""

    asked = False

    def __getattribute__(self, name: str) -> Any:
        if name == "now":
            object.__setattr__(self, "asked", True)
        return object.__getattribute__(self, name)


def compile_text(text: str, context: Context) -> tuple[str, tuple[Any, ...]]:
    """`(SQL, parameters)` of one condition at one moment, cheap tests first. Raises Invalid naming the column."""
    sql, params = compile_condition(_cheap_first(compile_query(parse(text), context).condition))
    return sql, tuple(params)


def piece(text: str, context: Context) -> Piece:
    """A condition that can be asked at any moment of the context's day. Raises Invalid naming the column."""
    if not text:
        return Piece("1", ())
    watched = Watched(**{f.name: getattr(context, f.name) for f in fields(Context)})
    sql, params = compile_text(text, watched)
    if not watched.asked:
        return Piece(sql, params)
    sign = 1 if _day(context.now + _PROBES[1], context.zone) == _day(context.now, context.zone) else -1
    found: list[set[int]] = []
    for step in _PROBES:
        later_sql, later = compile_text(text, at(context, context.now + sign * step))
        moved = {i for i, (a, b) in enumerate(zip(params, later, strict=False)) if a != b}
        even = all(isinstance(params[i], int) and later[i] - params[i] == sign * step for i in moved)
        if later_sql != sql or len(later) != len(params) or not even or (found and moved != found[0]):
            return Piece(text, (), anew=True)
        found.append(moved)
    moving = found[0]
    relative = tuple(p - context.now if i in moving else p for i, p in enumerate(params))
    return Piece(sql, relative, tuple(sorted(moving)))


def at(context: Context, now: Instant) -> Context:
    """The same desk at another moment."""
    return replace(context, now=now)


def _cheap_first(condition: Condition) -> Condition:
    """The same condition; what looks at other tables is asked last."""
    match condition:
        case All(parts):
            return All(tuple(sorted(map(_cheap_first, parts), key=_cost)))
        case Any_(parts):
            return Any_(tuple(sorted(map(_cheap_first, parts), key=_cost)))
        case Not(part):
            return Not(_cheap_first(part))
    return condition


def _cost(condition: Condition) -> int:
    match condition:
        case All(parts) | Any_(parts):
            return max(map(_cost, parts), default=0)
        case Not(part):
            return _cost(part)
        case Linked():
            return 1
        case Words():
            return 2
    return 0


class Question(NamedTuple):
    """One SELECT about some rules; a rule's column is 1 where it holds. `pulled` are the places of what happened that
    sets each of them off; `anew` are asked by themselves."""

    rules: tuple[Rule, ...]
    pulled: tuple[int, ...]
    sql: str
    params: tuple[Any, ...]
    moving: tuple[int, ...]
    anew: tuple[Rule, ...]


Happened = tuple[tuple[str, frozenset[str]], ...]
"""Triggers in the order they came, each with the fields that changed."""


def first(rule: Rule, happened: Happened) -> int | None:
    """The place of the first thing that happened which this rule waits for."""
    for at, (when, touched) in enumerate(happened):
        if when in rule.when and (when != "changed" or not rule.fields or not touched.isdisjoint(rule.fields)):
            return at
    return None


class Book:
    """The rules in force on one day of the shop, on or in shadow, in their order; `broken` are those that no longer
    compile, and why."""

    def __init__(self, found: Iterable[Rule], context: Context) -> None:
        self.rules: list[Rule] = []
        self.broken: dict[str, DeskError] = {}
        self.context = context
        self._pieces: dict[str, Piece] = {}
        self._questions: dict[Happened, tuple[Question, ...]] = {}
        today = _day(context.now, context.zone)
        for rule in found:
            if not rule.active(today):
                continue
            try:
                self._pieces[rule.id] = piece(rule.condition, context)
                self.rules.append(rule)
            except DeskError as error:
                self.broken[rule.id] = error
        self._named = frozenset(field for rule in self.rules for field in rule.fields)

    def about(self, happened: Happened) -> tuple[Question, ...]:
        """What to ask when all this happened, which `telling` has made short: the rules that it sets off, in order."""
        found = self._questions.get(happened)
        if found is None:
            if len(self._questions) > _KEPT_QUESTIONS:
                self._questions.clear()
            rules = [(r, at) for r in self.rules if (at := first(r, happened)) is not None]
            found = self._questions[happened] = tuple(
                self._question(rules[n : n + AT_ONCE]) for n in range(0, len(rules), AT_ONCE)
            )
        return found

    def telling(self, when: str, touched: frozenset[str]) -> tuple[str, frozenset[str]]:
        """Something that happened, with only those changed fields that some rule names."""
        return when, touched & self._named

    def _question(self, pairs: Sequence[tuple[Rule, int]]) -> Question:
        columns: list[str] = []
        params: list[Any] = []
        moving: list[int] = []
        for rule, _ in pairs:
            one = self._pieces[rule.id]
            if one.anew:
                columns.append("0")  # asked by itself
                continue
            moving += [len(params) + at for at in one.moving]
            params += one.params
            columns.append("1" if one.sql == "1" else f"CASE WHEN {one.sql} THEN 1 ELSE 0 END")
        sql = f"SELECT {', '.join(columns)} FROM ticket t WHERE t.id = ?"
        rules = tuple(rule for rule, _ in pairs)
        anew = tuple(rule for rule in rules if self._pieces[rule.id].anew)
        return Question(rules, tuple(at for _, at in pairs), sql, tuple(params), tuple(moving), anew)

    def holding(self, conn: Connection, question: Question, ticket_id: int, now: Instant) -> set[str]:
        """Ids of the rules whose condition this ticket fulfils."""
        bound = list(question.params)
        for place in question.moving:
            bound[place] += now
        bound.append(ticket_id)
        row = conn.execute(question.sql, bound).fetchone()
        if row is None:
            return set()
        holds = {rule.id for rule, held in zip(question.rules, row, strict=True) if held} if 1 in row else set()
        holds.update(rule.id for rule in question.anew if self._anew(conn, rule, ticket_id, now))
        return holds

    def holds(self, conn: Connection, rule: Rule, ticket_id: int, now: Instant) -> bool:
        """Whether one rule's condition holds."""
        if self._pieces[rule.id].anew:
            return self._anew(conn, rule, ticket_id, now)
        return bool(self.holding(conn, self._question([(rule, 0)]), ticket_id, now))

    def _anew(self, conn: Connection, rule: Rule, ticket_id: int, now: Instant) -> bool:
        sql, params = compile_text(rule.condition, at(self.context, now))
        found = conn.execute(f"SELECT 1 FROM ticket t WHERE t.id = ? AND {sql}", (ticket_id, *params)).fetchone()
        return found is not None


_books: OrderedDict[tuple[Any, ...], Book] = OrderedDict()


def book(conn: Connection, now: Instant) -> Book:
    """The rules in force on this desk at `now`."""
    mark = rows.fingerprint(conn)
    zone = shop_zone(mark[-1])
    key = (mark, _day(now, zone))
    found = _books.get(key)
    if found is None:
        found = _books[key] = Book(_in_force(conn), inbox.context(conn, "", now, zone))
        while len(_books) > _KEPT:
            _books.popitem(last=False)
    return found


def _in_force(conn: Connection) -> Iterable[Rule]:
    for row in rows.listed(conn):
        if row.state != "off":
            try:
                yield stored(row.id, row.position, row.state, row.body, row.version)
            except DeskError:
                continue  # an act that is no longer there: `keep.unreadable` names it


def shop_zone(calendar: str | None) -> tzinfo:
    """The zone in which the shop counts days, from the body of its calendar."""
    name = json.loads(calendar).get("zone", "") if calendar else ""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def _day(now: Instant, zone: tzinfo) -> date:
    return datetime.fromtimestamp(now / 1000, zone).date()
