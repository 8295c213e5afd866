"""Saving rules: checked against the desk, versioned, told. One that is wrong is refused, and what was there stays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from desk import inbox, versions
from desk.automation.rules.conditions import compile_text, shop_zone
from desk.automation.rules.model import STATES, Rule, rule_from, rule_to_table, stored
from desk.automation.rules.tables import wrong
from desk.reason import Reason
from store.connection import Connection
from store.errors import N_, DeskError, Invalid, NotFound
from store.sql import rules, shop
from store.sql.rules import RuleRow
from store.unit import UnitOfWork
from store.values import Instant, fold

KIND = "rule"


def save(unit: UnitOfWork, table: Mapping[str, Any], *, note: str = "") -> Rule:
    """Saves a rule as a new version; one that is new goes behind the others, off unless its table says otherwise. Saving
    the same again changes nothing. Raises Invalid, naming key or column, and the rule in force stays."""
    rule = rule_from(table)
    check(unit.conn, rule, unit.now)
    old = rules.get(unit.conn, rule.id)
    body = _body(rule)
    state = rule.state if "state" in table else old.state if old else "off"
    if old is not None and json.loads(old.body) == body and old.state == state:
        return replace(rule, state=state, position=old.position, version=old.version)
    position = old.position if old else len(rules.listed(unit.conn))
    version = (
        old.version if old and json.loads(old.body) == body else versions.tell(unit, KIND, rule.id, body, note=note)
    )
    rules.put(unit.conn, RuleRow(rule.id, rule.name, position, state, json.dumps(body, ensure_ascii=False), version))
    rules.mark(unit.conn)
    if state != (old.state if old else "off"):
        _tell_state(unit, rule.id, old.state if old else "off", state)
    return replace(rule, state=state, position=position, version=version)


def check(conn: Connection, rule: Rule, now: Instant) -> None:
    """Raises Invalid where a condition names what this desk does not have, or the channel is none of its."""
    calendar = next((body for name, body, _ in shop.calendars(conn) if name == "shop"), None)
    if rule.condition:
        compile_text(rule.condition, inbox.context(conn, "", now, shop_zone(calendar)))
    if rule.channel and shop.channel(conn, rule.channel) is None:
        raise wrong(rule.id, "channel", rule.channel, [c.id for c in shop.channels(conn)])


def check_names(conn: Connection, rule: Rule) -> None:
    """Raises Invalid where an act names a template, agent, group … that the desk does not have: it could only fail."""
    from desk.automation.rules.lint_names import names_of

    names = names_of(conn)
    for n, act in enumerate(rule.then, 1):
        for kind, ident in names.missing(act):
            raise Invalid(N_("{item}: {act}: there is no {kind} {name}."), item=rule.id, act=act.do, kind=Reason(kind),
                          name=ident, key=f"then[{n}].do", next=N_("Correct it, or make {name} first."))  # fmt: skip


def restore(unit: UnitOfWork, rule_id: str, number: int) -> Rule:
    """Saves an older version anew; it stays on or off as it is. Raises NotFound, and Invalid where it no longer fits."""
    body = versions.version(unit.conn, KIND, rule_id, number).body
    return save(unit, {**body, "id": rule_id}, note=str(number))


def set_state(unit: UnitOfWork, rule_id: str, state: str) -> Rule:
    """Turns a rule on, off or into shadow. Raises NotFound, and Invalid for one that cannot be turned on as it is."""
    row = need(unit.conn, rule_id)
    if state not in STATES:
        raise wrong(rule_id, "state", state, STATES)
    rule = stored(row.id, row.position, state, row.body, row.version)
    if state != "off":
        check(unit.conn, rule, unit.now)
    if state == "on":
        check_names(unit.conn, rule)
    if state != row.state:
        rules.put(unit.conn, row._replace(state=state))
        rules.mark(unit.conn)
        _tell_state(unit, rule_id, row.state, state)
    return rule


def _tell_state(unit: UnitOfWork, rule_id: str, before: str, after: str) -> None:
    unit.append("rule_state", {"rule": rule_id, "state": [before, after]})


def move(unit: UnitOfWork, rule_id: str, position: int) -> None:
    """Puts a rule at a place (0 is the first); the others make room. Raises NotFound."""
    need(unit.conn, rule_id)
    ids = [r.id for r in rules.listed(unit.conn) if r.id != rule_id]
    ids.insert(max(0, position), rule_id)
    _arrange(unit, ids)


def arrange(unit: UnitOfWork, ids: Sequence[str]) -> None:
    """The whole order; rules that are not named follow behind. Raises NotFound."""
    for rule_id in ids:
        need(unit.conn, rule_id)
    _arrange(unit, list(dict.fromkeys((*ids, *(r.id for r in rules.listed(unit.conn))))))


def _arrange(unit: UnitOfWork, ids: Sequence[str]) -> None:
    if list(ids) != [r.id for r in rules.listed(unit.conn)]:
        unit.append("rules_arranged", {"rules": list(ids)})
    rules.arrange(unit.conn, ids)
    rules.mark(unit.conn)


def remove(unit: UnitOfWork, rule_id: str) -> None:
    """Takes a rule away; its versions stay in the log. Raises NotFound."""
    need(unit.conn, rule_id)
    rules.remove(unit.conn, rule_id)
    unit.conn.execute("DELETE FROM meta WHERE key = ?", (f"timer:{rule_id}",))
    versions.tell_removed(unit, KIND, rule_id)
    _arrange(unit, [r.id for r in rules.listed(unit.conn)])


def every(conn: Connection) -> list[Rule]:
    """All rules that can be read, in the order they run; `unreadable` has the others."""
    return [rule for row in rules.listed(conn) if isinstance(rule := _read(row), Rule)]


def unreadable(conn: Connection) -> dict[str, DeskError]:
    """Rules whose acts or keys this program no longer knows, and why."""
    return {row.id: found for row in rules.listed(conn) if not isinstance(found := _read(row), Rule)}


def one(conn: Connection, rule_id: str) -> Rule:
    """Raises NotFound, or Invalid where it can no longer be read."""
    return stored(*_columns(need(conn, rule_id)))


def need(conn: Connection, rule_id: str) -> RuleRow:
    """The row of a rule. Raises NotFound naming the nearest."""
    found = rules.get(conn, rule_id)
    if found is None:
        from desk.query.faults import nearest

        ids = [r.id for r in rules.listed(conn)]
        near = nearest(fold(rule_id), ids)
        raise NotFound(N_("There is no rule {item}."), item=rule_id, near=near,
                       next=N_("Did you mean {near}?") if near else N_("See: deskhand rule list"))  # fmt: skip
    return found


def _read(row: RuleRow) -> Rule | DeskError:
    try:
        return stored(*_columns(row))
    except Invalid as error:
        return error


def _columns(row: RuleRow) -> tuple[str, int, str, str, int]:
    return row.id, row.position, row.state, row.body, row.version


def _body(rule: Rule) -> dict[str, Any]:
    """What is stored and versioned: the table without its id."""
    return {key: value for key, value in rule_to_table(rule).items() if key != "id"}
