"""Acts that keep the work flowing: on to the next ticket when one is done, to what is due next, and a word on what
happened while one was away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import habits
from app.lines import Line
from app.words import _, ngettext
from store.errors import N_, Refused

if TYPE_CHECKING:
    from app.acts import Acts
    from app.happened import Reader
    from app.workstation import Workstation
    from desk.since import Since

_DUE = "is:open has:due not:is:snoozed (assignee:me OR assignee:none)"


class FlowActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    def onward(self, ticket_id: int) -> bool:
        """A ticket is done with: on to the next of the list that still belongs there, or where its person wants to go.
        False where the list has no next one."""
        listing, screen = self.session.listing, self.desk.desk_screen
        choice = habits.after(self.session.store.conn, self.session.agent.id)
        if choice == "stay":
            return True
        if choice == "list":
            if screen.reading and screen.ticket.ticket_id == ticket_id:
                self.acts.moving.item_back()
            return True
        before = listing.cursor
        if listing.current is None or listing.current.id != ticket_id:
            return False
        while True:
            at = listing.cursor
            listing.move(1)
            if listing.cursor == at or listing.current.id not in listing.gone:
                break
        moved = listing.current.id != ticket_id and listing.current.id not in listing.gone
        if not moved and screen.reading:
            listing.cursor = before
        elif screen.reading:
            self.acts.moving.open_ticket(listing.current.id)
        else:
            screen.list.follow()
            screen.list.refresh()
            self.desk.rest()
        return moved

    def ticket_due_next(self) -> None:
        """Opens what is due next among mine and nobody's: the most urgent, then the one after it."""
        from desk import inbox

        conn, me = self.session.store.conn, self.session.agent.id
        busy = {ticket for ticket, (_who, writing) in self.desk.there.items() if writing}
        ids = [line.id for line in inbox.page(conn, self.session.resolve(_DUE), me) if line.id not in busy]
        if not ids:
            raise Refused(N_("Nothing is due."), next=N_("g i shows the inbox."))
        reading = self.desk.desk_screen.reading
        here = self.desk.desk_screen.ticket.ticket_id if reading else None
        self.acts.moving.open_ticket(ids[(ids.index(here) + 1) % len(ids)] if here in ids else ids[0])

    def app_after(self, choice: str = "") -> None:
        """Chooses where one goes when a ticket is done with."""
        conn, me = self.session.store.conn, self.session.agent.id
        if not choice:
            now = habits.after(conn, me)
            self.acts.choose([(f"app.after:{k}", _(label), "✓" if k == now else "") for k, label in habits.AFTER.items()],
                             _("When a ticket is done"))  # fmt: skip
            return

        async def keep() -> None:
            await self.session.act(lambda unit: habits.keep_after(unit, me, choice))
            self.desk.say(_("when a ticket is done: {where}").format(where=_(habits.AFTER[choice])), "done")

        self.desk.hold(keep())


def since_line(found: Since, reader: Reader) -> Line:
    """One quiet line: what came, what is due, what colleagues did."""
    parts: list[Line] = []
    if found.came:
        text = ngettext("{count} ticket heard from its buyer", "{count} tickets heard from their buyers", found.came)
        mine = _(" ({count} yours)").format(count=found.mine) if found.mine else ""
        parts.append(((text.format(count=found.came) + mine, "text"),))
    if found.due:
        text = ngettext("{count} due within 2 h", "{count} due within 2 h", found.due)
        parts.append(((text.format(count=found.due), "warning"),))
    for who, answered, solved in found.did[:3]:
        said = [ngettext("answered {count}", "answered {count}", answered).format(count=answered)] if answered else []
        said += [ngettext("solved {count}", "solved {count}", solved).format(count=solved)] if solved else []
        parts.append(((f"{reader.name(who)} {', '.join(said)}", "muted"),))
    line: list[tuple[str, str]] = [(" " + _("Since {when}:").format(when=reader.when(found.at)) + " ", "muted")]
    for number, part in enumerate(parts):
        line += [(" · ", "muted")] if number else []
        line += part
    return (*line, ("  Esc", "key"))
