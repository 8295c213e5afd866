"""Hits of a search inside lines of runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.lines import Line, Run

if TYPE_CHECKING:
    from desk.query.hits import Marker

MATCH = "match"


def marked(lines: Sequence[Line], marker: Marker | None) -> list[Line]:
    """The lines with what `marker` finds in the role `match`."""
    if marker is None:
        return list(lines)
    return [tuple(run for one in line for run in split(one[0], one[1], marker)) for line in lines]


def split(text: str, role: str, marker: Marker) -> Iterator[Run]:
    """A text as runs: `match` where the marker finds something, `role` elsewhere."""
    done = 0
    for start, end in marker.find(text):
        if start > done:
            yield text[done:start], role
        yield text[start:end], MATCH
        done = end
    if done < len(text) or not text:
        yield text[done:], role


def hit_lines(lines: Sequence[Line]) -> list[int]:
    """Which lines hold a hit."""
    return [y for y, line in enumerate(lines) if any(role == MATCH for _text, role in line)]
