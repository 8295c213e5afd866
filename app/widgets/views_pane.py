"""The views on the left: name and live count, the one that is shown in bold."""

from __future__ import annotations

from textual import events
from textual.message import Message

from app.lines import Line
from app.safe import cells
from app.widgets.lines import Lines
from app.words import _
from desk.inbox import COUNT_TO, ViewLine
from desk.vocabulary import CLASSES
from store.errors import N_
from store.sql.rows import View

NAMES = {
    "mentions": N_("Mentions"),
    "inbox": N_("Inbox"),
    "urgent": N_("Urgent"),
    "due": N_("Due next"),
    "mine": N_("Mine"),
    "unassigned": N_("Unassigned"),
    "new": N_("New"),
    "waiting": N_("Waiting"),
    "snoozed": N_("Snoozed"),
    "solved": N_("Solved"),
    "notices": N_("Notices"),
    "spam": N_("Spam"),
    **{f"class:{ident}": name for ident, (name, _types) in CLASSES.items()},
}


def name_of(view: View) -> str:
    """A shipped view's name in the reader's language, else the name a person gave it."""
    return _(NAMES[view.id]) if view.id in NAMES else view.name


class ViewsPane(Lines):
    """Rows of `ViewLine`s with a cursor of its own; a blank row parts the team's views from the channels."""

    class Chosen(Message):
        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__(id="views")
        self.views: list[ViewLine] = []
        self.shown = "inbox"
        self.cursor = 0
        self.active = False

    def fill(self, views: list[ViewLine], shown: str) -> None:
        """Takes new counts; repaints only what reads differently."""
        before = [self.line(y) for y in range(self.size.height)]
        self.views, self.shown = views, shown
        self.repaint(y for y, old in enumerate(before) if self.line(y) != old)

    def _row(self, y: int) -> int | None:
        """Index of the view at row `y`; None between and behind them."""
        own = sum(1 for v in self.views if not v.view.id.startswith("channel:"))
        if y == own:
            return None
        index = y if y < own else y - 1
        return index if index < len(self.views) else None

    def line(self, y: int) -> Line:
        width, index = self.size.width - 1, self._row(y)
        if index is None:
            return ((" " * width, "text"), ("│", "rule"))
        entry = self.views[index]
        count = (
            ""
            if entry.count is None
            else "–"
            if not entry.count
            else f"{COUNT_TO - 1}+"
            if entry.count >= COUNT_TO
            else str(entry.count)
        )
        text = f" {cells(name_of(entry.view), width - 7)} {count:>4} "
        role = "strong" if entry.view.id == self.shown else "text" if entry.count else "muted"
        if self.active and index == self.cursor:
            role = "selection"
        return ((text, role), ("│", "rule"))

    def move(self, by: int) -> None:
        self.cursor = max(0, min(len(self.views) - 1, self.cursor + by))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = self._row(event.y)
        if index is not None:
            self.post_message(self.Chosen(index))
