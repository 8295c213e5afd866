"""Reply times: which tickets get which clock, and how much time there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.setup import common
from app.setup.fields import Field, Line
from app.setup.figures import Span
from app.setup.picks import Choice, Choices, Option, Toggle
from app.setup.rooms import Questions, Reading, Record, Room
from app.words import _, language
from desk.clocks import keep_setup
from desk.clocks.policies import BUYER_MESSAGE, KINDS, LABELS, PAUSABLE, policy_from
from desk.clocks.targets import target_from
from desk.vocabulary import STATUSES
from store.errors import N_, Invalid

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork


def target_check(value: Any) -> None:
    try:
        target_from(value, "target")
    except Invalid as error:
        raise Invalid(N_("Write a time such as 30s, 90m, 8h, 2d, 4cd calendar days or 3bd working days.")) from error


class Policies(Room):
    about = N_("Within which time buyers get an answer. The strictest policy that fits a ticket counts.")
    can = frozenset({"new", "remove", "toggle", "test", "history"})
    kind = keep_setup.POLICY

    def records(self, desk: Reading) -> Sequence[Record]:
        return [
            Record(p.id, p.title(language()), "on" if p.enabled else "off", str(table.get("target", "")), p.scope)
            for p, table in keep_setup.policy_rows(desk.conn)
        ]

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        values = self.values(desk, ident)
        calendars = tuple(Option(name, name) for name in ("24x7", *keep_setup.calendar_tables(desk.conn)))
        return (
            Line(key="name", label=_("Name"), needed=True, help=_("What colleagues see beside the clock.")),
            Toggle(key="enabled", label=_("In force")),
            Choice(key="kind", label=_("Clock"), options=tuple(Option(k, _(LABELS[k])) for k in KINDS),
                   help=_("First reply runs until a person answers; next reply after every further message of the buyer.")),
            Line(key="starts", label=_("Begins with"), needed=True, when=lambda v: v.get("kind") in ("step", "platform"),
                 help=_("The event that starts this clock.")),
            Span(key="target", label=_("Time"), needed=True, check=target_check,
                 help=_("30s, 90m, 8h, 2d; 4cd are calendar days, 3bd working days.")),
            Choice(key="calendar", label=_("Counted on"), options=common.with_own(calendars, values.get("calendar")),
                   help=_("24x7 counts every hour; other calendars count their open hours only.")),
            Choice(key="priority", label=_("Priority"), options=common.any_of(common.priorities()),
                   help=_("Only tickets of this priority.")),
            Choice(key="channel_kind", label=_("Kind of channel"), help=_("Only mail, chats or marketplaces."),
                   options=common.any_of((Option("email", _("mail")), Option("chat", _("chat")),
                                          Option("marketplace", _("marketplace"))))),
            Choice(key="platform", label=_("Platform"), help=_("Only tickets from this platform."),
                   options=common.with_own(common.any_of(common.platforms(desk.conn)), values.get("platform"))),
            common.query(desk, "scope", _("Only for"), _("A query such as tag:vip; empty is every ticket.")),
            Choices(key="pauses", label=_("Stands while"), options=common.named(STATUSES),
                    when=lambda v: v.get("kind") in PAUSABLE, help=_("Statuses in which this clock stands still.")),
            Line(key="warn", label=_("Warns after"), check=_share, help=_("A part of the time: 4/5, 20/24 or 0.8.")),
            Span(key="reopen_grace", label=_("After reopening"), check=target_check,
                 help=_("The least time there is when a solved ticket opens again.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "enabled": True, "kind": "first_response", "calendar": "24x7", "warn": "4/5"}
        return _form(keep_setup.policy_table(desk.conn, ident))

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        taken = [p.id for p, _table in keep_setup.policy_rows(unit.conn)]
        found = ident or str(values.get("id") or "") or common.slug(str(values["name"]), taken, "policy")
        table = {**values, "id": found}
        if language() in (names := dict(values.get("names") or {})):
            table["names"] = {**names, language(): str(values["name"])}
            table["name"] = keep_setup.policy_table(unit.conn, found)["name"] if ident else values["name"]
        if table.get("kind") not in ("step", "platform"):
            table["starts"] = BUYER_MESSAGE
        if table["starts"] == BUYER_MESSAGE:
            del table["starts"]
        return keep_setup.save_policy(unit, table).id

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        keep_setup.remove_policy(unit, ident)

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        keep_setup.save_policy(unit, {**keep_setup.policy_table(unit.conn, ident), "enabled": state == "on"})

    def follow_up(self, unit: UnitOfWork) -> bool:
        return keep_setup.recompute_some(unit)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form({"id": ident, **version.body})

    def simulator(self) -> Questions:
        from app.setup.simulator import Simulator

        return Simulator()


def _form(table: Mapping[str, Any]) -> dict[str, Any]:
    """A policy's table as its form takes it."""
    usual = {"calendar": "24x7", "warn": "4/5"}
    return {**usual, **table, "name": table.get("names", {}).get(language()) or table["name"]}


def _share(value: Any) -> None:
    try:
        policy_from({"id": "-", "name": "-", "kind": "first_response", "target": "1h", "warn": value})
    except Invalid as error:
        raise Invalid(N_("Write a part between 0 and 1, such as 4/5 or 0.8.")) from error
