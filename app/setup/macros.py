"""Macros: a template and the steps that go with it, done with one key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.setup import acts, common
from app.setup.fields import Field, Line
from app.setup.picks import Choice, Choices, Option
from app.setup.rooms import Reading, Record, Room
from app.words import _, language, ngettext
from desk.automation import macros
from desk.outbox import AFTER_SENDING
from desk.vocabulary import STATUSES
from store.errors import N_, DeskError

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork


class Macros(Room):
    about = N_("An answer and the steps that go with it, as one act: reply, label, task, done.")
    can = frozenset({"new", "remove", "history"})
    kind = macros.KIND

    def records(self, desk: Reading) -> Sequence[Record]:
        return [
            Record(m.id, m.name(language()), "",
                   ngettext("used {n}×", "used {n}×", m.used).format(n=m.used) if m.used else "–", f"{m.id} {m.template}")
            for m in macros.listed(desk.conn)
        ]  # fmt: skip

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        kinds = tuple(Option(k, k) for k in macros.CASE_KINDS)
        values = self.values(desk, ident)
        templates = common.with_own(common.any_of(acts.templates(desk.conn, internal=False), _("no answer")),
                                    values.get("template"))  # fmt: skip
        return (
            Line(key="name", label=_("Name"), needed=True),
            Choice(key="template", label=_("Template"), options=templates),
            Choice(key="then", label=_("Then"), options=tuple(Option(s, _(STATUSES[s])) for s in AFTER_SENDING),
                   help=_("The status once the answer has left.")),
            Line(key="share", label=_("Offers"), help=_("A part of the order total: 50%.")),
            acts.parts(desk, "acts", _("And"), without=("reply", "stop")),
            Choices(key="types", label=_("For"), options=common.types(), help=_("Issue types for which it is proposed first.")),
            Choices(key="kinds", label=_("For cases"), options=kinds),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "template": "", "then": "open", "acts": []}
        return _form(macros.need(desk.conn, ident).body())

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        taken = [m.id for m in macros.listed(unit.conn)]
        wanted = str(values.get("id") or "")
        found = ident or (wanted if wanted and wanted not in taken else "") or common.slug(str(values["name"]), taken, "macro")
        table = {key: value for key, value in values.items() if key != "name" and value not in ("", [], (), None)}
        table |= {"id": found, "names": {**(values.get("names") or {}), language(): str(values["name"])},
                  "acts": [acts.gathered(part) for part in values.get("acts") or ()]}  # fmt: skip
        try:
            macros.save(unit, macros.macro_from(table))
        except DeskError as error:
            raise common.about(error, str(error.gaps.get("key", "")) or "template") from error
        return found

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        macros.remove(unit, ident)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form({"id": ident, **version.body})


def _form(body: Mapping[str, Any]) -> dict[str, Any]:
    names = body.get("names", {})
    return {"then": "open", "template": "", **body, "name": names.get(language()) or names.get("en") or body["id"],
            "acts": [acts.spread(row) for row in body.get("acts", ())]}  # fmt: skip
