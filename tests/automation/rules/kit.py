"""Saving rules in a line, and looking at what they did."""

from __future__ import annotations

import json
from typing import Any

from desk.automation.rules import keep
from desk.automation.rules.model import Rule
from store.events import Event
from store.sql import tickets
from store.values import SYSTEM
from tests.desk.small import Desk


def save(desk: Desk, ident: str, **table: Any) -> Rule:
    """A rule that is on and runs when a ticket is opened, unless told otherwise; `if_` is its condition."""
    table = {"when": ["created"], "state": "on", **table}
    if "if_" in table:
        table["if"] = table.pop("if_")
    with desk.acting(SYSTEM) as unit:
        return keep.save(unit, {"id": ident, **table})


def tag(*words: str) -> dict[str, Any]:
    return {"do": "tag", "add": list(words)}


def put(**fields: str) -> dict[str, Any]:
    return {"do": "set", **fields}


def answer(template: str = "hello", **more: Any) -> dict[str, Any]:
    return {"do": "reply", "template": template, **more}


def template(desk: Desk, ident: str = "hello", *, internal: bool = False, **texts: str) -> None:
    """A template with a text per language."""
    texts = texts or {"en": "Hello, we have your message.", "de": "Hallo, wir haben Ihre Nachricht."}
    with desk.acting(SYSTEM) as unit:
        unit.conn.execute(
            "INSERT INTO template (id, name, names, types, texts, shipped, internal) VALUES (?, ?, '{}', '[]', ?, 0, ?)",
            (ident, ident, json.dumps(texts), int(internal)),
        )


def tags(desk: Desk, ticket_id: int) -> list[str]:
    return tickets.tags(desk.store.conn, ticket_id)


def fired(desk: Desk, ticket_id: int) -> list[str]:
    """The rules that fired, in order."""
    return [e.actor.id for e in desk.told(ticket_id, "rule_fired")]


def firing(desk: Desk, ticket_id: int) -> Event:
    """The only firing."""
    (event,) = desk.told(ticket_id, "rule_fired")
    return event


def failures(event: Event) -> list[str]:
    """Why acts of a firing failed, as they are told."""
    assert event.payload is not None
    return [f["why"]["text"].format(**f["why"]["gaps"]) for f in event.payload["failed"]]


def outbox(desk: Desk) -> list[tuple[str, str, str, int]]:
    """`(state, recipient, rule, automatic)` of every row."""
    sql = "SELECT state, recipient, rule_id, automatic FROM outbox ORDER BY id"
    found: list[tuple[str, str, str, int]] = desk.store.conn.execute(sql).fetchall()
    return found
