"""What was done lately, by me or by everybody, what undoing a step would change, and undoing the chosen one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from app.happened import FIELDS, changes_said, value_said
from app.labels import titled
from app.lines import Line
from app.safe import cells
from app.screens.page import Entry, Page
from app.times import stamp
from app.undoing import VERB_NAMES
from app.words import _, ngettext, render_error
from app.wrap import wrap
from desk import undo, undo_history
from desk.undo_history import GONE, STANDS, UNDONE, Back, PastStep
from store.errors import N_, Refused
from store.sql import shop
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation

_STATES = {STANDS: N_("in force"), UNDONE: N_("undone"), GONE: N_("erased")}
_MOST = 60
"""Lines of what would change; a step over many tickets has more."""


class Past(Page):
    place = "past"

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        super().__init__(desk, acts)
        self.everybody = False
        """Whether what colleagues did shows as well."""
        self._found: dict[int, PastStep] = {}

    def title(self) -> str:
        whose = _("everybody") if self.everybody else _("yours")
        return _("Done lately · {whose}").format(whose=whose)

    def empty(self) -> Sequence[str]:
        return (_("Nothing was done here lately that undo knows of."), _("a shows what colleagues did, too."))

    def holds(self) -> Collection[str]:
        step = self._step()
        mine = step is not None and step.actor == self.session.actor and step.state == STANDS
        return ("past_mine",) if mine else ()

    def entries(self) -> Sequence[Entry]:
        conn, me = self.session.store.conn, self.session.agent.id
        agents = [a.id for a in shop.agents(conn)] if self.everybody else [me]
        self._found = {step.seq: step for step in undo_history.steps(conn, agents)}
        return [self._entry(step) for step in self._found.values()]

    def _entry(self, step: PastStep) -> Entry:
        when = stamp(step.at, self.session.now, self.session.zone)
        role = "text" if step.state == STANDS else "muted"
        who = f"{step.actor.id:<8} " if self.everybody else ""
        return Entry(step.seq, _(_STATES[step.state]), role, f"{cells(when, 16)} {who}{self._said(step)}")

    def _said(self, step: PastStep) -> str:
        """`#7 status Open → Solved`; the act where it changed no field."""
        reader, first = self.session.reader(), step.events[0]
        named = ", ".join(f"#{t}" for t in step.tickets[:4]) + (f" +{len(step.tickets) - 4}" if len(step.tickets) > 4 else "")
        changes = (first.payload or {}).get("changes")
        what = changes_said(changes, reader) if changes else ""
        return f"{named}  {what or _(VERB_NAMES.get(step.verb, step.verb))}".strip()

    def _step(self) -> PastStep | None:
        return self._found.get(self.current)

    def details(self, ident: int, width: int) -> Sequence[Line]:
        step = self._found[ident]
        said: list[tuple[str, str]] = [(self._heading(step), "muted")]
        if step.state == UNDONE:
            said.append((_("It is undone already."), "muted"))
        else:
            backs = undo_history.outlook(self.session.store.conn, step)
            mine = step.actor == self.session.actor
            shape = _("Undoing it (u) would do this:") if mine else _("Only {who} undoes it; that would do this:")
            said.append((shape.format(who=self.session.reader().name(step.actor.id)), "strong"))
            said += [self._back(back) for back in backs[:_MOST]]
            if len(backs) > _MOST:
                said.append((_("… and {count} more").format(count=len(backs) - _MOST), "muted"))
        return [((part, role),) for text, role in said for part in wrap(text, width)]

    def _heading(self, step: PastStep) -> str:
        reader = self.session.reader()
        count = len(step.tickets)
        on = ngettext("{count} ticket", "{count} tickets", count).format(count=count) if count != 1 else f"#{step.tickets[0]}"
        return _("{who} · {when} · {on} · event {seq}").format(
            who=reader.name(step.actor.id), when=reader.when(step.at), on=on, seq=step.seq)  # fmt: skip

    def _back(self, back: Back) -> tuple[str, str]:
        where = f"#{back.ticket_id}  " if back.ticket_id else ""
        if back.obstacle is not None:
            return f"! {'' if back.obstacle.item else where}{render_error(back.obstacle)}", "danger"
        if not back.field:
            return f"  {where}{_(_TAKEN.get(back.verb, N_('is as it was before')))}", "text"
        reader = self.session.reader()
        name = _(FIELDS[back.field]) if back.field in FIELDS else clean_line(back.field)
        now, then = value_said(back.field, back.now, reader), value_said(back.field, back.then, reader)
        return f"  {where}{titled(name, f'{now} → {then}')}", "text"

    # Acts -----------------------------------------------------------------------------------------

    def item_open(self) -> None:
        step = self._step()
        if step is None or not step.tickets:
            raise Refused(N_("This step is about no ticket."), next=N_("u undoes it."))
        self.acts.moving.open_ticket(step.tickets[0])

    def past_everybody(self) -> None:
        self.everybody = not self.everybody
        self.acts.paging.news()

    def past_undo(self) -> None:
        """Undoes the step under the cursor, whatever was done since; refuses with the reason."""
        step = self._step()
        if step is None:
            raise Refused(N_("There is nothing to undo."), next=N_("q goes back."))
        seq = step.seq

        async def run() -> None:
            try:
                await self.acts.undoing.replay(lambda unit: undo.undo_step(unit, seq), N_("undone: {what}"), back=True)
            finally:
                self.acts.paging.news()

        self.desk.hold(run())


_TAKEN = {
    "noted": N_("the note goes"),
    "reply_queued": N_("the reply is taken back; its text is a draft again"),
    "deed_queued": N_("what was asked of the platform is taken back"),
    "merged": N_("they are two tickets again"),
    "split": N_("they are one ticket again"),
    "linked": N_("the link goes"),
    "unlinked": N_("the link is back"),
    "task_added": N_("the task goes"),
    "checklist_attached": N_("the checklist goes"),
    "step_ticked": N_("the step is open again"),
    "step_unticked": N_("the step is done again"),
    "incident_linked": N_("it leaves the incident"),
    "incident_unlinked": N_("it is in the incident again"),
    "incident_closed": N_("the incident is open again"),
    "incident_reopened": N_("the incident is closed again"),
    "blocked": N_("the sender may write again"),
    "unblocked": N_("the sender is blocked again"),
    "quarantine_dropped": N_("the record is held again"),
}
