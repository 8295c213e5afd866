"""Typing several lines: the cursor goes where one sees it go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.setup.text_edit import TextEdit, rows

KEYS = st.sampled_from(
    ["left", "right", "up", "down", "home", "end", "backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+home",
     "ctrl+end"]
)  # fmt: skip


@given(st.text(alphabet="ab 中\n", max_size=60), st.lists(st.one_of(KEYS, st.sampled_from("x 文\n")), max_size=30),
       st.integers(4, 12))  # fmt: skip
def test_the_cursor_stays_in_the_text_and_is_always_on_a_row(text: str, keys: list[str], width: int) -> None:
    edit = TextEdit(text)
    for key in keys:
        if len(key) == 1:
            edit.insert(key)
        else:
            assert edit.press(key, width)
        assert 0 <= edit.cursor <= len(edit.text)
        row, cell = edit.place(width)
        assert 0 <= row < len(edit.rows(width)) and cell >= 0


@given(st.text(alphabet="ab 中\n", max_size=60), st.integers(4, 12))
def test_rows_are_the_text_in_order(text: str, width: int) -> None:
    shown = rows(text, width)
    assert all(text[start : start + len(line)] == line for start, line in shown)
    assert "".join(line for _start, line in shown).replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_up_and_down_follow_what_is_shown() -> None:
    edit = TextEdit("a long line that wraps\nsecond")
    edit.press("up", 10)
    assert edit.place(10)[0] == len(edit.rows(10)) - 2
    edit.press("ctrl+home", 10)
    edit.press("down", 10)
    assert edit.place(10) == (1, 0)
    edit.press("up", 10)
    edit.press("up", 10)
    assert edit.cursor == 0


def test_a_paste_keeps_its_lines_and_loses_what_steers_a_terminal() -> None:
    edit = TextEdit()
    edit.insert("one\r\ntwo\x1b[31m\x07")
    assert edit.text.split("\n")[0] == "one" and "\x1b" not in edit.text and "\x07" not in edit.text
