"""The columns of the inbox follow the width of the pane."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import words
from app.columns import columns
from app.safe import width_of
from desk.vocabulary import TYPES
from tests.app.desks import TestDesk, desk_of, press, screen_text, until

NAME = "Maximiliane Oberhuber"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    for n in range(80):
        made.mail(f"Order {n}: " + "the lamp and its shade " * 4, name=NAME if n % 2 else "Bo", hours_ago=1 + n)
    made.store.conn.execute("UPDATE ticket SET type = CASE WHEN id % 2 THEN 'not_as_described' ELSE 'damaged' END")
    yield made
    made.store.close()


@given(st.integers(34, 400))
def test_a_wider_pane_takes_nothing_from_names_and_hardly_from_the_subject(room: int) -> None:
    now, wider = columns(room), columns(room + 1)
    taken = now.type + now.who + now.subject + now.owner + (now.label + 1 if now.label else 0) + 4
    assert taken == room
    if now.label:
        assert now.type <= wider.type and now.who <= wider.who and now.owner <= wider.owner
        assert now.subject <= wider.subject + 1
        assert now.subject >= 14 and now.subject >= now.who


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_pane_of_90_columns_cuts_no_type(language: str) -> None:
    words.use(language)
    assert max(width_of(words._(name)) for name in TYPES.values()) <= columns(83).type


async def test_a_wide_terminal_shows_whole_names_and_types(desk: TestDesk) -> None:
    words.use("en")
    async with desk.workstation(size=(200, 60)) as pilot:
        await until(pilot, lambda: NAME in screen_text(pilot))
        assert "Not as described" in screen_text(pilot)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: NAME not in screen_text(pilot) and "Maximilian" in screen_text(pilot))
        assert "Not as descr" in screen_text(pilot)


async def test_columns_stand_still_while_one_scrolls(desk: TestDesk) -> None:
    words.use("en")
    async with desk.workstation(size=(160, 40)) as pilot:
        await until(pilot, lambda: "Order 79" in screen_text(pilot))

        def starts() -> set[int]:
            return {line.index("Order ") for line in screen_text(pilot).split("\n")[1:-1] if "Order " in line[:120]}

        before = starts()
        await press(pilot, "G")
        await until(pilot, lambda: desk_of(pilot).desk_screen.list.top > 0)
        assert starts() == before and len(before) == 1
