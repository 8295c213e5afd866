"""All keys that work where one is, in columns; with room enough, in whole sentences."""

from __future__ import annotations

from textual.geometry import Size

from app.act import GROUPS, PLACES, STATES
from app.actions import BY_ID
from app.bindings import Bindings
from app.safe import cells
from app.widgets.drawing import Piece
from app.widgets.sheet import Sheet
from app.words import _
from app.wrap import wrap

CLOSE = ("q", "question_mark", "fullwidth_question_mark", "f1")

WIDE = 58
"""Cells a column needs for sentences."""
NARROW = 38
"""Cells a column needs for names."""
KEYS = 12

Part = tuple[str, str]
"""Text and its role."""


class Help(Sheet):
    """The keys of `place`, over the whole screen. Esc, q and the key that opened it close it."""

    def __init__(self, place: str, keys: Bindings) -> None:
        super().__init__()
        self._place, self._keys = place, keys
        self._lines: list[list[Part]] = []
        self._from = self._height = 0

    def lines_wanted(self, size: Size) -> int:
        self._lines = page(self._place, self._keys, size.width)
        self._height = size.height
        self._scroll(0)
        return size.height

    def pieces(self, y: int) -> list[Piece]:
        look, index = self.look, self._from + y
        parts = self._lines[index] if index < len(self._lines) else []
        return [(text, look.on(role, "panel")) for text, role in parts]

    def press(self, key: str) -> bool:
        if key in CLOSE:
            self.close(None)
            return True
        screenful = max(1, self._height - 1)
        by = {"j": 1, "down": 1, "k": -1, "up": -1, "space": screenful, "pagedown": screenful, "ctrl+d": screenful // 2,
              "pageup": -screenful, "ctrl+u": -(screenful // 2), "home": -len(self._lines), "g": -len(self._lines),
              "end": len(self._lines), "G": len(self._lines)}.get(key)  # fmt: skip
        if by is None:
            return False
        self._scroll(by)
        self.refresh()
        return True

    def _scroll(self, by: int) -> None:
        self._from = max(0, min(len(self._lines) - self._height, self._from + by))


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
    room = size - KEYS - 4
    for shown, text, state in rows:
        said = f"{text.removesuffix('.')} \N{MIDDLE DOT} {state}" if state else text
        key = cells(shown, KEYS)
        pad = len(key) - len(key.rstrip())
        first, *others = wrap(said, room)
        lines.append([(" " * pad + key.rstrip(), "key"), ("  " + cells(first, room) + "  ", "text")])
        lines += [[(" " * KEYS, "text"), ("  " + cells(other, room) + "  ", "text")] for other in others]
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
