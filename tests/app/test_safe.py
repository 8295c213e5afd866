"""Nothing a buyer writes reaches the terminal as a command, and every row is as wide as it says."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.color import Color
from textual.screen import Screen
from textual.widgets import DataTable, Input, Label, Static

from app.clean_filter import FILTER, plain
from app.look import Face
from app.safe import cells, one_line, width_of
from store.values import clean
from tests.app.stage import Stage, bytes_sent, picture
from themes.loading import load

HOSTILE = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJm\x1b\\",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x1b[6n",
    "\x1bc",
    "del\x7f",
    "c1 \x9b31m \x9d0;x\x9c \x85",
    "bidi \u202eesrever\u202c \u2066x\u2069",
    "tags \U000e0041\U000e0042",
    "zero\u200bwidth\ufeff",
    "zalgo " + "a" + "\u0301" * 2000,
    "nul \x00 bell \x07 back \x08\x08",
    "\ud800 alone",
    "[/] [/b] [red]x[/red] [@click=app.quit]x[/] [link=javascript:1]y[/link]",
]
TEXT = st.text(st.characters(codec=None), max_size=60)
NO_BACKGROUND = Color(0, 0, 0)


def harmful(text: str) -> list[str]:
    return [char for char in text if clean(char) != char or (ord(char) < 0x20)]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_filter_takes_out_what_a_terminal_would_act_on(text: str) -> None:
    line = FILTER.apply([Segment("before "), Segment(text, Style(bold=True)), Segment(" after")], NO_BACKGROUND)
    assert not harmful("".join(segment.text for segment in line))
    assert (line[0].text, line[-1].text) == ("before ", " after")


@given(TEXT)
def test_the_filter_takes_out_everything_intake_does_and_keeps_the_width(text: str) -> None:
    (segment,) = FILTER.apply([Segment(text)], NO_BACKGROUND)
    assert not harmful(segment.text)
    assert cell_len(segment.text) == cell_len(text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Co", "Cn")), max_size=40))
def test_clean_text_passes_the_filter_untouched(text: str) -> None:
    (segment,) = FILTER.apply([Segment(clean(text))], NO_BACKGROUND)
    assert segment.text == clean(text)


def test_a_link_that_could_break_out_loses_its_address() -> None:
    good, bad = Style(link="https://shop.example/1"), Style(link="https://x\x1b\\\x1b]52;c;eA\x07")
    line = FILTER.apply([Segment("a", good), Segment("b", bad)], NO_BACKGROUND)
    assert [segment.style.link for segment in line if segment.style] == ["https://shop.example/1", None]


class Surfaces(Screen[None]):
    """Every way text gets onto the screen, with no care taken at all."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        label = Label(plain(self.text))
        static = Static(self.text, markup=False)
        static.border_title = plain(self.text)  # type: ignore[assignment]
        static.styles.border = ("round", "red")
        table: DataTable[object] = DataTable()
        table.add_column("c")
        table.add_row(plain(self.text))
        yield label
        yield static
        yield Input(self.text)
        yield table


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_surface_lets_it_through(text: str) -> None:
    app = Stage(text=text)
    async with app.run_test(size=(80, 24)) as pilot:
        assert not harmful("".join(picture(app)))
        await app.push_screen(Surfaces(text))
        await pilot.pause()
        assert not harmful("".join(picture(app)))


ACTED_ON = (b"\x1b]52", b"\x1b]0;", b"\x1bPq", b"\x1b[6n", b"\x1bc", b"\x7f", b"\x07", b"\x08", b"\x00")


def test_a_real_terminal_gets_no_byte_of_it() -> None:
    own, sent = bytes_sent("dark", "nothing special"), bytes_sent("dark", "\n".join(HOSTILE))
    assert b"zalgo" in sent and b"[red]x[/red]" in sent
    assert [sequence for sequence in ACTED_ON if sent.count(sequence) != own.count(sequence)] == []
    shown = re.sub(r"\x1b(\[[0-9;?<>$]*[a-zA-Z]|\][^\x07]*\x07|[=>])|[\r\n]", "", sent.decode())
    assert [char for char in shown if clean(char) != char] == []
    assert "\u0301" * 5 not in shown


async def test_markup_of_a_buyer_is_shown_as_it_was_written() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(Surfaces("[/] [red]x[/red] [@click=app.quit]go[/]"))
        await pilot.pause()
        assert "[/] [red]x[/red] [@click=app.quit]go[/]" in picture(app)[0]


@pytest.mark.parametrize("name", ["dark", "mono"])
async def test_the_filter_is_really_in_the_way(name: str) -> None:
    """Textual keeps its filters to itself; if it stopped asking `get_line_filters`, this would tell."""
    app = Face[None](load(name))
    assert FILTER in app.get_line_filters()
    async with app.run_test() as pilot:
        await app.screen.mount(Static("a\x1b[5mb", markup=False))
        await pilot.pause()
        assert "a[5mb" in picture(app)[0]


# Cells ----------------------------------------------------------------------------------------------


@given(TEXT, st.integers(0, 50))
def test_a_cell_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    shown = cells(text, width)
    assert cell_len(shown) == width
    assert not harmful(shown)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60), st.integers(1, 50))
def test_the_fast_way_for_ascii_says_the_same(text: str, width: int) -> None:
    same = text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
    assert cells(text, width) == same


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("申请退款", 8, "申请退款"),
        ("申请退款", 7, "申请退…"),
        ("申请退款", 6, "申请… "),
        ("Köß", 5, "Köß  "),
        ("e\u0301e\u0301x\u0301\u0302\u0303", 3, "\xe9\xe9x\u0301"),
        ("👩\u200d💻 hi", 8, "👩💻 hi "),
        ("❤\ufe0f", 2, "❤ "),
        ("🇩🇪", 4, "DE  "),
        ("👍🏽", 3, "👍 "),
        ("two\nlines\tand tab", 20, "two lines and tab   "),
        ("\x1b[31m", 8, "␛[31m   "),
        ("  kept", 8, "  kept  "),
        ("x", 0, ""),
    ],
)
def test_rows_are_cut_and_filled_by_cells(text: str, width: int, shown: str) -> None:
    assert cells(text, width) == shown


def test_a_line_of_half_a_million_characters_is_cut_as_fast_as_a_short_one() -> None:
    assert cells("很" * 500_000, 10) == "很很很很… "
    assert cells("x\u0301" * 500_000, 4) == "x\u0301x\u0301x\u0301…"


@given(TEXT)
def test_the_width_is_that_of_the_cell_it_fills(text: str) -> None:
    text = f"x{text}"  # a mark that combines needs something to combine with
    assert cells(text, width_of(text)).rstrip() == one_line(text).rstrip()


def test_nothing_composed_is_left_to_the_terminal_to_measure() -> None:
    shown = one_line("👨\u200d👩\u200d👧 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈")
    assert not [char for char in shown if unicodedata.combining(char) or char in "\u200d\ufe0f\u20e3"]
