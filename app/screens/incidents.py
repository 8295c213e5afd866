"""Incidents: one cause behind many tickets, with what is open and answered, and what to do to all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from app.lines import Line
from app.safe import cells
from app.screens.page import Entry, Page
from app.times import stamp
from app.words import _, ngettext
from app.wrap import wrap
from desk import incidents
from desk.vocabulary import STATUSES
from store.errors import N_, Invalid, Refused
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


class Incidents(Page):
    place = "incidents"
    state_width = 8

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        super().__init__(desk, acts)
        self._counts: dict[int, incidents.Count] = {}

    def title(self) -> str:
        waiting = sum(e.role == "warning" for e in self.pane.entries)
        return _("Incidents · {count} open").format(count=waiting)

    def empty(self) -> Sequence[str]:
        return (_("No incidents: no one cause stands behind many tickets."),
                _("n opens one; in the list, mark tickets and M i links them to it."))  # fmt: skip

    def holds(self) -> Collection[str]:
        found = self._counts.get(self.current)
        return ("incident_open" if found.incident.state == "open" else "incident_closed",) if found else ()

    def entries(self) -> Sequence[Entry]:
        found = sorted(incidents.listed(self.session.store.conn), key=lambda c: c.incident.state != "open")
        self._counts = {c.incident.id: c for c in found}
        return [self._entry(c) for c in found]

    def _entry(self, found: incidents.Count) -> Entry:
        one = found.incident
        state, role = (_("open"), "warning") if one.state == "open" else (_("closed"), "muted")
        counts = ngettext("{count} ticket", "{count} tickets", found.tickets).format(count=found.tickets)
        counts += " · " + _("{open} open, {answered} answered").format(open=found.open, answered=found.answered)
        return Entry(one.id, state, role, f"{one.id:>3}  {clean_line(one.title)}  ·  {counts}")

    def details(self, ident: int, width: int) -> Sequence[Line]:
        found = self._counts[ident].incident
        when = stamp(found.created_at, self.session.now, self.session.zone)
        said: list[tuple[str, str]] = [
            (clean_line(found.title), "strong"),
            (_("opened {when} by {who}").format(when=when, who=found.created_by or "–"), "muted"),
        ]
        if found.closed_at:
            closed = stamp(found.closed_at, self.session.now, self.session.zone)
            said.append((_("closed {when}").format(when=closed), "muted"))
        if found.template_id:
            said.append((_("answered with {template}").format(template=found.template_id), "us"))
        said += [(line, "note") for line in found.note.split("\n") if line.strip()]
        said.append(("", "text"))
        members = incidents.members(self.session.store.conn, ident)
        said += [_member(m) for m in members]
        if not members:
            said.append((_("No ticket yet: in the list, mark tickets and M i links them."), "muted"))
        return [((part, role),) for text, role in said for part in wrap(text, width)]

    # Acts -----------------------------------------------------------------------------------------

    def item_open(self) -> None:
        """Its tickets in the list."""
        self.acts.incidents.go_incident(str(self._here()))

    def incidents_new(self) -> None:
        def accept(title: str) -> None:
            if not clean_line(title):
                raise Invalid(N_("An incident needs a title."), next=N_("Say what happened, such as: port strike"))
            self.desk.hold(self._open(title))

        self.acts.prompt(_("What happened (port strike Hamburg)"), accept)

    async def _open(self, title: str) -> None:
        made = await self.session.act(lambda unit: incidents.open_incident(unit, title))
        self.acts.paging.news()
        self.pane.go(made)
        self.desk.say(_("incident {number} opened; M i in the list links tickets to it").format(number=made), "done")

    def incidents_answer(self) -> None:
        self.acts.incidents.incident_answer(str(self._here()))

    def incidents_close(self) -> None:
        self.acts.incidents.incident_close(str(self._here()))

    def incidents_reopen(self) -> None:
        number = self._here()

        async def reopen() -> None:
            await self.session.act(lambda unit: incidents.reopen(unit, number))
            self.acts.paging.news()
            self.desk.say(_("incident {number} is open again").format(number=number), "done")

        self.desk.hold(reopen())

    def _here(self) -> int:
        if not self.current:
            raise Refused(N_("There are no incidents."), next=N_("n opens one."))
        return self.current


def _member(m: incidents.Member) -> tuple[str, str]:
    done = m.status in ("solved", "closed")
    sign = "↩" if m.answered else "·"
    text = f"#{m.ticket_id:<6} {cells(_(STATUSES[m.status]), 9)} {m.lang:<5} {sign} {clean_line(m.subject)}"
    return text, "muted" if done else "text"
