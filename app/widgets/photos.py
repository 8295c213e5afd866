"""Photos of a ticket over the whole screen: the next and the one before, closer and in whole, saved and fetched.

Drawn with the terminal's own pictures where it has them, else in half blocks, which are text like all the rest. The
terminal's pictures lie over text: they are drawn after the lines they stand on, and taken away before others come.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from app import terminals
from app.key_names import token
from app.lines import heading
from app.look import depth
from app.pictures import wanted as asked
from app.pictures.blocks import rows as block_rows
from app.pictures.canvas import Canvas
from app.pictures.decoding import decode
from app.pictures.fitting import cells, closer, moved
from app.pictures.wanted import Picture, View, Wanted
from app.terminals import BLOCKS, KITTY, Terminal
from app.times import size_text
from app.widgets.drawing import Piece, length
from app.widgets.sheet import Sheet
from app.words import _, render_error
from app.wrap import wrap
from store.errors import DeskError

if TYPE_CHECKING:
    from app.workstation import Workstation

CELL = (8, 16)
"""Pixels of a cell where nobody says: small rather than large, so that nothing stands over the edge."""
LARGEST, SIXELS = (1280, 960), (720, 540)
"""Pixels that are sent at most: the line to the terminal may be a slow one."""
_NEXT, _BEFORE = ("n", "J", "tab", "space", "pagedown"), ("p", "K", "shift+tab", "pageup")
_WAYS = {"h": (-1, 0), "left": (-1, 0), "l": (1, 0), "right": (1, 0), "j": (0, 1), "down": (0, 1), "k": (0, -1), "up": (0, -1)}


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
    """`save` and `copy` do it to a photo and to a text, and say what became of it, as a text and its role."""

    def __init__(
        self, desk: Workstation, photos: Sequence[Photo], at: int,
        save: Callable[[Photo], tuple[str, str]], copy: Callable[[str], tuple[str, str]],
    ) -> None:  # fmt: skip
        super().__init__()
        self.desk, self.photos, self.at = desk, tuple(photos), at
        self._save, self._copy = save, copy
        self.view = View()
        self.picture: Picture | None = None
        self.problem = ""
        self._said: tuple[str, str] = ("", "text")
        self._terminal = Terminal()
        self._canvas = Canvas(desk.send)
        self._way = BLOCKS
        """How the picture that is there is drawn."""
        self._rows: list[list[Segment]] = []
        self._cells = (0, 0)
        self._task: asyncio.Task[None] | None = None
        self._size = Size(0, 0)
        self._painting = False

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
            self.desk.desk_screen.lines.forget()
            self._stop()
            self._canvas.forget()
        super().close(answer)

    def refresh(self) -> None:
        """Draws it again, over whatever a picture left on the terminal."""
        if self.is_open:
            self.desk.desk_screen.lines.forget()
        super().refresh()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _open(self, wait: float = 0.0) -> None:
        self._stop()
        self._task = self.desk.passing(self._opened(wait))

    async def _opened(self, wait: float) -> None:
        await asyncio.sleep(wait)
        data = self.photo.load()
        self.problem = "" if data is not None else _("Its content is no longer on the desk.")
        try:
            picture = await self._decoded(data) if data is not None else None
        except DeskError as error:
            picture, self.problem = None, render_error(error)
        self._show(picture)

    async def _decoded(self, data: bytes) -> Picture:
        if self.desk.look.theme.colourless:
            self._way = ""
            return await decode(data, Wanted(asked.FACTS, 0, 0))
        self._terminal = await self.desk.know_terminal()
        columns, rows = self._room
        self._way = self._graphics()
        if self._way == BLOCKS:
            return await decode(data, Wanted(asked.BLOCKS, columns, rows * 2, self._colours(), self.view))
        (wide, tall), most = self._cell, LARGEST if self._way == KITTY else SIXELS
        return await decode(data, Wanted(self._way, min(columns * wide, most[0]), min(rows * tall, most[1]), view=self.view))

    def _show(self, picture: Picture | None) -> None:
        self._canvas.forget()
        self.picture, self._rows, self._cells = picture, [], (0, 0)
        if picture is not None and self._way == BLOCKS:
            self._rows = block_rows(picture, self._colours(), self._room[0], self.look.on("text", "panel"))
        elif picture is not None and self._way:
            self._cells = cells(picture, *self._room, self._cell, grow=self._way == KITTY)
        self.refresh()

    @property
    def _room(self) -> tuple[int, int]:
        return self._size.width, max(1, self._size.height - 2)

    @property
    def _cell(self) -> tuple[int, int]:
        return self._terminal.cell if all(self._terminal.cell) else CELL

    def _graphics(self) -> str:
        """The terminal's way where it can be used: pictures placed by characters need every colour and few rows."""
        terminal = self._terminal
        if terminal.graphics == KITTY and terminal.around:
            return KITTY if depth(os.environ) == "true" and self._room[1] <= terminals.MOST_ROWS else BLOCKS
        return terminal.graphics

    def _colours(self) -> str:
        has = "16" if self.look.theme.ansi else depth(os.environ)
        return {"256": asked.CUBE, "16": asked.ANSI}.get(has, asked.FULL)

    # Drawing ------------------------------------------------------------------------------------

    def pieces(self, y: int) -> list[Piece]:
        if y == 0:
            return [(text, self.look.on(role, "panel")) for text, role in heading(self._title(), self.width)]
        if y == self._size.height - 1:
            return self._bar()
        if self._cells != (0, 0):
            self._paint_soon()
        card = self._card()
        return [("  ", self.look.on("text", "panel")), *((card[y - 2],) if 0 <= y - 2 < len(card) else ())]

    def drawn(self, y: int) -> Strip | None:
        if not 0 < y < self._size.height - 1:
            return None
        panel = self.look.on("text", "panel")
        if self._rows:
            at = y - 1 - max(0, (self._room[1] - len(self._rows)) // 2)
            blank = [Segment(" " * self.width, panel)]
            return Strip(self._rows[at] if 0 <= at < len(self._rows) else blank, self.width)
        (left, top), (columns, rows) = self._corner(), self._cells
        if self._way == KITTY and self._terminal.around and top <= y < top + rows:
            self._paint_soon()
            style = Style(color=f"#{terminals.PICTURE_ID:06x}", bgcolor=panel.bgcolor)
            return Strip([Segment(" " * left, panel), Segment(terminals.places(y - top, columns), style),
                          Segment(" " * (self.width - left - columns), panel)], self.width)  # fmt: skip
        return None

    def _corner(self) -> tuple[int, int]:
        columns, rows = self._cells
        return max(0, (self.width - columns) // 2), 1 + max(0, (self._room[1] - rows) // 2)

    def _title(self) -> str:
        photo, picture = self.photo, self.picture
        parts = [f"{self.at + 1}/{len(self.photos)}", photo.name]
        if picture is not None:
            parts.append(f"{picture.full_width}×{picture.full_height} {picture.format}")
        parts += [size_text(photo.size), photo.about]
        if picture is not None:
            parts += [_("first frame") if picture.frames > 1 else "", _("cut off") if picture.cut_off else ""]
        parts.append(f"{self.view.zoom}×" if self.view.zoom > 1 else "")
        return "  ".join(p for p in parts if p)

    def _card(self) -> list[Piece]:
        """What stands in place of a photo that is not shown: why, and how to have it elsewhere."""
        text, muted = self.look.on("text", "panel"), self.look.on("muted", "panel")
        if self.problem:
            said = self.problem
        elif self.picture is None:
            return [(_("opening…"), muted)]
        elif self._way:
            return []
        else:
            said = _("Without colours a photo cannot be shown here.")
        out: list[Piece] = [(line, text) for line in wrap(said, self.width - 4)]
        out += [("", text), (_("To have it on your own machine, type there:"), muted)]
        return [*out, *((line, text) for line in wrap(self.photo.fetch, self.width - 4))]

    def _bar(self) -> list[Piece]:
        """The keys; on a narrow screen the first ones, and how to leave."""
        if self._said[0]:
            return [(f" {self._said[0]}", self.look.on(self._said[1], "panel"))]
        keys = [("n", _("next")), ("p", _("previous"))] if len(self.photos) > 1 else []
        if not self.look.theme.colourless:
            keys += [("+", _("closer"))]
            keys += [("f", _("whole")), ("h j k l", _("move"))] if self.view.zoom > 1 else []
        keys += [("s", _("save")), ("y", _("copy how to fetch it"))]
        plain, key = self.look.on("text", "panel"), self.look.on("key", "panel")
        made: list[list[Piece]] = [[(name, key), (f" {label}   ", plain)] for name, label in (*keys, ("Esc", _("back")))]
        while len(made) > 1 and sum(map(length, made)) + 1 > self.width:
            del made[-2]
        return [(" ", plain), *(piece for one in made for piece in one)]

    def _paint_soon(self) -> None:
        if not self._painting:
            self._painting = True
            self.overlay.call_after_refresh(self._paint)

    def _paint(self) -> None:
        self._painting = False
        if self.is_open and self.picture is not None and self._cells != (0, 0):
            self._canvas.show(self._terminal._replace(graphics=self._way), self.picture, self._corner(), self._cells)

    # Keys ---------------------------------------------------------------------------------------

    def press(self, key: str) -> bool:
        self._said = ("", "text")
        name = token(key)
        if name in _NEXT or name in _BEFORE:
            self._turn(1 if name in _NEXT else -1)
        elif name in ("+", "=", "-"):
            self._look_at(closer(self.view, -1 if name == "-" else 1))
        elif name in ("f", "0"):
            self._look_at(View())
        elif name in _WAYS:
            x, y = _WAYS[name]
            if self.view.zoom > 1:
                self._look_at(moved(self.view, x, y))
            else:
                self._turn(x or y)
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
            self.view, self.problem = View(), ""
            self._show(None)
            self._open()

    def _look_at(self, view: View) -> None:
        if view != self.view and self._way:
            self.view = view
            self._open()
