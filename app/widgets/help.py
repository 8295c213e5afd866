"""All keys that work where one is, in columns; with room enough, in whole sentences."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from app.actions import BY_ID, GROUPS, PLACES, STATES
from app.bindings import Bindings
from app.look import of
from app.safe import cells
from app.widgets.drawing import Piece, strip
from app.words import _

WIDE = 58
"""Cells a column needs for sentences."""
NARROW = 38
"""Cells a column needs for names."""
KEYS = 12

Part = tuple[str, str]
"""Text and its role."""


class Help(Screen[None]):
    """The keys of `place`. Esc, q and the key that opened it close it."""

    BINDINGS: ClassVar = []
    DEFAULT_CSS = "Help { background: $dh-background-bg; }"

    def __init__(self, place: str, keys: Bindings) -> None:
        super().__init__()
        self._place, self._keys = place, keys

    def compose(self) -> ComposeResult:
        yield Page(self._place, self._keys)

    def on_mount(self) -> None:
        self.query_one(Page).focus()

    def on_key(self, event: events.Key) -> None:
        page = self.query_one(Page)
        match event.key:
            case "escape" | "q" | "question_mark" | "fullwidth_question_mark" | "f1":
                self.dismiss(None)
            case "j" | "down":
                page.scroll_relative(y=1, animate=False)
            case "k" | "up":
                page.scroll_relative(y=-1, animate=False)
            case "space" | "pagedown" | "ctrl+d":
                page.scroll_relative(y=page.size.height - 1, animate=False)
            case "pageup" | "ctrl+u":
                page.scroll_relative(y=1 - page.size.height, animate=False)
            case "g" | "home":
                page.scroll_to(y=0, animate=False)
            case "G" | "end":
                page.scroll_end(animate=False)
            case _:
                return
        event.stop()


class Page(ScrollView, can_focus=True, inherit_bindings=False):
    DEFAULT_CSS = "Page { height: 1fr; scrollbar-size: 0 0; background: $dh-background-bg; }"

    def __init__(self, place: str, keys: Bindings) -> None:
        super().__init__()
        self._place, self._keys = place, keys
        self._lines: list[list[Part]] = []

    def on_resize(self, event: events.Resize) -> None:
        self._lines = page(self._place, self._keys, event.size.width)
        self.virtual_size = Size(event.size.width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        look, index = of(self), y + self.scroll_offset.y
        parts = self._lines[index] if index < len(self._lines) else []
        pieces: list[Piece] = [(text, look.style(role)) for text, role in parts]
        return strip(pieces, self.size.width, look.style("text"))


def page(place: str, keys: Bindings, width: int) -> list[list[Part]]:
    """The lines of the help for `place` at `width` cells."""
    wide = width >= 2 * WIDE
    columns = max(1, width // (WIDE if wide else NARROW))
    size = (width - 1) // columns
    blocks = [_block(title, rows, size) for title, rows in _sections(place, keys, wide)]
    body = _side_by_side(_poured(blocks, columns), size)
    title = _("Keys {place}").format(place=_(PLACES[place]))
    hint = _("Esc back   j k scroll   F10 menu   : palette")
    head: list[list[Part]] = [[(f" {title}   ", "strong"), (hint, "muted")], []]
    return [*head, *body]


def _sections(place: str, keys: Bindings, wide: bool) -> list[tuple[str, list[tuple[str, str, str]]]]:
    found = []
    for group, title in GROUPS.items():
        rows = []
        for act in BY_ID.values():
            shown = "  ".join(keys.all_shown(act.id, place))
            if act.group == group and shown:
                text, when = (_(act.help), act.when) if wide else (_(act.label), "always")
                state = "" if when in ("always", "ticket") else _(STATES[when])
                rows.append((shown, text, state))
        if rows:
            found.append((_(title), rows))
    return found


def _block(title: str, rows: list[tuple[str, str, str]], size: int) -> list[list[Part]]:
    lines: list[list[Part]] = [[(cells(" " * (KEYS + 2) + title, size), "strong")]]
    for shown, text, state in rows:
        said = f"{text.removesuffix('.')} \N{MIDDLE DOT} {state}" if state else text
        key = cells(shown, KEYS)
        pad = len(key) - len(key.rstrip())
        lines.append([(" " * pad + key.rstrip(), "key"), ("  " + cells(said, size - KEYS - 4) + "  ", "text")])
    return [*lines, []]


def _poured(blocks: list[list[list[Part]]], columns: int) -> list[list[list[Part]]]:
    """Blocks in columns of about equal length; a block goes on in the next column where it must."""
    lines = [line for block in blocks for line in block]
    height = -(-len(lines) // columns)
    headings = {id(block[0]) for block in blocks}
    poured: list[list[list[Part]]] = [[]]
    for line in lines:
        full = len(poured[-1]) >= height or (len(poured[-1]) == height - 1 and id(line) in headings)
        if full and len(poured) < columns:
            poured.append([])
        if line or poured[-1]:
            poured[-1].append(line)
    return poured


def _side_by_side(columns: list[list[list[Part]]], size: int) -> list[list[Part]]:
    lines = []
    for y in range(max(map(len, columns))):
        line: list[Part] = []
        for column in columns:
            line += column[y] if y < len(column) and column[y] else [(" " * size, "text")]
        lines.append(line)
    return lines
