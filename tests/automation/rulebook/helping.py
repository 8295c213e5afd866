"""Rules and mails for the tests of dry runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from desk.automation.rules import keep
from desk.automation.rules.model import Rule, rule_from
from desk.automation.rules.trial import dry_run, shop_context
from desk.automation.rules.trial_result import Trial
from desk.reading.records import Understanding
from store.values import SYSTEM
from tests.desk.small import Desk


class Mail(NamedTuple):
    """What a buyer writes; `number` makes its sender and its key."""

    number: int
    type: str = "other"
    lang: str = "en"
    urgency: int = 0
    text: str = "Where is my parcel?"
    automatic: str = ""
    channel: str = "mail"


def write(desk: Desk, mails: Sequence[Mail], *, history: bool = False) -> list[int]:
    """Lets them arrive, one transaction each, as they would."""
    found = []
    for m in mails:
        item = desk.inbound(m.text, sender=f"b{m.number}@buyer.example", key=f"k{m.number}@buyer.example",
                            subject=f"Question {m.number}", automatic=m.automatic)  # fmt: skip
        item = replace(item, understanding=Understanding(m.lang, m.type, urgency=m.urgency))
        found.append(desk.take(item, m.channel, history=history).ticket_id)
    return found


def rule(ident: str, then: Sequence[dict[str, Any]], **table: Any) -> Rule:
    """A rule that is on."""
    if "if_" in table:
        table["if"] = table.pop("if_")
    made = rule_from({"id": ident, "when": ["created"], "then": list(then), **table})
    return replace(made, state=table.get("state", "on"))


def put(desk: Desk, rules: Sequence[Rule]) -> None:
    """Saves rules as they are."""
    from desk.automation.rules.model import rule_to_table

    with desk.acting(SYSTEM) as unit:
        for one in rules:
            keep.save(unit, {**rule_to_table(one), "state": one.state})


def tag(*words: str) -> dict[str, Any]:
    return {"do": "tag", "add": list(words)}


def trial(desk: Desk, rules: Sequence[Rule], **more: Any) -> Trial:
    return dry_run(desk.store, rules, shop_context(desk.store.conn, desk.clock.now()), **more)


class Done(NamedTuple):
    """What rules did, counted the same way for a dry run and for the desk itself."""

    fired: Counter[str]
    assigned: Counter[str]
    tagged: Counter[str]
    untagged: Counter[str]
    set: Counter[str]
    replied: Counter[str]
    held_back: int


def live(desk: Desk) -> Done:
    """What rules did on a desk, by its event log."""
    done = Done(Counter(), Counter(), Counter(), Counter(), Counter(), Counter(), 0)
    held = 0
    rows = desk.store.conn.execute(
        "SELECT verb, actor_id, payload FROM event WHERE actor_kind = 'rule' AND actor_id <> 'router' ORDER BY seq"
    )
    for verb, actor, text in rows:
        payload = json.loads(text)
        if verb == "rule_fired":
            done.fired[actor] += 1
            held += sum(f["do"] == "reply" for f in payload["failed"]) * (not payload["shadow"])
        elif verb == "reply_queued":
            done.replied[payload["template_id"]] += 1
        for field, (before, after) in payload.get("changes", {}).items():
            if field == "tags":
                done.tagged.update(set(after) - set(before))
                done.untagged.update(set(before) - set(after))
            elif field == "assignee_id":
                done.assigned[after] += 1
            elif field not in ("group_id", "effort") and not (field == "snoozed_until" and after):  # snoozing is an act
                done.set[f"{field}={after}"] += 1
    return done._replace(held_back=held)


def dry(found: Trial) -> Done:
    """What a dry run says rules would do."""
    total = found.total()
    fired = Counter({rule_id: t.matched for rule_id, t in found.rules.items() if t.matched})
    return Done(fired, +total.assigned, +total.tagged, +total.untagged, +total.set, +total.replied,
                total.held_back.total())  # fmt: skip
