"""What became of the replies that were made from each template, from the outbox and the event log alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from store import events
from store.connection import Connection
from store.events import Event
from store.values import DAY, Instant

AFTERWARDS = 7 * DAY
"""How long after a reply what happens to its ticket is laid to it."""
_DONE = ("solved", "closed")


@dataclass(frozen=True, slots=True)
class Usage:
    """One template. `used` counts the replies queued with it, of which `by_rules` were written by rules; `sent` left,
    `taken_back` did not. Of those that left, `answered` were answered by the buyer, after `answer_ms` milliseconds in
    the median (None: never); `solved` and `reopened` happened to the ticket within seven days. `languages` counts the
    languages of their tickets."""

    template_id: str
    used: int
    sent: int
    taken_back: int
    by_rules: int
    answered: int
    answer_ms: int | None
    solved: int
    reopened: int
    last_used_at: Instant
    languages: Mapping[str, int]


class Use(NamedTuple):
    """One reply made from a template."""

    outbox_id: int
    template_id: str
    ticket_id: int
    at: Instant
    language: str
    rule_id: str


class Outcome(NamedTuple):
    """What became of one reply; `answer_ms` is None where the buyer did not write again."""

    sent: bool
    taken_back: bool
    answer_ms: int | None
    solved: bool
    reopened: bool


def usage(conn: Connection, since: Instant = 0, template_id: str = "") -> list[Usage]:
    """Every template used since an instant (or the one asked for), most used first."""
    uses = _uses(conn, since, template_id)
    logs = {ticket_id: events.of_ticket(conn, ticket_id, 5000) for ticket_id in {u.ticket_id for u in uses}}
    by_template: dict[str, list[Use]] = {}
    for use in uses:
        by_template.setdefault(use.template_id, []).append(use)
    found = [_usage(ident, many, [outcome(logs[u.ticket_id], u.outbox_id) for u in many])
             for ident, many in by_template.items()]  # fmt: skip
    return sorted(found, key=lambda u: (-u.used, u.template_id))


def outcome(log: Sequence[Event], outbox_id: int) -> Outcome:
    """What became of a reply, from its ticket's events, oldest first."""
    sent_at: Instant | None = None
    taken_back = solved = reopened = False
    answer: int | None = None
    for event in log:
        payload = event.payload or {}
        if payload.get("outbox_id") == outbox_id:
            taken_back |= event.verb == "reply_taken_back"
            if event.verb == "reply_sent":
                sent_at = event.at
        elif sent_at is None:
            continue
        elif event.verb == "received" and answer is None:
            answer = event.at - sent_at
        elif event.at - sent_at <= AFTERWARDS and (pair := payload.get("changes", {}).get("status")):
            solved |= pair[0] not in _DONE and pair[1] in _DONE
            reopened |= pair[0] in _DONE and pair[1] not in _DONE
    return Outcome(sent_at is not None, taken_back, answer, solved, reopened)


def _uses(conn: Connection, since: Instant, template_id: str) -> list[Use]:
    one, values = ("AND o.template_id = ?", (since, template_id)) if template_id else ("", (since,))
    sql = (
        "SELECT o.id, o.template_id, o.ticket_id, o.created_at, k.lang, o.rule_id FROM outbox o "
        f"JOIN ticket k ON k.id = o.ticket_id WHERE o.template_id <> '' AND o.created_at >= ? {one} ORDER BY o.id"
    )
    return [Use(*row) for row in conn.execute(sql, values)]


def _usage(ident: str, uses: Sequence[Use], outcomes: Iterable[Outcome]) -> Usage:
    became = list(outcomes)
    answers = [o.answer_ms for o in became if o.answer_ms is not None]
    return Usage(
        template_id=ident,
        used=len(uses),
        sent=sum(o.sent for o in became),
        taken_back=sum(o.taken_back for o in became),
        by_rules=sum(bool(u.rule_id) for u in uses),
        answered=len(answers),
        answer_ms=int(median(answers)) if answers else None,
        solved=sum(o.solved for o in became),
        reopened=sum(o.reopened for o in became),
        last_used_at=max(u.at for u in uses),
        languages=dict(Counter(u.language or "?" for u in uses).most_common()),
    )
