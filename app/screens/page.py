"""A page of records over the list and the ticket: rows with a cursor above, all about the one under it below."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.message import Message

from app.lines import Line, heading
from app.safe import cells, width_of
from app.widgets.lines import Lines
from app.words import _

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


class Entry(NamedTuple):
    """One row: a word of state in its role, then the rest, cut to the width."""

    id: int
    state: str
    role: str
    text: str


class Page(ABC):
    """What one page shows and does; its acts are methods named after them, as in `app.acts`."""

    place = ""
    """Where its keys work, one of `app.act.RECORDS`."""
    state_width = 11

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self.pane: PagePane

    @abstractmethod
    def title(self) -> str: ...

    @abstractmethod
    def entries(self) -> Sequence[Entry]:
        """Its rows as they are now, the first one on top."""

    @abstractmethod
    def details(self, ident: int, width: int) -> Sequence[Line]:
        """All about one row, broken for a width."""

    @abstractmethod
    def empty(self) -> Sequence[str]:
        """What would be here, and what brings it here."""

    def holds(self) -> Collection[str]:
        """States of the registry that hold here besides `page_row`."""
        return ()

    @property
    def current(self) -> int:
        """The row under the cursor; 0 where there is none."""
        return self.pane.current


class PagePane(Lines):
    """Shows one `Page`. The row under the cursor keeps it when rows come and go."""

    class Picked(Message):
        """A row was clicked; `opened` when it had the cursor already."""

        def __init__(self, opened: bool) -> None:
            super().__init__()
            self.opened = opened

    def __init__(self) -> None:
        super().__init__(id="page")
        self.page: Page | None = None
        self.entries: Sequence[Entry] = ()
        self.cursor = self.top = self.below = 0
        self._details: tuple[int, int, Sequence[Line]] | None = None

    def show(self, page: Page) -> None:
        """Shows a page from its top; the same page again keeps its place."""
        if page is not self.page:
            self.page, self.cursor, self.top, self.below = page, 0, 0, 0
            page.pane = self
            self.entries = ()
        self.fill()

    def fill(self) -> None:
        """Reads it anew."""
        if self.page is None:
            return
        before = self.current
        self.entries = self.page.entries()
        self.cursor = next((n for n, e in enumerate(self.entries) if e.id == before), self.cursor)
        self.cursor = max(0, min(self.cursor, len(self.entries) - 1))
        self._details = None
        self.refresh()

    @property
    def current(self) -> int:
        return self.entries[self.cursor].id if self.entries else 0

    @property
    def rows(self) -> int:
        """Rows of the list that fit above the details."""
        return max(1, min(len(self.entries), (self.size.height - 2) * 2 // 5))

    def go(self, ident: int) -> bool:
        """Puts the cursor on a row, where it is there."""
        found = next((n for n, e in enumerate(self.entries) if e.id == ident), None)
        if found is not None:
            self.move(found - self.cursor)
        return found is not None

    def move(self, by: int) -> None:
        self.cursor = max(0, min(len(self.entries) - 1, self.cursor + by))
        self.below = 0
        self.refresh()

    def read_on(self, by: int) -> None:
        """The details by so many lines; past their end to their beginning."""
        shown = max(1, self.size.height - self.rows - 2)
        most = max(0, len(self._about()) - shown)
        self.below = 0 if by > 0 and self.below >= most else max(0, min(most, self.below + by))
        self.refresh()

    @property
    def reach(self) -> int:
        """Lines of details that fit."""
        return max(1, self.size.height - self.rows - 2)

    def _about(self) -> Sequence[Line]:
        if self.page is None or not self.entries:
            return ()
        wanted = (self.current, self.size.width - 2)
        if self._details is None or self._details[:2] != wanted:
            self._details = (*wanted, self.page.details(*wanted))
        return self._details[2]

    def line(self, y: int) -> Line:
        width = self.size.width
        if self.page is None:
            return ()
        if y == 0:
            return heading(self.page.title(), width)
        if not self.entries:
            said = self.page.empty()
            return ((f"   {said[y - 2]}", "muted"),) if 2 <= y < 2 + len(said) else ()
        rows = self.rows
        if y <= rows:
            self.top = max(self.cursor - rows + 1, min(self.top, self.cursor))
            index = self.top + y - 1
            return self._row(self.entries[index], index == self.cursor) if index < len(self.entries) else ()
        if y == rows + 1:
            return ((self._parting(width), "rule"),)
        at = y - rows - 2 + self.below
        about = self._about()
        return ((" ", "text"), *about[at]) if at < len(about) else ()

    def _row(self, entry: Entry, here: bool) -> Line:
        assert self.page is not None
        width, first = self.size.width, f" {cells(entry.state, self.page.state_width)} "
        if here:
            return ((cells(first + entry.text, width), "selection"),)
        return ((first, entry.role), (cells(entry.text, max(1, width - width_of(first))), "text"))

    def _parting(self, width: int) -> str:
        """The line above the details says how much of them is out of sight."""
        left = len(self._about()) - self.below - self.reach
        if left <= 0:
            return "─" * width
        said = _(" {count} lines more: Space ").format(count=left)
        return "─" * max(0, width - width_of(said) - 2) + said + "──"

    # Mouse ------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y - 1
        if 1 <= event.y <= self.rows and index < len(self.entries):
            opened = index == self.cursor
            self.move(index - self.cursor)
            self.post_message(self.Picked(opened))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scrolled(event.y, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scrolled(event.y, -3)

    def _scrolled(self, y: int, by: int) -> None:
        if y <= self.rows:
            self.move(by)
        elif by < 0 or self.below + self.reach < len(self._about()):
            self.read_on(by)
