"""What each act of the registry does at the workstation. Loaded on the first key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app import verbs
from app.actions import BY_ID, Leader, split
from app.words import _, ngettext, render_error
from desk import tickets
from desk import undo as undoing
from store.errors import N_, Refused
from store.sql import outbox, people
from store.unit import UnitOfWork
from store.values import clean_line

if TYPE_CHECKING:
    from app.widgets.sheet import Sheet
    from app.workstation import Workstation

_VIEWS = {"urgent": "due"}
"""Acts whose view has another id."""

ASKS = {
    "ticket.tag": N_("Labels (vip -old)"),
    "ticket.snooze_until": N_("Snooze until (3d, 2h, tomorrow, reply)"),
}


class Acts:
    """Methods named after acts: `ticket.done` is `ticket_done`; one method serves all arguments of a verb."""

    def __init__(self, desk: Workstation) -> None:
        from app.writing import WritingActs

        self.desk = desk
        self.session = desk.session
        self.writing = WritingActs(desk, self)

    def perform(self, action: str, count: int) -> None:
        """Raises the errors of the desk."""
        name, argument = split(action)
        method: Callable[..., Any] | None = getattr(self, name.replace(".", "_"), None) or getattr(
            self.writing, name.replace(".", "_"), None
        )
        if method is not None:
            method(
                *([argument] if argument else []),
                **({"count": count} if name.startswith(("move.", "ticket.next", "ticket.prev")) else {}),
            )
        else:
            self.to_tickets(action)

    def begin_or_perform(self, id: str) -> None:
        """What a click or a palette row means: an act, or a leader whose strip opens."""
        if isinstance(BY_ID.get(id), Leader):
            from app.keys import Pending

            result = self.desk.engine.begin(id)
            if isinstance(result, Pending):
                self.desk.desk_screen.which.wait(result)
        elif id:
            self.desk.perform(id)

    # Verbs on tickets ---------------------------------------------------------------------------

    def chosen(self) -> list[int]:
        """What a verb acts on: the ticket being read, else marks, else the cursor row. Raises Refused without any."""
        screen = self.desk.desk_screen
        ids = [screen.ticket.ticket_id] if screen.reading and screen.ticket.ticket_id else self.session.listing.chosen()
        if not ids:
            raise Refused(N_("There is no ticket here."), next=N_("Choose one in the list."))
        return ids

    def to_tickets(self, action: str, text: str = "") -> None:
        """Does an act to the chosen tickets; asks first for what it needs."""
        name, argument = split(action)
        if name in ASKS and not argument and not text:
            self.ask(action)
            return
        verb = verbs.verb(action, me=self.session.agent.id, now=self.session.now, zone=self.session.zone, text=text)
        if verb is None:
            raise Refused(N_("{item} does nothing here."), item=action, next=N_("? shows the keys."))
        ids = self.chosen()
        self.desk.last_act = (action, text)
        self.writing.discarded = None
        self.desk.hold(self._do(verb, ids))

    async def _do(self, verb: verbs.Verb, ids: list[int]) -> None:
        listing, screen = self.session.listing, self.desk.desk_screen
        here = listing.current.id if listing.current else None
        outcome = await self.session.act(lambda unit: tickets.each(unit, ids, lambda t: verb.act(unit, t)))
        listing.marks.clear()
        self.desk.take_in(ids)
        screen.list.refresh()
        if verb.leaves and len(ids) == 1:
            if screen.reading:
                self.ticket_next(count=1)
            elif here == ids[0]:
                self.move_down(count=1)
        self._tell(verb, outcome, ids)

    def _tell(self, verb: verbs.Verb, outcome: tickets.Outcome, ids: list[int]) -> None:
        if outcome.refused:
            ticket_id, error = outcome.refused[0]
            text = render_error(error)
            if len(ids) > 1:
                text = _("{done} of {all} done; #{id}: {error}").format(
                    done=len(outcome.done), all=len(ids), id=ticket_id, error=text
                )
            self.desk.say(text, "danger")
        elif not outcome.done:
            self.desk.say(_("nothing to change: it is so already"), "muted")
        elif len(outcome.done) == 1:
            self.desk.say(_(verb.done).format(item=f"#{outcome.done[0]}") + _(" · z undoes it"), "done")
        else:
            count = len(outcome.done)
            self.desk.say(
                ngettext("{count} ticket changed", "{count} tickets changed", count).format(count=count)
                + _(" · z undoes it"),
                "done",
            )

    def edit_repeat(self) -> None:
        if self.desk.last_act:
            self.to_tickets(*self.desk.last_act)

    def edit_undo(self) -> None:
        """A reply that is still held comes first: it is what cannot wait."""
        held = outbox.of_agent_held(self.session.store.conn, self.session.agent.id, self.session.now)
        if held:
            self.writing.take_back(held[-1].id)
        elif self.writing.bring_back():
            return
        else:
            self.desk.hold(self._replay(undoing.undo, N_("undone: {verb}")))

    def edit_redo(self) -> None:
        self.desk.hold(self._replay(undoing.redo, N_("done again: {verb}")))

    async def _replay(self, replay: Callable[[UnitOfWork], undoing.Step], said: str) -> None:
        step = await self.session.act(replay)
        self.desk.take_in(step.tickets)
        if len(step.tickets) == 1:  # back to where it happened, so that the next act hits what one looks at
            self._back_to(step.tickets[0])
        names = ", ".join(f"#{t}" for t in step.tickets[:4])
        text = _(said).format(verb=_(VERB_NAMES.get(step.verb, step.verb))) + f"  {names}"
        if step.refused:
            text += "  " + render_error(step.refused[0][1])
        self.desk.say(text, "warning" if step.refused else "done")

    def _back_to(self, ticket_id: int) -> None:
        if self.desk.desk_screen.reading:
            self.open_ticket(ticket_id)
        else:
            before = self.session.listing.cursor
            if self.session.listing.go(ticket_id):
                self.desk.desk_screen.list.moved(before)
                self.desk.rest()

    def ticket_copy_order(self) -> None:
        from desk.thread import read

        ticket = read(self.session.store.conn, self.chosen()[0], shown=1).ticket
        if not ticket.order_number:
            raise Refused(N_("{item} names no order."), item=f"#{ticket.id}")
        number = clean_line(ticket.order_number)  # it is pasted where a line feed would be obeyed
        self.desk.copy_to_clipboard(number)
        self.desk.say(_("sent to your terminal's clipboard: {text}").format(text=number))

    def ticket_type(self, kind: str = "") -> None:
        from desk.vocabulary import TYPES

        if kind:
            self.to_tickets(f"ticket.type:{kind}")
            return
        self.choose([(f"ticket.type:{k}", _(label), k) for k, label in TYPES.items()], _("Type"))

    def ticket_assign_find(self) -> None:
        from store.sql import shop

        agents = shop.agents(self.session.store.conn)
        self.choose([(f"ticket.assign:{a.id}", a.name, a.id) for a in agents], _("Assign to"))

    def ticket_assign(self, agent_id: str) -> None:
        self.to_tickets(f"ticket.assign:{agent_id}")

    # Moving -------------------------------------------------------------------------------------

    def _move(self, by: int) -> None:
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
                self.session.listing.mark_range(screen.list.range_from, self.session.listing.cursor)
            if self.session.listing.lines[:1] == top:
                screen.list.moved(before)
            else:  # rows were loaded or dropped above: indexes moved
                screen.list.follow()
                screen.list.refresh()
            self.desk.rest()

    def _page(self) -> int:
        screen = self.desk.desk_screen
        return max(1, (screen.ticket.size.height if self.desk.place == "ticket" else screen.list.rows) - 1)

    def move_down(self, count: int) -> None:
        self._move(count or 1)

    def move_up(self, count: int) -> None:
        self._move(-(count or 1))

    def move_half_down(self, count: int) -> None:
        self._move(max(1, self._page() // 2) * (count or 1))

    def move_half_up(self, count: int) -> None:
        self._move(-max(1, self._page() // 2) * (count or 1))

    def move_page_down(self, count: int) -> None:
        self._move(self._page() * (count or 1))

    def move_page_up(self, count: int) -> None:
        self._move(-self._page() * (count or 1))

    def thread_page(self) -> None:
        self._move(self._page())

    def move_top(self, count: int) -> None:
        if self.desk.place == "list":
            self.session.listing.top()
            self.session.listing.move(max(0, count - 1))
            self.desk.refresh_list()
        else:
            self._move(-(10**6))

    def move_bottom(self, count: int) -> None:
        if self.desk.place == "list" and not count:
            self.session.listing.bottom()
            self.desk.refresh_list()
        elif count:
            self.move_top(count)
        else:
            self._move(10**6)

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

    def open_ticket(self, ticket_id: int) -> None:
        """Reads a ticket alone; what was new in it counts as read."""
        screen = self.desk.desk_screen
        screen.unfolded = False
        screen.remove_class("outbox", "views")
        self.session.listing.go(ticket_id)
        screen.ticket.ticket_id = ticket_id
        screen.ticket.top = 0
        screen.read_on(True)
        screen.call_after_refresh(lambda: screen.show_ticket(ticket_id))
        self.desk.go_to("ticket")
        self.desk.job(self._read(ticket_id))

    async def _read(self, ticket_id: int) -> None:
        me = self.session.agent.id

        def mark(unit: UnitOfWork) -> None:
            from store.sql.tickets import get

            ticket = get(unit.conn, ticket_id)
            if ticket:
                people.mark_read(unit.conn, me, ticket_id, ticket.last_message_id)

        await self.session.act(mark)
        self.desk.desk_screen.list.altered(self.session.listing.changed([ticket_id]))
        await self.session.present(ticket_id, False)
        draft = self.session.draft(ticket_id)
        if draft and draft.body.strip():
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
        if not screen.narrow:
            ring.insert(1, "ticket")
        now = self.desk.place if self.desk.place in ring else "list"
        place = ring[(ring.index(now) + by) % len(ring)]
        screen.set_class(place == "views" and screen.narrow, "views")
        if place == "views":
            views = screen.views_pane.views
            screen.views_pane.cursor = next((i for i, v in enumerate(views) if v.view.id == self.desk.view_id), 0)
        self.desk.go_to(place)

    # The list -----------------------------------------------------------------------------------

    def list_mark(self) -> None:
        self.session.listing.toggle_mark()
        self.desk.desk_screen.list.altered([self.session.listing.cursor])
        self._move(1)

    def list_range(self) -> None:
        pane = self.desk.desk_screen.list
        pane.range_from = self.session.listing.cursor if pane.range_from is None else None
        if pane.range_from is not None:
            self.session.listing.mark_range(pane.range_from, pane.range_from)
        pane.refresh()

    def list_mark_all(self) -> None:
        self.session.listing.mark_all()
        count = len(self.session.listing.marks)
        self.desk.say(ngettext("{count} ticket marked", "{count} tickets marked", count).format(count=count))
        self.desk.desk_screen.list.refresh()

    def list_mark_none(self) -> None:
        self.session.listing.marks.clear()
        self.desk.desk_screen.list.range_from = None
        self.desk.desk_screen.list.refresh()

    def list_unwind(self) -> None:
        if self.session.listing.marks or self.desk.desk_screen.list.range_from is not None:
            self.list_mark_none()
        elif self.desk.filtered:
            self.filter_clear()

    def list_arrivals(self) -> None:
        self.session.listing.reload()
        self.desk.refresh_list()

    def filter_clear(self) -> None:
        self.desk.show_query(self.desk.view_query)

    def search_open(self) -> None:
        from app.searching import LiveSearch

        if self.desk.place != "list":
            self.item_back()
        LiveSearch(self.desk).open()

    def filter_edit(self) -> None:
        start = self.desk.query_text
        self._query(_("Filter"), start + " ", lambda text: self.desk.show_query(text))

    def search_next(self) -> None:
        self._hit(1)

    def search_previous(self) -> None:
        self._hit(-1)

    def _hit(self, by: int) -> None:
        """The next hit of the ticket that is read, else the next ticket found."""
        screen = self.desk.desk_screen
        if self.desk.place != "ticket" or self.desk.marker is None:
            self._move(by)
            return
        found = screen.ticket.to_hit(by)
        if found is None and not screen.unfolded:  # it may stand in what is folded, or further up
            self.thread_quoted()
            found = screen.ticket.to_hit(by)
        if found is None:
            self.desk.say(_("no hit in this ticket's text; it may be in a file"), "muted")
        else:
            self.desk.say(_("hit {n} of {all}").format(n=found[0], all=found[1]), "muted")

    def _query(self, label: str, start: str, use: Callable[[str], None]) -> None:
        from app.widgets.prompt import Question, ask
        from desk.query import complete

        if self.desk.place != "list":
            self.item_back()
        context = self.session.context()
        ask(self.desk.screen, Question(label, use, start, lambda text, cursor: complete(text, cursor, context)))

    def ask(self, action: str) -> None:
        """Asks for the text an act needs, then does it."""
        from app.widgets.prompt import Question, ask

        self.chosen()
        ask(self.desk.screen, Question(_(ASKS[action]), lambda text: self.to_tickets(action, text)))

    def choose(self, rows: list[tuple[str, str, str]], label: str) -> None:
        """Lets one of `(act, text, note)` be chosen by a few letters, and does it."""
        from app.widgets.palette import Entry, Palette

        entries = [Entry(act, text, "", note, note) for act, text, note in rows]
        self._lay(Palette(entries, (), label))

    def _lay(self, sheet: Sheet) -> None:
        """Lays a sheet over the desk; the act chosen there is done."""
        sheet.lay(self.desk.desk_screen, lambda chosen: self.begin_or_perform(chosen or ""))

    # Going places ---------------------------------------------------------------------------------

    def go_view(self, view: str) -> None:
        self.desk.open_view(_VIEWS.get(view, view))
        self.item_back()

    def go_views(self) -> None:
        from app.widgets.views_pane import name_of

        views = [*(v.view for v in self.session.views()), *self.session.quiet_views()]
        self.choose([(f"go.view:{v.id}", name_of(v), v.query) for v in views], _("View"))

    def go_clocks(self) -> None:
        screen = self.desk.desk_screen
        screen.add_class("clocks")
        screen.call_after_refresh(screen.show_clocks)
        self.desk.go_to("clocks")

    def pane_clocks(self) -> None:
        screen = self.desk.desk_screen
        screen.toggle_class("clocks")
        if screen.has_class("clocks"):
            screen.call_after_refresh(screen.show_clocks)
        elif self.desk.place == "clocks":
            self.desk.go_to("list")

    def go_outbox(self) -> None:
        screen = self.desk.desk_screen
        if screen.reading:
            screen.read_on(False)
        screen.add_class("outbox")
        self.desk.go_to("outbox")
        screen.call_after_refresh(self.fill_outbox)

    def fill_outbox(self) -> None:
        rows = outbox.listed(self.session.store.conn, limit=200)
        rank = {"unknown": 0, "failed": 1, "held": 2, "claimed": 2}
        rows.sort(key=lambda r: (rank.get(r.state, 3), -r.id))
        self.desk.desk_screen.outbox.fill(rows, self.session.now)
        self.desk.show_hints()

    def thread_quoted(self) -> None:
        screen = self.desk.desk_screen
        screen.unfolded = not screen.unfolded
        screen.show_ticket(screen.ticket.ticket_id, keep_place=True)

    # Everywhere -----------------------------------------------------------------------------------

    def app_palette(self) -> None:
        from app.finding import providers
        from app.widgets.palette import Palette, acts

        entries = acts(self.desk.place, self.desk.holds(), self.desk.bindings)
        self._lay(Palette(entries, providers(self.session)))

    def app_help(self) -> None:
        from app.widgets.help import Help

        self._lay(Help(self.desk.place, self.desk.bindings))

    def app_menu(self) -> None:
        from app.widgets.menu import Menu

        self._lay(Menu(self.desk.engine.keymap, self.desk.holds(), self.desk.bindings))

    def app_theme(self, name: str = "") -> None:
        from app.look import theme_folder
        from app.place import config_folder
        from themes.loading import load, names

        folder = theme_folder(config_folder())
        if name:
            self.desk.wear(load(name, folder))
            self.desk.desk_screen.list.forget()
            self.desk.refresh()
        else:
            self.choose([(f"app.theme:{n}", n, "") for n in names(folder)], _("Theme"))

    def app_quit(self) -> None:
        if self.desk.composer is not None:
            self.writing.save_draft_now()
        self.desk.exit(0)

    def ticket_open(self, number: str) -> None:
        """A ticket chosen by number, from the palette."""
        self.open_ticket(int(number))

    # Drafts, for the workstation's timers -----------------------------------------------------------

    def save_draft(self) -> None:
        self.desk.job(self.writing.save_draft())

    def save_draft_now(self) -> None:
        self.writing.save_draft_now()


VERB_NAMES = {
    "changed": N_("change"),
    "assigned": N_("assignment"),
    "tagged": N_("labels"),
    "snoozed": N_("snooze"),
    "noted": N_("note"),
    "reply_queued": N_("reply"),
    "no_reply_needed": N_("no reply needed"),
    "marked_spam": N_("spam"),
    "cleared_spam": N_("no spam"),
    "blocked": N_("block"),
    "unblocked": N_("unblock"),
}
