"""Departments in queries: by id or by name, completed, and the wrong word is answered with the right one."""

from __future__ import annotations

import pytest

import desk.group_query
from desk import groups, inbox
from desk.automation.route import transfer
from desk.query import complete
from store.errors import Invalid
from tests.desk.conftest import desk  # noqa: F401 - the fixture
from tests.desk.small import ANA, NOON, Desk


@pytest.fixture
def grouped(desk: Desk) -> Desk:  # noqa: F811
    with desk.acting() as unit:
        groups.save(unit, "returns", {"name": "Ship back", "members": {"wei": 1}})
        groups.save(unit, "seniors", {})
    for n in range(3):
        desk.mail(sender=f"b{n}@x.example")
    with desk.acting(ANA) as unit:
        transfer(unit, 2, "returns")
    return desk


def found(desk: Desk, query: str) -> list[int]:  # noqa: F811
    context = inbox.context(desk.store.conn, "ana", NOON)
    return sorted(t.id for t in inbox.page(desk.store.conn, inbox.resolve(query, context), "ana"))


def test_tickets_are_found_by_their_group(grouped: Desk) -> None:
    assert found(grouped, "group:returns") == found(grouped, 'group:"ship back"') == found(grouped, "has:group") == [2]
    assert found(grouped, "group:none") == [1, 3]
    assert found(grouped, "is:open group:seniors,returns") == [2]


def test_a_group_nobody_knows_is_answered_with_the_nearest(grouped: Desk) -> None:
    with pytest.raises(Invalid, match="returns"):
        found(grouped, "group:retuns")


def test_groups_are_offered(grouped: Desk) -> None:
    context = inbox.context(grouped.store.conn, "ana", NOON)
    assert {s.text for s in complete("group:", 6, context)} >= {"none", "returns", "seniors"}
    assert "group:" in {s.text for s in complete("gro", 3, context)}
