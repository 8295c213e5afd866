"""Views: saved queries, for everybody or for oneself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.setup import common
from app.setup.fields import Field, Line
from app.setup.picks import Choice, Option
from app.setup.rooms import Reading, Record, Room
from app.words import _
from desk import inbox, views
from desk.inbox import SHIPPED_VIEWS
from store.errors import N_
from store.sql import shop

if TYPE_CHECKING:
    from store.unit import UnitOfWork

_COMING = {ident for ident, _query, _position in SHIPPED_VIEWS}


class Views(Room):
    about = N_("Lists you come back to: a query with a name, on the left of the inbox with its count.")
    can = frozenset({"new", "remove", "move", "history"})
    kind = "view"

    def records(self, desk: Reading) -> Sequence[Record]:
        from app.widgets.views_pane import name_of

        return [
            Record(v.id, name_of(v), "", _("mine") if v.owner else "", v.query) for v in shop.views(desk.conn, desk.me)
        ]

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Line(key="name", label=_("Name"), needed=True, fixed=ident in _COMING),
            common.query(desk, "query", _("Shows"),
                         _("Such as is:open type:damaged due:..2h. Tab goes on with a word; w shows it as rows."), needed=True),
            Choice(key="owner", label=_("For"), options=(Option("", _("everybody")), Option(desk.me, _("me alone")))),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "query": "is:open ", "owner": ""}
        view = inbox.view(desk.conn, ident, desk.me)
        return {"id": view.id, "name": view.name, "query": view.query, "owner": view.owner}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        name, query, owner = str(values["name"]), str(values["query"]), str(values.get("owner", ""))
        if ident:
            return views.change(unit, ident, name=name, query=query, owner=owner).id
        taken = views.ids(unit.conn)
        wanted = str(values.get("id") or "")
        found = wanted if wanted and wanted not in taken else common.slug(name, taken, "view")
        return views.add(unit, found, query, name=name, owner=owner).id

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        views.remove(unit, ident)

    def move(self, unit: UnitOfWork, ident: str, by: int) -> None:
        views.move(unit, ident, by)

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[Any]:
        from app.setup.drawn import text_lines
        from app.words import ngettext
        from store.errors import DeskError

        try:
            found = inbox.count(desk.conn, inbox.resolve(str(values.get("query", "")), desk.context()))
        except DeskError:
            return ()
        shown = inbox.many(found)
        return text_lines([ngettext("{count} ticket now", "{count} tickets now", found).format(count=shown)], width, "accent")
