"""Incidents: one cause behind many tickets, answered and closed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.lines import Line as DrawnLine
from app.setup import common
from app.setup.drawn import text_lines
from app.setup.fields import Field, Line, Paragraph
from app.setup.rooms import Reading, Record, Room
from app.words import _, ngettext
from desk import incidents
from store.errors import N_, DeskError

if TYPE_CHECKING:
    from store.unit import UnitOfWork


class Incidents(Room):
    about = N_("One cause behind many tickets (a port strike): link them, answer all once, close them together.")
    can = frozenset({"new", "toggle"})

    def records(self, desk: Reading) -> Sequence[Record]:
        return [
            Record(str(c.incident.id), c.incident.title, "on" if c.incident.state == "open" else "off",
                   ngettext("{count} ticket", "{count} tickets", c.tickets).format(count=c.tickets))
            for c in incidents.listed(desk.conn)
        ]  # fmt: skip

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Line(key="title", label=_("Cause"), needed=True, fixed=bool(ident), help=_("Such as: port strike Hamburg.")),
            Paragraph(key="note", label=_("Note"), fixed=bool(ident), help=_("What colleagues should know.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"title": "", "note": ""}
        found = incidents.get(desk.conn, int(ident))
        return {"title": found.title, "note": found.note, "number": found.id}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        try:
            return str(incidents.open_incident(unit, str(values["title"]), note=str(values.get("note", ""))))
        except DeskError as error:
            raise common.about(error, "title") from error

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        incidents.close(unit, int(ident))

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        if state == "on":
            incidents.reopen(unit, int(ident))
        else:
            incidents.close(unit, int(ident))

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        number = values.get("number")
        found = next((c for c in incidents.listed(desk.conn) if c.incident.id == number), None)
        if found is None:
            return ()
        told = _("{tickets} tickets, {open} open, {answered} answered").format(
            tickets=found.tickets, open=found.open, answered=found.answered)  # fmt: skip
        how = [_("g I shows its tickets: there a answers all, c closes it. M i puts a ticket in."),
               _("In a shell: deskhand incident answer {number}").format(number=number)]  # fmt: skip
        return [*text_lines([told], width, "accent"), *text_lines(how, width, "muted")]
