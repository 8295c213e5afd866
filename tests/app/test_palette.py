"""The palette finds every act, and what providers know, by a few letters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual.events import Paste

from app.bindings import defaults
from app.fuzzy import fit, has_words
from app.widgets.palette import LINES, MOST, Entry, Palette, acts, ranked
from tests.app.stage import HOLDS, Stage, picture, speak, watch_drawing

SIZES = [(80, 24), (200, 60)]


def ids(query: str, entries: list[Entry]) -> list[str]:
    return [row.id for row in ranked(query, entries)]


def palette() -> Palette:
    return Palette(acts("list", HOLDS, defaults()))


def test_whole_words_beat_scattered_letters_and_starts_beat_middles() -> None:
    entries = [Entry(text, text) for text in ("Least open tickets", "Replay", "Quick reply", "Reply", "Label")]
    assert ids("reply", entries) == ["Reply", "Quick reply", "Replay"]
    assert ids("lot", entries) == ["Least open tickets"]
    assert ids("zz", entries) == []


def test_letters_may_be_wide_and_of_any_case() -> None:
    assert fit("ＲＥＰ", "reply") is not None
    assert fit("退款", "申请退款") == fit("退款", "申请退款")
    assert fit("退款", "申请退款").at == (2, 3)  # type: ignore[union-attr]
    assert fit("İ", "x") is None


def test_every_act_is_found_by_its_english_name_whatever_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, {"Internal note": "内部备注"})
    entries = acts("list", HOLDS, defaults())
    assert ids("备注", entries)[0] == ids("internal note", entries)[0] == "ticket.note"
    assert all(entry.id in ids(entry.also.split(".")[0], entries) for entry in entries)


def test_a_hidden_text_is_found_by_its_words_only() -> None:
    assert has_words("assign me", "Take it myself Assign the ticket me")
    assert not has_words("sno", "someone must not go on")


def test_only_what_makes_sense_now_is_offered() -> None:
    assert "edit.redo" not in ids("redo", acts("list", {"undo"}, defaults()))
    assert "edit.undo" in ids("undo", acts("list", {"undo"}, defaults()))


def test_providers_come_after_acts_and_are_asked_what_was_typed() -> None:
    asked = []

    def tickets(query: str) -> list[Entry]:
        asked.append(query)
        return [Entry(f"ticket.open:{n}", f"#{n}") for n in range(200)]

    rows = ranked("undo", acts("list", HOLDS, defaults()), [tickets])
    assert asked == ["undo"]
    assert (rows[0].id, rows[-1].id.partition(":")[0], len(rows)) == ("edit.undo", "ticket.open", MOST)
    assert next(row.id for row in rows if row.id.startswith("ticket.open")) == "ticket.open:0"


def test_an_act_found_by_what_it_does_comes_before_letters_scattered_over_another() -> None:
    found = ids("sol", acts("list", HOLDS, defaults()))
    assert found.index("ticket.done") < found.index("ticket.snooze:tomorrow")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "ansi16", "mono"])
async def test_a_few_letters_and_enter_choose_an_act(size: tuple[int, int], theme: str) -> None:
    app = Stage(theme)
    async with app.run_test(size=size) as pilot:
        await app.open(pilot, palette())
        await pilot.press(*"snoweek")
        await pilot.pause()
        line = next(line for line in picture(app) if "▸" in line)
        assert "Snooze until next week" in line and "b w" in line
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == ["ticket.snooze:week"]
        assert app.done == []


async def test_arrows_move_and_escape_leaves() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        sheet = palette()
        await app.open(pilot, sheet)
        await pilot.press("down", "down", "up")
        assert sheet.choice.at == 1
        await pilot.press(*["pagedown"] * 8)
        assert sheet.choice.at == len(sheet.choice.rows) - 1
        assert any("▸" in line for line in picture(app))
        await pilot.press("escape")
        await pilot.pause()
        assert app.chosen == [None]


async def test_nothing_found_says_so_and_enter_does_nothing_harmful() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(pilot, palette())
        await pilot.press(*"qqqq")
        await pilot.pause()
        assert any("Nothing fits" in line for line in picture(app))
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == [None]


async def test_a_click_chooses_a_row() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        sheet = palette()
        await app.open(pilot, sheet)
        line = next(y for y, text in enumerate(picture(app)) if "Snooze…" in text)
        await pilot.click(offset=(5, line))
        await pilot.pause()
        assert app.chosen == ["ticket.snooze"]


async def test_what_a_buyer_wrote_is_shown_as_written_and_in_its_cells() -> None:
    hostile = "[/b] [@click=app.quit]退款\x1b[31m 👩\u200d💻"
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(pilot, Palette([Entry("ticket.open:1", hostile, "", "王小明")], label="ticket"))
        (line,) = [line for line in picture(app) if "click" in line]
        assert "[/b] [@click=app.quit]退款␛[31m 👩💻" in line
        assert "王小明" in line
        assert {sum(len(segment.text) and segment.cell_length for segment in strip) for strip in strips(app)} == {80}


def strips(app: Stage) -> list:  # type: ignore[type-arg]
    return app.screen._compositor.render_strips()


async def test_the_terminals_cursor_goes_where_one_types_for_input_methods() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(pilot, palette())
        await pilot.press("退", "款", "left")
        await pilot.pause()
        line = next(y for y, text in enumerate(picture(app)) if text.startswith(" : 退款"))
        assert app.cursor_position == (5, line)


async def test_a_paste_is_typed_in_and_editing_keys_edit() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.open(pilot, palette())
        app.post_message(Paste("snooze\nweek"))
        await pilot.pause()
        assert any(line.startswith(" : snooze week") for line in picture(app))
        await pilot.press("ctrl+w", *"hour")
        await pilot.pause()
        assert any("Snooze for an hour" in line and "▸" in line for line in picture(app))


async def test_the_sheet_moves_with_the_terminals_size() -> None:
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.open(pilot, palette())
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        shown = picture(app)
        assert len(shown) == 24 and "▸ Assign" in "".join(shown)
        assert shown[9].startswith("\u2500") or shown[10].startswith("\u2500")


async def test_opening_it_draws_only_the_lines_it_covers() -> None:
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        drawn = watch_drawing(app)
        await app.open(pilot, palette())
        await pilot.press("escape")
        await pilot.pause()
        assert drawn and all(region.height <= LINES for region in drawn), drawn


def test_the_palette_is_loaded_only_when_opened(root: Path) -> None:
    code = "import sys, app.look, app.widgets.key_hints, app.widgets.which_key; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert not {f"app.widgets.{name}" for name in ("palette", "help", "menu", "prompt", "rows")} & loaded
