"""Filling in a form of the set-up: typing, choosing, ticking, opening a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from app.editing import LineEdit
from app.setup.fields import Query
from app.setup.form import Form
from app.setup.picks import Choice, Choices, Parts, Toggle, Week
from app.setup.rooms import Reading
from app.setup.state import FormPage, Pages
from app.setup.text_edit import TextEdit
from app.words import _
from store.errors import N_, Refused

if TYPE_CHECKING:
    from textual.screen import Screen


class Keyboard(Protocol):
    """The app in which a form is filled in."""

    @property
    def screen(self) -> Screen[Any]: ...
    def _bound(self, key: str) -> bool: ...


class Host(Protocol):
    """Where a form stands: the set-up, or the first steps."""

    @property
    def desk(self) -> Keyboard: ...
    @property
    def state(self) -> Pages: ...
    @property
    def reading(self) -> Reading: ...
    @property
    def form_width(self) -> int: ...
    def give_keys(self) -> None: ...
    def draw(self) -> None: ...


class FillingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, room: Host) -> None:
        self.room, self.desk, self.state = room, room.desk, room.state

    def setup_fill(self) -> None:
        """Enter on a line of a form."""
        page = self.form()
        field = page.field
        if field.fixed:
            raise Refused(N_("{item} stays as it is."), item=field.label)
        if isinstance(field, Parts):
            key, at = page.spot
            if at == len(page.form.parts(key)):
                page.form.add_part(key, at)
            self.state.open_part(at)
            self.begin_new()
        elif isinstance(field, Toggle):
            page.form.put(field.key, not page.form.raw[field.key])
        elif isinstance(field, Choice):
            self._choose(page, field)
        elif isinstance(field, Choices):
            self._tick(page, field)
        else:
            page.begin()
        self.room.give_keys()
        self.room.draw()

    def setup_rows(self) -> None:
        """The query under the cursor as rows; leaving them writes it."""
        from app.setup.query_rows import QueryRows

        page = self.form()
        field = page.field
        if not isinstance(field, Query) or field.fixed:
            raise Refused(N_("There is no query here."), next=N_("Go to a line that holds one."))
        rows = QueryRows(field.context())
        filled = Form(rows.fields(self.room.reading, ""), rows.of(str(page.form.raw[field.key])))
        opened = FormPage(rows, "", filled, _(rows.label), asks=False)

        def closed() -> None:
            if filled.dirty:
                page.form.put(field.key, rows.text(filled.rough()))

        opened.closed = closed
        self.state.pages.append(opened)
        self.room.give_keys()
        self.room.draw()

    def setup_choice_next(self) -> None:
        self.turn(1)

    def setup_choice_previous(self) -> None:
        self.turn(-1)

    def turn(self, by: int) -> None:
        page = self.form()
        field = page.field
        if isinstance(field, Toggle) and not field.fixed:
            page.form.put(field.key, not page.form.raw[field.key])
        elif isinstance(field, Choice) and not field.fixed:
            page.form.put(field.key, field.after(page.form.raw[field.key], by))
        elif isinstance(field, Week) and page.spot[1] > 0:  # as the day above
            hours = list(page.form.raw[field.key])
            hours[page.spot[1]] = hours[page.spot[1] - 1]
            page.form.put(field.key, tuple(hours))
            page.move(1)
        self.room.draw()

    def _choose(self, page: FormPage, field: Choice) -> None:
        from app.widgets.palette import Entry, Palette

        entries = [Entry(str(n), o.label, "", o.note, o.id) for n, o in enumerate(field.options)]

        def chosen(index: str | None) -> None:
            if index is not None:
                page.form.put(field.key, field.options[int(index)].id)
            self.room.draw()

        Palette(entries, (), field.label).lay(self.desk.screen, chosen)

    def _tick(self, page: FormPage, field: Choices) -> None:
        from app.widgets.ticks import Ticks

        def turned(ident: str) -> Sequence[str]:
            page.form.put(field.key, field.turned(page.form.raw[field.key], ident))
            self.room.draw()
            found: Sequence[str] = page.form.raw[field.key]
            return found

        Ticks(field.options, page.form.raw[field.key], turned, field.label).lay(self.desk.screen)

    def form(self) -> FormPage:
        page = self.state.form_page
        if page is None or not page.spots:
            raise Refused(N_("There is nothing to fill in here."))
        return page

    def typed(self, key: str, character: str | None) -> bool:
        """A key while a field is being filled in; False if it is an act."""
        page = self.state.form_page
        if page is None or page.edit is None:
            return False
        if character:
            page.edit.insert(character)
        elif key in ("up", "down") and isinstance(page.edit, LineEdit):
            self._next(1 if key == "down" else -1)
            return True
        elif self.desk._bound(key):
            return False
        elif isinstance(page.edit, TextEdit):
            page.edit.press(key, max(8, self.room.form_width - 4))
        else:
            page.edit.press(key)
        page.typed()
        self.room.draw()
        return True

    def pasted(self, text: str) -> None:
        page = self.state.form_page
        if page is not None and page.edit is not None:
            page.edit.insert(text)
            page.typed()
            self.room.draw()

    def field_accept(self) -> None:
        page = self.form()
        if isinstance(page.edit, TextEdit):
            page.edit.insert("\n")
            page.typed()
            self.room.draw()
            return
        page.end()
        page.move(1)
        self.room.give_keys()
        self.room.draw()

    def field_next(self) -> None:
        page = self.form()
        if page.candidates and page.edit is not None:
            first = page.candidates[0]
            page.edit.replace(first.start, first.end, first.text)
            page.typed()
            self.room.draw()
            return
        self._next(1)

    def field_previous(self) -> None:
        self._next(-1)

    def _next(self, by: int) -> None:
        """Typing goes on in the line that follows, if it is one to type into."""
        page = self.form()
        page.end()
        page.move(by)
        if page.typable:
            page.begin()
        self.room.give_keys()
        self.room.draw()

    def field_leave(self) -> None:
        self.form().end()
        self.room.give_keys()
        self.room.draw()

    def begin_new(self) -> None:
        """Typing begins in the first line of a new form, if it is empty and one to type into."""
        page = self.form()
        if page.typable and not page.form.raw[page.spot[0]]:
            page.begin()
