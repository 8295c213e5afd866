"""A question before something that reaches far: what would happen, line by line, and the keys that decide."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

from app.key_names import token
from app.lines import Line
from app.widgets.drawing import Piece, length
from app.widgets.sheet import Sheet
from app.words import _

Answer = tuple[str, str]
"""A key as `app.key_names.token` names it, and what it does in the person's language."""


class Confirm(Sheet):
    """Closes with the key that was pressed, or None. `lines` that do not fit are told as a number; j and k show them."""

    def __init__(self, lines: Sequence[Line], answers: Sequence[Answer]) -> None:
        super().__init__()
        self._lines, self._answers = tuple(lines), tuple(answers)
        self._from = self._shown = 0
        self._spans: list[tuple[int, int, str]] = []

    def lines_wanted(self, size: Size) -> int:
        self._shown = min(len(self._lines), max(3, size.height - 5))
        self._from = max(0, min(self._from, len(self._lines) - self._shown))
        return self._shown + 2

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return self.rule()
        if y <= self._shown:
            return [(" ", self.look.on("text", "panel")),
                    *((text, self.look.on(role, "panel")) for text, role in self._lines[self._from + y - 1])]  # fmt: skip
        return self._bar()

    def press(self, key: str) -> bool:
        name = token(key)
        if any(name == wanted for wanted, _label in self._answers):
            self.close(name)
        elif name in ("j", "down", "k", "up", "pagedown", "pageup", "space"):
            page = max(1, self._shown - 1)
            by = {"j": 1, "down": 1, "k": -1, "up": -1, "pageup": -page}.get(name, page)
            self._from = max(0, min(len(self._lines) - self._shown, self._from + by))
            self.refresh()
        elif name in ("q", "n"):
            self.close(None)
        else:
            return False
        return True

    def click(self, x: int, y: int) -> None:
        if y == self._shown + 1:
            for start, end, key in self._spans:
                if start <= x < end:
                    self.close(key or None)
                    return

    def _bar(self) -> list[Piece]:
        """The keys, and how much is out of sight."""
        plain, key = self.look.on("text", "panel"), self.look.on("key", "panel")
        pieces: list[Piece] = [(" ", plain)]
        self._spans = []
        for name, label in (*self._answers, ("", _("back"))):
            at = length(pieces)
            pieces += [(name or "Esc", key), (f" {label}", plain)]
            self._spans.append((at, length(pieces), name))
            pieces.append(("   ", plain))
        hidden = len(self._lines) - self._shown
        if hidden > 0:
            pieces.append((_("{count} lines more: j k").format(count=hidden), self.look.on("muted", "panel")))
        return pieces
