"""What is laid over a screen for a while and has the keys: prompt, palette, menu, help. Drawn by the overlay."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.geometry import Offset, Size

from app.editing import LineEdit
from app.look import Face, Look
from app.safe import width_of
from app.widgets.drawing import Piece, length

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.strip import Strip

    from app.widgets.overlay import Overlay

REVERSED = Style(reverse=True)


class Sheet(ABC):
    """Has the keys from `lay` until `close`; then they go back to who had them (see `app.look.Face.focused`)."""

    def __init__(self, edit: LineEdit | None = None) -> None:
        """`edit` is the line one types into, if there is one."""
        self.edit = edit
        self._overlay: Overlay | None = None
        self._done: Callable[[str | None], None] | None = None

    # For who uses it ----------------------------------------------------------------------------

    def lay(self, screen: Screen[Any], done: Callable[[str | None], None] | None = None) -> None:
        """Lays it over `screen`, which has an overlay, in place of a sheet that is there. `done` is told the answer
        when it closes. Raises textual's NoMatches if the screen has no overlay."""
        from app.widgets.overlay import Overlay

        overlay = screen.query_one(Overlay)
        if overlay.sheet is not None:
            overlay.sheet.close(None)
        self._done, self._overlay, overlay.sheet = done, overlay, self
        self.face.sheet = self
        overlay.fit()

    def close(self, answer: str | None) -> None:
        """Takes it away; closing twice does nothing."""
        overlay = self._overlay
        if overlay is None:
            return
        if self.face.sheet is self:
            self.face.sheet = None
        self._overlay = overlay.sheet = None
        overlay.fit()
        if self._done is not None:
            self._done(answer)

    @property
    def overlay(self) -> Overlay:
        """The widget that shows it. Raises LookupError while none does."""
        if self._overlay is None:
            raise LookupError(type(self).__name__)
        return self._overlay

    @property
    def is_open(self) -> bool:
        return self._overlay is not None

    # For what it is -----------------------------------------------------------------------------

    @abstractmethod
    def lines_wanted(self, size: Size) -> int:
        """How many lines it takes on a screen of this size. Called again whenever the size changes."""

    def top(self, lines: int, size: Size) -> int:
        """The screen line it begins on: by default its last line is the screen's."""
        return size.height - lines

    @abstractmethod
    def pieces(self, y: int) -> list[Piece]:
        """What stands on its line `y`."""

    def drawn(self, y: int) -> Strip | None:
        """Its line `y` whole, for what is no text; None has it made of `pieces`."""
        return None

    @abstractmethod
    def press(self, key: str) -> bool:
        """Does what a key means, Esc and typing apart; False if it means nothing."""

    def click(self, x: int, y: int) -> None:  # noqa: B027
        """A click on its line `y`."""

    def typed(self) -> None:  # noqa: B027
        """Called when the line one types into has changed."""

    # Keys ---------------------------------------------------------------------------------------

    def key(self, key: str, character: str | None) -> None:
        """A key was pressed; `character` is what it types, if it types anything."""
        if not self.is_open or self.press(key):
            return
        if key == "escape":
            self.close(None)
        elif self.edit is not None:
            before = self.edit.text
            if character:
                self.edit.insert(character)
            elif not self.edit.press(key):
                return
            if self.edit.text != before:
                self.typed()
            self.refresh()

    def paste(self, text: str) -> None:
        """Text was pasted; without a line to type into it is ignored."""
        if self.is_open and self.edit is not None:
            self.edit.insert(text)
            self.typed()
            self.refresh()

    # Drawing ------------------------------------------------------------------------------------

    @property
    def face(self) -> Face[Any]:
        app = self.overlay.app
        if not isinstance(app, Face):
            raise TypeError(f"{type(app).__name__} is no Face")
        return app

    @property
    def look(self) -> Look:
        return self.face.look

    @property
    def width(self) -> int:
        return self.overlay.size.width

    def refresh(self) -> None:
        """Draws it again."""
        if self._overlay is not None:
            self._overlay.refresh()

    def rule(self) -> list[Piece]:
        """The line that parts it from the screen."""
        return [("─" * self.width, self.look.on("rule", "panel"))]

    def entry(self, label: str, y: int) -> list[Piece]:
        """The line one types into, on its line `y`, with `label` before it. The terminal's own cursor goes there too:
        input methods open their window beside it."""
        assert self.edit is not None
        plain = self.look.on("text", "panel")
        head: list[Piece] = [(f" {label} ", self.look.on("key", "panel"))]
        before, under, behind = self.edit.view(max(4, self.width - length(head) - 1))
        self.face.cursor_position = Offset(length(head) + width_of(before), self.overlay.line_at(y))
        return [*head, (before, plain), (under, plain + REVERSED), (behind, plain)]
