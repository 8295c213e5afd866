"""Settings: how it looks and behaves for you, what holds for the desk, and what comes from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.safe import cells, width_of
from app.settings.reading import Place, Present, every, options, put
from app.settings.registry import GROUPS
from app.setup.fields import Field, Line
from app.setup.figures import Number
from app.setup.picks import Choice, Choices, Option
from app.setup.rooms import Reading, Record, Room
from app.words import _, ngettext
from store.errors import N_, DeskError, NotFound

if TYPE_CHECKING:
    from store.connection import Connection
    from store.unit import UnitOfWork


class Settings(Room):
    about = N_("Every setting there is, explained: what it does, what it is now, and who says so.")

    def records(self, desk: Reading) -> Sequence[Record]:
        found = list(every(_place(desk.conn, desk.me)))
        rows = []
        for ident, (name, about) in GROUPS.items():
            mine = [one for one in found if one.setting.group == ident]
            chosen = sum(one.source in ("person", "desk") for one in mine)
            note = ngettext("{count} changed", "{count} changed", chosen).format(count=chosen) if chosen else ""
            also = " ".join(f"{one.setting.key} {_(one.setting.label)}" for one in mine)
            if mine:
                rows.append(Record(ident, _(name), "", note, f"{_(about)} {also}"))
        return rows

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        place = _place(desk.conn, desk.me)
        return [_field(place, one) for one in every(place) if one.setting.group == ident]

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if ident not in GROUPS:
            raise NotFound(N_("There is no setting {item}."), item=ident)
        found = every(_place(desk.conn, desk.me))
        return {one.setting.key: _value(one) for one in found if one.setting.group == ident}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        """Only what differs: a setting nobody touched stays as it comes."""
        place = _place(unit.conn, unit.actor.id)
        for one in [one for one in every(place) if one.setting.group == ident and one.editable]:
            key = one.setting.key
            if key in values and values[key] != _value(one):
                value = values[key]
                try:
                    put(unit, place, key, ",".join(value) if isinstance(value, list) else str(value))
                except DeskError as error:
                    from app.setup.common import about

                    raise about(error, key) from error
        return ident


def _place(conn: Connection, me: str) -> Place:
    return Place(conn, me, _folder(conn))


def _folder(conn: Connection) -> Path:
    """The folder of the desk that is open."""
    row = conn.execute("PRAGMA database_list").fetchone()
    return Path(row[2]).parent


def _value(one: Present) -> Any:
    """What is kept, as the form takes it; of what is not kept here, what it is."""
    setting = one.setting
    if setting.form == "ways":
        return [way for way in one.chosen.split(",") if way]
    if setting.form == "number":
        return int(one.chosen)
    if setting.form == "choice":
        return one.chosen
    return one.chosen if setting.form else one.said


@dataclass(frozen=True, kw_only=True)
class Told(Choices):
    """In which ways one is told of something: each in a column of its own, then of what."""

    name: str

    def shown(self, raw: Any) -> str:
        ways = "  ".join(cells(option.id if option.id in raw else "–", width_of(option.id)) for option in self.options)
        return f"{ways}   {self.name}"


def _field(place: Place, one: Present) -> Field:
    """A line of the form. Its help says what it does, what it is unless chosen, and who says what it is."""
    setting = one.setting
    label = _(setting.label)
    usual, now = _("Unless chosen: {value}."), _("Now: {where}.")
    help = _(setting.about)
    if setting.group != "environment":
        help = " ".join((help, usual.format(value=_(setting.default)), now.format(where=one.where)))
    choices = tuple(Option(value, name) for value, name in options(place, setting)) if setting.form else ()
    if setting.form == "choice":
        return Choice(key=setting.key, label=label, help=help, options=choices)
    if setting.form == "ways":
        return Told(key=setting.key, label="", name=label, help=help, options=choices)
    if setting.form == "number":
        return Number(key=setting.key, label=label, help=help, most=setting.most)
    return Line(key=setting.key, label=label, help=help, fixed=not setting.form)
