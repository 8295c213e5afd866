"""A text goes to the person's own editor and comes back; where there is none, nothing is lost and it says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.pilot import Pilot

from app import editors
from app.workstation import Workstation
from store.errors import Refused
from tests.app.desks import TestDesk, desk_of, press, screen_text, settled, until, write


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDesk]:
    monkeypatch.setattr(Workstation, "suspend", lambda self: nullcontext())
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv(editors.NO_SHELL, raising=False)
    made = TestDesk(tmp_path)
    made.mail("Lamp broken")
    yield made
    made.store.close()


def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    """An editor that does `code` to the file at `path`."""
    script = tmp_path / "editor.py"
    script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{code}\n")
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{script}'")


async def writing(pilot: Pilot[int], text: str) -> None:
    await press(pilot, "r")
    await until(pilot, lambda: desk_of(pilot).focused is not None)
    await write(pilot, text)


async def test_a_reply_goes_through_the_editor(desk: TestDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(monkeypatch, tmp_path, r"path.write_text(path.read_text().upper() + 'from \x1b outside\n')")
    async with desk.workstation() as pilot:
        await writing(pilot, "hello")
        await press(pilot, "ctrl+o")
        await settled(pilot)
        composer = desk_of(pilot).composer
        assert composer is not None and composer.text == "HELLO\nfrom ␛ outside"
        draft = desk_of(pilot).session.draft(1)
        assert draft is not None and draft.body == composer.text


@pytest.mark.parametrize(("code", "said"), [
    ("sys.exit(3)", "ended with an error; your text is as it was"), ("path.unlink()", "ended with an error"),
])  # fmt: skip
async def test_an_editor_that_fails_leaves_the_text(
    desk: TestDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    editor(monkeypatch, tmp_path, code)
    async with desk.workstation() as pilot:
        await writing(pilot, "hello")
        await press(pilot, "ctrl+o")
        composer = desk_of(pilot).composer
        assert composer is not None and composer.text == "hello" and said in screen_text(pilot)


@pytest.mark.parametrize(("name", "value", "said"), [
    ("EDITOR", "no-such-editor", "There is no editor no-such-editor"), (editors.NO_SHELL, "1", "No other editor is opened"),
    ("EDITOR", "an 'unclosed quote", "There is no editor"),
])  # fmt: skip
async def test_without_an_editor_it_says_so_and_one_writes_on(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    async with desk.workstation() as pilot:
        await writing(pilot, "hello")
        await press(pilot, "ctrl+o")
        composer = desk_of(pilot).composer
        assert composer is not None and composer.text == "hello" and said in screen_text(pilot)


def test_a_machine_without_any_editor_is_no_fault(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Set EDITOR to one"):
        editors.command({"PATH": str(tmp_path)})


async def test_a_long_text_of_a_form_goes_through_the_editor(
    desk: TestDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "path.write_text('Ships wait.\\nSix days late.\\n')")
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("go.setup:incidents")
        await press(pilot, "n")
        await write(pilot, "port strike")
        await press(pilot, "ctrl+o")
        assert "Cause is no long text" in screen_text(pilot)
        await press(pilot, "tab", "ctrl+o")
        assert "Six days late." in screen_text(pilot)
        await press(pilot, "ctrl+s")
        await settled(pilot)
    assert desk.store.conn.execute("SELECT note FROM incident").fetchone()[0] == "Ships wait.\nSix days late."


async def test_colleagues_see_one_write_while_the_editor_is_open(
    desk: TestDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import session
    from store.sql import people

    monkeypatch.setattr(session, "_HEARTBEAT", 10)
    async with desk.workstation() as pilot:
        ours = desk_of(pilot).session
        with desk.store.write(ours.actor) as unit:
            people.drop_presence(unit.conn, ours.id)
        with ours.staying(1):
            await until(pilot, lambda: any(s.writing for s in people.present(desk.store.conn, 0)))
