"""Which tickets the list shows, and what follows from its cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.following import Following

if TYPE_CHECKING:
    from desk.query.hits import Marker
    from store.sql.rows import View
    from themes.roles import Theme

REST_S = 0.15
"""How long the cursor rests before the ticket beside it is read."""


class Showing(Following):
    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self.view_id, self.view_query, self.query_text = "inbox", "", ""
        self.marker: Marker | None = None
        """Finds the words of the search that is shown."""
        self.settled = False
        """Whether the first frame is out."""

    @property
    def filtered(self) -> bool:
        return self.query_text != self.view_query

    def open_view(self, view_id: str) -> None:
        """Shows a view from its top."""
        view = self.view(view_id)
        self.view_id, self.view_query = view.id, view.query
        self.show_query(view.query)

    def view(self, view_id: str) -> View:
        """Raises NotFound."""
        from app.session import MENTIONS
        from desk.inbox import view

        if view_id == MENTIONS.id:
            return MENTIONS
        return view(self.session.store.conn, view_id, self.session.agent.id)

    def show_query(self, text: str) -> None:
        """Shows another query. Raises Invalid, and then nothing changes."""
        self.look_for(text)
        self.settle_on(text)

    def look_for(self, text: str) -> None:
        """Loads what a query finds. Raises Invalid, and then nothing changes."""
        wanted = self.session.resolve(text)
        self.session.listing.show(wanted)
        self.desk_screen.list.top = 0
        self.marker = _marker(text) if wanted.compiled.words_expression or text != self.view_query else None

    def settle_on(self, text: str) -> None:
        """The list that is shown is that of this query from now on."""
        self.query_text = text
        if self.settled:
            pane = self.desk_screen.views_pane
            pane.fill(pane.views, self.view_id)  # which one it is; their counts take longer, and follow
            self.soon("counts", REST_S, self._count)
            self.refresh_list()

    def refresh_list(self) -> None:
        """Draws the list and what follows from its cursor anew."""
        self.desk_screen.list.tick(self.session.now)
        self.desk_screen.list.follow()
        self.desk_screen.list.refresh()
        self.rest()

    def rest(self) -> None:
        """The cursor moved: the ticket beside it is read once it rests."""
        self.soon("rest", REST_S, self.show_current)

    def show_current(self) -> None:
        line = self.session.listing.current
        if not self.desk_screen.reading:
            self.desk_screen.show_ticket(line.id if line else None)
        self.show_hints()


def _marker(query: str) -> Marker | None:
    from desk.query.hits import marker

    return marker(query)
