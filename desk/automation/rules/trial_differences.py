"""Ticket by ticket: which rules fired, and what was different at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desk.automation.rules.model import Rule
from desk.automation.rules.trial_result import Difference
from store.connection import Connection


def differences(conn: Connection, rules: Sequence[Rule], among: str, most: int) -> list[Difference]:
    """Up to `most` tickets of the chunk on which one of the rules numbered `among` (a list in SQL) fired, by number."""
    ids = [r[0] for r in conn.execute(
        f"SELECT DISTINCT ticket_id FROM trial_hit WHERE rule IN {among} ORDER BY ticket_id LIMIT ?", (most,))]  # fmt: skip
    if not ids:
        return []
    within = f"ticket_id >= {ids[0]} AND ticket_id <= {ids[-1]} AND rule IN {among}"
    fired: dict[int, list[int]] = {}
    for ticket_id, rule in conn.execute(f"SELECT ticket_id, rule FROM trial_hit WHERE {within} ORDER BY depth, rule"):
        fired.setdefault(ticket_id, []).append(rule)
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    tags: dict[int, list[str]] = {}
    rows = conn.execute(f"SELECT ticket_id, field, before, after FROM trial_diff WHERE {within} ORDER BY rowid")
    for ticket_id, name, before, after in rows:
        if name == "tags":
            tags.setdefault(ticket_id, []).append(f"+{after}" if before is None else f"-{before}")
        else:
            mine = changes.setdefault(ticket_id, {})
            mine[name] = (mine[name][0] if name in mine else before, after)
    subjects = dict(conn.execute(f"SELECT id, subject FROM ticket WHERE id >= {ids[0]} AND id <= {ids[-1]}"))
    return [_difference(i, subjects[i], [rules[n] for n in fired[i]], changes.get(i, {}), tags.get(i, [])) for i in ids]


def _difference(
    ticket_id: int, subject: str, fired: Sequence[Rule], changes: dict[str, tuple[Any, Any]], tags: Sequence[str]
) -> Difference:
    effects = [(act.do, act.effect) for rule in fired if rule.state != "shadow" for act in rule.then]
    plain = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    return Difference(
        ticket_id, subject, tuple(r.id for r in fired), plain, tuple(tags),
        tuple(e.replies for _do, e in effects if e.replies),
        tuple(do for do, e in effects if not (e.fields or e.add or e.remove or e.assigns or e.replies or do == "stop")),
    )  # fmt: skip
