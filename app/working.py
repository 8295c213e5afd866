"""Acts of the work on a ticket: flag, tasks, checklists, fields of the team's own, macros, rules by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.happened import acts_said, firing_line
from app.lines import Line
from app.words import _, language, ngettext
from app.wrap import wrap
from desk import checklists, tasks
from desk.vocabulary import STATUSES
from store.connection import Connection
from store.errors import N_, Refused
from store.events import Event
from store.sql import tasks as rows
from store.sql import tickets
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from app.acts import Acts
    from app.typed import Complete
    from app.workstation import Workstation
    from desk.automation.macros import Macro
    from store.sql.fields import CustomField

_PREVIEW = 8
"""Lines of a macro's answer that are shown before it is sent."""


class WorkingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    @property
    def _conn(self) -> Connection:
        return self.session.store.conn

    # Flag, tasks, checklists ------------------------------------------------------------------------

    def ticket_flag(self, argument: str = "") -> None:
        """Flags the chosen tickets; where the first of them is flagged, takes their flags off."""
        if not argument:
            ticket = tickets.get(self._conn, self.acts.chosen()[0])
            argument = "0" if ticket is not None and ticket.flagged else "1"
        self.acts.to_tickets(f"ticket.flag:{argument}")

    def ticket_tick(self) -> None:
        """Tasks and steps of one ticket with a tick each."""
        from app.setup.picks import Option
        from app.widgets.ticks import Ticks

        ticket_id = self.acts.one()
        options, done = [], []
        for task in rows.of_ticket(self._conn, ticket_id):
            note = " ".join(filter(None, (task.assignee_id, task.group_id, _(tasks.STATES[task.state]))))
            ident = f"task:{task.id}"
            options.append(Option(ident, task.title, note))
            done += [ident] if task.state == "done" else []
        steps = rows.steps(self._conn, ticket_id)
        named = {c.id: checklists.title(c, self._tongue) for c in rows.checklists(self._conn)}
        for step, words in zip(steps, checklists.wording(self._conn, steps, self._tongue), strict=True):
            ident = f"step:{step.id}"
            options.append(Option(ident, words, step.done_by or named.get(step.checklist_id, "")))
            done += [ident] if step.done_at else []
        if not options:
            raise Refused(N_("{item} has no tasks and no checklist."), item=f"#{ticket_id}",
                          next=N_("w t adds a task, w c attaches a checklist."))  # fmt: skip

        def turned(ident: str) -> Sequence[str]:
            done.remove(ident) if ident in done else done.append(ident)
            self.desk.hold(self._turn(ticket_id, ident, ident in done))
            return done

        self.acts.lay(Ticks(options, done, turned, _("Done in #{id}").format(id=ticket_id)))

    async def _turn(self, ticket_id: int, ident: str, done: bool) -> None:
        kind, _colon, number = ident.partition(":")

        def turn(unit: UnitOfWork) -> int:
            if kind == "task":
                return tasks.set_state(unit, int(number), "done" if done else "open")
            return (checklists.tick if done else checklists.untick)(unit, int(number))

        await self.session.act(turn)
        self.desk.take_in([ticket_id])

    def ticket_task_state(self, argument: str = "") -> None:
        ticket_id = self.acts.one()
        if argument:
            number, _colon, state = argument.partition(":")
            self.desk.hold(self._set_state(ticket_id, int(number), state))
            return
        found = rows.of_ticket(self._conn, ticket_id)
        if not found:
            raise Refused(N_("{item} has no tasks."), item=f"#{ticket_id}", next=N_("w t adds one."))
        self.acts.choose(
            [(f"ticket.task_state:{task.id}:{state}", f"{task.title} → {_(name)}", _(tasks.STATES[task.state]))
             for task in found for state, name in tasks.STATES.items() if state != task.state],
            _("Task"),
        )  # fmt: skip

    async def _set_state(self, ticket_id: int, task_id: int, state: str) -> None:
        await self.session.act(lambda unit: tasks.set_state(unit, task_id, state))
        self.desk.take_in([ticket_id])
        self.desk.say(_("task: {state}").format(state=_(tasks.STATES[state])) + _(" · z undoes it"), "done")

    def ticket_checklist(self, argument: str = "") -> None:
        if argument:
            self.acts.to_tickets(f"ticket.checklist:{argument}")
            return
        have = {step.checklist_id for step in rows.steps(self._conn, self.acts.chosen()[0])}
        known = rows.checklists(self._conn)
        if not known:
            raise Refused(N_("There are no checklists."), next=N_("g S, Checklists: write one."))
        self.acts.choose(
            [(f"ticket.checklist:{c.id}", checklists.title(c, self._tongue),
              _("attached") if c.id in have else ngettext("{count} step", "{count} steps", n).format(count=n))
             for c in known for n in (len(json.loads(c.items)),)],
            _("Checklist"),
        )  # fmt: skip

    @property
    def _tongue(self) -> str:
        return language().replace("_", "-")

    # Fields of the team's own ---------------------------------------------------------------------------

    def ticket_field(self, argument: str = "") -> None:
        """Which field, then what stands in it; `ID=VALUE` sets it at once, `ID=` takes the value away."""
        from app.beside import field_values, title_of

        if "=" in argument:
            self.acts.to_tickets(f"ticket.field:{argument}")
            return
        found = field_values(self._conn, self.acts.chosen()[0])
        if not found:
            raise Refused(N_("There are no fields of your own."), next=N_("g S, Own fields: add one."))
        if not argument:
            self.acts.choose([(f"ticket.field:{f.id}", title_of(f), value.shown if value else "–") for f, value in found],
                             _("Field"))  # fmt: skip
            return
        field, value = next((f, v) for f, v in found if f.id == argument)
        self._fill_in(field, value.shown if value else "")

    def _fill_in(self, field: CustomField, shown: str) -> None:
        from app.beside import title_of
        from desk.fields import KINDS, words

        options = words(field) or (["yes", "no"] if field.kind == "bool" else [])
        if options:
            self.acts.choose([*((f"ticket.field:{field.id}={o}", o, "✓" if o == shown else "") for o in options),
                              (f"ticket.field:{field.id}=", _("nothing"), "")], title_of(field))  # fmt: skip
            return
        label = _("{name} ({kind})").format(name=title_of(field), kind=_(KINDS[field.kind]))
        self.acts.prompt(label, lambda text: self._filled(field, text), value=shown)

    def _filled(self, field: CustomField, text: str) -> None:
        """Raises Invalid for what the field does not take, so that the prompt can say so."""
        from desk.fields import read

        read(field, text, self.session.now, self.session.zone)
        self.acts.to_tickets(f"ticket.field:{field.id}={text}")

    def completion(self, action: str) -> Complete | None:
        """How an answer that an act asks for may go on."""
        from app.typed import going_on
        from desk.waking import WORDS
        from store.sql import known

        team = [ident for ident, _name in self.session.team()]
        if action == "ticket.tag":
            return going_on(known.words(self._conn, "tags"))
        if action == "ticket.transfer":
            return going_on(team, first=True)
        if action == "ticket.task":
            return going_on(team, mark="@")
        if action == "ticket.snooze_until":
            return going_on(("tomorrow", "monday", "next week", *WORDS, "reply"))
        return None

    # Macros -------------------------------------------------------------------------------------------------

    def ticket_macro(self, ident: str = "") -> None:
        """Which macro, those that suit the ticket first with why; then what it would do; then it is done."""
        from desk.automation import macros

        ids = self.acts.chosen()
        if ident:
            self._propose_macro(macros.need(self._conn, ident), ids)
            return
        known = {m.id: m for m in macros.listed(self._conn)}
        if not known:
            raise Refused(N_("There are no macros."), next=N_("g S, Macros: write one."))
        why = self._suggested(ids[0])
        order = [*(i for i in why if i in known), *(i for i in known if i not in why)]
        self.acts.choose([(f"ticket.macro:{i}", known[i].name(self._tongue), why.get(i, "")) for i in order], _("Macro"))

    def _suggested(self, ticket_id: int) -> dict[str, str]:
        """The macros that suit a ticket, best first, with the reason."""
        from desk.automation.suggest import suggest

        ticket = tickets.get(self._conn, ticket_id)
        found = suggest(self._conn, ticket, limit=1000) if ticket else []
        return {s.id: s.why.render(_) for s in found if s.kind == "macro"}

    def _propose_macro(self, macro: Macro, ids: list[int]) -> None:
        """Raises Refused for a gap of its answer that stays empty, or what the platform forbids."""
        from desk.automation.macros import left_over, prepared

        reader, name = self.session.reader(), macro.name(self._tongue)
        where = f"#{ids[0]}" if len(ids) == 1 else ngettext("{count} ticket", "{count} tickets", len(ids)).format(count=len(ids))
        lines: list[Line] = [((_("Macro “{name}” on {where}").format(name=name, where=where), "strong"),)]
        if macro.acts:
            lines.append(((_("does: {acts}").format(acts=acts_said(macro.acts, reader)), "text"),))
        if macro.template and macro.then != "open":
            lines.append(((_("once the answer has left: {status}").format(status=_(STATUSES[macro.then])), "text"),))
        if left := left_over(macro):
            lines.append(((_("▲ left to do by hand: {acts}").format(acts=", ".join(left)), "warning"),))
        if macro.template and len(ids) == 1:
            reply = prepared(self._conn, macro, ids[0], self.session.actor)
            if reply is not None:
                lines.append(((_("answers {who}:").format(who=", ".join(reply.to)), "us"),))
                text = list(wrap(reply.text, min(96, self.desk.size.width - 6)))
                lines += [((f"  {line}", "text"),) for line in text[:_PREVIEW]]
                lines += [(("  …", "muted"),)] if len(text) > _PREVIEW else []
        elif macro.template:
            lines.append(((_("▲ answers every buyer with {template}").format(template=macro.template), "warning"),))
        self.acts.confirm(lines, [("y", _("do it"), lambda: self.desk.hold(self._run_macro(macro, ids)))])

    async def _run_macro(self, macro: Macro, ids: list[int]) -> None:
        from desk.automation import macros

        ran = await self.session.act(lambda unit: macros.run(unit, macro.id, ids))
        self.acts.changed(ids)
        said = _("{item}: macro done") if not ran.needs else _("{item}: macro done; by hand: {needs}")
        self.acts.tell(said.format(item="{item}", needs=", ".join(ran.needs)), ran.outcome, ids)
        self.desk.soon("tick", 0, self.desk._tick)

    # Rules -------------------------------------------------------------------------------------------------

    def ticket_rule(self, ident: str = "") -> None:
        """Runs a rule that is for running by hand."""
        from desk.automation.rules import keep

        ids = self.acts.chosen()
        if ident:
            self.desk.hold(self._run_rule(ident, ids))
            return
        found = [r for r in keep.every(self._conn) if "manual" in r.when and r.state != "off"]
        if not found:
            raise Refused(N_("No rule is for running by hand."),
                          next=N_("g S, Rules: let one start by hand, and turn it on."))  # fmt: skip
        reader = self.session.reader()
        self.acts.choose(
            [(f"ticket.rule:{r.id}", r.title(self._tongue), acts_said([{"do": a.do, **a.args} for a in r.then], reader))
             for r in found], _("Rule"),
        )  # fmt: skip

    async def _run_rule(self, ident: str, ids: list[int]) -> None:
        from desk.automation.rules.timed import run_by_hand

        outcome = await self.session.act(lambda unit: run_by_hand(unit, ident, ids))
        self.acts.changed(ids)
        self.acts.tell(_("{item}: rule ran · w z takes back what it did"), outcome, ids)

    def ticket_undo_rule(self, seq: str = "") -> None:
        """Takes back what one firing of a rule did here."""
        from desk import undo
        from desk.thread import log

        ticket_id = self.acts.one()
        if seq:
            replay = self.acts.undoing.replay
            self.desk.hold(replay(lambda unit: undo.undo_firing(unit, int(seq)), N_("undone: {what}"), back=True))
            return
        reader = self.session.reader()
        found = _standing(log(self._conn, ticket_id))
        if not found:
            raise Refused(N_("No rule did anything to {item} that is left to undo."), item=f"#{ticket_id}",
                          next=N_("h shows what happened."))  # fmt: skip
        self.acts.choose(
            [(f"ticket.undo_rule:{e.seq}", firing_line(e, reader)[0][0], reader.when(e.at)) for e in reversed(found)],
            _("Undo a rule"),
        )  # fmt: skip


def _standing(events: Sequence[Event]) -> list[Event]:
    """Firings of rules something of which still stands."""
    gone: set[int] = set()
    for event in events:
        seqs = set((event.payload or {}).get("seqs", ()))
        gone = gone | seqs if event.verb == "undone" else gone - seqs if event.verb == "redone" else gone
    alive = {e.cause_seq for e in events if e.seq not in gone}
    return [e for e in events if e.verb == "rule_fired" and e.payload and not e.payload.get("shadow") and e.seq in alive]
