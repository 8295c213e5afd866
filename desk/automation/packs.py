"""Packs: rules for a whole matter, ready to enable. What one would add is told first; enabling it again changes nothing.

A pack's rules are ordinary rules from then on: every version is told by `keep.save`, and they may be edited; enabling
the pack again puts them back as they ship. What was chosen is kept as versions of the pack.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import desk.group_query
import desk.parcel_query
import desk.risk_query
import desk.stuck_query  # noqa: F401 - what the conditions of packs ask
from desk import groups, versions
from desk.automation.pack_choices import Chosen, as_query, choose, pairs, refuse_missing, words
from desk.automation.pack_form import GroupSetting, Pack, filled, gaps, need, said, shipped_packs
from desk.automation.rules import keep
from desk.automation.rules.lint_names import names_of
from desk.automation.rules.model import STATES, Rule, rule_from, rule_to_table
from desk.automation.rules.tables import wrong
from desk.clocks.keep_setup import policy_table, save_policy
from desk.groups import group_from, table_of
from store.connection import Connection
from store.errors import N_, Refused
from store.sql import shop
from store.unit import UnitOfWork

__all__ = ["Plan", "Standing", "as_tried", "disable", "enable", "need", "plan", "shipped_packs", "standing"]

KIND = "pack"
"""The kind of their versions."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What enabling would do: rules in their order, keys of groups with before and after, policies to switch on.
    `chosen` has what is still missing."""

    pack: Pack
    chosen: Chosen
    rules: tuple[Rule, ...]
    groups: Mapping[str, Mapping[str, tuple[Any, Any]]]
    policies: tuple[str, ...]


class Standing(NamedTuple):
    """A pack on a desk. `state` is that of its rules, "partly" where they differ, "" before it was ever enabled; `rules`
    are its rules the desk has; `chosen` what was chosen the last time."""

    state: str
    rules: tuple[str, ...]
    chosen: Mapping[str, str]


def plan(conn: Connection, pack_id: str, choices: Mapping[str, str], language: str = "en") -> Plan:
    """What `enable` would add with these choices, over those made before. Rules that need a choice which is still
    missing are not in it. Raises NotFound, and Invalid for a choice that does not fit."""
    pack = need(pack_id)
    chosen = choose(conn, pack, {**standing(conn, pack_id).chosen, **choices})
    agents = {a.id for a in shop.agents(conn)}
    rules = tuple(rule for table in pack.rules if (rule := _rule(pack, table, chosen, language, agents)) is not None)
    settings = _settings(conn, pack, chosen)
    off = tuple(ident for ident in pack.policies if not policy_table(conn, ident)["enabled"])
    return Plan(pack, chosen, rules, settings, off)


def standing(conn: Connection, pack_id: str) -> Standing:
    """How a pack stands on a desk. Raises NotFound."""
    pack = need(pack_id)
    newest = next(versions.history(conn, KIND, pack_id), None)
    if newest is None:
        return Standing("", (), {})
    mine = {rule.id: rule.state for rule in keep.every(conn) if rule.id in pack.rule_ids}
    made = [ident for ident in newest.body["rules"] if ident in mine]
    states = {mine[ident] for ident in made}
    state = next(iter(states)) if len(states) == 1 else "partly" if states else "off"
    return Standing(state, tuple(made), newest.body["choices"])


def enable(
    unit: UnitOfWork, pack_id: str, choices: Mapping[str, str], *, state: str = "on", language: str = "en"
) -> Plan:
    """Adds a pack's rules in their order, in a state (off, shadow, on), and what goes with them. Nothing is changed
    where all of it is there already. Raises NotFound, Invalid for a choice that does not fit, Refused where a choice, a
    template or a checklist is missing."""
    if state not in STATES:
        raise wrong(pack_id, "state", state, STATES)
    found = plan(unit.conn, pack_id, choices, language)
    refuse_missing(found.pack, found.chosen)
    _refuse_unknown(unit.conn, found)
    before = next(versions.history(unit.conn, KIND, pack_id), None)
    known = [rule.id for rule in keep.every(unit.conn)]
    for rule in found.rules:
        keep.save(unit, {**rule_to_table(rule), "state": state}, note=pack_id)
    for ident in set(before.body["rules"] if before else ()) - {r.id for r in found.rules}:
        if ident in known:
            keep.set_state(unit, ident, "off")
    _arrange(unit, found.pack, known)
    for group_id, keys in found.groups.items():
        groups.save(unit, group_id, {key: after for key, (_, after) in keys.items()}, note=pack_id)
    for ident in found.policies:
        save_policy(unit, {**policy_table(unit.conn, ident), "enabled": True}, note=pack_id)
    _remember(unit, found, before.body if before else {})
    return found


def _remember(unit: UnitOfWork, found: Plan, before: Mapping[str, Any]) -> None:
    """What was chosen, and how what it changed beside rules was before the pack came."""
    were = before.get("groups", {})
    kept = {g: {key: [were.get(g, {}).get(key, [was])[0], now] for key, (was, now) in keys.items()}
            for g, keys in found.groups.items()}  # fmt: skip
    body = {"choices": dict(found.chosen.values), "rules": [rule.id for rule in found.rules],
            "groups": {**were, **kept}, "policies": [*before.get("policies", ()), *found.policies]}  # fmt: skip
    if body != before:
        versions.tell(unit, KIND, found.pack.id, body)


def disable(unit: UnitOfWork, pack_id: str) -> tuple[str, ...]:
    """Turns a pack's rules off, and takes back what it set of groups and policies where nobody changed that since;
    returns the rules. Raises NotFound, and Refused for one that was never enabled."""
    need(pack_id)
    newest = next(versions.history(unit.conn, KIND, pack_id), None)
    if newest is None:
        raise Refused(N_("The pack {item} is not enabled."), item=pack_id, next=N_("See: deskhand pack list"))
    found = standing(unit.conn, pack_id)
    for ident in found.rules:
        keep.set_state(unit, ident, "off")
    for group_id, keys in newest.body["groups"].items():
        group = groups.get(unit.conn, group_id)
        now = table_of(group) if group else {}
        back = {key: was for key, (was, ours) in keys.items() if now.get(key) == ours}
        if group and back:
            groups.save(unit, group_id, back, note=pack_id)
    for ident in newest.body["policies"]:
        save_policy(unit, {**policy_table(unit.conn, ident), "enabled": False}, note=pack_id)
    if newest.body["groups"] or newest.body["policies"]:
        versions.tell(unit, KIND, pack_id, {**newest.body, "groups": {}, "policies": []})
    return found.rules


# Making the rules ------------------------------------------------------------------------------------


def _rule(pack: Pack, table: Mapping[str, Any], chosen: Chosen, language: str, agents: Collection[str]) -> Rule | None:
    """A rule with its gaps filled; None where what it is about was left open, or none of its acts but tags is left."""
    kinds = {c.id: c for c in pack.choices}
    values = {name: as_query(kinds[name], value) for name, value in chosen.values.items()}
    values |= {name: said(texts, language) for name, texts in pack.texts.items()}
    head = {key: value for key, value in table.items() if key != "then"}
    acts = [act for row in table["then"] if (act := _act(row, values, agents)) is not None]
    if gaps(head) - values.keys() or not any(act["do"] != "tag" for act in acts):
        return None
    return rule_from({**filled(head, values), "then": acts})


_CAN_DO_WITHOUT = {("assign", "fallback"), ("task", "group")}


def _act(row: Mapping[str, Any], values: Mapping[str, str], agents: Collection[str]) -> dict[str, Any] | None:
    """An act with its gaps filled; None without what it is about. `to` is an agent or a group."""
    kept = {key: value for key, value in row.items()
            if (row["do"], key) not in _CAN_DO_WITHOUT or not gaps(value) - values.keys()}  # fmt: skip
    if gaps(kept) - values.keys():
        return None
    act: dict[str, Any] = filled(kept, values)
    if (to := act.pop("to", None)) is not None:
        act["agent" if to in agents else "group"] = to
    return act


def _settings(conn: Connection, pack: Pack, chosen: Chosen) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Keys of groups that would differ, each with before and after."""
    kinds = {c.id: c.kind for c in pack.choices}
    wanted: dict[str, dict[str, Any]] = {}
    for setting in pack.groups:
        value = chosen.values.get(setting.choice, "")
        if not value or (setting.key == "promotions" and {"from", "until"} - chosen.values.keys()):
            continue
        if kinds[setting.choice] == "map":
            for word, group_id in pairs(value).items():
                have = wanted.setdefault(group_id, {}).setdefault(setting.key, _now(conn, group_id, setting.key) or [])
                wanted[group_id][setting.key] = list(dict.fromkeys((*have, word)))
        elif (own := _group_of(setting, chosen)) is not None:
            wanted.setdefault(own, {})[setting.key] = _value(conn, setting, own, value, chosen)
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for group_id, keys in wanted.items():
        group = groups.get(conn, group_id)
        now = table_of(group) if group else {}
        after = table_of(group_from(group_id, group_id, {**now, **keys}))
        for key in keys:
            if now.get(key) != after.get(key):
                found.setdefault(group_id, {})[key] = (now.get(key), after.get(key))
    return found


def _group_of(setting: GroupSetting, chosen: Chosen) -> str | None:
    missing = gaps(setting.id) - chosen.values.keys()
    return None if missing else str(filled(setting.id, chosen.values))


def _value(conn: Connection, setting: GroupSetting, group_id: str, value: str, chosen: Chosen) -> Any:
    if setting.key != "promotions":
        return words(value)
    one = {"from": chosen.values["from"], "until": chosen.values["until"],
           "members": {agent: float(share or "1") for agent, share in pairs(value).items()}}  # fmt: skip
    others = _now(conn, group_id, "promotions") or []
    return [p for p in others if (p["from"], p["until"]) != (one["from"], one["until"])] + [one]


def _now(conn: Connection, group_id: str, key: str) -> Any:
    group = groups.get(conn, group_id)
    return table_of(group).get(key) if group else None


def _refuse_unknown(conn: Connection, found: Plan) -> None:
    """Raises Refused for what the rules name and the desk does not have: a template that was removed, a checklist."""
    names = names_of(conn)
    for rule in found.rules:
        for act in rule.then:
            for _kind, ident in names.missing(act):
                raise Refused(N_("The pack {item} uses {name}, which this desk does not have."), item=found.pack.id,
                              name=ident, next=N_("Make it, or bring it back, and enable the pack again."))  # fmt: skip


def _arrange(unit: UnitOfWork, pack: Pack, known: list[str]) -> None:
    """New rules go before those of packs whose rules run later, else to the end."""
    there = {rule.id for rule in keep.every(unit.conn)} - set(known)
    new = [ident for ident in pack.rule_ids if ident in there]
    later = {ident for other in shipped_packs().values() if other.place > pack.place for ident in other.rule_ids}
    at = next((n for n, ident in enumerate(known) if ident in later), len(known))
    if new and at < len(known):
        keep.arrange(unit, [*known[:at], *new, *known[at:]])


def as_tried(found: Plan, conn: Connection) -> list[Rule]:
    """The rules of a plan at the places they would have, for a dry run."""
    old = {rule.id: rule for rule in keep.every(conn)}
    return [replace(rule, position=old[rule.id].position) if rule.id in old else rule for rule in found.rules]
