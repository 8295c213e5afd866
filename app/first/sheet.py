"""The first steps as a list over the screen: Enter leads to what is missing, d puts the list away or brings it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Size

from app.first.lacks import FirstStep
from app.widgets.drawing import Piece
from app.widgets.rows import Choice, Row
from app.widgets.sheet import Sheet
from app.words import _
from app.wrap import wrap

_HOW = 2
"""Lines that explain the row under the cursor."""


class FirstSteps(Sheet):
    """Closes with the act that leads to a step, or None. `dismiss` puts the list away and says whether it is now."""

    def __init__(self, steps: Sequence[FirstStep], away: bool, dismiss: Callable[[], bool]) -> None:
        super().__init__()
        self._steps = {step.id: step for step in steps}
        self._away, self._dismiss = away, dismiss
        self.choice = Choice([_row(step) for step in steps])
        open_ones = [n for n, step in enumerate(steps) if not step.done]
        self.choice.at = open_ones[0] if open_ones else 0

    def lines_wanted(self, size: Size) -> int:
        rows = min(len(self._steps), max(3, size.height - _HOW - 4))
        self.choice.height = rows
        self.choice.move(0)
        return rows + _HOW + 3

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return self.rule()
        if y == 1:
            done = sum(step.done for step in self._steps.values())
            said = _("{n} of {all} done").format(n=done, all=len(self._steps))
            return [(f" {_('First steps')}", self.look.on("strong", "panel")), (f"   {said}", self.look.on("muted", "panel"))]
        if y <= self.choice.height + 1:
            return self.choice.pieces(y - 2, self.look, self.width)
        below = y - self.choice.height - 2
        if below < _HOW:
            how = list(wrap(_(self._steps[self.choice.current].how), max(20, min(110, self.width - 4))))
            return [(f"   {how[below]}" if below < len(how) else "", self.look.on("muted", "panel"))]
        plain, key = self.look.on("text", "panel"), self.look.on("key", "panel")
        put = _("show them in the empty inbox") if self._away else _("do not show them in the inbox")
        answers = (("Enter", _("do it")), ("d", put), ("Esc", _("back")))
        return [piece for name, text in answers for piece in ((f" {name}", key), (f" {text}  ", plain))]

    def press(self, key: str) -> bool:
        if key == "enter":
            self._choose(self.choice.current)
        elif key == "d":
            self._away = self._dismiss()
        elif key == "q":
            self.close(None)
        elif not self.choice.press({"j": "down", "k": "up"}.get(key, key)):
            return False
        self.refresh()
        return True

    def click(self, x: int, y: int) -> None:
        before = self.choice.current
        if (found := self.choice.point(y - 2)) and found == before:
            self._choose(found)
        self.refresh()

    def _choose(self, ident: str) -> None:
        step = self._steps[ident]
        if step.act:
            self.close(step.act)


def _row(step: FirstStep) -> Row:
    return Row(step.id, f"{'✓' if step.done else '○'} {_(step.label)}")
