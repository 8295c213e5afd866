"""The workstation: keys in, acts out. What an act does is in `app.acts`; nothing is decided here."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events

from app.act import RECORDS
from app.bindings import Bindings
from app.keys import Act, Engine, Keymap, Nothing, Pending
from app.pointing import Pointing
from app.screens.desk import DeskScreen
from app.session import Session
from app.words import _, ngettext, render_error
from store.errors import DeskError

if TYPE_CHECKING:
    from textual.screen import Screen

    from app.acts import Acts
    from app.screens.composer import Composer
    from app.screens.verifying import Verifying
    from app.widgets.template_picker import TemplatePicker
    from themes.roles import Theme

AHEAD_S = 0.4
"""How long after the first frame what the next keys need is loaded."""


class Workstation(Pointing):
    """`session` is what it shows, `place` where the keys go. Everything a person can do passes `perform`."""

    TITLE = "Deskhand"
    CSS_PATH = "screens/desk.tcss"

    def __init__(self, session: Session, bindings: Bindings, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self.session, self.bindings = session, bindings
        self.place = "list"
        self.engine = Engine(bindings.keymap("list"))
        self.composer: Composer | None = None
        self.picker: TemplatePicker | None = None
        self.last_act: tuple[str, str] | None = None
        self.begin: tuple[str, ...] = ()
        """Acts to do once the first frame is out."""
        self._acts: Acts | None = None
        self.verifying: Verifying | None = None

    # Beginning and end --------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        self.desk_screen = DeskScreen(self.session, self.bindings)
        self.open_view("inbox")
        self.desk_screen.list.tick(self.session.now)
        self.desk_screen.desk = self
        self.desk_screen.show_status(self.size.width)
        return self.desk_screen

    def on_mount(self) -> None:
        self.heed_signals()
        self.app_resume_signal.subscribe(self, self._came_back)
        self.show_hints()
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """What the first frame need not wait for."""
        self.settled = True
        self.engine.keymap = self.keys_here()
        self.desk_screen.show_views(self.view_id)
        self.soon("duty", 0.5, self.desk_screen.show_status)
        if found := self.session.since():
            from app.flowing import since_line

            self.desk_screen.since.say(since_line(found, self.session.reader()))
        self.rest()
        self.job(self.session.present(None, False))
        self.begin_following()
        self.call_after_refresh(_collect_garbage)
        self.soon("load ahead", AHEAD_S, self.load_ahead)
        for action in self.begin:
            self.call_after_refresh(self.perform, action)

    def _fatal_error(self) -> None:
        """Ours is a fault; its traceback goes to the terminal, but never the buyers' texts that stood in variables."""
        from rich.traceback import Traceback

        self.bell()
        self._exit_renderables.append(Traceback(show_locals=False, width=None))
        self._close_messages_no_wait()

    def _came_back(self, _app: object) -> None:
        """After `fg` the terminal shows the shell's lines."""
        self.redraw()

    def redraw(self) -> None:
        """Everything again, whatever the terminal shows."""
        self.desk_screen.lines.forget()
        self.refresh(layout=True)

    def last_words(self) -> None:
        """The line dropped or the machine asks us to go: the draft goes to disk first, and nothing may hold us up."""
        if doom := getattr(self._driver, "doom", None):
            doom()
        try:
            if self.composer is not None:
                self.acts.save_draft_now()
        finally:
            self.drop_passing()
            self.exit(0)

    async def on_unmount(self) -> None:
        for handle in self._later.values():
            handle.cancel()
        self.drop_passing()
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=5)
        if self._acts is not None and self._acts.setting_up is not None:
            self._acts.setting_up.trying.close()
        self.session.leave()
        self.untitle()

    @property
    def acts(self) -> Acts:
        if self._acts is None:
            from app.acts import Acts

            self._acts = Acts(self)
        return self._acts

    # Keys ---------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._held:
                await asyncio.wait(self._held)
            if self._typing and not self._is_text(event):
                await self._typed_out()
            if self._pressed(event):
                return
        await super().on_event(event)

    @property
    def _typing(self) -> bool:
        """Whether the text area of the composer has the keys."""
        return self.composer is not None and self.place == "composer" and self.focused is self.composer.area

    def _is_text(self, event: events.Key) -> bool:
        """Whether a key goes on to the text instead of being an act."""
        return event.is_printable or event.key == "enter" or not self._bound(event.key)

    async def _typed_out(self) -> None:
        """The text area takes keys at its own pace: an act on the text waits for the letters typed before it."""
        assert self.composer is not None
        done = asyncio.Event()
        self.composer.area.call_later(done.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), 2)

    def _pressed(self, event: events.Key) -> bool:
        """Whether the key was ours; what one types into a text goes on to it."""
        if self.focused is not None and (self.composer is None or self.focused is not self.composer.area):
            return False  # a prompt has the keys
        typing = self._typing
        early = "\n" if event.key == "enter" else event.character if event.is_printable else None
        if self.place == "composer" and self.composer is not None and not typing and early:
            self.composer.early += early  # the text area is about to be there
            self.soon("draft", 1.0, self.acts.save_draft)
            return True
        if typing and self._is_text(event):
            self.soon("draft", 1.0, self.acts.save_draft)
            return False
        if self.place == "templates" and self.picker is not None:
            if event.is_printable and event.character:
                self.picker.type(event.character)
                return True
            if event.key in ("backspace", "up", "down"):
                self.picker.type("") if event.key == "backspace" else self.picker.move(1 if event.key == "down" else -1)
                return True
        setting_up = self.acts.setting_up if self.place == "field" else None
        if setting_up and setting_up.filling.typed(event.key, event.character if event.is_printable else None):
            return True
        result = self.engine.feed(event.key)
        self.desk_screen.bottom.pending(self.engine.pending)
        if isinstance(result, Act):
            self.desk_screen.which.hide()
            self.perform(result.id, result.count)
        elif isinstance(result, Pending):
            self.desk_screen.which.wait(result)
        else:
            self.desk_screen.which.hide()
            if len(result.typed) > 1:
                self.say(_("{keys} does nothing here; ? shows the keys").format(keys=result.typed), "muted")
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Nobody else took it: it goes to the field that is being filled in."""
        if self.place == "field" and self.acts.setting_up is not None:
            self.acts.setting_up.filling.pasted(event.text)

    def _bound(self, key: str) -> bool:
        probe = Engine(self.engine.keymap)
        return not isinstance(probe.feed(key), Nothing)

    def perform(self, action: str, count: int = 0) -> None:
        """Does an act. Errors become one line; nothing else is lost."""
        self.say("")
        try:
            self.acts.perform(action, count)
        except DeskError as error:
            self.fail(error)
        self.show_hints()

    def keys_here(self) -> Keymap:
        """The keys of the place, the names of team and groups among them."""
        team = [(f"ticket.assign:{ident}", name) for ident, name in self.session.team()]
        return self.bindings.keymap(self.place).with_choices("ticket.assign", team)

    def go_to(self, place: str) -> None:
        """Sends the keys to another place; a prefix that leads on there as well stays."""
        self.place = place
        self.engine.keymap = self.keys_here()
        waiting = self.engine.waiting
        if waiting is None:
            self.desk_screen.which.hide()
        else:
            self.desk_screen.which.wait(waiting)
        self.desk_screen.bottom.pending(self.engine.pending)
        self.desk_screen.set_class(place in ("setup", "form", "field"), "setup")
        self.desk_screen.set_class(place in RECORDS, "page")
        self.desk_screen.views_pane.active = place == "views"
        self.desk_screen.clocks.active = place == "clocks"
        self.desk_screen.views_pane.refresh()
        self.desk_screen.clocks.refresh()
        self.show_hints()

    # Saying -------------------------------------------------------------------------------------

    def say(self, text: str, role: str = "text") -> None:
        """One line about what just happened."""
        self.desk_screen.bottom.say(text, role)

    def fail(self, error: DeskError) -> None:
        if self.composer is not None:
            self.composer.object_to(render_error(error))
        else:
            self.say(render_error(error), "danger")

    def show_hints(self) -> None:
        bottom = self.desk_screen.bottom
        listing = self.session.listing
        here = f"#{self.desk_screen.ticket.ticket_id}  {listing.cursor + 1}/{len(listing.lines)}{'' if listing.last else '+'}"
        if listing.marks and not self.desk_screen.reading:
            here = ngettext("{count} marked", "{count} marked", len(listing.marks)).format(count=len(listing.marks))
        if self.place in ("setup", "form", "field", "outbox", *RECORDS):
            here = ""
        elif not self.desk_screen.reading and not listing.marks:
            here = self.query_text
        bottom.query_text(here)
        bottom.show(self.place, self.holds())

    def holds(self) -> Collection[str]:
        """The states of `app.act.STATES` that hold now."""
        listing = self.session.listing
        found = {"undo", "redo"}
        if listing.chosen():
            found.add("ticket")
        if listing.marks:
            found.add("marks")
        if self.filtered:
            found |= {"filtered", "searched"}
        if listing.arrivals:
            found.add("arrivals")
        if self.last_act:
            found.add("repeat")
        if self.composer is not None and self.composer.writing.kind == "reply":
            found |= {"replying", "leaving"}
        elif self.composer is not None and self.composer.writing.kind == "aside":
            found |= {"aside", "leaving"}
        elif self.composer is not None and self.composer.writing.about:
            found.add("replying" if self.composer.writing.sort == "review" else "leaving")
        row = self.desk_screen.outbox.current
        if row and row.state == "held":
            found.add("outbox_held")
        if row and row.state in ("failed", "unknown"):
            found.add("outbox_stuck")
        if self.place == "ticket" or listing.chosen():
            found.add("order")
        if self._acts is not None and self._acts.setting_up is not None:
            found |= self._acts.setting_up.holds()
        if self._acts is not None:
            found |= self._acts.paging.holds()
        return found


def _collect_garbage() -> None:
    """The start, which went without, is over: from here on only what is new is looked through."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
