"""Acts that bring tickets together or apart: merge, split, link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from app.beside import link_said
from app.lines import Line
from app.safe import cells
from app.words import _, ngettext, render_fault
from desk import linking, merging, splitting
from desk.tickets import each
from store.connection import Connection
from store.errors import N_, DeskError, Invalid, Refused
from store.sql import links, messages, tickets
from store.unit import UnitOfWork
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


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
        self.acts.changed([*sources, target])
        if self.desk.desk_screen.reading and self.desk.desk_screen.ticket.ticket_id in outcome.done:
            self.acts.moving.open_ticket(target)
        else:
            self.acts.stand_on(target)
        self.acts.tell(_("{item} merged into {target}").format(item="{item}", target=f"#{target}"), outcome, sources)

    def ticket_split(self) -> None:
        """Which messages go, then the question."""
        from app.setup.picks import Option
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
        self.acts.changed([ticket_id, made])
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
        self.acts.changed([here, *others])
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
        self.acts.changed([here, other])
        self.desk.say(_("#{id} and #{other} are apart · z undoes it").format(id=here, other=other), "done")

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
