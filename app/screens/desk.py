"""The one screen: views, list and ticket side by side, clocks below, a line above and a line below.

Under 100 columns one pane shows at a time. What is laid out follows from three facts, each a class of the screen:
how wide it is, whether a ticket is being read, and which extra panes the person opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from app.lines import Page
from app.screens.whole_lines import WholeLines
from app.widgets.clocks_pane import ClocksPane
from app.widgets.key_hints import KeyHints
from app.widgets.lines import LaidOutOnce
from app.widgets.outbox_pane import OutboxPane
from app.widgets.since_line import SinceLine
from app.widgets.status_line import Standing, StatusLine, window_title
from app.widgets.ticket_list import TicketList
from app.widgets.ticket_pane import SIDE, TicketPane
from app.widgets.tray import Tray
from app.widgets.views_pane import ViewsPane
from app.widgets.which_key import WhichKey
from store.errors import NotFound
from store.sql import clocks
from store.values import NEVER, Instant

if TYPE_CHECKING:
    from textual.widget import Widget

    from app.bindings import Bindings
    from app.session import Session
    from app.workstation import Workstation
    from desk.thread import Thread

NARROW, THREE_PANES, WIDE, TALL = 100, 118, 170, 50
SHOWN, MOST = 60, 200
"""Messages shown at once, folded and whole: a longer conversation goes on at its ends."""
FAR = 10**6
"""Lines nobody scrolls by: to the very beginning or end."""


class Body(LaidOutOnce):
    """The panes side by side."""


class DeskScreen(Screen[None], inherit_bindings=False):
    AUTO_FOCUS = ""

    def __init__(self, session: Session, keys: Bindings) -> None:
        super().__init__()
        self.lines = self._compositor = WholeLines()
        self.session = session
        self.status, self.since, self.views_pane = StatusLine(), SinceLine(), ViewsPane()
        self.list, self.ticket, self.clocks = TicketList(session.listing), TicketPane(), ClocksPane()
        self.outbox, self.bottom, self.which = OutboxPane(), KeyHints(keys), WhichKey()
        self.body, self.tray = Body(id="body"), Tray()
        self.clocks.zone = self.outbox.zone = session.zone
        self.unfolded = False
        self.form = ""
        """How mails show: "" as they were read, else one of `desk.original.FORMS`."""
        self.history = False
        """Whether what happened shows between the messages."""
        self._thread: Thread | None = None
        self._before: int | None = None
        """The message before which what is read of the thread ends; None is at its end."""
        self._behind = False
        """Whether the ticket pane was out of sight when it was to show something else."""
        self.desk: Workstation
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.status
        yield self.since
        with self.body:
            yield self.views_pane
            yield self.list
            yield self.outbox
            yield self.ticket
        yield self.tray
        yield self.clocks
        yield self.bottom
        yield self.which

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Nothing of Textual's own: we have no tooltips, and toasts of ours stand in the status line."""

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < NARROW, "narrow")
        self.set_class(NARROW <= width < THREE_PANES, "middle")
        self.set_class(width >= WIDE, "wide")
        self.set_class(height >= TALL, "tall")
        if self.desk.settled:
            self.call_after_refresh(self._resized)

    def _compositor_refresh(self) -> None:
        """Everything that is to be drawn goes out in one frame: else a pane that a layout has moved, and the line below,
        would follow a frame later, the pane a second time."""
        panes = (self.status, self.views_pane, self.list, self.outbox, self.ticket, self.tray, self.clocks, self.bottom)
        self._compositor.update_widgets(self._compositor.visible_widgets.keys() & panes)
        super()._compositor_refresh()

    def _resized(self) -> None:
        drawn = (self.size, self.list.size, self.ticket.size, self.classes, self.reading)
        if drawn == self._drawn:  # Textual says the same size several times while it starts
            return
        another_size = self._drawn[:1] != drawn[:1]
        self._drawn = drawn
        top = self.list.top
        self.list.follow()
        if self.list.top != top:
            self.list.refresh()
        if self._behind:
            self.desk.rest()
        if another_size:
            self.show_status()
            self.bottom.refresh()

    # What is shown ------------------------------------------------------------------------------

    @property
    def narrow(self) -> bool:
        return self.has_class("narrow")

    @property
    def reading(self) -> bool:
        return self.body.has_class("reading")

    def read_on(self, reading: bool) -> None:
        """To the ticket alone, or back to the list."""
        self.ticket.rule = not reading and not self.narrow
        self._before = None
        self.body.set_class(reading, "reading")
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
            self.desk.entitle(window_title(summary, standing.shop, self._urgent()))

    def _urgent(self) -> int:
        """What cannot wait: as the views count it, where they list it."""
        listed = next((v.count for v in self.views_pane.views if v.view.id == "urgent"), None)
        return self.session.urgent() if listed is None else listed

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
            self._behind = True
            return
        self._behind = False
        if ticket_id is None:
            self.ticket.show(None, None, keep_place=False)
            return
        from app.beside import read
        from app.cards import read as known_of
        from app.thread_lines import card_lines, thread_page
        from desk.thread import log

        conn = self.session.store.conn
        if self._thread is None or self._thread.ticket.id != ticket_id:
            self._before = None
        try:
            thread = self._thread = self.session.thread(ticket_id, self._shown, self._before)
        except NotFound:
            self.ticket.show(None, None, keep_place=False)
            return
        if self.form and self.reading:
            from desk.original import shown

            thread = shown(conn, thread, self.form)
        around = read(conn, ticket_id, log(conn, ticket_id))
        cases, products = known_of(conn, thread)
        around = around._replace(there=self.desk.there.get(ticket_id), cases=cases, products=products)
        reader, marker, unfolded, history = self.session.reader(), self.desk.marker, self.unfolded, self.history

        def make(width: int, two: bool) -> Page:
            two = two and self.reading
            page = thread_page(thread, width, reader, around, unfolded=unfolded, cards=not two,
                               history=history and self.reading)  # fmt: skip
            side = list(card_lines(thread, SIDE - 2, reader, around))[1:] if two else []
            if marker is None:
                return page._replace(side=side)
            from app.marking import marked

            return page._replace(lines=marked(page.lines, marker), side=marked(side, marker))

        self.ticket.show(ticket_id, make, keep_place=keep_place)

    @property
    def _shown(self) -> int:
        return MOST if self.unfolded else SHOWN

    @property
    def in_part(self) -> bool:
        """Whether the conversation is longer than what is shown of it."""
        return self._thread is not None and (self._thread.older or self._thread.newer)

    @property
    def messages(self) -> list[int]:
        """Those of the conversation that are read, oldest first."""
        return [m.id for m in self._thread.messages] if self._thread is not None else []

    def show_around(self, message_id: int) -> None:
        """The part of the conversation that has a message in its middle."""
        from store.sql.messages import further

        if self._thread is not None:
            ticket = self._thread.ticket.id
            self._before = further(self.session.store.conn, ticket, message_id, self._shown // 2)
            self.show_ticket(ticket)

    def go_on(self, by: int) -> None:
        """Other messages of a conversation that is read in part: older ones (`by` < 0) or newer ones; from `FAR` on its
        first or last ones."""
        from store.sql.messages import further

        thread, conn = self._thread, self.session.store.conn
        if thread is None or not thread.messages or not (thread.older if by < 0 else thread.newer):
            return
        ids, ticket, far = [m.id for m in thread.messages], thread.ticket.id, abs(by) >= FAR
        if by < 0:
            self._before = further(conn, ticket, 0, self._shown + 1) if far else ids[len(ids) // 2]
        else:
            self._before = None if far else further(conn, ticket, ids[-1], self._shown // 2 + 1)
        self.show_ticket(ticket)
        if by > 0 and far:
            self.ticket.to_end()
        elif not far:
            known = next((i for i in self.ticket.page.starts if i > ids[-1]), ids[-1]) if by > 0 else ids[0]
            self.ticket.put(known, 1 if by > 0 else self.ticket.size.height - 2)
