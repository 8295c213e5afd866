"""One line asked for at the bottom of the screen: a search, a filter, labels, a date. What is wrong with an answer
stands below it, under the column that is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.geometry import Size
from textual.screen import Screen

from app.editing import Candidate, LineEdit
from app.safe import width_of
from app.widgets.drawing import Piece
from app.widgets.sheet import Sheet
from app.words import render_error
from store.errors import DeskError

MOST = 12
"""Candidates shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Texts are in the person's language."""

    label: str
    accept: Callable[[str], None]
    """Takes the answer. Raises DeskError to keep the prompt open and say why; a gap `column`, from 1, says where."""
    value: str = ""
    complete: Callable[[str, int], Sequence[Candidate]] | None = None
    """Ways to go on at a cursor, the likeliest first. Called on every key."""
    changed: Callable[[str], None] | None = None
    """Told of every change, to search while one types."""
    closed: Callable[[bool], None] | None = None
    """Told at the end whether an answer was taken."""


def ask(screen: Screen[Any], question: Question) -> Prompt:
    """Opens the prompt on `screen`, in place of a sheet that is open."""
    prompt = Prompt(question)
    prompt.lay(screen)
    return prompt


class Prompt(Sheet):
    """Two lines at the bottom of the screen. Enter answers, Tab goes on with the first candidate, Esc leaves."""

    def __init__(self, question: Question) -> None:
        super().__init__(LineEdit(question.value))
        self._question = question
        self._choices: Sequence[Candidate] = ()
        self._said, self._column = "", 0
        """What is wrong, and in which column of the answer, from 1; 0 for the whole of it."""

    def lines_wanted(self, size: Size) -> int:
        return 2

    def fail(self, text: str, column: int = 0) -> None:
        """Says what is wrong, under `column` of the answer (from 1; 0 for the whole of it)."""
        self._said, self._column = text, column
        self.refresh()

    def close(self, answer: str | None) -> None:
        was_open = self.is_open
        super().close(answer)
        if was_open and self._question.closed is not None:
            self._question.closed(answer is not None)

    def typed(self) -> None:
        assert self.edit is not None
        self.fail("")
        self._propose()
        if self._question.changed is not None:
            self._question.changed(self.edit.text)

    def press(self, key: str) -> bool:
        if key == "enter":
            self._answer()
        elif key == "tab":
            self._go_on()
        else:
            return False
        return True

    def _answer(self) -> None:
        assert self.edit is not None
        answer = self.edit.text
        try:
            self._question.accept(answer)
        except DeskError as error:
            column = error.gaps.get("column")
            self.fail(render_error(error), column if isinstance(column, int) else 0)
        else:
            self.close(answer)

    def _propose(self) -> None:
        assert self.edit is not None
        complete = self._question.complete
        self._choices = complete(self.edit.text, self.edit.cursor) if complete else ()
        self.refresh()

    def _go_on(self) -> None:
        if not self._choices:
            self._propose()
        if self._choices and self.edit is not None:
            first = self._choices[0]
            self.edit.replace(first.start, first.end, first.text)
            self.typed()

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return self.entry(self._question.label, y)
        look, indent = self.look, width_of(self._question.label) + 2
        if not self._said:
            proposed = "  ".join(choice.text for choice in self._choices[:MOST])
            return [(" " * indent, look.on("text", "panel")), (proposed, look.on("muted", "panel"))]
        return self._fault(indent)

    def _fault(self, indent: int) -> list[Piece]:
        """What is wrong: a mark under the column that is meant, and the words on the side of it where there is room."""
        assert self.edit is not None
        look, width = self.look, self.width
        plain, danger = look.on("text", "panel"), look.on("danger", "panel")
        if not self._column:
            return [(" " * max(1, min(indent, width - width_of(self._said) - 1)), plain), (self._said, danger)]
        seen = max(4, width - indent - 1)
        before, under, behind = self.edit.view(seen)
        hidden = self.edit.cursor - len(before)
        at = indent + width_of((before + under + behind)[: max(0, self._column - 1 - hidden)])
        size = width_of(self._said)
        if at + 2 + size <= width:
            return [(" " * at, plain), ("▲", danger), (f" {self._said}", danger)]
        if size + 2 <= at:
            return [(" " * (at - 1 - size), plain), (f"{self._said} ▲", danger)]
        return [(f" {self._said}", danger)]  # the words matter more than the mark
