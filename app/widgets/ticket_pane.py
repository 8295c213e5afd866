"""The ticket: its thread as wrapped lines, scrolled by line, drawn only where it shows."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from app.lines import Line
from app.safe import width_of
from app.widgets.lines import Lines
from app.words import _

SIDE, TWO_COLUMNS = 36, 110


class TicketPane(Lines):
    """Shows lines somebody made for its width; `ticket_id` is what they are about."""

    def __init__(self) -> None:
        super().__init__(id="ticket")
        self.ticket_id: int | None = None
        self.lines: Sequence[Line] = ()
        self.top = 0
        self._made_for = 0
        """The width the lines were broken for."""
        self.side: Sequence[Line] = ()
        """What stands in a column of its own on the right while a ticket is read on a wide screen."""
        self.hit: int | None = None
        """The line of the hit one has jumped to."""
        self.rule = True
        """Whether a rule stands on the left, parting it from the list."""

    @property
    def text_width(self) -> int:
        """Cells a line may take: long lines are hard to read, so never more than 100."""
        room = self.size.width - SIDE - 4 if self.two_columns else self.size.width - (3 if self.rule else 2)
        return max(8, min(100, room))

    @property
    def two_columns(self) -> bool:
        """Whether there is room for a column beside the thread."""
        return not self.rule and self.size.width >= TWO_COLUMNS

    def show(
        self, ticket_id: int | None, lines: Sequence[Line], *, keep_place: bool, side: Sequence[Line] = ()
    ) -> None:
        """Other lines; another ticket begins at its top unless `keep_place`. Repaints only rows that differ."""
        before = [self.line(y) for y in range(self.size.height)]
        if not keep_place:
            self.top = 0
            self.hit = None
        self.ticket_id, self.lines, self.side, self._made_for = ticket_id, lines, side, self.text_width
        self.top = max(0, min(self.top, self._last_top))
        self.repaint(y for y, old in enumerate(before) if self.line(y) != old)

    @property
    def _last_top(self) -> int:
        return max(0, len(self.lines) - self.size.height)

    def on_resize(self, event: events.Resize) -> None:
        if self.ticket_id is not None and self.text_width != self._made_for:
            self.desk.desk_screen.show_ticket(self.ticket_id, keep_place=True)
        self.top = max(0, min(self.top, self._last_top))
        self.refresh()

    def scroll(self, by: int) -> None:
        """Scrolls by lines, to the ends and no further."""
        before, self.top = self.top, max(0, min(self._last_top, self.top + by))
        if self.top != before:
            self.refresh()

    def to_hit(self, by: int) -> tuple[int, int] | None:
        """Shows the next line with a hit (`by` 1) or the one before (-1), round the ends; returns which of how many it
        is, from 1. None without any."""
        from app.marking import hit_lines

        found = hit_lines(self.lines)
        if not found:
            return None
        here = self.hit if self.hit is not None else -1 if by > 0 else len(self.lines)
        ahead = [y for y in found if y > here] if by > 0 else [y for y in reversed(found) if y < here]
        self.hit = ahead[0] if ahead else found[0] if by > 0 else found[-1]
        if not self.top <= self.hit < self.top + self.size.height:
            self.top = max(0, min(self._last_top, self.hit - self.size.height // 3))
        self.refresh()
        return found.index(self.hit) + 1, len(found)

    def to_end(self) -> None:
        self.scroll(len(self.lines))

    def line(self, y: int) -> Line:
        left: Line = (("│ ", "rule"),) if self.rule else ((" ", "text"),)
        at = self.top + y
        if at >= len(self.lines):
            if self.ticket_id is None and y == 3:
                return (*left, (_("No ticket chosen."), "muted"))
            return (*left, *self._padded((), y, width_of(left[0][0])))
        line = self.lines[at]
        if at == self.hit:
            line = tuple((text, "selection" if role == "match" else role) for text, role in line)
        return (*left, *self._padded(line, y, width_of(left[0][0])))

    def _padded(self, line: Line, y: int, used: int) -> Line:
        used += sum(width_of(text) for text, _role in line)
        if not self.side:
            return (*line, (" " * max(0, self.size.width - used), "text"))
        split = self.size.width - SIDE
        beside = self.side[y] if y < len(self.side) else ()
        return (*line, (" " * max(0, split - 2 - used), "text"), ("│ ", "rule"), *beside)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll(-3)
