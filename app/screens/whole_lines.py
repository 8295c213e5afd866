"""A compositor that leaves the lines of an overlay in one piece."""

from __future__ import annotations

from textual._compositor import Compositor


class WholeLines(Compositor):
    """Textual divides every line where any widget starts or ends, the ones out of sight too, and a full-width character
    that stands across such a place is lost. Behind a widget that is as wide as the screen nothing is to be seen, so
    nothing there needs a division."""

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
