"""Acts that move: the cursor, the page, from ticket to ticket and from pane to pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.listing import WINDOW
from app.row_keys import RowKeys
from app.words import _
from store.sql import people
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


class MovingActs(RowKeys):
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    def move(self, by: int) -> None:
        screen, place = self.desk.desk_screen, self.desk.place
        if place == "views":
            screen.views_pane.move(by)
        elif place == "clocks":
            screen.clocks.move(by)
        elif place == "outbox":
            screen.outbox.move(by)
        elif place == "ticket":
            screen.ticket.scroll(by)
        elif place == "list":
            before, top = self.session.listing.cursor, self.session.listing.lines[:1]
            self.session.listing.move(by)
            if screen.list.range_from is not None:
                self.session.listing.mark_range(screen.list.range_from, screen.list.marked_before)
            if self.session.listing.lines[:1] == top:
                screen.list.moved(before)
            else:  # rows were loaded or dropped above: indexes moved
                screen.list.follow()
                screen.list.refresh()
            self.desk.rest()

    def page_rows(self) -> int:
        screen = self.desk.desk_screen
        return max(1, (screen.ticket.size.height if self.desk.place == "ticket" else screen.list.rows) - 1)

    def thread_page(self) -> None:
        self.move(self.page_rows())

    def move_top(self, count: int) -> None:
        if self.desk.place == "list" and self.desk.desk_screen.list.range_from is None:
            self.session.listing.top()
            self.session.listing.move(max(0, count - 1))
            self.desk.refresh_list()
        else:
            super().move_top(count)

    def move_bottom(self, count: int) -> None:
        if self.desk.place == "list" and not count and self.desk.desk_screen.list.range_from is None:
            self.session.listing.bottom()
            self.desk.refresh_list()
        elif self.desk.place == "list" and not count:  # a range reaches as far as rows stay loaded
            self.move(WINDOW // 2)
        else:
            super().move_bottom(count)

    def item_open(self) -> None:
        screen = self.desk.desk_screen
        if self.desk.place == "views" and screen.views_pane.views:
            self.desk.open_view(screen.views_pane.views[screen.views_pane.cursor].view.id)
            self.item_back()
        elif self.desk.place == "clocks" and screen.clocks.current:
            self.open_ticket(screen.clocks.current.ticket_id)
        elif self.desk.place == "outbox" and screen.outbox.current:
            self.open_ticket(screen.outbox.current.ticket_id)
        elif self.session.listing.current:
            self.open_ticket(self.session.listing.current.id)
        elif self.desk.place == "list" and screen.list.first_steps():
            self.acts.beginning.go_first_steps()

    def open_ticket(self, ticket_id: int) -> None:
        """Reads a ticket alone; what was new in it counts as read."""
        screen = self.desk.desk_screen
        screen.unfolded = False
        screen.since.say(())
        screen.form = ""
        screen.remove_class("outbox", "views")
        self.session.listing.go(ticket_id)
        screen.ticket.ticket_id = ticket_id
        screen.ticket.top = 0
        screen.read_on(True)
        screen.show_ticket(ticket_id)
        self.desk.go_to("ticket")
        self.desk.looked_at(ticket_id)
        self.desk.job(self._read(ticket_id))

    async def _read(self, ticket_id: int) -> None:
        me = self.session.agent.id

        def mark(unit: UnitOfWork) -> None:
            from desk.tickets import see_mentions
            from store.sql.tickets import get

            ticket = get(unit.conn, ticket_id)
            if ticket:
                people.mark_read(unit.conn, me, ticket_id, ticket.last_message_id)
                see_mentions(unit, ticket_id)

        await self.session.act(mark)
        self.desk.desk_screen.list.altered(self.session.listing.changed([ticket_id]))
        await self.session.present(ticket_id, False)
        draft = self.session.draft(ticket_id)
        if draft and draft.body.strip() and self.desk.place == "ticket" and not self.desk.desk_screen.bottom.said:
            self.desk.say(_("your draft waits here: r goes on with it"), "us")

    def item_back(self) -> None:
        screen = self.desk.desk_screen
        screen.remove_class("outbox", "views")
        if screen.reading:
            screen.read_on(False)
        self.desk.go_to("list")
        self.desk.refresh_list()
        self.desk.job(self.session.present(None, False))

    def ticket_next(self, count: int) -> None:
        self._read_on(count or 1)

    def ticket_previous(self, count: int) -> None:
        self._read_on(-(count or 1))

    def _read_on(self, by: int) -> None:
        listing = self.session.listing
        before = listing.cursor
        listing.move(by)
        if listing.current is None or (listing.cursor == before and self.desk.place == "ticket"):
            self.item_back()
        else:
            self.open_ticket(listing.current.id)

    def pane_next(self) -> None:
        self._pane(1)

    def pane_previous(self) -> None:
        self._pane(-1)

    def _pane(self, by: int) -> None:
        screen = self.desk.desk_screen
        if screen.reading:
            return
        ring = ["list", "views"] + (["clocks"] if screen.has_class("clocks") else [])
        if screen.ticket.display:
            ring.insert(1, "ticket")
        now = self.desk.place if self.desk.place in ring else "list"
        place = ring[(ring.index(now) + by) % len(ring)]
        screen.set_class(place == "views" and screen.narrow, "views")
        if place == "views":
            views = screen.views_pane.views
            screen.views_pane.cursor = next((i for i, v in enumerate(views) if v.view.id == self.desk.view_id), 0)
        self.desk.go_to(place)
