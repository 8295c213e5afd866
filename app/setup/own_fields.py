"""Own fields: what the team notes on tickets besides what every desk has. Queries and rules can ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.setup import common
from app.setup.fields import Entries, Field, Line
from app.setup.picks import Choice
from app.setup.rooms import Reading, Record, Room
from app.words import _, language
from desk import fields
from store.errors import N_, DeskError, NotFound
from store.sql import fields as rows

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork


class OwnFields(Room):
    about = N_("What you note on tickets besides what is there: a batch number, a price difference.")
    can = frozenset({"new", "remove", "move", "history"})
    kind = fields.KIND

    def records(self, desk: Reading) -> Sequence[Record]:
        return [Record(f.id, fields.title(f, language()), "", f.id, f.kind) for f in rows.all_fields(desk.conn)]

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Line(key="id", label=_("In queries"), needed=True, fixed=bool(ident),
                 help=_("Small letters, such as batch_number: batch_number:A7 then finds it.")),
            Line(key="name", label=_("Name"), needed=True),
            Choice(key="kind", label=_("Holds"), options=common.named(fields.KINDS), fixed=bool(ident)),
            Entries(key="options", label=_("Words"), when=lambda v: v.get("kind") == "word",
                    help=_("One a line; without any every word is taken.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"id": "", "name": "", "kind": "word", "options": []}
        found = rows.field(desk.conn, ident)
        if found is None:
            raise NotFound(N_("There is no field {item}."), item=ident)
        return _form(fields.body(found))

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        names = {**(values.get("names") or {}), language().replace("_", "-"): str(values["name"])}
        options = list(values.get("options") or ()) if values.get("kind") == "word" else []
        name = names.get("en") or str(values["name"])
        try:
            if ident:
                fields.change(unit, ident, {"name": name, "names": names, "options": options})
                return ident
            return fields.add(unit, str(values["id"]), str(values["kind"]), name=name, names=names, options=options).id
        except DeskError as error:
            raise common.about(error, "options" if ident else "id") from error

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        fields.remove(unit, ident)

    def move(self, unit: UnitOfWork, ident: str, by: int) -> None:
        order = [f.id for f in rows.all_fields(unit.conn)]
        at = order.index(ident)
        order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
        for position, one in enumerate(order):
            fields.change(unit, one, {"position": position})

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form({"id": ident, **version.body})


def _form(body: Mapping[str, Any]) -> dict[str, Any]:
    names = body.get("names", {})
    return {**body, "name": names.get(language().replace("_", "-")) or body.get("name", "")}
