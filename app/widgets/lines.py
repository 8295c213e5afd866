"""The base of every pane: rows drawn one by one, and only those repainted that changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from app.lines import Line
from app.safe import cells, width_of

if TYPE_CHECKING:
    from app.workstation import Workstation


class LaidOutOnce(Widget):
    """Without the second layout Textual does for a size that is new: nothing around it depends on what is in it."""

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        return super()._size_updated(size, virtual_size, container_size, layout=False)


class Drawn(LaidOutOnce, can_focus=False, inherit_bindings=False):
    """A pane that draws rows of text itself; keys reach it through the workstation, never through focus."""

    DEFAULT_CSS = ""

    @property
    def desk(self) -> Workstation:
        from app.workstation import Workstation

        assert isinstance(self.app, Workstation)
        return self.app

    def style(self, role: str) -> Style:
        return self.desk.look.style(role)

    def strip(self, line: Line, width: int) -> Strip:
        """A line as exactly `width` cells; neighbours of one role become one segment."""
        segments: list[Segment] = []
        left = width
        for text, role in line:
            if left <= 0:
                break
            fitted = text if len(text) <= left and text.isascii() else cells(text, min(left, width_of(text)))
            used = len(fitted) if fitted.isascii() else width_of(fitted)
            style = self.style(role)
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + fitted, style)
            else:
                segments.append(Segment(fitted, style))
            left -= used
        if left > 0:
            style = self.style(line[-1][1] if line else "text")
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + " " * left, style)
            else:
                segments.append(Segment(" " * left, style))
        return Strip(segments, width)

    def repaint(self, rows: Iterable[int]) -> None:
        """Repaints single rows of the pane."""
        regions = [Region(0, y, self.size.width, 1) for y in sorted(set(rows)) if 0 <= y < self.size.height]
        if regions:
            self.refresh(*regions)


class Lines(Drawn, can_focus=False, inherit_bindings=False):
    """A pane whose subclasses say what stands in each row."""

    @abstractmethod
    def line(self, y: int) -> Line:
        """The row at `y` of the pane; shorter lines are filled up."""

    def render_line(self, y: int) -> Strip:
        return self.strip(self.line(y), self.size.width)
