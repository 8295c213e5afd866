"""What is laid over a screen for a moment: the strip of keys, prompt, palette, menu.

They are no screens of their own and hold no widgets: pushing a screen, docking or showing a widget makes Textual send
the whole terminal again, tens of kilobytes over a slow line, while a widget that only moves costs the lines it covers.
So a sheet is the first child of its screen in a layer of its own, placed by offset alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rich.style import Style
from textual import events
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from app.editing import LineEdit
from app.look import Face, of
from app.safe import width_of
from app.widgets.drawing import Piece, length, strip

REVERSED = Style(reverse=True)


class Floating(Widget, inherit_bindings=False):
    """Lines at the top or bottom of the screen, over what is there."""

    DEFAULT_CSS = "Floating { layer: strip; position: absolute; width: 100%; height: 1; }"

    _place: tuple[int, int] | None = None
    """Height and first line."""

    def lines_wanted(self, size: Size) -> int:
        """How many lines it takes on a screen of this size; 0 to be out of sight."""
        raise NotImplementedError

    def top(self, lines: int, size: Size) -> int:
        """The screen line its first line stands on: by default its last is the screen's last."""
        return size.height - lines

    def pieces(self, y: int) -> Iterable[Piece]:
        """What stands on line `y` of it."""
        raise NotImplementedError

    def fit(self, size: Size | None = None) -> None:
        """Takes the place it wants, on a screen of `size`, by default the one there is."""
        size = size or self.app.size
        lines = self.lines_wanted(size)
        place = (max(1, lines), self.top(lines, size) if lines else -2)
        if place == self._place:
            self.refresh()
        else:
            self._place = place
            self.styles.height, self.styles.offset = place[0], (0, place[1])

    def on_mount(self) -> None:
        if self._place is None:
            self.fit()

    def render_line(self, y: int) -> Strip:
        return strip(self.pieces(y), self.size.width, of(self).on("text", "panel"))

    def rule(self) -> list[Piece]:
        """The line that parts it from the screen."""
        return [("─" * self.size.width, of(self).on("rule", "panel"))]


class Sheet(Floating, inherit_bindings=False):
    """Has the keys from `lay` until `close`; then they go back to who had them (see `app.look.Face.focused`)."""

    DEFAULT_CSS = "Sheet { layer: sheet; }"

    def __init__(self, edit: LineEdit | None = None) -> None:
        """`edit` is the line one types into, if there is one."""
        super().__init__()
        self.edit = edit
        self._done: Callable[[str | None], None] | None = None
        self._closed = False

    def lay(self, screen: Screen[Any], done: Callable[[str | None], None] | None = None) -> None:
        """Lays it over `screen`, in place of a sheet that is there. `done` is told the answer when it closes."""
        face = screen.app
        if not isinstance(face, Face):
            raise TypeError(f"{type(face).__name__} is no Face")
        if face.sheet is not None:
            face.sheet.close(None)
        self._done, face.sheet = done, self
        self.fit(face.size)
        screen.mount(self, before=0 if screen.children else None)

    def close(self, answer: str | None) -> None:
        """Takes it away; closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        if isinstance(self.app, Face) and self.app.sheet is self:
            self.app.sheet = None
        self.remove()
        if self._done is not None:
            self._done(answer)

    def press(self, key: str) -> bool:
        """Does what a key means, Esc and typing apart; False if it means nothing."""
        raise NotImplementedError

    def typed(self) -> None:
        """Called when the line one types into has changed."""

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if self._closed or self.press(event.key):
            return
        if event.key == "escape":
            self.close(None)
        elif self.edit is not None:
            before = self.edit.text
            if event.is_printable and event.character:
                self.edit.insert(event.character)
            elif not self.edit.press(event.key):
                return
            if self.edit.text != before:
                self.typed()
            self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.edit is not None and not self._closed:
            self.edit.insert(event.text)
            self.typed()
            self.refresh()

    def entry(self, label: str, y: int) -> list[Piece]:
        """The line one types into, on line `y`, with `label` before it. The terminal's own cursor goes there too:
        input methods open their window beside it."""
        assert self.edit is not None
        look = of(self)
        head: list[Piece] = [(f" {label} ", look.on("key", "panel"))]
        before, under, behind = self.edit.view(max(4, self.size.width - length(head) - 1))
        plain = look.on("text", "panel")
        self.app.cursor_position = Offset(length(head) + width_of(before), self.region.y + y)
        return [*head, (before, plain), (under, plain + REVERSED), (behind, plain)]
