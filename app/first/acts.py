"""Acts of the first hour: among the lines of a form, from step to step, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.first import keeping
from app.first.steps import GO
from app.setup.picks import Choice, Toggle, Week
from app.words import _
from app.wrap import wrap

if TYPE_CHECKING:
    from app.first.wizard import Wizard

OPEN, SHELL, NOTHING = "open", "shell", ""
"""How it ends: the desk is made and to be opened, made, or not made."""


class StepActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, app: Wizard) -> None:
        self.app, self.state = app, app.state

    def move_down(self, count: int = 0) -> None:
        self._move(count or 1)

    def move_up(self, count: int = 0) -> None:
        self._move(-(count or 1))

    def move_bottom(self, count: int = 0) -> None:
        self._move(10**6)

    def _move(self, by: int) -> None:
        if self.app.made:
            self.app.made.move(by)
        elif self.state.form_page is not None:
            self.state.form_page.move(by)
        self.app.draw()

    def setup_fill(self) -> None:
        page = self.state.form_page
        if self.app.made or (page is not None and page.spots and page.spot[0] == GO):
            self.first_next()
        else:
            self.app.filling.setup_fill()

    def setup_turn(self) -> None:
        page = self.state.form_page
        if page is not None and page.spots and isinstance(page.field, Toggle | Choice | Week) and not self.app.made:
            self.app.filling.turn(1)
        else:
            self.setup_fill()

    def setup_remove(self) -> None:
        self.state.drop()
        self.app.draw()

    def setup_save(self) -> None:
        self.first_next()

    def field_accept(self) -> None:
        """On to the next line, and into it where it waits for text."""
        self.app.filling.field_accept()
        self.into()

    def first_next(self) -> None:
        if self.app.made:
            self.app.exit(OPEN)
            return
        for page in self.state.pages:
            if hasattr(page, "end"):
                page.end()
        self.app.follow()
        if self.state.last:
            if self.state.settle() is not None:
                self.app.make_desk()
            return
        self.turn(self.state.onward())

    def first_previous(self) -> None:
        if self.app.made:
            self.app.say(_("The desk is made; change it in the workstation: g S."), "muted")
        elif self.state.close_part():
            self.app.give_keys()
            self.app.draw()
        else:
            self.turn(self.state.back())

    def turn(self, went: bool) -> None:
        """Another step, or word of why not."""
        if went:
            self.app.remember()
            self.into()
        elif self.state.root.form.problems:
            if self.state.root.typable:
                self.state.root.begin()
            self.app.give_keys()
            self.app.say(_("not yet: see the line marked ▲"), "danger")
            self.app.draw()

    def into(self) -> None:
        """Typing begins where a line is empty and needs something."""
        page = self.state.form_page
        waits = page is not None and page.spots and page.typable and page.field.needed and not page.form.raw[page.spot[0]]
        if page is not None and waits and page.edit is None:
            page.begin()
        self.app.give_keys()
        self.app.draw()

    def first_leave(self) -> None:
        """Esc: back from a part of a form; else what is made and what is not, and the way out."""
        from app.widgets.confirm import Confirm

        if self.app.made:
            self.app.exit(SHELL)
            return
        if self.state.close_part():
            self.app.give_keys()
            self.app.draw()
            return
        keys = {way: self.app.bindings.shown(f"first.{way}", "first") for way in ("next", "previous")}
        said = [
            (_("Nothing is made yet: no desk, and nothing that runs."), "strong"),
            (_("What you fill in is kept for the next deskhand init, also when the line drops. It holds no secret."), "text"),
            (_("{next} goes to the next step, {previous} to the one before. The last step says it all once more, and only "
               "then the desk is made.").format(**keys), "text"),
        ]  # fmt: skip
        lines = [((part, role),) for text, role in said for part in wrap(text, self.app.size.width - 3)]
        sheet = Confirm(lines, (("l", _("leave, keep it")), ("d", _("leave, drop it"))))

        def decided(key: str | None) -> None:
            if key == "l":
                self.app.last_words()
            elif key == "d":
                keeping.drop(self.app.keep)
                self.app.exit(NOTHING)

        sheet.lay(self.app.screen, decided)

    app_quit = first_leave

    def app_theme(self, name: str = "") -> None:
        self.state.root.to("theme")
        self.app.draw()

    def app_help(self) -> None:
        from app.widgets.help import Help

        Help(self.app.place, self.app.bindings).lay(self.app.screen)

    def app_menu(self) -> None:
        from app.widgets.menu import Menu

        app = self.app
        Menu(app.engine.keymap, app.holds(), app.bindings).lay(app.screen, lambda act: app.perform(act or ""))

    def app_palette(self) -> None:
        from app.widgets.palette import Palette, acts

        entries = [e for e in acts("first", self.app.holds(), self.app.bindings) if e.id != "app.theme"]
        Palette(entries).lay(self.app.screen, lambda act: self.app.perform(act or ""))
