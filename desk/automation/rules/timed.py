"""Rules that run because time passed, and rules that somebody runs by hand.

A timer rule goes through the tickets that fulfil its condition once per `every`, a few at a time, and never twice over a
ticket to which nothing else happened since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from desk.automation.rules import conditions, keep
from desk.automation.rules.acts.replies import is_history
from desk.automation.rules.causes import Cause
from desk.automation.rules.model import Rule
from desk.automation.rules.run import Chain
from desk.query import Context, compile_query, parse
from desk.sync.lease import Holder
from desk.tickets import Outcome, each
from store import events
from store.connection import Connection
from store.errors import N_, Refused
from store.sql import outbox, rules
from store.sql.plan import Order, counter, page
from store.unit import Store, UnitOfWork
from store.values import SYSTEM, Instant

BATCH = 20
"""Tickets per transaction: a firing takes about half a millisecond, and nobody should wait for this."""
BATCHES = 10
"""Transactions per rule and call; the rest follows with the next."""


class Round(NamedTuple):
    """Where a timer rule stands: when its round began, and the ticket it came to (0: the round is over)."""

    began_at: Instant = 0
    after: int = 0


def run_due(store: Store, holder: Holder) -> int:
    """Runs the timer rules that are due; returns on how many tickets they fired. Writes nothing when none is."""
    conn, now = store.conn, store.clock.now()
    if not rules.in_force(conn):
        return 0
    book = conditions.book(conn, now)
    return sum(_round(store, holder, book, rule) for rule in _due(conn, book, now))


def next_due(conn: Connection, now: Instant) -> Instant | None:
    """When the next timer rule is due, None without any."""
    if not rules.in_force(conn):
        return None
    timers = [r for r in conditions.book(conn, now).rules if "timer" in r.when]
    return min((_next(_stands(conn, r.id), r) for r in timers), default=None)


def _due(conn: Connection, book: conditions.Book, now: Instant) -> list[Rule]:
    timers = [r for r in book.rules if "timer" in r.when]
    return [r for r in timers if _next(_stands(conn, r.id), r) <= now]


def _next(stands: Round, rule: Rule) -> Instant:
    return 0 if stands.after else stands.began_at + rule.every


def _round(store: Store, holder: Holder, book: conditions.Book, rule: Rule) -> int:
    fired = 0
    for _ in range(BATCHES):
        now = store.clock.now()
        stands = _stands(store.conn, rule.id)
        if not stands.after:
            stands = Round(now)
        ids = _matching(store.conn, rule, book.context, now, stands.after)
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            fired += sum(_on(unit, rule, ticket_id) for ticket_id in ids)
            over = len(ids) < BATCH
            _stand(unit, rule.id, stands._replace(after=0 if over else ids[-1]))
        if over:
            break
    return fired


def _on(unit: UnitOfWork, rule: Rule, ticket_id: int) -> bool:
    """Fires on one ticket, if it still fulfils the condition and is not as the last firing left it."""
    chain = Chain(unit)
    if not chain.book.holds(unit.conn, rule, ticket_id, unit.now):
        return False
    if is_history(unit, ticket_id) or not news_since(unit.conn, rule.id, ticket_id):
        return False
    unit.told.clear()
    chain.fire(rule, ticket_id, Cause(0, "timer"))
    told = list(unit.told)
    unit.told.clear()
    chain.go_on(told)
    return True


def _matching(conn: Connection, rule: Rule, context: Context, now: Instant, after: int) -> list[int]:
    """The next tickets that fulfil a rule's condition, by number."""
    condition = compile_query(parse(rule.condition), conditions.at(context, now)).condition
    sql, params = page(condition, Order("id", start=(after, after)), BATCH, counter(conn))
    return [row[0] for row in conn.execute(sql, params)]


def news_since(conn: Connection, rule_id: str, ticket_id: int) -> bool:
    """Whether anything but time, rules, and mail they wrote has touched a ticket since this rule fired on it."""
    row = conn.execute(
        "SELECT max(seq) FROM event WHERE ticket_id = ? AND verb = 'rule_fired' AND actor_kind = 'rule' AND actor_id = ?",
        (ticket_id, rule_id),
    ).fetchone()
    if row[0] is None:
        return True
    for event in events.of_ticket_after(conn, ticket_id, row[0]):
        if event.actor.kind == "rule" or event.cause_seq is not None or event.verb.startswith("clock_"):
            continue
        about = outbox.get(conn, event.payload["outbox_id"]) if event.payload and "outbox_id" in event.payload else None
        if about is None or not about.automatic:
            return True
    return False


def _stands(conn: Connection, rule_id: str) -> Round:
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (f"timer:{rule_id}",)).fetchone()
    return Round(*json.loads(row[0])) if row else Round()


def _stand(unit: UnitOfWork, rule_id: str, stands: Round) -> None:
    sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
    unit.conn.execute(sql, (f"timer:{rule_id}", json.dumps(stands)))


def run_by_hand(unit: UnitOfWork, rule_id: str, ticket_ids: Iterable[int]) -> Outcome:
    """Runs one rule on named tickets, whose condition each has to fulfil; what refuses does not stop the rest. Raises
    NotFound, and Refused for a rule that is off or is not for running by hand."""
    kept = keep.one(unit.conn, rule_id)
    book = conditions.book(unit.conn, unit.now)
    rule = next((r for r in book.rules if r.id == rule_id), None)
    if "manual" not in kept.when:
        raise Refused(N_("The rule {item} is not for running by hand."), item=rule_id,
                      next=N_("Add manual to what it runs on."))  # fmt: skip
    if rule is None:
        raise book.broken.get(rule_id) or Refused(N_("The rule {item} is off."), item=rule_id,
                                                  next=N_("Turn it on: deskhand rule enable {item}"))  # fmt: skip

    def one(ticket_id: int) -> int:
        chain = Chain(unit)
        if not book.holds(unit.conn, rule, ticket_id, unit.now):
            raise Refused(N_("{ticket} does not fulfil the condition of {item}."), item=rule_id, ticket=f"#{ticket_id}",
                          next=N_("Nothing was changed there."))  # fmt: skip
        before = list(unit.told)
        unit.told.clear()
        chain.fire(rule, ticket_id, Cause(0, "manual", by=unit.actor.id))
        told = list(unit.told)
        unit.told.clear()
        chain.go_on(told)
        unit.told[:0] = before
        return 1

    return each(unit, ticket_ids, one)
