"""A form keeps what was typed, says what is wrong where it is wrong, and gives back what it took."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.setup.fields import Entries, Field, Line, Paragraph, Words
from app.setup.figures import Amount, Levels, Moment, Number
from app.setup.form import Form, differences, spots
from app.setup.picks import Choice, Choices, Option, Parts, Toggle, Week
from store.errors import N_, DeskError, Invalid

OPTIONS = (Option("a", "First"), Option("b", "Second"))


def no_x(value: Any) -> None:
    if "x" in str(value):
        raise Invalid(N_("Column {column}: no x."), column=str(value).index("x") + 1)


def part(_values: Mapping[str, Any]) -> Sequence[Field]:
    return (
        Choice(key="do", label="Do", options=OPTIONS),
        Line(key="why", label="Why", needed=True, when=lambda v: v.get("do") == "a"),
        Number(key="n", label="How many", when=lambda v: v.get("do") == "b", most=9),
    )


FIELDS: tuple[Field, ...] = (
    Line(key="name", label="Name", needed=True, check=no_x),
    Toggle(key="on", label="On"),
    Choice(key="kind", label="Kind", options=OPTIONS),
    Choices(key="days", label="Days", options=OPTIONS),
    Number(key="age", label="Age", most=120),
    Amount(key="price", label="Price"),
    Moment(key="at", label="At", zone=UTC),
    Words(key="tags", label="Tags"),
    Levels(key="speaks", label="Speaks"),
    Paragraph(key="text", label="Text"),
    Entries(key="off", label="Off", check=no_x),
    Week(key="week", label="Week", check=no_x),
    Parts(key="then", label="Then", fields=part, title=lambda p: str(p.get("do")), start={"do": "a"}),
)

GOOD: dict[str, Any] = {
    "name": "Ana", "on": True, "kind": "b", "days": ["a"], "age": 7, "price": "EUR 12.90", "at": 1_795_348_800_000,
    "tags": ["vip", "old"], "speaks": {"en": 5, "zh-CN": 2}, "text": "one\n\ntwo", "off": ["2026-10-01"],
    "week": {"mon": "09:00-18:00", "sun": "10:00-12:00"}, "then": [{"do": "a", "why": "so"}, {"do": "b", "n": 3}],
    "nobody_asks": {"kept": 1},
}  # fmt: skip


def english(error: DeskError | None) -> str:
    return error.english() if error else ""


def test_what_a_form_took_it_gives_back_and_nothing_counts_as_changed() -> None:
    form = Form(FIELDS, GOOD)
    assert not form.dirty
    assert form.take() == GOOD
    assert not form.dirty


@given(st.dictionaries(st.sampled_from(["name", "age", "price", "at", "tags", "speaks", "text", "off"]), st.text(max_size=20)))
def test_nothing_typed_is_ever_lost_and_nothing_typed_breaks_the_form(typed: dict[str, str]) -> None:
    form = Form(FIELDS, GOOD)
    for key, text in typed.items():
        form.put(key, text)
    taken = form.take()
    assert all(form.raw[key] == text for key, text in typed.items())
    assert (taken is None) == bool(form.problems)
    assert {key for key, _line in form.problems} <= set(typed)


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("name", " ", "This is needed."),
        ("age", "121", "from 0 to 120"),
        ("age", "a lot", "whole number"),
        ("price", "12.90", "with its currency"),
        ("price", "EUR 12.905", "with its currency"),
        ("at", "tomorrow", "2026-12-24 09:00"),
        ("speaks", "en:9", "from 1 to 5"),
        ("off", "2026-10-01\nx", "Line 2"),
        ("kind", "z", "none of the choices"),
    ],
)
def test_a_bad_value_is_said_beside_its_field_while_one_types(key: str, typed: str, said: str) -> None:
    form = Form(FIELDS, GOOD)
    form.put(key, typed)
    assert said in english(form.problems.get((key, -1)))
    assert form.take() is None
    assert form.back() == key and not form.problems and not form.dirty


@pytest.mark.parametrize(
    ("key", "typed", "meant"),
    [
        ("age", "７", 7),
        ("price", "12.9 usd", "USD 12.90"),
        ("tags", "vip，old、 new；", ["vip", "old", "new"]),
        ("speaks", "de, en：4", {"de": 5, "en": 4}),
        ("at", "2026-11-22T12:00", 1_795_348_800_000),
    ],
)
def test_input_methods_and_habits_are_understood(key: str, typed: str, meant: Any) -> None:
    form = Form(FIELDS, GOOD)
    form.put(key, typed)
    taken = form.take()
    assert taken is not None and taken[key] == meant


def test_of_a_week_the_day_that_is_wrong_is_named() -> None:
    form = Form(FIELDS, GOOD)
    form.put("week", ("09:00-18:00", "x", "", "", "", "", ""))
    assert list(form.problems) == [("week", 1)]
    form.fail(Invalid(N_("No."), key="week.wed"))
    assert ("week", 2) in form.problems


def test_what_the_desk_refuses_stands_beside_the_field_it_names_or_over_all() -> None:
    form = Form(FIELDS, GOOD)
    form.fail(Invalid(N_("No such kind."), key="kind"))
    form.fail(Invalid(N_("Not today.")))
    assert "No such kind" in english(form.problems["kind", -1]) and "Not today" in english(form.whole)
    form.put("name", "Bo")
    assert form.whole is None


def test_a_field_that_does_not_apply_is_neither_shown_nor_given() -> None:
    first = Form(FIELDS, GOOD).parts("then")[0]
    assert [field.key for field in first.shown()] == ["do", "why"]
    first.put("do", "b")
    assert [field.key for field in first.shown()] == ["do", "n"]
    assert first.take() == {"do": "b", "n": 0}


def test_steps_are_added_moved_and_taken_out_and_each_of_it_undone() -> None:
    form = Form(FIELDS, GOOD)
    form.add_part("then", 1)
    assert [p.raw["do"] for p in form.parts("then")] == ["a", "a", "b"]
    assert form.take() is None and list(form.problems) == [("then", 1)]
    assert form.move_part("then", 1, 5) == 2
    form.drop_part("then", 2)
    assert form.take() == GOOD and not form.dirty
    while form.changed:
        form.back()
    assert form.take() == GOOD


def test_the_cursor_finds_every_line() -> None:
    found = spots(Form(FIELDS, GOOD))
    assert len([s for s in found if s[0] == "week"]) == 7
    assert [s for s in found if s[0] == "then"] == [("then", 0), ("then", 1), ("then", 2)]  # two, and one to add


def test_the_history_says_what_differs_in_the_words_of_the_form() -> None:
    after = {**GOOD, "kind": "a", "week": {"mon": "10:00-18:00"}, "then": GOOD["then"][:1], "nobody_asks": 2}
    assert differences(FIELDS, GOOD, after) == [
        ("Kind", "Second", "First"),
        ("Week", "mon 09:00-18:00; sun 10:00-12:00", "mon 10:00-18:00"),
        ("Then", "a; b", "a"),
        ("nobody_asks", "{'kept': 1}", "2"),
    ]


def test_the_start_loads_nothing_of_the_set_up(root: Path) -> None:
    code = "import sys, app.workstation, app.acts; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert not [name for name in loaded if name.startswith(("app.setup", "app.setting_up", "app.screens.setup"))]


def test_forms_load_no_widget(root: Path) -> None:
    code = "import sys, app.setup.form, app.setup.fields; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert "textual" not in run.stdout.split()
