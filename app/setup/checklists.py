"""Checklists: what has to be done for one kind of trouble."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.setup import common
from app.setup.fields import Field, Line
from app.setup.picks import Parts
from app.setup.rooms import Reading, Record, Room
from app.words import _, language, ngettext
from desk import checklists
from store.errors import N_, DeskError
from store.sql import tasks

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork

_ALWAYS = ("en", "zh-CN")
"""Languages of the face: every step has a line for each."""


class Checklists(Room):
    about = N_("Steps for one kind of trouble, put on a ticket by a person or a rule and ticked off there.")
    can = frozenset({"new", "remove", "history"})
    kind = checklists.KIND

    def records(self, desk: Reading) -> Sequence[Record]:
        found = []
        for one in tasks.checklists(desk.conn):
            count = len(json.loads(one.items))
            note = ngettext("{count} step", "{count} steps", count).format(count=count)
            found.append(Record(one.id, checklists.title(one, language()), "", note, one.id))
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        items = self.values(desk, ident)["items"]
        languages = list(dict.fromkeys((*_ALWAYS, *(tag for item in items for tag in item))))

        def step(_values: Mapping[str, Any]) -> Sequence[Field]:
            return tuple(Line(key=tag, label=tag, help=_("The step in this language; one of them is enough."))
                         for tag in languages)  # fmt: skip

        return (
            Line(key="name", label=_("Name"), needed=True),
            Parts(key="items", label=_("Steps"), needed=True, fields=step, start={}, add=_("add a step"),
                  title=lambda part: checklists.in_language({k: v for k, v in part.items() if v}, language()) or "?"),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "items": []}
        return _form(checklists.body(checklists.need(desk.conn, ident)))

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        taken = [one.id for one in tasks.checklists(unit.conn)]
        wanted = str(values.get("id") or "")
        found = ident or (wanted if wanted and wanted not in taken else "") or common.slug(
            str(values["name"]), taken, "list").replace("-", "_")  # fmt: skip
        names = {**(values.get("names") or {}), language().replace("_", "-"): str(values["name"])}
        try:
            checklists.save(unit, found, list(values.get("items") or ()), names=names)
        except DeskError as error:
            raise common.about(error, "items") from error
        return found

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        checklists.remove(unit, ident)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form({"id": ident, **version.body})


def _form(body: Mapping[str, Any]) -> dict[str, Any]:
    names = body.get("names", {})
    return {"id": body["id"], "names": dict(names), "name": checklists.in_language(names, language()) or body["id"],
            "items": [dict(item) for item in body.get("items", ())]}  # fmt: skip
