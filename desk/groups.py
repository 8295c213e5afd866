"""Groups: who looks after which tickets, and how their work is shared out.

Every desk has the group `team`, everybody; it is not stored until somebody changes it. A group's body, as forms, files
and versions hold it:

```toml
name = "Returns"
members = { ana = 2, wei = 1 }           # share of the work under weighted routing; no members: everybody
strategy = "least_load"                  # round_robin, weighted, skill, language, country, sticky, previous
pick = "round_robin"                     # how the last five choose among those who fit
fallback = "senior"                      # a group or an agent for when nobody here is on duty
types = ["return_exchange", "refund"]    # what comes here by itself …
countries = ["DACH", "FR"]
languages = ["de"]
skills = ["lamps"]                       # asked of whoever gets one of its tickets
level = 3                                # least level of the buyer's language
senior = true                            # disputes and high value may be sent here
sticky = false                           # the buyer's previous agent has no precedence here
[[promotions]]                           # other shares for some days
from = 2026-11-27
until = 2026-11-30
members = { ana = 3, wei = 3 }
```

`team` alone also has `precedence` (which of types, countries, regions, languages decides between groups that all look
after a ticket) and `country_from` (which of order, customer, ip, registration says where a buyer is).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from desk import versions
from desk.automation import regions
from desk.group_form import COUNTRY_FROM, EVERYBODY, KEYS, PRECEDENCE, TEAM, Group, Promotion, group_from, table_of
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import shop, teams
from store.sql.teams import GroupRow
from store.unit import UnitOfWork
from store.values import clean_line

__all__ = [
    "COUNTRY_FROM", "KEYS", "KIND", "PRECEDENCE", "TEAM", "Group", "Promotion", "every", "get", "group_from",
    "looks_after", "need", "remove", "save", "table_of",
]  # fmt: skip

KIND = "group"
"""The kind of their versions."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_RESERVED = ("me", "none", "nobody", "all")


def every(conn: Connection) -> list[Group]:
    """All groups in their order; `team` is always among them, last unless it was moved."""
    found = [_read(row) for row in teams.groups(conn)]
    return found if any(g.id == TEAM for g in found) else [*found, Group(TEAM, EVERYBODY, position=1 << 20)]


def get(conn: Connection, group_id: str) -> Group | None:
    return next((g for g in every(conn) if g.id == group_id), None)


def need(conn: Connection, group_id: str) -> Group:
    """The group, or NotFound."""
    found = get(conn, group_id)
    if found is None:
        raise NotFound(N_("There is no group {item}."), item=group_id, next=N_("See: deskhand group list"))
    return found


def save(unit: UnitOfWork, group_id: str, values: Mapping[str, Any], *, note: str = "") -> Group:
    """Adds a group or changes the keys in `values`; an emptied one (None, "", [], {}) goes back to what is usual.
    Returns it as it stands. Raises Invalid naming the key that does not fit, Conflict where an agent has the id."""
    row = next((r for r in teams.groups(unit.conn) if r.id == group_id), None)
    if row is None and group_id != TEAM:
        _check_id(unit, group_id)
    before: dict[str, Any] = json.loads(row.body) if row else {}
    body = {k: v for k, v in {**before, **values}.items() if v is not None and v not in ("", [], (), {})}
    usual = row.name if row else EVERYBODY if group_id == TEAM else group_id
    name = clean_line(str(body.pop("name", usual)))[:60] or group_id
    if isinstance(position := body.pop("position", None), int):
        place = position
    else:
        place = row.position if row else 1 + max((r.position for r in teams.groups(unit.conn)), default=0)
    group = group_from(group_id, name, body)
    _check_people(unit.conn, group)
    body = table_of(group)
    saved = GroupRow(group_id, name, json.dumps(body, ensure_ascii=False), place)
    if saved != row:
        teams.put_group(unit.conn, saved)
        versions.tell(unit, KIND, group_id, {"name": name, **body}, note=note)
    return _read(saved)


def remove(unit: UnitOfWork, group_id: str) -> Group:
    """Takes a group away; its tickets stay with whom they are and belong to nobody's group. Raises NotFound, and
    Refused while another group falls back to it or a rule gives it work."""
    from desk.automation.rules.used import keep_used

    group = need(unit.conn, group_id)
    if group_id == TEAM:
        raise Refused(N_("{item} is everybody and stays."), item=TEAM, next=N_("Change it: deskhand group set {item}"))
    users = [g.id for g in every(unit.conn) if g.fallback == group_id]
    if users:
        raise Refused(N_("{item} is the fallback of {groups}."), item=group_id, groups=", ".join(users),
                      next=N_("Give that another fallback first."))  # fmt: skip
    keep_used(unit.conn, "", ("group", "fallback"), group_id)
    unit.conn.execute("UPDATE ticket SET group_id = NULL, version = version + 1 WHERE group_id = ? AND is_open = 1",
                      (group_id,))  # fmt: skip
    teams.drop_group(unit.conn, group_id)
    versions.tell_removed(unit, KIND, group_id)
    return group


@lru_cache(maxsize=128)
def _read(row: GroupRow) -> Group:
    return replace(group_from(row.id, row.name, json.loads(row.body)), position=row.position)


def _check_id(unit: UnitOfWork, group_id: str) -> None:
    if not _ID.fullmatch(group_id) or group_id in _RESERVED or group_id.isdigit():
        raise Invalid(N_("{item} cannot be a group's id."), item=group_id,
                      next=N_("Use small letters, digits and . _ - only, such as returns."))  # fmt: skip
    if shop.agent(unit.conn, group_id) is not None:
        raise Conflict(N_("There is an agent {item} already."), item=group_id, next=N_("Choose another id."))


def _check_people(conn: Connection, group: Group) -> None:
    """Everybody it names is known. A fallback that leads back here is a mistake."""
    named = {*group.members, *(a for p in group.promotions for a in p.members)}
    for agent_id in sorted(named):
        agent = shop.agent(conn, agent_id)
        if agent is None:
            raise NotFound(N_("There is no agent {item}."), item=agent_id, next=N_("See: deskhand agent list"))
    seen, at = {group.id}, group.fallback
    while at:
        if at in seen:
            raise Invalid(N_("The fallback of {item} leads back to {group}."), item=group.id, group=at,
                          next=N_("Choose another fallback."))  # fmt: skip
        seen.add(at)
        found = get(conn, at)
        if found is None:
            if shop.agent(conn, at) is None:
                raise NotFound(N_("There is no agent or group {item}."), item=at, next=N_("See: deskhand group list"))
            return
        at = found.fallback


def looks_after(
    groups: Sequence[Group], precedence: Sequence[str], *, type_: str, country: str, language: str
) -> Group | None:
    """The group a ticket comes to by itself: all that a group names has to fit, and among those that fit the one that
    fits by what comes first in `precedence`, then by more of it, then in the order of the groups. None: nobody's own."""
    fitting = [(marks, g) for g in groups if g.attracts
               and (marks := _fit(g, type_=type_, country=country, language=language)) is not None]  # fmt: skip
    if not fitting:
        return None
    return max(fitting, key=lambda pair: ([w in pair[0] for w in precedence], len(pair[0])))[1]


def _fit(group: Group, *, type_: str, country: str, language: str) -> set[str] | None:
    """By what a group fits; None where something it names does not."""
    marks: set[str] = set()
    if group.types:
        if type_ not in group.types:
            return None
        marks.add("types")
    if group.countries:
        if country and country in group.countries:
            marks.add("countries")
        elif country and regions.regions_of(country, group.countries):
            marks.add("regions")
        else:
            return None
    if group.languages:
        base = language.casefold().partition("-")[0]
        if not any(tag.casefold() in (language.casefold(), base) for tag in group.languages if language):
            return None
        marks.add("languages")
    return marks
