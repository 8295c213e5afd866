"""The smallest app the parts of the face can stand in: a pane of lines, the bottom line, the strip of keys."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from gettext import NullTranslations
from typing import Any

import pytest
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from app import words
from app.bindings import Bindings, defaults
from app.keys import Act, Engine, Pending
from app.look import Face, of
from app.widgets.key_hints import KeyHints
from app.widgets.sheet import Sheet
from app.widgets.which_key import WhichKey
from themes.loading import load

HOLDS = frozenset({"ticket", "undo"})
TEAM = [("ticket.assign:ana", "ana"), ("ticket.assign:wei", "王伟 wei")]


class Pane(Widget):
    """Shows the lines of a text over and over, exactly as they are: no care is taken here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render_line(self, y: int) -> Strip:
        lines = self.text.split("\n")
        return Strip([Segment(lines[y % len(lines)], of(self).style("text"))])


class Board(Screen[None]):
    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    def compose(self) -> ComposeResult:
        yield Pane(self.stage.text)
        yield KeyHints(self.stage.keys)
        yield WhichKey(self.stage.delay)

    def on_mount(self) -> None:
        self.query_one(KeyHints).show("list", HOLDS)

    def on_key(self, event: events.Key) -> None:
        result = self.stage.engine.feed(event.key)
        self.query_one(KeyHints).pending(self.stage.engine.pending)
        if isinstance(result, Pending):
            self.query_one(WhichKey).wait(result)
        else:
            self.query_one(WhichKey).hide()
        if isinstance(result, Act):
            self.stage.done.append(result.id)


class Stage(Face[None]):
    def __init__(self, theme: str = "dark", text: str = "", keys: Bindings | None = None, delay: float = 0) -> None:
        super().__init__(load(theme))
        self.text, self.delay = text, delay
        self.keys = keys or defaults()
        self.engine = Engine(self.keys.keymap("list").with_choices("ticket.assign", TEAM))
        self.done: list[str] = []
        self.chosen: list[str | None] = []

    def get_default_screen(self) -> Screen[None]:
        return Board(self)

    async def open(self, pilot: Pilot[Any], sheet: Sheet) -> None:
        """Lays a sheet over the screen; what it closes with goes to `chosen`."""
        sheet.lay(self.screen, self.chosen.append)
        await pilot.pause()


def picture(app: Face[Any]) -> list[str]:
    """What the terminal shows, line by line."""
    return ["".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()]


def watch_drawing(app: Face[Any]) -> list[Region]:
    """Grows by each region of the screen that is drawn from now on."""
    compositor, drawn = app.screen._compositor, list[Region]()
    render = compositor.render_update

    def watched(**arguments: Any) -> Any:
        drawn.extend(compositor._dirty_regions)
        return render(**arguments)

    compositor.render_update = watched  # type: ignore[method-assign]
    return drawn


def bytes_sent(theme: str, text: str, **environ: str) -> bytes:
    """What an app showing `text` sends to a real terminal of 80 by 24, up to its first complete frame."""
    code = f"from tests.app.stage import Stage; Stage({theme!r}, text={text!r}).run(mouse=False)"
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    with os.fdopen(master, "rb", buffering=0) as terminal:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **environ}
        )
        os.close(slave)
        try:
            sent = b""
            while b" keys" not in sent:
                assert select.select([terminal], [], [], 30)[0], "no frame came"
                sent += terminal.read(65536)
            while select.select([terminal], [], [], 0.3)[0]:  # the rest of the frame: a read may end inside a sequence
                sent += terminal.read(65536)
        finally:
            process.kill()
            process.wait()
    return sent


def speak(monkeypatch: pytest.MonkeyPatch, translations: dict[str, str]) -> None:
    """Gives the face these translations."""

    class Catalogue(NullTranslations):
        def gettext(self, message: str) -> str:
            return translations.get(message, message)

    monkeypatch.setattr(words, "_catalogue", Catalogue())
