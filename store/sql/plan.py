"""How a page of tickets is found: which index it begins at. Pure; what it needs to know of the desk it asks through
`count`, never for more than `CAP` rows.

SQLite keeps no statistics here and would scan where a page is fifty steps of an index away, so the choice is made here:

- few tickets can match (a rare tag, a customer, an order, rare words): gather those and sort them;
- else walk an index that has the order already, at the most selective column asked for, until the page is full. Where
  that column, or whether the ticket is open, has several values, each has its own walk and the walks are merged;
- alternatives (OR) are planned one by one and merged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

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
    top_level,
)  # fmt: skip

CAP = 4_000
"""Gathering and sorting this many tickets costs about as much as finding fifty of them on a walk through a million."""

Count = Callable[[str, Sequence[Any]], int]
"""Rows of a SELECT, counted up to `CAP`."""

Statement = tuple[str, list[Any]]

_OPEN = TICKET_COLUMNS["is_open"]
_STATUS = TICKET_COLUMNS["status"]
_MERGED_AT_MOST = 16
# Columns whose index is (is_open, column, due_at, id).
_BY_DUE = {
    TICKET_COLUMNS[name]: f"ticket_{index}_due"
    for name, index in {
        "assignee": "assignee", "channel": "channel", "platform": "platform", "type": "type", "priority": "priority",
        "language": "language",
    }.items()
}  # fmt: skip
# Marks few tickets carry, each with an index (is_open, due_at, id) over those alone.
_MARKS = {
    TICKET_COLUMNS["automatic"]: "ticket_automatic_due",
    TICKET_COLUMNS["escalation"]: "ticket_escalation_due",
    TICKET_COLUMNS["needs_review"]: "ticket_review_due",
}
# Columns with an index of their own; a few tickets are gathered from it.
_ALONE = {
    TICKET_COLUMNS[name]: index
    for name, index in {
        "id": "NOT INDEXED", "updated": "INDEXED BY ticket_updated", "snoozed": "INDEXED BY ticket_snoozed",
        "created": "INDEXED BY ticket_created", "waiting": "INDEXED BY ticket_waiting",
    }.items()
}  # fmt: skip


def counter(conn: Connection) -> Count:
    """Counts on this connection."""

    def count(select: str, params: Sequence[Any]) -> int:
        n: int = conn.execute(f"SELECT count(*) FROM ({select} LIMIT {CAP})", params).fetchone()[0]
        return n

    return count


class Order(NamedTuple):
    """A ticket column, then the id, both in one direction; `start` is the (value, id) a page begins behind."""

    column: str = "due_at"
    descending: bool = False
    start: tuple[int, int] | None = None

    @property
    def by(self) -> str:
        way = "DESC" if self.descending else "ASC"
        return f"t.id {way}" if self.column == "id" else f"t.{self.column} {way}, t.id {way}"

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
    walks = _walks(condition, order, count)
    if len(walks) == 1:
        return f"SELECT t.id {walks[0][0]} ORDER BY {order.by} LIMIT ?", [*walks[0][1], limit]
    key = "t.id AS id" if order.column == "id" else f"t.{order.column} AS {order.column}, t.id AS id"
    pieces, params = [], list[Any]()
    for source, bound in walks:
        pieces.append(f"SELECT * FROM (SELECT {key} {source} ORDER BY {order.by} LIMIT ?)")
        params += [*bound, limit]
    union = " UNION " if isinstance(condition, Any_) else " UNION ALL "  # walks of one condition never share a ticket
    return f"SELECT t.id FROM ({union.join(pieces)}) t ORDER BY {order.by} LIMIT ?", [*params, limit]


def _walks(condition: Condition, order: Order, count: Count) -> list[Statement]:
    """`FROM ticket t … WHERE …` of each walk whose merged rows are the answer."""
    if isinstance(condition, Any_) and 1 < len(condition.parts) <= _MERGED_AT_MOST:
        walks = [w for part in condition.parts for w in _walks(part, order, count)]
        if len(walks) <= _MERGED_AT_MOST:
            return walks
    parts = list(top_level(condition))
    gathered = _gather(parts, order, count)
    return [gathered] if gathered else _walk(parts, order, count)


def _gather(parts: list[Condition], order: Order, count: Count) -> Statement | None:
    """Begins at what few tickets have, if some part asks for such: related rows, or a column with its own index."""
    sizes = [(count(*keys), i) for i, part in enumerate(parts) if (keys := _keys(part))]
    if not sizes or min(sizes)[0] >= CAP:
        return None
    part = parts[min(sizes)[1]]
    rest, bound = _rest(parts, [part], order)
    if isinstance(part, Linked | Words):
        select, params = drive(part)
        key = part.key if isinstance(part, Linked) else "t.id"
        tickets = f"FROM (SELECT DISTINCT key FROM ({select})) k CROSS JOIN ticket t ON {key} = k.key WHERE"
    else:
        test, params = compile_condition(part)
        tickets = f"{_alone(part)} WHERE {test} AND"
    return f"{tickets} {rest}", [*params, *bound]


def _keys(part: Condition) -> Statement | None:
    """A SELECT of what `part` alone finds, if a list may begin there."""
    match part:
        case Linked(_, rows):
            return drive(part) if all(r.seeks for r in rows) else None
        case Words():
            return drive(part)
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


def _walk(parts: list[Condition], order: Order, count: Count) -> list[Statement]:
    pinned = next((p for p in parts if isinstance(p, Is) and p.column == _OPEN and p.values), None)
    opens = pinned.values if pinned else (1, 0)
    facets = [p for p in parts if _facet(p)]
    best, size = None, CAP
    if len(facets) == 1 and order.column == "due_at":
        best = facets[0]
    elif facets:
        sizes = [(count(f"SELECT 1 {_source(p)} WHERE {sql}", params), i)
                 for i, p in enumerate(facets) for sql, params in [_among(p, opens)]]  # fmt: skip
        size, at = min(sizes)
        best = facets[at]
    if order.column != "due_at":
        rest, bound = _rest(parts, [], order)
        if best is None or size >= CAP:
            return [(f"{_in_order(order)} WHERE {rest}", bound)]
        test, params = _among(best, opens)
        return [(f"{_source(best)} WHERE {test} AND {rest}", [*params, *bound])]
    by_status = best is not None and _column(best) == _STATUS
    rest, bound = _rest(parts, [p for p in (None if by_status else pinned, best) if p], order)
    return [(f"{_source(best)} WHERE {arm} AND {rest}", [*params, *bound]) for arm, params in _arms(best, opens)]


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
        case _:
            return "FROM ticket t"


def _among(facet: Condition, opens: Sequence[object]) -> Statement:
    sql, params = _test(facet)
    if _column(facet) == _STATUS:
        return sql, params
    return f"t.is_open IN ({', '.join('?' * len(opens))}) AND {sql}", [*opens, *params]


def _arms(facet: Condition | None, opens: Sequence[object]) -> list[Statement]:
    """One equality per walk: every value of the facet, open and closed apart."""
    if facet is None:
        return [("t.is_open = ?", [o]) for o in opens]
    ones: list[Condition] = [Is(facet.column, (v,)) for v in facet.values] if isinstance(facet, Is) else [facet]
    tests = [_test(one) for one in ones]
    if _column(facet) == _STATUS:
        return tests
    return [(f"t.is_open = ? AND {sql}", [o, *params]) for o in opens for sql, params in tests]


def _rest(parts: list[Condition], taken: list[Condition], order: Order) -> Statement:
    """All of `parts` but those already `taken`, and the place where the page begins."""
    left = tuple(p for p in parts if not any(p is done for done in taken))
    sql, params = compile_condition(All(left))
    keyset, bound = order.behind()
    return sql + keyset, [*params, *bound]
