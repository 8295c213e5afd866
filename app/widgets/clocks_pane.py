"""The next deadlines of the desk with their countdowns, most overdue first."""

from __future__ import annotations

from datetime import UTC, tzinfo

from textual import events
from textual.message import Message

from app.lines import Line, heading
from app.safe import cells
from app.times import stamp
from app.widgets.lines import Lines
from app.words import _
from desk.clocks.countdown import cell
from desk.vocabulary import CLOCK_KINDS
from store.sql.clocks import Deadline
from store.values import NEVER, Instant

_ROLE = {"over": "danger", "warn": "warning", "fine": "text", "none": "muted"}
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR, _WHO = 10, 12
_ROOMY = 120
"""From this width on names have twice the room."""


class ClocksPane(Lines):
    """Rows of `Deadline`s with a cursor; the first row is the heading."""

    class Chosen(Message):
        def __init__(self, ticket_id: int) -> None:
            super().__init__()
            self.ticket_id = ticket_id

    def __init__(self) -> None:
        super().__init__(id="clocks")
        self.deadlines: list[Deadline] = []
        self.cursor = 0
        self.active = False
        self.zone: tzinfo = UTC
        self._now: Instant = 0

    def fill(self, deadlines: list[Deadline], now: Instant) -> Instant:
        """Takes the deadlines as they are at `now`; returns when the next one reads differently."""
        before = [self.line(y) for y in range(self.size.height)]
        self.deadlines, self._now = deadlines, now
        self.cursor = max(0, min(self.cursor, len(deadlines) - 1))
        self.repaint(y for y, old in enumerate(before) if self.line(y) != old)
        return min((cell(d.due_at, now, d.warn_at).changes_at for d in deadlines), default=NEVER)

    @property
    def current(self) -> Deadline | None:
        return self.deadlines[self.cursor] if self.deadlines else None

    def move(self, by: int) -> None:
        self.cursor = max(0, min(len(self.deadlines) - 1, self.cursor + by))
        self.refresh()

    def line(self, y: int) -> Line:
        width = self.size.width
        if y == 0:
            title = (
                _("Clocks · next {count}").format(count=len(self.deadlines))
                if self.deadlines
                else _("Clocks · nothing is running")
            )
            return heading(title, width)
        if y > len(self.deadlines):
            return ()
        d = self.deadlines[y - 1]
        due = cell(d.due_at, self._now, d.warn_at)
        kind = _(CLOCK_KINDS.get(d.kind, d.kind))
        first = f" {due.text} {bar(d, self._now)} "
        due_text = _("due {when}").format(when=stamp(d.due_at, self._now, self.zone))
        rest = f"#{d.ticket_id:<6} {cells(d.label, 4)} {cells(kind, 12)} {cells(due_text, 16)} {cells(d.assignee_id or '–', 6)} "
        rest += cells(d.customer, _WHO if width < _ROOMY else 2 * _WHO) + "  " + _(d.policy)
        if self.active and y - 1 == self.cursor:
            return ((cells(first + rest, width), "selection"),)
        return ((first, _ROLE[due.level]), (cells(rest, max(1, width - len(first))), "text"))

    def on_click(self, event: events.Click) -> None:
        if 0 < event.y <= len(self.deadlines):
            self.post_message(self.Chosen(self.deadlines[event.y - 1].ticket_id))


def bar(d: Deadline, now: Instant) -> str:
    """How much of the time is used up, in `_BAR` cells of eighths."""
    span = max(1, d.due_at - d.started_at)
    eighths = max(0, min(_BAR * 8, (now - d.started_at) * _BAR * 8 // span))
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if full < _BAR else "")).ljust(_BAR)
