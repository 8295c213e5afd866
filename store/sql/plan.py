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
    TICKET_COLUMNS,
    All,
    Any_,
    Between,
    Column,
    Condition,
    Has,
    Is,
    Linked,
    Not,
    Words,
    compile_condition,
    drive,
    rows_of,
    top_level,
)  # fmt: skip

FEW = 1_500
"""So many tickets are gathered and sorted without asking whether a walk would be quicker."""
CAP = 4_000
"""How far the choice between two columns is counted."""
MOST = 60_000
"""More than this are never gathered: by then a walk through a million tickets has met enough of them."""
STEPS = 20
"""Steps a walk may take for each row of the page before gathering is considered."""


class Count(Protocol):
    """Rows of a SELECT, counted up to `cap`."""

    def __call__(self, select: str, params: Sequence[Any], cap: int = CAP, /) -> int: ...


Statement = tuple[str, list[Any]]

_OPEN = TICKET_COLUMNS["is_open"]
_STATUS = TICKET_COLUMNS["status"]
_MERGED_AT_MOST = 16
_A_TICKET = 2.5
"""What looking at a ticket costs, in steps along an index."""
_AT_HAND = {"id", "is_open", "due_at"}
"""Columns in the index that is walked: what asks for no other need not look at the ticket."""
# Columns whose index is (is_open, column, due_at, id).
_BY_DUE = {
    TICKET_COLUMNS[name]: f"ticket_{index}_due"
    for name, index in {
        "assignee": "assignee", "channel": "channel", "platform": "platform", "type": "type", "priority": "priority",
        "language": "language", "country": "country", "cause": "cause", "ask": "ask", "group": "group",
    }.items()
}  # fmt: skip
# Marks few tickets carry, each with an index (is_open, due_at, id) over those alone.
_MARKS = {
    TICKET_COLUMNS["automatic"]: "ticket_automatic_due",
    TICKET_COLUMNS["escalation"]: "ticket_escalation_due",
    TICKET_COLUMNS["needs_review"]: "ticket_review_due",
    TICKET_COLUMNS["flagged"]: "ticket_flagged_due",
    TICKET_COLUMNS["due_kind"]: "ticket_kind_due",
}
# Columns with an index of their own; a few tickets are gathered from it.
_ALONE = {
    TICKET_COLUMNS[name]: index
    for name, index in {
        "id": "NOT INDEXED", "updated": "INDEXED BY ticket_updated", "snoozed": "INDEXED BY ticket_snoozed",
        "created": "INDEXED BY ticket_created", "waiting": "INDEXED BY ticket_waiting",
        "messages": "INDEXED BY ticket_messages", "effort": "INDEXED BY ticket_effort",
        "warn": "INDEXED BY ticket_warn", "status_since": "INDEXED BY ticket_status_since",
        "first_reply": "INDEXED BY ticket_first_reply", "last_reply": "INDEXED BY ticket_last_reply",
        "customer": "INDEXED BY ticket_customer", "region": "INDEXED BY ticket_region",
    }.items()
}  # fmt: skip


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


class _Arm(NamedTuple):
    """One walk: an index and what of it is walked, without what has to be looked at ticket by ticket."""

    source: str
    test: str
    params: list[Any]
    late: bool = False


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
    return any(_facet(p) or _keys(p) for p in top_level(condition))


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
    # If the walk goes on as it began, gathering so many costs as much.
    worth = int(asked.limit * sum(p.cost for p in probes) / (met * _A_TICKET)) if met else MOST
    sizes = [asked.size(*_tickets(p), min(worth, MOST)) for p in seekable]
    most, part = min(sizes), seekable[sizes.index(min(sizes))]
    return _Walks([_gather(parts, part, asked.order)] if most < min(worth, MOST) else steps)


def _gather(parts: list[Condition], part: Condition, order: Order) -> _Step:
    """Begins at what few tickets have: related rows, or a column with its own index."""
    rest, bound = _rest(parts, [part])
    keyset, start = order.behind()
    if isinstance(part, Linked | Words):
        select, params = drive(part)
        key = part.key if isinstance(part, Linked) else "t.id"
        tickets = f"FROM (SELECT DISTINCT +key AS key FROM ({select})) k CROSS JOIN ticket t ON {key} = k.key WHERE"
    else:
        test, params = compile_condition(part)
        tickets = f"{_alone(part)} WHERE {test} AND"
    return _Step(f"{tickets} {rest}{keyset}", [*params, *bound, *start])


def _tickets(part: Condition) -> Statement:
    """A SELECT of the tickets that `part` alone finds."""
    if isinstance(part, Linked) and part.key != "t.id":
        select, params = drive(part)
        return f"SELECT 1 FROM ({select}) k CROSS JOIN ticket t ON {part.key} = k.key", params
    found = _keys(part)
    assert found is not None
    return found


def _keys(part: Condition) -> Statement | None:
    """A SELECT of what `part` alone finds, if a list may begin there."""
    match part:
        case Linked(_, rows):
            return rows_of(part) if all(r.seeks for r in rows) else None
        case Words():
            return rows_of(part)
    source = _alone(part)
    if not source:
        return None
    test, params = compile_condition(part)
    return f"SELECT 1 {source} WHERE {test}", params


def _alone(part: Condition) -> str:
    match part:
        case Is(column) | Between(column) | Has(column) if column in _ALONE:
            return f"FROM ticket t {_ALONE[column]}"
    return ""


class _Probe(NamedTuple):
    """A SELECT of what a walk finds in its first steps, and what those cost, in steps that look at the index alone."""

    select: Statement
    cost: float


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
        first = (f"SELECT t.id AS id, t.is_open AS is_open, t.due_at AS due_at {arm.source} WHERE {arm.test}{keyset} "
                 f"ORDER BY {asked.order.by} LIMIT ?")  # fmt: skip
        near = _AT_HAND.issuperset(re.findall(r"\bt\.(\w+)", rest))
        found = f"SELECT 1 FROM ({first}) {'t' if near else 'k CROSS JOIN ticket t ON t.id = k.id'} WHERE {rest}"
        first_of = STEPS * asked.limit // len(leading)
        probes.append(_Probe((found, [*arm.params, *start, first_of, *bound]), first_of * (1 if near else _A_TICKET)))
    return steps, probes


def _way(parts: list[Condition], asked: _Asked) -> tuple[list[_Arm], list[Condition]]:
    """Which indexes are walked, and which of the parts are then still to be looked at."""
    order, count = asked.order, asked.size
    pinned = next((p for p in parts if isinstance(p, Is) and p.column == _OPEN and p.values), None)
    opens = pinned.values if pinned else (0, 1) if order.descending else (1, 0)
    facets = [p for p in parts if _facet(p)]
    best, size = None, CAP
    if len(facets) == 1 and order.column == "due_at":
        best = facets[0]
    elif facets:
        sizes = [count(f"SELECT 1 {_source(p)} WHERE {sql}", params, CAP)
                 for p in facets for sql, params in [_among(p, opens)]]  # fmt: skip
        size = min(sizes)
        best = facets[sizes.index(size)]
    if order.column != "due_at":
        if best is None or size >= CAP:
            return [_Arm(_in_order(order), "1", [])], parts
        test, params = _among(best, opens)
        return [_Arm(_source(best), test, params)], parts
    by_status = best is not None and _column(best) == _STATUS
    taken = [p for p in (None if by_status else pinned, best) if p]
    return _arms(best, opens), [p for p in parts if not any(p is done for done in taken)]


def _facet(part: Condition) -> bool:
    """Whether an index in order of the deadline serves `part`."""
    match part:
        case Is(column, values):
            served = column in _BY_DUE or column in _MARKS or column == _STATUS
            return served and 0 < len(values) <= _MERGED_AT_MOST // 2
        case Has(column):
            return column in _MARKS
        case Not(Has(column)):
            return column in _BY_DUE and column.absent is None
    return False


def _column(facet: Condition) -> Column:
    match facet:
        case Is(column) | Has(column) | Not(Has(column)):
            return column
    raise AssertionError(facet)


def _source(facet: Condition | None) -> str:
    if facet is None:
        return "FROM ticket t INDEXED BY ticket_open_due"
    column = _column(facet)
    index = "ticket_status_due" if column == _STATUS else _BY_DUE.get(column) or _MARKS[column]
    return f"FROM ticket t INDEXED BY {index}"


def _test(facet: Condition) -> Statement:
    """The facet, spelt so that SQLite sees that its index holds every row asked for."""
    sql, params = compile_condition(facet)
    column = _column(facet)
    return (f"{column.present} AND {sql}", params) if column in _MARKS and isinstance(facet, Is) else (sql, params)


def _in_order(order: Order) -> str:
    match order.column:
        case "id":
            return "FROM ticket t NOT INDEXED"  # the table itself is in order of the id
        case "updated_at":
            return "FROM ticket t INDEXED BY ticket_updated"
        case "priority":
            return "FROM ticket t INDEXED BY ticket_priority"
        case _:
            return "FROM ticket t"


def _among(facet: Condition, opens: Sequence[object]) -> Statement:
    sql, params = _test(facet)
    if _column(facet) == _STATUS:
        return sql, params
    return f"t.is_open IN ({', '.join('?' * len(opens))}) AND {sql}", [*opens, *params]


def _arms(facet: Condition | None, opens: Sequence[object]) -> list[_Arm]:
    """One equality per walk: every value of the facet, open and closed apart, the way round in which they come."""
    if facet is None:
        return [_Arm(_source(None), "t.is_open = ?", [o], n > 0) for n, o in enumerate(opens)]
    source = _source(facet)
    ones: list[Condition] = [Is(facet.column, (v,)) for v in facet.values] if isinstance(facet, Is) else [facet]
    tests = [_test(one) for one in ones]
    if _column(facet) == _STATUS:
        return [_Arm(source, sql, params) for sql, params in tests]
    return [_Arm(source, f"t.is_open = ? AND {sql}", [o, *params], n > 0)
            for sql, params in tests for n, o in enumerate(opens)]  # fmt: skip


def _rest(parts: list[Condition], taken: list[Condition]) -> Statement:
    """All of `parts` but those already `taken`."""
    return compile_condition(All(tuple(p for p in parts if not any(p is done for done in taken))))
