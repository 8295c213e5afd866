"""Acts on the list and between places: marks, search, filter, views, outbox, palette, help, themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.words import _, ngettext
from store.errors import N_, Refused
from store.sql import outbox

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


class GoingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    def list_mark(self) -> None:
        self.session.listing.toggle_mark()
        self.desk.desk_screen.list.altered([self.session.listing.cursor])
        self.acts.moving.move(1)

    def list_range(self) -> None:
        pane = self.desk.desk_screen.list
        current = self.session.listing.current
        pane.range_from = current.id if current and pane.range_from is None else None
        if pane.range_from is not None:
            pane.marked_before = frozenset(self.session.listing.marks)
            self.session.listing.mark_range(pane.range_from, pane.marked_before)
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
        else:
            self.desk.desk_screen.since.say(())

    def list_arrivals(self) -> None:
        self.session.listing.reload()
        self.desk.refresh_list()

    def filter_clear(self) -> None:
        self.desk.show_query(self.desk.view_query)

    def search_open(self) -> None:
        from app.searching import LiveSearch

        if self.desk.place != "list":
            self.acts.moving.item_back()
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
        if self.desk.place != "ticket" or self.desk.marker is None:
            self.acts.moving.move(by)
            return
        from app.hits import to_hit

        to_hit(self.desk, self.desk.marker, by)

    def _query(self, label: str, start: str, use: Callable[[str], None]) -> None:
        from app.widgets.prompt import Question, ask
        from desk.query import complete

        if self.desk.place != "list":
            self.acts.moving.item_back()
        context = self.session.context()
        ask(self.desk.screen, Question(label, use, start, lambda text, cursor: complete(text, cursor, context)))

    # Going places ---------------------------------------------------------------------------------

    def go_view(self, view: str) -> None:
        self.desk.open_view(view)
        self.acts.moving.item_back()

    def go_views(self) -> None:
        from app.widgets.views_pane import name_of

        views = [*(v.view for v in self.session.views()), *self.session.quiet_views()]
        self.acts.choose([(f"go.view:{v.id}", name_of(v), v.query) for v in views], _("View"))

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

    def go_setup(self, room: str = "") -> None:
        """To the set-up, a room of it, one of its records, or a line of its form: `settings/looks#theme`."""
        from app.setting_up import SettingUp

        if self.acts.setting_up is None:
            self.acts.setting_up = SettingUp(self.desk, self.acts)
        name, _slash, record = room.partition("/")
        record, _hash, line = record.partition("#")
        self.acts.setting_up.enter(name, record, line)

    def thread_history(self) -> None:
        """What happened, between the messages or not."""
        screen = self.desk.desk_screen
        screen.history = not screen.history
        screen.show_ticket(screen.ticket.ticket_id, keep_place=True)
        if screen.history:
            self.desk.say(_("what happened stands between the messages; h hides it"), "muted")

    def thread_form(self) -> None:
        """As read, the whole original, the raw source, and round again."""
        screen = self.desk.desk_screen
        forms = {"": _("as read"), "original": _("original: nothing folded or taken off; V shows the source"),
                 "raw": _("raw: as it came over the line; V goes back")}  # fmt: skip
        order = list(forms)
        screen.form = order[(order.index(screen.form) + 1) % len(order)]
        screen.show_ticket(screen.ticket.ticket_id, keep_place=True)
        self.desk.say(forms[screen.form], "muted")

    def ticket_buyer(self) -> None:
        """Everything this buyer had to do with us; Enter opens a ticket."""
        from app.cards import buyer_rows
        from desk.thread import read

        thread = read(self.session.store.conn, self.acts.one(), shown=1)
        if thread.customer is None:
            raise Refused(N_("Nobody knows who wrote {item}."), item=f"#{thread.ticket.id}")
        rows = buyer_rows(self.session.store.conn, thread.customer.id, thread.ticket.id, self.session.reader())
        self.acts.choose(rows, thread.customer.name or thread.customer.email or _("Buyer"))

    def thread_quoted(self) -> None:
        screen = self.desk.desk_screen
        screen.unfolded = not screen.unfolded
        screen.show_ticket(screen.ticket.ticket_id, keep_place=True)

    # Everywhere -----------------------------------------------------------------------------------

    def app_palette(self) -> None:
        from app.finding import providers
        from app.widgets.palette import Palette, acts

        entries = acts(self.desk.place, self.desk.holds(), self.desk.bindings)
        self.acts.lay(Palette(entries, providers(self.session)))

    def app_help(self) -> None:
        from app.widgets.help import Help

        self.acts.lay(Help(self.desk.place, self.desk.bindings))

    def app_menu(self) -> None:
        from app.widgets.menu import Menu

        self.acts.lay(Menu(self.desk.engine.keymap, self.desk.holds(), self.desk.bindings))

    def app_theme(self, name: str = "") -> None:
        from app.look import theme_folder
        from app.place import config_folder
        from themes.loading import load, names

        folder = theme_folder(config_folder())
        if name:
            load(name, folder)
            self.acts.beginning.keep_theme(name)
        else:
            self.acts.choose([(f"app.theme:{n}", n, "") for n in names(folder)], _("Theme"))

    def app_quit(self) -> None:
        if self.desk.composer is not None:
            self.acts.writing.save_draft_now()
        self.desk.exit(0)

    def go_customer(self, ident: str) -> None:
        """All tickets of a customer chosen in the palette, solved ones too."""
        from store.sql import people

        buyer = people.customer(self.session.store.conn, int(ident))
        if buyer is not None:
            self.desk.show_query(f'customer:"{buyer.email or buyer.name}"')
            self.acts.moving.item_back()

    def ticket_open(self, number: str) -> None:
        """A ticket chosen by number, from the palette."""
        self.acts.moving.open_ticket(int(number))
