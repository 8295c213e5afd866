"""Looking before and behind: trying a rule, policy or template out, and the versions of what was saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from app.aside import Aside
from app.lines import Line
from app.setup.drawn import text_lines
from app.setup.form import Form
from app.setup.rooms import Questions, Room, Trial
from app.setup.state import PAGE, RECORDS, FormPage, HistoryPage, ReportPage
from app.words import _, render_error
from store.errors import N_, DeskError, Refused

if TYPE_CHECKING:
    from app.setting_up import SettingUp

_T = TypeVar("_T")
_WATCH_S = 0.5
"""How often it is looked how far something has come."""


class TryingActs:
    """Methods named after acts, as in `app.acts`. Tests run on a thread of their own."""

    def __init__(self, room: SettingUp) -> None:
        self.room, self.desk, self.session, self.state = room, room.desk, room.session, room.state
        self._outside = Aside()
        self._tests = ThreadPoolExecutor(1, thread_name_prefix="trial")

    def close(self) -> None:
        """The person leaves the program."""
        self.stop()
        self._tests.shutdown(wait=True)

    def setup_history(self) -> None:
        state, ident = self.state, self._subject()
        if "history" not in state.room.can:
            raise Refused(N_("No versions are kept of this."))
        found = list(state.room.history(self.session.store.conn, ident))
        if state.form_page is None or state.form_page.ident != ident:
            state.show(ident, self.room.reading)
        state.pages.append(HistoryPage(state.room, ident, self.room.title_of(ident), found))
        state.column = PAGE
        self.room.give_keys()
        self.room.draw()

    def _subject(self) -> str:
        """The record that is meant: that of the form, else the one under the cursor. Raises Refused without one."""
        state = self.state
        if state.column == PAGE and state.root is not None and state.root.ident:
            return state.root.ident
        if state.column == RECORDS and state.current is not None:
            return state.current.id
        raise Refused(N_("Save it first."), next=N_("^s saves."))

    def setup_restore(self) -> None:
        page, room = self.state.page, self.state.room
        if not isinstance(page, HistoryPage) or page.current is None or self.room.unsaved():
            return
        version = page.current
        values = room.versioned(version, page.ident)
        ident = page.ident
        before = room.values(self.room.reading, ident)

        async def restore() -> None:
            await self.session.act(lambda unit: room.save(unit, ident, values))
            self.room.keeping.remember(room, lambda unit: room.save(unit, ident, before))
            self.state.show(ident, self.room.reading)
            self.room.give_keys()
            self.room.keeping.after(_("version {number} is in force again").format(number=version.number), ident)
            await self.room.keeping.follow_up(room)

        self.desk.hold(restore())

    def setup_test(self) -> None:
        state = self.state
        if isinstance(state.page, FormPage) and not state.page.asks:
            return  # it is open already
        root = state.root
        in_form = state.column == PAGE and root is not None
        ident = root.ident if in_form and root is not None else self._subject()
        if not in_form:
            state.show(ident, self.room.reading)
            root = state.root
        assert root is not None
        other = state.room.simulator()
        if other is not None:
            desk = self.room.reading
            values = {**other.values(desk, ""), **_shared(root.form, other)}
            state.pages.append(FormPage(other, "", Form(other.fields(desk, ""), values), _(other.label), asks=False))
            self._show()
        else:
            self._begin(root, ident, "")

    def try_before(self, ident: str) -> None:
        """Tests a record whose next state is on; when that is over, the same key puts it in force."""
        self.state.show(ident, self.room.reading)
        root = self.state.root
        assert root is not None
        self._begin(root, ident, ident)

    def _begin(self, root: FormPage, ident: str, enables: str) -> None:
        values = root.form.take()
        if values is None:
            self.room.keeping.show_problem(root)
            return
        name = self.room.title_of(ident) or _("the new one")
        report = ReportPage(_("Trial of {name}").format(name=name), enables)
        self.state.pages.append(report)
        self.desk.job(self._test(report, self.state.room, ident, values))
        self._show()

    async def aside(self, work: Callable[[], _T]) -> _T:
        """Something that may wait for somebody outside; the program's end does not wait for it."""
        return await self._outside.do(work)

    def prove(self, root: FormPage, values: dict[str, object]) -> None:
        """Tries a form before it is saved; saves it where it holds."""
        report = ReportPage(_("Trial of {name}").format(name=root.title or _("the new one")), proves=True)
        self.state.pages = [*self.state.pages[: self.state.pages.index(root) + 1], report]
        self.desk.job(self._prove(report, root, values))
        self._show()

    async def _prove(self, report: ReportPage, root: FormPage, values: dict[str, object]) -> None:
        here, store, width, room = self.room.reading, self.session.store, self.room.form_width, self.state.room
        picture, good = root.form.picture(), False
        trial = Trial(store, lambda _done, _all: None, lambda: report.stopped)

        def run() -> tuple[bool, Sequence[Line]]:
            return room.prove(here._replace(conn=store.conn), root.ident, values, width, trial)

        try:
            good, report.lines = await self.aside(run)
        except DeskError as error:
            report.lines = text_lines([render_error(error)], width, "danger")
            root.form.fail(error)
        finally:
            report.running = False
        stays = report in self.state.pages and root.form.picture() == picture and not report.stopped
        if good and stays:
            self.state.pages.remove(report)
            self.room.keeping.save(root, values)
        elif stays:
            self.room.keeping.unproven = picture
        self.room.draw()

    def watch(self, ident: str) -> None:
        """What goes on with a record that was just made, until it is over or the person leaves."""
        room = self.state.room
        found = room.watched(self.room.reading, ident, self.room.form_width)
        if found is None:
            return
        if not self.session.syncing():
            from app.starting_sync import begin_sync

            begin_sync(self.session.store.folder)
        report = ReportPage(self.room.title_of(ident), watches=ident)
        self.state.pages.append(report)
        self._look(report, room)
        self._show()

    def _look(self, report: ReportPage, room: Room) -> None:
        found = room.watched(self.room.reading, report.watches, self.room.form_width)
        if found is None or report not in self.state.pages:
            return
        report.running, report.lines = found
        if self.desk.place in ("setup", "form"):
            self.room.draw()
        if report.running:
            self.desk.soon("watch", _WATCH_S, lambda: self._look(report, room))

    def _show(self) -> None:
        self.state.column = PAGE
        self.room.give_keys()
        self.room.draw()

    async def _test(self, report: ReportPage, room: Room, ident: str, values: dict[str, object]) -> None:
        loop = asyncio.get_running_loop()
        here, store, width = self.room.reading, self.session.store, self.room.form_width

        def progress(done: int, everything: int) -> None:
            report.done, report.all = done, everything
            loop.call_soon_threadsafe(self._progress)

        def run() -> Sequence[Line]:
            mine = here._replace(conn=store.conn)  # this thread's own
            return room.test(mine, ident, values, width, Trial(store, progress, lambda: report.stopped))

        try:
            report.lines = await (self.aside(run) if room.outside else loop.run_in_executor(self._tests, run))
        except DeskError as error:
            report.lines = [((f" {render_error(error)}", "danger"),)]
        finally:
            report.running = False
        self.room.draw()

    def _progress(self) -> None:
        if isinstance(self.state.page, ReportPage):
            self.desk.soon("trial", 0.1, self.room.draw)

    def stop(self) -> None:
        """The person has seen enough of a test."""
        for page in self.state.pages:
            if isinstance(page, ReportPage):
                page.stopped = page.stopped or page.running


def _shared(form: Form, other: Questions) -> dict[str, object]:
    """What a simulator can take over from the form it was called from."""
    return {key: value for key, value in form.rough().items() if key in other.takes and value}
