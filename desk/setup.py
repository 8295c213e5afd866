"""What a new desk starts with: its people, the shipped views, reply-time policies, templates, and the team's hours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from desk.agents import NewAgent, add
from desk.automation.library import Template, shipped_templates
from desk.clocks.calendar_files import calendar_from
from desk.clocks.policies import policy_from
from desk.clocks.toml_text import shipped
from desk.inbox import SHIPPED_VIEWS
from desk.vocabulary import CLASSES
from store.errors import N_, Invalid
from store.unit import UnitOfWork

VIEW_NAMES = {
    "inbox": N_("Inbox"),
    "due": N_("Due"),
    "mine": N_("Mine"),
    "unassigned": N_("Unassigned"),
    "new": N_("New"),
    "waiting": N_("Waiting for the buyer"),
    "snoozed": N_("Snoozed"),
    "solved": N_("Solved"),
    "notices": N_("Notices"),
    "spam": N_("Spam"),
    **{f"class:{ident}": name for ident, (name, _types) in CLASSES.items()},
}
"""What the shipped views are called; message ids, translated where they are shown."""

SHOP_CALENDAR = "shop"


def furnish(unit: UnitOfWork, *, zone: str, people: Iterable[NewAgent]) -> None:
    """Fills a new desk. `zone` is the team's IANA zone. Raises Invalid for an unknown zone, or without any agent."""
    team = list(people)
    if not team:
        raise Invalid(N_("A desk needs at least one agent."), next=N_("Name one: --agent ID:NAME"))
    add_calendar(unit, zone)
    add_views(unit)
    add_policies(unit)
    add_templates(unit)
    unit.append("desk_made", {"zone": zone})
    for person in team:
        add(unit, person)


def add_calendar(unit: UnitOfWork, zone: str) -> None:
    """The team's hours, the calendar policies mean by "shop". Raises Invalid for an unknown zone."""
    body = {**shipped("desk.clocks", "data/calendars.toml")[SHOP_CALENDAR], "zone": zone}
    calendar_from(body, name=SHOP_CALENDAR)
    unit.conn.execute("INSERT INTO calendar (name, body) VALUES (?, ?)", (SHOP_CALENDAR, json.dumps(body)))


def add_views(unit: UnitOfWork) -> None:
    """The views every agent sees."""
    unit.conn.executemany(
        "INSERT INTO view (id, name, query, owner, position) VALUES (?, ?, ?, '', ?)",
        [(ident, VIEW_NAMES[ident], query, position) for ident, query, position in SHIPPED_VIEWS],
    )


def add_policies(unit: UnitOfWork) -> None:
    """The shop's first reply-time policies, each checked before it is stored."""
    rows = []
    for position, table in enumerate(shipped("desk.clocks", "data/shop.toml")["policy"]):
        policy = policy_from(table)
        body: Mapping[str, Any] = {key: value for key, value in table.items() if key != "id"}
        rows.append((policy.id, policy.name, json.dumps(body, ensure_ascii=False), int(policy.enabled), position))
    unit.conn.executemany("INSERT INTO policy (id, name, body, enabled, position) VALUES (?, ?, ?, ?, ?)", rows)


def add_templates(unit: UnitOfWork) -> None:
    """The templates that come with the program."""
    unit.conn.executemany(
        "INSERT INTO template (id, name, names, types, texts, shipped, updated_at) VALUES (?, ?, ?, ?, ?, 1, ?)",
        [
            (t.id, t.name("en"), _json(dict(t.names)), json.dumps(t.suits), _texts(t), unit.now)
            for t in shipped_templates().values()
        ],
    )


def _texts(template: Template) -> str:
    """Language → text, of the variants that serve every platform and country."""
    general = {v.language: v.text for v in template.variants if not v.platform and not v.country}
    return _json(general)


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False)
