"""A query as rows and back: what nobody touched stays as it was written."""

from __future__ import annotations

from datetime import UTC

import pytest

from app.setup.form import Form
from app.setup.query_rows import QueryRows
from app.setup.rooms import Reading
from desk.query import Context

CONTEXT = Context(now=1_795_348_800_000, zone=UTC, me="ana", agents={"ana": "Ana"}, channels={})


@pytest.fixture
def rows() -> QueryRows:
    return QueryRows(CONTEXT)


def filled(rows: QueryRows, text: str) -> Form:
    return Form(rows.fields(Reading(None, "ana", CONTEXT.now, UTC), ""), rows.of(text))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "is:open", "is:open due:..2h lang:de,fr", 'not:tag:vip "cracked screen" refund', "amount:5USD..20USD",
     "(type:damaged OR type:quality) is:open", "priority:high.. sort:newest", "is:opn"],
)  # fmt: skip
def test_in_and_out_changes_nothing(rows: QueryRows, text: str) -> None:
    form = filled(rows, text)
    assert rows.text(form.rough()) == text
    assert not form.dirty


def test_only_the_row_that_was_changed_is_written_anew(rows: QueryRows) -> None:
    form = filled(rows, "due:..2h is:OPEN")
    part = form.parts("rows")[0]
    part.put("listed", "4h")
    assert rows.text(form.rough()) == "due:..4h is:OPEN"
    form.drop_part("rows", 1)
    assert rows.text(form.rough()) == "due:..4h"


def test_how_a_row_compares_follows_from_what_it_asks(rows: QueryRows) -> None:
    form = filled(rows, "")
    part = form.add_part("rows", 0)
    assert part.raw["operator"] == "is" and "chosen" in part.fields
    part.put("field", "due")
    part.put("operator", "between")
    part.put("listed", "1h, 2h")
    assert rows.text(form.rough()) == "due:1h..2h"


def test_a_row_still_being_filled_in_is_left_out(rows: QueryRows) -> None:
    form = filled(rows, "is:open")
    form.add_part("rows", 1)
    assert rows.text(form.rough()) == "is:open"


