"""A short list to choose from, as palette and menu draw it: rows, a cursor, the part of them that is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.look import Look
from app.safe import cells
from app.widgets.drawing import Piece, length


class Row(NamedTuple):
    """`text` is in the person's language, or from outside; `hits` are the offsets in it that a search found."""

    id: str
    text: str
    key: str = ""
    note: str = ""
    hits: tuple[int, ...] = ()


class Choice:
    """Rows with a cursor, seen through a window of `height` lines."""

    def __init__(self, rows: Sequence[Row], height: int = 1) -> None:
        self.height = height
        self.fill(rows)

    def fill(self, rows: Sequence[Row]) -> None:
        """Other rows, the cursor on the first."""
        self.rows = tuple(rows)
        self.at = self.top = 0

    @property
    def current(self) -> str:
        """The id of the row under the cursor, "" if there is none."""
        return self.rows[self.at].id if self.rows else ""

    def move(self, by: int) -> None:
        """Moves the cursor; it stops at the ends."""
        self.at = max(0, min(len(self.rows) - 1, self.at + by))
        self.top = max(self.at - self.height + 1, min(self.top, self.at))

    def press(self, key: str) -> bool:
        """Does what a moving key does; False for any other key."""
        page = max(1, self.height - 1)
        by = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1, "pagedown": page, "pageup": -page}.get(key)
        if by is None:
            return False
        self.move(by)
        return True

    def point(self, line: int) -> str:
        """Moves the cursor to what is seen on a line, and gives its id; "" where no row is."""
        if not 0 <= line < min(self.height, len(self.rows) - self.top):
            return ""
        self.at = self.top + line
        return self.current

    def pieces(self, line: int, look: Look, width: int) -> list[Piece]:
        """What is seen on a line."""
        index = self.top + line
        if index >= len(self.rows):
            return []
        return _drawn(self.rows[index], index == self.at, look, width)


def _drawn(row: Row, under_cursor: bool, look: Look, width: int) -> list[Piece]:
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
    return [*left, (shown[done:], base), *right]
