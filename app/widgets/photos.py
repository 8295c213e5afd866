"""Photos of a ticket over the whole screen: the next and the one before, closer and in whole, saved and fetched.

Drawn with the terminal's own pictures where it has them, else in half blocks, which are text like all the rest. The
terminal's pictures lie over text: they are drawn after the lines they stand on, and taken away before others come.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from app import terminals
from app.key_names import token
from app.look import depth
from app.pictures import wanted as asked
from app.pictures.decoding import decode
from app.pictures.wanted import Picture, View, Wanted
from app.safe import headed
from app.terminals import BLOCKS, KITTY, Terminal
from app.times import size_text
from app.widgets.drawing import Piece, length
from app.widgets.sheet import Sheet
from app.words import _, render_error
from store.errors import DeskError

CELL = (8, 16)
"""Pixels of a cell where nobody says: small rather than large, so that nothing stands over the edge."""
LARGEST = (1280, 960)
"""Pixels that are sent at most: the line to the terminal may be a slow one."""
SIXELS = (720, 540)
_ZOOMS = (1, 2, 4, 8)


class Photo(NamedTuple):
    """`number` is its place among the ticket's files; `load` gives its bytes, None once they are gone; `fetch` is what
    brings it to another machine."""

    number: int
    name: str
    size: int
    about: str
    load: Callable[[], bytes | None]
    fetch: str


class Photos(Sheet):
    """`save` and `copy` do it to a photo and say what became of it, as a text and its role."""

    def __init__(
        self, photos: Sequence[Photo], at: int, save: Callable[[Photo], tuple[str, str]], copy: Callable[[str], tuple[str, str]],
    ) -> None:  # fmt: skip
        super().__init__()
        self.photos, self.at = tuple(photos), at
        self._save, self._copy = save, copy
        self.view = View()
        self.picture: Picture | None = None
        self.problem = ""
        self._said: tuple[str, str] = ("", "text")
        self._terminal = Terminal()
        self._colours = asked.FULL
        self._rows: list[list[Segment]] = []
        self._task: asyncio.Task[None] | None = None
        self._size = Size(0, 0)
        self._painting = self._sent = False
        self._cells = (0, 0)
        """Columns and rows the terminal's own picture takes."""

    @property
    def photo(self) -> Photo:
        return self.photos[self.at]

    # Opening ------------------------------------------------------------------------------------

    def lines_wanted(self, size: Size) -> int:
        if size != self._size:
            first, self._size = not self._size, size
            self._open(0.0 if first else 0.15)  # while a window is drawn larger, only its last size counts
        return size.height

    def close(self, answer: str | None) -> None:
        if self.is_open:
            self._stop()
            self._take_away()
        super().close(answer)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _open(self, wait: float = 0.0) -> None:
        from app.workstation import Workstation

        self._stop()
        desk = self.face
        assert isinstance(desk, Workstation)

        async def opening() -> None:
            await asyncio.sleep(wait)
            self._terminal = await desk.know_terminal()
            try:
                await self._decode()
            except DeskError as error:
                self._take_away()
                self.problem, self.picture, self._rows = render_error(error), None, []
            self.refresh()

        self._task = desk.passing(opening())

    async def _decode(self) -> None:
        data = self.photo.load()
        self.problem = ""
        if data is None:
            self._take_away()
            self.picture, self.problem = None, _("Its content is no longer on the desk.")
            return
        columns, rows = self._size.width, self._size.height - 2
        if self.look.theme.colourless:
            self.picture = await decode(data, Wanted(asked.FACTS, 0, 0))
            self._rows = []
            return
        graphics, (wide, tall) = self._graphics, self._cell
        if graphics == BLOCKS:
            has = "16" if self.look.theme.ansi else depth(os.environ)
            self._colours = {"256": asked.CUBE, "16": asked.ANSI}.get(has, asked.FULL)
            self.picture = await decode(data, Wanted(asked.BLOCKS, columns, rows * 2, self._colours, self.view))
            self._rows = rows_of(self.picture, self._colours, columns, self.look.on("text", "panel"))
            return
        most = LARGEST if graphics == KITTY else SIXELS
        width, height = min(columns * wide, most[0]), min(rows * tall, most[1])
        picture = await decode(data, Wanted(graphics, width, height, view=self.view))
        self._take_away()
        self.picture, self._rows, self._sent = picture, [], False
        self._cells = _cells(picture, columns, rows, (wide, tall), grow=graphics == KITTY)

    @property
    def _graphics(self) -> str:
        """The terminal's way, where it can be used: pictures placed by characters need every colour."""
        terminal = self._terminal
        if terminal.graphics == KITTY and terminal.around and depth(os.environ) != "true":
            return BLOCKS
        return terminal.graphics

    @property
    def _cell(self) -> tuple[int, int]:
        return self._terminal.cell if all(self._terminal.cell) else CELL

    # Drawing ------------------------------------------------------------------------------------

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return [(headed(f"─ {self._title()} ", self.width), self.look.on("rule", "panel"))]
        if y == self._size.height - 1:
            return self._bar()
        if self.picture is not None and self._cells != (0, 0) and self._graphics != BLOCKS and not self._rows:
            self._paint_soon()
        lines = self._card()
        at = y - 2
        return [("  ", self.look.on("text", "panel")), *((lines[at],) if 0 <= at < len(lines) else ())]

    def drawn(self, y: int) -> Strip | None:
        panel = self.look.on("text", "panel")
        if self._rows:
            above = max(0, (self._size.height - 2 - len(self._rows)) // 2)
            at = y - 1 - above
            if 0 <= at < len(self._rows):
                return Strip(self._rows[at], self.width)
            return Strip([Segment(" " * self.width, panel)], self.width) if 0 < y < self._size.height - 1 else None
        if self._placed and self._terminal.around and self._graphics == KITTY:
            left, top = self._corner()
            columns, rows = self._cells
            if top <= y < top + rows:
                number = terminals.PICTURE_ID
                style = Style(color=f"#{number:06x}", bgcolor=panel.bgcolor)
                self._paint_soon()
                return Strip([Segment(" " * left, panel), Segment(terminals.places(y - top, columns), style),
                              Segment(" " * (self.width - left - columns), panel)], self.width)  # fmt: skip
        return None

    @property
    def _placed(self) -> bool:
        """Whether what is shown is a picture of the terminal's own."""
        return self.picture is not None and not self._rows and not self.look.theme.colourless and self._graphics != BLOCKS

    def _corner(self) -> tuple[int, int]:
        columns, rows = self._cells
        return (self.width - columns) // 2, 1 + max(0, (self._size.height - 2 - rows) // 2)

    def _title(self) -> str:
        photo, picture = self.photo, self.picture
        parts = [f"{self.at + 1}/{len(self.photos)}", photo.name]
        if picture is not None:
            parts.append(f"{picture.full_width}×{picture.full_height} {picture.format}")
        parts += [size_text(photo.size), photo.about]
        if picture is not None and picture.frames > 1:
            parts.append(_("first frame"))
        if picture is not None and picture.cut_off:
            parts.append(_("cut off"))
        if self.view.zoom > 1:
            parts.append(f"{self.view.zoom}×")
        return "  ".join(p for p in parts if p)

    def _card(self) -> list[Piece]:
        """What stands in place of a photo that is not shown: why, and how to have it elsewhere."""
        from app.wrap import wrap

        text, muted = self.look.on("text", "panel"), self.look.on("muted", "panel")
        if self.problem:
            said = self.problem
        elif self.picture is None:
            return [(_("opening…"), muted)]
        elif self.look.theme.colourless:
            said = _("Without colours a photo cannot be shown here.")
        else:
            return []
        out: list[Piece] = [(line, text) for line in wrap(said, self.width - 4)]
        out += [("", text), (_("To have it on your own machine, type there:"), muted)]
        return [*out, *((line, text) for line in wrap(self.photo.fetch, self.width - 4))]

    def _bar(self) -> list[Piece]:
        if self._said[0]:
            return [(f" {self._said[0]}", self.look.on(self._said[1], "panel"))]
        keys = [("n", _("next")), ("p", _("before"))] if len(self.photos) > 1 else []
        if not self.look.theme.colourless:
            keys += [("+", _("closer")), ("f", _("whole"))] + ([("h j k l", _("move"))] if self.view.zoom > 1 else [])
        pieces: list[Piece] = [(" ", self.look.on("text", "panel"))]
        for key, label in (*keys, ("s", _("save")), ("y", _("copy how to fetch it")), ("Esc", _("back"))):
            pieces += [(key, self.look.on("key", "panel")), (f" {label}   ", self.look.on("text", "panel"))]
        return pieces if length(pieces) <= self.width else pieces[: 1 + 2 * ((self.width // 14) or 1)]

    # The terminal's own pictures ----------------------------------------------------------------

    def _paint_soon(self) -> None:
        if not self._painting:
            self._painting = True
            self.overlay.call_after_refresh(self._paint)

    def _paint(self) -> None:
        from app.workstation import Workstation

        self._painting = False
        desk = self._overlay.app if self._overlay is not None else None
        if self.picture is None or not isinstance(desk, Workstation) or not self._placed:
            return
        (left, top), (columns, rows) = self._corner(), self._cells
        there = f"\x1b7\x1b[{top + 1};{left + 1}H"
        if self._graphics != KITTY:
            desk.send(there + self.picture.data.decode("ascii", "replace") + "\x1b8")
            return
        if not self._sent:
            self._sent = True
            for piece in terminals.sending(self._terminal, self.picture.data):
                desk.send(piece)
            if self._terminal.around:
                desk.send(terminals.placing(self._terminal, columns, rows))
        if not self._terminal.around:
            desk.send(there + terminals.placing(self._terminal, columns, rows) + "\x1b8")

    def _take_away(self) -> None:
        """The terminal forgets its picture; sixels go with the lines that are drawn over them."""
        from app.workstation import Workstation

        desk = self._overlay.app if self._overlay is not None else None
        if self._sent and isinstance(desk, Workstation):
            self._sent = False
            desk.send(terminals.forgetting(self._terminal))

    # Keys ---------------------------------------------------------------------------------------

    def press(self, key: str) -> bool:
        self._said = ("", "text")
        name = token(key)
        if name in ("n", "J", "tab", "space", "pagedown", "p", "K", "shift+tab", "pageup"):
            self._turn(1 if name in ("n", "J", "tab", "space", "pagedown") else -1)
        elif name in ("+", "=", "-"):
            self._zoom(1 if name != "-" else -1)
        elif name in ("f", "0"):
            self._look_at(View())
        elif name in ("h", "j", "k", "l", "left", "down", "up", "right"):
            self._move(name)
        elif name == "s":
            self._said = self._save(self.photo)
        elif name == "y":
            self._said = self._copy(self.photo.fetch)
        elif name in ("q", "P"):
            self.close(None)
        else:
            return False
        self.refresh()
        return True

    def _turn(self, by: int) -> None:
        if len(self.photos) > 1:
            self.at = (self.at + by) % len(self.photos)
            self._take_away()
            self.view, self.picture, self._rows, self.problem = View(), None, [], ""
            self._open()

    def _zoom(self, by: int) -> None:
        at = _ZOOMS.index(self.view.zoom) + by
        if 0 <= at < len(_ZOOMS):
            zoom = _ZOOMS[at]
            self._look_at(View(zoom, *(_inside(v, zoom) for v in self.view[1:])))

    def _move(self, name: str) -> None:
        x, y = {"h": (-1, 0), "left": (-1, 0), "l": (1, 0), "right": (1, 0), "j": (0, 1), "down": (0, 1)}.get(name, (0, -1))
        if self.view.zoom == 1:
            if x or y:
                self._turn(x or y)
            return
        step, zoom = 0.5 / self.view.zoom, self.view.zoom
        self._look_at(View(zoom, _inside(self.view.x + x * step, zoom), _inside(self.view.y + y * step, zoom)))

    def _look_at(self, view: View) -> None:
        if view != self.view and not self.look.theme.colourless:
            self.view = view
            self._open()


def _inside(middle: float, zoom: int) -> float:
    """The middle of a part moved so that the part lies within the whole."""
    return min(1 - 0.5 / zoom, max(0.5 / zoom, middle))


def _cells(picture: Picture, columns: int, rows: int, cell: tuple[int, int], *, grow: bool) -> tuple[int, int]:
    """Columns and rows for a picture in the space there is; kitty may draw it larger than it was sent, but never larger
    than the photo is."""
    wide, tall = cell
    most = max(1.0, picture.full_width / picture.width) if grow else 1.0
    scale = min(columns * wide / picture.width, rows * tall / picture.height, most)
    if not grow:
        scale = min(1.0, scale)
    return (max(1, min(columns, round(picture.width * scale / wide))), max(1, min(rows, round(picture.height * scale / tall))))


def rows_of(picture: Picture, colours: str, columns: int, ground: Style) -> list[list[Segment]]:
    from app.pictures.blocks import rows

    return rows(picture, colours, columns, ground)
