"""How a page of tickets is found: which index it begins at. Pure; what it needs to know of the desk it asks through
`count`, never for more rows than it says.

SQLite keeps no statistics here and would scan where a page is fifty steps of an index away, so the choice is made here:

- few tickets can match (a rare tag, a customer, an order, rare words): gather those and sort them;
- else walk an index that has the order already, at the most selective column asked for, until the page is full. Where
  that column, or whether the ticket is open, has several values, each has its own walk and the walks are merged;
- a walk that finds too little among its first steps is given up where the matches can still be gathered;
- alternatives (OR) are planned one by one and merged, also those inside a query where each has an index of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from store.connection import Connection
from store.filter import (
    All,
    Among,
    Any_,
    Condition,
    Is,
    Linked,
    Words,
    compile_condition,
    drive,
    rows_of,
    top_level,
)
from store.sql.plan_indexes import OPEN, STATUS, Arm, Statement, alone, among, arms, column_of, facet, in_order, source

_EACH = 3
"""Tickets a customer has, roughly."""
FEW = 1_500
"""So many tickets are gathered and sorted without asking whether a walk would be quicker."""
CAP = 4_000
"""How far the choice between two columns is counted."""
MOST = 60_000
"""More than this are never gathered: by then a walk through a million tickets has met enough of them."""
STEPS = 4
"""Steps a walk may take for each row of the page before gathering is considered."""


class Count(Protocol):
    """Rows of a SELECT, counted up to `cap`."""

    def __call__(self, select: str, params: Sequence[Any], cap: int = CAP, /) -> int: ...


_MERGED_AT_MOST = 16
_LOOK, _FETCH, _KEEP = 2.5, 3.5, 0.4
"""Microseconds, roughly: looking whether a ticket met on a walk has a related row, fetching and sorting one, keeping one
at hand or looking it up there."""
_AT_HAND = {"id", "is_open", "due_at", "customer_id"}
"""Columns in the index that is walked: what asks for no other need not look at the ticket."""


def counter(conn: Connection) -> Count:
    """Counts on this connection."""

    def count(select: str, params: Sequence[Any], cap: int = CAP) -> int:
        n: int = conn.execute(f"SELECT count(*) FROM ({select} LIMIT {cap})", params).fetchone()[0]
        return n

    return count


class Order(NamedTuple):
    """A ticket column, then the id, both in one direction; `start` is the (value, id) a page begins behind."""

    column: str = "due_at"
    descending: bool = False
    start: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """What the rows are ordered by, to be merged."""
        return "t.id AS id" if self.column == "id" else f"t.{self.column} AS {self.column}, t.id AS id"

    @property
    def by(self) -> str:
        way = "DESC" if self.descending else "ASC"
        return f"t.id {way}" if self.column == "id" else f"t.{self.column} {way}, t.id {way}"

    def not_behind(self, walk: str, limit: int) -> str:
        """SQL: not behind the last row of `walk`, if that alone fills the page."""
        way, end = ("DESC", -1) if self.descending else ("ASC", 1 << 62)
        last = f"SELECT {self.column} FROM {walk} ORDER BY {self.column} {way}, id {way} LIMIT 1 OFFSET {limit - 1}"
        return f"t.{self.column} {'>=' if self.descending else '<='} coalesce(({last}), {end})"

    def behind(self) -> Statement:
        """`(AND …, params)` for what lies behind `start`."""
        if self.start is None:
            return "", []
        sign = "<" if self.descending else ">"
        if self.column == "id":
            return f" AND t.id {sign} ?", [self.start[1]]
        return f" AND (t.{self.column}, t.id) {sign} (?, ?)", list(self.start)


def page(condition: Condition, order: Order, limit: int, count: Count) -> Statement:
    """`(SELECT, params)` of the ids of up to `limit` tickets that fulfil `condition`, in `order`."""
    walks = _walks(condition, _Asked(order, limit, count))
    if len(walks.steps) == 1:
        only = walks.steps[0]
        return f"SELECT t.id {only.sql} ORDER BY {order.by} LIMIT ?", [*only.params, limit]
    named, pieces = list[str](), list[str]()
    of_named, of_pieces = list[Any](), list[Any]()
    for n, step in enumerate(walks.steps):
        behind = f" AND {order.not_behind(f'w{n - 1}', limit)}" if step.late else ""
        sql = f"SELECT {order.key} {step.sql}{behind} ORDER BY {order.by} LIMIT ?"
        if any(after.late for after in walks.steps[n + 1 : n + 2]):  # the next one looks at what this one found
            named.append(f"w{n} AS MATERIALIZED ({sql})")
            pieces.append(f"SELECT * FROM w{n}")
            of_named += [*step.params, limit]
        else:
            pieces.append(f"SELECT * FROM ({sql})")
            of_pieces += [*step.params, limit]
    union = " UNION " if walks.overlap else " UNION ALL "
    ahead = f"WITH {', '.join(named)} " if named else ""
    return (f"{ahead}SELECT t.id FROM ({union.join(pieces)}) t ORDER BY {order.by} LIMIT ?",
            [*of_named, *of_pieces, limit])  # fmt: skip


class _Asked(NamedTuple):
    """What stays the same while one page is planned; `size` counts rows."""

    order: Order
    limit: int
    size: Count


class _Step(NamedTuple):
    """`FROM ticket t … WHERE …` of one walk. A `late` one comes behind the walk before it, and need not be looked at where
    that one fills the page."""

    sql: str
    params: list[Any]
    late: bool = False


class _Walks(NamedTuple):
    """The walks whose merged rows are the answer; with `overlap`, two may find the same ticket."""

    steps: list[_Step]
    overlap: bool = False


def _walks(condition: Condition, asked: _Asked) -> _Walks:
    if isinstance(condition, Any_) and 1 < len(condition.parts) <= _MERGED_AT_MOST:
        return _spread(condition.parts, [], asked) or _chosen([condition], asked)
    parts = list(top_level(condition))
    choice = next((p for p in parts if isinstance(p, Any_) and p.parts and all(map(_served, p.parts))), None)
    if choice is not None and 1 < len(choice.parts) <= _MERGED_AT_MOST:
        spread = _spread(choice.parts, [p for p in parts if p is not choice], asked)
        if spread:
            return spread
    return _chosen(parts, asked)


def _spread(choices: Sequence[Condition], rest: list[Condition], asked: _Asked) -> _Walks | None:
    """One plan for each of the `choices` with all of `rest`; None if that makes too many walks."""
    steps: list[_Step] = []
    for one in choices:
        steps += _walks(All((*top_level(one), *rest)) if rest else one, asked).steps
        if len(steps) > _MERGED_AT_MOST:
            return None
    return _Walks(steps, overlap=True)


def _served(condition: Condition) -> bool:
    """Whether an index finds what this asks for, so that it is worth a walk of its own."""
    return any(facet(p) or _keys(p) for p in top_level(condition))


def _chosen(parts: list[Condition], asked: _Asked) -> _Walks:
    """Gathers where that is little work for sure, walks where that soon fills the page, and otherwise does what promises
    to be over sooner."""
    seekable = [p for p in parts if _keys(p)]
    if not seekable:
        return _Walks(_walk(parts, asked)[0])
    sizes = [asked.size(*keys, FEW) for p in seekable if (keys := _keys(p))]
    few, part = min(sizes), seekable[sizes.index(min(sizes))]
    if not few:
        return _Walks([_Step("FROM ticket t WHERE 0", [])])
    if few < FEW:
        return _Walks([_gather(parts, part, asked.order)])
    steps, probes = _walk(parts, asked)
    met = sum(asked.size(*probe.select, asked.limit) for probe in probes)
    if not probes or met >= asked.limit:
        return _Walks(steps)
    return _Walks(_best(parts, seekable, steps, sum(p.steps for p in probes), met, asked))


def _best(
    parts: list[Condition], seekable: list[Condition], steps: list[_Step], tried: int, met: int, asked: _Asked
) -> list[_Step]:
    """What promises to be over soonest where a walk met `met` rows in `tried` steps: going on with it, going on with what
    one part finds at hand, or gathering that."""
    ahead = asked.limit * tried / met if met else float("inf")
    most = int(min(MOST, ahead * _LOOK / _KEEP))
    sizes = [asked.size(*keys, most) * (1 if _key(p) == "t.id" else _EACH) for p in seekable if (keys := _keys(p))]
    size, part = min(sizes), seekable[sizes.index(min(sizes))]
    if size >= most:
        return steps
    gather, sieve = size * _FETCH, (size + ahead) * _KEEP
    if gather <= min(sieve, ahead * _LOOK):
        return [_gather(parts, part, asked.order)]
    if sieve >= ahead * _LOOK:
        return steps
    found, params = _finds(part)
    kept = Among(_key(part), found, tuple(params))
    return _walk([kept if p is part else p for p in parts], asked)[0]


def _key(part: Condition) -> str:
    return part.key if isinstance(part, Linked) else "t.id"


def _finds(part: Condition) -> Statement:
    """A SELECT of the keys of all tickets that `part` alone finds."""
    if isinstance(part, Linked | Words):
        return drive(part)
    found = alone(part)
    assert found is not None
    return f"SELECT t.id AS key {found[0]}", found[1]


def _gather(parts: list[Condition], part: Condition, order: Order) -> _Step:
    """Begins at what few tickets have: related rows, or a column with its own index."""
    rest, bound = _rest(parts, [part])
    keyset, start = order.behind()
    if isinstance(part, Linked | Words):
        select, params = drive(part)
        tickets = (
            f"FROM (SELECT DISTINCT +key AS key FROM ({select})) k CROSS JOIN ticket t ON {_key(part)} = k.key WHERE"
        )
    else:
        found = alone(part)
        assert found is not None
        tickets, params = f"{found[0]} AND", found[1]
    return _Step(f"{tickets} {rest}{keyset}", [*params, *bound, *start])


def _keys(part: Condition) -> Statement | None:
    """A SELECT of what `part` alone finds, if a list may begin there."""
    match part:
        case Linked(_, rows):
            return rows_of(part) if all(r.seeks for r in rows) else None
        case Words():
            return rows_of(part)
    found = alone(part)
    return (f"SELECT 1 {found[0]}", found[1]) if found else None


class _Probe(NamedTuple):
    """A SELECT of what a walk finds in its first `steps`."""

    select: Statement
    steps: int


def _walk(parts: list[Condition], asked: _Asked) -> tuple[list[_Step], list[_Probe]]:
    """`(steps, probes)`: the probes are of the leading walks; none where all they meet fulfils the query."""
    arms, left = _way(parts, asked)
    rest, bound = _rest(left, [])
    keyset, start = asked.order.behind()
    steps = [_Step(f"{arm.source} WHERE {arm.test} AND {rest}{keyset}", [*arm.params, *bound, *start], arm.late and bool(left))
             for arm in arms]  # fmt: skip
    probes: list[_Probe] = []
    leading = [a for a in arms if not a.late] if left else []
    for arm in leading:
        first = (f"SELECT t.id AS id, t.is_open AS is_open, t.due_at AS due_at, t.customer_id AS customer_id {arm.source} "
                 f"WHERE {arm.test}{keyset} ORDER BY {asked.order.by} LIMIT ?")  # fmt: skip
        near = _AT_HAND.issuperset(re.findall(r"\bt\.(\w+)", rest))
        found = f"SELECT 1 FROM ({first}) {'t' if near else 'k CROSS JOIN ticket t ON t.id = k.id'} WHERE {rest}"
        first_of = STEPS * asked.limit // len(leading)
        probes.append(_Probe((found, [*arm.params, *start, first_of, *bound]), first_of))
    return steps, probes


def _way(parts: list[Condition], asked: _Asked) -> tuple[list[Arm], list[Condition]]:
    """Which indexes are walked, and which of the parts are then still to be looked at."""
    order, count = asked.order, asked.size
    pinned = next((p for p in parts if isinstance(p, Is) and p.column == OPEN and p.values), None)
    opens = pinned.values if pinned else (0, 1) if order.descending else (1, 0)
    facets = [p for p in parts if facet(p)]
    best, size = None, CAP
    if len(facets) == 1 and order.column == "due_at":
        best = facets[0]
    elif facets:
        sizes = [count(f"SELECT 1 {source(p)} WHERE {sql}", params, CAP)
                 for p in facets for sql, params in [among(p, opens)]]  # fmt: skip
        size = min(sizes)
        best = facets[sizes.index(size)]
    if order.column != "due_at":
        if best is None or size >= CAP:
            return [Arm(in_order(order.column), "1", [])], parts
        test, params = among(best, opens)
        return [Arm(source(best), test, params)], parts
    by_status = best is not None and column_of(best) == STATUS
    taken = [p for p in (None if by_status else pinned, best) if p]
    return arms(best, opens), [p for p in parts if not any(p is done for done in taken)]


def _rest(parts: list[Condition], taken: list[Condition]) -> Statement:
    """All of `parts` but those already `taken`."""
    return compile_condition(All(tuple(p for p in parts if not any(p is done for done in taken))))
