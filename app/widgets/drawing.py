"""One terminal line from pieces of text, each in a style, in exactly the cells there are."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from app.safe import cells, width_of

Piece = tuple[str, Style]


def strip(pieces: Iterable[Piece], width: int, rest: Style) -> Strip:
    """The pieces side by side, cut at `width` cells or filled up to them in the style `rest`."""
    segments: list[Segment] = []
    left = width
    for text, style in pieces:
        size = width_of(text)
        if size == 0 or left <= 0:
            continue
        segments.append(Segment(cells(text, min(size, left)) if size > left or not text.isascii() else text, style))
        left -= min(size, left)
    if left > 0:
        segments.append(Segment(" " * left, rest))
    return Strip(segments, width)


def length(pieces: Iterable[Piece]) -> int:
    """Cells the pieces take side by side."""
    return sum(width_of(text) for text, _style in pieces)
