"""Find anything by a few letters: every act that makes sense here, and what providers know (views, tickets, templates).

Also the way to choose one of many where a strip of keys would be too small: an agent, a type, a theme.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen

from app.actions import GROUPS, available
from app.bindings import Bindings
from app.fuzzy import fit, has_words
from app.widgets.field import Field, Tag
from app.widgets.rows import Row, Rows
from app.words import _

MOST = 60
"""Rows shown; further ones wait for another letter."""


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
            if seen is not None:
                found.append((-seen.score, order, _row(entry, seen.at)))
            elif has_words(query, f"{entry.text} {entry.also}"):
                found.append((0, order, _row(entry, ())))
        rows = [row for _score, _order, row in sorted(found, key=lambda one: one[:2])]
    else:
        rows = [_row(entry, ()) for entry in entries]
    for provider in providers:
        rows += [_row(entry, ()) for entry in provider(query)]
    return rows[:MOST]


class Palette(ModalScreen[str | None]):
    """A sheet at the bottom: one line to type into and what fits below. Dismissed with the id chosen, or None."""

    BINDINGS: ClassVar = []
    DEFAULT_CSS = """
    Palette {
        background: transparent;
        & > Vertical {
            dock: bottom;
            height: 16;
            max-height: 60%;
            border-top: solid $dh-rule;
            background: $dh-panel-bg;
        }
        & Horizontal {
            height: 1;
        }
    }
    """

    def __init__(self, entries: Sequence[Entry], providers: Sequence[Provider] = (), label: str = ":") -> None:
        """`label` stands before what is typed."""
        super().__init__()
        self._entries, self._providers, self._label = tuple(entries), tuple(providers), label

    def compose(self) -> ComposeResult:
        with Vertical():
            with Horizontal():
                yield Tag(self._label)
                yield Field()
            yield Rows(ranked("", self._entries, self._providers), _("Nothing fits. Esc goes back."))

    def on_mount(self) -> None:
        self.query_one(Field).focus()

    def on_input_changed(self, event: Field.Changed) -> None:
        event.stop()
        self.query_one(Rows).fill(ranked(event.value, self._entries, self._providers))

    def on_input_submitted(self) -> None:
        self.dismiss(self.query_one(Rows).current or None)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self.dismiss(event.id)

    def on_key(self, event: events.Key) -> None:
        rows = self.query_one(Rows)
        match event.key:
            case "escape":
                self.dismiss(None)
            case "down" | "tab" | "ctrl+n":
                rows.move(1)
            case "up" | "shift+tab" | "ctrl+p":
                rows.move(-1)
            case "pagedown":
                rows.page(1)
            case "pageup":
                rows.page(-1)
            case _:
                return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def _row(entry: Entry, hits: tuple[int, ...]) -> Row:
    return Row(entry.id, entry.text, entry.key, entry.note, hits)
