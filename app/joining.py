"""Acts that bring tickets together or apart: merge, split, link; incidents, answered and closed as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from app.beside import link_said
from app.lines import Line
from app.safe import cells
from app.words import _, language, ngettext, render_fault
from desk import incident_work, incidents, linking, merging, splitting
from desk.tickets import Outcome, each
from store.connection import Connection
from store.errors import N_, DeskError, Invalid, Refused
from store.sql import links, messages, shop, tickets
from store.unit import UnitOfWork
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation
    from desk.incident_work import Plan

_SAMPLE = 3
"""Lines of an answer shown for each language."""


class JoiningActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    @property
    def _conn(self) -> Connection:
        return self.session.store.conn

    def _here(self) -> tuple[int, list[int]]:
        """The ticket one stands on, and the marked ones besides it. Raises Refused without any."""
        screen, listing = self.desk.desk_screen, self.session.listing
        if screen.reading and screen.ticket.ticket_id:
            return screen.ticket.ticket_id, sorted(listing.marks - {screen.ticket.ticket_id})
        if listing.current is None:
            raise Refused(N_("There is no ticket here."), next=N_("Choose one in the list."))
        return listing.current.id, sorted(listing.marks - {listing.current.id})

    def _said(self, ids: Iterable[int]) -> list[str]:
        """`#3 Lamp broken · Marie Dubois`, a line for each ticket."""
        found = tickets.lines(self._conn, list(ids))
        return [f"#{t.id} {t.subject or _('(no subject)')} · {t.customer}" for t in found.values()]

    # Merge and split ----------------------------------------------------------------------------------

    def ticket_merge(self) -> None:
        here, marked = self._here()
        if marked:
            self.desk.hold(self._propose_merge(marked, here))
            return

        def accept(text: str) -> None:
            from app.typed import numbers

            found = numbers(text)
            if len(found) > 1:
                raise Invalid(N_("A ticket goes into one other."), next=N_("Name one number."))
            self.desk.hold(self._propose_merge([here], found[0]))

        self.acts.prompt(_("Merge #{id} into ticket number").format(id=here), accept)

    async def _propose_merge(self, sources: list[int], target: int) -> None:
        """Names what would go where; what cannot says why before anything is done."""

        def look(unit: UnitOfWork) -> dict[int, tuple[DeskError, bool] | None]:
            return {source: _obstacle(unit, source, target) for source in sources}

        found = await self.session.act(look)
        lines: list[Line] = [((_("Merge into {ticket}").format(ticket="".join(self._said([target]))), "strong"),)]
        can, strangers = [], []
        for source, said in zip(sources, self._said(sources), strict=True):
            problem = found[source]
            lines.append(((f"  {said}", "text"),))
            if problem is None:
                can.append(source)
            else:
                strangers += [source] if problem[1] else []
                lines.append(((f"    ! {render_fault(problem[0])}", "danger"),))
        answers: list[tuple[str, str, Callable[[], object]]] = []
        if can:
            label = _("merge") if len(can) == len(sources) else _("merge the {count} that can").format(count=len(can))
            answers.append(("y", label, lambda: self.desk.hold(self._merge(can, target, strangers_too=False))))
        if strangers:
            every = can + strangers
            answers.append(("o", _("they are one person: merge"),
                            lambda: self.desk.hold(self._merge(every, target, strangers_too=True))))  # fmt: skip
        if not answers:
            answers = [("l", _("link them instead"), lambda: self.desk.hold(self._link(target, sources)))]
        self.acts.confirm(lines, answers)

    async def _merge(self, sources: list[int], target: int, *, strangers_too: bool) -> None:
        def merge(unit: UnitOfWork, source: int) -> int:
            return merging.merge(unit, source, target, other_buyer=strangers_too)

        outcome = await self.session.act(lambda unit: each(unit, sources, lambda source: merge(unit, source)))
        self._after([*sources, target])
        if self.desk.desk_screen.reading and self.desk.desk_screen.ticket.ticket_id in outcome.done:
            self.acts.moving.open_ticket(target)
        else:
            self.acts.stand_on(target)
        self.acts.tell(_("{item} merged into {target}").format(item="{item}", target=f"#{target}"), outcome, sources)

    def ticket_split(self) -> None:
        """Which messages go, then the question."""
        from app.setup.fields import Option
        from app.widgets.ticks import Ticks

        ticket_id = self.acts.one()
        found = messages.of_ticket(self._conn, ticket_id, limit=200)
        said = [m for m in found if m.direction in ("in", "out")]
        if len(said) < 2:
            raise Refused(N_("{item} has only one message."), item=f"#{ticket_id}", next=N_("There is nothing to split."))
        reader = self.session.reader()
        options = [Option(str(m.id), f"{reader.when(m.sent_at)}  {m.sender_name or m.sender_address}: "
                          f"{cells(clean_line(m.body), 200).strip()}") for m in said]  # fmt: skip
        chosen: list[str] = []

        def turned(ident: str) -> Sequence[str]:
            chosen.remove(ident) if ident in chosen else chosen.append(ident)
            return chosen

        def done(_answer: str | None) -> None:
            ids = [m.id for m in said if str(m.id) in chosen]
            if ids:
                self._propose_split(ticket_id, ids, [o.label for o in options if o.id in chosen])

        sheet = Ticks(options, chosen, turned, _("Messages that become a ticket of their own"))
        sheet.lay(self.desk.desk_screen, done)

    def _propose_split(self, ticket_id: int, ids: list[int], said: Sequence[str]) -> None:
        count = ngettext("{count} message", "{count} messages", len(ids)).format(count=len(ids))
        title = _("Split {count} off #{id} into a ticket of their own").format(count=count, id=ticket_id)
        lines: list[Line] = [((title, "strong"),), *(((f"  {one}", "text"),) for one in said)]
        self.acts.confirm(lines, [("y", _("split"), lambda: self.desk.hold(self._split(ticket_id, ids)))])

    async def _split(self, ticket_id: int, ids: list[int]) -> None:
        made = await self.session.act(lambda unit: splitting.split(unit, ticket_id, ids))
        self._after([ticket_id, made])
        self.desk.say(_("#{new} split off from #{id} · z undoes it").format(new=made, id=ticket_id), "done")

    # Links ---------------------------------------------------------------------------------------------

    def ticket_link(self) -> None:
        here, marked = self._here()
        if marked:
            self.desk.hold(self._link(here, marked))
            return

        def accept(text: str) -> None:
            from app.typed import numbers

            self.desk.hold(self._link(here, numbers(text)))

        self.acts.prompt(_("Link #{id} with ticket numbers").format(id=here), accept)

    async def _link(self, here: int, others: list[int]) -> None:
        outcome = await self.session.act(lambda unit: each(unit, others, lambda other: linking.link(unit, here, other)))
        self._after([here, *others])
        self.acts.tell(_("{item} linked with {other}").format(item="{item}", other=f"#{here}"), outcome, others)

    def ticket_unlink(self, other: str = "") -> None:
        here = self.acts.one()
        found = [link for link in links.of(self._conn, here) if link.kind == links.RELATED]
        ends = {(link.other_id if link.ticket_id == here else link.ticket_id): link for link in found}
        if not ends:
            raise Refused(N_("{item} is linked with no ticket."), item=f"#{here}", next=N_("M l links tickets."))
        if not other and len(ends) > 1:
            self.acts.choose([(f"ticket.unlink:{n}", link_said(link, here), "") for n, link in ends.items()], _("Unlink"))
            return
        end = int(other) if other else next(iter(ends))
        self.desk.hold(self._unlink(here, end))

    async def _unlink(self, here: int, other: int) -> None:
        await self.session.act(lambda unit: linking.unlink(unit, here, other))
        self._after([here, other])
        self.desk.say(_("#{id} and #{other} are apart · z undoes it").format(id=here, other=other), "done")

    # Incidents --------------------------------------------------------------------------------------------

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
        self._after(ids)
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
        self._after(ids)
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
        self._after(done.answered)
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
        self._after(outcome.done)
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

    def _after(self, ids: Iterable[int]) -> None:
        self.session.listing.marks.clear()
        self.desk.take_in(list(ids))
        self.desk.desk_screen.list.refresh()


def _obstacle(unit: UnitOfWork, source: int, target: int) -> tuple[DeskError, bool] | None:
    """Why one ticket cannot go into the other, and whether that they are two buyers is all there is to it."""
    from desk.changes import require

    try:
        ours, theirs = require(unit, source), require(unit, target)
    except DeskError as error:
        return error, False
    if source == target:
        return Invalid(N_("{item} cannot be merged into itself."), item=f"#{source}"), False
    found = merging.obstacle(unit, ours, theirs)
    return (found, merging.obstacle(unit, ours, theirs, other_buyer=True) is None) if found else None


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
