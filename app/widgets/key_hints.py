"""The bottom line: left what the list shows or what just happened, right the few keys that matter here."""

from __future__ import annotations

from collections.abc import Collection

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from app.actions import BY_ID, hints
from app.bindings import Bindings
from app.look import Look, of
from app.safe import cells, width_of
from app.widgets.drawing import Piece, length, strip
from app.words import _


class KeyHints(Widget, inherit_bindings=False):
    """One line. Texts given to it are in the person's language, or from outside."""

    DEFAULT_CSS = "KeyHints { height: 1; dock: bottom; }"

    class Pressed(Message):
        """A hint was clicked."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    def __init__(self, keys: Bindings, place: str = "list") -> None:
        super().__init__()
        self._keys, self._place = keys, place
        self._holds: frozenset[str] = frozenset()
        self._query = self._pending = self._notice = self._under_way = ""
        self._role = "text"
        self._spans: list[tuple[int, int, str]] = []

    def show(self, place: str, holds: Collection[str] = ()) -> None:
        """The hints of `place` while the states in `holds` do."""
        self._change(_place=place, _holds=frozenset(holds))

    def query_text(self, text: str) -> None:
        """What the list shows just now."""
        self._change(_query=text)

    def pending(self, typed: str) -> None:
        """The keys typed so far, "" for none."""
        self._change(_pending=typed)

    def say(self, text: str, role: str = "text") -> None:
        """What just happened, in place of the query until "" is said. Screen readers may count on this line."""
        self._change(_notice=text, _role=role)

    @property
    def said(self) -> str:
        """What stands there as having just happened."""
        return self._notice

    def countdown(self, text: str) -> None:
        """What runs out just now, beside what is said and in place of the query; "" for nothing."""
        self._change(_under_way=text)

    def _change(self, **values: object) -> None:
        if any(getattr(self, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(self, name, value)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        look, width = of(self), self.size.width
        plain = look.style("text")
        pending = f"  {self._pending}" if self._pending else ""
        said = [(self._notice, self._role), (self._under_way, "us")]
        left = [(text, look.style(role)) for text, role in said if text] or [(self._query, look.style("muted"))]
        wanted = length(left) + 3 * (len(left) - 1) + width_of(pending) + 2
        shown = self._hints(look, width - min(wanted, width if self._notice or self._under_way else width // 3))
        room = width - sum(length(pieces) for _id, pieces in shown) - width_of(pending) - 1
        line: list[Piece] = [(" ", plain), *_fitted(left, max(0, room), plain), (pending, look.style("strong"))]
        at, self._spans = length(line), []
        for id, pieces in shown:
            line += pieces
            self._spans.append((at, at + length(pieces), id))
            at = self._spans[-1][1]
        return strip(line, width, plain)

    def _hints(self, look: Look, room: int) -> list[tuple[str, list[Piece]]]:
        """As many as fit, the first ones first; the last one, help, is never left out."""
        made = []
        for act in hints(self._place, self._holds):
            key = self._keys.shown(act.id, self._place)
            if key:
                label = _(act.short or act.label)
                pieces = [("  ", look.style("text")), (key, look.style("key")), (f" {label}", look.style("muted"))]
                made.append((act.id, pieces))
        if not made:
            return []
        room -= length(made[-1][1]) + 1
        fitting = []
        for id, pieces in made[:-1]:
            room -= length(pieces)
            if room < 0:
                break
            fitting.append((id, pieces))
        return [*fitting, made[-1]]

    def on_click(self, event: events.Click) -> None:
        for start, end, id in self._spans:
            if start <= event.x < end and id in BY_ID:
                self.post_message(self.Pressed(id))


def _fitted(said: list[Piece], room: int, plain: Style) -> list[Piece]:
    """One or two texts in exactly `room` cells; the second is short, and the first gives way to it."""
    if len(said) == 1:
        return [(cells(said[0][0], room), said[0][1])]
    (first, style), (second, other) = said
    behind = min(width_of(second), room)
    before = max(0, min(width_of(first), room - behind - 3))
    rest = room - before - behind
    return [(cells(first, before), style), (" " * min(3, rest), plain), (cells(second, behind), other),
            (" " * max(0, rest - 3), plain)]  # fmt: skip
