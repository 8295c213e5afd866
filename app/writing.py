"""Acts around a text that is being written: reply, note, template, review, sending and taking back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.screens.composer import Composer, Snippets, Writing
from app.words import _, render_error
from desk import aside, enclosing, reach, tickets
from desk import outbox as box
from desk import thread as threads
from desk.automation.templates import tags
from store.errors import N_, Conflict, Refused
from store.sql import people, shop
from store.sql.people import Draft
from store.unit import UnitOfWork
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.widgets.template_picker import Filling, TemplatePicker
    from app.workstation import Workstation


class WritingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self.discarded: tuple[Writing, str] | None = None
        """The text thrown away last, for `z`, until something else is done."""
        self._resumes = False
        """Whether the template that is being chosen goes into a text that is being written."""

    # Beginning ------------------------------------------------------------------------------------

    def ticket_reply(self) -> None:
        """Opens the ticket and writes under it; a draft that waits is gone on with."""
        ticket_id = self._one()
        waiting = self.session.draft(ticket_id)
        if waiting is not None and waiting.kind == "aside":
            self.acts.addressing.resume(ticket_id, waiting)
            return
        self.free_for("reply", ticket_id)
        thread = threads.read(self.session.store.conn, ticket_id, shown=20)
        if thread.channel is not None:
            reach.insist(thread.channel)
        to = threads.answer_to(thread)
        if not to:
            raise Refused(N_("{item} has no address to answer to."), item=f"#{ticket_id}",
                          next=N_("Answer in the shop's own console."))  # fmt: skip
        draft = self.session.draft(ticket_id)
        kept = draft if draft and draft.kind == "reply" else None
        self._write(self._reply(thread, kept), kept.body if kept else "")

    def ticket_note(self) -> None:
        ticket_id = self._one()
        draft = self.session.draft(ticket_id)
        if draft is not None and draft.kind != "note" and draft.body.strip():  # it waits until the note is done
            me = self.session.agent.id
            self.session.act_now(lambda unit: people.set_aside(unit.conn, ticket_id, me))
        kept = draft.body if draft and draft.kind == "note" else ""
        thread = threads.read(self.session.store.conn, ticket_id, shown=1)
        self._write(self._noting(thread), kept)

    def _reply(self, thread: threads.Thread, kept: Draft | None) -> Writing:
        """A kept draft remembers what its writer had seen; opening it shows the thread as it is now, so that counts."""
        ticket = thread.ticket
        heads = aside.get(self.session.store.conn, ticket.id, self.session.agent.id)
        return Writing(
            "reply", ticket.id, ticket.thread_seq, account=thread.channel.name if thread.channel else ticket.channel_id,
            to=threads.answer_to(thread), subject=box.reply_subject(ticket.subject), language=ticket.lang,
            buyers=ticket.lang, cc=heads.cc if heads and kept else (),
            template_id=kept.template_id if kept else "", saved=kept.body if kept else "",
            files=enclosing.waiting(self.session.store.conn, ticket.id, self.session.agent.id),
        )  # fmt: skip

    def free_for(self, kind: str, ticket_id: int) -> None:
        """One begins one text per ticket at a time, so that none takes another's place. Raises Refused while another
        kind of text waits."""
        draft = self.session.draft(ticket_id)
        if draft is not None and draft.body.strip() and draft.kind != kind:
            named = {"reply": N_("A reply of yours to {item} waits."), "note": N_("A note of yours on {item} waits."),
                     "aside": N_("A mail of yours about {item} to somebody else waits.")}  # fmt: skip
            raise Refused(named[draft.kind], item=f"#{ticket_id}",
                          next=N_("c goes on with it.") if draft.kind == "note" else N_("r goes on with it."))  # fmt: skip

    def begin(self, writing: Writing, text: str) -> None:
        """Writes under the ticket."""
        if self.desk.composer is not None:
            self.finish()
        self._write(writing, text)

    def meanwhile(self) -> None:
        """Something happened in the ticket one writes in: what is new since one began stands below the text."""
        composer = self.desk.composer
        if composer is not None and composer.writing.kind == "reply":
            composer.meanwhile(self._news(composer.writing))

    def _news(self, w: Writing) -> list[tuple[str, str]]:
        """What was said since one began, a line each."""
        reader = self.session.reader()
        news = threads.said_since(self.session.store.conn, w.ticket_id, w.base_seq, self.session.agent.id)
        return [(f"▲ {reader.when(m.sent_at)} {m.sender_name or m.sender_address}: {clean_line(m.body)}", "warning")
                for m in news]  # fmt: skip

    def _one(self) -> int:
        ids = self.acts.chosen()
        if len(ids) > 1:
            raise Refused(N_("{count} tickets are marked; a reply goes to one."), count=len(ids),
                          next=N_("* n takes the marks away."))  # fmt: skip
        if self.desk.composer is not None:
            self.finish()
        return ids[0]

    def _write(self, writing: Writing, text: str, *, review: bool = False) -> None:
        screen = self.desk.desk_screen
        if screen.ticket.ticket_id != writing.ticket_id or not screen.reading:
            self.acts.moving.open_ticket(writing.ticket_id)
        composer = self.desk.composer = Composer(writing, text, self._snippets(writing))
        screen.mount(composer, before=screen.clocks)
        self.desk.go_to("review" if review else "composer")

        def ready() -> None:
            if self.desk.composer is composer:  # a quick hand has closed it again
                reviewing = self.desk.place == "review"
                composer.ready(reviewing, self._doubts(composer) if reviewing else ())
                screen.ticket.to_end()

        screen.call_after_refresh(ready)
        self.desk.job(self.session.present(writing.ticket_id, True))

    def _snippets(self, writing: Writing) -> Snippets:
        """Templates one puts in by `;name`, filled in for the ticket when it is asked for."""
        conn = self.session.store.conn
        internal = writing.kind == "note"
        known = {t.id: t for t in shop.templates(conn) if bool(t.internal) == internal}

        def text(name: str) -> str:
            from app.widgets.template_picker import filling

            thread = threads.read(conn, writing.ticket_id, shown=1)
            context = threads.template_context(thread, self.session.agent.name, self.session.store.meta("name"))
            return filling(known[name], thread.ticket, context).text.strip()

        return Snippets(tuple(known), text)

    # Templates --------------------------------------------------------------------------------------

    def ticket_template(self) -> None:
        """Shows the templates for an answer, those that suit the ticket first."""
        self._pick(note=False)
        self._resumes = False

    def _pick(self, *, note: bool) -> None:
        from app.widgets.template_picker import TemplatePicker
        from desk.automation.suggest import ranked, suggest
        from desk.template_book import note_language, unfit

        conn, ticket_id = self.session.store.conn, self.acts.one()
        known = [t for t in shop.templates(conn) if bool(t.internal) == note]
        if not known:
            raise Refused(N_("There is no template for that."), next=N_("g t, then n writes one."))
        self._one()
        self.free_for("note" if note else "reply", ticket_id)
        screen = self.desk.desk_screen
        if screen.ticket.ticket_id != ticket_id or not screen.reading:
            self.acts.moving.open_ticket(ticket_id)
        thread = threads.read(conn, ticket_id, shown=1)
        context = threads.template_context(thread, self.session.agent.name, self.session.store.meta("name"))
        ticket = thread.ticket
        why = {s.id: s.why.render(_) for s in suggest(conn, ticket, limit=1000) if s.kind == "template"}
        self.desk.picker = TemplatePicker(
            screen.tray, known if note else ranked(conn, known, ticket), ticket, context, {} if note else why,
            lambda text: unfit(conn, ticket, text), note=note, tongue=note_language(conn, ticket) if note else "",
        )  # fmt: skip
        self.desk.go_to("templates")

    def composer_template(self) -> None:
        """Chooses a template for the text being written, one of the team's own for a note; the text so far is kept above
        it."""
        composer = self.desk.composer
        if composer is not None:
            self.save_draft_now()
            self._pick(note=composer.writing.kind == "note")
            self._resumes = True

    def composer_complete(self) -> None:
        """The name that is being typed, else on to the next gap."""
        if self.desk.composer is not None:
            self.desk.composer.complete()

    def go_templates(self) -> None:
        """The templates of the team, to read and to write."""
        self.acts.going.go_setup("templates")

    def template_use(self) -> None:
        """Fills the template in; complete, it goes to the review bar, else into the text to be completed."""
        self._use(edit=False)

    def template_edit(self) -> None:
        self._use(edit=True)

    def template_language(self) -> None:
        if self.desk.picker:
            self.desk.picker.next_language()

    def template_close(self) -> None:
        """Leaves without choosing; a text that was being written is gone on with."""
        picker = self._put_picker_away()
        draft = self.session.draft(picker.ticket.id) if picker else None
        if picker and self._resumes and draft and draft.body.strip():
            self.ticket_note() if draft.kind == "note" else self.ticket_reply()

    def _put_picker_away(self) -> TemplatePicker | None:
        picker, self.desk.picker = self.desk.picker, None
        if picker is not None:
            picker.close()
        self.desk.go_to("ticket")
        return picker

    def _use(self, *, edit: bool) -> None:
        picker = self.desk.picker
        filled = picker.filled() if picker else None
        if picker is None or filled is None:
            return
        ticket_id = picker.ticket.id
        note = picker.note
        self._put_picker_away()
        if note:
            self._note_with(ticket_id, filled)
            return
        thread = threads.read(self.session.store.conn, ticket_id, shown=20)
        if not threads.answer_to(thread):
            raise Refused(N_("{item} has no address to answer to."), item=f"#{ticket_id}",
                          next=N_("Answer in the shop's own console."))  # fmt: skip
        draft = self.session.draft(ticket_id)
        begun = draft is not None and draft.kind == "reply" and draft.template_id != filled.template.id
        before = f"{draft.body.rstrip()}\n\n" if draft and begun and draft.body.strip() else ""
        writing = self._reply(thread, None)
        writing.template_id, writing.language = filled.template.id, filled.language
        self._write(writing, before + filled.text, review=not (edit or filled.missing))

    def _note_with(self, ticket_id: int, filled: Filling) -> None:
        """A note goes on with the text of a template of the team's own."""
        draft = self.session.draft(ticket_id)
        before = f"{draft.body.rstrip()}\n\n" if draft and draft.kind == "note" and draft.body.strip() else ""
        thread = threads.read(self.session.store.conn, ticket_id, shown=1)
        self._write(self._noting(thread), before + filled.text)

    def _noting(self, thread: threads.Thread) -> Writing:
        me = self.session.agent.id
        team = tuple(a.id for a in shop.agents(self.session.store.conn) if a.id != me)
        return Writing("note", thread.ticket.id, thread.ticket.thread_seq, team=team)

    # Reviewing --------------------------------------------------------------------------------------

    def composer_review(self) -> None:
        composer = self.desk.composer
        if composer is None:
            return
        if not composer.text.strip() and not composer.writing.files:
            self.review_discard()
            return
        composer.ask(True, self._doubts(composer))
        self.desk.go_to("review")
        self.desk.job(self.save_draft())

    def _doubts(self, composer: Composer) -> list[tuple[str, str]]:
        """What the person should know before it leaves: gaps, what the platform forbids, another language."""
        from app.widgets.template_picker import other_language
        from desk.template_book import unfit

        w, conn = composer.writing, self.session.store.conn
        if w.kind == "note":
            return []
        if w.kind == "aside":
            text = _("▲ not to the buyer: outside the buyer's thread; what they answer comes into #{id}")
            return [(text.format(id=w.ticket_id), "warning")]
        found = self._news(w)
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
                raise Refused(N_("Not sent: {missing} is still empty."), missing=", ".join(dict.fromkeys(missing)),
                              next=N_("e edits the text."))  # fmt: skip
            self.desk.hold(self._send(composer, then))

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
            composer.object_to(render_error(error), self._news(w))
            w.base_seq = threads.read(self.session.store.conn, w.ticket_id, shown=1).ticket.thread_seq
            return
        await self._done(composer, keep_draft=False)
        if w.kind == "reply":
            self.acts.flow.onward(w.ticket_id)
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
        """What was thrown away last is written on; False when there is nothing."""
        if self.discarded is None or self.desk.composer is not None:
            return False
        (writing, text), self.discarded = self.discarded, None
        writing.saved = ""
        if writing.files:
            self.session.act_now(lambda unit: enclosing.put(unit, writing.ticket_id, self.session.agent.id, writing.files))
        self._write(writing, text)
        return True

    async def _done(self, composer: Composer, *, keep_draft: bool) -> None:
        ticket_id, me = composer.writing.ticket_id, self.session.agent.id
        if keep_draft:
            await self.save_draft()
        else:
            await self.session.act(lambda unit: _drop_draft(unit, ticket_id, me))
        self.finish()
        self.desk.take_in([ticket_id])
        await self.session.present(ticket_id, False)

    def finish(self) -> None:
        """Takes the composer away; what it held is on disk or gone on purpose."""
        composer, self.desk.composer = self.desk.composer, None
        if composer is not None:
            composer.remove()
            self.desk.let_go()
        self.desk.desk_screen.set_focus(None)
        self.desk.go_to("ticket" if self.desk.desk_screen.reading else "list")

    # Drafts -----------------------------------------------------------------------------------------

    def _draft(self) -> Draft | None:
        composer = self.desk.composer
        if composer is None or composer.text == composer.writing.saved:
            return None
        w = composer.writing
        w.saved = composer.text
        return Draft(
            w.ticket_id, self.session.agent.id, w.kind, composer.text, w.template_id, w.base_seq, self.session.now
        )

    async def save_draft(self) -> None:
        draft = self._draft()
        if draft:
            await self.session.act(lambda unit: people.put_draft(unit.conn, draft))

    def save_draft_now(self) -> None:
        draft = self._draft()
        if draft:
            self.session.act_now(lambda unit: people.put_draft(unit.conn, draft))

    def composer_editor(self) -> None:
        """The text in the person's own editor; what comes back replaces it."""
        from app.editors import edited

        composer = self.desk.composer
        if composer is None:
            return
        self.save_draft_now()
        ticket_id = composer.writing.ticket_id
        composer.area.text = edited(self.desk, composer.text, f"reply-{ticket_id}.txt", ticket_id)
        composer.area.move_cursor(composer.area.document.end)
        self.desk.job(self.save_draft())

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
