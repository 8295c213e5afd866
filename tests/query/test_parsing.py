"""What a query may look like, and what a person is told when it does not."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.query import SORTS, parse, unparse
from desk.query.parsing import twins
from desk.query.tree import And, Asked, Beyond, Node, Not, One, Or, Range, Text, both, either
from store.errors import Invalid
from store.sql import tickets

A, B, C = Text("a"), Text("b"), Text("c")
OPEN = Asked("is", (One("open"),))

EXAMPLES: list[tuple[str, Node]] = [
    ("", And()),
    ("   ", And()),
    ("a", A),
    ("a b", And((A, B))),
    ("a AND b", And((A, B))),
    ("a OR b", Or((A, B))),
    ("a b OR c", Or((And((A, B)), C))),
    ("a (b OR c)", And((A, Or((B, C))))),
    ("(a b) c", And((A, B, C))),
    ("((a))", A),
    ("-a", Not(A)),
    ("NOT a", Not(A)),
    ("not:a", Not(A)),
    ("not:is:open", Not(OPEN)),
    ("NOT:is:open", Not(OPEN)),
    ("-is:open", Not(OPEN)),
    ("not:(a OR b)", Not(Or((A, B)))),
    ("-(a b)", Not(And((A, B)))),
    ("not:-a", Not(Not(A))),
    ('"a b"', Text("a b")),
    ('"OR"', Text("OR")),
    ("or and not", And((Text("or"), Text("and"), Text("not")))),
    ("ORDER", Text("ORDER")),
    (r'"say \"hi\" \\ \n"', Text(r"say " '"hi"' r" \ \n")),
    ("word*", Text("word", prefix=True)),
    ('"cracked scr"*', Text("cracked scr", prefix=True)),
    ("退款*", Text("退款", prefix=True)),
    ("12:30", Text("12:30")),
    ("<3", Text("<3")),
    ("is:open", OPEN),
    ("IS:open", OPEN),
    ("is:open,new", Asked("is", (One("open"), One("new")))),
    ('channel:"eBay UK",mail', Asked("channel", (One("eBay UK"), One("mail")))),
    ("tag:vip*", Asked("tag", (One("vip", prefix=True),))),
    ("due:..2h", Asked("due", (Range("", "2h"),))),
    ("created:2026-11-01..2026-11-05", Asked("created", (Range("2026-11-01", "2026-11-05"),))),
    ("amount:1.5..20USD", Asked("amount", (Range("1.5", "20USD"),))),
    ("created:-7d", Asked("created", (One("-7d"),))),
    ("waiting>2h", Asked("waiting", (Beyond(">", "2h"),))),
    ("waiting:>2h", Asked("waiting", (Beyond(">", "2h"),))),
    ("waiting>=2h", Asked("waiting", (Range("2h", ""),))),
    ("due<=2h", Asked("due", (Range("", "2h"),))),
    ("id:1,5..7", Asked("id", (One("1"), Range("5", "7")))),
    # What a Chinese input method writes for the same keys.
    ("ｉｓ：ｏｐｅｎ　（a OR b）", And((OPEN, Or((A, B))))),
    ("“a b”", Text("a b")),
    ("tag：坏，碎", Asked("tag", (One("坏"), One("碎")))),
]


@pytest.mark.parametrize(("text", "tree"), EXAMPLES)
def test_reads(text: str, tree: Node) -> None:
    assert parse(text).ast == tree


@pytest.mark.parametrize("text", [text for text, _ in EXAMPLES])
def test_canonical_text_reads_the_same_and_is_stable(text: str) -> None:
    tree = parse(text).ast
    assert parse(unparse(tree)).ast == tree
    assert unparse(parse(unparse(tree)).ast) == unparse(tree)


def test_canonical_text_needs_no_shell_quoting_where_the_query_needs_none() -> None:
    assert (
        unparse(parse("is:open due<=2h -is:snoozed created:-7d").ast) == "is:open due:..2h not:is:snoozed created:-7d"
    )


def test_order_is_a_directive_not_a_condition() -> None:
    query = parse("is:open sort:newest a OR b")
    assert (query.sort, query.ast) == ("newest", Or((And((OPEN, A)), B)))
    assert parse("sort:created").sort == "newest"
    assert unparse(query.ast, query.sort) == "(is:open a OR b) sort:newest"
    assert parse(unparse(query.ast, query.sort))[:2] == query[:2]
    assert set(SORTS) == set(tickets.SORTS)


def test_spans_point_into_what_was_typed() -> None:
    text = 'a　（tag：坏，碎 OR "b c"）'
    tree = parse(text).ast
    assert isinstance(tree, And)
    either_part = tree.parts[1]
    assert isinstance(either_part, Or)
    tag, phrase = either_part.parts
    assert isinstance(tag, Asked)
    assert [text[slice(*v.span)] for v in tag.values] == ["坏", "碎"]
    assert text[slice(*tag.span)] == "tag：坏，碎"
    assert text[slice(*phrase.span)] == '"b c"'


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("(a", 1, "never closed"),
        ("a (b OR (c)", 3, "never closed"),
        ("a)", 2, "closes nothing"),
        ("a ()", 3, "nothing in these parentheses"),
        ('a "b', 3, "never closed"),
        ('a ""', 3, "nothing in these quotes"),
        ('tag:"', 5, "never closed"),
        ("OR a", 1, "both sides"),
        ("a OR", 3, "both sides"),
        ("a OR OR b", 3, "both sides"),
        ("(a OR) b", 4, "both sides"),
        ("AND a", 1, "both sides"),
        ("a AND", 3, "both sides"),
        ("a not:", 3, "nothing behind not:"),
        ("a - b", 3, "nothing behind -"),
        ("-OR b", 2, "both sides"),
        ("tag:", 5, "has no value"),
        ("tag: vip", 5, "has no value"),
        ("tag:vip,", 9, "has no value"),
        ("tag:(a OR b)", 5, "Write the values with commas: tag:a,b."),
        ("due:..", 5, "needs at least one end"),
        ("due<", 5, "has no value"),
        ("sort:dues", 6, "Did you mean due?"),
        ("(a sort:due)", 4, "outside of parentheses"),
        ("sort:due sort:due", 10, "twice"),
        ("not:sort:due", 5, "outside of parentheses and not:"),
    ],
)
def test_errors_name_the_column(text: str, column: int, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    said = refused.value.english()
    assert refused.value.gaps["column"] == column, said
    assert words in said


@pytest.mark.parametrize(
    "text", ["(" * 5000 + "a" + ")" * 2000, "-" * 5000 + "a", "not:" * 1500 + "a", "a " * 3999, "a OR " * 1500 + "a",
             "x" * 8001, "id:" + "1," * 3000 + "1", "NOT " * 1900 + "a"]
)  # fmt: skip
def test_endless_input_is_refused_politely(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


@pytest.mark.parametrize(
    "unit", ["a", "a.", "a:", '"', '"\\', "\\", "*", "..", "(", "-", "a<", "a:b,", "１", "　", "a:."]
)
def test_reading_takes_time_in_step_with_length(unit: str) -> None:
    text = (unit * 8000)[:8000]
    begun = time.process_time()
    with contextlib.suppress(Invalid):
        parse(text)
    assert time.process_time() - begun < 0.5


SYNTAX = ["is:", "not:", "-", "(", ")", '"', " OR ", " AND ", "NOT ", "..", ",", "*", "<", ">=", "\\", "due", ":", "2h",
          "sort:due", "：", "（", "”", "\ud800", "\x00", "　", "退", " ", "20USD", "amount:", "created:"]  # fmt: skip
typed = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from(SYNTAX) | st.text(max_size=3), max_size=20).map("".join)
)


@given(typed)
@example("a:b\\,c")
@example('"a\\')
def test_any_text_is_read_or_refused_and_what_is_read_round_trips(text: str) -> None:
    try:
        query = parse(text)
    except Invalid as refused:
        assert refused.english()
        return
    assert parse(unparse(query.ast, query.sort))[:2] == query[:2]


# As the reader hands them on: full-width forms and control characters already replaced.
values = st.text(min_size=1, max_size=6).map(twins).filter(str.strip)


def leaves() -> st.SearchStrategy[Node]:
    value = st.one_of(
        st.builds(One, values, st.booleans()),
        st.builds(Range, values, st.just("") | values),
        st.builds(Range, st.just(""), values),
        st.builds(Beyond, st.sampled_from("<>"), values),
    )
    some = st.lists(value, min_size=1, max_size=3).map(tuple)
    fields = st.builds(Asked, st.sampled_from(["is", "tag", "due", "refund_rate"]), some)
    return st.one_of(st.builds(Text, values, st.booleans()), fields)


trees = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(both),
        st.lists(inner, min_size=2, max_size=4).map(either),
    ),
    max_leaves=12,
)


@given(trees)
def test_every_tree_can_be_written_and_read_back(tree: Node) -> None:
    assert parse(unparse(tree)).ast == tree
