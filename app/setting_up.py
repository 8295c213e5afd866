"""What the keys of the set-up do: moving about, filling in, saving, taking back. Loaded when it is first entered."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from app.row_keys import RowKeys
from app.screens.setup import SetupPane
from app.setup.drawing import widths
from app.setup.fields import Paragraph, Query
from app.setup.picks import Choice, Parts, Toggle, Week
from app.setup.rooms import Reading
from app.setup.state import PAGE, RECORDS, ROOMS, FormPage, HistoryPage, ReportPage, Setup
from app.setup_editing import EditingActs
from app.setup_filling import FillingActs
from app.setup_keeping import KeepingActs
from app.setup_trying import TryingActs
from app.words import _
from store.errors import N_, DeskError, Refused
from store.values import fold

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation

_PREVIEW_S = 0.12
"""How long the cursor rests on a record before its form is read."""


class SettingUp(RowKeys):
    """Methods named after acts, as in `app.acts`; it comes before the others while the set-up has the keys."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self.state = Setup()
        self.pane = SetupPane(self.state, self.reading)
        self._sure = ""
        """What the person was asked to confirm by the same key once more."""
        self.filling, self.keeping, self.trying = FillingActs(self), KeepingActs(self), TryingActs(self)
        self.parts = (self, self.filling, self.keeping, self.trying, EditingActs(self))
        """Whose methods the acts are."""
        self.state.reload(self.reading)
        desk.desk_screen.query_one("#body").mount(self.pane)

    @property
    def reading(self) -> Reading:
        s = self.session
        return Reading(s.store.conn, s.agent.id, s.now, s.zone, s.store)

    def enter(self, room: str = "", record: str = "", line: str = "") -> None:
        """Shows it, with the keys; in the room of that name, in the form of a record, on a line of it, if they are named."""
        screen = self.desk.desk_screen
        screen.remove_class("outbox", "views")
        if screen.reading:
            screen.read_on(False)
        if room and not self.unsaved():
            self.state.go(room, self.reading)
            if record:
                self._enter_record(record, line)
        elif not self.state.pages:
            self.state.reload(self.reading)
        self.give_keys()
        screen.call_after_refresh(self.draw)

    def _enter_record(self, record: str, line: str) -> None:
        """The form of a record of this room; nothing where it is gone."""
        state = self.state
        if any(r.id == record for r in state.all):
            self.desk.not_now("setup")
            state.reload(self.reading, record)
            state.show(record, self.reading)
            state.column = PAGE
            if line and state.root is not None:
                state.root.to(line)

    def draw(self) -> None:
        self.pane.show(self.reading)
        self.desk.show_hints()

    def news(self) -> None:
        """Somebody changed something on the desk: the list anew, nothing that is being filled in."""
        if self.desk.place == "setup":
            self.state.reload(self.reading)
            if not self.state.pages:
                self.rest()
            self.draw()

    def give_keys(self) -> None:
        """Gives the keys to the column that has them."""
        place = "setup" if self.state.column != PAGE else "form"
        page = self.state.form_page
        if place == "form" and page is not None and page.edit is not None:
            place = "field"
        if self.desk.place != place:
            self.desk.go_to(place)

    def _again(self, question: str) -> bool:
        """Whether the person, asked this before, does the same again."""
        sure, self._sure = self._sure == question, question
        return sure

    def unsaved(self) -> bool:
        """Says so where a form holds what was not saved."""
        if self.state.dirty:
            self.desk.say(_("this form is not saved: ^s saves it, Esc twice drops it"), "warning")
        return self.state.dirty

    def holds(self) -> set[str]:
        """The states of the registry that hold here now."""
        state, found = self.state, set[str]()
        if self.desk.place not in ("setup", "form", "field"):
            return found
        can, page = state.room.can, state.page
        record = state.current is not None if state.column == RECORDS else False
        if state.dirty and (not isinstance(page, FormPage) or page.asks):
            found.add("setup_unsaved")
        if state.column == PAGE:
            if isinstance(page, HistoryPage) and page.current is not None:
                found.add("setup_version")
            if isinstance(page, ReportPage) and page.enables and not page.running:
                found.add("setup_toggle")
            if isinstance(page, FormPage) and page.spots:
                found.add("setup_field")
                if isinstance(page.field, Query):
                    found.add("setup_query")
                if isinstance(page.field, Paragraph) and not page.field.fixed:
                    found.add("setup_long")
                if isinstance(page.field, Parts):
                    found |= {"setup_new", "setup_remove", "setup_move"}
                if isinstance(page.field, Toggle | Choice | Week):
                    found.add("setup_toggle")
                if page.asks and not page.part:
                    found |= {f"setup_{verb}" for verb in ("test", "history") if verb in can}
            return found
        if state.column == RECORDS and "new" in can:
            found.add("setup_new")
        if record:
            found.add("setup_record")
            found |= {f"setup_{verb}" for verb in ("remove", "move", "toggle", "test", "history") if verb in can}
        return found

    # Moving ---------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        self._sure = ""
        state = self.state
        if state.column == ROOMS and self.unsaved():
            return
        state.move(by, self.reading)
        if state.column == RECORDS:
            self.rest()
        self.draw()

    def rest(self) -> None:
        """The record under the cursor shows beside the list once the cursor rests."""
        if widths(self.pane.size.width)[0] and not self.state.dirty:
            self.state.pages = []
            self.desk.soon("setup", _PREVIEW_S, self._preview)

    @property
    def form_width(self) -> int:
        """Cells of the column the form stands in."""
        width = self.pane.size.width
        return widths(width)[2] or width

    def title_of(self, ident: str) -> str:
        """What a record of this room is called."""
        return next((r.title for r in self.state.all if r.id == ident), ident)

    def _preview(self) -> None:
        state = self.state
        if state.column == RECORDS and state.current is not None and not state.pages:
            with suppress(DeskError):
                state.show(state.current.id, self.reading)
            self.draw()

    def page_rows(self) -> int:
        return max(1, self.pane.size.height - 2)

    def pane_next(self) -> None:
        self._column((self.state.column + 1) % 3)

    def pane_previous(self) -> None:
        self._column((self.state.column - 1) % 3)

    def _column(self, column: int) -> None:
        if column == PAGE:
            self.item_open()
            return
        self.state.column = column
        self.give_keys()
        self.draw()

    def item_open(self) -> None:
        """From a room to its records, from a record to its form."""
        state = self.state
        if state.column == ROOMS:
            state.column = RECORDS
            self.rest()
        elif state.dirty:
            state.column = PAGE  # the form that is not saved yet comes first
        elif state.current is None:
            raise Refused(N_("There is nothing here yet."), next=N_("n makes the first one."))
        else:
            self.desk.not_now("setup")
            state.show(state.current.id, self.reading)
            state.column = PAGE
        self.give_keys()
        self.draw()

    setup_edit = item_open

    def item_back(self) -> None:
        state, page = self.state, self.state.page
        if state.column == PAGE and isinstance(page, ReportPage) and page.running and not page.watches:
            self.trying.stop()
            return
        if state.column == PAGE:
            if isinstance(page, FormPage) and page is state.root and state.dirty and not self._again("drop"):
                self.desk.say(_("not saved: ^s saves, Esc once more drops the changes"), "warning")
                return
            if isinstance(page, FormPage) and page is state.root and state.dirty:
                self.keeping.drop()
                self.desk.say(_("dropped · z brings it back"), "muted")
            state.close_page()
            if isinstance(page, FormPage) and page.closed is not None:
                page.closed()
            if state.column == RECORDS:
                self.rest()
        elif state.column == RECORDS and state.filter:
            state.filter = ""
            state.reload(self.reading)
        elif state.column == RECORDS:
            state.column = ROOMS
        else:
            self.acts.moving.item_back()
            return
        self.give_keys()
        self.draw()

    def setup_filter(self) -> None:
        from app.widgets.prompt import Question, ask

        state = self.state
        if state.column == ROOMS:
            if not self.unsaved():
                ask(self.desk.screen, Question(_("Find"), self._room_called, "", changed=self._room_called))
            return

        def show(text: str) -> None:
            state.filter, state.at = text, 0
            self.draw()

        def closed(taken: bool) -> None:
            if not taken:
                state.filter = ""
            state.reload(self.reading)
            self.rest()
            self.draw()

        ask(self.desk.screen, Question(_("Find"), show, state.filter, changed=show, closed=closed))

    def _room_called(self, text: str) -> None:
        """The cursor goes to the first room whose name holds every word."""
        words = fold(text).split()
        names = [fold(_(label)) for _ident, label in self.state.rooms]
        if (at := next((n for n, name in enumerate(names) if all(w in name for w in words)), None)) is not None:
            self.state.choose_room(at, self.reading)
            self.draw()

    # Mouse ------------------------------------------------------------------------------------------------

    def click(self, x: int, y: int) -> None:
        state = self.state
        first, second, _third = widths(self.pane.size.width)
        column = state.column if not first else ROOMS if x < first else RECORDS if x < first + second else PAGE
        row = y - 1
        if column == ROOMS and 0 <= row + state.room_top < len(state.rooms) and row >= 0:
            if self.unsaved():
                return
            state.column = ROOMS
            state.choose_room(row + state.room_top, self.reading)
        elif column == RECORDS and row >= 0 and row + state.top < len(state.records):
            here = row + state.top
            twice = state.column == RECORDS and state.at == here
            state.column, state.at = RECORDS, here
            if twice:
                self.item_open()
                return
            self.rest()
        elif column == PAGE and (page := state.form_page) is not None:
            spot = next((n for n, s in enumerate(page.spots) if page.seen.get(s) == y), None)
            if spot is not None:
                page.end()
                twice = state.column == PAGE and page.at == spot
                state.column, page.at = PAGE, spot
                if twice:
                    self.give_keys()
                    self.filling.setup_fill()
                    return
        self.give_keys()
        self.draw()

    def scroll(self, by: int) -> None:
        self.move(by)
