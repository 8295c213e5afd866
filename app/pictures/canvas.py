"""A terminal's own picture over our lines: sent once, placed again whenever the lines under it were drawn, forgotten."""

from __future__ import annotations

from collections.abc import Callable

from app import terminals
from app.pictures.wanted import Picture
from app.terminals import KITTY, Terminal


class Canvas:
    """`send` writes to the terminal. Places are columns and rows, from 0."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._there: Picture | None = None
        """What the terminal keeps."""
        self._on: Terminal | None = None

    def show(self, terminal: Terminal, picture: Picture, corner: tuple[int, int], size: tuple[int, int]) -> None:
        """Draws it at a corner in so many cells."""
        here = f"\x1b7\x1b[{corner[1] + 1};{corner[0] + 1}H"
        if terminal.graphics != KITTY:
            self._send(here + picture.data.decode("ascii", "replace") + "\x1b8")
            return
        placed = terminals.placing(terminal, *size)
        if self._there is not picture:
            self.forget()
            for piece in terminals.sending(terminal, picture.data):
                self._send(piece)
            self._there, self._on = picture, terminal
            if terminal.around:  # where it shows is a matter of characters from here on
                self._send(placed)
        if not terminal.around:
            self._send(here + placed + "\x1b8")

    def forget(self) -> None:
        """Takes it away; sixels go with the lines that are drawn over them."""
        if self._there is not None and self._on is not None:
            self._send(terminals.forgetting(self._on))
        self._there = self._on = None
