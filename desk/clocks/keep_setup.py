"""Policies and calendars as the team changes them: checked before they are in force, every version told, and the clocks
of open tickets planned anew from where they began. What was missed once stays missed.

Saving only notes that the clocks have to follow; `stale.recompute_some` does it, piece by piece.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from desk import versions
from desk.clocks.calendar_files import calendar_from, shipped_calendars
from desk.clocks.calendars import ALWAYS, add
from desk.clocks.keep import calendars
from desk.clocks.policies import Policy, policy_from
from desk.clocks.stale import make_stale
from desk.clocks.stale import recompute_some as recompute_some
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import shop
from store.unit import UnitOfWork
from store.values import HOUR, clean_line

POLICY, CALENDAR = "policy", "calendar"
"""The kinds of their versions."""
SHOP = "shop"
_BEFORE = "before the first change"


# Policies ---------------------------------------------------------------------------------------------


def policy_rows(conn: Connection) -> list[tuple[Policy, dict[str, Any]]]:
    """Every policy, those switched off too, with its table as a form takes it."""
    sql = "SELECT id, name, body, enabled FROM policy ORDER BY position, id"
    found = []
    for ident, name, body, enabled in conn.execute(sql):
        table = {"id": ident, **json.loads(body), "name": name, "enabled": bool(enabled)}
        found.append((policy_from(table), table))
    return found


def policy_table(conn: Connection, policy_id: str) -> dict[str, Any]:
    """A policy's table. Raises NotFound."""
    found = next((table for policy, table in policy_rows(conn) if policy.id == policy_id), None)
    if found is None:
        raise NotFound(N_("There is no policy {item}."), item=policy_id, next=N_("See: deskhand sla list"))
    return found


def save_policy(unit: UnitOfWork, table: Mapping[str, Any], *, note: str = "") -> Policy:
    """Puts a policy into force, a new one or in place of the one with its id. Raises Invalid, its gap `key` naming what
    does not fit, and then the old one stays."""
    table = {key: value for key, value in table.items() if value not in ("", [], (), {}, None)}
    policy = policy_from({**table, "name": clean_line(str(table.get("name", "")))})
    if not policy.name:
        raise Invalid(N_("A policy needs a name."), item=policy.id, key="name")
    known = calendars(unit.conn)
    if policy.calendar not in known:
        raise Invalid(N_("There is no calendar {item}. There are: {known}."), item=policy.calendar,
                      known=", ".join(known), key="calendar")  # fmt: skip
    if policy.scope:
        _check_scope(unit, policy.scope)
    old = next((t for p, t in policy_rows(unit.conn) if p.id == policy.id), None)
    body = {key: value for key, value in table.items() if key not in ("id", "enabled")}
    new = {"id": policy.id, **body, "name": policy.name, "enabled": policy.enabled}
    if new == old:
        return policy
    _keep_first(unit, POLICY, policy.id, old)
    if old is None:
        place = 1 + (unit.conn.execute("SELECT max(position) FROM policy").fetchone()[0] or 0)
        unit.conn.execute("INSERT INTO policy (id, name, body, enabled, position) VALUES (?, ?, ?, ?, ?)",
                          (policy.id, policy.name, _json(body), int(policy.enabled), place))  # fmt: skip
    else:
        unit.conn.execute("UPDATE policy SET name = ?, body = ?, enabled = ? WHERE id = ?",
                          (policy.name, _json(body), int(policy.enabled), policy.id))  # fmt: skip
    versions.tell(unit, POLICY, policy.id, new, note=note)
    make_stale(unit)
    return policy


def remove_policy(unit: UnitOfWork, policy_id: str) -> None:
    """Takes a policy away; its versions stay. Raises NotFound."""
    old = policy_table(unit.conn, policy_id)
    _keep_first(unit, POLICY, policy_id, old)
    unit.conn.execute("DELETE FROM policy WHERE id = ?", (policy_id,))
    versions.tell_removed(unit, POLICY, policy_id)
    make_stale(unit)


def _check_scope(unit: UnitOfWork, scope: str) -> None:
    from desk import inbox

    try:
        inbox.resolve(scope, inbox.context(unit.conn, "", unit.now))
    except Invalid as error:
        raise Invalid(error.what, item=error.item, next=error.next, **{**error.gaps, "key": "scope"}) from error


# Calendars --------------------------------------------------------------------------------------------


def calendar_tables(conn: Connection) -> dict[str, tuple[dict[str, Any], bool]]:
    """Every calendar's table by name, and whether it is the shop's own; the others come with the program."""
    from desk.clocks.toml_text import shipped

    own = {name: json.loads(body) for name, body, _version in shop.calendars(conn)}
    zone = str(own.get(SHOP, {}).get("zone", "UTC"))
    coming = {name: {"zone": zone, **table} for name, table in shipped("desk.clocks", "data/calendars.toml").items()}
    return {**{name: (table, False) for name, table in coming.items()}, **{n: (t, True) for n, t in own.items()}}


def calendar_table(conn: Connection, name: str) -> dict[str, Any]:
    """A calendar's table. Raises NotFound."""
    found = calendar_tables(conn).get(name)
    if found is None:
        raise NotFound(N_("There is no calendar {item}. There are: {known}."), item=name,
                       known=", ".join(calendar_tables(conn)))  # fmt: skip
    return found[0]


def save_calendar(unit: UnitOfWork, name: str, table: Mapping[str, Any], *, note: str = "") -> None:
    """Puts a calendar into force. Raises Invalid, its gap `key` naming what does not fit (`week.mon`, `dates.off`), also
    for one that opens so rarely that no deadline can be computed; the old one stays then."""
    name = clean_line(name)
    if not name:
        raise Invalid(N_("A calendar needs a name."), key="name")
    if name == ALWAYS.name:
        raise Conflict(N_("{item} is always open; take another name."), item=name, key="name")
    body = {key: value for key, value in table.items() if key not in ("name", "version")}
    calendar = calendar_from(body, name=name)
    add(calendar, unit.now, HOUR)
    row = next((r for r in shop.calendars(unit.conn) if r[0] == name), None)
    old = json.loads(row[1]) if row else None
    if body == old:
        return
    before = calendar_tables(unit.conn).get(name)
    _keep_first(unit, CALENDAR, name, before[0] if before else None)
    number = versions.tell(unit, CALENDAR, name, body, note=note)
    unit.conn.execute(
        "INSERT INTO calendar (name, body, version) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
        "body = excluded.body, version = excluded.version",
        (name, _json(body), number),
    )
    make_stale(unit)


def remove_calendar(unit: UnitOfWork, name: str) -> None:
    """Takes a calendar of the shop away; one that also comes with the program is again as it came. Raises NotFound, and
    Refused while a policy or nothing else of that name is there to go by."""
    table, own = calendar_tables(unit.conn).get(name, ({}, False))
    if not own:
        raise NotFound(N_("The shop has no calendar {item} of its own."), item=name)
    users = [p.name for p, _table in policy_rows(unit.conn) if p.calendar == name]
    if name == SHOP or (users and name not in shipped_calendars("UTC")):
        raise Refused(N_("Calendar {item} is needed: {users}."), item=name, users=", ".join(users) or SHOP,
                      next=N_("Give these another calendar first."))  # fmt: skip
    _keep_first(unit, CALENDAR, name, table)
    unit.conn.execute("DELETE FROM calendar WHERE name = ?", (name,))
    versions.tell_removed(unit, CALENDAR, name)
    make_stale(unit)


def _keep_first(unit: UnitOfWork, kind: str, ident: str, old: Mapping[str, Any] | None) -> None:
    """What came with the desk was never told; it is before it is changed, so that it can come back."""
    if old is not None and not any(True for _ in versions.history(unit.conn, kind, ident)):
        versions.tell(unit, kind, ident, old, note=_BEFORE)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
