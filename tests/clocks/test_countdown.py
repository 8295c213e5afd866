"""The due cell: five cells, true until it says it changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.clocks.countdown import EMPTY, PAUSED, cell, spell, used
from store.values import DAY, HOUR, MINUTE, NEVER, SECOND

DUE = 1_780_000_000_000


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (12 * MINUTE, " 12m "),
        (2 * HOUR, "  2h "),
        (DAY, "  1d "),
        (99 * MINUTE + 59 * SECOND, " 99m "),
        (100 * MINUTE, "  1h "),
        (23 * HOUR + 59 * MINUTE, " 23h "),
        (5 * MINUTE, "  5m "),
        (5 * MINUTE - 1, "4m59 "),
        (61 * SECOND, "1m01 "),
        (42 * SECOND, " 42s "),
        (0, "  0s "),
        (-1, "  0s!"),
        (-59 * SECOND, "-59s!"),
        (-3 * MINUTE, " -3m!"),
        (-42 * MINUTE, "-42m!"),
        (-100 * MINUTE, " -1h!"),
        (-5 * DAY, " -5d!"),
        (99 * DAY, " 99d "),
        (100 * DAY, " 14w "),
        (800 * DAY, "  2y "),
        (-800 * DAY, " -2y!"),
    ],
)
def test_the_text_of_a_span(left: int, text: str) -> None:
    assert cell(DUE, DUE - left).text == text


def test_the_sign_says_the_level_without_colour() -> None:
    warn = cell(DUE, DUE - 12 * MINUTE, DUE - 30 * MINUTE)
    assert (warn.text, warn.level) == (" 12m\N{BLACK UP-POINTING TRIANGLE}", "warn")
    assert cell(DUE, DUE - HOUR, DUE - 30 * MINUTE).level == "fine"
    assert (cell(DUE, DUE + 1).level, EMPTY.level, PAUSED.text) == ("over", "none", "  -- ")
    assert cell(NEVER, DUE) == EMPTY


@given(
    st.one_of(
        st.integers(-10 * MINUTE, 10 * MINUTE), st.integers(-3 * DAY, 3 * DAY), st.integers(-900 * DAY, 900 * DAY)
    ),
    st.one_of(st.just(NEVER), st.integers(0, 2 * DAY).map(lambda n: DUE - n)),
    st.floats(0, 1),
)
def test_it_holds_until_it_says_and_changes_then(left: int, warn_at: int, share: float) -> None:
    now = DUE - left
    shown = cell(DUE, now, warn_at)
    assert len(shown.text) == 5
    assert shown.changes_at > now
    between = now + int((shown.changes_at - 1 - now) * share)
    assert cell(DUE, between, warn_at) == shown
    after = cell(DUE, shown.changes_at, warn_at)
    assert (after.text, after.level) != (shown.text, shown.level)


def test_seconds_tick_only_in_the_last_five_minutes() -> None:
    assert cell(DUE, DUE - 6 * MINUTE).changes_at - (DUE - 6 * MINUTE) <= MINUTE
    wait = cell(DUE, DUE - 90 * MINUTE).changes_at - (DUE - 90 * MINUTE)
    assert wait == 1  # exactly at a minute the next one begins a millisecond later
    assert cell(DUE, DUE - 90 * MINUTE + 1).changes_at - (DUE - 90 * MINUTE + 1) == MINUTE


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (46 * HOUR + 30 * MINUTE, "1 d 22 h"),
        (90 * MINUTE, "1 h 30 min"),
        (2 * HOUR, "2 h"),
        (DAY + 5 * MINUTE, "1 d"),
        (42 * SECOND, "42 s"),
        (-15 * MINUTE, "-15 min"),
        (0, "0 s"),
        (-300, "0 s"),
    ],
)
def test_spans_in_words(ms: int, text: str) -> None:
    assert spell(ms) == text


def test_the_bar_fills_from_start_to_due() -> None:
    assert [used(0, 100, now) for now in (-5, 0, 25, 100, 500)] == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert used(5, 5, 5) == 1.0
