"""Text in lines of terminal cells."""

from __future__ import annotations

import time

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from app.wrap import _NARROW, _WIDE, wrap

texts = st.text(st.sampled_from("ab  c包裹い한，。、é\u0301\u200d👍🏽x\u00ad-\t\n"), max_size=80)


@given(texts, st.integers(4, 20))
def test_no_line_is_wider_than_it_may_be_and_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    lines = list(wrap(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(texts, st.integers(4, 20))
@example("a" * 20, 4)
@example("包裹ab包裹 x", 5)
def test_a_line_takes_what_fits(text: str, width: int) -> None:
    """As one would do it by hand, character by character."""
    for raw in text.split("\n"):
        line = raw.expandtabs(4).rstrip()
        if cell_len(line) <= width:
            continue
        used, end = 0, 0
        while used + get_character_cell_size(line[end]) <= width:
            used += get_character_cell_size(line[end])
            end += 1
        space = line.rfind(" ", 1, end)
        assert next(wrap(raw, width)) == line[: space if space > 0 else end].rstrip()


def test_runs_are_as_wide_as_their_characters() -> None:
    every = [chr(code) for code in range(0x20, 0x11000) if not 0xD800 <= code < 0xE000]
    assert all(get_character_cell_size(c) == 2 for c in every if _WIDE.fullmatch(c))
    assert all(get_character_cell_size(c) <= 1 for c in every if _NARROW.fullmatch(c))


def test_half_a_million_characters_are_broken_while_one_waits() -> None:
    spent = []
    for text in ("the parcel " * 45_500, "包裹已经到了" * 83_400, "x" * 500_000):
        begun = time.process_time()
        assert sum(1 for _line in wrap(text, 80)) > 6_000
        spent.append(time.process_time() - begun)
    assert max(spent) < 0.5, "a tenth of that where nothing else runs"
