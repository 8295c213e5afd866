"""Draws a pyte screen: `svg` gives the drawing, `png` its bitmap. Wide characters take two cells, as on the screen."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from html import escape
from itertools import groupby
from typing import NamedTuple

import pyte

SIZE, CELL, LINE, BASE, MARGIN = 14.0, 8.43, 16.5, 13.1, 12.0
"""Size of the font, width of a cell, height of a line, baseline in it, margin: pixels, as DejaVu Sans Mono is cut,
so that its frames meet from line to line."""

NARROW = "DejaVu Sans Mono"
WIDE = "Noto Sans Mono CJK SC"

_NAMED = {
    "black": "#1c1c1c",
    "red": "#cc4b4b",
    "green": "#5fa75f",
    "brown": "#c9a14a",  # what pyte calls yellow
    "blue": "#5f87d7",
    "magenta": "#af6fbf",
    "cyan": "#4fa8a8",
    "white": "#d0d0d0",
    "brightblack": "#767676",
    "brightred": "#ff6b6b",
    "brightgreen": "#87d787",
    "brightbrown": "#ffd75f",
    "brightblue": "#87afff",
    "brightmagenta": "#d787ff",
    "bfightmagenta": "#d787ff",  # as pyte 0.8 spells it for a background
    "brightcyan": "#87d7d7",
    "brightwhite": "#ffffff",
}
FOREGROUND, BACKGROUND = "#d8d8d8", "#141414"


class Look(NamedTuple):
    """How a run of cells is drawn."""

    foreground: str
    background: str
    bold: bool
    italic: bool
    underlined: bool
    struck: bool
    wide: bool


def svg(screen: pyte.Screen, title: str = "") -> str:
    """The screen as one SVG document, cursor not shown. Every run of cells stands at its own column, so that a font
    of another width cannot shift what follows."""
    width, height = screen.columns * CELL + 2 * MARGIN, screen.lines * LINE + 2 * MARGIN
    paper = _paper(screen)
    grounds: list[str] = []
    texts: list[str] = []
    for row in range(screen.lines):
        for column, cells, look, text in _runs(screen, row):
            x, y = MARGIN + column * CELL, MARGIN + row * LINE
            if look.background != paper:
                # Half a pixel over the edge, so that neighbours leave no seam.
                grounds.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{cells * CELL + 0.5:.1f}" height="{LINE + 0.5:.1f}" '
                    f'fill="{look.background}"/>'
                )
            for match in re.finditer(r"\S+" if not (look.underlined or look.struck) else r".+", text):
                x, length = MARGIN + (column + match.start()) * CELL, cells if look.wide else len(match.group())
                texts.append(
                    f'<text x="{x:.2f}" y="{y + BASE:.2f}" textLength="{length * CELL:.2f}" '
                    f'lengthAdjust="spacingAndGlyphs" fill="{look.foreground}"{_style(look)}>'
                    f"{escape(match.group())}</text>"
                )
    name = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}">{name}\n<rect width="100%" height="100%" rx="6" fill="{paper}"/>\n'
        + "\n".join(grounds)
        + f'\n<g font-family="\'{NARROW}\', monospace" font-size="{SIZE:g}" xml:space="preserve">\n'
        + "\n".join(texts)
        + "\n</g>\n</svg>\n"
    )


def png(drawing: str, scale: float = 2.0) -> bytes:
    """The bitmap of what `svg` drew. Chinese and Japanese come out as boxes where no font for them is installed.

    cairo takes the first family of a list only, so the one that is installed has to be named.
    """
    import cairosvg

    drawing = drawing.replace(WIDE, _installed_wide_font())
    return bytes(cairosvg.svg2png(bytestring=drawing.encode(), scale=scale))


@cache
def _installed_wide_font() -> str:
    if not shutil.which("fc-match"):
        return WIDE
    command = ["fc-match", "--format=%{family[0]}", "monospace:lang=zh-cn"]
    return subprocess.run(command, capture_output=True, text=True).stdout or WIDE


def _paper(screen: pyte.Screen) -> str:
    """The ground most cells have: what it is drawn on, so that a light theme has neither a dark frame nor seams."""
    cells = (screen.buffer[row][column] for row in range(screen.lines) for column in range(screen.columns))
    return Counter(_look(char, False).background for char in cells).most_common(1)[0][0]


def _runs(screen: pyte.Screen, row: int) -> list[tuple[int, int, Look, str]]:
    """`(first column, cells, look, text)` of one line. A wide character is a run by itself."""
    line = screen.buffer[row]
    cells: list[tuple[int, Look, str]] = []
    for column in range(screen.columns):
        char = line[column]
        if char.data == "":  # the second half of a wide character
            continue
        wide = column + 1 < screen.columns and line[column + 1].data == ""
        cells.append((column, _look(char, wide), char.data))
    runs = []
    for (look, _alone), group in groupby(cells, key=lambda cell: (cell[1], cell[0] if cell[1].wide else -1)):
        members = list(group)
        width = 2 if look.wide else len(members)
        runs.append((members[0][0], width, look, "".join(text for _column, _look, text in members)))
    return runs


def _look(char: pyte.screens.Char, wide: bool) -> Look:
    foreground, background = _colour(char.fg, FOREGROUND), _colour(char.bg, BACKGROUND)
    if char.reverse:
        foreground, background = background, foreground
    return Look(foreground, background, char.bold, char.italics, char.underscore, char.strikethrough, wide)


def _colour(name: str, default: str) -> str:
    return default if name == "default" else _NAMED.get(name) or f"#{name}"


def _style(look: Look) -> str:
    lines = [word for word, on in (("underline", look.underlined), ("line-through", look.struck)) if on]
    return (
        (f" font-family=\"'{WIDE}', monospace\"" if look.wide else "")
        + (' font-weight="bold"' if look.bold else "")
        + (' font-style="italic"' if look.italic else "")
        + (f' text-decoration="{" ".join(lines)}"' if lines else "")
    )
