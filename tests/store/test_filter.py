"""Conditions are two-valued and mean the same in every shape."""

from __future__ import annotations

import pytest

from store.filter import (
    EVERYTHING,
    NOTHING,
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
    Rows,
    Words,
    compile_condition,
    drive,
    top_level,
)
from store.related import named, tagged

ASSIGNEE, DUE = TICKET_COLUMNS["assignee"], TICKET_COLUMNS["due"]


@pytest.mark.parametrize(
    ("condition", "sql", "params"),
    [
        (EVERYTHING, "1", []),
        (NOTHING, "0", []),
        (Is(ASSIGNEE, ()), "0", []),
        (Is(ASSIGNEE, ("ana",)), "(t.assignee_id IS NOT NULL AND t.assignee_id = ?)", ["ana"]),
        (Not(Has(ASSIGNEE)), "t.assignee_id IS NULL", []),
        (Not(Has(Column("t.lang", absent=""))), "t.lang = ''", []),
        (Between(DUE, 1, 2), "(t.due_at < 253402300799999 AND t.due_at >= ? AND t.due_at <= ?)", [1, 2]),
        (Between(DUE), "(t.due_at < 253402300799999)", []),
        (
            All((Is(DUE, (1,)), Any_((Is(DUE, (2, 3)), EVERYTHING)))),
            "(t.due_at = ? AND (t.due_at IN (?, ?) OR 1))",
            [1, 2, 3],
        ),
        (
            tagged("vip"),
            "EXISTS (SELECT 1 FROM ticket_tag x WHERE x.ticket_id = t.id AND x.tag = ?)",
            ["vip"],
        ),
    ],
)
def test_becomes(condition: Condition, sql: str, params: list[object]) -> None:
    assert compile_condition(condition) == (sql, params)


def test_a_list_may_begin_at_related_rows() -> None:
    assert drive(tagged("vip")) == ("SELECT x.ticket_id AS key FROM ticket_tag x WHERE x.tag = ?", ["vip"])
    select, params = drive(named("ana"))
    assert select.count("SELECT") == 2 and "UNION ALL" in select
    assert params == ["ana", "ana\U0010ffff", "email:ana", "email:ana\U0010ffff"]
    assert drive(Words('"a"'))[1] == ['"a"']


def test_parameters_stay_in_order_across_kinds() -> None:
    linked = Linked("t.id", (Rows("a", "a.k", "a.v = ?", (1,)), Rows("b", "b.k", "b.v = ?", (2,))))
    sql, params = compile_condition(All((Not(linked), Words("w"), Is(DUE, (3,)))))
    assert sql.count("?") == len(params) == 4
    assert params == [1, 2, "w", 3]


def test_top_level() -> None:
    assert top_level(All((EVERYTHING, NOTHING))) == (EVERYTHING, NOTHING)
    assert top_level(NOTHING) == (NOTHING,)
