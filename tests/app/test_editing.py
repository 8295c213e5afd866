"""The one line one types into edits as every other does, and shows as much as there is room for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.editing import LineEdit
from app.safe import width_of

KEYS = ["left", "right", "home", "end", "backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+left", "ctrl+right"]
STEP = st.one_of(st.sampled_from(KEYS), st.text(min_size=1, max_size=6))


def edited(text: str, *keys: str) -> LineEdit:
    edit = LineEdit(text)
    for key in keys:
        assert edit.press(key)
    return edit


def test_words_and_ends() -> None:
    assert edited("is:open due:today", "ctrl+w").text == "is:open "
    assert edited("is:open due:today ", "ctrl+w").text == "is:open "
    assert edited("one two", "home", "ctrl+right", "ctrl+k").text == "one"
    assert edited("one two", "ctrl+left", "ctrl+u").text == "two"
    assert edited("ab", "home", "delete").text == "b"
    assert edited("ab", "left", "backspace").text == "b"
    assert edited("", "backspace", "delete", "left", "right", "ctrl+w").text == ""


def test_a_paste_is_one_clean_line() -> None:
    edit = LineEdit("a ")
    edit.insert("b\nc\x1b[31m")
    assert edit.text == "a b c␛[31m"


def test_other_keys_are_not_its_own() -> None:
    assert not LineEdit("a").press("enter")
    assert not LineEdit("a").press("f10")


@given(st.lists(STEP, max_size=15), st.integers(4, 30))
def test_the_cursor_stays_in_the_text_and_in_sight(steps: list[str], width: int) -> None:
    edit = LineEdit()
    for step in steps:
        if step not in KEYS or not edit.press(step):
            edit.insert(step)
        before, under, behind = edit.view(width)
        assert 0 <= edit.cursor <= len(edit.text)
        assert before + under + behind in edit.text + " "
        assert width_of(before) + width_of(under) + width_of(behind) <= width
