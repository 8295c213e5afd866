"""F10: every act that makes sense here, by arrow keys or mouse, for those who would rather read than remember."""

from __future__ import annotations

from collections.abc import Collection

from textual.geometry import Size

from app.act import GROUPS, Leader
from app.actions import BY_ID, LEADERS, allowed, available
from app.bindings import Bindings
from app.keymap import Keymap
from app.widgets.drawing import Piece, length
from app.widgets.rows import Choice, Row
from app.widgets.sheet import Sheet
from app.words import _

_LEADERS = {leader.id: leader for leader in LEADERS}


class Menu(Sheet):
    """Groups side by side, their acts below; a leader opens what may follow it. Closes with an act's id, or None."""

    def __init__(self, keymap: Keymap, holds: Collection[str], keys: Bindings) -> None:
        """`keymap` is that of the place, with the rows made at run time under its leaders."""
        super().__init__()
        self._keymap, self._holds = keymap, holds
        self._groups = groups(keymap.place, holds, keys)
        self._names = list(self._groups)
        self._at, self._inside, self._lines = 0, "", 0
        self.choice = Choice(self._groups[self._names[0]])

    def lines_wanted(self, size: Size) -> int:
        lines = min(2 + max(map(len, self._groups.values())), max(6, size.height - 4))
        self._lines, self.choice.height = lines, lines - 2
        return lines

    def top(self, lines: int, size: Size) -> int:
        return 0

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return self._bar()
        if y == self._lines - 1:
            return self.rule()
        return self.choice.pieces(y - 1, self.look, self.width)

    def press(self, key: str) -> bool:
        match key:
            case "escape" | "left" | "h" if self._inside:
                self._turn(0)
            case "f10" | "q":
                self.close(None)
            case "left" | "h" | "shift+tab":
                self._turn(-1)
            case "right" | "l" | "tab":
                self._turn(1)
            case "enter" | "space":
                self._choose(self.choice.current)
            case _:
                if not self.choice.press({"j": "down", "k": "up"}.get(key, key)):
                    return False
        self.refresh()
        return True

    def click(self, x: int, y: int) -> None:
        if y:
            self._choose(self.choice.point(y - 1))
        else:
            at = 0
            for index, piece in enumerate(self._bar()):
                end = at + length([piece])
                if at <= x < end:
                    self._turn(index - self._at)
                    break
                at = end
        self.refresh()

    def _turn(self, by: int) -> None:
        self._at, self._inside = (self._at + by) % len(self._names), ""
        self.choice.fill(self._groups[self._names[self._at]])

    def _choose(self, id: str) -> None:
        leader = _LEADERS.get(id)
        if leader is None:
            if id:
                self.close(id)
            return
        options = [one for one in self._keymap.options(id) if one.literal or allowed(BY_ID[one.id], self._holds)]
        labels = [one.label if one.literal else _(BY_ID[one.id].label) for one in options]
        self.choice.fill([Row(one.id, label, one.key) for one, label in zip(options, labels, strict=True)])
        self._inside = _(leader.label)

    def _bar(self) -> list[Piece]:
        """The names of the groups, one of them open."""
        pieces: list[Piece] = []
        for index, name in enumerate(self._names):
            is_open = index == self._at
            inside = f"› {self._inside} " if is_open and self._inside else ""
            text = f" {_(GROUPS[name])} {inside}"
            pieces.append((text, self.look.on("accent_text" if is_open else "text", "panel")))
        return pieces


def groups(place: str, holds: Collection[str], keys: Bindings) -> dict[str, list[Row]]:
    """By group, the rows of its menu in `place` while the states in `holds` do. Acts behind a leader stand behind it
    here too; a leader nothing follows is left out."""
    found: dict[str, list[Row]] = {}
    acts = list(available(place, holds))
    menus = {act.id for act in acts if isinstance(act, Leader)}
    for act in acts:
        behind = not isinstance(act, Leader) and act.menu in menus and act.menu != "app.go"
        if act.id != "app.menu" and act.id != "app.go" and not behind:
            found.setdefault(act.group, []).append(Row(act.id, _(act.label), keys.shown(act.id, place)))
    return {name: found[name] for name in GROUPS if name in found}
