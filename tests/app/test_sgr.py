"""Frames in fewer bytes show what the long ones show."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sgr import change, shorter

COLUMNS, LINES = 24, 40  # so many that nothing ever scrolls, as no frame does
weights = st.lists(st.sampled_from(["1", "3", "4", "5", "7", "9"]), unique=True)
colours = st.sampled_from(["", "31", "97", "38;5;{}", "38;2;1;2;{}"])
grounds = st.sampled_from(["", "44", "103", "48;5;{}", "48;2;9;8;{}"])


@st.composite
def looks(draw: st.DrawFn) -> str:
    shade = draw(st.integers(0, 3))
    found = [*draw(weights), draw(colours).format(shade), draw(grounds).format(shade)]
    return ";".join(filter(None, found)) or "39"


@st.composite
def piece(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(["", " ", "   ", "ab", "x y", "包裹", "│ "]))
    way = draw(st.sampled_from(["", "", "\r\n", "\x1b[2;3H", "\r\n\x1b[3;1H", "\x1b[4;24H\r\n\x1b[1;9H", "\x1b[1;1H\r\n"]))
    return draw(st.sampled_from([f"\x1b[{draw(looks())}m{text}\x1b[0m{way}"] * 4 + [text, "\x1b[K", "\x1b[?25l"]))


def shown(frame: str) -> list[list[object]]:
    screen = pyte.Screen(COLUMNS, LINES)
    screen.set_mode(pyte.modes.LNM)
    pyte.Stream(screen).feed(frame + "\x1b[6;1H.")
    return [[_cell(screen.buffer[y][x]) for x in range(COLUMNS)] for y in range(LINES)]


def _cell(cell: pyte.screens.Char) -> object:
    """What one sees of it: of a blank its ground and its lines."""
    if cell.data == " " and not cell.reverse and not cell.underscore and not cell.strikethrough:
        return " ", cell.bg
    return cell


@given(st.lists(piece(), max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_the_screen_is_the_same(frame: str) -> None:
    assert shown(shorter(frame)) == shown(frame)
    assert len(shorter(frame)) <= len(frame)


def test_only_what_changes_is_said() -> None:
    dark = "48;2;20;23;28"
    long = f"\x1b[1;31;{dark}mover\x1b[0m\x1b[31;{dark}mdue \x1b[0m\x1b[2;81H\r\n\x1b[3;5H\x1b[32;{dark}mok\x1b[0m"
    assert shorter(long) == f"\x1b[1;31;{dark}mover\x1b[22mdue \x1b[3;5H\x1b[32mok\x1b[0m"


def test_what_is_not_known_is_said_in_full() -> None:
    assert change("31", "58;2;1;2;3;31") == "\x1b[0;58;2;1;2;3;31m"
    assert change("1", "2") == "\x1b[0;2m"
    assert shorter("\x1b]0;a title\x07plain") == "\x1b]0;a title\x07plain"
