"""A short list to choose from, under palette and menu: drawn line by line, one cursor, no child widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from app.look import Look, of
from app.safe import cells
from app.widgets.drawing import Piece, length, strip


class Row(NamedTuple):
    """`text` is in the person's language, or from outside; `hits` are the offsets in it that a search found."""

    id: str
    text: str
    key: str = ""
    note: str = ""
    hits: tuple[int, ...] = ()


class Rows(Widget, inherit_bindings=False):
    """Rows with a cursor; the widget that has the keys moves it."""

    DEFAULT_CSS = "Rows { height: 1fr; background: $dh-panel-bg; }"

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    def __init__(self, rows: Sequence[Row] = (), empty: str = "") -> None:
        """`empty` is shown where there are no rows."""
        super().__init__()
        self._rows, self._empty = tuple(rows), empty
        self._cursor = self._top = 0

    @property
    def current(self) -> str:
        """The id of the row under the cursor, "" if there is none."""
        return self._rows[self._cursor].id if self._rows else ""

    @property
    def place(self) -> tuple[int, int]:
        """The number of the row under the cursor, from 1, and how many there are; (0, 0) without rows."""
        return (self._cursor + 1 if self._rows else 0), len(self._rows)

    @property
    def ids(self) -> list[str]:
        return [row.id for row in self._rows]

    def fill(self, rows: Sequence[Row]) -> None:
        """Other rows, the cursor on the first."""
        self._rows, self._cursor, self._top = tuple(rows), 0, 0
        self.refresh()

    def move(self, by: int) -> None:
        """Moves the cursor; it stops at the ends."""
        self._cursor = max(0, min(len(self._rows) - 1, self._cursor + by))
        height = max(1, self.size.height)
        self._top = max(self._cursor - height + 1, min(self._top, self._cursor))
        self.refresh()

    def page(self, by: int) -> None:
        """Moves the cursor by pages."""
        self.move(by * max(1, self.size.height - 1))

    def render_line(self, y: int) -> Strip:
        look, width, index = of(self), self.size.width, self._top + y
        if index < len(self._rows):
            return _drawn(self._rows[index], index == self._cursor, look, width)
        ground = look.on("text", "panel")
        pieces = [(f"   {self._empty}", look.on("muted", "panel"))] if y == 0 and not self._rows else []
        return strip(pieces, width, ground)

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y
        if index < len(self._rows):
            self.move(index - self._cursor)
            self.post_message(self.Chosen(self.current))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)


def _drawn(row: Row, under_cursor: bool, look: Look, width: int) -> Strip:
    ground = "selection" if under_cursor else "panel"
    base, strong = look.on("text", ground), look.on("strong", ground)
    key, muted = look.on("key", ground), look.on("muted", ground)
    right: list[Piece] = [(f"  {row.note}  " if row.note else "  ", muted), (cells(row.key, 9), key)]
    room = max(0, width - 3 - length(right))
    shown = cells(row.text, room)
    left: list[Piece] = [(" ▸ " if under_cursor else "   ", base)]
    # Offsets hold as far as the text is shown as it is: no emoji taken apart, no blanks folded.
    same = next((at for at, (one, other) in enumerate(zip(shown, row.text, strict=False)) if one != other), len(shown))
    done = 0
    for at in (at for at in row.hits if at < same):
        left += [(shown[done:at], base), (shown[at], strong)]
        done = at + 1
    return strip([*left, (shown[done:], base), *right], width, base)
