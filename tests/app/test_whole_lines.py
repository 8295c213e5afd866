"""Only what the terminal does not show yet is sent, and what it shows in the end is the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from app.screens.whole_lines import Frame, Piece, Shown

WIDTH, HEIGHT = 24, 4
console = Console(color_system=None)
pieces = st.builds(
    lambda y, x, text: Piece(y, x, x + len(text), Strip([Segment(text)])),
    st.integers(0, HEIGHT - 1), st.integers(0, 12), st.text("ab ", min_size=1, max_size=12),
)  # fmt: skip


def written(frames: list[str]) -> list[str]:
    import pyte

    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed("".join(frames))
    return list(screen.display)


@given(st.lists(st.lists(pieces, max_size=6), max_size=8))
def test_the_terminal_ends_up_the_same(frames: list[list[Piece]]) -> None:
    shown = Shown()
    short = [Frame(frame, shown).render_segments(console) for frame in frames]
    whole = [Frame(frame, Shown()).render_segments(console) for frame in frames]
    assert written(short) == written(whole)
    assert sum(map(len, short)) <= sum(map(len, whole))


def test_a_frame_that_is_there_is_sent_once_until_it_is_forgotten() -> None:
    shown = Shown()
    frame = [Piece(0, 0, 3, Strip([Segment("abc")])), Piece(0, 3, 5, Strip([Segment("de")]))]
    assert Frame(frame, shown).render_segments(console) == "\x1b[1;1Habcde"
    assert Frame(frame, shown).render_segments(console) == ""
    shown.lines.clear()
    assert Frame(frame, shown).render_segments(console) == "\x1b[1;1Habcde"
