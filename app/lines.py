"""A line of a pane: pieces of text, each with the colour role it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Run = tuple[str, str]
"""Text and role (see `themes.roles`)."""

Line = tuple[Run, ...]


class Page(NamedTuple):
    """What a pane scrolls through, broken for one width."""

    lines: Sequence[Line] = ()
    starts: Mapping[int, int] = {}
    """Message → the line it begins on, in their order."""
    side: Sequence[Line] = ()
    """What stands in a column of its own on the right."""
