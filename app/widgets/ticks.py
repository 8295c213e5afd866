"""Choosing any of many: rows with a tick each, narrowed by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.setup.picks import Option
from app.widgets.palette import Entry, Palette, ranked
from app.words import _


class Ticks(Palette):
    """Enter ticks the row under the cursor or takes its tick away; Esc is done. `turned` does it and returns what is
    chosen then."""

    def __init__(
        self, options: Sequence[Option], chosen: Sequence[str], turned: Callable[[str], Sequence[str]], label: str
    ) -> None:
        self._options, self._turned = tuple(options), turned
        super().__init__(_entries(options, chosen), (), _("{name} · Enter ticks, Esc is done").format(name=label))

    def press(self, key: str) -> bool:
        if key != "enter":
            return super().press(key)
        self._turn(self.choice.current)
        return True

    def click(self, x: int, y: int) -> None:
        self._turn(self.choice.point(y - 2))

    def _turn(self, ident: str) -> None:
        if not ident:
            return
        at, top = self.choice.at, self.choice.top
        self._entries = tuple(_entries(self._options, self._turned(ident)))
        self.choice.fill(ranked(self.edit.text if self.edit else "", self._entries))
        self.choice.at, self.choice.top = at, top
        self.refresh()


def _entries(options: Sequence[Option], chosen: Sequence[str]) -> list[Entry]:
    return [Entry(o.id, f"{'[x]' if o.id in chosen else '[ ]'} {o.label}", "", o.note, o.id) for o in options]
