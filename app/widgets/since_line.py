"""What happened while one was away: one quiet line above the panes, until it is put away."""

from __future__ import annotations

from app.lines import Line
from app.widgets.lines import Lines


class SinceLine(Lines):
    """Takes no room while it has nothing to say."""

    DEFAULT_CSS = "SinceLine { height: 1; display: none; }"

    def __init__(self) -> None:
        super().__init__(id="since")
        self._line: Line = ()

    def say(self, line: Line) -> None:
        """Shows a line; an empty one puts it away."""
        self._line = line
        self.display = bool(line)
        self.refresh()

    def line(self, y: int) -> Line:
        return self._line
