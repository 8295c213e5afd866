"""The set-up on the screen: one pane that draws its columns itself, and says where it was clicked."""

from __future__ import annotations

from textual import events
from textual.geometry import Offset
from textual.message import Message

from app.lines import Line
from app.setup.drawing import draw
from app.setup.drawn import Drawn
from app.setup.rooms import Reading
from app.setup.state import Setup
from app.widgets.lines import Lines


class SetupPane(Lines):
    """Shows a `Setup`; `show` repaints the rows that read differently."""

    class Clicked(Message):
        def __init__(self, x: int, y: int) -> None:
            super().__init__()
            self.x, self.y = x, y

    class Scrolled(Message):
        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, setup: Setup, desk: Reading) -> None:
        super().__init__(id="setup")
        self.setup, self.reading = setup, desk
        self.drawn = Drawn([])

    def show(self, desk: Reading) -> None:
        """Draws it as it is now."""
        self.reading = desk
        before, size = self.drawn.lines, self.size
        if not size.height:
            return
        self.drawn = draw(self.setup, desk, size.width, size.height)
        if len(before) != len(self.drawn.lines):
            self.refresh()
        else:
            self.repaint(y for y, (old, new) in enumerate(zip(before, self.drawn.lines, strict=True)) if old != new)
        if self.drawn.cursor is not None:
            x, y = self.drawn.cursor
            self.app.cursor_position = Offset(self.region.x + x, self.region.y + y)

    def on_resize(self, event: events.Resize) -> None:
        self.drawn = Drawn([])
        self.show(self.reading)

    def line(self, y: int) -> Line:
        return self.drawn.lines[y] if y < len(self.drawn.lines) else ()

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked(event.x, event.y))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.post_message(self.Scrolled(3))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.post_message(self.Scrolled(-3))
