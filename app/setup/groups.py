"""Groups: who looks after which tickets, and how their work is shared out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.setup import common
from app.setup.agents import share_check
from app.setup.fields import Field, Line, Words
from app.setup.figures import Day, Number
from app.setup.picks import Choice, Choices, Option, Parts, Toggle
from app.setup.rooms import Reading, Record, Room
from app.words import _, ngettext
from desk import groups
from desk.automation.routing import PICKS, STRATEGIES
from store.connection import Connection
from store.errors import N_, DeskError

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork

WAYS = {
    "least_load": N_("least load: to whom has the least work"),
    "round_robin": N_("in turn: to whom got one longest ago"),
    "weighted": N_("by share: as the shares say"),
    "skill": N_("by skill"),
    "language": N_("by language of the buyer"),
    "country": N_("by country of the buyer"),
    "sticky": N_("same buyer, same agent"),
    "previous": N_("back to the ticket's previous agent"),
}
"""What each strategy does."""


def strategies() -> tuple[Option, ...]:
    return tuple(Option(way, _(WAYS[way])) for way in STRATEGIES)


def owners(conn: Connection) -> tuple[Option, ...]:
    """Groups and agents, for whatever can go to either."""
    found = [Option(g.id, g.name if g.id != groups.TEAM else _("everybody"), _("group")) for g in groups.every(conn)]
    return (*found, *common.agents(conn))


def only_groups(conn: Connection) -> tuple[Option, ...]:
    return tuple(option for option in owners(conn) if option.note == _("group"))


class Groups(Room):
    about = N_("Who looks after which tickets: returns, a language, a region. Work is shared out inside a group.")
    can = frozenset({"new", "remove", "move", "history"})
    kind = groups.KIND

    def records(self, desk: Reading) -> Sequence[Record]:
        found = []
        for group in groups.every(desk.conn):
            count = len(group.members)
            note = ngettext("{count} agent", "{count} agents", count).format(count=count) if count else _("all")
            found.append(Record(group.id, group.name if group.id != groups.TEAM else _("everybody"), "", note))
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        people = common.agents(desk.conn)
        names = {option.id: option.label for option in people}

        def member_fields(_values: Mapping[str, Any]) -> Sequence[Field]:
            return (
                Choice(key="agent", label=_("Agent"), needed=True, options=people),
                Line(key="share", label=_("Share"), check=share_check, help=_("1 is ordinary, 2 is twice as much.")),
            )

        def promotion_fields(_values: Mapping[str, Any]) -> Sequence[Field]:
            return (
                Day(key="from", label=_("From"), needed=True, help=_("First day, such as 2026-11-27.")),
                Day(key="until", label=_("Until"), needed=True, help=_("Last day, included.")),
                Parts(key="members", label=_("Shares"), fields=member_fields, title=member, start=_MEMBER,
                      add=_("add somebody")),
            )  # fmt: skip

        def member(part: Mapping[str, Any]) -> str:
            return f"{names.get(part.get('agent', ''), part.get('agent') or '?')} · {part.get('share') or 1}"

        own: tuple[Field, ...] = () if ident != groups.TEAM else (
            Words(key="precedence", label=_("Decides first"),
                  help=_("What counts first when several groups fit: types, countries, languages, regions.")),
            Words(key="country_from", label=_("Country from"),
                  help=_("Where a buyer's country is taken from: order, customer, ip, registration.")),
        )  # fmt: skip
        return (
            Line(key="name", label=_("Name"), needed=True),
            Parts(key="members", label=_("Members (none: everybody)"), fields=member_fields, title=member, start=_MEMBER,
                  add=_("add somebody")),
            Choice(key="strategy", label=_("Shared out"), options=strategies()),
            Choice(key="pick", label=_("Among those"), options=tuple(Option(p, _(WAYS[p])) for p in PICKS),
                   when=lambda v: v.get("strategy") not in PICKS, help=_("How one of those who fit is chosen.")),
            Choice(key="fallback", label=_("If nobody is on"), options=common.any_of(
                tuple(o for o in owners(desk.conn) if o.id != ident), _("wait for the group")),
                help=_("Who gets a ticket when nobody here is on duty.")),
            Choices(key="types", label=_("Issue types"), options=common.types(), help=_("Tickets that come here by themselves.")),
            Words(key="countries", label=_("Countries"), help=_("Codes such as DE, or regions such as DACH.")),
            Words(key="languages", label=_("Languages"), help=_("Such as de, zh-CN.")),
            Words(key="skills", label=_("Asks for skills")),
            Number(key="level", label=_("Least level"), least=1, most=5, help=_("Of the buyer's language, 1 to 5.")),
            Toggle(key="senior", label=_("Senior"), help=_("Disputes and high value may be sent here.")),
            Toggle(key="sticky", label=_("Same agent"), help=_("A buyer's previous agent goes first.")),
            Parts(key="promotions", label=_("Other shares for some days"), fields=promotion_fields, start={"members": []},
                  title=lambda p: f"{p.get('from') or '?'} … {p.get('until') or '?'}", add=_("add some days")),
            *own,
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "members": [], "strategy": "least_load", "pick": "least_load", "level": 1, "sticky": True}
        group = groups.need(desk.conn, ident)
        return _form({"name": group.name, **groups.table_of(group)}, ident)

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        taken = [g.id for g in groups.every(unit.conn)]
        wanted = str(values.get("id") or "")
        found = ident or (wanted if wanted and wanted not in taken else "") or common.slug(str(values["name"]), taken, "group")
        table: dict[str, Any] = dict.fromkeys(groups.KEYS)
        table |= {key: value for key, value in values.items() if key in groups.KEYS}
        if found != groups.TEAM:
            table = {key: value for key, value in table.items() if key not in ("precedence", "country_from")}
        table["members"] = _shares(values.get("members") or ())
        table["promotions"] = [{**p, "members": _shares(p.get("members") or ())} for p in values.get("promotions") or ()]
        try:
            return groups.save(unit, found, table).id
        except DeskError as error:
            raise common.about(error, str(error.gaps.get("field", "")) or "name") from error

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        groups.remove(unit, ident)

    def move(self, unit: UnitOfWork, ident: str, by: int) -> None:
        order = [g.id for g in groups.every(unit.conn)]
        at = order.index(ident)
        order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
        for position, one in enumerate(order):
            groups.save(unit, one, {"position": position})

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form(version.body, ident)


_MEMBER = {"agent": "", "share": "1"}


def _form(table: Mapping[str, Any], ident: str) -> dict[str, Any]:
    """A group's table as its form takes it: what is usual filled in."""
    usual: dict[str, Any] = {"strategy": "least_load", "pick": "least_load", "level": 1, "sticky": True}
    if ident == groups.TEAM:
        usual |= {"precedence": list(groups.PRECEDENCE), "country_from": list(groups.COUNTRY_FROM)}
    return {
        **usual, **table, "id": ident, "members": _rows(table.get("members", {})),
        "promotions": [{**p, "members": _rows(p["members"])} for p in table.get("promotions", ())],
    }  # fmt: skip


def _rows(shares: Mapping[str, float]) -> list[dict[str, str]]:
    return [{"agent": agent, "share": f"{share:g}"} for agent, share in shares.items()]


def _shares(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {str(row["agent"]): float(row.get("share") or 1) for row in rows}
