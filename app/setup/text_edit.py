"""Several lines of text being typed, without a widget: what keys do to them, and what part of them is seen."""

from __future__ import annotations

from app.safe import width_of
from app.wrap import wrap
from store.values import clean


class TextEdit:
    """`cursor` is an offset in `text`. Lines are shown wrapped at a width; up and down follow what is shown."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.cursor = len(text)

    def insert(self, text: str) -> None:
        """Puts text at the cursor: a key typed, or a paste."""
        added = text if len(text) == 1 else clean(text)
        self.text = self.text[: self.cursor] + added + self.text[self.cursor :]
        self.cursor += len(added)

    def replace(self, start: int, end: int, text: str) -> None:
        """Puts `text` where `start` to `end` was, the cursor behind it."""
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)

    def press(self, key: str, width: int) -> bool:
        """Does what an editing key does while lines are `width` cells wide; False for any other key."""
        line = self.text.rfind("\n", 0, self.cursor) + 1
        end = self.text.find("\n", self.cursor)
        end = len(self.text) if end < 0 else end
        match key:
            case "left":
                self.cursor = max(0, self.cursor - 1)
            case "right":
                self.cursor = min(len(self.text), self.cursor + 1)
            case "up" | "down":
                self._vertical(1 if key == "down" else -1, width)
            case "home":
                self.cursor = line
            case "end" | "ctrl+e":
                self.cursor = end
            case "ctrl+home":
                self.cursor = 0
            case "ctrl+end":
                self.cursor = len(self.text)
            case "backspace":
                self._cut(max(0, self.cursor - 1), self.cursor)
            case "delete" | "ctrl+d":
                self._cut(self.cursor, self.cursor + 1)
            case "ctrl+w":
                before = self.text[: self.cursor].rstrip(" ")
                self._cut(max(before.rfind(" "), before.rfind("\n")) + 1, self.cursor)
            case "ctrl+u":
                self._cut(line, self.cursor)
            case "ctrl+k":
                self._cut(self.cursor, max(end, self.cursor + 1) if end == self.cursor else end)
            case _:
                return False
        return True

    def _cut(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start

    def rows(self, width: int) -> list[tuple[int, str]]:
        """What is shown: (offset in the text, line) each."""
        return rows(self.text, width)

    def place(self, width: int) -> tuple[int, int]:
        """Row and cell of the cursor."""
        shown = self.rows(width)
        row = max(index for index, (start, _line) in enumerate(shown) if start <= self.cursor)
        start, line = shown[row]
        return row, width_of(line[: self.cursor - start])

    def _vertical(self, by: int, width: int) -> None:
        shown = self.rows(width)
        row, cell = self.place(width)
        to = row + by
        if not 0 <= to < len(shown):
            self.cursor = 0 if by < 0 else len(self.text)
            return
        start, line = shown[to]
        used = taken = 0
        for char in line:
            if used >= cell:
                break
            used += width_of(char)
            taken += 1
        self.cursor = start + taken


def rows(text: str, width: int) -> list[tuple[int, str]]:
    """A text as it is shown in `width` cells: (offset, line) each, at least one."""
    found, offset = [], 0
    for raw in text.split("\n"):
        at = 0
        for line in wrap(raw, width):
            start = raw.find(line, at) if line else at
            start = at if start < 0 else start
            found.append((offset + start, line))
            at = start + len(line)
        offset += len(raw) + 1
    return found
