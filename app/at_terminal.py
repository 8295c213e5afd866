"""What an app of ours has to do with the terminal itself: its driver, the line dropping, the clipboard at the other end,
the window's title."""

from __future__ import annotations

import asyncio
import os
import signal
import termios
from abc import abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING

from app.look import Face, Result

if TYPE_CHECKING:
    from textual.driver import Driver

    from app.terminals import Terminal
    from themes.roles import Theme


class AtTerminal(Face[Result]):
    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self._terminal: Terminal | None = None
        self._title = ""

    def get_driver_class(self) -> type[Driver]:
        """Ours, unless Textual was told of another."""
        if os.environ.get("TEXTUAL_DRIVER"):
            return super().get_driver_class()
        from app.tty import Tty

        return Tty

    @abstractmethod
    def last_words(self) -> None:
        """The line dropped, or somebody ends the process: keeps what must not be lost, and ends."""

    def heed_signals(self) -> None:
        """Has a hangup or a request to end lead to `last_words`; called once the app is mounted."""
        loop = asyncio.get_running_loop()

        def asked_to_go(*_signal: object) -> None:
            # Even while this thread waits for a terminal that takes nothing more.
            if doom := getattr(self._driver, "doom", None):
                doom()
            loop.call_soon_threadsafe(self.last_words)

        for name in (signal.SIGHUP, signal.SIGTERM):
            with suppress(ValueError):  # not the main thread
                signal.signal(name, asked_to_go)

    def heed_mouse(self, wanted: bool) -> None:
        """Has the terminal tell of the mouse, or leave it to its own ways of selecting text."""
        if heed := getattr(self._driver, "heed_mouse", None):
            heed(wanted)

    def send(self, text: str) -> None:
        """A string for the terminal itself; without a real one nothing happens."""
        if text and self._driver is not None and not self.is_headless:
            self._driver.write(text)

    async def know_terminal(self) -> Terminal:
        """What the terminal can do; it is asked once."""
        if self._terminal is None:
            from app.asking_terminal import know

            self._terminal = await know(self._driver, os.environ)
        return self._terminal

    def copy_to_clipboard(self, text: str) -> None:
        """As Textual's own widgets ask for it."""
        self.copy(text)

    def copy(self, text: str) -> bool:
        """Sends a text to the clipboard of the terminal at the other end, past what is between; False where none would
        reach it. Whether it was taken nobody says."""
        from app.terminals import copying, guess

        self._clipboard = text
        string = copying(self._terminal or guess(os.environ), text)
        self.send(string)
        return bool(string)

    def entitle(self, text: str) -> None:
        """Names the window of the terminal; the name it had is given back at the end."""
        from app.terminals import KEEP_TITLE, title

        if text != self._title:
            self.send(title(text) if self._title else KEEP_TITLE + title(text))
            self._title = text

    def untitle(self) -> None:
        """Gives the window the name it had."""
        if self._title:
            from app.terminals import giving_title_back, guess

            self.send(giving_title_back(guess(os.environ)))


def line_is_up() -> bool:
    """Whether there is still a terminal at the other end; without one the process must end, not spin."""
    try:
        termios.tcgetattr(0)
    except termios.error as exc:
        return bool(exc.args[0] != 5)  # EIO: hung up. Not a terminal at all (tests) is fine.
    return True
