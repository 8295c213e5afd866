"""The first hour in a terminal: one pane that draws itself, the forms of the set-up, and nothing made before the end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.screen import Screen

from app import words
from app.actions import split
from app.at_terminal import AtTerminal, line_is_up
from app.bindings import Bindings
from app.first import keeping
from app.first.acts import NOTHING, SHELL, StepActs
from app.first.course import Course
from app.first.drawing import SIDE_BY_SIDE, STEPS_WIDE
from app.first.keeping import Kept
from app.first.made import made_lines, write_service
from app.first.making import make
from app.first.review import plan
from app.first.screen import StepScreen
from app.first.steps import GO
from app.keys import Act, Engine, Nothing, Pending
from app.look import theme_folder
from app.setup.picks import Choice, Parts, Toggle, Week
from app.setup.rooms import Reading
from app.setup.state import ReportPage
from app.setup_filling import FillingActs
from app.widgets.key_hints import KeyHints
from app.words import _, render_error
from store.errors import DeskError

if TYPE_CHECKING:
    from store.connection import Connection
    from themes.roles import Theme

BREATH_S = 3.0
"""How often it makes sure that there is still somebody at the other end."""


class Wizard(AtTerminal[str]):
    """Ends with `OPEN`, `SHELL` or `NOTHING`. `state` is where one is; `keep` the file for what was filled in so far."""

    TITLE = "Deskhand"

    def __init__(self, desk: Path, keys: Bindings, keep: Path, now: int, theme: Theme | None = None, asked: str = "") -> None:
        """`asked` is the name of the theme that was asked for, "" for none."""
        super().__init__(theme)
        self.bindings, self.keep = keys, keep
        kept = keeping.kept(keep)
        # The steps read no desk: there is none yet.
        self.reading = Reading(cast("Connection", None), "", now, UTC)
        if kept and (language := kept.answers.get("place", {}).get("lang")) in words.LANGUAGES:
            words.use(language)
        self.state = Course(desk, self.reading, kept, asked)
        self.made: ReportPage | None = None
        self.place = "first"
        self.engine = Engine(keys.keymap("first"))
        self.filling = FillingActs(self)
        self.acts = StepActs(self)
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
        self.follow()
        self._steps.pane.show()
        self.hints()

    # Beginning and end ----------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        self._steps = StepScreen(self.bindings)
        return self._steps

    def on_mount(self) -> None:
        self.heed_signals()
        self.set_interval(BREATH_S, self._breathe)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.acts.into()
        self.follow()
        if self._again:
            self.say(_("You were here before: what you had filled in is back."), "done")

    def _breathe(self) -> None:
        if not line_is_up():
            self.last_words()

    def last_words(self) -> None:
        """The line dropped: what was filled in stays for the next time."""
        self.remember()
        self.exit(SHELL if self.made else NOTHING)

    def remember(self) -> None:
        if not self.made:
            form = self.state.root.form
            answers = {**self.state.answers, self.state.step.id: {k: v for k, v in form.rough().items() if k != GO}}
            keeping.keep(self.keep, Kept(answers, self.state.step.id))

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
        method: Any = getattr(self.acts, wanted, None) or getattr(self.filling, wanted, None)
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
        wide = self.size.width >= SIDE_BY_SIDE
        if self.made or self._busy:
            return
        if wide and x < STEPS_WIDE:
            self.acts.turn(self.state.to(y - 2))
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

    # Making ---------------------------------------------------------------------------------------------

    def make_desk(self) -> None:
        self._busy = True
        self.say(_("making the desk…"), "accent")
        self.run_worker(self._making(), exit_on_error=True)

    async def _making(self) -> None:
        """On a thread of its own: it takes a second, and the line must not seem dead."""
        self.remember()
        try:
            await asyncio.get_running_loop().run_in_executor(None, make, plan(self.state.answers))
        except DeskError as error:
            self.state.root.form.fail(error)
            self.say(render_error(error), "danger")
            return
        finally:
            self._busy = False
            self.draw()
        keeping.drop(self.keep)
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

    def follow(self) -> None:
        """Speaks the language and wears the colours that are chosen, as soon as they are."""
        raw = self.state.root.form.raw if self.state.step.id == "place" else self.state.answers["place"]
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
