"""Acts by which a written text leaves: review, sending, throwing away, taking back from the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.words import _, render_error
from desk import aside, enclosing, tickets
from desk import outbox as box
from desk import thread as threads
from desk.automation.templates import tags
from store.errors import N_, Conflict, Refused
from store.sql import people
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from app.acts import Acts
    from app.screens.composer import Composer, Writing
    from app.workstation import Workstation


class SendingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self.discarded: tuple[Writing, str] | None = None
        """The text thrown away last, for `z`, until something else is done."""

    # Reviewing --------------------------------------------------------------------------------------

    def composer_review(self) -> None:
        composer = self.desk.composer
        if composer is None:
            return
        if not composer.text.strip() and not composer.writing.files:
            self.review_discard()
            return
        composer.ask(True, self.doubts(composer))
        self.desk.go_to("review")
        self.desk.job(self.acts.writing.save_draft())

    def doubts(self, composer: Composer) -> list[tuple[str, str]]:
        """What the person should know before it leaves: gaps, what the platform forbids, another language."""
        from app.widgets.template_picker import other_language
        from desk.template_book import unfit

        w, conn = composer.writing, self.session.store.conn
        if w.kind == "note":
            return []
        if w.kind == "aside":
            text = _("▲ not to the buyer: outside the buyer's thread; what they answer comes into #{id}")
            return [(text.format(id=w.ticket_id), "warning")]
        about = {"review": self.acts.reviews.doubts, "form": self.acts.forms.doubts}
        found = list(about.get(w.sort, self.acts.writing.news)(w))
        if gaps := composer.gaps:
            found.append((_("▲ still empty: {names}").format(names=", ".join(gaps)), "warning"))
        ticket = threads.read(conn, w.ticket_id, shown=1).ticket
        found += [(f"! {problem.render(_)}", "danger") for problem in unfit(conn, ticket, composer.text)]
        if other_language(w.language, w.buyers):
            text = _("▲ the buyer writes {theirs}, this text is {ours}").format(theirs=w.buyers, ours=w.language)
            found.append((text, "warning"))
        return found

    def review_edit(self) -> None:
        if self.desk.composer:
            self.desk.go_to("composer")
            self.desk.composer.ask(False)

    def review_send(self) -> None:
        self._leave("open")

    def review_send_solve(self) -> None:
        self._leave("solved")

    def review_send_wait(self) -> None:
        self._leave("pending")

    def _leave(self, then: str) -> None:
        composer = self.desk.composer
        if composer is None:
            return
        if composer.writing.kind == "note":
            self.desk.hold(self._note(composer))
        elif composer.writing.kind == "aside":
            if then == "solved":
                raise Refused(N_("This mail answers nothing to the buyer."), next=N_("y sends it, w lets the ticket wait."))
            self.desk.hold(self._send(composer, "on_hold" if then == "pending" else ""))
        else:
            missing = [tag.path for tag in tags(composer.text)]
            if missing:
                raise Refused(N_("Not sent. Still empty: {missing}."), missing=", ".join(dict.fromkeys(missing)),
                              next=N_("e edits the text."))  # fmt: skip
            self.desk.hold(self._send_about(composer, then) if composer.writing.about else self._send(composer, then))

    async def _note(self, composer: Composer) -> None:
        writing, text = composer.writing, composer.text
        await self.session.act(lambda unit: tickets.note(unit, writing.ticket_id, text))
        await self._done(composer, keep_draft=False)
        self.desk.say(_("noted · z undoes it"), "note")

    async def _send(self, composer: Composer, then: str) -> None:
        w = composer.writing
        reply = box.Reply(w.ticket_id, composer.text, w.to, w.subject, w.base_seq, then=then, template_id=w.template_id,
                          files=w.files, cc=w.cc, aside=w.kind == "aside")  # fmt: skip
        try:
            await self.session.act(lambda unit: box.queue(unit, reply))
        except Conflict as error:  # once what is new was shown, the person may send all the same
            composer.object_to(render_error(error), self.acts.writing.news(w))
            w.base_seq = threads.read(self.session.store.conn, w.ticket_id, shown=1).ticket.thread_seq
            return
        await self._done(composer, keep_draft=False)
        if w.kind == "reply":
            self.acts.flow.onward(w.ticket_id)
        self.desk.soon("tick", 0, self.desk._tick)

    async def _send_about(self, composer: Composer, then: str) -> None:
        """An answer to a review, back to the reviews; or a form of message, back to its ticket."""
        w = composer.writing
        if w.sort == "review":
            await self.acts.reviews.send(w, composer.text, then)
        else:
            await self.acts.forms.send(w, composer.text, then)
        await self._done(composer, keep_draft=False)
        if w.sort == "review":
            self.acts.reviews.to(int(w.about))
        self.desk.soon("tick", 0, self.desk._tick)

    def review_park(self) -> None:
        """Keeps the draft and leaves it."""
        composer = self.desk.composer
        if composer is not None:
            self.desk.hold(self._done(composer, keep_draft=True))
            self.desk.say(_("parked; r goes on with it"), "us")

    def review_discard(self) -> None:
        composer = self.desk.composer
        if composer is not None:
            if composer.text.strip() or composer.writing.files:
                self.discarded = (composer.writing, composer.text)
                self.desk.say(_("thrown away · z brings it back"))
            self.desk.hold(self._abandon(composer))

    async def _abandon(self, composer: Composer) -> None:
        """Leaves without the text; a ticket that was only opened to write in is closed with it."""
        await self._done(composer, keep_draft=False)
        ticket_id = composer.writing.ticket_id
        ticket = threads.read(self.session.store.conn, ticket_id, shown=1)
        if not ticket.ticket.message_count and not ticket.waiting:
            await self.session.act(lambda unit: tickets.set_status(unit, ticket_id, "closed"))
            self.desk.take_in([ticket_id])

    def bring_back(self) -> bool:
        """What was thrown away last is written on; False when there is nothing. Raises Refused where another text of
        theirs waits in its place."""
        if self.discarded is None or self.desk.composer is not None:
            return False
        writing, text = self.discarded
        self.acts.writing.make_way(writing.kind, writing.ticket_id)
        self.discarded = None
        writing.saved = ""
        if writing.files:
            self.session.act_now(lambda unit: enclosing.put(unit, writing.ticket_id, self.session.agent.id, writing.files))
        self.acts.writing.write(writing, text)
        return True

    async def _done(self, composer: Composer, *, keep_draft: bool) -> None:
        ticket_id, me = composer.writing.ticket_id, self.session.agent.id
        if keep_draft:
            await self.acts.writing.save_draft()
        else:
            await self.session.act(lambda unit: _drop_draft(unit, ticket_id, me))
            if self.discarded and self.discarded[0] is not composer.writing:
                self.discarded = None  # what was sent since is what undo takes back
        self.acts.writing.finish()
        self.desk.take_in([ticket_id])
        await self.session.present(ticket_id, False)

    # The outbox -------------------------------------------------------------------------------------

    def take_back(self, row_id: int) -> None:
        self.desk.hold(self._take_back(row_id))

    async def _take_back(self, row_id: int) -> None:
        row = await self.session.act(lambda unit: box.take_back(unit, row_id))
        self.desk.take_in([row.ticket_id])
        self.acts.back_to(row.ticket_id)
        self.desk.soon("tick", 0, self.desk._tick)
        self.desk.say(_("taken back; your text is a draft again, r goes on with it"), "done")

    def outbox_take_back(self) -> None:
        row = self.desk.desk_screen.outbox.current
        if row is not None:
            self.take_back(row.id)

    def outbox_resolve(self, decision: str) -> None:
        row = self.desk.desk_screen.outbox.current
        if row is None:
            return
        chosen = {"drop": "cancel"}.get(decision, decision)

        def settle(unit: UnitOfWork) -> int:
            return box.resolve(unit, row.id, chosen).ticket_id

        async def run() -> None:
            self.desk.take_in([await self.session.act(settle)])
            self.acts.going.fill_outbox()

        self.desk.hold(run())


def _drop_draft(unit: UnitOfWork, ticket_id: int, agent_id: str) -> None:
    """A draft and the files that wait with it."""
    people.drop_draft(unit.conn, ticket_id, agent_id)
    if people.take_up(unit.conn, ticket_id, agent_id):
        return
    enclosing.put(unit, ticket_id, agent_id, ())
    aside.put(unit, ticket_id, agent_id, None)
