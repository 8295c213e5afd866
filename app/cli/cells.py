"""Text in terminal cells, without the workstation's libraries: cleaned again, cut and padded by width."""

from __future__ import annotations

import re
import unicodedata

from store.values import clean

CUT = "…"
_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG_TO_LETTER = 0x1F1E6 - ord("A")


def one_line(text: str) -> str:
    """`text` on one line, cleaned; joined emoji come apart, flags become letters, so that every terminal agrees on
    the width."""
    if text.isascii() and text.isprintable():
        return text
    text = _JOINERS.sub("", " ".join(clean(text).split()))
    return _FLAG.sub(lambda m: chr(ord(m.group()) - _FLAG_TO_LETTER), text)


def width(text: str) -> int:
    """Cells of a line as `one_line` makes it."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def fit(text: str, size: int, *, right: bool = False) -> str:
    """`text` in exactly `size` cells: cut with `…` or padded."""
    line = one_line(text)
    room = size - width(line)
    if room >= 0:
        return " " * room + line if right else line + " " * room
    if size <= 0:
        return ""
    out, left = [], size - 1
    for char in line:
        if (wide := _cells(char)) > left:
            break
        out.append(char)
        left -= wide
    return "".join(out) + CUT + " " * left


def wrap(text: str, size: int) -> list[str]:
    """Lines of at most `size` cells; line feeds are kept, words are not cut unless they are longer than a line."""
    lines: list[str] = []
    for paragraph in clean(text).expandtabs(4).split("\n"):
        lines += _wrapped(_JOINERS.sub("", paragraph), size)
    return lines


def _wrapped(paragraph: str, size: int) -> list[str]:
    if width(paragraph) <= size:
        return [paragraph]
    lines, line, used = [], "", 0
    for word in re.findall(r"\s*\S+|\s+$", paragraph):
        wide = width(word)
        if used + wide <= size:
            line, used = line + word, used + wide
            continue
        if line:
            lines.append(line)
        line, used = "", 0
        for char in word.lstrip():
            cells = _cells(char)
            if used + cells > size:
                lines.append(line)
                line, used = "", 0
            line, used = line + char, used + cells
    return [*lines, line]


def _cells(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
