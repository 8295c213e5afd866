"""Where a person is in the set-up: which room, which record, which page of it, and what is being typed. No widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.editing import LineEdit
from app.lines import Line as DrawnLine
from app.setup.fields import Field, Line, Paragraph
from app.setup.form import Form, Spot, spots
from app.setup.picks import Choice, Choices, Parts, Toggle, Week
from app.setup.rooms import Questions, Reading, Record, Room, enter, listed
from app.setup.text_edit import TextEdit
from desk.versions import Version
from store.errors import DeskError
from store.values import fold

ROOMS, RECORDS, PAGE = range(3)
"""The columns, from left to right."""


class FormPage:
    """A form, or a part of one, with a cursor on one of its lines. `title` is what it is about."""

    def __init__(self, room: Questions, ident: str, form: Form, title: str, *, part: bool = False, asks: bool = True) -> None:
        self.room, self.ident, self.form, self.title, self.part = room, ident, form, title, part
        self.asks = asks
        """Whether it is there to be saved; a simulator is not."""
        self.closed: Callable[[], None] | None = None
        """Called when the page is left: a query filled in as rows goes back to its field."""
        self.found: Mapping[str, Any] = {}
        """The record as it was when the form was opened: another hand may change it meanwhile."""
        self.at = self.top = 0
        self.seen: dict[Spot, int] = {}
        """On which line of the pane each spot was drawn."""
        self.edit: LineEdit | TextEdit | None = None
        self.candidates: Sequence[Any] = ()
        self._shown: tuple[object, Sequence[DrawnLine]] | None = None

    def preview(self, desk: Reading, width: int) -> Sequence[DrawnLine]:
        """What the room says about the form as it is; kept while nothing changes."""
        now = (width, self.form.picture(), self.room.version(desk))
        slow = self.edit is not None and not self.room.live and self._shown
        if not self.part and not slow and (self._shown is None or self._shown[0] != now):
            self._shown = (now, self.room.preview(desk, self.form.rough(), width))
        return self._shown[1] if self._shown else ()

    @property
    def spots(self) -> list[Spot]:
        return spots(self.form)

    @property
    def spot(self) -> Spot:
        found = self.spots
        self.at = max(0, min(len(found) - 1, self.at))
        return found[self.at]

    @property
    def field(self) -> Field:
        return self.form.fields[self.spot[0]]

    @property
    def problem(self) -> DeskError | None:
        """What is wrong with the line under the cursor."""
        return self.form.problems.get(self.spot)

    def move(self, by: int) -> None:
        self.at = max(0, min(len(self.spots) - 1, self.at + by))

    def to(self, key: str) -> None:
        """The cursor onto a field."""
        self.at = next((n for n, spot in enumerate(self.spots) if spot[0] == key), self.at)

    def to_problem(self) -> None:
        """The cursor onto the first line that is wrong."""
        self.at = next((n for n, spot in enumerate(self.spots) if spot in self.form.problems), self.at)

    # Typing -------------------------------------------------------------------------------------

    @property
    def typable(self) -> bool:
        """Whether the line under the cursor is one to type into."""
        return not self.field.fixed and not isinstance(self.field, Choice | Choices | Toggle | Parts)

    def begin(self) -> None:
        """Typing begins on the line under the cursor."""
        key, index = self.spot
        raw = self.form.raw[key]
        text = raw[index] if isinstance(self.field, Week) else str(raw)
        self.edit = TextEdit(text) if isinstance(self.field, Paragraph) else LineEdit(text)
        self.form.mark(key)
        self.candidates = ()

    def typed(self) -> None:
        """What is typed stands in the form."""
        if self.edit is None:
            return
        key, index = self.spot
        if isinstance(self.field, Week):
            raw = list(self.form.raw[key])
            raw[index] = self.edit.text
            self.form.type(key, tuple(raw))
        else:
            self.form.type(key, self.edit.text)
        complete = self.field.complete if isinstance(self.field, Line) else None
        self.candidates = complete(self.edit.text, self.edit.cursor) if complete else ()

    def end(self) -> None:
        """Typing ends; what was typed stays."""
        if self.edit is not None:
            self.edit = None
            self.candidates = ()
            self.form.forget_mark()


class HistoryPage:
    """The versions of a record, with a cursor; the one under it is compared with what is in force."""

    def __init__(self, room: Room, ident: str, title: str, versions: Sequence[Version]) -> None:
        self.room, self.ident, self.title, self.versions = room, ident, title, versions
        self.at = self.top = 0

    @property
    def current(self) -> Version | None:
        return self.versions[self.at] if self.versions else None

    def move(self, by: int) -> None:
        self.at = max(0, min(len(self.versions) - 1, self.at + by))


class ReportPage:
    """What a test found: lines to read. `done` of `all` while it runs; `all` 0 when it is over."""

    def __init__(self, title: str, enables: str = "", *, watches: str = "", proves: bool = False) -> None:
        self.title, self.enables, self.watches, self.proves = title, enables, watches, proves
        """`enables` is the record that may be put in force when its test is over, `watches` the one whose beginning is
        looked at; `proves` a form on its way to be saved."""
        self.lines: Sequence[DrawnLine] = ()
        self.done, self.all = 0, 0
        self.running = True
        self.stopped = False
        self.top = 0

    def move(self, by: int) -> None:
        self.top = max(0, min(max(0, len(self.lines) - 1), self.top + by))


Page = FormPage | HistoryPage | ReportPage


class Pages:
    """A stack of pages: a form, then its part, its history, its test."""

    def __init__(self) -> None:
        self.pages: list[Page] = []

    @property
    def page(self) -> Page | None:
        return self.pages[-1] if self.pages else None

    @property
    def form_page(self) -> FormPage | None:
        """The form that has the keys."""
        return self.page if isinstance(self.page, FormPage) else None

    def open_part(self, at: int) -> None:
        """A part of the form under the cursor, as a page of its own."""
        page = self.form_page
        assert page is not None
        key, _index = page.spot
        field = page.form.fields[key]
        assert isinstance(field, Parts)
        part = page.form.parts(key)[at]
        self.pages.append(FormPage(page.room, page.ident, part, f"{field.label} {at + 1}", part=True))


class Setup(Pages):
    """All of it. `pages` are those of the third column."""

    def __init__(self) -> None:
        super().__init__()
        self.room_at = 0
        self.room: Room = enter(self.rooms[0][0])
        self.all: Sequence[Record] = ()
        self.filter = ""
        self.at = self.top = self.room_top = 0
        self.column = ROOMS

    # Rooms and records --------------------------------------------------------------------------

    @property
    def rooms(self) -> list[tuple[str, str]]:
        """(id, label) of every room, in the language that is spoken now."""
        return listed()

    def choose_room(self, index: int, desk: Reading) -> None:
        """Another room, its list from the top. Forms left open are closed before (see `dirty`)."""
        self.room_at = max(0, min(len(self.rooms) - 1, index))
        self.room = enter(self.rooms[self.room_at][0])
        self.filter, self.at, self.top, self.pages = "", 0, 0, []
        self.reload(desk)

    def go(self, ident: str, desk: Reading) -> None:
        """To a room by its id."""
        self.choose_room(next((n for n, (known, _label) in enumerate(self.rooms) if known == ident), 0), desk)
        self.column = RECORDS

    def reload(self, desk: Reading, keep: str = "") -> None:
        """Reads the records anew; the cursor stays on its record, or goes to the one called `keep`."""
        here = keep or (self.current.id if self.current else "")
        self.all = self.room.records(desk)
        found = self.records
        self.at = next((n for n, r in enumerate(found) if r.id == here), max(0, min(len(found) - 1, self.at)))

    @property
    def records(self) -> list[Record]:
        """Those that hold every word of the filter."""
        words = fold(self.filter).split()
        return [r for r in self.all if all(w in fold(f"{r.id} {r.title} {r.note} {r.also}") for w in words)]

    @property
    def current(self) -> Record | None:
        found = self.records
        return found[min(self.at, len(found) - 1)] if found else None

    def move(self, by: int, desk: Reading) -> None:
        """Moves the cursor of the column that has the keys."""
        if self.column == ROOMS:
            self.choose_room(self.room_at + by, desk)
        elif self.column == RECORDS:
            self.at = max(0, min(len(self.records) - 1, self.at + by))
        elif self.page is not None:
            self.page.move(by)

    # Pages ----------------------------------------------------------------------------------------

    @property
    def root(self) -> FormPage | None:
        """The form of the record, of which others are parts."""
        return next((p for p in self.pages if isinstance(p, FormPage) and p.asks), None)

    @property
    def dirty(self) -> bool:
        """Whether there is something that was not saved."""
        return self.root is not None and self.root.form.dirty

    def show(self, ident: str, desk: Reading) -> None:
        """The form of a record ("" for a new one) in the third column."""
        values = self.room.values(desk, ident)
        title = next((r.title for r in self.all if r.id == ident), "")
        page = FormPage(self.room, ident, Form(self.room.fields(desk, ident), values), title)
        page.found = values
        self.pages = [page]

    def close_page(self) -> None:
        """Back from the topmost page."""
        if self.pages:
            self.pages.pop()
        if not self.pages:
            self.column = RECORDS
