"""Help, menu, bottom line and strip of keys all say what the registry says, on every size and in every language."""

from __future__ import annotations

import pytest
from textual.message import Message

from app.act import PLACES, STATES
from app.actions import ACTIONS, LEADERS
from app.bindings import Bindings, defaults
from app.keys import Engine, Pending
from app.widgets.help import Help, page
from app.widgets.key_hints import KeyHints
from app.widgets.menu import Menu, groups
from app.widgets.which_key import MOST, WhichKey
from tests.app.stage import HOLDS, TEAM, Stage, picture, speak

SIZES = [(80, 24), (120, 40), (200, 60)]


# Help -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_key_of_a_place_is_in_its_help(place: str, width: int) -> None:
    lines = ["".join(text for text, _role in line) for line in page(place, defaults(), width)]
    text = "\n".join(lines)
    for act in (*ACTIONS, *LEADERS):
        shown = defaults().all_shown(act.id, place)
        assert not shown or shown[0] in text, act.id
    assert max(map(len, lines)) <= width + 40


def test_help_shows_a_persons_own_keys() -> None:
    keys = Bindings({"ticket.done": ["^x"]})
    text = "\n".join(part for line in page("list", keys, 80) for part, _role in line)
    assert "^x" in text and "e  s s" not in text


@pytest.mark.parametrize("size", SIZES)
async def test_help_fills_the_screen_scrolls_and_closes(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.open(pilot, Help("list", app.keys))
        assert "Keys in the list" in picture(app)[0]
        assert all(len(line) == size[0] for line in picture(app))
        await pilot.press("G")
        await pilot.pause()
        assert any("Quit" in line or "Leave" in line for line in picture(app))
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.chosen == [None] and app.sheet is None


# Menu -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_act_that_makes_sense_has_a_way_through_the_menu(place: str) -> None:
    keymap = defaults().keymap(place)
    reached = {row.id for rows in groups(place, set(STATES), defaults()).values() for row in rows}
    reached |= {option.id for leader in keymap.leaders if leader in reached for option in keymap.options(leader)}
    wanted = {act.id for act in ACTIONS if place in act.places} - {"app.menu"}
    assert wanted <= reached


async def test_arrows_and_enter_run_an_act() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        menu = Menu(app.engine.keymap, HOLDS, app.keys)
        await app.open(pilot, menu)
        assert "Moving" in picture(app)[0] and "Ticket" in picture(app)[0]
        await pilot.press("right", "right")
        assert menu.choice.current == "ticket.assign"
        await pilot.press("enter")
        await pilot.pause()
        assert "Assign" in picture(app)[0]
        assert [row.id for row in menu.choice.rows][-2:] == [id for id, _name in TEAM]
        assert any("王伟 wei" in line for line in picture(app))
        await pilot.press("escape")
        assert menu.choice.current == "ticket.assign"
        await pilot.press("enter", "down", "enter")
        await pilot.pause()
        assert app.chosen == ["ticket.unassign"]


async def test_escape_and_f10_leave_the_menu() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("escape", "f10"):
            await app.open(pilot, Menu(app.engine.keymap, HOLDS, app.keys))
            await pilot.press(key)
            await pilot.pause()
        assert app.chosen == [None, None]


async def test_the_menu_works_by_mouse_alone() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        menu = Menu(app.engine.keymap, HOLDS, app.keys)
        await app.open(pilot, menu)
        await pilot.click(offset=(10, 0))
        await pilot.pause()
        assert menu.choice.current == "list.marks"
        await pilot.click(offset=(4, 2))
        await pilot.pause()
        assert app.chosen == ["list.mark"]


# Bottom line ----------------------------------------------------------------------------------------


async def bottom(app: Stage) -> str:
    return picture(app)[-1]


@pytest.mark.parametrize("theme", ["dark", "ansi16", "mono"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_bottom_line_shows_the_query_and_what_matters_here(size: tuple[int, int], theme: str) -> None:
    app = Stage(theme)
    async with app.run_test(size=size) as pilot:
        app.screen.query_one(KeyHints).query_text("is:open sort:due")
        await pilot.pause()
        line = await bottom(app)
        assert line.startswith(" is:open sort:due")
        assert "r reply" in line and "e done" in line and line.rstrip().endswith("? keys")
        assert len(line) == size[0]


async def test_a_notice_stands_in_for_the_query_until_it_is_taken_back() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        hints = app.screen.query_one(KeyHints)
        hints.query_text("is:open")
        hints.say("3 tickets solved. z undoes it.", "done")
        await pilot.pause()
        assert "3 tickets solved. z undoes it." in await bottom(app)
        hints.say("")
        await pilot.pause()
        assert (await bottom(app)).startswith(" is:open")


async def test_what_was_typed_so_far_stands_in_the_bottom_line() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "g")
        await pilot.pause()
        assert " 5 g " in await bottom(app)
        await pilot.press("escape")
        await pilot.pause()
        assert " 5 g " not in await bottom(app)


async def test_a_long_query_leaves_room_for_help_and_keeps_its_cells() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one(KeyHints).query_text("退款 " * 40)
        await pilot.pause()
        line = await bottom(app)
        assert "…" in line and line.rstrip().endswith("? keys")


async def test_a_click_on_a_hint_presses_it() -> None:
    app = Stage()
    seen: list[Message] = []
    async with app.run_test(size=(80, 24), message_hook=seen.append) as pilot:
        at = (await bottom(app)).index("e done")
        await pilot.click(KeyHints, offset=(at, 0))
        await pilot.pause()
    assert {message.id for message in seen if isinstance(message, KeyHints.Pressed)} == {"ticket.done"}


async def test_hints_speak_the_persons_language(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, {"reply": "回复", "done": "完成", "keys": "按键"})
    app = Stage()
    async with app.run_test(size=(80, 24)):
        line = await bottom(app)
        assert "r 回复" in line and line.rstrip().endswith("? 按键")
        (strip,) = app.screen._compositor.render_strips()[-1:]
        assert strip.cell_length == sum(segment.cell_length for segment in strip) == 80


# Strip of keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_strip_shows_what_may_follow_until_the_key_comes(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await pilot.press("g")
        await pilot.pause()
        (strip,) = (line for line in picture(app) if line.startswith(" g go to"))
        assert "i inbox" in strip and "Esc" in "".join(picture(app)[-3:-1])
        await pilot.press("i")
        await pilot.pause()
        assert not any("i inbox" in line for line in picture(app))
        assert app.done == ["go.view:inbox"]


async def test_the_strip_does_not_come_before_its_time_and_escape_takes_it_away() -> None:
    app = Stage(delay=3600)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        await pilot.pause()
        strip = app.screen.query_one(WhichKey)
        assert not strip.shown
        strip.show()
        await pilot.pause()
        assert strip.shown and "ana" in picture(app)[-2] and "王伟 wei" in picture(app)[-2]
        await pilot.press("escape")
        assert not strip.shown and app.done == []


async def test_a_count_alone_needs_no_strip() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        assert not app.screen.query_one(WhichKey).shown


async def test_a_large_team_takes_few_lines_at_most() -> None:
    app = Stage()
    team = [(f"ticket.assign:{letter}", letter * 12) for letter in "abcdefghijklmnopqrstuvw"]
    async with app.run_test(size=(80, 24)) as pilot:
        waiting = Engine(defaults().keymap("list").with_choices("ticket.assign", team)).begin("ticket.assign")
        assert isinstance(waiting, Pending)
        strip = app.screen.query_one(WhichKey)
        strip.wait(waiting)
        await pilot.pause()
        assert strip.lines_wanted(app.size) == MOST
        assert "…" in picture(app)[-2] and "? keys" in picture(app)[-1]
        assert all(len(line) == 80 for line in picture(app))
