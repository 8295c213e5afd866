"""Choosing a template: those that suit the ticket first with why, typing narrows them, the text below filled in as it
goes out, with all that stands in its way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.geometry import Size

from app.labels import named
from app.lines import Line
from app.safe import cells, width_of
from app.widgets.tray import Tray
from app.words import _, language
from app.wrap import wrap
from desk.automation.templates import fill
from desk.automation.variants import fallback_chain
from desk.reason import Reason
from desk.thread import variant, variants_of
from desk.vocabulary import TYPES
from store.sql.rows import Template, Ticket
from store.values import fold

Judge = Callable[[str], Sequence[Reason]]
"""What the ticket's platform forbids in a text."""


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


def other_language(text: str, buyer: str) -> bool:
    """Whether a text is in another language than the buyer's, regions apart."""
    ours, theirs = (tag.partition("-")[0].casefold() for tag in (text, buyer))
    return bool(ours and theirs and ours != theirs)


class TemplatePicker:
    """Shown in `tray` until `close`. `why` says of a template why it is suggested; `note` that it is for a note of the
    team, in `tongue`."""

    def __init__(
        self, tray: Tray, templates: Sequence[Template], ticket: Ticket, context: Mapping[str, str],
        why: Mapping[str, str], judge: Judge, *, note: bool = False, tongue: str = "",
    ) -> None:  # fmt: skip
        self._tray = tray
        self.templates, self.ticket, self.context, self.why, self.judge = list(templates), ticket, context, why, judge
        self.note, self.tongue = note, tongue
        self.typed = ""
        self.cursor = 0
        self.wanted = tongue
        self._kept: tuple[object, list[Line]] | None = None
        tray.lend(self.line)

    def close(self) -> None:
        """Out of sight."""
        self._tray.take_back()

    def refresh(self) -> None:
        """Draws it again."""
        self._tray.refresh()

    @property
    def size(self) -> Size:
        return self._tray.size

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
        self.cursor, self.wanted = 0, self.tongue
        self.refresh()

    def move(self, by: int) -> None:
        self.cursor, self.wanted = max(0, min(len(self.found) - 1, self.cursor + by)), self.tongue
        self.refresh()

    def go(self, ident: str) -> None:
        """Puts the cursor on a template, where it is among those found."""
        self.move(next((n for n, t in enumerate(self.found) if t.id == ident), self.cursor) - self.cursor)

    def next_language(self) -> None:
        """The same template in the next of its languages."""
        if self.current:
            made = filling(self.current, self.ticket, self.context, self.wanted)
            languages = self._languages(self.current)
            now = self.wanted if self.wanted in languages else made.language
            self.wanted = languages[(languages.index(now) + 1) % len(languages)]
            self.refresh()

    def _languages(self, template: Template) -> tuple[str, ...]:
        """In the order in which they are tried for the buyer: the one shown above the text, which the key goes along."""
        return fallback_chain(variants_of(template), self.tongue or self.ticket.lang)

    @property
    def _split(self) -> int:
        return max(3, min(len(self.templates) + 1, self.size.height * 2 // 5))

    def line(self, y: int) -> Line:
        width = self.size.width
        if y == 0:
            shape = _("Notes for #{id}  {type} · {lang}") if self.note else _("Templates for #{id}  {type} · {lang}")
            left = shape.format(id=self.ticket.id, type=named(TYPES, self.ticket.type), lang=self.ticket.lang or "?")
            right = f"▸ {self.typed}▏" if self.typed else _("type to filter")
            return ((cells(f" {left}", width - 26), "strong"), (cells(right, 25), "accent" if self.typed else "muted"))
        if y < self._split:
            return self._template(y - 1, width)
        if y == self._split:
            return (("─" * width, "rule"),)
        lines, row = self._text(), y - self._split - 1
        return lines[row] if row < len(lines) else ()

    def _template(self, row: int, width: int) -> Line:
        found, shown = self.found, self._split - 1
        if not found:
            return ((_("  No template is called that. Backspace widens."), "muted"),) if row == 0 else ()
        index = row + max(0, self.cursor - shown + 1)
        if index >= len(found):
            return ()
        t = found[index]
        why = self.why.get(t.id) or (_("used {n}×").format(n=t.used) if t.used else "")
        names = 32 if width >= 100 else 24
        languages = f" {cells(' '.join(json.loads(t.texts)), 26)}" if width >= 150 else ""
        head = f"  {cells(t.id, 18)} {cells(title(t), names)}{languages}"
        role = "selection" if index == self.cursor else "text" if t.id in self.why else "muted"
        rest = cells(f" {why}", max(4, width - width_of(head)))
        return ((head, role), (rest, role if index == self.cursor else "muted"))

    def _text(self) -> list[Line]:
        """The text below, and above it how it was chosen and what stands in its way."""
        if self.current is None:
            return []
        width = self.size.width
        key = (self.current.id, self.wanted, width)
        if self._kept is None or self._kept[0] != key:
            made = filling(self.current, self.ticket, self.context, self.wanted)
            room = min(100, width - 4)
            self._kept = (key, [*self._about(made, room), *(((f"  {part}", "text"),) for part in wrap(made.text, room))])
        return self._kept[1]

    def _about(self, made: Filling, room: int) -> list[Line]:
        chain = " → ".join(f"[{tag}]" if tag == made.language else tag for tag in self._languages(made.template))
        lines: list[Line] = [((f"  {made.how.render(_)}", "muted"), (f"   {chain}", "muted"))]
        if not self.note and other_language(made.language, self.ticket.lang):
            text = _("▲ the buyer writes {theirs}, this text is {ours}").format(theirs=self.ticket.lang, ours=made.language)
            lines.append(((f"  {text}", "warning"),))
        if made.missing:
            lines.append(((f"  ▲ {_('missing: {names}').format(names=', '.join(made.missing))}", "warning"),))
        for problem in () if self.note else self.judge(made.text):
            for part in wrap(f"! {problem.render(_)}", room):
                lines.append(((f"  {part}", "danger"),))
        return lines


def title(template: Template) -> str:
    """Its name in the reader's language, where it has one."""
    found: str = json.loads(template.names).get(language().replace("_", "-"), template.name)
    return found
