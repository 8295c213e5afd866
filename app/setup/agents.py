"""Agents: the people of the team, what they can do, and when they are there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.labels import PRESENCE, ROLES
from app.lines import Line as DrawnLine
from app.setup import common
from app.setup.calendars import day_fields, form_of, hours_preview, table_of, zone_check
from app.setup.fields import Field, Line, Paragraph, Words
from app.setup.figures import Levels, Number
from app.setup.picks import Choice, Option, Toggle
from app.setup.rooms import Reading, Record, Room
from app.words import _
from desk import agents
from store.errors import N_, DeskError, Invalid, NotFound
from store.sql import shop

if TYPE_CHECKING:
    from store.unit import UnitOfWork

_PLAIN = ("name", "role", "unix_user", "email", "languages", "skills", "capacity", "zone", "signature",
          "active", "countries")


def share_check(value: Any) -> None:
    """Whether a share of the work reads."""
    try:
        good = 0.01 <= float(value) <= 100
    except ValueError:
        good = False
    if not good:
        raise Invalid(N_("Write a number from 0.01 to 100."))


class Agents(Room):
    about = N_("Who works here, which languages and skills they have, and when their shifts are.")
    can = frozenset({"new", "toggle"})

    def records(self, desk: Reading) -> Sequence[Record]:
        found = []
        for agent in agents.everybody(desk.conn):
            state = "off" if not agent.active else "away" if agent.state == "away" else "on"
            note = " ".join(json.loads(agent.languages or "{}"))
            found.append(Record(agent.id, agent.name, state, note, agent.role))
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Line(key="id", label=_("Short name"), needed=True, fixed=bool(ident),
                 help=_("Small letters, such as ana; it stays for good.")),
            Line(key="name", label=_("Name"), needed=True),
            Choice(key="role", label=_("Role"), options=tuple(Option(r, _(ROLES[r])) for r in agents.ROLES)),
            Toggle(key="active", label=_("Works here")),
            Choice(key="state", label=_("There now"), options=common.named(PRESENCE),
                   help=_("By shift: the hours below decide.")),
            Levels(key="languages", label=_("Languages"), help=_("With a level from 1 to 5: en:5, de:3.")),
            Words(key="skills", label=_("Skills"), help=_("Words that rules and groups can ask for: returns, lamps.")),
            Number(key="capacity", label=_("Most tickets"), most=10_000, help=_("Open tickets at once; 0 is no limit.")),
            Words(key="countries", label=_("Countries"), help=_("Codes such as DE, or regions such as DACH; none is all.")),
            Line(key="weight", label=_("Share"), check=share_check,
                 help=_("Of the work under weighted routing; 1 is ordinary, 2 is twice as much.")),
            Line(key="unix_user", label=_("Unix user"), help=_("Who they are at the shell of this machine.")),
            Line(key="email", label=_("E-mail")),
            Line(key="zone", label=_("Time zone"), check=zone_check, help=_("Such as Asia/Shanghai.")),
            Toggle(key="always", label=_("Always on"), help=_("Without shifts; turn it off to give hours.")),
            *(_shift(field) for field in day_fields(_("Shifts"), _("Days off"), _("Extra days"))),
            Paragraph(key="signature", label=_("Signature"), help=_("What {{agent.signature}} becomes in a template.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"id": "", "name": "", "role": "agent", "active": True, "state": "auto", "always": True,
                    "weight": "1", "capacity": 0, "zone": "", "languages": {}, "skills": []}  # fmt: skip
        agent = shop.agent(desk.conn, ident)
        if agent is None:
            raise NotFound(N_("There is no agent {item}."), item=ident)
        shifts = json.loads(agent.shifts or "{}")
        return {
            "id": agent.id, "name": agent.name, "role": agent.role, "active": bool(agent.active), "state": agent.state,
            "languages": json.loads(agent.languages or "{}"), "skills": json.loads(agent.skills or "[]"),
            "capacity": agent.capacity, "unix_user": agent.unix_user, "email": agent.email, "zone": agent.zone,
            "countries": json.loads(agent.countries or "[]"), "weight": f"{agent.weight / 100:g}",
            "always": not shifts, "signature": agent.signature,
            **({key: value for key, value in form_of(shifts).items() if key != "zone"} if shifts else {}),
        }  # fmt: skip

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        found = ident or str(values["id"])
        if not ident:
            agents.add(unit, agents.NewAgent(found, str(values["name"]), zone=str(values.get("zone") or "")))
        plain = {key: values[key] for key in _PLAIN if key in values}
        plain["weight"] = float(values.get("weight") or 1)
        if not plain.get("zone"):
            plain.pop("zone", None)
        shifts = {} if values.get("always", True) else {k: v for k, v in table_of(values).items() if k != "zone"}
        if shifts and not shifts.get("week"):
            shifts["week"] = {}
        try:
            agents.change(unit, found, {**plain, "shifts": {**shifts, "zone": plain.get("zone", "UTC")} if shifts else {}})
        except DeskError as error:
            key = str(error.gaps.get("key") or error.gaps.get("field") or "")
            raise common.about(error, key.removeprefix("dates.") or ("week" if shifts else "name")) from error
        agents.set_presence(unit, found, str(values.get("state", "auto")))
        return found

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        agents.change(unit, ident, {"active": False})

    def turned(self, state: str) -> str:
        return "away" if state == "on" else "on"

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        agents.change(unit, ident, {"active": state != "off"})
        agents.set_presence(unit, ident, "away" if state == "away" else "on")

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        return () if values.get("always", True) else hours_preview(desk, values)


def _shift(field: Field) -> Field:
    from dataclasses import replace

    return replace(field, when=lambda values: not values.get("always", True))
