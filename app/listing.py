"""The inbox list as a window on the desk: loaded page by page around the cursor, changed in place, never moved by others.

Knows no widget. A row is a ticket's line; rows that no longer match the query stay where they are, marked as gone,
until the person moves on to another list; new ones wait as arrivals until they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from desk import inbox
from store.connection import Connection
from store.sql import tickets
from store.sql.rows import TicketLine
from store.sql.tickets import Place, place

WINDOW = 2000
"""Rows kept at most; scrolling on drops the far end."""
_AHEAD = 60
"""Rows loaded before they come into sight."""


class Listing:
    """Rows around a cursor. `first` says that row 0 is the list's first; `last` that its last row is loaded."""

    def __init__(self, conn: Connection, me: str) -> None:
        self._conn, self._me = conn, me
        self.wanted: inbox.List | None = None
        self.lines: list[TicketLine] = []
        self.cursor = 0
        self.gone: set[int] = set()
        self.marks: set[int] = set()
        self.arrivals: set[int] = set()
        self.first = self.last = True
        self._ends: tuple[Place | None, Place | None] = (None, None)
        """Where the first and the last row stood when they were loaded: a row that moved since must not shift a page."""

    def kept(self) -> dict[str, object]:
        """What is shown, to come back to."""
        names = ("wanted", "lines", "cursor", "gone", "marks", "arrivals", "first", "last")
        found = {name: getattr(self, name) for name in names}
        return {name: value.copy() if isinstance(value, list | set) else value for name, value in found.items()}

    def back_to(self, kept: Mapping[str, object]) -> None:
        """Shows again what was `kept`."""
        for name, value in kept.items():
            setattr(self, name, value.copy() if isinstance(value, list | set) else value)

    # Showing ------------------------------------------------------------------------------------

    def show(self, wanted: inbox.List) -> None:
        """Another list, from its beginning; marks never survive a change of list."""
        self.wanted = wanted
        self.marks.clear()
        self._begin()

    def _begin(self) -> None:
        assert self.wanted is not None
        self.gone.clear()
        self.arrivals.clear()
        self.lines = inbox.page(self._conn, self.wanted, self._me)
        self.cursor = 0
        self.first, self.last = True, len(self.lines) < inbox.PAGE
        self._loaded(self.lines, self.lines)

    def reload(self) -> None:
        """The list anew, with arrivals in and gone rows out; the cursor stays on its ticket where that still matches,
        else on the one that followed it."""
        if self.wanted is None:
            return
        keep = [line.id for line in self.lines[self.cursor :]]
        before = self.lines[self.cursor] if self.lines else None
        at = self.cursor
        matching = tickets.holds(self._conn, self.wanted.compiled.condition, keep[:200])
        anchor = next((i for i in keep[:200] if i in matching), None)
        self._begin()
        for _ in range(WINDOW // inbox.PAGE):
            found = self.index_of(anchor) if anchor is not None else None
            if found is not None:
                self.cursor = found
                return
            if anchor is None or self.last or before is None:
                break
            self._more_below()
        self.cursor = max(0, min(at, len(self.lines) - 1))

    # Moving -------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Moves the cursor by rows, loading what lies there."""
        target = self.cursor + by
        while target + _AHEAD >= len(self.lines) and not self.last:
            if not self._more_below():
                break
        while target - _AHEAD < 0 and not self.first:
            grown = self._more_above()
            target += grown
            if not grown:
                break
        self.cursor = max(0, min(target, len(self.lines) - 1))
        target = self.cursor
        dropped = self._trim()
        self.cursor = target - dropped

    def top(self) -> None:
        """To the very first row."""
        if not self.first and self.wanted is not None:
            self._begin()
        self.cursor = 0

    def bottom(self) -> None:
        """To the very last row, however long the list."""
        if not self.last and self.wanted is not None:
            self.lines = inbox.last_page(self._conn, self.wanted, self._me)
            self.first, self.last = len(self.lines) < inbox.PAGE, True
            self.gone.clear()
            self._loaded(self.lines, self.lines)
        self.cursor = max(0, len(self.lines) - 1)

    def go(self, ticket_id: int) -> bool:
        """Puts the cursor on a ticket if it is loaded."""
        found = self.index_of(ticket_id)
        if found is not None:
            self.cursor = found
        return found is not None

    def index_of(self, ticket_id: int) -> int | None:
        return next((i for i, line in enumerate(self.lines) if line.id == ticket_id), None)

    @property
    def current(self) -> TicketLine | None:
        return self.lines[self.cursor] if self.lines else None

    # Marks --------------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        if self.current:
            self.marks ^= {self.current.id}

    def mark_all(self) -> None:
        """Every row that still matches, those further down too, as many as are kept."""
        while len(self.lines) < WINDOW and not self.last and self._more_below():
            pass
        self.marks = {line.id for line in self.lines if line.id not in self.gone}

    def mark_range(self, start: int, beside: Set[int]) -> None:
        """Marks what lies between the ticket `start` and the cursor, and `beside`. Where `start` is not loaded any more,
        only the cursor's is added."""
        found = self.index_of(start)
        if found is not None:
            low, high = sorted((found, self.cursor))
            self.marks = {*beside, *(line.id for line in self.lines[low : high + 1])}
        elif self.current:
            self.marks.add(self.current.id)

    def chosen(self) -> list[int]:
        """What a verb acts on: the marked tickets in list order, else the one under the cursor."""
        if self.marks:
            return [line.id for line in self.lines if line.id in self.marks]
        return [self.current.id] if self.current else []

    # What others did ------------------------------------------------------------------------------

    def changed(self, ids: Iterable[int]) -> list[int]:
        """Takes in that these tickets changed; returns the indexes of rows that look different now."""
        if self.wanted is None:
            return []
        touched = list(dict.fromkeys(ids))
        fresh = tickets.lines(self._conn, touched, self._me)
        matching = tickets.holds(self._conn, self.wanted.compiled.condition, touched)
        shown = {line.id: i for i, line in enumerate(self.lines)}
        altered = []
        for ticket_id in touched:
            i = shown.get(ticket_id)
            if i is None:
                if ticket_id in matching and self._belongs(fresh.get(ticket_id)):
                    self.arrivals.add(ticket_id)
                else:
                    self.arrivals.discard(ticket_id)
                continue
            if (ticket_id in self.gone) == (ticket_id in matching) or self.lines[i] != fresh.get(ticket_id):
                self.gone ^= {ticket_id} if (ticket_id in self.gone) == (ticket_id in matching) else set()
                if ticket_id in fresh:
                    self.lines[i] = fresh[ticket_id]
                altered.append(i)
        return altered

    def _belongs(self, line: TicketLine | None) -> bool:
        """Whether a row that is not loaded would stand inside the window rather than further down."""
        if line is None or self.wanted is None:
            return False
        if self.last or not self.lines or self.wanted.compiled.words_expression:
            return True
        sort = self.wanted.sort
        mine, end = _key(place(line, sort)), _key(place(self.lines[-1], sort))
        return mine >= end if sort.descending else mine <= end

    # Paging -------------------------------------------------------------------------------------

    def _loaded(self, above: Sequence[TicketLine], below: Sequence[TicketLine]) -> None:
        """Remembers where a page loaded at either end stands; an empty one leaves that end where it was."""
        assert self.wanted is not None
        first, last = self._ends
        self._ends = (place(above[0], self.wanted.sort) if above else first,
                      place(below[-1], self.wanted.sort) if below else last)  # fmt: skip

    def _more_below(self) -> int:
        assert self.wanted is not None
        found = inbox.page(self._conn, self.wanted, self._me, after=self._ends[1])
        self.lines += _new(found, self.lines)
        self.last = len(found) < inbox.PAGE
        self._loaded((), found)
        return len(found)

    def _more_above(self) -> int:
        assert self.wanted is not None
        found = inbox.page(self._conn, self.wanted, self._me, before=self._ends[0])
        fresh = _new(found, self.lines)
        self.lines[:0] = fresh
        self.first = len(found) < inbox.PAGE
        self._loaded(found, ())
        return len(fresh)

    def _trim(self) -> int:
        """Drops rows far from the cursor; returns how many were dropped above it."""
        if len(self.lines) <= WINDOW:
            return 0
        if self.cursor > len(self.lines) // 2:
            extra = len(self.lines) - WINDOW
            del self.lines[:extra]
            self.first = False
            self._loaded(self.lines, ())
            return extra
        del self.lines[WINDOW:]
        self.last = False
        self._loaded((), self.lines)
        return 0


def _key(p: Place) -> tuple[int, int]:
    return p.value, p.id


def _new(found: Sequence[TicketLine], have: Sequence[TicketLine]) -> list[TicketLine]:
    known = {line.id for line in have}
    return [line for line in found if line.id not in known]
