"""What a new desk starts with: its people, the shipped views, reply-time policies, templates, and the team's hours."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from desk import checklists, fields
from desk.agents import NewAgent, add
from desk.automation.library import shipped_templates
from desk.clocks.calendar_files import calendar_from
from desk.clocks.policies import policy_from
from desk.clocks.toml_text import shipped
from desk.inbox import SHIPPED_VIEWS
from desk.template_book import columns_of
from desk.vocabulary import CLASSES
from store.errors import N_, Invalid
from store.unit import HEAD_REVISION, Store, UnitOfWork

VIEW_NAMES = {
    "inbox": N_("Inbox"),
    "urgent": N_("Urgent"),
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
    add_macros(unit)
    fields.furnish(unit)
    checklists.furnish(unit)
    unit.append("desk_made", {"zone": zone})
    for person in team:
        add(unit, person)
    _note_furnished(unit)


def catch_up(unit: UnitOfWork) -> None:
    """Gives a desk that an older program made what ships by now and it cannot have removed: templates it lacks, and
    macros, fields and checklists where there are none at all."""
    have = {ident for (ident,) in unit.conn.execute("SELECT id FROM template")}
    add_templates(unit, besides=have)
    for table, bring in (("macro", add_macros), ("custom_field", fields.furnish), ("checklist", checklists.furnish)):
        if not unit.conn.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            bring(unit)
    _note_furnished(unit)


def furnished(store: Store) -> bool:
    """Whether a desk has what ships with this program, or has not been furnished at all yet."""
    return store.meta("furnished") == HEAD_REVISION or not store.conn.execute("SELECT 1 FROM view LIMIT 1").fetchone()


def _note_furnished(unit: UnitOfWork) -> None:
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES ('furnished', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (HEAD_REVISION,),
    )


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


def add_templates(unit: UnitOfWork, besides: Collection[str] = ()) -> None:
    """The templates that come with the program (`besides` some that are here), in every language, and those for one
    platform or country."""
    for template in shipped_templates().values():
        if template.id in besides:
            continue
        row = {"id": template.id, **columns_of(template), "shipped": 1, "updated_at": unit.now}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        unit.conn.execute(f"INSERT INTO template ({names}) VALUES ({marks})", tuple(row.values()))


def add_macros(unit: UnitOfWork) -> None:
    """The macros that come with the program, one per kind of case."""
    from desk.automation.macros import put, shipped_macros

    for macro in shipped_macros():
        put(unit, macro)
