"""A compositor that leaves the lines of an overlay in one piece, and sends only what the terminal does not show yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.control import Control
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region, Size

if TYPE_CHECKING:
    from rich.console import Console
    from textual.strip import Strip


class Piece(NamedTuple):
    """A part of a line, from column `x` to before column `end`."""

    y: int
    x: int
    end: int
    strip: Strip


class WholeLines(Compositor):
    """Textual divides every line where any widget starts or ends, the ones out of sight too, and a full-width character
    that stands across such a place is lost. Behind a widget that is as wide as the screen nothing is to be seen, so
    nothing there needs a division, and nothing is drawn there.

    And it sends all that may have changed, the whole screen several times over while something opens; here what is on
    the terminal already is not sent again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = Shown()
        self._shown_at = Size(0, 0)

    def forget(self) -> None:
        """The terminal may show anything: somebody else wrote to it."""
        self._shown.lines.clear()

    def render_full_update(self, simplify: bool = False) -> CompositorUpdate:  # type: ignore[override]
        if simplify:
            return super().render_full_update(simplify)
        if self.size != self._shown_at:
            self._shown_at = self.size
            self.forget()
        self._dirty_regions.clear()
        chops = self._render_chops(self.size.region, lambda y: True)
        pieces = (
            Piece(y, x, end, strip)
            for y, line in enumerate(chops)
            for (x, strip), end in zip(line.items(), self.cuts[y][1:], strict=False)
            if strip is not None
        )
        return Frame(pieces, self._shown)

    def render_partial_update(self) -> CompositorUpdate | None:  # type: ignore[override]
        update = super().render_partial_update()
        return Frame(_spans(update.chops, update.spans, update.chop_ends), self._shown) if update is not None else None

    def _render_chops(  # type: ignore[override]
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip | None]]:
        """Front to back, and of each widget only the lines on which something of it is to be seen: not the ground under
        the panes, not a whole pane for one row."""
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            left, right = shown.column_span
            edges = {y: [x for x in cuts[y] if left <= x <= right] for y in filter(is_rendered_line, shown.line_range)}
            lines = [y for y, line in edges.items() if _free(chops[y], line, crop)]
            if not lines:
                continue
            top, bottom = lines[0], lines[-1] + 1
            strips = widget.render_lines(Region(left - region.x, top - region.y, shown.width, bottom - top))
            for y in lines:
                divided = strips[y - top].divide([x - left for x in edges[y][1:]])
                for x, strip in zip(edges[y], divided, strict=False):
                    if chops[y][x] is None:
                        chops[y][x] = strip
        return chops

    @property
    def cuts(self) -> list[list[int]]:
        """For each line, in order, where it is divided: 0, the width, and the edges in sight between them."""
        if self._cuts is None:
            width, height = self.size
            edges = [{0, width} for _ in range(height)]
            covered = [False] * height
            for region, clip in self.visible_widgets.values():  # from the front to the back
                x, y, wide, tall = region.intersection(clip)
                if not wide or not tall:
                    continue
                for line in range(max(0, y), min(height, y + tall)):
                    if not covered[line]:
                        edges[line] |= {x, x + wide}
                        covered[line] = wide >= width
            self._cuts = [sorted(line) for line in edges]
        return self._cuts


class Shown:
    """What stands on the terminal: for each line the pieces that were sent last, none over another."""

    def __init__(self) -> None:
        self.lines: dict[int, list[tuple[int, int, str]]] = {}

    def take(self, y: int, x: int, end: int, text: str) -> bool:
        """Notes a piece; whether it has to be sent."""
        line = self.lines.setdefault(y, [])
        piece = (x, end, text)
        if piece in line:
            return False
        line[:] = [other for other in line if other[1] <= x or other[0] >= end]
        line.append(piece)
        return True


class Frame(CompositorUpdate):
    """Pieces in the order of the screen, of which those are sent that `shown` does not have yet."""

    def __init__(self, pieces: Iterable[Piece], shown: Shown) -> None:
        self.pieces, self.shown = pieces, shown

    def render_segments(self, console: Console) -> str:
        out, at = [], (-1, -1)
        for y, x, end, strip in self.pieces:
            text = strip.render(console)
            if self.shown.take(y, x, end, text):
                if at != (y, x):
                    out.append(Control.move_to(x, y).segment.text)
                out.append(text)
                at = (y, end)
        return "".join(out)


def _free(line: Mapping[int, Strip | None], edges: Sequence[int], crop: Region) -> bool:
    """Whether nothing is drawn yet at one of the places between `edges` that `crop` reaches."""
    return any(line[x] is None and x < crop.right and end > crop.x for x, end in pairwise(edges))


def _spans(
    lines: Sequence[Mapping[int, Strip | None]], spans: Iterable[tuple[int, int, int]], ends: list[list[int]]
) -> Iterator[Piece]:  # fmt: skip
    """What stands in spans (line, first column, column behind), as Textual would send it."""
    for y, left, right in spans:
        for end, (x, strip) in zip(ends[y], lines[y].items(), strict=False):
            if strip is not None and x < right and end > left:
                yield Piece(y, x, min(end, right), strip if end <= right else strip.crop(0, right - x))
