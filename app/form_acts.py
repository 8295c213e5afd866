"""Acts on a platform's own forms of message: asking which an order allows, choosing one, writing and sending it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.aside import Aside
from app.screens.composer import Writing
from app.told import told
from app.words import _
from desk import enclosing, forms
from desk import thread as threads
from store.errors import N_, Refused, Unavailable
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation
    from connectors.registry import Form


class FormActs:
    """Methods named after acts, as in `app.acts`. The platform is asked on a thread of its own."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self._outside = Aside()

    def ticket_form(self, choice: str = "") -> None:
        """Asks which forms the order of the ticket allows now, and lets one be chosen; `TICKET:FORM` writes that one."""
        if choice:
            number, _colon, name = choice.partition(":")
            self._begin(int(number), name)
            return
        ticket_id = self.acts.one()
        at = forms.place(self.session.store.conn, ticket_id)
        said = _("asking {account} what it allows for {order} …")
        self.desk.say(said.format(account=at.channel.name, order=clean_line(at.number)), "muted")
        self.desk.passing(self._ask(ticket_id, at))

    async def _ask(self, ticket_id: int, at: forms.Place) -> None:
        found = await self._outside.do(lambda: self._allowed(at))
        self.desk.say("", "muted")
        if not found:
            raise Refused(N_("{item} allows no message about {order} now."), item=at.channel.name, order=clean_line(at.number),
                          next=N_("Answer the buyer's own mail instead."))  # fmt: skip
        self.acts.choose([(f"ticket.form:{ticket_id}:{form.id}", _(form.title), _takes(form)) for form in found],
                         _("Message about {order}").format(order=clean_line(at.number)))  # fmt: skip

    def _allowed(self, at: forms.Place) -> Sequence[Form]:
        from app.wire import Wired
        from connectors.contract import Fault

        connector = Wired(self.session.store).connector(at.channel)
        try:
            return forms.allowed(connector, at)
        except Fault as fault:
            raise Unavailable(N_("{item} cannot be asked now: {reason}"), item=at.channel.name,
                              reason=told(clean_line(str(fault)))) from fault  # fmt: skip
        finally:
            connector.close()

    # Writing ------------------------------------------------------------------------------------------

    def _begin(self, ticket_id: int, name: str) -> None:
        """Begins it, or goes on with the one that waits."""
        conn, kind = self.session.store.conn, f"form:{name}"
        self.acts.writing.free_for(kind, ticket_id)
        at, form = self._of(ticket_id, name)
        thread = threads.read(conn, ticket_id, shown=1)
        draft = self.session.draft(ticket_id)
        kept = draft.body if draft else ""
        writing = Writing(
            kind, ticket_id, thread.ticket.thread_seq, account=at.channel.name,
            to=(_("the buyer of {order}").format(order=clean_line(at.number)),), subject=_(form.title),
            buyers=thread.ticket.lang, saved=kept, files=enclosing.waiting(conn, ticket_id, self.session.agent.id),
        )  # fmt: skip
        self.acts.writing.begin(writing, kept, review=not form.longest)

    def _of(self, ticket_id: int, name: str) -> tuple[forms.Place, Form]:
        at = forms.place(self.session.store.conn, ticket_id)
        return at, next(form for form in forms.known(at.channel) if form.id == name)

    def doubts(self, writing: Writing) -> Sequence[tuple[str, str]]:
        """What to mind before it leaves."""
        _at, form = self._of(writing.ticket_id, writing.about)
        text = _("▲ only for its purpose, no answer to the buyer; {takes}")
        return [(text.format(takes=_takes(form)), "warning")]

    def fits(self, writing: Writing, files: Sequence[enclosing.Enclosed | enclosing.Taken]) -> None:
        """Raises Refused and Invalid for files it has no place for."""
        _at, form = self._of(writing.ticket_id, writing.about)
        forms.check(form, "…" if form.longest else "", files)

    async def send(self, writing: Writing, text: str, then: str) -> None:
        """Into the outbox."""
        at, form = self._of(writing.ticket_id, writing.about)
        then = "pending" if then == "pending" else ""
        await self.session.act(lambda unit: forms.queue(unit, writing.ticket_id, at, form, text, writing.files, then=then))


def _takes(form: Form) -> str:
    """What a form takes."""
    text = _("up to {count} characters").format(count=form.longest) if form.longest else ""
    files = _("files (^f)") if form.files else ""
    return ", ".join(filter(None, (text, files))) or _("is sent as it is")
