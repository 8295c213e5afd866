"""A photo in half blocks: every cell shows two pixels, one above the other, as its letter and its ground."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from app.pictures.wanted import ANSI, Picture

UPPER, FULL = "▀", " "


def rows(picture: Picture, colours: str, columns: int, ground: Style) -> list[list[Segment]]:
    """Lines of `columns` cells with the photo in the middle; what lies beside it has the style `ground`."""
    left = max(0, (columns - picture.width) // 2)
    right = max(0, columns - picture.width - left)
    out = []
    for top in range(0, picture.height, 2):
        line = [Segment(" " * left, ground)] if left else []
        before, run, style = None, 0, ground
        for x in range(picture.width):
            pair = (_colour(picture, colours, x, top), _colour(picture, colours, x, top + 1))
            if pair != before:
                if run:
                    line.append(Segment(UPPER * run, style))
                before, run, style = pair, 0, _style(pair, ground)
            run += 1
        line.append(Segment(UPPER * run, style))
        if right:
            line.append(Segment(" " * right, ground))
        out.append(line)
    return out


_Pixel = int | tuple[int, int, int] | None
_styles: dict[tuple[_Pixel, _Pixel], Style] = {}
_MOST_STYLES = 20_000


def _colour(picture: Picture, colours: str, x: int, y: int) -> _Pixel:
    """One pixel; None below the last row."""
    if y >= picture.height:
        return None
    at = y * picture.width + x
    if colours == ANSI:
        return picture.data[at]
    red, green, blue = picture.data[3 * at : 3 * at + 3]
    return red, green, blue


def _style(pair: tuple[_Pixel, _Pixel], ground: Style) -> Style:
    found = _styles.get(pair)
    if found is None:
        if len(_styles) >= _MOST_STYLES:
            _styles.clear()
        above, below = pair
        found = _styles[pair] = Style(color=_made(above), bgcolor=_made(below) or ground.bgcolor)
    return found


def _made(pixel: _Pixel) -> Color | None:
    if pixel is None:
        return None
    return Color.from_ansi(pixel) if isinstance(pixel, int) else Color.from_rgb(*pixel)
