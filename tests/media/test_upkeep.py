"""What is taken off the screen is gone, and drawing it once more harms nobody."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widgets import TextArea

from app.screens.composer import Composer
from app.upkeep import let_go
from tests.app.desks import TestDesk, desk_of, press, until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    made.mail("Lamp broken")
    yield made
    made.store.close()


async def test_a_composer_that_was_closed_leaves_nothing_behind(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        for _ in range(4):
            await press(pilot, "r")
            await until(pilot, lambda: desk_of(pilot).focused is not None)
            await press(pilot, "x", "escape", "n")
            await press(pilot, "t", "escape")
        await until(pilot, lambda: not desk_of(pilot).query(TextArea))
        let_go(desk_of(pilot))
        gc.collect()
        assert len([o for o in gc.get_objects() if isinstance(o, TextArea | Composer)]) <= 2


async def test_a_text_area_that_is_drawn_after_it_was_taken_away_is_blank(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        composer = desk_of(pilot).composer
        assert composer is not None
        await press(pilot, "x", "escape", "n")
        await until(pilot, lambda: not desk_of(pilot).query(TextArea))
        assert [strip.text for strip in composer.area.render_lines(Region(0, 0, 4, 2))] == ["    "] * 2
