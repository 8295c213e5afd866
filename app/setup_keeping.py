"""What changes the set-up itself: adding, removing, switching, ordering, saving, and taking each of these back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.setup.picks import Parts
from app.setup.rooms import STATES, Reading, Record, Room
from app.setup.state import PAGE, RECORDS, FormPage, ReportPage
from app.words import _
from store.errors import N_, Conflict, DeskError, Refused
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from app.setting_up import SettingUp

Verb = Callable[[UnitOfWork], object]


class KeepingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, room: SettingUp) -> None:
        self.room, self.desk, self.session, self.state = room, room.desk, room.session, room.state
        self._back: list[tuple[Room, Verb]] = []
        """What `z` does next, and in which room."""
        self._dropped: tuple[int, FormPage] | None = None
        """The form that was left without saving it, and its room."""
        self.unproven: object = None
        """What a form held when it did not stand its trial; saved all the same when it is saved once more."""
        self._overwrite = False
        """Whether the person saw that somebody changed the record meanwhile."""

    def setup_new(self) -> None:
        state = self.state
        page = state.form_page
        if state.column == PAGE and page is not None and isinstance(page.field, Parts):
            key, at = page.spot
            at = min(at + 1, len(page.form.parts(key)))
            page.form.add_part(key, at)
            page.at = next(n for n, spot in enumerate(page.spots) if spot == (key, at))
            state.open_part(at)
        elif "new" not in state.room.can:
            raise Refused(N_("Nothing can be added here."))
        elif self.room.unsaved():
            return
        else:
            self.desk.not_now("setup")
            state.show("", self.room.reading)
            state.column = PAGE
        self.room.filling.begin_new()
        self.room.give_keys()
        self.room.draw()

    def setup_remove(self) -> None:
        state, page = self.state, self.state.form_page
        if state.column == PAGE:
            if page is not None and isinstance(page.field, Parts):
                key, at = page.spot
                if at < len(page.form.parts(key)):
                    page.form.drop_part(key, at)
                    self.desk.say(_("taken out · z brings it back"), "muted")
            self.room.draw()
            return
        record, room = state.current, state.room
        if record is None or "remove" not in room.can or self.room.unsaved():
            return
        before = room.values(self.room.reading, record.id)
        up = state.all.index(record) - (len(state.all) - 1)

        def bring_back(unit: UnitOfWork) -> None:
            room.restore(unit, record.id, before)
            if up and "move" in room.can:  # what is added comes last
                room.move(unit, record.id, up)

        said = _("{item} removed").format(item=record.title)
        self.desk.hold(self._do(lambda unit: room.remove(unit, record.id), said, bring_back))

    def setup_turn(self) -> None:
        """Space: the next choice in a form; in a list the next state, after a trial where it would be in force."""
        state, record, room, page = self.state, self.state.current, self.state.room, self.state.page
        if isinstance(page, ReportPage) and page.enables and not page.running:
            enabled = next((r for r in state.all if r.id == page.enables), None)
            state.close_page()
            if enabled is not None:
                self._turn(room, enabled, "on")
        elif state.column == PAGE:
            self.room.filling.turn(1)
        elif state.column == RECORDS and record is not None and "toggle" in room.can and not self.room.unsaved():
            wanted = room.turned(record.state)
            if wanted != "off" and room.tries_first and not self._complete(record):
                return
            if wanted == "on" and room.tries_first:
                self.room.trying.try_before(record.id)
            else:
                self._turn(room, record, wanted)

    def _complete(self, record: Record) -> bool:
        """Whether a record's form holds all it needs; else the form opens where it lacks something."""
        self.state.show(record.id, self.room.reading)
        root = self.state.root
        if root is None or root.form.take() is not None:
            return True
        self.show_problem(root)
        return False

    def _turn(self, room: Room, record: Record, wanted: str) -> None:
        word = _(STATES[wanted][2]) if wanted in STATES else wanted
        self.desk.hold(self._do(
            lambda unit: room.put_state(unit, record.id, wanted),
            _("{item}: {state}").format(item=record.title, state=word),
            lambda unit: room.put_state(unit, record.id, record.state),
        ))  # fmt: skip

    def setup_move_down(self) -> None:
        self._order(1)

    def setup_move_up(self) -> None:
        self._order(-1)

    def _order(self, by: int) -> None:
        state, page, record, room = self.state, self.state.form_page, self.state.current, self.state.room
        if state.column == PAGE:
            if page is not None and isinstance(page.field, Parts):
                key, at = page.spot
                if at < len(page.form.parts(key)):
                    to = page.form.move_part(key, at, by)
                    page.move(to - at)
            self.room.draw()
        elif record is not None and "move" in room.can and not self.room.unsaved():
            self.desk.hold(self._do(
                lambda unit: room.move(unit, record.id, by), "", lambda unit: room.move(unit, record.id, -by)
            ))  # fmt: skip

    async def _do(self, verb: Verb, said: str, back: Verb) -> None:
        room = self.state.room
        await self.session.act(verb)
        self.desk.acts.beginning.taking_up.news()
        self._back.append((room, back))
        self.after(said)
        await self.follow_up(room)

    def after(self, said: str, keep: str = "") -> None:
        """The list anew, and a word about what happened."""
        self.state.reload(self.room.reading, keep)
        if self.state.column == RECORDS:
            self.room.rest()
        if said:
            self.desk.say(said + _(" · z undoes it"), "done")
        self.room.draw()

    async def follow_up(self, room: Room) -> None:
        """What a change brings along, in transactions of a bounded size."""
        while await self.session.act(room.follow_up):
            await asyncio.sleep(0)


    def setup_save(self) -> None:
        root = self.state.root
        if root is None:
            return
        for page in reversed(self.state.pages):
            if isinstance(page, FormPage):
                page.end()
                if page.closed is not None:
                    page.closed()
        if not root.form.dirty and root.ident:
            self.room.give_keys()
            self.desk.say(_("nothing to save: it is so already"), "muted")
            return
        values = root.form.take()
        if values is None:
            self.show_problem(root)
            return
        self.room.give_keys()
        if isinstance(self.state.page, ReportPage) and self.state.page.running:
            return
        if self.unproven != root.form.picture() and self.state.room.tries(root.ident, root.found, values):
            self.room.trying.prove(root, values)
            return
        self.save(root, values)

    def save(self, root: FormPage, values: dict[str, object]) -> None:
        """Saves a form that is as it should be."""
        self.unproven = None
        self.desk.hold(self._save(root, values))

    def show_problem(self, root: FormPage) -> None:
        """To the first line that is wrong; into the part it stands in."""
        page = self.state.form_page
        if page is None or not page.form.problems:
            self.state.pages = self.state.pages[: self.state.pages.index(root) + 1]
            page = root
        page.to_problem()
        if page.typable:
            page.begin()
        self.state.column = PAGE
        self.room.give_keys()
        self.desk.say(_("not yet: see the line marked ▲"), "danger")
        self.room.draw()

    async def _save(self, root: FormPage, values: dict[str, object]) -> None:
        room, ident, overwrite = self.state.room, root.ident, self._overwrite
        self._overwrite = False

        def save(unit: UnitOfWork) -> str:
            if ident and not overwrite:
                here = Reading(unit.conn, self.session.agent.id, unit.now, self.session.zone)
                if room.values(here, ident) != root.found:
                    raise Conflict(N_("Somebody changed {item} meanwhile."), item=root.title or ident,
                                   next=N_("h shows what; ^s once more saves yours over it."))  # fmt: skip
            return room.save(unit, ident, values)

        try:
            values = dict(await self.room.trying.aside(lambda: room.keep_apart(self.session.store, ident, values)))
            saved = await self.session.act(save)
        except DeskError as error:
            self._overwrite = isinstance(error, Conflict) and bool(ident)
            root.form.fail(error)
            self.state.pages = self.state.pages[: self.state.pages.index(root) + 1] if root in self.state.pages else []
            root.to_problem()
            self.room.draw()
            self.desk.say(_("not saved; what you wrote is still here"), "danger")
            return
        self.desk.acts.beginning.taking_up.news()
        before = dict(root.found)
        self._back.append((
            room,
            (lambda unit: room.save(unit, saved, before)) if ident else (lambda unit: room.remove(unit, saved)),
        ))  # fmt: skip
        at, key = root.at, root.spot[0] if root.spots else ""
        self.state.reload(self.room.reading, saved)
        self.state.show(saved, self.room.reading)
        if (page := self.state.form_page) is not None:
            page.at = at
            page.to(key)
        self.room.give_keys()
        self.after(_("{item} saved").format(item=self.room.title_of(saved)), saved)
        await self.follow_up(room)
        if not ident:
            self.room.trying.watch(saved)

    def drop(self) -> None:
        """The form is left without saving it; `z` brings it back."""
        if self.state.root is not None:
            self._dropped = (self.state.room_at, self.state.root)

    def remember(self, room: Room, back: Verb) -> None:
        """What `z` does next."""
        self._back.append((room, back))

    def edit_undo(self) -> None:
        """A form dropped just now comes back; else the last change in the form; else the last thing saved here."""
        state, page = self.state, self.state.form_page
        if state.column == PAGE and page is not None and page.form.changed:
            key = page.form.back()
            page.to(key)
            self.room.draw()
        elif self._dropped is not None and not state.dirty:
            (room_at, form), self._dropped = self._dropped, None
            if room_at != state.room_at:
                state.choose_room(room_at, self.room.reading)
            state.pages, state.column = [form], PAGE
            self.room.give_keys()
            self.room.draw()
        elif self._back and not self.room.unsaved():
            self.desk.hold(self._undo(*self._back.pop()))
        elif not state.dirty:
            self.desk.say(_("nothing was changed here that could be undone"), "muted")

    async def _undo(self, room: Room, back: Verb) -> None:
        await self.session.act(back)
        self.desk.acts.beginning.taking_up.news()
        if self.state.room.id == room.id:
            self.state.pages = []
            self.state.column = RECORDS
            self.state.reload(self.room.reading)
            self.room.rest()
        self.room.give_keys()
        self.desk.say(_("taken back"), "done")
        self.room.draw()
        await self.follow_up(room)

    def edit_redo(self) -> None:
        self.desk.say(_("the history (h) brings other versions back"), "muted")

