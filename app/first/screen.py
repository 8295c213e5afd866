"""The one screen of the first hour: a pane that draws itself as `drawing` has it, and the line of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import Screen

from app.bindings import Bindings
from app.first.drawing import draw
from app.lines import Line
from app.look import of
from app.screens.whole_lines import WholeLines
from app.setup.drawn import Drawn
from app.widgets.key_hints import KeyHints
from app.widgets.lines import Lines
from app.widgets.overlay import Overlay

if TYPE_CHECKING:
    from app.first.wizard import Wizard


class StepPane(Lines):
    """The steps and the form, as `drawing` has them."""

    def __init__(self) -> None:
        super().__init__(id="steps")
        self.drawn = Drawn([])

    def style(self, role: str) -> Style:
        return of(self).style(role)

    def line(self, y: int) -> Line:
        return self.drawn.lines[y] if y < len(self.drawn.lines) else ()

    def show(self) -> None:
        """Draws it as it is now; only lines that read differently are sent."""
        before, wizard = self.drawn.lines, cast("Wizard", self.app)
        if not self.size.height:
            return
        self.drawn = draw(wizard.state, wizard.made, self.size.width, self.size.height)
        if len(before) != len(self.drawn.lines):
            self.refresh()
        else:
            self.repaint(y for y, (old, new) in enumerate(zip(before, self.drawn.lines, strict=True)) if old != new)
        if self.drawn.cursor is not None:
            self.app.cursor_position = Offset(self.drawn.cursor.x, self.region.y + self.drawn.cursor.y)

    def forget(self) -> None:
        """Colours changed: every line is drawn anew."""
        self.drawn = Drawn([])
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        self.forget()

    def on_click(self, event: events.Click) -> None:
        cast("Wizard", self.app).clicked(event.x, event.y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        cast("Wizard", self.app).perform("move.down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        cast("Wizard", self.app).perform("move.up")


class StepScreen(Screen[None], inherit_bindings=False):
    AUTO_FOCUS = ""
    CSS = "StepScreen { layout: vertical; } #steps { height: 1fr; width: 100%; }"

    def __init__(self, keys: Bindings) -> None:
        super().__init__()
        self._compositor = WholeLines()
        self.pane, self.bottom, self.overlay = StepPane(), KeyHints(keys, "first"), Overlay()

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self.bottom
        yield self.overlay
