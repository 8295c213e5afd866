"""People who do not write queries fill in rows; what they did not touch stays as it was written."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.query import NAMES, Context, compile_query, parse
from desk.query.form import FREE, OPERATORS, SORT, WORDS, Form, Row, fields, operators, values
from desk.query.writing import unparse
from store.errors import Invalid
from tests.query.meanings import CONTEXT, FIELDS
from tests.query.test_parsing import EXAMPLES, trees, typed


def bare(form: Form) -> list[tuple[str, str, tuple[str, ...]]]:
    return [row[:3] for row in form.rows]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("is:open", [("is", "is", ("open",))]),
        ("-is:snoozed status:new,open", [("is", "is_not", ("snoozed",)), ("status", "is", ("new", "open"))]),
        ("due:..2h waiting>4h", [("due", "at_most", ("2h",)), ("waiting", "more", ("4h",))]),
        ("amount:10..20USD priority>=high", [("amount", "between", ("10", "20USD")), ("priority", "at_least", ("high",))]),
        ("tag:v* not:tag:x*", [("tag", "begins", ("v",)), ("tag", "begins_not", ("x",))]),
        ('lamp "cracked screen" -broken ref*',
         [(WORDS, "holds", ("lamp",)), (WORDS, "holds", ("cracked screen",)), (WORDS, "holds_not", ("broken",)),
          (WORDS, "holds_begin", ("ref",))]),
        ("sort:newest in:subject lamp", [(SORT, "is", ("newest",)), ("in", "is", ("subject",)), (WORDS, "holds", ("lamp",))]),
        ("is:open (a OR tag:b)", [("is", "is", ("open",)), (FREE, "text", ("(a OR tag:b)",))]),
        ("a OR b sort:due", [(FREE, "text", ("a OR b sort:due",))]),
        ("id:1,3..4 -due:..2h", [(FREE, "text", ("id:1,3..4",)), (FREE, "text", ("-due:..2h",))]),
        ("is:open (", [(FREE, "text", ("is:open (",))]),
        ("标签：坏", [("标签", "is", ("坏",))]),
    ],
)  # fmt: skip
def test_reads_as_rows(text: str, rows: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert bare(Form.read(text)) == rows


def test_an_edit_changes_its_row_and_leaves_the_rest_to_the_letter() -> None:
    form = Form.read("IS:open   due<=2h AND -is:snoozed (a OR b)  “cracked screen”")
    assert form.put(1, Row("due", "at_most", ("4h",))).text == "IS:open due:..4h -is:snoozed (a OR b) “cracked screen”"
    assert form.without(3).text == "IS:open due<=2h -is:snoozed “cracked screen”"
    assert form.added(Row("tag", "is", ("a b", "c"))).text.endswith(' tag:"a b",c')
    assert form.put(1, Row("due", "at_most", ("2h",))) is form


def test_a_row_that_says_nothing_yet_is_left_out() -> None:
    form = Form.read("is:open").added(Row("amount", "between", ("5USD",))).added(Row(WORDS, "holds", (" ",)))
    assert form.text == "is:open"
    assert Form().text == ""


def test_a_free_part_stays_one_term_beside_others() -> None:
    form = Form.read("a OR b sort:newest")
    assert form.text == "a OR b sort:newest"
    assert form.put(0, Row(FREE, "text", ("a OR c",))).text == "a OR c"
    both = form.put(0, Row(FREE, "text", ("a OR c",))).added(Row("is", "is", ("open",)))
    assert both.text == "(a OR c) is:open"
    sorted_ = form.added(Row("is", "is", ("open",)))
    assert parse(sorted_.text).ast == parse("(a OR b) is:open").ast and parse(sorted_.text).sort == "newest"


def test_every_field_offers_how_to_compare_and_every_offer_is_understood() -> None:
    assert {c.value for c in fields(NAMES)} >= {"status", "amount", WORDS, FREE, SORT}
    assert all(c.help for c in fields(NAMES))
    for choice in fields(CONTEXT.names):
        offered = operators(choice.value, CONTEXT.names)
        assert offered and all(o.help in OPERATORS.values() for o in offered)
        for value in values(choice.value, CONTEXT):
            if choice.value == "in":  # it needs words beside it
                continue
            row = Row(choice.value, "is", (value.value,))
            compile_query(parse(Form().added(row).text), CONTEXT)


def test_values_of_the_desk_are_offered() -> None:
    context = Context(0, agents={"ana": "Ana"}, known=lambda what: {"tags": ("vip",)}.get(what, ()))
    assert "vip" in [c.value for c in values("tag", context)]
    assert [c.value for c in values("assignee", context)] == ["me", "none", "ana"]
    assert values("amount", context) == []


TEXTS = st.one_of(
    typed, trees.map(unparse), st.lists(st.sampled_from(list(FIELDS)), max_size=5).map(" ".join),
    st.sampled_from([text for text, _ in EXAMPLES]),
)  # fmt: skip


@given(TEXTS)
def test_opening_and_closing_the_form_changes_nothing(text: str) -> None:
    assert Form.read(text).text == text


@given(TEXTS)
def test_rows_mean_what_the_text_means_as_read_and_as_written_anew(text: str) -> None:
    with contextlib.suppress(Invalid):
        query = parse(text)
        form = Form.read(text)
        joined = " ".join(row.written() for row in form.rows)
        anew = Form(tuple(row._replace(text="") for row in form.rows)).text
        for other in (joined, anew):
            again = parse(other)
            assert (again.ast, again.sort) == (query.ast, query.sort), other


@given(TEXTS, st.integers(0, 9))
def test_editing_one_row_keeps_the_words_of_every_other(text: str, which: int) -> None:
    form = Form.read(text)
    if not form.rows:
        return
    at = which % len(form.rows)
    edited = form.put(at, Row("tag", "is", ("new one",)))
    for n, row in enumerate(edited.rows):
        assert n == at or row == form.rows[n]
