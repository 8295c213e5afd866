"""The lower part of the screen, lent to whoever has something to show there for a while.

It is there from the start and out of sight: to mount a widget costs the whole screen over again, to show one does not.
"""

from __future__ import annotations

from collections.abc import Callable

from app.lines import Line
from app.widgets.lines import Lines


class Tray(Lines):
    """Shows what `lend` was given until `take_back`."""

    def __init__(self) -> None:
        super().__init__(id="tray")
        self._line: Callable[[int], Line] | None = None

    def lend(self, line: Callable[[int], Line]) -> None:
        """Shows the rows `line` tells."""
        self._line = line
        self.display = True
        self.refresh()

    def take_back(self) -> None:
        """Out of sight again."""
        self._line = None
        self.display = False

    def line(self, y: int) -> Line:
        return self._line(y) if self._line is not None else ()
