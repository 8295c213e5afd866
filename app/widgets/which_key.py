"""The strip above the bottom line that shows what may follow a leader key. It comes after a moment and stays."""

from __future__ import annotations

from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from app.actions import BY_ID
from app.keys import Option, Pending
from app.look import Look, of
from app.widgets.drawing import Piece, length
from app.widgets.key_hints import KeyHints
from app.widgets.overlay import Overlay
from app.words import _

DELAY = 0.3
"""Seconds before the strip comes: who knows the second key never sees it."""

MOST = 4
"""Lines it may take."""

GAP = "  "


class WhichKey(Overlay, inherit_bindings=False):
    """The overlay of a screen with a bottom line: without a sheet it shows what may follow the keys pending."""

    class Pressed(Message):
        """A key of the strip was clicked; `key` is as people write it."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, delay: float = DELAY) -> None:
        super().__init__()
        self._delay = delay
        self._pending: Pending | None = None
        self._timer: Timer | None = None
        self._lines: list[list[tuple[str, list[Piece]]]] = []

    @property
    def shown(self) -> bool:
        """Whether it is in sight."""
        return bool(self._lines)

    def wait(self, pending: Pending) -> None:
        """Shows what may follow, after the delay, or at once if it is in sight already. A mere count needs no strip."""
        self._pending = pending
        if not pending.options:
            self.hide()
        elif self.shown or self._delay <= 0:
            self.show()
        elif self._timer is None:
            self._timer = self.set_timer(self._delay, self.show)

    def show(self) -> None:
        """Shows what is pending now."""
        self._stop()
        if self._pending is not None and self._pending.options:
            self._lines = _laid_out(self._pending, of(self), self.app.size.width)
            self.fit()

    def hide(self) -> None:
        """Takes the strip away, or keeps it from coming."""
        self._stop()
        self._pending = None
        if self._lines:
            self._lines = []
            self.fit()

    def fit(self, size: Size | None = None) -> None:
        if self.sheet is not None:
            self._stop()
            self._lines, self._pending = [], None
        elif self._lines and self._pending is not None:
            self._lines = _laid_out(self._pending, of(self), (size or self.app.size).width)
        super().fit(size)

    def lines_wanted(self, size: Size) -> int:
        return len(self._lines) or super().lines_wanted(size)

    def top(self, lines: int, size: Size) -> int:
        return size.height - 1 - lines if self._lines else super().top(lines, size)

    def pieces(self, y: int) -> list[Piece]:
        if not self._lines:
            return super().pieces(y)
        return [piece for _key, some in self._lines[y] for piece in some] if y < len(self._lines) else []

    def render_line(self, y: int) -> Strip:
        if self._lines and y >= len(self._lines):
            return self.screen.query_one(KeyHints).render_line(0)  # the bottom line shows below the strip
        return super().render_line(y)

    def clicked(self, x: int, y: int) -> None:
        if not 0 <= y < len(self._lines):
            super().clicked(x, y)
            return
        at = 0
        for key, pieces in self._lines[y]:
            end = at + length(pieces)
            if key and at <= x < end:
                self.post_message(self.Pressed(key))
            at = end

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


def _laid_out(pending: Pending, look: Look, width: int) -> list[list[tuple[str, list[Piece]]]]:
    """The options in lines, each with the key it stands for; what does not fit gives way to `…`."""
    ground, strong = look.on("text", "panel"), look.on("strong", "panel")
    leader = BY_ID.get(pending.leader)
    name = _(leader.short or leader.label) if leader else ""
    head: list[Piece] = [(f" {pending.prefix} ", look.on("key", "panel")), (f"{name} ", strong)]
    tail = ("Esc", [(GAP + "Esc", look.on("muted", "panel"))])
    lines: list[list[tuple[str, list[Piece]]]] = [[("", head)]]
    indent = length(head)
    used = indent
    for option in pending.options:
        pieces = _option(option, look)
        size = length(pieces)
        last = len(lines) == MOST
        if used + size + (length(tail[1]) + 3 if last else 0) > width:
            if last:
                lines[-1].append(("", [(GAP + "…", ground)]))
                break
            lines.append([("", [(" " * indent, ground)])])
            used = indent
        lines[-1].append((option.key, pieces))
        used += size
    if used + length(tail[1]) > width and len(lines) < MOST:
        lines.append([("", [(" " * indent, ground)])])
    lines[-1].append(tail)
    return lines


def _option(option: Option, look: Look) -> list[Piece]:
    label = option.label if option.literal else _(option.label)
    ground = look.on("text", "panel")
    return [(GAP, ground), (option.key, look.on("key", "panel")), (f" {label}", ground)]
