"""One line asked for at the bottom of the screen: a search, a filter, labels, a date. What is wrong with an answer
stands below it, under the column that is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from app.look import of
from app.safe import cells, width_of
from app.widgets.drawing import Piece, strip
from app.widgets.field import Field, Tag
from app.words import render_error
from store.errors import DeskError


class Candidate(Protocol):
    """A way to go on: `text` for what stands from `start` to `end`."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


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


def ask(screen: Screen[object], question: Question) -> Prompt:
    """Opens the prompt on `screen`, in place of one that is open."""
    for old in screen.query(Prompt):
        old.close(False)
    prompt = Prompt(question)
    screen.mount(prompt)
    return prompt


class Prompt(Widget, inherit_bindings=False):
    """Two lines over the bottom of the screen. Enter answers, Tab goes on with the first candidate, Esc leaves.

    Other keys that edit (arrows, Backspace) rise to the app: whoever listens for keys on the screen lets them pass
    while a `Field` has the focus.
    """

    DEFAULT_CSS = """
    Prompt {
        layer: strip;
        dock: bottom;
        height: 2;
        layout: vertical;
        background: $dh-panel-bg;
        & Horizontal { height: 1; }
    }
    """

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._before: Widget | None = None
        self._choices: Sequence[Candidate] = ()
        self._open = True

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Tag(self._question.label)
            yield Field(self._question.value)
        yield Below()

    def on_mount(self) -> None:
        self._before = self.screen.focused
        field = self.query_one(Field)
        field.cursor_position = len(field.value)
        field.focus()

    def fail(self, text: str, column: int = 0) -> None:
        """Says what is wrong, under `column` of the answer (from 1; 0 for the whole of it)."""
        offset = width_of(self._question.label) + 2
        before = self.query_one(Field).value[: column - 1] if column else ""
        self.query_one(Below).show(text, offset + width_of(before), "danger", marked=bool(column))

    def close(self, taken: bool) -> None:
        """Takes the prompt away and gives the keys back to who had them."""
        if not self._open:
            return
        self._open = False
        if self._before is not None and self._before.is_attached:
            self._before.focus()
        else:
            self.screen.set_focus(None)
        self.remove()
        if self._question.closed is not None:
            self._question.closed(taken)

    def on_input_changed(self, event: Field.Changed) -> None:
        event.stop()
        if not self._open:
            return
        self._propose()
        if self._question.changed is not None:
            self._question.changed(event.value)

    def on_input_submitted(self, event: Field.Submitted) -> None:
        event.stop()
        try:
            self._question.accept(event.value)
        except DeskError as error:
            column = error.gaps.get("column")
            self.fail(render_error(error), column if isinstance(column, int) else 0)
        else:
            self.close(True)

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            self.close(False)
        elif event.key == "tab":
            self._go_on()
        else:
            return
        event.stop()
        event.prevent_default()

    def _propose(self) -> None:
        field = self.query_one(Field)
        complete = self._question.complete
        self._choices = complete(field.value, field.cursor_position) if complete else ()
        texts = "  ".join(choice.text for choice in self._choices[:12])
        self.query_one(Below).show(texts, width_of(self._question.label) + 2, "muted", marked=False)

    def _go_on(self) -> None:
        field = self.query_one(Field)
        if not self._choices:
            self._propose()
        if self._choices:
            first = self._choices[0]
            field.value = field.value[: first.start] + first.text + field.value[first.end :]
            field.cursor_position = first.start + len(first.text)


class Below(Widget, inherit_bindings=False):
    """The line under the prompt."""

    DEFAULT_CSS = "Below { height: 1; background: $dh-panel-bg; }"

    def __init__(self) -> None:
        super().__init__()
        self._said, self._at, self._role, self._marked = "", 0, "muted", False

    def show(self, text: str, at: int, role: str, *, marked: bool) -> None:
        """`text` beginning at cell `at`; `marked` puts a mark under that cell and the text where there is room."""
        self._said, self._at, self._role, self._marked = text, at, role, marked
        self.refresh()

    @property
    def text(self) -> str:
        """What the line says."""
        return self._said

    def render_line(self, y: int) -> Strip:
        look, width = of(self), self.size.width
        plain, style = look.on("text", "panel"), look.on(self._role, "panel")
        at, size = min(self._at, max(0, width - 1)), width_of(self._said)
        if not self._marked:
            pieces: list[Piece] = [(" " * at, plain), (self._said, style)]
        elif at + 2 + size <= width or at < 12:
            pieces = [(" " * at, plain), ("▲", style), (f" {self._said}", style)]
        else:
            said = cells(self._said, min(size, at - 2))
            pieces = [(" " * (at - 1 - width_of(said)), plain), (f"{said} ▲", style)]
        return strip(pieces, width, plain)
