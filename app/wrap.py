"""Breaks text into lines of terminal cells: at spaces where there are any, anywhere in Chinese or Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

# What most text is made of, told apart by whole runs: a line of half a million characters is broken while one waits.
_NARROW = re.compile("[\\0-\u02ff]*")
_WIDE = re.compile("[\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]*")


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` cells (at least 4). Tabs become spaces; an empty text is one empty line."""
    width = max(4, width)
    for raw in text.split("\n"):
        yield from _one(raw.expandtabs(4).rstrip(), width)


def _one(line: str, width: int) -> Iterator[str]:
    if len(line) <= width and (line.isascii() or cell_len(line) <= width):
        yield line
        return
    start = 0
    while (end := _fitting(line, start, width)) < len(line):
        space = line.rfind(" ", start + 1, end)
        cut = space if space > start else end
        yield line[start:cut].rstrip()
        start = cut + 1 if cut == space else cut
    yield line[start:]


def _fitting(line: str, start: int, width: int) -> int:
    """The end of what fits into `width` cells from `start` on."""
    at, left = start, width
    while at < len(line):
        begun = at
        for run, size in ((_NARROW, 1), (_WIDE, 2)):
            most = left // size
            found = run.match(line, at, at + most + 1)
            count = found.end() - at if found else 0
            if count > most:
                return at + most
            at, left = at + count, left - count * size
        if at == begun:
            left -= get_character_cell_size(line[at])
            if left < 0:
                return at
            at += 1
    return at
