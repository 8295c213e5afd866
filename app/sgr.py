"""Frames in fewer bytes: of two pieces of text that follow each other, the second says only what it changes in looks.

Textual sends every piece with all its colours and takes them back behind it; over a slow line these are half the bytes.
What the terminal shows is the same, as long as the frame does not scroll it; none does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PIECE = re.compile(r"\x1b\[([\d;]+)m([^\x1b\r\n]*)\x1b\[0m((?:\r\n|\x1b\[\d+;\d+H)*)")
"""Looks, text, and where the cursor goes behind it."""
_RESET = "\x1b[0m"
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29"}
_SHARED = frozenset("1256")
"""Of these one sequence takes back two."""
_SEEN = frozenset("45679")
"""Weights that show on a blank."""


class Looks(NamedTuple):
    """What an SGR sequence sets; None where there is more in it than is known here."""

    weights: frozenset[str]
    fg: str
    bg: str


def shorter(frame: str) -> str:
    """The same frame. Pieces are only joined where nothing but text and the cursor's way stands between them."""
    out: list[str] = []
    done, before = 0, ""
    for piece in _PIECE.finditer(frame):
        looks, text, way = piece.groups()
        if piece.start() != done:
            out += [_RESET if before else "", frame[done : piece.start()]]
            before = ""
        done = piece.end()
        if text:
            if not (before and text.isspace() and blank_alike(before, looks)):
                out.append(change(before, looks))
                before = looks
            out.append(text)
        if way:
            moves = way.rpartition("\x1b")
            if way.endswith("\n"):  # where that leads depends on what the terminal makes of it
                out += [_RESET if before else "", way]
                before = ""
            else:
                out.append("\x1b" + moves[2])
    return "".join([*out, _RESET if before else "", frame[done:]]) if done else frame


@lru_cache(4096)
def change(before: str, after: str) -> str:
    """The sequence that takes the looks `before` to `after`; both are the numbers of one. "" begins at none."""
    if before == after:
        return ""
    if not before:
        return f"\x1b[{after}m"
    old, new, whole = _looks(before), _looks(after), f"\x1b[0;{after}m"
    if old is None or new is None or (old.weights - new.weights and new.weights & _SHARED):
        return whole
    told = sorted({_OFF[weight] for weight in old.weights - new.weights} | (new.weights - old.weights), key=int)
    if new.fg != old.fg:
        told.append(new.fg or "39")
    if new.bg != old.bg:
        told.append(new.bg or "49")
    return min(f"\x1b[{';'.join(told)}m" if told else "", whole, key=len)


@lru_cache(4096)
def blank_alike(one: str, other: str) -> bool:
    """Whether a blank looks the same in both: its ground is, and no line or turned colours are in it."""
    old, new = _looks(one), _looks(other)
    return old is not None and new is not None and old.bg == new.bg and not (old.weights | new.weights) & _SEEN


def _looks(codes: str) -> Looks | None:
    weights, fg, bg = set(), "", ""
    rest = codes.split(";")
    while rest:
        code = rest.pop(0)
        if code in ("38", "48"):
            length = {"2": 4, "5": 2}.get(rest[0] if rest else "", 0)
            if not length or len(rest) < length:
                return None
            code, rest = ";".join([code, *rest[:length]]), rest[length:]
            fg, bg = (code, bg) if code.startswith("38") else (fg, code)
        elif re.fullmatch("3[0-79]|9[0-7]", code):
            fg = code
        elif re.fullmatch("4[0-79]|10[0-7]", code):
            bg = code
        elif re.fullmatch("[1-9]", code):
            weights.add(code)
        else:
            return None
    return Looks(frozenset(weights), "" if fg == "39" else fg, "" if bg == "49" else bg)
