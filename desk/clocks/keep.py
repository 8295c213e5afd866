"""Keeps a ticket's clock rows true after a fact changed: facts → plan → rows, and the due time the list shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from desk.clocks.calendar_files import calendar_from, shipped_calendars
from desk.clocks.calendars import Calendar
from desk.clocks.plan import ClockPlan, StatusSpan, Step, TicketFacts, plan
from desk.clocks.policies import Policy, policy_from
from desk.clocks.talk import Talk
from desk.reason import Reason
from desk.vocabulary import PRIORITIES
from store import events
from store.connection import Connection
from store.errors import N_
from store.sql import clocks, shop, tickets
from store.sql.rows import Clock, Ticket
from store.unit import UnitOfWork
from store.values import NEVER, SYSTEM, Instant

BY_CHANGE = N_("{reason} A change since made it late.")
"""What is said of a clock that is over only because something was changed."""
_STATES = {"running": "running", "paused": "paused", "met": "met", "breached": "late"}


def keep(unit: UnitOfWork, ticket_id: int) -> None:
    """Plans a ticket's clocks anew and stores them; recorded breaches stay."""
    ticket = tickets.get(unit.conn, ticket_id)
    if ticket is None:
        return
    plans = planned(unit.conn, ticket, unit.now)
    standing = {(c.kind, c.cycle): c for c in clocks.of_ticket(unit.conn, ticket_id)}
    for p in plans:
        old = standing.pop((p.kind, p.key), None)
        row = _row(ticket_id, p, old, unit.now)
        if row != old:
            clocks.put(unit.conn, row)
            if row.breached_at is not None and (old is None or old.breached_at is None):
                tell_breach(unit, row, by_change=old is not None and row.due_at <= unit.now <= old.due_at)
    for old in standing.values():  # no longer called for: ended without an answer being owed
        if old.state in ("running", "paused"):
            state = "met" if old.breached_at is None else "late"
            unit.conn.execute("UPDATE clock SET state = ?, stopped_at = ? WHERE id = ?", (state, unit.now, old.id))
    first = min((p for p in plans if p.open and p.due < NEVER), key=lambda p: p.due, default=None)
    due, kind, warn = (first.due, first.kind, first.warn_at) if first else (NEVER, "", NEVER)
    if (due, kind, warn) != (ticket.due_at, ticket.due_kind, ticket.warn_at):
        tickets.update(unit.conn, ticket_id, {"due_at": due, "due_kind": kind, "warn_at": warn}, bump=False)


def tell_breach(unit: UnitOfWork, clock: Clock, *, by_change: bool = False) -> None:
    """The event of a clock that was not kept: told once, by the house, whoever's act brought it to light. `by_change`:
    it is over only because a priority, policy or calendar was changed."""
    facts: dict[str, Any] = {"kind": clock.kind, "policy": clock.policy_id, "due_at": clock.due_at}
    with _by_house(unit):
        if by_change:
            facts |= {"by_change": True, "why": {"text": N_("a change made it late")}}
        unit.append("clock_breached", facts, ticket_id=clock.ticket_id)


def tell_warning(unit: UnitOfWork, clock: Clock) -> None:
    """The event of a clock that runs out soon, once per share of its policy; of several passed at once the last."""
    ticket = tickets.get(unit.conn, clock.ticket_id)
    plans = planned(unit.conn, ticket, unit.now) if ticket else []
    warns = next((p.warns for p in plans if (p.kind, p.key) == (clock.kind, clock.cycle)), ())
    used = max((share for share, at in warns if at <= unit.now), default=0)
    coming = [at for share, at in warns if share > max(used, clock.warned)]
    then, done_at = (coming[0], None) if coming else (clock.warn_at, unit.now)
    clocks.warned(unit.conn, clock.id, used, then, done_at)
    if used > clock.warned:
        facts = {"kind": clock.kind, "policy": clock.policy_id, "due_at": clock.due_at, "share": used}
        with _by_house(unit):
            unit.append("clock_warned", facts, ticket_id=clock.ticket_id)


@contextmanager
def _by_house(unit: UnitOfWork) -> Iterator[None]:
    person, unit.actor = unit.actor, SYSTEM
    try:
        yield
    finally:
        unit.actor = person


def planned(conn: Connection, ticket: Ticket, now: int) -> list[ClockPlan]:
    """The clocks of a ticket at `now`. A ticket that no person wrote (notice, newsletter) has none."""
    if ticket.automatic:
        return []
    channel = shop.channel(conn, ticket.channel_id)
    policies = _policies(tuple((p.id, p.body) for p in shop.policies(conn)))
    facts = TicketFacts(
        created_at=ticket.created_at,
        talk=Talk(
            first_buyer_message=ticket.first_buyer_at,
            oldest_unanswered=ticket.waiting_since,
            first_human_reply=ticket.first_reply_at,
            last_human_reply=ticket.last_reply_at,
            answered_from=ticket.answered_from,
            first_waived=bool(ticket.first_waived),
        ),
        spans=_spans(conn, ticket, policies),
        priority=list(PRIORITIES)[ticket.priority],
        channel_kind=channel.kind if channel else "",
        platform=ticket.platform,
        steps=_steps(conn, ticket.id),
        matched=_matched(conn, ticket.id, policies, now),
    )
    return plan(facts, policies, calendars(conn), now)


def _spans(conn: Connection, ticket: Ticket, policies: tuple[Policy, ...]) -> tuple[StatusSpan, ...]:
    """The statuses the ticket had. Only clocks that pause ask for those of the past, which the event log tells."""
    now = StatusSpan(ticket.status, ticket.status_since or ticket.created_at)
    if ticket.status == "new" or not any(p.pauses or p.reopen_grace or p.kind == "resolution" for p in policies):
        return (now,)
    spans: list[StatusSpan] = []
    since, status = ticket.created_at, "new"
    for event in events.of_ticket(conn, ticket.id, 5000):
        if event.payload and "status" in event.payload.get("changes", {}):
            before, after = event.payload["changes"]["status"]
            spans.append(StatusSpan(before, since, event.at))
            since, status = event.at, after
    return (*spans, StatusSpan(status, since) if status == ticket.status else now)


def _steps(conn: Connection, ticket_id: int) -> tuple[Step, ...]:
    cases = clocks.cases(conn, ticket_id)
    if not cases:
        return ()
    from desk.clocks.steps import steps

    stopped = {c.cycle: c.stopped_at for c in clocks.of_ticket(conn, ticket_id) if c.stopped_at is not None}
    return tuple(step for case in cases for step in steps(case, stopped))


def calendars(conn: Connection) -> Mapping[str, Calendar]:
    """Every calendar of the desk by name: those that ship, under those the shop edited."""
    return _calendars(tuple(shop.calendars(conn)))


@lru_cache(maxsize=4)
def _calendars(rows: tuple[tuple[str, str, int], ...]) -> Mapping[str, Calendar]:
    made = {name: calendar_from(json.loads(body), name=name) for name, body, _ in rows}
    zone = made["shop"].zone if "shop" in made else "UTC"
    return {**shipped_calendars(zone), **made}


@lru_cache(maxsize=4)
def _policies(rows: tuple[tuple[str, str], ...]) -> tuple[Policy, ...]:
    return tuple(policy_from({"id": ident, **json.loads(body)}) for ident, body in rows)


def _matched(conn: Connection, ticket_id: int, policies: tuple[Policy, ...], now: int) -> frozenset[str]:
    scoped = [p for p in policies if p.scope]
    if not scoped:
        return frozenset()
    from desk import inbox

    ctx = inbox.context(conn, "", now)
    return frozenset(
        p.id for p in scoped if tickets.holds(conn, inbox.resolve(p.scope, ctx).compiled.condition, [ticket_id])
    )


def _row(ticket_id: int, p: ClockPlan, old: Clock | None, now: Instant) -> Clock:
    """The row of a plan. A breach once recorded stays, whatever was changed since; so does a clock that was met."""
    state = _STATES[p.state]
    if p.state == "breached" and p.open:
        state = "running"  # overdue and still owed
    breached = p.due if p.state == "breached" else None
    reason = p.reason
    if old is not None:
        if old.state == "met" and old.stopped_at == p.stopped_at:
            return old
        if old.breached_at is not None:
            by_change, breached = json.loads(old.reason)["text"] == BY_CHANGE, old.breached_at
        else:
            by_change = breached is not None and p.due <= now <= old.due_at
        state = "late" if state == "met" and breached is not None else state
        reason = Reason(BY_CHANGE, {"reason": reason}) if by_change else reason
    told = old.warned if old else 0
    coming = [at for share, at in p.warns if share > told]
    return Clock(
        id=old.id if old else 0, ticket_id=ticket_id, kind=p.kind, cycle=p.key, policy_id=p.policy_id, state=state,
        started_at=p.start, due_at=p.due, warn_at=max((at for at in coming if at <= now), default=min(coming, default=p.warn_at)),
        target_ms=max(0, p.due - p.start) if p.due < NEVER else 0, stopped_at=p.stopped_at, breached_at=breached,
        warned_at=(old.warned_at or now) if old and told and p.warns and not coming else None, warned=told,
        reason=json.dumps(reason.stored(), ensure_ascii=False),
    )  # fmt: skip
