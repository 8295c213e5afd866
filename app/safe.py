"""Text that came from outside on the screen: on one line, clean, and as wide as it says.

Intake cleans what it stores; this stands behind it, and `app.clean_filter` behind this, because one forgotten path would
hand a buyer the terminal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from rich.cells import cell_len, get_character_cell_size

from store.values import clean

CUT = "…"

_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_MARKS = re.compile("[\u0300-\u036f]{2,}")
"""Heaps of accents: a row shows the first, as terminals disagree on how high they may grow."""
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG_TO_LETTER = 0x1F1E6 - ord("A")
_BREAKS = {ord("\n"): " ", ord("\t"): " "}


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
