"""Find anything by a few letters: every act that makes sense here, and what providers know (views, tickets, templates).

Also the way to choose one of many where a strip of keys would be too small: an agent, a type, a theme.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from textual.geometry import Size

from app.act import GROUPS
from app.actions import available
from app.bindings import Bindings
from app.editing import LineEdit
from app.fuzzy import fit, has_words
from app.widgets.drawing import Piece
from app.widgets.rows import Choice, Row
from app.widgets.sheet import Sheet
from app.words import _

MOST = 60
"""Rows shown; further ones wait for another letter."""

_HIDDEN = 80
"""What a word that begins as typed is worth in a text that is not shown: more than letters scattered over a title, less
than a word of the title."""

LINES = 16
"""Lines it takes where there is room."""


class Entry(NamedTuple):
    """Something to find. `text` and `note` are in the person's language, or from outside."""

    id: str
    text: str
    key: str = ""
    note: str = ""
    also: str = ""
    """Found by this too, though it is not shown: the English name, a number."""


Provider = Callable[[str], Iterable[Entry]]
"""Entries for what was typed, the best first; they are shown after the acts that fit. Called on every key: it should
answer within ten milliseconds."""


def acts(place: str, holds: Collection[str], keys: Bindings) -> list[Entry]:
    """The acts that make sense in `place` while the states in `holds` do; motions, better done by hand, come last."""
    found = [act for act in available(place, holds) if act.id != "app.palette"]
    found.sort(key=lambda act: act.group == "moving")
    return [
        Entry(act.id, _(act.label), keys.shown(act.id, place), _(GROUPS[act.group]),
              f"{act.label} {act.help} {act.short}")
        for act in found
    ]  # fmt: skip


def ranked(query: str, entries: Iterable[Entry], providers: Iterable[Provider] = ()) -> list[Row]:
    """The rows for what was typed, at most `MOST`. Nothing typed: everything, in the order given."""
    if query.strip():
        found = []
        for order, entry in enumerate(entries):
            seen = fit(query, entry.text)
            hidden = _HIDDEN * len(query.split()) if has_words(query, f"{entry.text} {entry.also}") else 0
            if seen is not None and seen.score >= hidden:
                found.append((-seen.score, order, _row(entry, seen.at)))
            elif hidden or seen is not None:
                found.append((-hidden, order, _row(entry, ())))
        rows = [row for _score, _order, row in sorted(found, key=lambda one: one[:2])]
    else:
        rows = [_row(entry, ()) for entry in entries]
    for provider in providers:
        rows += [_row(entry, ()) for entry in provider(query)]
    return rows[:MOST]


class Palette(Sheet):
    """A sheet at the bottom: a rule, one line to type into, and what fits. Closes with the id chosen, or None."""

    def __init__(self, entries: Sequence[Entry], providers: Sequence[Provider] = (), label: str = ":") -> None:
        """`label` stands before what is typed."""
        super().__init__(LineEdit())
        self._entries, self._providers, self._label = tuple(entries), tuple(providers), label
        self.choice = Choice(ranked("", self._entries, self._providers))

    def lines_wanted(self, size: Size) -> int:
        lines = min(LINES, max(6, size.height * 6 // 10))
        self.choice.height = lines - 2
        return lines

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return self.rule()
        if y == 1:
            return self.entry(self._label, y)
        if y == 2 and not self.choice.rows:
            return [("   " + _("Nothing fits. Esc goes back."), self.look.on("muted", "panel"))]
        return self.choice.pieces(y - 2, self.look, self.width)

    def typed(self) -> None:
        assert self.edit is not None
        self.choice.fill(ranked(self.edit.text, self._entries, self._providers))

    def press(self, key: str) -> bool:
        if key == "enter":
            self.close(self.choice.current or None)
        elif key in ("tab", "shift+tab"):
            self.choice.move(1 if key == "tab" else -1)
        elif not self.choice.press(key):
            return False
        self.refresh()
        return True

    def click(self, x: int, y: int) -> None:
        if id := self.choice.point(y - 2):
            self.close(id)


def _row(entry: Entry, hits: tuple[int, ...]) -> Row:
    return Row(entry.id, entry.text, entry.key, entry.note, hits)
