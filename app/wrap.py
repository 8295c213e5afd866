"""Breaks text into lines of terminal cells: at spaces where there are any, anywhere in Chinese or Japanese."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` cells (at least 4). Tabs become spaces; an empty text is one empty line."""
    width = max(4, width)
    for raw in text.split("\n"):
        yield from _one(raw.expandtabs(4).rstrip(), width)


def _one(line: str, width: int) -> Iterator[str]:
    if len(line) <= width and (line.isascii() or cell_len(line) <= width):
        yield line
        return
    start, last_space, used, i, length = 0, -1, 0, 0, len(line)
    while i < length:
        char = line[i]
        size = 1 if char < "\u0300" else get_character_cell_size(char)
        if used + size > width:
            cut = last_space if last_space > start else i
            yield line[start:cut].rstrip()
            start = cut + 1 if cut == last_space else cut
            i, used, last_space = start, 0, -1
            continue
        if char == " " or size == 2:
            last_space = i if char == " " else last_space
        used += size
        i += 1
    yield line[start:]
