"""Where a person is in the first hour: which step, its form, what was answered so far. No widget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app import words
from app.first.keeping import Answers, Kept
from app.first.review import STEPS
from app.first.steps import GO, Step
from app.setup.form import Form
from app.setup.picks import Parts
from app.setup.rooms import Reading
from app.setup.state import FormPage, Pages
from store.errors import DeskError


class Course(Pages):
    """The steps in their order. `pages` are the form of the step one is at, and a part of it that is open."""

    def __init__(self, desk: Path, reading: Reading, kept: Kept | None = None, theme: str = "") -> None:
        """A `theme` that was asked for just now stands above the one that was kept."""
        super().__init__()
        self.answers: Answers = dict(kept.answers) if kept else {}
        if theme and "place" in self.answers:
            self.answers["place"]["theme"] = theme
        self.reading = reading
        self.steps: list[Step] = [kind(self.answers, desk, theme) for kind in STEPS]
        self._forms: dict[str, tuple[str, Form]] = {}
        self.at = 0
        if kept:
            names = [step.id for step in self.steps]
            there = names.index(kept.step) if kept.step in names else 0
            self.at = next((n for n, name in enumerate(names[:there]) if name not in self.answers), there)
        self.show()

    @property
    def step(self) -> Step:
        return self.steps[self.at]

    @property
    def root(self) -> FormPage:
        """The form of the step."""
        page = self.pages[0]
        assert isinstance(page, FormPage)
        return page

    @property
    def last(self) -> bool:
        return self.at == len(self.steps) - 1

    @property
    def reached(self) -> int:
        """How many steps from the first on were answered."""
        return next((n for n, step in enumerate(self.steps) if step.id not in self.answers), len(self.steps))

    def show(self) -> None:
        """The form of the step one is at: as it was left, however wrong that was, else from the answers."""
        step, language = self.step, words.language()
        before = self._forms.get(step.id)
        if before is not None and before[0] == language and step.id != "review":
            form = before[1]
        else:
            values = before[1].rough() if before is not None else step.values(self.reading, "")
            form = Form(step.fields(self.reading, ""), values)
        self._forms[step.id] = (language, form)
        self.pages = [FormPage(step, "", form, words._(step.label), asks=False)]

    def anew(self) -> None:
        """The same form in another language, the cursor where it was."""
        at = self.root.at
        self.show()
        self.root.at = at

    def close_part(self) -> bool:
        """Back from a part of the form, if one is open."""
        if len(self.pages) < 2:
            return False
        self.pages.pop()
        return True

    def settle(self) -> dict[str, Any] | None:
        """What the step's form holds, kept as its answer; None where something is wrong, and the form says what."""
        while self.close_part():
            pass
        form = self.root.form
        values = form.take()
        if values is None:
            self.root.to_problem()
            return None
        values.pop(GO, None)
        try:
            self.step.settle(values)
        except DeskError as error:
            form.fail(error)
            self.root.to_problem()
            return None
        self.answers[self.step.id] = values
        return values

    def onward(self) -> bool:
        """To the next step, if this one is right and not the last."""
        if self.settle() is None:
            return False
        if not self.last:
            self.at += 1
            self.show()
        return True

    def back(self) -> bool:
        """To the step before, as it was left; False at the first."""
        if self.at == 0:
            return False
        self.at -= 1
        self.show()
        return True

    def to(self, index: int) -> bool:
        """To a step that was answered already, or the one that follows them."""
        if not 0 <= index <= self.reached or index == self.at:
            return False
        if index > self.at and self.settle() is None:
            return False
        self.at = index
        self.show()
        return True

    def drop(self) -> None:
        """Takes the part under the cursor out."""
        page = self.form_page
        if page is not None and page.spots and isinstance(page.field, Parts):
            key, at = page.spot
            if at < len(page.form.parts(key)):
                page.form.drop_part(key, at)
