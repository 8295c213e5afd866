"""The last gate before the terminal: no line leaves with anything in it that a terminal would obey.

`FILTER` belongs into the line filters of the app (`app.look.Face` puts it there), `plain` makes content without markup.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.filter import LineFilter

from store.values import clean

if TYPE_CHECKING:
    from rich.style import Style
    from textual.color import Color
    from textual.content import Content

_LINK = re.compile(r"[!-~]*")


class CleanFilter(LineFilter):
    """Takes out of every line what `store.values.clean` takes out of every field.

    What is left keeps the width the layout reckoned with: a control character has none, so it goes without a picture.
    Segments that steer the terminal on purpose are the app's own and pass.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(_harmless(segment) for segment in segments):
            return segments
        return [segment if segment.control else _cleaned(segment) for segment in segments]


FILTER = CleanFilter()


def plain(text: str) -> Content:
    """Text from outside as content: no markup is read in it. Line feeds stay."""
    from textual.content import Content

    return Content(clean(text))


def _harmless(segment: Segment) -> bool:
    text, style, _control = segment
    return text.isascii() and text.isprintable() and (style is None or style.link is None)


def _cleaned(segment: Segment) -> Segment:
    text, style, _control = segment
    if not text.isascii() or not text.isprintable():
        text = _stripped(text)
    if style is not None and style.link is not None and not _LINK.fullmatch(style.link):
        style = _unlinked(style)
    return segment if text is segment.text and style is segment.style else Segment(text, style)


@lru_cache(1024)
def _stripped(text: str) -> str:
    if clean(text) == text and "\n" not in text and "\t" not in text:
        return text
    return clean("".join(map(_kept, text)))  # once more: runs of combining marks show only in the whole


def _kept(char: str) -> str:
    """The character, or what takes as many cells as the layout gave it."""
    cleaned = clean(char)
    if cleaned == char and char not in "\n\t":
        return char
    size = get_character_cell_size(char)
    return cleaned if size and cleaned.isprintable() and cell_len(cleaned) == size else " " * size


@lru_cache(64)
def _unlinked(style: Style) -> Style:
    return style.update_link(None)
