"""What each act of the registry does at the workstation. Loaded on the first key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from app import verbs
from app.act import Leader
from app.actions import BY_ID, split
from app.words import _, ngettext, render_error
from desk import tickets
from store.errors import N_, Refused
from store.values import clean_line

if TYPE_CHECKING:
    from app.lines import Line
    from app.setting_up import SettingUp
    from app.typed import Complete
    from app.widgets.sheet import Sheet
    from app.workstation import Workstation

ASKS = {
    "ticket.tag": N_("Labels (vip -old)"),
    "ticket.snooze_until": N_("Snooze until (2h, mon 9:00, 2026-12-01, task_done)"),
    "ticket.transfer": N_("To whom, and why (wei speaks German)"),
    "ticket.task": N_("Task (Ask the supplier @wei due:fri)"),
}


class Acts:
    """Methods named after acts: `ticket.done` is `ticket_done`; one method serves all arguments of a verb."""

    def __init__(self, desk: Workstation) -> None:
        from app.addressing import AddressActs
        from app.beginning import BeginningActs
        from app.channel_acts import ChannelActs
        from app.flowing import FlowActs
        from app.form_acts import FormActs
        from app.going import GoingActs
        from app.incident_acts import IncidentActs
        from app.joining import JoiningActs
        from app.media import MediaActs
        from app.moving import MovingActs
        from app.paging import PagingActs
        from app.review_acts import ReviewActs
        from app.sending import SendingActs
        from app.templating import TemplateActs
        from app.undoing import UndoActs
        from app.working import WorkingActs
        from app.writing import WritingActs

        self.desk = desk
        self.session = desk.session
        self.moving, self.going = MovingActs(desk, self), GoingActs(desk, self)
        self.writing, self.templating = WritingActs(desk, self), TemplateActs(desk, self)
        self.sending, self.working = SendingActs(desk, self), WorkingActs(desk, self)
        self.joining, self.incidents = JoiningActs(desk, self), IncidentActs(desk, self)
        self.flow, self.addressing = FlowActs(desk, self), AddressActs(desk, self)
        self.media, self.paging = MediaActs(desk, self), PagingActs(desk, self)
        self.channels, self.beginning = ChannelActs(desk, self), BeginningActs(desk, self)
        self.undoing = UndoActs(desk, self)
        self.reviews, self.forms = ReviewActs(desk, self), FormActs(desk, self)
        self.setting_up: SettingUp | None = None
        """There from the first look at the set-up on."""

    def perform(self, action: str, count: int) -> None:
        """Raises the errors of the desk."""
        name, argument = split(action)
        wanted = name.replace(".", "_")
        parts: tuple[object, ...] = (self, self.moving, self.going, self.writing, self.templating, self.sending,
                                    self.working, self.joining, self.incidents, self.flow, self.addressing, self.media,
                                    self.paging, self.channels, self.beginning, self.undoing, self.reviews,
                                    self.forms)  # fmt: skip
        if self.setting_up is not None and self.desk.place in ("setup", "form", "field"):
            parts = (*self.setting_up.parts, *parts)
        parts = (*self.paging.parts, *parts)
        method: Callable[..., Any] | None = next((getattr(p, wanted) for p in parts if hasattr(p, wanted)), None)
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

    def one(self) -> int:
        """The same for what is done to one ticket at a time. Raises Refused where several are marked."""
        ids = self.chosen()
        if len(ids) > 1:
            raise Refused(N_("{count} tickets are marked; this is done to one."), count=len(ids),
                          next=N_("* n takes the marks away."))  # fmt: skip
        return ids[0]

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
        self.sending.discarded = None
        self.desk.hold(self._do(verb, ids))

    async def _do(self, verb: verbs.Verb, ids: list[int]) -> None:
        listing, screen = self.session.listing, self.desk.desk_screen
        here = listing.current.id if listing.current else None
        outcome = await self.session.act(lambda unit: tickets.each(unit, ids, lambda t: verb.act(unit, t)))
        self.changed(ids)
        if verb.leaves and len(ids) == 1 and (screen.reading or here == ids[0]):
            went = self.flow.onward(ids[0])
            if not went and screen.reading:
                self.moving.item_back()
        self.tell(_(verb.done), outcome, ids)

    def changed(self, ids: Iterable[int]) -> None:
        """Shows what became of tickets; marks are for one act, and so is a range."""
        self.session.listing.marks.clear()
        self.desk.desk_screen.list.range_from = None
        self.desk.take_in(list(ids))
        self.desk.desk_screen.list.refresh()

    def tell(self, done: str, outcome: tickets.Outcome, ids: list[int]) -> None:
        """Says what became of an act; `done` is what to say of one ticket, `{item}`, in the person's language."""
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
            self.desk.say(done.format(item=f"#{outcome.done[0]}") + _(" · z undoes it"), "done")
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

    def stand_on(self, ticket_id: int) -> None:
        """Puts the cursor of the list on a ticket, where the list has it."""
        before = self.session.listing.cursor
        if self.session.listing.go(ticket_id):
            self.desk.desk_screen.list.moved(before)
            self.desk.rest()

    def back_to(self, ticket_id: int) -> None:
        """Goes back to a ticket: reads it where one reads, else puts the cursor on it."""
        screen = self.desk.desk_screen
        if screen.reading and screen.ticket.ticket_id != ticket_id:
            self.moving.open_ticket(ticket_id)
        else:
            self.stand_on(ticket_id)

    def ticket_copy_order(self) -> None:
        from desk.thread import read

        ticket = read(self.session.store.conn, self.chosen()[0], shown=1).ticket
        if not ticket.order_number:
            raise Refused(N_("{item} names no order."), item=f"#{ticket.id}")
        self._copy(ticket.order_number)

    def ticket_copy_tracking(self) -> None:
        from desk.thread import read

        thread = read(self.session.store.conn, self.chosen()[0], shown=1)
        numbers = [parcel.tracking for parcel in thread.shipments if parcel.tracking]
        if not numbers:
            raise Refused(N_("{item} has no parcel with a number."), item=f"#{thread.ticket.id}")
        self._copy(numbers[0])

    def _copy(self, text: str) -> None:
        """To the clipboard of the terminal, cleaned: it is pasted where a line feed would be obeyed."""
        text = clean_line(text)
        if self.desk.copy(text):
            self.desk.say(_("sent to your terminal's clipboard: {text}").format(text=text))
        else:
            self.desk.say(_("your terminal takes nothing into its clipboard; here it is: {text}").format(text=text))

    def ticket_type(self, kind: str = "") -> None:
        from desk.vocabulary import TYPES

        if kind:
            self.to_tickets(f"ticket.type:{kind}")
            return
        self.choose([(f"ticket.type:{k}", _(label), k) for k, label in TYPES.items()], _("Type"))

    def ticket_assign_find(self) -> None:
        from desk import groups
        from store.sql import shop

        conn = self.session.store.conn
        rows = [(f"ticket.assign:{a.id}", a.name, a.id) for a in shop.agents(conn)]
        rows += [(f"ticket.assign:{g.id}", g.name, _("group")) for g in groups.every(conn)]
        self.choose(rows, _("Assign to"))

    def ticket_assign(self, agent_id: str) -> None:
        self.to_tickets(f"ticket.assign:{agent_id}")

    # Asking ----------------------------------------------------------------------------------------

    def ask(self, action: str) -> None:
        """Asks for the text an act needs, then does it; no text is no act."""
        self.chosen()

        def accept(text: str) -> None:
            if text.strip():
                self.to_tickets(action, text)

        self.prompt(_(ASKS[action]), accept, complete=self.working.completion(action))

    def prompt(
        self, label: str, accept: Callable[[str], None], *, value: str = "", complete: Complete | None = None
    ) -> None:  # fmt: skip
        """Asks for a line; `accept` raises DeskError to keep the prompt open and say why."""
        from app.widgets.prompt import Question, ask

        ask(self.desk.screen, Question(label, accept, value, complete))

    def confirm(self, lines: Sequence[Line], answers: Sequence[tuple[str, str, Callable[[], object]]]) -> None:
        """Asks before something that reaches far: what it would do, and for each key what it says and does."""
        from app.widgets.confirm import Confirm

        does = {key: call for key, _label, call in answers}
        sheet = Confirm(lines, [(key, label) for key, label, _call in answers])

        def decided(key: str | None) -> None:
            if key:
                does[key]()

        sheet.lay(self.desk.desk_screen, decided)

    def choose(self, rows: list[tuple[str, str, str]], label: str) -> None:
        """Lets one of `(act, text, note)` be chosen by a few letters, and does it."""
        from app.widgets.palette import Entry, Palette

        entries = [Entry(act, text, "", note, note) for act, text, note in rows]
        self.lay(Palette(entries, (), label))

    def lay(self, sheet: Sheet) -> None:
        """Lays a sheet over the desk; the act chosen there is done."""
        sheet.lay(self.desk.desk_screen, lambda chosen: self.begin_or_perform(chosen or ""))

    # Drafts, for the workstation's timers -----------------------------------------------------------

    def save_draft(self) -> None:
        self.desk.job(self.writing.save_draft())

    def save_draft_now(self) -> None:
        self.writing.save_draft_now()
