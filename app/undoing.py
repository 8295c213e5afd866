"""Undo and redo: what came back, said by its fields or by what the act is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.act import RECORDS
from app.words import _, render_error
from desk import undo
from store.errors import N_
from store.sql import outbox
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


VERB_NAMES = {
    "changed": N_("change"),
    "assigned": N_("assignment"),
    "tagged": N_("labels"),
    "snoozed": N_("snooze"),
    "noted": N_("note"),
    "reply_queued": N_("reply"),
    "deed_queued": N_("act at the platform"),
    "no_reply_needed": N_("no reply needed"),
    "marked_spam": N_("spam"),
    "cleared_spam": N_("no spam"),
    "type_confirmed": N_("type confirmed"),
    "merged": N_("merge"),
    "split": N_("split"),
    "linked": N_("link"),
    "unlinked": N_("link taken away"),
    "field_set": N_("field"),
    "checklist_attached": N_("checklist"),
    "step_ticked": N_("step done"),
    "step_unticked": N_("step open again"),
    "task_added": N_("task"),
    "task_changed": N_("task"),
    "incident_linked": N_("link to an incident"),
    "incident_unlinked": N_("taken out of an incident"),
    "incident_closed": N_("incident closed"),
    "incident_reopened": N_("incident open again"),
    "blocked": N_("block"),
    "unblocked": N_("unblock"),
    "quarantine_dropped": N_("record let go"),
}


class UndoActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    def edit_undo(self) -> None:
        """A reply that is still held comes first: it is what cannot wait."""
        held = outbox.of_agent_held(self.session.store.conn, self.session.agent.id, self.session.now)
        if held:
            self.acts.sending.take_back(held[-1].id)
        elif self.acts.sending.bring_back():
            return
        else:
            self.desk.hold(self.replay(undo.undo, N_("undone: {what}"), back=True))

    def edit_redo(self) -> None:
        self.desk.hold(self.replay(undo.redo, N_("done again: {what}"), back=False))

    async def replay(self, replay: Callable[[UnitOfWork], undo.Step], said: str, *, back: bool) -> None:
        """Undoes or does again, goes to where that was unless a page of records shows, and says what became of which fields."""
        step = await self.session.act(replay)
        self.desk.take_in(step.tickets)
        if len(step.tickets) == 1 and self.desk.place not in RECORDS:
            # Back to where it happened, so that the next act hits what one looks at.
            self.acts.back_to(step.tickets[0])
        names = ", ".join(f"#{t}" for t in step.tickets[:4])
        more = f" +{len(step.tickets) - 4}" if len(step.tickets) > 4 else ""
        text = f"{_(said).format(what=self._what(step, back))}  {names}{more}"
        if step.refused:
            text += "  " + render_error(step.refused[0][1])
        self.desk.say(text, "warning" if step.refused else "done")

    def _what(self, step: undo.Step, back: bool) -> str:
        """`status Solved → Open` where the act changed fields, the same on every ticket; else what the act was."""
        from app.happened import changes_said

        reader = self.session.reader()
        turned = [{f: (pair[1], pair[0]) if back else pair for f, pair in act.changes.items()} for act in step.acts]
        said = list(dict.fromkeys(changes_said(one, reader) for one in turned if one))
        verbs = dict.fromkeys(_(VERB_NAMES.get(act.verb, act.verb)) for act in step.acts)
        plain = all(act.verb in undo.CHANGING for act in step.acts)
        if plain and 0 < len(said) <= 3:
            return ", ".join(said)
        return ", ".join(verbs) + (f" ({said[0]})" if len(said) == 1 else "")
