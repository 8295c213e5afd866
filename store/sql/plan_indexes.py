"""Which index serves what a query asks of a ticket. `store.sql.plan` chooses among them; a renamed index is renamed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from store.filter import TICKET_COLUMNS, Between, Column, Condition, Has, Is, Not, compile_condition

Statement = tuple[str, list[Any]]

OPEN = TICKET_COLUMNS["is_open"]
STATUS = TICKET_COLUMNS["status"]
VALUES_AT_MOST = 8
"""Of one column; each is a walk of its own."""
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


class Arm(NamedTuple):
    """One walk: an index and what of it is walked, without what has to be looked at ticket by ticket."""

    source: str
    test: str
    params: list[Any]
    late: bool = False


def facet(part: Condition) -> bool:
    """Whether an index in order of the deadline serves `part`."""
    match part:
        case Is(column, values):
            served = column in _BY_DUE or column in _MARKS or column == STATUS
            return served and 0 < len(values) <= VALUES_AT_MOST
        case Has(column):
            return column in _MARKS
        case Not(Has(column)):
            return column in _BY_DUE
    return False


def column_of(facet: Condition) -> Column:
    match facet:
        case Is(column) | Has(column) | Not(Has(column)):
            return column
    raise AssertionError(facet)


def source(facet: Condition | None) -> str:
    if facet is None:
        return "FROM ticket t INDEXED BY ticket_open_due"
    column = column_of(facet)
    index = "ticket_status_due" if column == STATUS else _BY_DUE.get(column) or _MARKS[column]
    return f"FROM ticket t INDEXED BY {index}"


def test(facet: Condition) -> Statement:
    """The facet, spelt so that SQLite sees that its index holds every row asked for."""
    sql, params = compile_condition(facet)
    column = column_of(facet)
    return (f"{column.present} AND {sql}", params) if column in _MARKS and isinstance(facet, Is) else (sql, params)


def in_order(column: str) -> str:
    """The index that is in order of `column`."""
    match column:
        case "id":
            return "FROM ticket t NOT INDEXED"  # the table itself is in order of the id
        case "updated_at":
            return "FROM ticket t INDEXED BY ticket_updated"
        case "priority":
            return "FROM ticket t INDEXED BY ticket_priority"
        case _:
            return "FROM ticket t"


def among(facet: Condition, opens: Sequence[object]) -> Statement:
    sql, params = test(facet)
    if column_of(facet) == STATUS:
        return sql, params
    return f"t.is_open IN ({', '.join('?' * len(opens))}) AND {sql}", [*opens, *params]


def arms(facet: Condition | None, opens: Sequence[object]) -> list[Arm]:
    """One equality per walk: every value of the facet, open and closed apart, the way round in which they come."""
    if facet is None:
        return [Arm(source(None), "t.is_open = ?", [o], n > 0) for n, o in enumerate(opens)]
    index = source(facet)
    ones: list[Condition] = [Is(facet.column, (v,)) for v in facet.values] if isinstance(facet, Is) else [facet]
    tests = [test(one) for one in ones]
    if column_of(facet) == STATUS:
        return [Arm(index, sql, params) for sql, params in tests]
    return [Arm(index, f"t.is_open = ? AND {sql}", [o, *params], n > 0)
            for sql, params in tests for n, o in enumerate(opens)]  # fmt: skip


def alone(part: Condition) -> Statement | None:
    """`(FROM ticket t … WHERE …, params)` of the tickets `part` finds, where an index of that column finds them."""
    match part:
        case Is(column) | Between(column) | Has(column) if column in _ALONE:
            test, params = compile_condition(part)
            return f"FROM ticket t {_ALONE[column]} WHERE {test}", params
        case Has(column) if column in _BY_DUE and column.absent in (None, ""):
            return f"FROM ticket t INDEXED BY {_BY_DUE[column]} WHERE t.is_open IN (0, 1) AND {column.sql} > ''", []
    return None
