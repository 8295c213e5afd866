"""The people of the team: adding them, changing what is known of them, who is away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.automation import regions
from desk.clocks.calendar_files import calendar_from
from desk.clocks.calendars import Calendar
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import shop, teams
from store.sql.rows import Agent
from store.unit import UnitOfWork
from store.values import Instant, clean_line

ROLES = ("agent", "lead", "admin")
FIELDS = (
    "name",
    "email",
    "unix_user",
    "role",
    "languages",
    "skills",
    "zone",
    "shifts",
    "capacity",
    "signature",
    "active",
    "weight",
    "countries",
)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_RESERVED = ("me", "none", "nobody", "all", "team")


@dataclass(frozen=True, slots=True)
class NewAgent:
    """Somebody who joins. `id` is short and stays; `unix_user` is who they are at the shell; `zone` is an IANA name,
    the shop's where it is ""."""

    id: str
    name: str
    unix_user: str = ""
    role: str = "agent"
    zone: str = ""


def check_id(ident: str) -> None:
    """Raises Invalid for an id nobody can type, or that means something else."""
    if not _ID.fullmatch(ident) or ident in _RESERVED or ident.isdigit():
        raise Invalid(N_("{item} cannot be an agent's id."), item=ident,
                      next=N_("Use small letters, digits and . _ - only, such as ana."))  # fmt: skip


def add(unit: UnitOfWork, person: NewAgent) -> None:
    """Adds an agent. Raises Invalid for an id nobody can type, Conflict where it or its Unix user is taken."""
    check_id(person.id)
    if shop.agent(unit.conn, person.id) is not None:
        raise Conflict(N_("There is an agent {item} already."), item=person.id, next=N_("See: deskhand agent list"))
    if any(row.id == person.id for row in teams.groups(unit.conn)):
        raise Conflict(N_("There is a group {item} already."), item=person.id, next=N_("See: deskhand group list"))
    wanted = {"name": person.name or person.id, "unix_user": person.unix_user, "role": person.role,
              "zone": person.zone or _shop_zone(unit)}  # fmt: skip
    values = {"id": person.id, **_checked(unit, wanted, person.id)}
    marks = ", ".join("?" * len(values))
    unit.conn.execute(f"INSERT INTO agent ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    unit.append("agent_added", {"agent": person.id, "name": values["name"]})


def _shop_zone(unit: UnitOfWork) -> str:
    """The zone of the team's hours."""
    bodies = {name: body for name, body, _version in shop.calendars(unit.conn)}
    return str(json.loads(bodies.get("shop", "{}")).get("zone", "UTC"))


def change(unit: UnitOfWork, agent_id: str, values: Mapping[str, Any]) -> int:
    """Sets fields of an agent and returns the event's seq, 0 when nothing differed. `languages` maps BCP 47 tags to
    levels 1 to 5, `skills` is a list, `shifts` a calendar's table ({} is always on), `weight` a share (1 is ordinary),
    `countries` codes and regions (none is all). Raises NotFound, Invalid, Conflict, Refused."""
    agent = need(unit, agent_id)
    diff = {f: [getattr(agent, f), v] for f, v in _checked(unit, values, agent_id).items() if getattr(agent, f) != v}
    if not diff:
        return 0
    _keep_an_admin(unit, agent, diff)
    sets = ", ".join(f"{field} = ?" for field in diff)
    unit.conn.execute(f"UPDATE agent SET {sets} WHERE id = ?", (*(after for _before, after in diff.values()), agent_id))
    return unit.append("agent_changed", {"agent": agent_id, "changes": diff})


def _keep_an_admin(unit: UnitOfWork, agent: Agent, diff: Mapping[str, Any]) -> None:
    """Raises Refused where the only one who may run the desk would go, or no longer could."""
    others = any(a.role == "admin" for a in shop.agents(unit.conn) if a.id != agent.id)
    leaves = "active" in diff or "role" in diff
    if agent.active and agent.role == "admin" and leaves and not others:
        raise Refused(N_("{item} is the only admin of this desk."), item=agent.id,
                      next=N_("Make somebody else one first: deskhand agent set ID role=admin"))  # fmt: skip


def set_presence(unit: UnitOfWork, agent_id: str, state: str, until: Instant = 0) -> int:
    """`away` or `on` until an instant (0: until changed), or `auto`: the shifts decide. Raises NotFound."""
    agent = need(unit, agent_id)
    if (agent.state, agent.state_until) == (state, until):
        return 0
    unit.conn.execute("UPDATE agent SET state = ?, state_until = ? WHERE id = ?", (state, until, agent_id))
    changes = {"state": [agent.state, state], "state_until": [agent.state_until, until]}
    return unit.append("agent_changed", {"agent": agent_id, "changes": changes})


def need(unit: UnitOfWork, agent_id: str) -> Agent:
    """The agent, or NotFound."""
    agent = shop.agent(unit.conn, agent_id)
    if agent is None:
        raise NotFound(N_("There is no agent {item}."), item=agent_id, next=N_("See: deskhand agent list"))
    return agent


def _checked(unit: UnitOfWork, values: Mapping[str, Any], agent_id: str) -> dict[str, Any]:
    """Values as they are stored."""
    out: dict[str, Any] = {}
    for field, value in values.items():
        if field not in FIELDS:
            raise Invalid(N_("An agent has no field {item}."), item=field, next=N_("Fields: {fields}"),
                          fields=", ".join(FIELDS))  # fmt: skip
        out[field] = _checked_one(unit, field, value, agent_id)
    return out


def _checked_one(unit: UnitOfWork, field: str, value: Any, agent_id: str) -> Any:
    if field == "role" and value not in ROLES:
        raise _no(field, value, N_("Known: {known}"), known=", ".join(ROLES))
    if field == "active":
        return int(bool(value))
    if field == "weight":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.01 <= value <= 100:
            raise _no(field, value, N_("A share is a number from 0.01 to 100."))
        return round(value * 100)
    if field == "countries":
        words = sorted({str(word).strip().upper() for word in value if str(word).strip()})
        for word in words:
            if not regions.known(word):
                raise _no(field, word, N_("Write country codes such as DE, or regions: {known}"),
                          known=", ".join(regions.REGIONS))  # fmt: skip
        return json.dumps(words)
    if field == "capacity":
        if not isinstance(value, int) or not 0 <= value <= 10_000:
            raise _no(field, value, N_("A number of tickets; 0 is no limit."))
        return value
    if field == "languages":
        good = isinstance(value, Mapping) and all(isinstance(n, int) and 1 <= n <= 5 for n in value.values())
        if not good:
            raise _no(field, value, N_("Write languages with levels 1 to 5, such as en:5,de:3."))
        return json.dumps(dict(value))
    if field == "skills":
        return json.dumps(sorted({clean_line(str(s)) for s in value if str(s).strip()}), ensure_ascii=False)
    if field == "shifts":
        if value:
            calendar_from(value, name=agent_id)
        return json.dumps(dict(value))
    if field == "zone":
        Calendar(agent_id, str(value))
        return str(value)
    text = clean_line(str(value))
    if field == "name" and not text:
        raise _no(field, value, N_("Give a name."))
    if field == "unix_user" and text:
        other = shop.agent_of_user(unit.conn, text)
        if other is not None and other.id != agent_id:
            raise Conflict(N_("The Unix user {item} is {agent} already."), item=text, agent=other.id,
                           next=N_("One person, one agent."))  # fmt: skip
    return text


def _no(field: str, value: Any, cure: str, **gaps: object) -> Invalid:
    return Invalid(N_("{item} is no {field}."), item=clean_line(str(value)), field=field, next=cure, **gaps)


def everybody(conn: Connection) -> list[Agent]:
    """All agents, those who left last."""
    ids = conn.execute("SELECT id FROM agent ORDER BY active DESC, id").fetchall()
    return [agent for row in ids if (agent := shop.agent(conn, row[0])) is not None]
