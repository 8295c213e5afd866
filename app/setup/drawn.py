"""What every part of the set-up is drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.lines import Line, heading
from app.safe import width_of
from app.words import _, render_error
from app.wrap import wrap
from store.errors import DeskError


class Place(NamedTuple):
    """Where the terminal's cursor belongs: column and line of the pane."""

    x: int
    y: int


class Drawn(NamedTuple):
    lines: list[Line]
    cursor: Place | None = None


def window(top: int, at: int, count: int, height: int) -> int:
    """The first row to show so that row `at` is seen."""
    top = max(at - height + 1, min(top, at))
    return max(0, min(top, count - height))


def bar(active: bool) -> str:
    return "selection" if active else "selection_away"


def filled(lines: list[Line], height: int) -> list[Line]:
    return [*lines[:height], *([()] * (height - len(lines)))]


def head(title: str, dirty: bool, width: int) -> Line:
    mark = f" {_('not saved')} " if dirty else ""
    room = width - width_of(mark)
    return (*heading(title, room), (mark, "warning"))


def text_lines(texts: Sequence[str], width: int, role: str = "text") -> list[Line]:
    """Plain texts as lines of a page."""
    return [((f" {line}", role),) for text in texts for line in wrap(text, width - 2)]


def error_line(error: DeskError, width: int) -> list[Line]:
    return text_lines([render_error(error)], width, "danger")
