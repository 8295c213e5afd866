"""Notices: places outside the program that rules may tell of a ticket. Their secrets are never asked for here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.lines import Line as DrawnLine
from app.setup import common
from app.setup.drawn import text_lines
from app.setup.fields import Field, Line
from app.setup.picks import Choice, Option
from app.setup.rooms import Reading, Record, Room
from app.told import told
from app.words import _
from connectors.services.registry import KINDS
from connectors.services.registry import kind as service
from desk import notices
from store.errors import N_, DeskError
from store.sql import notices as rows

if TYPE_CHECKING:
    from connectors.registry import Setting
    from store.unit import UnitOfWork


class Notices(Room):
    about = N_("Where the team is told outside the program: mail, chat rooms, a phone. Without buyers' data unless you say so.")
    can = frozenset({"new", "remove"})

    def records(self, desk: Reading) -> Sequence[Record]:
        return [
            Record(t.id, t.name, "fault" if t.fault else "on" if t.state == "active" else "off", t.kind)
            for t in rows.every(desk.conn)
        ]

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        kinds = tuple(Option(ident, _(service(ident).name), ident) for ident in KINDS)
        found: list[Field] = [
            Line(key="id", label=_("Short name"), needed=True, fixed=bool(ident), help=_("Small letters; rules name it so.")),
            Line(key="name", label=_("Name")),
            Choice(key="kind", label=_("Service"), options=kinds, fixed=bool(ident)),
        ]
        for kind in KINDS:
            found += [_field(kind, setting) for setting in service(kind).settings if setting.kind != "secret"]
        return found

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"id": "", "name": "", "kind": KINDS[0]}
        target = notices.need(desk.conn, ident)
        settings: Mapping[str, str] = json.loads(target.settings)
        return {"id": target.id, "name": target.name, "kind": target.kind,
                **{f"{target.kind}_{key}": value for key, value in settings.items()}}  # fmt: skip

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        kind = str(values["kind"])
        settings = {key.removeprefix(f"{kind}_"): str(value) for key, value in values.items() if key.startswith(f"{kind}_")}
        try:
            if ident:
                return notices.change(unit, ident, settings, name=str(values.get("name", ""))).id
            return notices.add(unit, str(values["id"]), kind, settings, name=str(values.get("name", ""))).id
        except DeskError as error:
            key = error.gaps.get("key")
            raise common.about(error, f"{kind}_{key}" if key else "id") from error

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        notices.remove(unit, ident)

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        found = rows.find(desk.conn, str(values.get("id", "")))
        secrets = [_(s.label) for s in service(str(values["kind"])).settings if s.kind == "secret"]
        lines: list[DrawnLine] = []
        if found is not None and found.fault:
            lines += text_lines([told(found.fault)], width, "danger")
        if secrets:
            how = _("Not asked for here: {secrets}. Give them with: deskhand notice").format(secrets=", ".join(secrets))
            lines += text_lines([how], width, "muted")
        return lines


def _field(kind: str, setting: Setting) -> Field:
    """One setting of a service, shown where that service is chosen."""

    def applies(values: Mapping[str, Any]) -> bool:
        return values.get("kind") == kind

    key, label, help = f"{kind}_{setting.key}", _(setting.label), _(setting.help)
    if setting.choices:
        options = common.any_of(tuple(Option(c, c) for c in setting.choices), _("as usual"))
        return Choice(key=key, label=label, help=help, options=options, when=applies)
    return Line(key=key, label=label, help=help, needed=setting.required, when=applies)
