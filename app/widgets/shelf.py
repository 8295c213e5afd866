"""Things of a ticket to choose from: files, links. A row each, what is known of the one under the cursor, and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.geometry import Size

from app.key_names import token
from app.lines import Line, heading
from app.widgets.drawing import Piece, length
from app.widgets.rows import Choice, Row
from app.widgets.sheet import Sheet
from app.words import _

DETAILS = 5
"""Lines for what is known of the row under the cursor."""


class Key(NamedTuple):
    """A key as `app.key_names.token` names it, its word for the bar, and what it does to a row's id. `stays` keeps the
    shelf open."""

    key: str
    label: str
    does: Callable[[str], object]
    stays: bool = True


class Shelf(Sheet):
    """`details` gives lines, in roles, about the row of an id, broken for a width. Enter is the first of the keys."""

    def __init__(
        self, title: str, rows: Sequence[Row], details: Callable[[str, int], Sequence[Line]], keys: Sequence[Key]
    ) -> None:  # fmt: skip
        super().__init__()
        self._title, self._details, self._keys = title, details, tuple(keys)
        self.choice = Choice(rows)
        self._said: tuple[str, str] = ("", "text")
        self._spans: list[tuple[int, int, str]] = []

    def say(self, text: str, role: str = "text") -> None:
        """A line about what was just done, in the place of the keys until the next key."""
        self._said = (text, role)
        self.refresh()

    def lines_wanted(self, size: Size) -> int:
        self.choice.height = max(1, min(len(self.choice.rows), size.height - DETAILS - 4))
        self.choice.move(0)
        return self.choice.height + DETAILS + 3

    def pieces(self, y: int) -> list[Piece]:
        plain = self.look.on("text", "panel")
        if y == 0:
            return [(text, self.look.on(role, "panel")) for text, role in heading(self._title, self.width)]
        if y <= self.choice.height:
            return self.choice.pieces(y - 1, self.look, self.width)
        y -= self.choice.height + 1
        if y == 0:
            return self.rule()
        if y <= DETAILS:
            lines = self._details(self.choice.current, self.width - 2) if self.choice.rows else ()
            line = lines[y - 1] if y <= len(lines) else ()
            return [(" ", plain), *((text, self.look.on(role, "panel")) for text, role in line)]
        return self._bar()

    def press(self, key: str) -> bool:
        self._said = ("", "text")
        name = token(key)
        if name in ("j", "k"):
            self.choice.move(1 if name == "j" else -1)
        elif name == "q":
            self.close(None)
            return True
        elif found := next((k for k in self._keys if k.key == name), self._keys[0] if name in ("enter", "o") else None):
            self._do(found)
        elif not self.choice.press(key):
            self.refresh()
            return False
        self.refresh()
        return True

    def _do(self, key: Key) -> None:
        row = self.choice.current
        if not row:
            return
        if not key.stays:
            self.close(None)
        key.does(row)

    def click(self, x: int, y: int) -> None:
        if 1 <= y <= self.choice.height:
            before = self.choice.at
            if self.choice.point(y - 1) and self.choice.at == before:
                self._do(self._keys[0])
            self.refresh()
        elif y == self.choice.height + DETAILS + 2:
            for start, end, name in self._spans:
                if start <= x < end:
                    self.press(name)

    def _bar(self) -> list[Piece]:
        if self._said[0]:
            return [(f" {self._said[0]}", self.look.on(self._said[1], "panel"))]
        plain, strong = self.look.on("text", "panel"), self.look.on("key", "panel")
        pieces: list[Piece] = [(" ", plain)]
        self._spans = []
        for name, label in (*((k.key, k.label) for k in self._keys), ("escape", _("back"))):
            at = length(pieces)
            pieces += [({"enter": "Enter", "escape": "Esc"}.get(name, name), strong), (f" {label}", plain)]
            self._spans.append((at, length(pieces), "q" if name == "escape" else name))
            pieces.append(("   ", plain))
        return pieces
