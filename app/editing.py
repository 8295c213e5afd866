"""One line of text being typed, without a widget: what keys do to it, and what part of it is seen."""

from __future__ import annotations

from typing import Protocol

from app.safe import width_of
from store.values import clean_line


class Candidate(Protocol):
    """A way to go on: `text` for what stands from `start` to `end`."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class LineEdit:
    """`cursor` is an offset in `text`, from 0 to its length."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.cursor = len(text)

    def insert(self, text: str) -> None:
        """Puts text at the cursor: a key typed, or a paste, of which line ends become spaces."""
        added = text if len(text) == 1 else clean_line(text)
        self.text = self.text[: self.cursor] + added + self.text[self.cursor :]
        self.cursor += len(added)

    def replace(self, start: int, end: int, text: str) -> None:
        """Puts `text` where `start` to `end` was, the cursor behind it."""
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)

    def press(self, key: str) -> bool:
        """Does what an editing key, named as Textual names it, does; False for any other key."""
        match key:
            case "left":
                self.cursor = max(0, self.cursor - 1)
            case "right":
                self.cursor = min(len(self.text), self.cursor + 1)
            case "ctrl+left":
                self.cursor = self._word_start()
            case "ctrl+right":
                self.cursor = self._word_end()
            case "home":
                self.cursor = 0
            case "end" | "ctrl+e":
                self.cursor = len(self.text)
            case "backspace" | "ctrl+h":
                self.replace(max(0, self.cursor - 1), self.cursor, "")
            case "delete" | "ctrl+d":
                at = self.cursor
                self.replace(at, at + 1, "")
            case "ctrl+w" | "ctrl+backspace":
                self.replace(self._word_start(), self.cursor, "")
            case "ctrl+u":
                self.replace(0, self.cursor, "")
            case "ctrl+k":
                self.text = self.text[: self.cursor]
            case _:
                return False
        return True

    def view(self, width: int) -> tuple[str, str, str]:
        """What is seen in `width` cells: before the cursor, under it (a space at the end), behind it. As much of what
        stands before as fits; never more than `width` cells in all."""
        under = self.text[self.cursor : self.cursor + 1] or " "
        room = width - width_of(under)
        before = _fitting(self.text[: self.cursor][::-1], room)[::-1]
        return before, under, _fitting(self.text[self.cursor + 1 :], room - width_of(before))

    def _word_start(self) -> int:
        at = len(self.text[: self.cursor].rstrip())
        return self.text.rfind(" ", 0, at) + 1

    def _word_end(self) -> int:
        at = len(self.text) - len(self.text[self.cursor :].lstrip())
        found = self.text.find(" ", at)
        return len(self.text) if found < 0 else found


def _fitting(text: str, room: int) -> str:
    """The longest beginning of `text` that takes at most `room` cells."""
    used = 0
    for at, char in enumerate(text):
        used += width_of(char)
        if used > room:
            return text[:at]
    return text
