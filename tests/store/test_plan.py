"""A page costs the same on a desk of any size: it begins at an index and never sorts more than it may gather."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desk.query import Context, compile_query, parse
from store.sql.plan import CAP, Order, page
from store.unit import Store

CONTEXT = Context(1_791_763_200_000, me="ana", agents={"ana": "Ana"}, channels={"UK": "uk"})


class Frozen:
    def now(self) -> int:
        return CONTEXT.now


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store.create(tmp_path_factory.mktemp("desk") / "desk", clock=Frozen(), ids=lambda: "x")
    yield made
    made.close()


def steps(store: Store, text: str, order: Order, size: int) -> list[str]:
    """What SQLite does for a page when every start finds `size` tickets."""
    condition = compile_query(parse(text), CONTEXT).condition
    sql, params = page(condition, order, 50, lambda select, bound, cap=CAP: min(size, cap))
    return [row[3] for row in store.conn.execute(f"EXPLAIN QUERY PLAN {sql}", params)]


MANY = [
    "", "is:open", "is:closed", "assignee:me", "assignee:none", "is:open is:mine", "channel:uk", "platform:ebay,amazon",
    "type:damaged", "status:open", "status:new,open", "priority:high..", "is:urgent", "due:..2h", "is:overdue",
    "is:open type:damaged assignee:me", "is:open OR is:urgent", "is:open not:is:snoozed", "tag:vip", "customer:ana",
    "is:open tag:vip lamp", "has:order", "is:automatic is:open", "is:review", "is:escalated is:open", "is:spam",
    "is:open is:pressing not:is:snoozed",
]  # fmt: skip


@pytest.mark.parametrize("text", MANY)
@pytest.mark.parametrize("start", [None, (1_791_763_200_000, 7)])
def test_many_tickets_are_visited_in_order(store: Store, text: str, start: tuple[int, int] | None) -> None:
    found = steps(store, text, Order(start=start), CAP)
    merged = "COMPOUND QUERY" in found or "MERGE (UNION)" in found
    assert any(s.startswith("SEARCH t USING") for s in found), found
    assert sum(s.startswith("SCAN t") for s in found) == merged, found  # the merged rows, never the tickets
    assert merged or not any("TEMP B-TREE" in s for s in found), found


FEW = ["order:701-22", "tag:vip", "tag:v*", "customer:ana", "lamp", "is:snoozed", "updated:-1d", "id:5"]


@pytest.mark.parametrize("text", FEW)
@pytest.mark.parametrize("column", ["due_at", "updated_at", "id", "priority"])
def test_few_tickets_are_gathered_from_where_they_are(store: Store, text: str, column: str) -> None:
    found = steps(store, f"is:open {text}", Order(column), 3)
    assert not any(s.startswith(("SCAN t", "SCAN x", "SCAN c", "SCAN m")) for s in found), found


def test_other_orders_walk_their_own_index(store: Store) -> None:
    latest = Order("updated_at", descending=True)
    assert steps(store, "platform:ebay", latest, CAP) == ["SCAN t USING INDEX ticket_updated"]
    assert steps(store, "platform:ebay", Order("id"), CAP) == ["SCAN t"]
    few = ["SEARCH t USING INDEX ticket_platform_due (is_open=? AND platform=?)", "USE TEMP B-TREE FOR ORDER BY"]
    assert steps(store, "platform:ebay", Order("id"), 3) == few
