"""Search finds words in every script and both spellings of a number, and no text can break it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.connection import Connection, connect
from store.search import Term, match, newest, numbers, put, words


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    made = connect(tmp_path_factory.mktemp("search") / "s.db")
    made.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, ticket_id INTEGER)")
    made.execute("CREATE VIRTUAL TABLE message_fts USING fts5(subject, body, people, numbers, content='', "
                 "contentless_delete=1, tokenize='unicode61 remove_diacritics 2')")  # fmt: skip
    for id, text in enumerate(TEXTS, 1):
        made.execute("INSERT INTO message VALUES (?, ?)", (id, id * 10))
        put(made, id, subject=f"subject{id}", body=text, people="Ana Ruiz <ana@example.org>")
    yield made
    made.close()


TEXTS = (
    "申请退款,商品破损",
    "返品したいのですが、ランプが割れています",
    "배송이 늦어요",
    "Sendung an Jürgen Kößler, Straße 5",
    "order 701-2245-889 arrived broken",
    "order 7012245889 arrived",
    "the screen is cracked",
    "cracked lamp, dark screen",
    "สินค้าเสียหาย",
    "ＦＵＬＬ ｗｉｄｔｈ ｶﾀｶﾅ",
)


def found(conn: Connection, *terms: str | Term) -> set[int]:
    expression = match(tuple(t if isinstance(t, Term) else Term(t) for t in terms))
    return {hit.message_id for hit in newest(conn, expression)} if expression else set()


@pytest.mark.parametrize(
    ("term", "ids"),
    [
        ("退", {1}), ("退款", {1}), ("款", {1}), ("商品", {1}), ("款退", set()), ("退商", set()),
        ("返品", {2}), ("ランプ", {2}), ("割", {2}), ("品", {1, 2}), ("늦", {3}), ("배송", {3}), ("เสีย", {9}),
        ("jurgen", {4}), ("JÜRGEN", {4}), ("kössler", {4}), ("strasse", {4}),
        ("701-2245-889", {5, 6}), ("7012245889", {5, 6}), ("２２４５", {5}),
        ("cracked screen", set()), ("screen is cracked", {7}), ("dark screen", {8}),
        ("full width", {10}), ("カタカナ", {10}), ("subject3", {3}), ("ana@example.org", set(range(1, 11))),
    ],
)  # fmt: skip
def test_finds(conn: Connection, term: str, ids: set[int]) -> None:
    assert found(conn, term) == ids


def test_prefixes_phrases_and_several_words(conn: Connection) -> None:
    assert found(conn, Term("crac", prefix=True)) == {7, 8}
    assert found(conn, "crac") == set()
    assert found(conn, Term("dark scr", prefix=True)) == {8}
    assert found(conn, Term("701-22", prefix=True)) == {5, 6}
    assert found(conn, "screen", "cracked") == {7, 8}
    assert found(conn, "cracked", "subject7") == {7}  # words in different columns of one message


def test_newest_comes_first_and_pages(conn: Connection) -> None:
    expression = match((Term("order"),))
    assert [(h.ticket_id, h.message_id) for h in newest(conn, expression)] == [(60, 6), (50, 5)]
    assert [h.message_id for h in newest(conn, expression, before=6)] == [5]


def test_what_holds_no_word_is_no_expression() -> None:
    assert match(()) == match((Term("!!!"), Term("_"), Term("—"))) == ""


@given(st.lists(st.builds(Term, st.text(max_size=12), st.booleans()), max_size=4))
def test_no_text_breaks_a_search(conn: Connection, terms: list[Term]) -> None:
    expression = match(tuple(t for t in terms if t.text.isprintable() or t.text.isascii()))
    if expression:
        newest(conn, expression)


OPERATORS = ('"', '""', '" OR "', "NEAR(a b)", "a AND", "NOT", "subject:x", "{subject}:x", "^a", "a*", "(", "a + b",
             "-- x", "'; DROP TABLE message; --", "\x00", "a\x00b")  # fmt: skip


@pytest.mark.parametrize("text", OPERATORS)
@pytest.mark.parametrize("prefix", [False, True])
def test_operators_of_the_index_are_just_text(conn: Connection, text: str, prefix: bool) -> None:
    found(conn, Term(text, prefix), "a")


def test_naughty_strings(conn: Connection, root: Path) -> None:
    file = root.parent / "shared" / "data" / "text" / "blns.json"
    if not file.exists():
        pytest.skip("the sample data lies beside the checkout, and is not there")
    for text in json.loads(file.read_text(encoding="utf-8")):
        found(conn, Term(text), Term(text, prefix=True))
        conn.execute("SAVEPOINT s")
        conn.execute("INSERT INTO message VALUES (999, 9990)")
        put(conn, 999, subject=text, body=text, people=text)
        if expression := match((Term(text),)):
            hits = {hit.message_id for hit in newest(conn, expression)}
            assert 999 in hits or not any(map(str.isalnum, words(text))), text
        conn.execute("ROLLBACK TO s")


@pytest.mark.parametrize("text", ["a" * 200_000, "-" * 200_000, "a-" * 100_000, "1-" * 100_000, "退" * 100_000])
def test_endless_words_are_read_in_step_with_their_length(text: str) -> None:
    begun = time.process_time()
    words(text)
    numbers(text)
    assert time.process_time() - begun < 1


def test_numbers() -> None:
    assert numbers("see 701-22-a5, well-known, 5--6, x-1- and 701-22-A5") == "70122a5 x1"
