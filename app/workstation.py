"""The workstation: keys in, acts out, the panes kept true. What an act does is in `app.acts`; nothing is decided here."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import termios
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events

from app.bindings import Bindings
from app.keys import Act, Engine, Keymap, Nothing, Pending
from app.look import Face
from app.screens.desk import DeskScreen
from app.session import Session
from app.widgets.clocks_pane import ClocksPane
from app.widgets.key_hints import KeyHints
from app.widgets.ticket_list import TicketList
from app.widgets.views_pane import ViewsPane
from app.widgets.which_key import WhichKey
from app.words import _, ngettext, render_error
from store.errors import DeskError
from store.sql import outbox
from store.values import NEVER, SECOND

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.screen import Screen

    from app.acts import Acts
    from app.screens.composer import Composer
    from app.screens.setup import SetupPane
    from app.telling import Telling
    from app.terminals import Terminal
    from app.widgets.template_picker import TemplatePicker
    from app.wire import Wired
    from desk.query.hits import Marker
    from store.events import Event
    from store.sql.rows import Agent, View
    from themes.roles import Theme

POLL_S = 0.18
"""How often another session's commit is looked for; it shows within 250 ms."""
REST_S = 0.15
"""How long the cursor rests before the ticket beside it is read."""
BREATH_S = 3.0
"""How often at least it makes sure that there is still somebody at the other end of the line."""
COUNT_S = 0.5
"""Counts are read anew at most this often while much is happening."""


class Workstation(Face[int]):
    """`session` is what it shows, `place` where the keys go. Everything a person can do passes `perform`."""

    TITLE = "Deskhand"
    CSS_PATH = "screens/desk.tcss"

    def __init__(self, session: Session, bindings: Bindings, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self.session, self.bindings = session, bindings
        self.place = "list"
        self.engine = Engine(bindings.keymap("list"))
        self.there: dict[int, tuple[str, bool]] = {}
        self.view_id, self.view_query, self.query_text = "inbox", "", ""
        self.marker: Marker | None = None
        """Finds the words of the search that is shown."""
        self.composer: Composer | None = None
        self.picker: TemplatePicker | None = None
        self.last_act: tuple[str, str] | None = None
        self.settled = False
        """Whether the first frame is out."""
        self.toast = ""
        """What this person should be told just now, whatever they do."""
        self._status_at = 0
        self._acts: Acts | None = None
        self._telling: Telling | None = None
        self._terminal: Terminal | None = None
        self._title = ""
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._held: set[asyncio.Task[None]] = set()
        self._passing: set[asyncio.Task[None]] = set()

    # Beginning and end --------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        self.desk_screen = DeskScreen(self.session, self.bindings)
        self.open_view("inbox")
        self.desk_screen.list.tick(self.session.now)
        self.desk_screen.desk = self
        self.desk_screen.show_status(self.size.width)
        return self.desk_screen

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()

        def asked_to_go(*_signal: object) -> None:
            # Even while this thread waits for a terminal that takes nothing more.
            if doom := getattr(self._driver, "doom", None):
                doom()
            loop.call_soon_threadsafe(self.last_words)

        for name in (signal.SIGHUP, signal.SIGTERM):
            with suppress(ValueError):  # not the main thread
                signal.signal(name, asked_to_go)
        self.app_resume_signal.subscribe(self, self._came_back)
        self.show_hints()
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """What the first frame need not wait for."""
        self.settled = True
        self.engine.keymap = self.keys_here()
        self.there = self.session.there()
        self.desk_screen.show_views(self.view_id)
        self.soon("duty", 0.5, self.desk_screen.show_status)
        if found := self.session.since():
            from app.flowing import since_line

            self.desk_screen.since.say(since_line(found, self.session.reader()))
        self.rest()
        self.job(self.session.present(None, False))
        self.soon("poll", POLL_S, self._poll)
        self._tick()
        self.call_after_refresh(_collect_garbage)

    def _fatal_error(self) -> None:
        """Ours is a fault; its traceback goes to the terminal, but never the buyers' texts that stood in variables."""
        from rich.traceback import Traceback

        self.bell()
        self._exit_renderables.append(Traceback(show_locals=False, width=None))
        self._close_messages_no_wait()

    def get_driver_class(self) -> type[Driver]:
        """Ours, unless Textual was told of another."""
        if os.environ.get("TEXTUAL_DRIVER"):
            return super().get_driver_class()
        from app.tty import Tty

        return Tty

    def _came_back(self, _app: object) -> None:
        """After `fg` the terminal shows the shell's lines: all of ours again."""
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
        if self._title:
            from app.terminals import giving_title_back, guess

            self.send(giving_title_back(guess(os.environ)))

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

    def job(self, work: object) -> asyncio.Task[None]:
        """Runs a coroutine of this session; its errors become one line."""

        async def run() -> None:
            try:
                await work  # type: ignore[misc]
            except DeskError as error:
                self.fail(error)
            except Exception as exc:  # a fault of ours: end with its traceback rather than go on half done
                self._handle_exception(exc)
            self.show_hints()

        task = asyncio.get_running_loop().create_task(run())
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    def passing(self, work: object) -> asyncio.Task[None]:
        """The same for what nobody waits for once the session ends: a photo being opened."""
        task = self.job(work)
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        return task

    def drop_passing(self) -> None:
        """Ends what nobody waits for."""
        for task in self._passing:
            task.cancel()

    def hold(self, work: object) -> None:
        """The same for what the next key depends on, which is read once this is done: else `y` `y` would send twice."""
        task = self.job(work)
        self._held.add(task)
        task.add_done_callback(self._held.discard)

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
        self.desk_screen.views_pane.active = place == "views"
        self.desk_screen.clocks.active = place == "clocks"
        self.desk_screen.views_pane.refresh()
        self.desk_screen.clocks.refresh()
        self.show_hints()

    # The terminal -------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """A string for the terminal itself; without a real one nothing happens."""
        if text and self._driver is not None and not self.is_headless:
            self._driver.write(text)

    async def know_terminal(self) -> Terminal:
        """What the terminal can do; it is asked once."""
        if self._terminal is None:
            from app.asking_terminal import know

            self._terminal = await know(self._driver, os.environ)
        return self._terminal

    def copy_to_clipboard(self, text: str) -> None:
        """As Textual's own widgets ask for it."""
        self.copy(text)

    def copy(self, text: str) -> bool:
        """Sends a text to the clipboard of the terminal at the other end, past what is between; False where none would
        reach it. Whether it was taken nobody says."""
        from app.terminals import copying, guess

        self._clipboard = text
        string = copying(self._terminal or guess(os.environ), text)
        self.send(string)
        return bool(string)

    def entitle(self, text: str) -> None:
        """Names the window of the terminal; the name it had is given back at the end."""
        from app.terminals import KEEP_TITLE, title

        if text != self._title:
            self.send(title(text) if self._title else KEEP_TITLE + title(text))
            self._title = text

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
        if self.place in ("setup", "form", "field"):
            here = ""
        elif not self.desk_screen.reading and not listing.marks:
            here = self.query_text
        bottom.query_text(here)
        bottom.show(self.place, self.holds())

    def holds(self) -> Collection[str]:
        """The states of `app.actions.STATES` that hold now."""
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
        row = self.desk_screen.outbox.current
        if row and row.state == "held":
            found.add("outbox_held")
        if row and row.state in ("failed", "unknown"):
            found.add("outbox_stuck")
        if self.place == "ticket" or listing.chosen():
            found.add("order")
        if self._acts is not None and self._acts.setting_up is not None:
            found |= self._acts.setting_up.holds()
        return found

    # What is shown ------------------------------------------------------------------------------

    @property
    def filtered(self) -> bool:
        return self.query_text != self.view_query

    def open_view(self, view_id: str) -> None:
        """Shows a view from its top."""
        view = self.view(view_id)
        self.view_id, self.view_query = view.id, view.query
        self.show_query(view.query)

    def view(self, view_id: str) -> View:
        """Raises NotFound."""
        from app.session import MENTIONS
        from desk.inbox import view

        if view_id == MENTIONS.id:
            return MENTIONS
        return view(self.session.store.conn, view_id, self.session.agent.id)

    def show_query(self, text: str) -> None:
        """Shows another query. Raises Invalid, and then nothing changes."""
        self.look_for(text)
        self.settle_on(text)

    def look_for(self, text: str) -> None:
        """Loads what a query finds. Raises Invalid, and then nothing changes."""
        wanted = self.session.resolve(text)
        self.session.listing.show(wanted)
        self.desk_screen.list.top = 0
        self.marker = _marker(text) if wanted.compiled.words_expression or text != self.view_query else None

    def settle_on(self, text: str) -> None:
        """The list that is shown is that of this query from now on."""
        self.query_text = text
        if self.settled:
            self.desk_screen.show_views(self.view_id)
            self.refresh_list()

    def refresh_list(self) -> None:
        """Draws the list and what follows from its cursor anew."""
        self.desk_screen.list.tick(self.session.now)
        self.desk_screen.list.follow()
        self.desk_screen.list.refresh()
        self.rest()

    def rest(self) -> None:
        """The cursor moved: the ticket beside it is read once it rests."""
        self.soon("rest", REST_S, self.show_current)

    def show_current(self) -> None:
        line = self.session.listing.current
        if not self.desk_screen.reading:
            self.desk_screen.show_ticket(line.id if line else None)
        self.show_hints()

    # Time and others ----------------------------------------------------------------------------

    def soon(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        """Calls once, `seconds` from now; asked again before that, it waits anew."""
        if name in self._later:
            self._later[name].cancel()
        self._later[name] = asyncio.get_running_loop().call_later(seconds, call)

    def let_go(self) -> None:
        """Something was taken off the screen: what Textual keeps of it goes too, a moment later."""
        from app.upkeep import let_go

        self.soon("let go", 2.0, lambda: let_go(self))

    def not_now(self, name: str) -> None:
        """What `soon` was to call is not called."""
        if name in self._later:
            self._later.pop(name).cancel()

    def _poll(self) -> None:
        news = self.session.poll()
        if news.anything:
            self.take_in(news.tickets, everything=news.everything)
        if news.for_me:
            self.tell_me(news.for_me)
        self.soon("poll", POLL_S, self._poll)

    def tell_me(self, told: Sequence[tuple[Event, tuple[str, ...]]]) -> None:
        """Says what happened that this person wants to be told of, in the ways they chose."""
        if self._telling is None:
            from app.telling import Telling

            self._telling = Telling(self)
        self._telling.take(told)

    def looked_at(self, ticket_id: int) -> None:
        """A ticket was opened: nobody need be told of it any more."""
        if self._telling is not None:
            self._telling.looked_at(ticket_id)

    def take_in(self, ids: Collection[int], *, everything: bool = False) -> None:
        """Tickets changed, here or elsewhere: rows change in place, counts follow within half a second."""
        screen, listing = self.desk_screen, self.session.listing
        there = self.session.there()
        moved = [t for t in {*there, *self.there} if there.get(t) != self.there.get(t)]
        self.there = there
        touched = [line.id for line in listing.lines] if everything else [*ids, *moved]
        waiting = len(listing.arrivals)
        rows = (listing.index_of(ticket_id) for ticket_id in moved)
        screen.list.altered([*listing.changed(touched), *(row for row in rows if row is not None)])
        if listing.arrivals and not listing.lines:  # no row there that could move
            listing.reload()
            self.refresh_list()
        elif len(listing.arrivals) != waiting:
            screen.list.refresh()
        if everything or screen.ticket.ticket_id in (*ids, *moved):
            screen.show_ticket(screen.ticket.ticket_id, keep_place=True)
        if "counts" not in self._later or self._later["counts"].when() < asyncio.get_running_loop().time():
            self.soon("counts", COUNT_S if "counts" in self._later else 0.0, self._count)
        if self.composer is not None and self.composer.writing.ticket_id in ids:
            self.acts.writing.meanwhile()
        if screen.has_class("outbox"):
            self.acts.going.fill_outbox()
        if self.place == "setup" and self.acts.setting_up is not None:
            self.soon("setup news", COUNT_S, self.acts.setting_up.news)

    def _count(self) -> None:
        self.desk_screen.show_views(self.view_id)
        self.desk_screen.show_status()
        self.desk_screen.show_clocks()
        self.show_hints()

    def _tick(self) -> None:
        """Due cells and countdowns that read differently now; sleeps until the next one will."""
        now = self.session.now
        soonest = min(self.desk_screen.list.tick(now), self.desk_screen.show_clocks(), now + 60 * SECOND)
        held = outbox.of_agent_held(self.session.store.conn, self.session.agent.id, now)
        if held:
            left = -(-(held[-1].hold_until - now) // SECOND)
            leaving = _("#{id} leaves in {n} s … z takes it back").format(id=held[-1].ticket_id, n=left)
            self.desk_screen.bottom.countdown(leaving)
            soonest = min(soonest, now + SECOND)
        else:
            self.desk_screen.bottom.countdown("")
        if self.session.there() != self.there:  # somebody fell silent
            self.take_in(())
        if now >= self._status_at:
            self._status_at = now + 60 * SECOND
            self.desk_screen.show_status()
        if not _line_is_up():
            self.last_words()
            return
        at = self.desk_screen.ticket.ticket_id if self.desk_screen.reading else None
        self.job(self.session.present(at, self.composer is not None))
        wait = max(0.05, (min(soonest, NEVER) - now) / 1000 + 0.01)
        self.soon("tick", min(wait, BREATH_S), self._tick)

    # Mouse --------------------------------------------------------------------------------------

    def on_ticket_list_picked(self, event: TicketList.Picked) -> None:
        before = self.session.listing.cursor
        self.session.listing.cursor = event.index
        self.desk_screen.list.moved(before)
        self.rest()
        if event.opened:
            self.perform("item.open")

    def on_ticket_list_scrolled(self, event: TicketList.Scrolled) -> None:
        self.perform("move.down" if event.by > 0 else "move.up", abs(event.by))

    def on_views_pane_chosen(self, event: ViewsPane.Chosen) -> None:
        self.open_view(self.desk_screen.views_pane.views[event.index].view.id)

    def on_clocks_pane_chosen(self, event: ClocksPane.Chosen) -> None:
        self.acts.moving.open_ticket(event.ticket_id)

    def on_key_hints_pressed(self, event: KeyHints.Pressed) -> None:
        self.acts.begin_or_perform(event.id)

    def on_setup_pane_clicked(self, event: SetupPane.Clicked) -> None:
        if self.acts.setting_up is not None:
            self.acts.setting_up.click(event.x, event.y)

    def on_setup_pane_scrolled(self, event: SetupPane.Scrolled) -> None:
        if self.acts.setting_up is not None:
            self.acts.setting_up.scroll(event.by)

    def on_which_key_pressed(self, event: WhichKey.Pressed) -> None:
        result = self.engine.feed(event.key)
        if isinstance(result, Act):
            self.desk_screen.which.hide()
            self.perform(result.id, result.count)


def _marker(query: str) -> Marker | None:
    from desk.query.hits import marker

    return marker(query)


def _collect_garbage() -> None:
    """The start, which went without, is over: from here on only what is new is looked through."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _line_is_up() -> bool:
    """Whether there is still a terminal at the other end; without one the process must end, not spin."""
    try:
        termios.tcgetattr(0)
    except termios.error as exc:
        return bool(exc.args[0] != 5)  # EIO: hung up. Not a terminal at all (tests) is fine.
    return True


def run(wired: Wired, agent: Agent, *, theme: str | None = None) -> int:
    """Opens the workstation and returns when its person leaves: the exit status."""
    from app.bindings import load as load_bindings
    from app.look import choose, theme_folder
    from app.place import config_folder, zone_named
    from themes.loading import load as load_theme

    config = config_folder()
    look = load_theme(choose(theme, os.environ), theme_folder(config))
    session = Session(wired.store, agent, zone_named(agent.zone), wired.store.ids())
    app = Workstation(session, load_bindings(config / "keys.toml"), look)
    app.run()
    return app.return_code or 0
