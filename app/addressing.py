"""Acts on whom a mail goes to: beginning one, forwarding, writing to a carrier or supplier, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.screens.composer import Writing
from app.words import _, ngettext
from desk import aside, composing, enclosing
from desk import thread as threads
from store.errors import N_, Invalid, Refused

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation
    from desk.aside import Heads
    from desk.enclosing import Enclosed
    from store.sql.people import Draft
    from store.unit import UnitOfWork


class AddressActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    # Beginning --------------------------------------------------------------------------------------

    def ticket_compose(self, channel_id: str = "") -> None:
        """Asks to whom, from which account where there are several, and about what; then writes."""
        known = composing.accounts(self.session.store.conn)
        if not channel_id and len(known) > 1:
            self.acts.choose([(f"ticket.compose:{c.id}", c.name, c.label) for c in known], _("Write from"))
            return
        account = channel_id or known[0].id

        def accept(words: str) -> None:
            if "@" not in words:
                found = composing.customers(self.session.store.conn, words)
                if not found:
                    raise Invalid(N_("No customer with an address is called {item}."), item=words.strip() or "–",
                                  next=N_("Type the address."))  # fmt: skip
                rows = [(f"ticket.compose_to:{account} {c.email}", c.name or c.email, c.email) for c in found]
                self.desk.call_later(self.acts.choose, rows, _("Write to"))
                return
            composing.address_of(words)
            self.desk.call_later(self.ticket_compose_to, f"{account} {words}")

        self.acts.prompt(_("To (address or customer)"), accept)

    def ticket_compose_to(self, where: str) -> None:
        """`CHANNEL ADDRESS`: asks for the subject, opens the ticket and writes."""
        channel_id, _space, to = where.partition(" ")

        def accept(subject: str) -> None:
            if not subject.strip():
                raise Invalid(N_("A mail needs a subject."), next=N_("Say in a few words what it is about."))
            self.desk.hold(self._begin(channel_id, to, subject))

        self.acts.prompt(_("Subject"), accept)

    async def _begin(self, channel_id: str, to: str, subject: str) -> None:
        ticket_id = await self.session.act(lambda unit: composing.begin(unit, channel_id, to, subject))
        self.acts.moving.open_ticket(ticket_id)
        self.acts.writing.ticket_reply()

    # To somebody else -------------------------------------------------------------------------------

    def ticket_forward(self) -> None:
        """Passes the conversation on, with its files."""
        ticket_id = self.acts.one()
        thread = threads.read(self.session.store.conn, ticket_id, shown=20)
        subject, text = aside.forwarded(thread.ticket.subject, thread.messages)
        self._ask(ticket_id, subject, text, *aside.carried(thread.messages, thread.attachments))

    def ticket_aside(self) -> None:
        """Writes about the ticket to a carrier, a supplier or anybody who is not its buyer."""
        ticket_id = self.acts.one()
        thread = threads.read(self.session.store.conn, ticket_id, shown=1)
        about = thread.ticket.order_number or thread.ticket.subject
        self._ask(ticket_id, about, "")

    def _ask(self, ticket_id: int, subject: str, text: str, files: tuple[Enclosed, ...] = (), behind: int = 0) -> None:
        """To whom; `behind` files are too large to go along. A mail to somebody else that waits here is gone on with."""
        draft = self.session.draft(ticket_id)
        if draft is not None and draft.kind == "aside":
            self.resume(ticket_id, draft)
            return
        self.acts.writing.free_for("aside", ticket_id)
        aside.channel_for(self.session.store.conn, threads.read(self.session.store.conn, ticket_id, shown=1).ticket)

        def accept(words: str) -> None:
            heads = aside.Heads(addresses(words), (), subject, aside=True)
            if not heads.to:
                raise Invalid(N_("Say to whom."), next=N_("Such as: ana@example.org"))
            self.desk.hold(self._open(ticket_id, heads, text, files, behind))

        self.acts.prompt(_("To (carrier, supplier …)"), accept)

    async def _open(self, ticket_id: int, heads: Heads, text: str, files: tuple[Enclosed, ...], behind: int) -> None:
        me = self.session.agent.id

        def put(unit: UnitOfWork) -> None:
            aside.put(unit, ticket_id, me, heads)
            enclosing.put(unit, ticket_id, me, files)

        await self.session.act(put)
        self.acts.writing.begin(self.writing(ticket_id, heads), text)
        if behind:
            said = ngettext("{count} file is too large to go along", "{count} files are too large to go along", behind)
            self.desk.say(said.format(count=behind), "warning")
        elif files:
            said = ngettext("{count} file goes along; x before sending takes it out",
                            "{count} files go along; x before sending takes one out", len(files))  # fmt: skip
            self.desk.say(said.format(count=len(files)), "us")

    def resume(self, ticket_id: int, draft: Draft) -> None:
        """Goes on with a mail to somebody else."""
        heads = aside.get(self.session.store.conn, ticket_id, self.session.agent.id)
        writing = self.writing(ticket_id, heads or aside.Heads((), (), "", aside=True))
        writing.saved = draft.body
        self.acts.writing.begin(writing, draft.body)

    def writing(self, ticket_id: int, heads: Heads) -> Writing:
        """What a mail to somebody else is written as."""
        conn = self.session.store.conn
        ticket = threads.read(conn, ticket_id, shown=1).ticket
        return Writing("aside", ticket_id, ticket.thread_seq, account=aside.channel_for(conn, ticket).name,
                       to=heads.to, cc=heads.cc, subject=heads.subject,
                       files=enclosing.waiting(conn, ticket_id, self.session.agent.id))  # fmt: skip

    # Copies -------------------------------------------------------------------------------------------

    def review_cc(self) -> None:
        """Who gets a copy."""
        composer = self.desk.composer
        if composer is None or composer.writing.kind == "note":
            raise Refused(N_("A note goes to nobody."))
        writing = composer.writing

        def accept(words: str) -> None:
            writing.cc = addresses(words)
            self._keep(writing)
            composer.head.refresh()
            composer.review.refresh()

        self.acts.prompt(_("Copy to (Cc)"), accept, value=", ".join(writing.cc))

    def review_to(self) -> None:
        """To whom a mail to somebody else goes; a reply goes to its buyer."""
        composer = self.desk.composer
        if composer is None or composer.writing.kind != "aside":
            raise Refused(N_("A reply goes to the buyer."), next=N_("> forwards it, @ writes to somebody else."))
        writing = composer.writing

        def accept(words: str) -> None:
            found = addresses(words)
            if not found:
                raise Invalid(N_("Say to whom."), next=N_("Such as: ana@example.org"))
            writing.to = found
            self._keep(writing)
            composer.head.refresh()
            composer.review.refresh()

        self.acts.prompt(_("To"), accept, value=", ".join(writing.to))

    def _keep(self, writing: Writing) -> None:
        heads = aside.Heads(writing.to, writing.cc, writing.subject, writing.kind == "aside")
        me = self.session.agent.id

        def put(unit: UnitOfWork) -> None:
            aside.put(unit, writing.ticket_id, me, heads)

        self.desk.hold(self.session.act(put))


def addresses(words: str) -> tuple[str, ...]:
    """`a@x.example, b@y.example` → both, each once. Raises Invalid for what is no address."""
    parts = words.replace(";", ",").split(",")
    return tuple(dict.fromkeys(composing.address_of(part)[1] for part in parts if part.strip()))
