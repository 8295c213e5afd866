"""The same query finds the same tickets on the whole desk, page by page, on one ticket, and by plain reasoning."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.query import compile_query, parse, unparse
from desk.query.tree import Asked, Node, Not, One, Text, both, either
from store.connection import Connection
from store.filter import Condition, compile_condition
from store.sql import tickets
from store.sql.plan import CAP, FEW, Count, Order, counter, page
from store.unit import Store
from store.values import HOUR, NEVER
from tests.query.meanings import CONTEXT, FIELDS, NOW, ORDERS, PEOPLE
from tests.query.naive import OPEN, Case, Mail, Test, holds, insert


class Frozen:
    def now(self) -> int:
        return NOW


WORDS = ("lamp", "lampe", "broken", "box")
some_words = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
HOURS = (0, -2, 2, 1.5, -8, 16, 40, -32, -2, -36, -1)
EDGES = sorted({NOW + int(hours * HOUR) + step for hours in HOURS for step in (-1, 0, 1)})
moments = st.sampled_from(EDGES)
mails = st.builds(
    Mail, subject=some_words, body=some_words, direction=st.sampled_from(["in", "out", "note"]),
    files=st.lists(st.sampled_from(WORDS), max_size=1).map(tuple), people=some_words, quoted=some_words,
    author=st.sampled_from(["", "ana", "wei"]), sent=moments,
)  # fmt: skip
agents = st.sampled_from(["", "ana", "wei"])
OWN_VALUES = (
    ("urgency", "low", None, ""), ("urgency", "high", None, ""), ("boxed", "", 1, ""), ("boxed", "", 0, ""),
    ("parts", "", 2, ""), ("parts", "", -1, ""), ("weight", "", 2500, ""), ("weight", "", 2501, ""),
    ("refund_rate", "", 250, ""), ("refund_rate", "", 3000, ""), ("refund_rate", "", 3001, ""), ("cost", "", 2000, "USD"),
    ("cost", "", 2001, "USD"), ("cost", "", 5, "EUR"), ("made", "", NOW, ""), ("made", "", NOW - 9 * HOUR, ""),
    ("takes", "", HOUR, ""), ("takes", "", HOUR - 1, ""), ("memo", "two words", None, ""), ("memo", "two", None, ""),
    ("order", "x1", None, ""),
)  # fmt: skip
own_values = st.lists(st.sampled_from(OWN_VALUES), max_size=4, unique_by=lambda v: v[0]).map(tuple)
links = st.tuples(st.sampled_from([901, 902, 903]), st.sampled_from(["related", "merged", "split"]), st.booleans())
cases = st.builds(
    Case,
    id=st.just(0),
    status=st.sampled_from([*OPEN, "solved", "closed"]),
    channel=st.sampled_from(["uk", "post"]),
    platform=st.sampled_from(["ebay", "email", "amazon"]),
    priority=st.integers(0, 3),
    type=st.sampled_from(["other", "damaged", "refund"]),
    cause=st.sampled_from(["", "damaged"]),
    ask=st.sampled_from(["", "refund"]),
    escalation=st.integers(0, 1),
    needs_review=st.integers(0, 1),
    automatic=st.sampled_from(["", "bounce"]),
    lang=st.sampled_from(["", "de", "zh", "zh-CN", "zh-TW", "de-AT", "zho"]),
    country=st.sampled_from(["", "MX", "DE"]),
    named_order=st.sampled_from(["", "701-22", "70122", "9"]),
    assignee=st.sampled_from([None, "ana", "wei"]),
    due=st.just(NEVER) | moments,
    snoozed=st.sampled_from([0, NOW - 1, NOW, NOW + 1, NEVER]),
    created=moments,
    updated=moments,
    waiting=st.none() | moments,
    replied=st.none() | moments,
    count=st.integers(0, 4),
    customer=st.sampled_from([None, *PEOPLE]),
    flagged=st.integers(0, 1),
    effort=st.sampled_from([1, 2, 3, 5]),
    due_kind=st.sampled_from(["", "step", "first_response", "resolution"]),
    warn=st.just(NEVER) | moments,
    since=moments,
    last_reply=st.none() | moments,
    last_message=st.integers(0, 3),
    read=st.none() | st.integers(0, 3),
    mentions=st.frozensets(st.sampled_from(["ana", "wei"]), max_size=1),
    tasks=st.lists(st.tuples(st.sampled_from(["open", "doing", "done", "dropped"]), agents), max_size=2).map(tuple),
    links=st.frozensets(links, max_size=1),
    clocks=st.lists(st.tuples(st.sampled_from(["running", "paused", "met"]), st.none() | moments), max_size=2).map(
        tuple
    ),
    own=own_values,
    tags=st.frozensets(st.sampled_from(["vip", "vista", "späť", "x"]), max_size=2),
    mails=st.lists(mails, max_size=3).map(tuple),
    orders=st.lists(st.sampled_from(ORDERS), max_size=2).map(tuple),
)
desks = st.lists(cases, min_size=1, max_size=6).map(lambda found: [replace(c, id=n) for n, c in enumerate(found, 1)])


def leaf(text: str) -> Asked:
    node = parse(text).ast
    assert isinstance(node, Asked)
    return node


TESTS: dict[Asked, Test] = {leaf(text): test for text, test in FIELDS.items()}


def in_places(where: list[str], node: Node) -> Node:
    """`in:… node`"""
    return both([leaf(f"in:{','.join(where)}"), node])


free = st.builds(Text, st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join), st.booleans())
words = st.recursive(
    free,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=2).map(both), st.lists(inner, min_size=2, max_size=2).map(either)
    ),
    max_leaves=3,
)
PLACES = ["subject", "body", "people", "note", "quoted", "files"]
placed = st.builds(in_places, st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True), words)
queries = st.recursive(
    st.one_of(st.sampled_from(list(TESTS)), st.sampled_from(list(TESTS)), free, placed),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(both),
        st.lists(inner, min_size=2, max_size=3).map(either),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store.create(tmp_path_factory.mktemp("desk") / "desk", clock=Frozen(), ids=lambda: "x")
    yield made
    made.close()


def read_pages(conn: Connection, condition: Condition, count: Count) -> list[int]:
    """All of a list, two tickets at a time."""
    ids, start = list[int](), None
    while True:
        sql, params = page(condition, Order(start=start), 2, count)
        rows = [r[0] for r in conn.execute(sql, params)]
        ids += rows
        if len(rows) < 2:
            return ids
        start = tuple(conn.execute("SELECT due_at, id FROM ticket WHERE id = ?", (rows[-1],)).fetchone())


def halting(select: str, params: object, cap: int = CAP) -> int:
    """A desk on which there is much of everything, and every walk meets a match in ten steps."""
    return 1 if select.startswith("SELECT 1 FROM (SELECT") else min(cap, FEW)


def found(store: Store, node: Node) -> dict[str, list[int]]:
    """Ids by every way there is to ask."""
    compiled = compile_query(parse(unparse(node)), CONTEXT)
    where, params = compile_condition(compiled.condition)
    conn = store.conn
    ids = [r[0] for r in conn.execute("SELECT id FROM ticket ORDER BY due_at, id")]
    values = [conn.execute(f"SELECT {where} FROM ticket t WHERE t.id = ?", (*params, i)).fetchone()[0] for i in ids]
    assert set(values) <= {0, 1}, "a condition is never NULL"
    asked = {"one by one": [i for i, value in zip(ids, values, strict=True) if value]}
    kept = tickets.holds(conn, compiled.condition, ids)
    asked["as a rule asks"] = [i for i in ids if i in kept]
    sql = f"SELECT t.id FROM ticket t WHERE {where} ORDER BY t.due_at, t.id"
    asked["desk"] = [r[0] for r in conn.execute(sql, params)]
    asked["gathered pages"] = pages = read_pages(conn, compiled.condition, counter(conn))
    asked["walked pages"] = read_pages(conn, compiled.condition, lambda select, params, cap=CAP: cap)
    asked["sieved pages"] = read_pages(conn, compiled.condition, halting)
    for column, back in (("updated_at", True), ("id", True), ("id", False), ("priority", True)):
        sql, params = page(compiled.condition, Order(column, back), 50, counter(conn))
        rows = [r[0] for r in conn.execute(sql, params)]
        way = "DESC" if back else "ASC"
        ordered = conn.execute(f"SELECT id FROM ticket ORDER BY {column} {way}, id {way}")
        assert rows == [r[0] for r in ordered if r[0] in set(rows)]
        asked[f"by {column} {way}"] = sorted(rows, key=pages.index) if set(rows) == set(pages) else rows
    return asked


def agree(store: Store, desk: list[Case], *nodes: Node) -> None:
    conn = store.conn
    conn.execute("BEGIN")
    try:
        insert(conn, desk, PEOPLE, ORDERS)
        for node in nodes:
            wanted = [c.id for c in sorted(desk, key=lambda c: (c.due, c.id)) if holds(node, c, TESTS)]
            for way, ids in found(store, node).items():
                assert ids == wanted, f"{way}: {unparse(node)}"
    finally:
        conn.execute("ROLLBACK")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(queries, desks)
def test_every_way_of_asking_agrees(store: Store, node: Node, desk: list[Case]) -> None:
    agree(store, desk, node)


PLANNED = ["is:open", "is:closed", "is:solved", "status:new,closed", "assignee:none", "assignee:none,WEI", "is:urgent",
           "priority:high..", "platform:ebay,email", "channel:post,uk", "type:damaged", "lang:ZH-cn", "tag:vip",
           "id:1,3..4", "customer:ana", "order:70122", "is:snoozed", "updated:-1d12h..-1h", "due:..2h",
           "is:overdue", "is:flagged", "is:paused", "is:breached", "country:none", "cause:none", "clock:none", "tier:vip*",
           "amount:..20USD", 'item:"desk lamp"', "sku:lmp*", "courier:none", "urgency:HIGH", "weight:..2.5", "sent:-2h",
           "has:note", "note:box", "file:box,lamp", "task:open", "link:901", "messages:2..3", "replied:-2h.."]  # fmt: skip
planned = st.sampled_from(PLANNED).map(leaf)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(planned, planned, desks)
def test_whatever_a_list_begins_at_it_finds_the_same(store: Store, one: Node, other: Node, desk: list[Case]) -> None:
    agree(store, desk, both([one, other]), either([one, other]))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(planned, planned, planned, desks)
def test_alternatives_inside_a_query_are_planned_like_those_outside(
    store: Store, one: Node, other: Node, third: Node, desk: list[Case]
) -> None:
    agree(store, desk, both([one, either([other, third])]))


def test_everything_there_is_has_a_meaning_here() -> None:
    """Of what the language itself brings; rooms that add to it have tests of their own."""
    code = "from desk.query import NAMES as n; print(*n.fields); print(*n.states); print(*n.things)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    fields, states, things = (set(line.split()) for line in shown.splitlines())
    assert {CONTEXT.names.spoken.get(a.name, a.name) for a in TESTS} | {"in"} >= fields
    said = {(a.name, v.text.replace("-", "_")) for a in TESTS for v in a.values if isinstance(v, One)}
    assert {s for n, s in said if n == "is"} | {"pending", "on_hold", "spam", "closed"} >= states
    assert {s for n, s in said if n == "has"} | {"cause", "ask"} >= things


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(desks)
def test_every_field_means_what_it_says(store: Store, desk: list[Case]) -> None:
    agree(store, desk, *TESTS)
