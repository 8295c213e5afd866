"""Bytes from outside as lines a terminal may show: text where they are text, else sixteen bytes a line with their
offsets. No byte of them reaches the terminal as it is."""

from __future__ import annotations

from collections.abc import Iterator

from app.wrap import wrap
from store.values import clean

MOST_LINES = 2000
MOST_BYTES = 200_000
_PEEK = 8192
_ROW = 16


def is_text(raw: bytes) -> bool:
    """Whether it reads as text: no zero byte, and hardly any that mean nothing."""
    head = raw[:_PEEK]
    strange = sum(c == "�" or (c < " " and c not in "\t\n\r\f") for c in head.decode("utf-8", "replace"))
    return b"\0" not in head and strange * 10 <= max(1, len(head))


def raw_lines(raw: bytes, width: int) -> list[str]:
    """At most `MOST_LINES` lines of at most `width` cells."""
    found: list[str] = []
    for line in _text(raw, width) if is_text(raw) else _dump(raw, width):
        if len(found) == MOST_LINES:
            break
        found.append(line)
    return found


def _text(raw: bytes, width: int) -> Iterator[str]:
    text = clean(raw[:MOST_BYTES].decode("utf-8", "replace").replace("\r\n", "\n"))
    for line in text.split("\n"):
        yield from wrap(line, width)


def _dump(raw: bytes, width: int) -> Iterator[str]:
    row = _ROW if width >= 76 else _ROW // 2 if width >= 44 else _ROW // 4
    for at in range(0, min(len(raw), MOST_BYTES), row):
        part = raw[at : at + row]
        shown = "".join(chr(b) if 32 <= b < 127 else "·" for b in part)
        yield f"{at:08x}  {part.hex(' '):<{row * 3 - 1}}  {shown}"
