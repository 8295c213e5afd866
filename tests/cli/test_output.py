"""What is printed: documents with a schema, tables measured in cells, cells no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.cells import fit, one_line, width, wrap
from app.cli.output import iso, safe_cell
from tests.cli.conftest import Cli, line, write_lines

HOSTILE = "=cmd|' /C calc'!A0 \x1b]52;c;eA==\x07 \u202e[/] [@click=app.quit]x"


@pytest.fixture
def hostile(desk: Cli, tmp_path: Path) -> Cli:
    path = write_lines(tmp_path / "h.jsonl", [line(1, "=evil@buyer.example", HOSTILE, from_name="=1+1\x9b31m")])
    assert desk("import", path, "--since", "all").code == 0
    return desk


@pytest.mark.parametrize("form", ["table", "plain", "json", "jsonl", "csv", "html"])
def test_no_byte_of_a_buyer_reaches_the_terminal_raw(hostile: Cli, form: str) -> None:
    for argv in (["list"], ["show", "1"], ["log", "1"], ["customer", "show", "1"], ["explain", "1"]):
        if form in ("plain", "csv", "html") and argv[0] == "explain":
            continue
        found = hostile(*argv, "--format", form)
        assert found.code == 0, found.err
        assert not {c for c in found.out if unicodedata.category(c) == "Cc" and c not in "\n\t"}
        assert "\u202e" not in found.out


def test_a_csv_cell_is_never_a_formula(hostile: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(hostile("list", "--format", "csv").out)))
    assert rows[0]["subject"].startswith("'=cmd")
    assert rows[0]["customer"].startswith("'=1+1")


@pytest.mark.parametrize(
    ("text", "cell"), [("=1", "'=1"), ("+1", "+1"), ("-3.5", "-3.5"), ("-3+2", "'-3+2"), ("@a", "'@a"), ("a", "a")]
)
def test_numbers_stay_numbers(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


def test_a_list_as_json_has_a_schema_and_the_houses_words(shop: Cli) -> None:
    found = shop("list", "--json").json
    assert found["schema"] == "deskhand/tickets/1"
    assert set(found["tickets"][0]) == {
        "id", "due", "due_kind", "channel", "platform", "type", "customer", "subject", "assignee", "status", "priority",
        "snoozed_until", "updated", "unread", "escalation", "version",
    }  # fmt: skip
    assert found["tickets"][0]["due"].endswith("Z")


def test_jsonl_is_one_ticket_per_line(shop: Cli) -> None:
    lines = [json.loads(text) for text in shop("list", "--format", "jsonl", "--limit", "0").out.splitlines()]
    assert sorted(t["id"] for t in lines) == [1, 2, 3]


def test_plain_is_tabs_without_a_head(shop: Cli) -> None:
    lines = shop("list", "--format", "plain").out.splitlines()
    assert len(lines) == 3 and all(text.count("\t") == 8 for text in lines)


def test_html_is_escaped(desk: Cli, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", [line(1, "a@buyer.example", "<script>alert(1)</script>")])
    desk("import", path, "--since", "all")
    assert "<script>" not in desk("list", "--format", "html").out


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_table_is_never_wider_than_the_terminal(shop: Cli, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for argv in (["list"], ["template", "list"], ["view", "list"], ["channel", "list"], ["sla", "list"]):
        for text in shop(*argv).out.splitlines():
            assert width(text) <= columns


def test_a_format_that_makes_no_sense_is_refused(shop: Cli) -> None:
    found = shop("list", "--format", "tmux")
    assert found.code == 2 and "tmux" in found.err


@given(st.text(max_size=60), st.integers(0, 30))
def test_a_cell_takes_exactly_its_cells(text: str, size: int) -> None:
    assert width(fit(text, size)) == size
    assert width(fit(text, size, right=True)) == size


@given(st.text(max_size=200), st.integers(2, 40))
def test_wrapping_loses_no_word(text: str, size: int) -> None:
    lines = wrap(text, size)
    assert all(width(line) <= size for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(wrap(text, 10_000)).split())


def test_widths_of_wide_and_joined_characters() -> None:
    assert width("退款") == 4
    assert width(one_line("👩‍👩‍👧")) == 6
    assert width(one_line("e\u0301")) == 1


def test_instants_are_utc_with_a_z() -> None:
    assert iso(1_780_909_200_000) == "2026-06-08T09:00:00Z"
    assert iso(1_780_909_200_123) == "2026-06-08T09:00:00.123Z"


def test_plain_is_lines_for_the_ear(shop: Cli) -> None:
    short, long = shop("list", "--plain").out, shop("list", "--format", "plain").out
    assert short == long and "\t" in short
    page = shop("show", short.split("\t")[1], "--plain").out
    assert re.search(r"^Status: \w+$", page, re.MULTILINE) and not re.search("[─│┌═•▲]|  {3,}", page)
