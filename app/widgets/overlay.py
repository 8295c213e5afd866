"""The one widget that lies over a screen: it shows the strip of keys, or a sheet such as palette, menu or prompt.

Textual sends the whole terminal again when a screen is pushed, a widget is mounted, docked or given the focus: tens of
kilobytes over a slow line for a prompt of two lines. A widget that only moves costs the lines it covers. So this one is
as tall as the screen, always there, and out of sight; to show lines it slides in as far as they reach.
"""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from app.look import of
from app.widgets.drawing import Piece, strip
from app.widgets.sheet import Sheet


class Overlay(Widget, inherit_bindings=False):
    DEFAULT_CSS = "Overlay { layer: overlay; position: absolute; width: 100%; height: 100%; offset: 0 -100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.sheet: Sheet | None = None
        """What it shows; the keys are the sheet's while there is one."""
        self._before = 0
        """Lines of it that are out of sight above the ones it shows."""
        self._y = 0
        """The screen line of its first one."""

    # What it shows; a subclass may have something of its own while there is no sheet.

    def lines_wanted(self, size: Size) -> int:
        """How many lines to show on a screen of this size; 0 to be out of sight."""
        return self.sheet.lines_wanted(size) if self.sheet else 0

    def top(self, lines: int, size: Size) -> int:
        """The screen line they begin on."""
        return self.sheet.top(lines, size) if self.sheet else size.height - lines

    def pieces(self, y: int) -> list[Piece]:
        """What stands on one of them."""
        return self.sheet.pieces(y) if self.sheet else []

    def clicked(self, x: int, y: int) -> None:
        """A click on one of them."""
        if self.sheet is not None:
            self.sheet.click(x, y)

    def fit(self, size: Size | None = None) -> None:
        """Shows as many lines as wanted, on a screen of `size`, by default the one there is."""
        size = size or self.app.size
        lines = self.lines_wanted(size)
        top = self.top(lines, size) if lines else 0
        # Lines at the top of the screen are its last ones; others are its first ones, and what is left hangs over.
        self._before = size.height - lines if lines and top == 0 else 0
        y = top - self._before if lines else -size.height
        if y == self._y:
            self.refresh()
        else:
            self._y = y
            self.styles.offset = (0, y)

    def line_at(self, y: int) -> int:
        """The screen line on which its line `y` stands."""
        return self._y + self._before + y

    def render_line(self, y: int) -> Strip:
        drawn = self.sheet.drawn(y - self._before) if self.sheet else None
        if drawn is not None:
            return drawn
        return strip(self.pieces(y - self._before), self.size.width, of(self).on("text", "panel"))

    def on_key(self, event: events.Key) -> None:
        if self.sheet is not None:
            event.stop()
            event.prevent_default()
            self.sheet.key(event.key, event.character if event.is_printable else None)

    def on_paste(self, event: events.Paste) -> None:
        if self.sheet is not None:
            event.stop()
            self.sheet.paste(event.text)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.clicked(event.x, event.y - self._before)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        if self.sheet is not None:
            self.sheet.key("down", None)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        if self.sheet is not None:
            self.sheet.key("up", None)
