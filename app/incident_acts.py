"""Acts on incidents: tickets of one cause, linked, answered and closed as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.lines import Line
from app.words import _, language, ngettext, render_fault
from desk import incident_work, incidents
from desk.tickets import Outcome
from store.connection import Connection
from store.errors import N_, Invalid, Refused
from store.sql import shop
from store.unit import UnitOfWork
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation
    from desk.incident_work import Plan

_SAMPLE = 3
"""Lines of an answer shown for each language."""


class IncidentActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    @property
    def _conn(self) -> Connection:
        return self.session.store.conn

    def go_incident(self, number: str) -> None:
        """The tickets of an incident."""
        import desk.incident_query  # noqa: F401 — gives queries the field that is asked for here

        self.desk.show_query(f"incident:{number}")
        self.acts.moving.item_back()
        found = next(c for c in incidents.listed(self._conn) if c.incident.id == int(number))
        said = _("{cause}: {counts} · M a answers all, M c closes").format(cause=found.incident.title, counts=_counted(found))
        self.desk.say(said, "warning" if found.incident.state == "open" else "muted")

    def incident_link(self, argument: str = "") -> None:
        ids = self.acts.chosen()
        if argument == "new":
            self.acts.prompt(_("What happened (port strike Hamburg)"), lambda text: self._open_incident(text, ids))
            return
        if argument:
            self.desk.hold(self._to_incident(int(argument), ids))
            return
        found = incidents.listed(self._conn, state="open")
        rows = [(f"incident.link:{c.incident.id}", f"{c.incident.id} {c.incident.title}", _counted(c)) for c in found]
        new = ("incident.link:new", _("Open a new incident…"), "")
        self.acts.choose([*rows, new], _("Incident"))

    def _open_incident(self, title: str, ids: list[int]) -> None:
        if not clean_line(title):
            raise Invalid(N_("An incident needs a title."), next=N_("Say what happened, such as: port strike"))
        self.desk.hold(self._to_incident(0, ids, title))

    async def _to_incident(self, number: int, ids: list[int], title: str = "") -> None:
        def link(unit: UnitOfWork) -> tuple[int, Outcome]:
            into = number or incidents.open_incident(unit, title)
            return into, incidents.add(unit, into, ids)

        into, outcome = await self.session.act(link)
        self.acts.changed(ids)
        self.acts.tell(_("{item} linked to incident {number}").format(item="{item}", number=str(into)), outcome, ids)

    def incident_unlink(self, number: str = "") -> None:
        ids = self.acts.chosen()
        found = {i.id: i for ticket in ids for i in incidents.of_ticket(self._conn, ticket)}
        if not found:
            raise Refused(N_("{item} belongs to no incident."), item=f"#{ids[0]}", next=N_("M i links it to one."))
        if not number and len(found) > 1:
            self.acts.choose([(f"incident.unlink:{i.id}", f"{i.id} {i.title}", "") for i in found.values()], _("Incident"))
            return
        self.desk.hold(self._out_of_incident(int(number) if number else next(iter(found)), ids))

    async def _out_of_incident(self, number: int, ids: list[int]) -> None:
        outcome = await self.session.act(lambda unit: incidents.remove(unit, number, ids))
        self.acts.changed(ids)
        self.acts.tell(_("{item} taken out of incident {number}").format(item="{item}", number=str(number)), outcome, ids)

    def _meant(self, act: str) -> int:
        """The open incident of the ticket one stands on; 0 after asking which where that does not tell."""
        open_ones = {c.incident.id: c for c in incidents.listed(self._conn, state="open")}
        if not open_ones:
            raise Refused(N_("No incident is open."), next=N_("Mark tickets, then M i links them to one cause."))
        chosen = self.session.listing.chosen()
        mine = {i.id for t in chosen[:1] for i in incidents.of_ticket(self._conn, t)} & set(open_ones)
        if len(mine) == 1:
            return mine.pop()
        self.acts.choose([(f"{act}:{c.incident.id}", f"{c.incident.id} {c.incident.title}", _counted(c))
                          for c in open_ones.values()], _("Incident"))  # fmt: skip
        return 0

    def incident_answer(self, argument: str = "") -> None:
        """Which incident, which template, then every text once; then one answer goes to each buyer."""
        number, _colon, template = argument.partition(":")
        incident = int(number) if number else self._meant("incident.answer")
        if template:
            self.desk.hold(self._propose_answer(incident, template))
        elif incident:
            tongue = language().replace("_", "-")
            known = [t for t in shop.templates(self._conn) if not t.internal]
            self.acts.choose([(f"incident.answer:{incident}:{t.id}", _title(t.names, tongue, t.name), t.id) for t in known],
                             _("Answer incident {number} with").format(number=incident))  # fmt: skip

    async def _propose_answer(self, number: int, template: str) -> None:
        me = self.session.agent.id
        plan = await self.session.work(lambda store: incident_work.plan(store.conn, number, template, me))
        cause = incidents.get(self._conn, number).title
        if not plan.answers:
            for _ticket, error in plan.left_out[:1]:
                raise error
            raise Refused(N_("Every ticket of incident {item} has its answer."), item=str(number))
        label = ngettext("send {count} answer", "send {count} answers", len(plan.answers)).format(count=len(plan.answers))
        self.acts.confirm(_plan_lines(plan, number, cause, template, self.desk.size.width),
                          [("y", label, lambda: self.desk.hold(self._answer(number, template)))])  # fmt: skip

    async def _answer(self, number: int, template: str) -> None:
        actor, tell = self.session.actor, self._telling(_("answering {done} of {all}"))
        done = await self.session.work(lambda store: incident_work.answer_all(store, actor, number, template, progress=tell))
        self.acts.changed(done.answered)
        said = ngettext("{count} answer leaves", "{count} answers leave", len(done.answered)).format(count=len(done.answered))
        if done.left_out:
            said += " · " + _("left out: {tickets}").format(tickets=", ".join(f"#{t}" for t, _e in done.left_out[:6]))
        self.desk.say(said, "warning" if done.left_out else "us")
        self.desk.soon("tick", 0, self.desk._tick)

    def incident_close(self, argument: str = "") -> None:
        number = int(argument) if argument else self._meant("incident.close")
        if not number:
            return
        found = next(c for c in incidents.listed(self._conn) if c.incident.id == number)
        lines: list[Line] = [
            ((_("Close incident {number} “{cause}”").format(number=number, cause=found.incident.title), "strong"),),
            ((_counted(found), "text"),),
            ((_("Its open tickets are solved; one whose buyer still waits for an answer stays open."), "muted"),),
        ]
        self.acts.confirm(lines, [("y", _("solve and close"), lambda: self.desk.hold(self._close(number)))])

    async def _close(self, number: int) -> None:
        actor, tell = self.session.actor, self._telling(_("solving {done} of {all}"))
        outcome = await self.session.work(lambda store: incident_work.close_all(store, actor, number, progress=tell))
        self.acts.changed(outcome.done)
        count = len(outcome.done)
        said = _("incident {number} closed").format(number=number) + " · "
        said += ngettext("{count} ticket solved", "{count} tickets solved", count).format(count=count)
        if outcome.refused:
            said += " · " + _("left open: {tickets}").format(tickets=", ".join(f"#{t}" for t, _e in outcome.refused[:6]))
        self.desk.say(said + _(" · z undoes it"), "warning" if outcome.refused else "done")

    def _telling(self, shape: str) -> Callable[[int, int], bool]:
        """Says in the bottom line how far it is; called on the writing thread."""
        import asyncio

        loop = asyncio.get_running_loop()

        def tell(done: int, of: int) -> bool:
            loop.call_soon_threadsafe(self.desk.say, shape.format(done=done, all=of), "muted")
            return True

        return tell


def _counted(found: incidents.Count) -> str:
    said = ngettext("{count} ticket", "{count} tickets", found.tickets).format(count=found.tickets)
    said += " · " + _("{open} open, {answered} answered").format(open=found.open, answered=found.answered)
    return said if found.incident.state == "open" else _("closed") + " · " + said


def _plan_lines(plan: Plan, number: int, cause: str, template: str, width: int) -> list[Line]:
    """What would leave: how many in which language, the beginning of each text, and who is left out."""
    from app.wrap import wrap

    count = ngettext("{count} ticket", "{count} tickets", len(plan.answers)).format(count=len(plan.answers))
    lines: list[Line] = [
        ((_("Answer incident {number} “{cause}” with {template}: {count}").format(
            number=number, cause=cause, template=template, count=count), "strong"),),
    ]  # fmt: skip
    many = plan.languages()
    for answer in incident_work.shown(plan):
        lines.append(((f"{answer.language} ×{many[answer.language]}", "us"), (f"   #{answer.ticket_id} …", "muted")))
        text = [part for part in wrap(answer.text, min(96, width - 6)) if part]
        lines += [((f"  {part}", "text"),) for part in text[:_SAMPLE]]
    if plan.already:
        lines.append(((_("{count} have their answer already").format(count=len(plan.already)), "muted"),))
    lines += [((f"! {render_fault(error)}", "danger"),) for _ticket, error in plan.left_out]
    return lines


def _title(names: str, tongue: str, otherwise: str) -> str:
    import json

    found: str = json.loads(names).get(tongue, otherwise)
    return found
