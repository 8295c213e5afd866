"""Acts around choosing a template for a reply or a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.words import _
from desk import thread as threads
from store.errors import N_, Refused
from store.sql import shop

if TYPE_CHECKING:
    from app.acts import Acts
    from app.widgets.template_picker import Filling, TemplatePicker
    from app.workstation import Workstation


class TemplateActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self._resumes = False
        """Whether the template that is being chosen goes into a text that is being written."""

    def ticket_template(self, ident: str = "") -> None:
        """Shows the templates for an answer, those that suit the ticket first; the cursor on the one that is named."""
        chosen = shop.template(self.session.store.conn, ident) if ident else None
        self._pick(note=chosen is not None and bool(chosen.internal))
        self._resumes = False
        if chosen is not None and self.desk.picker is not None:
            self.desk.picker.go(chosen.id)

    def _pick(self, *, note: bool) -> None:
        from app.widgets.template_picker import TemplatePicker
        from desk.automation.suggest import ranked, suggest
        from desk.template_book import note_language, unfit

        conn, ticket_id = self.session.store.conn, self.acts.one()
        known = [t for t in shop.templates(conn) if bool(t.internal) == note]
        if not known:
            raise Refused(N_("There is no template for that."), next=N_("g t, then n writes one."))
        self.acts.writing.target()
        self.acts.writing.free_for("note" if note else "reply", ticket_id)
        screen = self.desk.desk_screen
        if screen.ticket.ticket_id != ticket_id or not screen.reading:
            self.acts.moving.open_ticket(ticket_id)
        thread = threads.read(conn, ticket_id, shown=1)
        me = self.session.agent
        context = threads.template_context(thread, me.name, self.session.store.meta("name"), signature=me.signature)
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
            if composer.writing.about:
                raise Refused(N_("Here a template goes in by its name."), next=N_("Type ; and its name, then Tab."))
            self.acts.writing.save_draft_now()
            self._pick(note=composer.writing.kind == "note")
            self._resumes = True

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
            self.acts.writing.ticket_note() if draft.kind == "note" else self.acts.writing.ticket_reply()

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
        writing = self.acts.writing.reply(thread, None)
        writing.template_id, writing.language = filled.template.id, filled.language
        self.acts.writing.write(writing, before + filled.text, review=not (edit or filled.missing))

    def _note_with(self, ticket_id: int, filled: Filling) -> None:
        """A note goes on with the text of a template of the team's own."""
        draft = self.session.draft(ticket_id)
        before = f"{draft.body.rstrip()}\n\n" if draft and draft.kind == "note" and draft.body.strip() else ""
        thread = threads.read(self.session.store.conn, ticket_id, shown=1)
        self.acts.writing.write(self.acts.writing.noting(thread), before + filled.text)
