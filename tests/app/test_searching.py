"""Results come as one types, hits are marked, n goes on from hit to hit; Esc leaves everything as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from app.searching import as_typed, enough
from tests.app.desks import TestDesk, desk_of, press, screen_text, settled, until, write


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    made.mail("The lamp is broken", "A lampshade came in pieces.", name="Marie Dubois", hours_ago=3)
    made.mail("Where is my parcel", "No news of it.", name="Lamia Haddad", hours_ago=2)
    made.mail("Rechnung fehlt", "Bitte senden.", name="Karl Weber", hours_ago=1)
    yield made
    made.store.close()


def shown(pilot: Pilot[int]) -> list[str]:
    return [line.subject for line in desk_of(pilot).session.listing.lines]


def hits(pilot: Pilot[int]) -> list[str]:
    """What is drawn in the colours of a hit."""
    app = desk_of(pilot)
    style = app.look.style("match")
    strips = app.screen._compositor.render_strips(app.size)
    return [s.text for strip in strips for s in strip if s.style and s.style.bgcolor == style.bgcolor]


async def test_results_come_as_one_types_and_enter_keeps_them(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        before = shown(pilot)
        await press(pilot, "slash")
        await write(pilot, "la")
        await settled(pilot)
        assert shown(pilot) == before, "two letters are too few"
        await write(pilot, "m")
        await until(pilot, lambda: shown(pilot) == ["Where is my parcel", "The lamp is broken"])
        await until(pilot, lambda: {"lam", "Lam"} <= set(hits(pilot)))
        await press(pilot, "enter")
        assert shown(pilot) == ["Where is my parcel", "The lamp is broken"]
        assert desk_of(pilot).query_text == "lam*"
        await press(pilot, "F")
        assert shown(pilot) == before
        await until(pilot, lambda: hits(pilot) == [])  # the ticket beside the list follows once the cursor rests


async def test_escape_brings_back_list_cursor_and_marks(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        before = shown(pilot)
        await press(pilot, "space", "j")
        listing = desk_of(pilot).session.listing
        at, marks = listing.cursor, set(listing.marks)
        await press(pilot, "slash")
        await write(pilot, "rechnung")
        await until(pilot, lambda: shown(pilot) == ["Rechnung fehlt"])
        await press(pilot, "escape")
        assert (shown(pilot), listing.cursor, listing.marks) == (before, at, marks)
        assert desk_of(pilot).query_text == desk_of(pilot).view_query


async def test_one_chinese_character_is_enough(desk: TestDesk) -> None:
    desk.mail("我要退货", "请处理", lang="zh-CN", name="王小明")
    async with desk.workstation() as pilot:
        await press(pilot, "slash")
        await write(pilot, "退")
        await until(pilot, lambda: shown(pilot) == ["我要退货"])
        await until(pilot, lambda: "退" in hits(pilot))


async def test_a_half_typed_query_leaves_what_was_found_last(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "slash")
        await write(pilot, "lamp")
        await until(pilot, lambda: shown(pilot) == ["The lamp is broken"])
        await pilot.press("space", "left_parenthesis")
        await pilot.pause(0.2)
        assert shown(pilot) == ["The lamp is broken"]
        await press(pilot, "enter")
        assert "never closed" in screen_text(pilot), "and Enter says what is wrong with it"


async def test_n_goes_from_hit_to_hit_in_a_ticket_and_from_ticket_to_ticket_in_the_list(desk: TestDesk) -> None:
    text = "\n\n".join(["needle one", *["hay"] * 60, "needle two", *["hay"] * 60, "a NEEDLE, the third"])
    desk.mail("Long story", text, name="Eve Long")
    desk.mail("Another needle", "short", name="Fay Short")
    async with desk.workstation() as pilot:
        await press(pilot, "slash")
        await write(pilot, "needle")
        await press(pilot, "enter")
        listing = desk_of(pilot).session.listing
        assert shown(pilot) == ["Another needle", "Long story"]
        await press(pilot, "n")
        assert listing.cursor == 1
        await press(pilot, "enter")
        await until(pilot, lambda: "needle one" in screen_text(pilot))
        for wanted, said in (("needle one", "1 of 3"), ("needle two", "2 of 3"), ("NEEDLE, the", "3 of 3")):
            await press(pilot, "n")
            await until(pilot, lambda w=wanted, s=said: w in screen_text(pilot) and s in screen_text(pilot))  # type: ignore[misc]
        await press(pilot, "N")
        await until(pilot, lambda: "2 of 3" in screen_text(pilot))
        await press(pilot, "n", "n")
        await until(pilot, lambda: "1 of 3" in screen_text(pilot))


async def test_n_unfolds_to_reach_a_hit_that_is_folded_away(desk: TestDesk) -> None:
    desk.mail("Long", "hay\n" * 2500 + "the rosewood one")
    async with desk.workstation() as pilot:
        await press(pilot, "slash")
        await write(pilot, "rosewood")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: "more characters" in " ".join(t for line in desk_of(pilot).desk_screen.ticket.lines
                                                                 for t, _role in line))  # fmt: skip
        await press(pilot, "n")
        await until(pilot, lambda: "the rosewood one" in screen_text(pilot))


async def test_quiet_views_are_reached_by_name_and_not_listed(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        assert "Returns and exchanges" not in screen_text(pilot)
        await press(pilot, "g", "v")
        await write(pilot, "after-s")
        await press(pilot, "enter")
        assert desk_of(pilot).view_id == "class:after_sales"
        assert len(shown(pilot)) == 3, "all three are about something damaged"


async def test_spam_and_block_from_the_keyboard(desk: TestDesk) -> None:
    from store.sql import people

    async with desk.workstation() as pilot:
        await press(pilot, "exclamation_mark")
        assert "is spam" in screen_text(pilot)
        listing = desk_of(pilot).session.listing
        assert len(listing.gone) == 1
        await press(pilot, "z")
        assert not listing.gone
        await press(pilot, "s", "b")
        assert len(people.all_blocked(desk.store.conn)) == 1
        await press(pilot, "g", "v")
        await write(pilot, "spam")
        await press(pilot, "enter")
        assert len(shown(pilot)) == 1
        await press(pilot, "s", "n")
        await press(pilot, "g", "i")
        assert len(shown(pilot)) == 3


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("lam", "lam*"),
        ("la", "la"),
        ("退", "退"),
        ("iphone壳", "iphone壳"),
        ("blue lam", "blue lam*"),
        ("platform:ebay lamp", "platform:ebay lamp*"),
        ("platform:ebay", "platform:ebay"),
        ('"cracked scr', '"cracked scr'),
        ("lamp OR", "lamp OR"),
        ("lam*", "lam*"),
        ("701-22", "701-22*"),
        ("-lamp", "-lamp"),
        ("müll", "müll*"),
    ],
)
def test_the_last_word_stands_for_its_beginning(typed: str, query: str) -> None:
    assert as_typed(typed) == query


def test_when_there_is_enough_to_look_for() -> None:
    assert [t for t in ("la", "lam", "a b", "退", "", "  ", "é") if enough(t)] == ["lam", "退"]
