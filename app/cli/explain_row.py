"""What `deskhand explain` says of one thing: every line holds the same fields, filled as far as they are known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.cli.log import why
from app.cli.output import At, iso, shown
from app.cli.run import Run
from app.labels import titled
from app.words import _
from store.values import NEVER

if TYPE_CHECKING:
    from desk.reading.records import Understanding
    from store.unit import UnitOfWork

FIELDS = (
    "file",
    "from",
    "to",
    "cc",
    "reply_to",
    "subject",
    "date",
    "text",
    "quoted",
    "attachments",
    "automatic",
    "language",
    "type",
    "cause",
    "ask",
    "escalation",
    "urgency",
    "scores",
    "needs_review",
    "orders",
    "tracking",
    "rule",
    "assignee",
    "why",
    "due",
    "error",
)
"""What every line holds, in this order."""


def blank(file: str) -> dict[str, Any]:
    """A line that says nothing yet."""
    row: dict[str, Any] = dict.fromkeys(FIELDS)
    row |= {
        "file": file,
        "to": [],
        "cc": [],
        "reply_to": [],
        "subject": "",
        "text": "",
        "quoted": "",
        "attachments": [],
        "escalation": False,
        "urgency": 0,
        "scores": {},
        "needs_review": False,
        "orders": [],
        "tracking": [],
    }
    return row


def meaning(u: Understanding) -> dict[str, Any]:
    return {
        "language": u.language or None,
        "type": u.type,
        "cause": u.cause or None,
        "ask": u.ask or None,
        "escalation": u.escalation,
        "urgency": u.urgency,
        "scores": dict(u.scores),
        "needs_review": u.needs_review,
        "orders": list(u.orders),
        "tracking": [{"number": t.number, "courier": t.courier} for t in u.tracking],
        "why": [taught(u.instead_of, u.type)] if u.instead_of else None,
    }


def taught(alone: str, now: str) -> str:
    """That the team's corrections changed the type."""
    from desk.vocabulary import TYPES

    return _("{now} instead of {alone}: so the team's corrections taught it").format(
        now=_(TYPES.get(now, now)), alone=_(TYPES.get(alone, alone))
    )


def fate(run: Run, unit: UnitOfWork, ticket_id: int) -> dict[str, Any]:
    """Owner, due time and reasons of a ticket as it now stands."""
    from desk.reason import reason_from
    from store import events
    from store.sql import clocks, tickets

    ticket = tickets.get(unit.conn, ticket_id)
    assert ticket is not None
    told = events.of_ticket(unit.conn, ticket_id)
    assigned = next((e for e in reversed(told) if e.verb in ("assigned", "queued")), None)
    reasons: list[str | None] = [why(run, assigned.payload), *_others(run, unit, ticket_id)] if assigned else []
    fired = [e for e in told if e.verb == "rule_fired" and e.payload]
    reasons[:0] = [_fired(e.payload) for e in fired if e.payload]
    first = min(
        (c for c in clocks.of_ticket(unit.conn, ticket_id) if c.state == "running"),
        key=lambda c: c.due_at,
        default=None,
    )
    if first is not None and first.reason:
        reasons.append(reason_from(json.loads(first.reason)).render(_, lambda at: shown(At(at), run.zone)))
    return {
        "rule": ", ".join(dict.fromkeys(e.actor.id for e in fired))
        or (assigned.actor.id if assigned and assigned.actor.kind == "rule" else None),
        "assignee": ticket.assignee_id,
        "why": [r for r in reasons if r] or None,
        "due": iso(ticket.due_at) if ticket.due_at < NEVER else None,
    }


def _fired(payload: Mapping[str, Any]) -> str:
    """One firing of a rule: what it did, or in shadow would have done, and what it could not."""
    from desk.reason import reason_from

    acts = ", ".join(act["do"] for act in payload["acts"])
    said = _("rule {rule}, version {version}, only told: {acts}") if payload["shadow"] else _(
        "rule {rule}, version {version}: {acts}")  # fmt: skip
    text = said.format(rule=payload["rule"], version=payload["version"], acts=acts)
    return "; ".join([text, *(f"{f['do']}: {reason_from(f['why']).render(_)}" for f in payload["failed"])])


def _others(run: Run, unit: UnitOfWork, ticket_id: int) -> Iterator[str]:
    """Whom routing considered and whom it passed over, where it passed over anybody."""
    from desk.automation.explained import explained

    found = explained(unit.conn, ticket_id)
    if found is None or not found.skipped:
        return
    if found.considered:
        yield _("Considered: {agents}.").format(agents=", ".join(found.considered))
    for agent, reason in found.skipped:
        yield titled(agent, reason.render(_, lambda at: shown(At(at), run.zone)))
