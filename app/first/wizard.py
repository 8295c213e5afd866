"""The first hour in a terminal: one pane that draws itself, the forms of the set-up, and nothing made before the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import Screen

from app import words
from app.actions import split
from app.bindings import Bindings
from app.first import keeping
from app.first.course import Course
from app.first.drawing import draw
from app.first.keeping import Kept
from app.first.made import made_lines, write_service
from app.first.making import make
from app.first.review import plan
from app.first.steps import GO
from app.keys import Act, Engine, Nothing, Pending
from app.lines import Line
from app.look import Face, of, theme_folder
from app.screens.whole_lines import WholeLines
from app.setup.drawn import Drawn as Picture
from app.setup.fields import Choice, Parts, Toggle, Week
from app.setup.rooms import Reading
from app.setup.state import ReportPage
from app.setup_filling import FillingActs
from app.widgets.key_hints import KeyHints
from app.widgets.lines import Lines
from app.widgets.overlay import Overlay
from app.words import _, render_error
from app.wrap import wrap
from store.errors import DeskError

if TYPE_CHECKING:
    from textual.driver import Driver

    from store.connection import Connection
    from themes.roles import Theme

OPEN, SHELL, NOTHING = "open", "shell", ""
"""How it ends: the desk is made and to be opened, made, or not made."""
BREATH_S = 3.0
"""How often it makes sure that there is still somebody at the other end."""


class StepPane(Lines):
    """The steps and the form, as `drawing` has them."""

    def __init__(self) -> None:
        super().__init__(id="steps")
        self.drawn = Picture([])

    def style(self, role: str) -> Style:
        return of(self).style(role)

    def line(self, y: int) -> Line:
        return self.drawn.lines[y] if y < len(self.drawn.lines) else ()

    def show(self) -> None:
        """Draws it as it is now; only lines that read differently are sent."""
        before, wizard = self.drawn.lines, cast("Wizard", self.app)
        if not self.size.height:
            return
        self.drawn = draw(wizard.state, wizard.made, self.size.width, self.size.height)
        if len(before) != len(self.drawn.lines):
            self.refresh()
        else:
            self.repaint(y for y, (old, new) in enumerate(zip(before, self.drawn.lines, strict=True)) if old != new)
        if self.drawn.cursor is not None:
            self.app.cursor_position = Offset(self.drawn.cursor.x, self.region.y + self.drawn.cursor.y)

    def forget(self) -> None:
        """Colours changed: every line is drawn anew."""
        self.drawn = Picture([])
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        self.forget()

    def on_click(self, event: events.Click) -> None:
        cast("Wizard", self.app).clicked(event.x, event.y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        cast("Wizard", self.app).perform("move.down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        cast("Wizard", self.app).perform("move.up")


class StepScreen(Screen[None], inherit_bindings=False):
    AUTO_FOCUS = ""
    CSS = "StepScreen { layout: vertical; } #steps { height: 1fr; width: 100%; }"

    def __init__(self, keys: Bindings) -> None:
        super().__init__()
        self._compositor = WholeLines()
        self.pane, self.bottom, self.overlay = StepPane(), KeyHints(keys, "first"), Overlay()

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self.bottom
        yield self.overlay


class Wizard(Face[str]):
    """Ends with `OPEN`, `SHELL` or `NOTHING`. `state` is where one is; `keep` the file for what was filled in so far."""

    TITLE = "Deskhand"

    def __init__(self, desk: Path, keys: Bindings, keep: Path, now: int, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self.bindings, self._keep = keys, keep
        kept = keeping.kept(keep)
        # The steps read no desk: there is none yet.
        self.reading = Reading(cast("Connection", None), "", now, _utc())
        if kept and (language := kept.answers.get("place", {}).get("lang")) in words.LANGUAGES:
            words.use(language)
        self.state = Course(desk, self.reading, kept)
        self.made: ReportPage | None = None
        self.place = "first"
        self.engine = Engine(keys.keymap("first"))
        self.filling = FillingActs(self)
        self._busy = False
        self._again = kept is not None

    # What a form stands in (see `app.setup_filling.Host`) ---------------------------------------------

    @property
    def desk(self) -> Wizard:
        return self

    @property
    def form_width(self) -> int:
        return min(100, self.size.width)

    def give_keys(self) -> None:
        """Gives the keys to the line being typed into, or to the form."""
        page = self.state.form_page
        place = "field" if page is not None and page.edit is not None and not self.made else "first"
        if place != self.place:
            self.place = place
            self.engine = Engine(self.bindings.keymap(place))
        self.hints()

    def draw(self) -> None:
        self._follow()
        self._steps.pane.show()
        self.hints()

    # Beginning and end ----------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        self._steps = StepScreen(self.bindings)
        return self._steps

    def get_driver_class(self) -> type[Driver]:
        if os.environ.get("TEXTUAL_DRIVER"):
            return super().get_driver_class()
        from app.tty import Tty

        return Tty

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()

        def asked_to_go(*_signal: object) -> None:
            if doom := getattr(self._driver, "doom", None):
                doom()
            loop.call_soon_threadsafe(self.last_words)

        for name in (signal.SIGHUP, signal.SIGTERM):
            with suppress(ValueError):  # not the main thread
                signal.signal(name, asked_to_go)
        self.set_interval(BREATH_S, self._breathe)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._into()
        if self._again:
            self.say(_("You were here before: what you had filled in is back."), "done")

    def _breathe(self) -> None:
        from app.at_terminal import line_is_up

        if not line_is_up():
            self.last_words()

    def last_words(self) -> None:
        """The line dropped: what was filled in stays for the next time."""
        self._remember()
        self.exit(SHELL if self.made else NOTHING)

    def _remember(self) -> None:
        if not self.made:
            form = self.state.root.form
            answers = {**self.state.answers, self.state.step.id: {k: v for k, v in form.rough().items() if k != GO}}
            keeping.keep(self._keep, Kept(answers, self.state.step.id))

    # Keys -----------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded and self._pressed(event):
            return
        await super().on_event(event)

    def _pressed(self, event: events.Key) -> bool:
        if self.focused is not None or self._busy:
            return self._busy
        if self.place == "field" and self.filling.typed(event.key, event.character if event.is_printable else None):
            return True
        result = self.engine.feed(event.key)
        self._steps.bottom.pending(self.engine.pending)
        if isinstance(result, Act):
            self.perform(result.id, result.count)
        elif not isinstance(result, Pending):
            self.say(_("{keys} does nothing here; ? shows the keys").format(keys=result.typed), "muted")
        return True

    def _bound(self, key: str) -> bool:
        return not isinstance(Engine(self.engine.keymap).feed(key), Nothing)

    def on_paste(self, event: events.Paste) -> None:
        if self.place == "field":
            self.filling.pasted(event.text)

    def perform(self, action: str, count: int = 0) -> None:
        """Does an act of the registry. Errors become one line."""
        name, argument = split(action)
        wanted = name.replace(".", "_")
        method: Any = getattr(self, wanted, None) or getattr(self.filling, wanted, None)
        if method is None:
            return
        self.say("")
        try:
            method(*([argument] if argument else []), **({"count": count} if name.startswith("move.") else {}))
        except DeskError as error:
            self.say(render_error(error), "danger")
        self.hints()

    def on_key_hints_pressed(self, event: KeyHints.Pressed) -> None:
        self.perform(event.id)

    def clicked(self, x: int, y: int) -> None:
        """A click selects, a second one opens; a click on a step goes there."""
        from app.first.drawing import _STEPS_WIDE, SIDE_BY_SIDE

        wide = self.size.width >= SIDE_BY_SIDE
        if self.made or self._busy:
            return
        if wide and x < _STEPS_WIDE:
            self._turn(self.state.to(y - 2))
            return
        page = self.state.form_page
        spot = next((n for n, s in enumerate(page.spots) if page.seen.get(s) == y), None) if page else None
        if page is not None and spot is not None:
            twice = page.at == spot
            page.end()
            page.at = spot
            self.give_keys()
            if twice or page.spot[0] == GO:
                self.perform("setup.fill")
            self.draw()

    # Acts -----------------------------------------------------------------------------------------------

    def move_down(self, count: int = 0) -> None:
        self._move(count or 1)

    def move_up(self, count: int = 0) -> None:
        self._move(-(count or 1))

    def move_bottom(self, count: int = 0) -> None:
        self._move(10**6)

    def _move(self, by: int) -> None:
        if self.made:
            self.made.move(by)
        elif self.state.form_page is not None:
            self.state.form_page.move(by)
        self.draw()

    def setup_fill(self) -> None:
        page = self.state.form_page
        if self.made or (page is not None and page.spots and page.spot[0] == GO):
            self.first_next()
        else:
            self.filling.setup_fill()

    def setup_turn(self) -> None:
        page = self.state.form_page
        if page is not None and page.spots and isinstance(page.field, Toggle | Choice | Week) and not self.made:
            self.filling.turn(1)
        else:
            self.setup_fill()

    def setup_remove(self) -> None:
        self.state.drop()
        self.draw()

    def setup_save(self) -> None:
        self.first_next()

    def field_accept(self) -> None:
        """On to the next line, and into it where it waits for text."""
        self.filling.field_accept()
        self._into()

    def first_next(self) -> None:
        if self.made:
            self.exit(OPEN)
            return
        for page in self.state.pages:
            if hasattr(page, "end"):
                page.end()
        self._follow()
        if self.state.last:
            if self.state.settle() is not None:
                self._make()
            return
        self._turn(self.state.onward())

    def first_previous(self) -> None:
        if self.made:
            self.say(_("The desk is made; change it in the workstation: g S."), "muted")
        elif self.state.close_part():
            self.give_keys()
            self.draw()
        else:
            self._turn(self.state.back())

    def _turn(self, went: bool) -> None:
        """Another step, or word of why not."""
        if went:
            self._remember()
            self._into()
        elif self.state.root.form.problems:
            if self.state.root.typable:
                self.state.root.begin()
            self.give_keys()
            self.say(_("not yet: see the line marked ▲"), "danger")
            self.draw()

    def _into(self) -> None:
        """Typing begins where a line is empty and needs something."""
        page = self.state.form_page
        waits = page is not None and page.spots and page.typable and page.field.needed and not page.form.raw[page.spot[0]]
        if page is not None and waits and page.edit is None:
            page.begin()
        self.give_keys()
        self.draw()

    def first_leave(self) -> None:
        """Esc: back from a part of a form; else what is made and what is not, and the way out."""
        from app.widgets.confirm import Confirm

        if self.made:
            self.exit(SHELL)
            return
        if self.state.close_part():
            self.give_keys()
            self.draw()
            return
        keys = {way: self.bindings.shown(f"first.{way}", "first") for way in ("next", "previous")}
        said = [
            (_("Nothing is made yet: no desk, and nothing that runs."), "strong"),
            (_("What you fill in is kept for the next deskhand init, also when the line drops. It holds no secret."), "text"),
            (_("{next} goes to the next step, {previous} to the one before. The last step says it all once more, and only "
               "then the desk is made.").format(**keys), "text"),
        ]  # fmt: skip
        lines = [((part, role),) for text, role in said for part in wrap(text, self.size.width - 3)]
        sheet = Confirm(lines, (("l", _("leave, keep it")), ("d", _("leave, drop it"))))

        def decided(key: str | None) -> None:
            if key == "l":
                self.last_words()
            elif key == "d":
                keeping.drop(self._keep)
                self.exit(NOTHING)

        sheet.lay(self.screen, decided)

    app_quit = first_leave

    def app_theme(self, name: str = "") -> None:
        self.state.root.to("theme")
        self.draw()

    def app_help(self) -> None:
        from app.widgets.help import Help

        Help(self.place, self.bindings).lay(self.screen)

    def app_menu(self) -> None:
        from app.widgets.menu import Menu

        Menu(self.engine.keymap, self.holds(), self.bindings).lay(self.screen, lambda act: self.perform(act or ""))

    def app_palette(self) -> None:
        from app.widgets.palette import Palette, acts

        entries = [e for e in acts("first", self.holds(), self.bindings) if e.id != "app.theme"]
        Palette(entries).lay(self.screen, lambda act: self.perform(act or ""))

    # Making ---------------------------------------------------------------------------------------------

    def _make(self) -> None:
        self._busy = True
        self.say(_("making the desk…"), "accent")
        self.run_worker(self._making(), exit_on_error=True)

    async def _making(self) -> None:
        """On a thread of its own: it takes a second, and the line must not seem dead."""
        self._remember()
        try:
            await asyncio.get_running_loop().run_in_executor(None, make, plan(self.state.answers))
        except DeskError as error:
            self.state.root.form.fail(error)
            self.say(render_error(error), "danger")
            return
        finally:
            self._busy = False
            self.draw()
        keeping.drop(self._keep)
        written, fault = write_service(self.state.answers)
        self.made = ReportPage(_("The desk is made"))
        self.made.running = False
        self.made.lines = made_lines(self.state.answers, written, fault, min(100, self.size.width - 2))
        self.say("")
        self.give_keys()
        self._steps.pane.forget()

    # What is shown -----------------------------------------------------------------------------------------

    def say(self, text: str, role: str = "text") -> None:
        self._steps.bottom.say(text, role)

    def hints(self) -> None:
        self._steps.bottom.show(self.place, self.holds())

    def holds(self) -> set[str]:
        """The states of the registry that hold here now."""
        page, found = self.state.form_page, set[str]()
        if self.made:
            return found
        found |= {"first_next", "first_back"} if self.state.at else {"first_next"}
        if page is None or not page.spots:
            return found
        field = page.field
        if not field.fixed:
            found.add("setup_field")
        if isinstance(field, Toggle | Choice | Week):
            found.add("setup_toggle")
        if isinstance(field, Parts) and page.spot[1] < len(page.form.parts(field.key)):
            found.add("setup_remove")
        return found

    def _follow(self) -> None:
        """Speaks the language and wears the colours that are chosen, as soon as they are."""
        if self.state.step.id != "place":
            return
        raw = self.state.root.form.raw
        if raw["lang"] != words.language() and raw["lang"] in words.LANGUAGES:
            words.use(str(raw["lang"]))
            self.state.anew()
        if raw["theme"] != self.look.theme.name:
            from app.place import config_folder
            from themes.loading import load

            with suppress(DeskError):
                self.wear(load(str(raw["theme"]), theme_folder(config_folder())))
                self._steps.pane.forget()
                self.refresh(layout=True)


def _utc() -> Any:
    from datetime import UTC

    return UTC


def first_acts(answers: keeping.Answers) -> Iterable[str]:
    """What the workstation begins with."""
    return ("go.setup:channels", "setup.new") if answers["channel"]["when"] == "now" else ()
