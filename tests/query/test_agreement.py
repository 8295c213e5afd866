"""The same query finds the same tickets on the whole desk, page by page, on one ticket, and by plain reasoning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.query import Context, compile_query, parse, unparse
from desk.query.tree import Asked, Node, Not, Text, both, either
from store.connection import Connection
from store.filter import Condition, compile_condition
from store.sql.plan import CAP, Count, Order, counter, page
from store.unit import Store
from store.values import DAY, HOUR, MINUTE, NEVER
from tests.query.naive import OPEN, Bought, Case, Mail, Test, holds, insert

NOW = 1_791_763_200_000  # 2026-10-12T08:00+08:00, a Monday
ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = NOW - 8 * HOUR
CONTEXT = Context(NOW, ZONE, me="ana", agents={"ana": "Ana Ruiz", "wei": "王伟"},
                  channels={"eBay UK": "uk", "Post": "post"})  # fmt: skip


class Frozen:
    def now(self) -> int:
        return NOW


FIELDS: dict[str, Test] = {
    "is:open": lambda c: c.status in OPEN,
    "is:closed": lambda c: c.status not in OPEN,
    "is:solved": lambda c: c.status == "solved",
    "is:new,pending": lambda c: c.status in ("new", "pending"),
    "is:on-hold": lambda c: c.status == "on_hold",
    "is:waiting": lambda c: c.waiting is not None,
    "is:unanswered": lambda c: c.waiting is not None,
    "is:answered": lambda c: c.replied is not None and c.waiting is None,
    "is:overdue": lambda c: c.due <= NOW,
    "is:snoozed": lambda c: c.snoozed > NOW,
    "is:assigned": lambda c: c.assignee is not None,
    "is:unassigned": lambda c: c.assignee is None,
    "is:mine": lambda c: c.assignee == "ana",
    "is:urgent": lambda c: c.priority == 3,
    "is:escalated": lambda c: c.escalation > 0,
    "is:review": lambda c: c.needs_review > 0,
    "is:automatic": lambda c: c.automatic != "",
    "has:due": lambda c: c.due != NEVER,
    "has:assignee": lambda c: c.assignee is not None,
    "has:customer": lambda c: c.customer is not None,
    "has:lang": lambda c: c.lang != "",
    "has:country": lambda c: c.country != "",
    "has:cause,ask": lambda c: c.cause != "" or c.ask != "",
    "has:reply": lambda c: c.replied is not None,
    "has:tag": lambda c: bool(c.tags),
    "has:order": lambda c: bool(c.orders),
    "has:attachment": lambda c: any(m.files for m in c.mails),
    "has:note": lambda c: any(m.direction == "note" for m in c.mails),
    "has:tracking": lambda c: any(o.tracking for o in c.orders),
    "assignee:me": lambda c: c.assignee == "ana",
    "assignee:none": lambda c: c.assignee is None,
    "assignee:王伟": lambda c: c.assignee == "wei",
    "assignee:none,WEI": lambda c: c.assignee in (None, "wei"),
    "platform:ebay,email": lambda c: c.platform in ("ebay", "email"),
    "platform:eBay": lambda c: c.platform == "ebay",
    'channel:"ebay uk"': lambda c: c.channel == "uk",
    "channel:post,uk": lambda c: c.channel in ("post", "uk"),
    "status:open": lambda c: c.status == "open",
    "status:new,closed": lambda c: c.status in ("new", "closed"),
    "priority:high": lambda c: c.priority == 2,
    "priority:high..": lambda c: c.priority >= 2,
    "priority:..normal": lambda c: c.priority <= 1,
    "priority<high": lambda c: c.priority < 2,
    "priority>urgent": lambda c: False,
    "type:damaged": lambda c: c.type == "damaged",
    "type:damaged,refund": lambda c: c.type in ("damaged", "refund"),
    "cause:none": lambda c: c.cause == "",
    "cause:damaged": lambda c: c.cause == "damaged",
    "ask:refund,none": lambda c: c.ask in ("refund", ""),
    "lang:zh": lambda c: c.lang.split("-")[0] == "zh",
    "lang:ZH-cn": lambda c: c.lang == "zh-CN",
    "lang:de": lambda c: c.lang.split("-")[0] == "de",
    "lang:none": lambda c: c.lang == "",
    "country:mx": lambda c: c.country == "MX",
    "country:none": lambda c: c.country == "",
    "due:..2h": lambda c: c.due <= NOW + 2 * HOUR,
    "due:2h": lambda c: NOW <= c.due <= NOW + 2 * HOUR,
    "due:-2h": lambda c: NOW - 2 * HOUR <= c.due <= NOW,
    "due<90m": lambda c: c.due < NOW + 90 * MINUTE,
    "due>2h": lambda c: NOW + 2 * HOUR < c.due < NEVER,
    "due:now..": lambda c: NOW <= c.due < NEVER,
    "due:..0": lambda c: c.due <= NOW,
    "due:today": lambda c: MIDNIGHT <= c.due < MIDNIGHT + DAY,
    "due:tomorrow": lambda c: MIDNIGHT + DAY <= c.due < MIDNIGHT + 2 * DAY,
    "due:..2026-10-12": lambda c: c.due < MIDNIGHT + DAY,
    "created:yesterday": lambda c: MIDNIGHT - DAY <= c.created < MIDNIGHT,
    "created:2026-10-12": lambda c: MIDNIGHT <= c.created < MIDNIGHT + DAY,
    "created>2026-10-11": lambda c: c.created >= MIDNIGHT,
    "created<2026-10-12": lambda c: c.created < MIDNIGHT,
    "created:-2h": lambda c: NOW - 2 * HOUR <= c.created <= NOW,
    "updated:-1d12h..-1h": lambda c: NOW - 36 * HOUR <= c.updated <= NOW - HOUR,
    "updated:2026-10-12t06:00": lambda c: MIDNIGHT + 6 * HOUR <= c.updated < MIDNIGHT + 6 * HOUR + MINUTE,
    "waiting:2h..": lambda c: c.waiting is not None and c.waiting <= NOW - 2 * HOUR,
    "waiting<2h": lambda c: c.waiting is not None and c.waiting > NOW - 2 * HOUR,
    "tag:vip": lambda c: "vip" in c.tags,
    "tag:VIP,späť": lambda c: bool(c.tags & {"vip", "späť"}),
    "tag:v*": lambda c: any(t.startswith("v") for t in c.tags),
    "tag:none": lambda c: not c.tags,
    "customer:ana": lambda c: c.customer is not None and c.customer.startswith("ana"),
    "customer:ana@example.org": lambda c: c.customer == "ana",
    "customer:none": lambda c: c.customer is None,
    "order:701-22": lambda c: "701-22" in {o.number for o in c.orders} or c.named_order in ("701-22", "70122"),
    "order:70122": lambda c: "701-22" in {o.number for o in c.orders} or c.named_order == "70122",
    "amount:..20USD": lambda c: any(o.currency == "USD" and o.minor <= 2000 for o in c.orders),
    "amount>20usd": lambda c: any(o.currency == "USD" and o.minor > 2000 for o in c.orders),
    "amount:10..20EUR": lambda c: any(o.currency == "EUR" and 1000 <= o.minor <= 2000 for o in c.orders),
    "amount:20USD": lambda c: any(o.currency == "USD" and o.minor == 2000 for o in c.orders),
    "id:2": lambda c: c.id == 2,
    "id:1,3..4": lambda c: c.id in (1, 3, 4),
    "messages:2..3": lambda c: 2 <= c.count <= 3,
    "messages>0": lambda c: c.count > 0,
}  # fmt: skip

WORDS = ("lamp", "lampe", "broken", "box")
some_words = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
mails = st.builds(Mail, some_words, some_words, st.sampled_from(["in", "out", "note"]),
                  st.lists(st.sampled_from(WORDS), max_size=1).map(tuple))  # fmt: skip
HOURS = (0, -2, 2, 1.5, -8, 16, 40, -32, -2, -36, -1)
EDGES = sorted({NOW + int(hours * HOUR) + step for hours in HOURS for step in (-1, 0, 1)})
moments = st.sampled_from(EDGES)
ORDERS = (Bought("701-22", "USD", 2000, "DHL1"), Bought("701-23", "USD", 2001), Bought("88", "EUR", 1500))
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
    customer=st.sampled_from([None, "ana", "anabel", "wei"]),
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
free = st.builds(Text, st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join), st.booleans())
queries = st.recursive(
    st.one_of(st.sampled_from(list(TESTS)), st.sampled_from(list(TESTS)), free),
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


def found(store: Store, node: Node) -> dict[str, list[int]]:
    """Ids by every way there is to ask."""
    compiled = compile_query(parse(unparse(node)), CONTEXT)
    where, params = compile_condition(compiled.condition)
    conn = store.conn
    ids = [r[0] for r in conn.execute("SELECT id FROM ticket ORDER BY due_at, id")]
    values = [conn.execute(f"SELECT {where} FROM ticket t WHERE t.id = ?", (*params, i)).fetchone()[0] for i in ids]
    assert set(values) <= {0, 1}, "a condition is never NULL"
    asked = {"one by one": [i for i, value in zip(ids, values, strict=True) if value]}
    sql = f"SELECT t.id FROM ticket t WHERE {where} ORDER BY t.due_at, t.id"
    asked["desk"] = [r[0] for r in conn.execute(sql, params)]
    asked["gathered pages"] = pages = read_pages(conn, compiled.condition, counter(conn))
    asked["walked pages"] = read_pages(conn, compiled.condition, lambda select, params: CAP)
    for column, back in (("updated_at", True), ("id", True), ("id", False), ("priority", True)):
        sql, params = page(compiled.condition, Order(column, back), 50, counter(conn))
        rows = [r[0] for r in conn.execute(sql, params)]
        way = "DESC" if back else "ASC"
        ordered = conn.execute(f"SELECT id FROM ticket ORDER BY {column} {way}, id {way}")
        assert rows == [r[0] for r in ordered if r[0] in set(rows)]
        asked[f"by {column} {way}"] = sorted(rows, key=pages.index) if set(rows) == set(pages) else rows
    return asked


def agree(store: Store, node: Node, desk: list[Case]) -> None:
    conn = store.conn
    conn.execute("BEGIN")
    try:
        insert(conn, desk)
        wanted = [c.id for c in sorted(desk, key=lambda c: (c.due, c.id)) if holds(node, c, TESTS)]
        for way, ids in found(store, node).items():
            assert ids == wanted, f"{way}: {unparse(node)}"
    finally:
        conn.execute("ROLLBACK")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(queries, desks)
def test_every_way_of_asking_agrees(store: Store, node: Node, desk: list[Case]) -> None:
    agree(store, node, desk)


PLANNED = ["is:open", "is:closed", "is:solved", "status:new,closed", "assignee:none", "assignee:none,WEI", "is:urgent",
           "priority:high..", "platform:ebay,email", "channel:post,uk", "type:damaged", "lang:ZH-cn", "tag:vip",
           "id:1,3..4", "customer:ana", "order:70122", "is:snoozed", "updated:-1d12h..-1h", "due:..2h",
           "is:overdue"]  # fmt: skip
planned = st.sampled_from(PLANNED).map(leaf)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(planned, planned, desks)
def test_whatever_a_list_begins_at_it_finds_the_same(store: Store, one: Node, other: Node, desk: list[Case]) -> None:
    agree(store, both([one, other]), desk)
    agree(store, either([one, other]), desk)


@pytest.mark.parametrize("text", FIELDS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(desk=desks)
def test_every_field_means_what_it_says(store: Store, text: str, desk: list[Case]) -> None:
    agree(store, leaf(text), desk)
