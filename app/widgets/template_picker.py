"""Choosing a template: those for this ticket's type first, typing narrows them, the text below filled in as it goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.labels import named
from app.lines import Line
from app.safe import cells
from app.widgets.lines import Lines
from app.words import _, language
from app.wrap import wrap
from desk.automation.templates import fill
from desk.reason import Reason
from desk.thread import variant
from desk.vocabulary import TYPES
from store.sql.rows import Template, Ticket
from store.values import fold


@dataclass(frozen=True, slots=True)
class Filling:
    """A template filled in for a ticket."""

    template: Template
    language: str
    text: str
    missing: tuple[str, ...]
    how: Reason


def filling(template: Template, ticket: Ticket, context: Mapping[str, str], wanted: str = "") -> Filling:
    """`wanted` asks for a language; the ticket's own is the default."""
    chosen, how = variant(template, ticket, wanted)
    filled = fill(chosen.text, context)
    return Filling(template, chosen.language, filled.text, filled.missing, how)


class TemplatePicker(Lines):
    def __init__(self, templates: list[Template], ticket: Ticket, context: Mapping[str, str]) -> None:
        super().__init__()
        self.templates, self.ticket, self.context = templates, ticket, context
        self.typed = ""
        self.cursor = 0
        self.wanted = ""
        self._kept: tuple[object, Filling, list[str]] | None = None

    @property
    def found(self) -> list[Template]:
        """Those whose id or name holds every typed word."""
        words = fold(self.typed).split()
        return [t for t in self.templates if all(w in fold(f"{t.id} {title(t)} {t.types}") for w in words)]

    @property
    def current(self) -> Template | None:
        found = self.found
        return found[min(self.cursor, len(found) - 1)] if found else None

    def filled(self) -> Filling | None:
        return filling(self.current, self.ticket, self.context, self.wanted) if self.current else None

    def type(self, char: str) -> None:
        """Narrows by one more character; "" takes the last one away."""
        self.typed = self.typed + char if char else self.typed[:-1]
        self.cursor, self.wanted = 0, ""
        self.refresh()

    def move(self, by: int) -> None:
        self.cursor, self.wanted = max(0, min(len(self.found) - 1, self.cursor + by)), ""
        self.refresh()

    def next_language(self) -> None:
        """The same template in the next of its languages."""
        if self.current:
            languages = list(json.loads(self.current.texts))
            now = filling(self.current, self.ticket, self.context, self.wanted).language
            self.wanted = languages[(languages.index(now) + 1) % len(languages)]
            self.refresh()

    @property
    def _split(self) -> int:
        return max(3, min(len(self.templates) + 1, self.size.height * 2 // 5))

    def line(self, y: int) -> Line:
        width = self.size.width
        if y == 0:
            left = _("Templates for #{id}  {type} · {lang}").format(
                id=self.ticket.id, type=named(TYPES, self.ticket.type), lang=self.ticket.lang or "?"
            )
            right = f"▸ {self.typed}▏" if self.typed else _("type to filter")
            return ((cells(f" {left}", width - 26), "strong"), (cells(right, 25), "accent" if self.typed else "muted"))
        if y < self._split:
            return self._template(y - 1, width)
        if y == self._split:
            return (("─" * width, "rule"),)
        return self._text(y - self._split - 1, width)

    def _template(self, row: int, width: int) -> Line:
        found, shown = self.found, self._split - 1
        if not found:
            return ((_("  No template is called that. Backspace widens."), "muted"),) if row == 0 else ()
        index = row + max(0, self.cursor - shown + 1)
        if index >= len(found):
            return ()
        t = found[index]
        languages = " ".join(json.loads(t.texts))
        suits = self.ticket.type in json.loads(t.types)
        used = _("used {n}×").format(n=t.used) if t.used else ""
        text = f"  {cells(t.id, 18)} {cells(title(t), max(10, width - 62))} {cells(languages, 26)} {cells(used, 10)}"
        role = "selection" if index == self.cursor else "text" if suits else "muted"
        return ((cells(text, width), role),)

    def _text(self, row: int, width: int) -> Line:
        if self.current is None:
            return ()
        key = (self.current.id, self.wanted, width)
        if self._kept is None or self._kept[0] != key:
            made = filling(self.current, self.ticket, self.context, self.wanted)
            self._kept = (key, made, list(wrap(made.text, min(100, width - 4))))
        made, lines = self._kept[1], self._kept[2]
        if row == 0:
            note = made.how.render(_)
            if made.missing:
                return (
                    (f"  {_('missing: {names}').format(names=', '.join(made.missing))}   ", "warning"),
                    (note, "muted"),
                )
            return ((f"  {note}", "muted"),)
        return ((f"  {lines[row - 1]}", "text"),) if row - 1 < len(lines) else ()


def title(template: Template) -> str:
    """Its name in the reader's language, where it has one."""
    found: str = json.loads(template.names).get(language(), template.name)
    return found
