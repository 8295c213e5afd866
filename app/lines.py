"""A line of a pane: pieces of text, each with the colour role it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.safe import cells, width_of

Run = tuple[str, str]
"""Text and role (see `themes.roles`)."""

Line = tuple[Run, ...]


def heading(title: str, width: int, role: str = "muted") -> Line:
    """What stands below, at the head of a rule that fills the line."""
    shown = cells(title, min(width_of(title), max(0, width - 4)))
    return ("─ ", "rule"), (shown, role), (" " + "─" * max(0, width - 3 - width_of(shown)), "rule")


class Page(NamedTuple):
    """What a pane scrolls through, broken for one width."""

    lines: Sequence[Line] = ()
    starts: Mapping[int, int] = {}
    """Message → the line it begins on, in their order."""
    side: Sequence[Line] = ()
    """What stands in a column of its own on the right."""
