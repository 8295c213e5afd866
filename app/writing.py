"""Acts around a text that is being written: beginning a reply or a note, its drafts, and leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.screens.composer import Composer, Snippets, Writing
from desk import aside, enclosing, reach
from desk import thread as threads
from desk.outgoing import reply_subject
from store.errors import N_, Refused
from store.sql import people, shop
from store.sql.people import Draft
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


_WAITS = {
    "reply": (N_("A reply of yours to {item} waits."), N_("r goes on with it.")),
    "note": (N_("A note of yours on {item} waits."), N_("c goes on with it.")),
    "aside": (N_("A mail of yours about {item} to somebody else waits."), N_("r goes on with it.")),
    "review": (N_("An answer of yours to the review of {item} waits."), N_("r in the ticket goes on with it.")),
    "form": (N_("A form of message of yours in {item} waits."), N_("L goes on with it.")),
}
"""Kinds of drafts: what is said while one waits, and how to go on with it."""


def _waits(draft: Draft) -> Refused:
    said, key = _WAITS[draft.kind.partition(":")[0]]
    return Refused(said, item=f"#{draft.ticket_id}", next=key)


class WritingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    # Beginning ------------------------------------------------------------------------------------

    def ticket_reply(self) -> None:
        """Opens the ticket and writes under it; a draft that waits is gone on with."""
        ticket_id = self.target()
        waiting = self.session.draft(ticket_id)
        if waiting is not None and waiting.kind == "aside":
            self.acts.addressing.resume(ticket_id, waiting)
            return
        if waiting is not None and waiting.kind.startswith("review:") and waiting.body.strip():
            self.acts.reviews.resume(ticket_id, int(waiting.kind.partition(":")[2]))
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
        self.write(self.reply(thread, kept), kept.body if kept else "")

    def ticket_note(self) -> None:
        ticket_id = self.target()
        draft = self.session.draft(ticket_id)
        if draft is not None and draft.kind != "note":
            self.make_way("note", ticket_id)
        kept = draft.body if draft and draft.kind == "note" else ""
        thread = threads.read(self.session.store.conn, ticket_id, shown=1)
        self.write(self.noting(thread), kept)

    def reply(self, thread: threads.Thread, kept: Draft | None) -> Writing:
        """A kept draft remembers what its writer had seen; opening it shows the thread as it is now, so that counts."""
        ticket = thread.ticket
        heads = aside.get(self.session.store.conn, ticket.id, self.session.agent.id)
        return Writing(
            "reply", ticket.id, ticket.thread_seq, account=thread.channel.name if thread.channel else ticket.channel_id,
            to=threads.answer_to(thread), subject=reply_subject(ticket.subject), language=ticket.lang,
            buyers=ticket.lang, cc=heads.cc if heads and kept else (),
            template_id=kept.template_id if kept else "", saved=kept.body if kept else "",
            files=enclosing.waiting(self.session.store.conn, ticket.id, self.session.agent.id),
        )  # fmt: skip

    def noting(self, thread: threads.Thread) -> Writing:
        me = self.session.agent.id
        team = tuple(a.id for a in shop.agents(self.session.store.conn) if a.id != me)
        return Writing("note", thread.ticket.id, thread.ticket.thread_seq, team=team)

    def free_for(self, kind: str, ticket_id: int) -> None:
        """One begins one text per ticket at a time, so that none takes another's place. Raises Refused while another
        kind of text waits."""
        draft = self.session.draft(ticket_id)
        if draft is not None and draft.body.strip() and draft.kind != kind:
            raise _waits(draft)

    def make_way(self, kind: str, ticket_id: int) -> None:
        """Before a text takes the place of a draft: for a note the draft waits until it is done. Raises Refused for
        any other kind."""
        draft, me = self.session.draft(ticket_id), self.session.agent.id
        if draft is None or not draft.body.strip():
            return
        if kind != "note" or draft.kind == "note":
            raise _waits(draft)
        self.session.act_now(lambda unit: people.set_aside(unit.conn, ticket_id, me))

    def begin(self, writing: Writing, text: str, *, review: bool = False) -> None:
        """Writes under the ticket."""
        if self.desk.composer is not None:
            self.finish()
        self.write(writing, text, review=review)

    def meanwhile(self) -> None:
        """Something happened in the ticket one writes in: what is new since one began stands below the text."""
        composer = self.desk.composer
        if composer is not None and composer.writing.kind == "reply":
            composer.meanwhile(self.news(composer.writing))

    def news(self, w: Writing) -> list[tuple[str, str]]:
        """What was said since one began, a line each."""
        reader = self.session.reader()
        news = threads.said_since(self.session.store.conn, w.ticket_id, w.base_seq, self.session.agent.id)
        return [(f"▲ {reader.when(m.sent_at)} {m.sender_name or m.sender_address}: {clean_line(m.body)}", "warning")
                for m in news]  # fmt: skip

    def target(self) -> int:
        """The ticket to write to; a text that is being written is put away. Raises Refused where several are marked."""
        ids = self.acts.chosen()
        if len(ids) > 1:
            raise Refused(N_("{count} tickets are marked; a reply goes to one."), count=len(ids),
                          next=N_("* n takes the marks away."))  # fmt: skip
        if self.desk.composer is not None:
            self.finish()
        return ids[0]

    def write(self, writing: Writing, text: str, *, review: bool = False) -> None:
        screen = self.desk.desk_screen
        if screen.ticket.ticket_id != writing.ticket_id or not screen.reading:
            self.acts.moving.open_ticket(writing.ticket_id)

        def begin() -> None:
            if self.desk.composer is composer:  # a quick hand has closed it again
                reviewing = self.desk.place == "review"
                composer.ready(reviewing, self.acts.sending.doubts(composer) if reviewing else ())

        composer = self.desk.composer = Composer(writing, text, self._snippets(writing), begin)
        screen.mount(composer, before=screen.clocks)
        self.desk.go_to("review" if review else "composer")
        screen.call_after_refresh(screen.ticket.to_end)
        self.desk.job(self.session.present(writing.ticket_id, True))

    def _snippets(self, writing: Writing) -> Snippets:
        """Templates one puts in by `;name`, filled in for the ticket when it is asked for."""
        conn = self.session.store.conn
        internal = writing.kind == "note"
        known = {t.id: t for t in shop.templates(conn) if bool(t.internal) == internal}

        def text(name: str) -> str:
            from app.widgets.template_picker import filling

            thread = threads.read(conn, writing.ticket_id, shown=1)
            me = self.session.agent
            context = threads.template_context(thread, me.name, self.session.store.meta("name"), signature=me.signature)
            return filling(known[name], thread.ticket, context).text.strip()

        return Snippets(tuple(known), text)

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

    # In the text ------------------------------------------------------------------------------------

    def composer_complete(self) -> None:
        """The name that is being typed, else on to the next gap."""
        if self.desk.composer is not None:
            self.desk.composer.complete()

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
