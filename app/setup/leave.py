"""Leave: who is away from when to when, told beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.setup import common
from app.setup.fields import Field, Line
from app.setup.figures import Moment
from app.setup.picks import Choice
from app.setup.rooms import Reading, Record, Room
from app.words import _
from desk import leave
from store.errors import N_, DeskError, NotFound
from store.sql import shop, teams

if TYPE_CHECKING:
    from store.unit import UnitOfWork


class Leave(Room):
    about = N_("Planned absences. What falls due meanwhile is handed over when one begins.")
    can = frozenset({"new", "remove"})

    def records(self, desk: Reading) -> Sequence[Record]:
        names = {a.id: a.name for a in shop.agents(desk.conn)}
        found = []
        for row in teams.leaves(desk.conn, after=desk.now):
            first, last = (datetime.fromtimestamp(at / 1000, desk.zone) for at in (row.starts_at, row.ends_at))
            away = row.starts_at <= desk.now
            found.append(Record(str(row.id), names.get(row.agent_id, row.agent_id), "away" if away else "",
                                f"{first:%Y-%m-%d} … {last:%Y-%m-%d}", row.note))  # fmt: skip
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        fixed = bool(ident)
        return (
            Choice(key="agent", label=_("Agent"), needed=True, fixed=fixed, options=common.agents(desk.conn)),
            Moment(key="from", label=_("From"), needed=True, fixed=fixed, zone=desk.zone,
                   help=_("Such as 2026-12-21, or with a time.")),
            Moment(key="until", label=_("Until"), needed=True, fixed=fixed, zone=desk.zone,
                   help=_("Back at this time: 2027-01-04 is that morning.")),
            Line(key="note", label=_("Note"), fixed=fixed),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"agent": desk.me}
        row = next((r for r in teams.leaves(desk.conn) if r.id == int(ident)), None)
        if row is None:
            raise NotFound(N_("There is no leave {item}."), item=ident)
        return {"agent": row.agent_id, "from": row.starts_at, "until": row.ends_at, "note": row.note}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        try:
            row = leave.add(unit, str(values["agent"]), values["from"], values["until"], str(values.get("note", "")))
        except DeskError as error:
            raise common.about(error, "until") from error
        return str(row.id)

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        leave.remove(unit, int(ident))
