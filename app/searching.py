"""Search while one types: the list shows what is found; Enter keeps it, Esc brings the list as it was back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from app.words import _
from store import events
from store.errors import DeskError

if TYPE_CHECKING:
    from app.workstation import Workstation
    from desk.query.hits import Marker

WAIT_S = 0.08
"""How long the keys rest before it looks."""
_WORD = re.compile(r'(?:^|[\s(])([^\s()":<>*-]*[^\W_][^\s()":<>*]*)$')
_SOLID = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS = 3


def as_typed(text: str) -> str:
    """The query of a text that is still being typed: its last word may go on, so that it stands for its beginning.

    `ear` → `ear*`; what is quoted, a field, OR, or in a script without spaces stays as it is.
    """
    found = _WORD.search(text)
    if found is None or text.count('"') % 2 or found[1] in ("OR", "AND", "NOT") or _SOLID.match(text[-1:]):
        return text
    return text + "*" if sum(map(str.isalnum, found[1])) >= _LETTERS else text


def enough(text: str) -> bool:
    """Whether there is something to look for: three letters, or one character of a script without spaces."""
    return any(len(w) >= _LETTERS or _SOLID.search(w) for w in re.findall(r"[^\W_]+", text))


class Kept(NamedTuple):
    """A list to come back to, and the newest event when it was left."""

    listing: dict[str, object]
    top: int
    marker: Marker | None
    seq: int

    @classmethod
    def of(cls, desk: Workstation) -> Kept:
        """The list as it is."""
        seq = events.head(desk.session.store.conn).seq
        return cls(desk.session.listing.kept(), desk.desk_screen.list.top, desk.marker, seq)

    def back(self, desk: Workstation) -> None:
        """The list as it was, with what others did since."""
        listing = desk.session.listing
        listing.back_to(self.listing)
        news = events.after(desk.session.store.conn, self.seq)
        listing.changed(e.ticket_id for e in news if e.ticket_id)
        desk.marker = self.marker
        desk.desk_screen.list.top = self.top
        desk.refresh_list()


class LiveSearch:
    """One open search prompt over the list."""

    def __init__(self, desk: Workstation) -> None:
        self.desk = desk
        self._before = Kept.of(desk)
        self._text = ""
        self._shown = ""
        """The query whose results stand in the list; "" for the list as it was."""

    def open(self) -> None:
        from app.widgets.prompt import Question, ask
        from desk.query import complete

        context = self.desk.session.context()
        question = Question(_("Search"), self._accept, "", lambda text, at: complete(text, at, context), self._changed,
                            self._closed)  # fmt: skip
        ask(self.desk.screen, question)

    def _changed(self, text: str) -> None:
        self._text = text
        self.desk.soon("search", WAIT_S, self._look)

    def _look(self) -> None:
        query = as_typed(self._text.strip()) if enough(self._text) else ""
        if query == self._shown:
            return
        try:
            if query:
                self.desk.look_for(query)
                self.desk.refresh_list()
            else:
                self._before.back(self.desk)
        except DeskError:  # half a query: what was found last stays
            return
        self._shown = query

    def _accept(self, text: str) -> None:
        self.desk.not_now("search")
        query = as_typed(text.strip())
        if query != self._shown or not query:
            self.desk.look_for(query)
        self.desk.settle_on(query)

    def _closed(self, taken: bool) -> None:
        self.desk.not_now("search")
        if not taken:
            self._before.back(self.desk)
