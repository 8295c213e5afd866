"""A conversation longer than what is read of it at once; and what opens without the whole screen being sent twice."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.acts
import app.screens.desk
from tests.app.desks import TestDesk, desk_of, press, screen_text, until, write

MESSAGES, MOST, SHOWN = 100, 60, 20


@pytest.fixture(autouse=True)
def _smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.screens.desk, "MOST", MOST)
    monkeypatch.setattr(app.screens.desk, "SHOWN", SHOWN)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path_factory.mktemp("long"))
    for n in range(MESSAGES):
        made.mail("About it", f"Saying number {n}.\n{'word ' * 40}", hours_ago=300 - n, answers="<m1@mail.example>" if n else "",
                  sender="eve@buyer.example")  # fmt: skip
    yield made
    made.store.close()


def said(text: str) -> list[int]:
    """Which sayings stand on the screen."""
    return [int(line.split("number ")[1].split(".")[0]) for line in text.split("\n") if "Saying number" in line]


async def test_only_the_newest_messages_are_read_and_shown(long: TestDesk) -> None:
    async with long.workstation() as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: "older messages" in screen_text(pilot))
        pane = desk_of(pilot).desk_screen.ticket
        assert len(pane.page.starts) <= SHOWN
        await press(pilot, "G")
        assert said(screen_text(pilot))[-1] == MESSAGES - 1
        await press(pilot, "v")
        assert len(pane.page.starts) == MOST and said(screen_text(pilot))[-1] == MESSAGES - 1


async def test_going_up_brings_the_older_ones_and_going_down_the_newer_ones_again(long: TestDesk) -> None:
    async with long.workstation() as pilot:
        await press(pilot, "enter")
        seen: list[int] = []
        for _ in range(400):
            seen += said(screen_text(pilot))
            if 0 in seen:
                break
            await pilot.press("pageup")
        assert set(seen) >= set(range(MESSAGES - SHOWN)), "not one is passed over"
        assert len(desk_of(pilot).desk_screen.ticket.page.starts) <= SHOWN
        seen = []
        for _ in range(400):
            seen += said(screen_text(pilot))
            if MESSAGES - 1 in seen:
                break
            await pilot.press("pagedown")
        assert set(seen) >= set(range(5, MESSAGES))
        assert "newer messages" not in screen_text(pilot)


async def test_once_more_at_the_top_goes_to_the_first_message_and_at_the_end_to_the_last(long: TestDesk) -> None:
    async with long.workstation() as pilot:
        await press(pilot, "enter", "G", "g", "g", "g", "g")
        assert said(screen_text(pilot))[:2] == [0, 1] and "older messages" not in screen_text(pilot)
        await press(pilot, "G")
        assert "newer messages" in screen_text(pilot)
        await press(pilot, "G")
        assert said(screen_text(pilot))[-1] == MESSAGES - 1
        await press(pilot, "escape", "enter")
        assert "older messages" in screen_text(pilot), "opened again, it shows the newest"


async def test_unfolding_and_another_width_keep_the_message_that_is_read(tmp_path: Path) -> None:
    desk = TestDesk(tmp_path)
    for n in range(12):
        desk.mail("About it", f"Saying number {n}.\n{'word ' * 1500}", hours_ago=30 - n, sender="eve@buyer.example",
                  answers="<m1@mail.example>" if n else "")  # fmt: skip
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        pane = desk_of(pilot).desk_screen.ticket
        pane.put(list(pane.page.starts)[7], 0)
        await press(pilot, "v")
        assert said(screen_text(pilot))[0] == 7
        await pilot.resize_terminal(84, 30)
        await until(pilot, lambda: pane.size.width == 84)
        assert said(screen_text(pilot))[0] == 7
    desk.store.close()


async def test_the_template_picker_mounts_nothing(long: TestDesk) -> None:
    async with long.workstation() as pilot:
        screen = desk_of(pilot).desk_screen
        before = list(screen.walk_children())
        await press(pilot, "t")
        assert "Templates for" in screen_text(pilot) and list(screen.walk_children()) == before
        await press(pilot, "escape")
        assert "Templates for" not in screen_text(pilot) and desk_of(pilot).place == "ticket"


def test_what_the_first_keys_need_is_loaded_ahead() -> None:
    tree = ast.parse(Path(app.acts.__file__).read_text("utf-8"))
    init = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    wanted = [n.module for n in ast.walk(init) if isinstance(n, ast.ImportFrom)]
    code = (f"import sys, app.workstation\nfrom app.upkeep import SOON_WANTED, load_ahead\nload_ahead().join()\n"
            f"print([name for name in {wanted} + list(SOON_WANTED) if name not in sys.modules])")  # fmt: skip
    assert wanted
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


async def test_n_goes_through_all_hits_of_a_conversation_that_is_read_in_part(tmp_path: Path) -> None:
    desk = TestDesk(tmp_path)
    hits = {5, 6, 50, 97}
    for n in range(MESSAGES):
        word = "rosewood" if n in hits else "hay"
        desk.mail("About it", f"Saying number {n}.\n{word}", hours_ago=300 - n, answers="<m1@mail.example>" if n else "",
                  sender="eve@buyer.example")  # fmt: skip
    async with desk.workstation() as pilot:
        await press(pilot, "slash")
        await write(pilot, "rosewood")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: "older messages" in screen_text(pilot))
        pane = desk_of(pilot).desk_screen.ticket

        def at() -> int:
            """The message of the hit one stands on."""
            assert pane.hit is not None and pane.top <= pane.hit < pane.top + pane.size.height
            text = "".join(run for run, _role in pane.page.lines[pane.hit - 1])
            return int(text.split("number ")[1].split(".")[0])

        seen = []
        for _ in range(5):
            await press(pilot, "n")
            seen.append(at())
        assert seen == [97, 5, 6, 50, 97], "round the ends, oldest to newest"
        seen = []
        for _ in range(4):
            await press(pilot, "N")
            seen.append(at())
        assert seen == [50, 6, 5, 97]
        assert len(pane.page.starts) <= SHOWN and "in the messages shown" in screen_text(pilot)
    desk.store.close()
