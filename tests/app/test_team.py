"""The team at one look: who is there, until when, how busy, their week, their leave; and the way to each form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.safe import width_of
from app.widgets.team import day_text
from desk import leave
from desk.agents import NewAgent, add, change, set_presence
from desk.roster import Day, roster
from store.values import DAY, HOUR, NEVER, SYSTEM
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until

SHIFT = {"zone": "Europe/Berlin", "week": {"mon-fri": "09:00-12:00, 13:00-18:00", "sun": "09:00-14:00"}}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    with made.store.write(SYSTEM) as unit:
        add(unit, NewAgent("tom", "Tom"))
        change(unit, "ana", {"shifts": SHIFT, "zone": "Europe/Berlin", "languages": {"en": 5, "de": 3}, "capacity": 30})
        leave.add(unit, "wei", unit.now - HOUR, unit.now + 3 * DAY, "holiday")
        leave.add(unit, "tom", unit.now + 2 * HOUR, unit.now + 2 * DAY)
    yield made
    made.store.close()


def test_who_is_there_and_until_when(desk: TestDesk) -> None:
    ana, tom, wei = sorted(roster(desk.store.conn, NOON), key=lambda m: m.id)
    assert ana.on_duty and ana.changes_at == NOON + HOUR  # 14:00 in Berlin
    assert tom.on_duty and tom.changes_at == NOON + 2 * HOUR
    assert not wei.on_duty and wei.changes_at == NOON + 3 * DAY
    assert [day.away for day in wei.days[:4]] == [True, True, True, True]
    assert ana.days[0] == Day(date(2026, 11, 22), ((540, 840),), False)


def test_a_word_of_ones_own_counts_before_the_shift(desk: TestDesk) -> None:
    with desk.store.write(SYSTEM) as unit:
        set_presence(unit, "ana", "on", unit.now + 5 * HOUR)
        set_presence(unit, "tom", "away")
    found = {m.id: m for m in roster(desk.store.conn, NOON)}
    assert found["ana"].changes_at == NOON + 5 * HOUR
    assert not found["tom"].on_duty and found["tom"].changes_at == NEVER


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_page_fits_and_enter_opens_the_person(desk: TestDesk, size: tuple[int, int]) -> None:
    async with desk.workstation(size=size) as pilot:
        await press(pilot, "g", "T")
        await until(pilot, lambda: "2 of 3 on duty" in screen_text(pilot))
        text = screen_text(pilot)
        assert "on duty until 13:00" in text and "on leave until Wed 12:00" in text
        assert all(width_of(line) <= size[0] for line in text.split("\n"))
        await press(pilot, "G")
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "form")
        page = desk_of(pilot).acts.setting_up.state.root  # type: ignore[union-attr]
        assert page is not None and page.ident == sorted(m.id for m in roster(desk.store.conn, NOON))[-1]


async def test_l_leads_to_leave(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "g", "T", "l")
        await until(pilot, lambda: "Planned absences" in screen_text(pilot) or "holiday" in screen_text(pilot))
        assert desk_of(pilot).acts.setting_up.state.room.id == "leave"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("hours", "width", "said"),
    [
        (((540, 1080),), 12, "09:00-18:00"),
        (((540, 1080),), 6, "9-18"),
        (((570, 1080),), 8, "9:30-18"),
        (((540, 720), (780, 1080)), 6, "9-18+"),
        (((1320, 1800),), 6, "22-6"),
        ((), 6, "–"),
        (None, 8, "always"),
    ],
)
def test_a_day_in_a_few_cells(hours: tuple[tuple[int, int], ...] | None, width: int, said: str) -> None:
    assert day_text(Day(date(2026, 1, 1), hours, False), width) == said


@pytest.mark.parametrize("theme", ["dark", "light", "high_contrast", "ansi16", "mono"])
async def test_the_row_under_the_cursor_is_a_whole_bar_that_can_be_read(desk: TestDesk, theme: str) -> None:
    async with desk.workstation(size=(80, 24)) as pilot:
        app = desk_of(pilot)
        app.perform(f"app.theme:{theme}")
        await press(pilot, "g", "T")
        await until(pilot, lambda: "2 of 3 on duty" in screen_text(pilot))
        sheet = app.sheet
        assert sheet is not None
        row, width = list(sheet.pieces(2)), 0
        page, bar = app.look.on("text", "panel"), app.look.style("selection")
        for text, style in row:
            meter = set(text) <= set("█▏ ") and width < 78 and style != row[-1][1]
            assert (style.bgcolor, bool(style.reverse)) == ((page.bgcolor, False) if meter else (bar.bgcolor, bool(bar.reverse)))
            assert meter or style.color == bar.color, "in the colour that can be read on the bar"
            width += width_of(text)
        assert width == 80
