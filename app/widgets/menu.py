"""F10: every act that makes sense here, by arrow keys or mouse, for those who would rather read than remember."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from app.actions import BY_ID, GROUPS, LEADERS, Leader, allowed, available
from app.bindings import Bindings
from app.keymap import Keymap
from app.look import of
from app.widgets.drawing import Piece, length, strip
from app.widgets.rows import Row, Rows
from app.words import _

_LEADERS = {leader.id for leader in LEADERS}


class Menu(ModalScreen[str | None]):
    """Groups side by side, their acts below; a leader opens what may follow it. Dismissed with an act's id, or None."""

    BINDINGS: ClassVar = []
    DEFAULT_CSS = """
    Menu {
        background: transparent;
        & > Vertical {
            dock: top;
            height: 16;
            max-height: 80%;
            border-bottom: solid $dh-rule;
            background: $dh-panel-bg;
        }
    }
    """

    def __init__(self, keymap: Keymap, holds: Collection[str], keys: Bindings) -> None:
        """`keymap` is that of the place, with the rows made at run time under its leaders."""
        super().__init__()
        self._keymap, self._holds = keymap, holds
        self._groups = groups(keymap.place, holds, keys)
        self._names = list(self._groups)
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Bar([_(GROUPS[name]) for name in self._names])
            yield Rows(self._groups[self._names[0]])

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        self._choose(event.id)

    def on_bar_picked(self, event: Bar.Picked) -> None:
        self._turn(event.index - self._at)

    def on_key(self, event: events.Key) -> None:
        rows = self.query_one(Rows)
        match event.key:
            case "escape" if self.query_one(Bar).inside:
                self._turn(0)
            case "escape" | "f10" | "q":
                self.dismiss(None)
            case "left" | "h" | "shift+tab":
                self._turn(0 if self.query_one(Bar).inside else -1)
            case "right" | "l" | "tab":
                self._turn(1)
            case "down" | "j":
                rows.move(1)
            case "up" | "k":
                rows.move(-1)
            case "pagedown":
                rows.page(1)
            case "pageup":
                rows.page(-1)
            case "enter" | "space":
                self._choose(rows.current)
            case _:
                return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)

    def _turn(self, by: int) -> None:
        self._at = (self._at + by) % len(self._names)
        self.query_one(Rows).fill(self._groups[self._names[self._at]])
        self.query_one(Bar).show(self._at)

    def _choose(self, id: str) -> None:
        if id not in _LEADERS:
            self.dismiss(id or None)
            return
        options = [one for one in self._keymap.options(id) if one.literal or allowed(BY_ID[one.id], self._holds)]
        rows = [Row(one.id, one.label if one.literal else _(BY_ID[one.id].label), one.key) for one in options]
        self.query_one(Rows).fill(rows)
        leader = next(leader for leader in LEADERS if leader.id == id)
        self.query_one(Bar).show(self._at, _(leader.label))


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


class Bar(Widget, inherit_bindings=False):
    """The names of the groups, one of them open."""

    DEFAULT_CSS = "Bar { height: 1; background: $dh-panel-bg; }"

    class Picked(Message):
        """A name was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names, self._at, self._inside = names, 0, ""

    @property
    def inside(self) -> bool:
        """Whether a leader's own menu is open."""
        return bool(self._inside)

    def show(self, at: int, inside: str = "") -> None:
        """Which name is open, and which leader's menu within it."""
        self._at, self._inside = at, inside
        self.refresh()

    def _pieces(self) -> list[Piece]:
        look = of(self)
        pieces = []
        for index, name in enumerate(self._names):
            shown = f" {name} › {self._inside} " if index == self._at and self._inside else f" {name} "
            pieces.append((shown, look.on("accent_text" if index == self._at else "text", "panel")))
        return pieces

    def render_line(self, y: int) -> Strip:
        return strip(self._pieces(), self.size.width, of(self).on("text", "panel"))

    def on_click(self, event: events.Click) -> None:
        at = 0
        for index, piece in enumerate(self._pieces()):
            end = at + length([piece])
            if at <= event.x < end:
                self.post_message(self.Picked(index))
            at = end
