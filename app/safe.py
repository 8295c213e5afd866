"""The last gate before the terminal: text that came from outside is literal, clean, and as wide as it says.

Intake cleans what it stores; this stands behind it, because one forgotten path would hand a buyer the terminal.
`FILTER` belongs into the line filters of the app (`app.look.Face` puts it there), `plain` and `cells` make what widgets
show.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.filter import LineFilter

from store.values import clean

if TYPE_CHECKING:
    from rich.style import Style
    from textual.color import Color
    from textual.content import Content

CUT = "…"

_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_MARKS = re.compile("[\u0300-\u036f]{2,}")
"""Heaps of accents: a row shows the first, as terminals disagree on how high they may grow."""
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG_TO_LETTER = 0x1F1E6 - ord("A")
_BREAKS = {ord("\n"): " ", ord("\t"): " "}
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


def cells(text: str, width: int) -> str:
    """`text` on one line in exactly `width` terminal cells: cut with `…` or padded with spaces.

    Emoji held together by joiners and variation selectors come apart, flags become their letters: terminals disagree
    on the width of the composed forms, and one wrong width shifts the rest of the row.
    """
    if text.isascii() and text.isprintable():
        if len(text) <= width:
            return text.ljust(width)
        return text[: width - 1] + CUT if width > 0 else ""
    return _fitted(text, width)


def headed(text: str, width: int) -> str:
    """`text` at the head of a rule that fills the line."""
    start = cells(text, min(width, width_of(text)))
    return start + "─" * max(0, width - width_of(start))


def width_of(text: str) -> int:
    """Cells that `text` takes on one line, composed emoji taken apart as `cells` does."""
    return cell_len(text if text.isascii() and text.isprintable() else one_line(text))


def one_line(text: str) -> str:
    """`text` as `cells` shows it, uncut. Line feeds and tabs become spaces; spaces stay."""
    text = clean(text).translate(_BREAKS)
    if text.isascii():
        return text
    text = _MARKS.sub(lambda match: match[0][0], normalize("NFC", _JOINERS.sub("", text)))
    return _FLAG.sub(lambda match: chr(ord(match.group()) - _FLAG_TO_LETTER), text)


@lru_cache(4096)
def _fitted(text: str, width: int) -> str:
    if width <= 0:
        return ""
    # Cleaning is linear in the length, and no row shows more characters than this; combining marks are cut to four.
    text = one_line(text[: 8 * width + 64])
    room = width - cell_len(text)
    if room >= 0:
        return text + " " * room
    room, end = width - 1, 0
    for char in text:
        size = get_character_cell_size(char)
        if size > room:
            break
        room -= size
        end += 1
    return text[:end] + CUT + " " * room


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
