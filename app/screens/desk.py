"""The one screen: views, list and ticket side by side, clocks below, a line above and a line below.

Under 100 columns one pane shows at a time. What is laid out follows from three facts, each a class of the screen:
how wide it is, whether a ticket is being read, and which extra panes the person opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from app.lines import Line
from app.screens.whole_lines import WholeLines
from app.widgets.clocks_pane import ClocksPane
from app.widgets.key_hints import KeyHints
from app.widgets.outbox_pane import OutboxPane
from app.widgets.since_line import SinceLine
from app.widgets.status_line import Standing, StatusLine, window_title
from app.widgets.ticket_list import TicketList
from app.widgets.ticket_pane import SIDE, TicketPane
from app.widgets.views_pane import ViewsPane
from app.widgets.which_key import WhichKey
from store.errors import NotFound
from store.sql import clocks
from store.values import NEVER, Instant

if TYPE_CHECKING:
    from app.bindings import Bindings
    from app.session import Session
    from app.workstation import Workstation

NARROW, THREE_PANES, WIDE, TALL = 100, 118, 170, 50
SHOWN = 60
"""Messages rendered when a ticket opens; `v` brings the rest."""


class DeskScreen(Screen[None], inherit_bindings=False):
    AUTO_FOCUS = ""

    def __init__(self, session: Session, keys: Bindings) -> None:
        super().__init__()
        self._compositor = WholeLines()
        self.session = session
        self.status, self.since, self.views_pane = StatusLine(), SinceLine(), ViewsPane()
        self.list, self.ticket, self.clocks = TicketList(session.listing), TicketPane(), ClocksPane()
        self.outbox, self.bottom, self.which = OutboxPane(), KeyHints(keys), WhichKey()
        self.clocks.zone = self.outbox.zone = session.zone
        self.unfolded = False
        self.form = ""
        """How mails show: "" as they were read, else one of `desk.original.FORMS`."""
        self.history = False
        """Whether what happened shows between the messages."""
        self.desk: Workstation
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.status
        yield self.since
        with Container(id="body"):
            yield self.views_pane
            yield self.list
            yield self.outbox
            yield self.ticket
        yield self.clocks
        yield self.bottom
        yield self.which

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < NARROW, "narrow")
        self.set_class(NARROW <= width < THREE_PANES, "middle")
        self.set_class(width >= WIDE, "wide")
        self.set_class(height >= TALL, "tall")
        if self.desk.settled:
            self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        drawn = (self.size, self.list.size, self.ticket.size, self.classes)
        if drawn == self._drawn:  # Textual says the same size several times while it starts
            return
        self._drawn = drawn
        self.list.follow()
        self.list.refresh()
        if self.ticket.ticket_id is not None:
            self.show_ticket(self.ticket.ticket_id, keep_place=True)
        self.show_status()
        self.bottom.refresh()

    # What is shown ------------------------------------------------------------------------------

    @property
    def narrow(self) -> bool:
        return self.has_class("narrow")

    @property
    def reading(self) -> bool:
        return self.has_class("reading")

    def read_on(self, reading: bool) -> None:
        """To the ticket alone, or back to the list."""
        self.ticket.rule = not reading and not self.narrow
        self.set_class(reading, "reading")
        self.call_after_refresh(self._resized)

    def show_status(self, width: int = 0) -> None:
        """The top line anew; `width` is for before there is a layout."""
        session = self.session
        standing = Standing(
            shop=session.store.meta("name"), agent=session.agent.id, on_duty=self._on_duty(), syncing=session.syncing(),
            connected=session.connected(), toast=self.desk.toast,
        )  # fmt: skip
        summary = session.summary()
        self.status.fill(summary, standing, session.now, width or self.size.width)
        if self.desk.settled:
            self.desk.entitle(window_title(summary, standing.shop))

    def _on_duty(self) -> bool:
        """Whether routing gives this agent work now. Before the first frame only their own word counts: the shifts need
        calendars, and those take as long to load as everything else here."""
        session = self.session
        if not self.desk.settled:
            return session.agent.state != "away"
        from desk.automation.candidates import absent
        from desk.automation.route import candidates

        me = next((c for c in candidates(session.store.conn) if c.id == session.agent.id), None)
        return me is not None and absent(me, session.now) is None

    def show_views(self, shown: str) -> None:
        self.views_pane.fill(self.session.views(), shown)

    def show_clocks(self) -> Instant:
        """The deadlines anew; returns when they next read differently."""
        if not self.has_class("clocks"):
            return NEVER
        rows = max(1, self.clocks.size.height - 1)
        return self.clocks.fill(clocks.deadlines(self.session.store.conn, rows), self.session.now)

    def show_ticket(self, ticket_id: int | None, *, keep_place: bool = False) -> None:
        """A ticket in its pane, if the pane is in sight."""
        if not self.ticket.display or (self.narrow and not self.reading):
            return
        if ticket_id is None:
            self.ticket.show(None, (), keep_place=False)
            return
        from app.beside import read
        from app.cards import read as known_of
        from app.thread_lines import card_lines, thread_lines
        from desk.thread import log

        conn = self.session.store.conn
        try:
            thread = self.session.thread(ticket_id, 10**6 if self.unfolded else SHOWN)
        except NotFound:
            self.ticket.show(None, (), keep_place=False)
            return
        if self.form and self.reading:
            from desk.original import shown

            thread = shown(conn, thread, self.form)
        around = read(conn, ticket_id, log(conn, ticket_id))
        cases, products = known_of(conn, thread)
        around = around._replace(there=self.desk.there.get(ticket_id), cases=cases, products=products)
        reader = self.session.reader()
        two = self.reading and self.ticket.two_columns
        lines = thread_lines(thread, self.ticket.text_width, reader, around, unfolded=self.unfolded, cards=not two,
                             history=self.history and self.reading)  # fmt: skip
        side: Sequence[Line] = list(card_lines(thread, SIDE - 2, reader, around))[1:] if two else ()
        if marker := self.ticket.desk.marker:
            from app.marking import marked

            lines, side = marked(lines, marker), marked(side, marker)
        self.ticket.show(ticket_id, lines, keep_place=keep_place, side=side)
