"""The ticket: its thread as wrapped lines, scrolled by line, drawn only where it shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from textual import events

from app.lines import Line, Page
from app.safe import width_of
from app.widgets.lines import Lines
from app.words import _

SIDE, TWO_COLUMNS = 36, 110

Make = Callable[[int, bool], Page]
"""Breaks what is shown for so many cells a line, with or without a column beside it."""


class TicketPane(Lines):
    """Shows what somebody makes for its width; `ticket_id` is what it is about. It has it made anew when it is drawn at
    another width, so that no other size is ever drawn."""

    def __init__(self) -> None:
        super().__init__(id="ticket")
        self.ticket_id: int | None = None
        self.top = 0
        self._page = Page()
        self._make: Make | None = None
        self._made_for = (0, False)
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

    @property
    def page(self) -> Page:
        """What is shown, broken for the size there is."""
        wanted = (self.text_width, self.two_columns)
        if self._make is not None and self._made_for != wanted:
            place = self._place()
            self._page, self._made_for = self._make(*wanted), wanted
            self._go_back_to(place)
        return self._page

    @property
    def lines(self) -> list[Line]:
        return list(self.page.lines)

    def show(self, ticket_id: int | None, make: Make | None, *, keep_place: bool) -> None:
        """Something else; another ticket begins at its top unless `keep_place`. Repaints only rows that differ."""
        drawn = self._made_for == (self.text_width, self.two_columns)
        before = [self.line(y) for y in range(self.size.height)] if drawn else []
        place = self._place() if keep_place else (None, 0)
        if not keep_place:
            self.hit = None
        self.ticket_id, self._make, self._made_for = ticket_id, make, (self.text_width, self.two_columns)
        self._page = make(*self._made_for) if make else Page()
        self._go_back_to(place)
        if drawn:
            self.repaint(y for y, old in enumerate(before) if self.line(y) != old)
        else:
            self.refresh()

    def put(self, message_id: int, row: int) -> None:
        """Scrolls so that a message begins on `row`, as far as there is something to show around it."""
        self.top = max(0, min(self._last_top, self.page.starts.get(message_id, 0) - row))
        self.refresh()

    def _place(self) -> tuple[int | None, int]:
        """The message on top and how far in; None above the first one."""
        starts = self._page.starts
        at = bisect_right(list(starts.values()), self.top) - 1
        if at < 0:
            return None, self.top
        message = list(starts)[at]
        return message, self.top - starts[message]

    def _go_back_to(self, place: tuple[int | None, int]) -> None:
        message, offset = place
        begin = self._page.starts.get(message, 0) if message is not None else 0
        self.top = max(0, min(begin + offset, len(self._page.lines) - self.size.height))

    @property
    def _last_top(self) -> int:
        return max(0, len(self.page.lines) - self.size.height)

    def scroll(self, by: int) -> None:
        """Scrolls by lines, to the ends; there a conversation that is read in part goes on."""
        before, self.top = self.top, max(0, min(self._last_top, self.top + by))
        if self.top != before:
            self.refresh()
        else:
            self.desk.desk_screen.go_on(by)

    def to_hit(self, by: int) -> tuple[int, int] | None:
        """Shows the next line with a hit (`by` 1) or the one before (-1), round the ends; returns which of how many it
        is, from 1. None without any."""
        from app.marking import hit_lines

        found = hit_lines(self.page.lines)
        if not found:
            return None
        ahead = self.hit_ahead(by)
        self.hit = ahead if ahead is not None else found[0] if by > 0 else found[-1]
        if not self.top <= self.hit < self.top + self.size.height:
            self.top = max(0, min(self._last_top, self.hit - self.size.height // 3))
        self.refresh()
        return found.index(self.hit) + 1, len(found)

    def hit_ahead(self, by: int) -> int | None:
        """The line of the next hit, or of the one before; None where there is no other in that direction."""
        from app.marking import hit_lines

        found = hit_lines(self.page.lines)
        here = self.hit if self.hit is not None else -1 if by > 0 else len(self.page.lines)
        return next((y for y in (found if by > 0 else reversed(found)) if (y - here) * by > 0), None)

    def stand_before(self, message_id: int, by: int) -> bool:
        """Puts the place from which hits are looked for to where a message begins, or ends for `by` -1; whether the next
        one stands in it."""
        starts = self.page.starts
        start = starts.get(message_id, 0)
        end = min((y for y in starts.values() if y > start), default=len(self.page.lines))
        self.hit = start - 1 if by > 0 else end
        ahead = self.hit_ahead(by)
        return ahead is not None and start <= ahead < end

    def to_end(self) -> None:
        """Shows the last line of what is shown."""
        self.top = self._last_top
        self.refresh()

    def line(self, y: int) -> Line:
        left: Line = (("│ ", "rule"),) if self.rule else ((" ", "text"),)
        page = self.page
        at = self.top + y
        if at >= len(page.lines):
            if self.ticket_id is None and y == 3:
                return (*left, (_("No ticket chosen."), "muted"))
            return (*left, *self._padded((), y, width_of(left[0][0])))
        line = page.lines[at]
        if at == self.hit:
            line = tuple((text, "selection" if role == "match" else role) for text, role in line)
        return (*left, *self._padded(line, y, width_of(left[0][0])))

    def _padded(self, line: Line, y: int, used: int) -> Line:
        used += sum(width_of(text) for text, _role in line)
        side = self._page.side
        if not side:
            return (*line, (" " * max(0, self.size.width - used), "text"))
        split = self.size.width - SIDE
        beside = side[y] if y < len(side) else ()
        return (*line, (" " * max(0, split - 2 - used), "text"), ("│ ", "rule"), *beside)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll(-3)
