"""Walking a list page by page, in either direction, shows each matching ticket once and in order; so does a search."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import inbox
from store.connection import Connection
from store.sql import tickets
from store.sql.rows import TicketLine
from store.sql.tickets import SORTS, Place, Sort, place
from store.values import NEVER
from tests.desk.small import Desk

QUERIES = ("", "is:open", "is:open not:is:snoozed", "status:new", "assignee:none", "assignee:ana",
           "is:open priority:high", "status:new OR assignee:wei", "tag:vip", "has:due", "is:solved", "lang:de is:open",
           "type:damaged OR tag:vip", "not:tag:vip", "is:snoozed")  # fmt: skip
SIZES = st.integers(1, 17)


def filled(conn: Connection, chance: random.Random, count: int) -> None:
    conn.execute("DELETE FROM ticket")
    conn.execute("DELETE FROM ticket_tag")
    conn.execute("DELETE FROM message")
    conn.execute("DELETE FROM message_fts")
    for _ in range(count):
        number = conn.execute(
            "INSERT INTO ticket (channel_id, platform, subject, status, priority, type, lang, assignee_id, due_at, "
            "snoozed_until, created_at, updated_at) VALUES ('mail', 'email', 's', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (chance.choice(("new", "open", "pending", "solved", "closed")), chance.randrange(4),
             chance.choice(("damaged", "other")), chance.choice(("de", "de-AT", "en", "")),
             chance.choice((None, "ana", "wei")), chance.choice((NEVER, *range(5))), chance.choice((0, 0, NEVER)),
             chance.randrange(5), chance.randrange(5)),
        ).lastrowid  # fmt: skip
        if chance.random() < 0.3:
            conn.execute("INSERT INTO ticket_tag VALUES (?, 'vip')", (number,))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("pages"))


Page = Callable[[Place | None], list[TicketLine]]


def walk(page: Page, sort: Sort, *, forward: bool, start: Place | None = None) -> list[int]:
    shown: list[int] = []
    while found := page(start):
        shown = shown + [t.id for t in found] if forward else [t.id for t in found] + shown
        start = place(found[-1 if forward else 0], sort)
        assert len(shown) <= 2_000
    return shown


@pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 90), query=st.sampled_from(QUERIES), size=SIZES)
def test_every_ticket_once_in_order(desk: Desk, sort: Sort, seed: int, count: int, query: str, size: int) -> None:
    conn = desk.store.conn
    conn.execute("BEGIN IMMEDIATE")
    try:
        filled(conn, random.Random(seed), count)
        found = inbox.resolve(query, inbox.context(conn, "ana", desk.clock.at))
        wanted = inbox.List(query, found.compiled, sort)
        where = tickets.holds(conn, found.compiled.condition, [r[0] for r in conn.execute("SELECT id FROM ticket")])
        rows = dict(conn.execute(f"SELECT id, {sort.column} FROM ticket"))
        right = sorted(where, key=lambda i: (rows[i], i), reverse=sort.descending)
        forward = walk(lambda at: inbox.page(conn, wanted, "ana", after=at, limit=size), sort, forward=True)
        assert forward == right
        end = inbox.last_page(conn, wanted, "ana", size)
        assert [t.id for t in end] == right[-size:]
        if end:
            back = walk(lambda at: inbox.page(conn, wanted, "ana", before=at, limit=size), sort, forward=False,
                        start=place(end[0], sort))  # fmt: skip
            assert back + [t.id for t in end] == right
        assert inbox.count(conn, wanted) == len(right)
        assert inbox.count(conn, wanted, at_most=5) == min(5, len(right))
    finally:
        conn.execute("ROLLBACK")


@pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), size=SIZES)
def test_what_changes_between_two_pages_moves_nothing_else(desk: Desk, sort: Sort, seed: int, size: int) -> None:
    """Between pages a ticket leaves, one comes, one moves: all others are shown once, in order."""
    conn, chance = desk.store.conn, random.Random(seed)
    conn.execute("BEGIN IMMEDIATE")
    try:
        filled(conn, chance, 60)
        found = inbox.resolve("is:open", inbox.context(conn, "ana", desk.clock.at))
        wanted = inbox.List("is:open", found.compiled, sort)
        before = {r[0] for r in conn.execute("SELECT id FROM ticket WHERE is_open = 1")}
        touched: set[int] = set()

        def page(at: Place | None) -> list[TicketLine]:
            lines = inbox.page(conn, wanted, "ana", after=at, limit=size)
            if lines and len(touched) < 40:
                touched.add(lines[-1].id)  # the very ticket the next page begins behind
                conn.execute("UPDATE ticket SET status = 'solved' WHERE id = ?", (lines[-1].id,))
                mover = chance.choice(sorted(before))
                touched.add(mover)
                conn.execute("UPDATE ticket SET due_at = ?, updated_at = ?, priority = ? WHERE id = ?",
                             (chance.randrange(6), chance.randrange(6), chance.randrange(4), mover))  # fmt: skip
            return lines

        shown = walk(page, sort, forward=True)
        steady = [i for i in shown if i not in touched]
        assert sorted(steady) == sorted(before - touched)
        rows = dict(conn.execute(f"SELECT id, {sort.column} FROM ticket"))
        assert steady == sorted(steady, key=lambda i: (rows[i], i), reverse=sort.descending)
    finally:
        conn.execute("ROLLBACK")


# Search ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Forty tickets of one to four messages; most speak of a lamp."""
    made, chance = Desk(tmp_path_factory.mktemp("search")), random.Random(7)
    for n in range(40):
        made.mail(text="a lamp" if n % 3 else "a chair", sender=f"b{n}@x.example", key=f"k{n}@x")
    for m in range(60):
        n = chance.randrange(40)
        made.mail(text="the lamp again", sender=f"b{n}@x.example", answers=f"k{n}@x", key=f"r{m}@x")
    return made


def search(desk: Desk, query: str) -> inbox.List:
    return inbox.resolve(query, inbox.context(desk.store.conn, "ana", desk.clock.at))


def newest_first(desk: Desk, condition: str = "1") -> list[int]:
    sql = (f"SELECT m.ticket_id FROM message m JOIN ticket t ON t.id = m.ticket_id WHERE m.body LIKE '%lamp%' "
           f"AND {condition} GROUP BY m.ticket_id ORDER BY max(m.id) DESC")  # fmt: skip
    return [r[0] for r in desk.store.conn.execute(sql)]


@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("rest", ["", " assignee:ana"])
def test_a_search_shows_each_ticket_once_newest_first(talking: Desk, size: int, rest: str) -> None:
    wanted, conn = search(talking, "lamp" + rest), talking.store.conn
    right = newest_first(talking, "t.assignee_id = 'ana'" if rest else "1")
    assert len(right) > 8
    assert walk(lambda at: inbox.page(conn, wanted, "ana", after=at, limit=size), wanted.sort, forward=True) == right
    end = inbox.last_page(conn, wanted, "ana", size)
    back = walk(lambda at: inbox.page(conn, wanted, "ana", before=at, limit=size), wanted.sort, forward=False,
                start=place(end[0], wanted.sort))  # fmt: skip
    assert back + [t.id for t in end] == right
    assert inbox.count(conn, wanted) == len(right)


def test_a_search_goes_on_behind_a_ticket_that_matches_no_more(talking: Desk) -> None:
    """The last row of the page is solved while it is on screen; the next page follows all the same."""
    conn = talking.store.conn
    wanted, right = search(talking, "lamp is:open"), newest_first(talking, "t.is_open = 1")
    first = inbox.page(conn, wanted, "ana", limit=5)
    conn.execute("BEGIN IMMEDIATE")
    conn.execute("UPDATE ticket SET status = 'solved' WHERE id = ?", (first[-1].id,))
    rest = inbox.page(conn, wanted, "ana", limit=100, after=place(first[-1], wanted.sort))
    above = inbox.page(conn, wanted, "ana", limit=100, before=place(first[-1], wanted.sort))
    conn.execute("ROLLBACK")
    assert [t.id for t in first + rest] == right
    assert [t.id for t in above] == right[:4]


def test_a_search_for_nothing_there_is_empty(talking: Desk, tmp_path: Path) -> None:
    assert inbox.page(talking.store.conn, search(talking, "zeppelin"), "ana") == []
    assert inbox.last_page(talking.store.conn, search(talking, "zeppelin"), "ana") == []
    assert inbox.count(talking.store.conn, search(talking, "zeppelin")) == 0
