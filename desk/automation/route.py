"""Gives a ticket an owner: the team as it is now → a decision → an event that says why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from desk.automation import routing
from desk.automation.candidates import Candidate, Manual, Wants
from desk.changes import require
from desk.clocks.calendar_files import calendar_from
from desk.clocks.calendars import Calendar
from desk.tickets import assign
from store.connection import Connection
from store.sql import shop, tickets
from store.sql.rows import Agent
from store.unit import UnitOfWork
from store.values import NEVER, Actor

ROUTER = Actor("rule", "router")
_WORKING = ("new", "open")
"""Statuses in which a ticket is work; what waits for a buyer is none."""
_NO_LIMIT = float("inf")


def route(unit: UnitOfWork, ticket_id: int, *, queue_again: bool = True) -> routing.Decision | None:
    """Assigns an unassigned ticket by least load over agents on duty; None when it needs no owner (a notice, taken).
    Where nobody can have it, an event says why, unless it stands in the queue already (`queue_again`)."""
    ticket = require(unit, ticket_id)
    if ticket.assignee_id or ticket.automatic:
        return None
    team = candidates(unit.conn)
    if not team:
        return None
    language = ticket.lang if any(c.languages for c in team) else ""  # a team that named none is not short of any
    needs = routing.TicketNeeds(preferred=Wants(language=language), due=min(ticket.due_at, NEVER))
    previous = _previous(unit.conn, ticket.customer_id, ticket_id)
    if previous:
        needs = routing.TicketNeeds(
            preferred=needs.preferred, due=needs.due, previous=previous[0], previous_at=previous[1]
        )
    decision = routing.route(team, needs, unit.now)
    person, unit.actor = unit.actor, ROUTER
    try:
        if decision.agent_id:
            assign(unit, ticket_id, decision.agent_id, decision.why)
        elif queue_again:
            unit.append("queued", {"why": decision.why.stored(), "next_at": decision.next_at}, ticket_id=ticket_id)
    finally:
        unit.actor = person
    return decision


def candidates(conn: Connection) -> list[Candidate]:
    """The team as routing sees it."""
    load: dict[str, int] = {}
    for status, assignee, _, n in tickets.tally(conn):
        if assignee and status in _WORKING:
            load[assignee] = load.get(assignee, 0) + n
    return [_candidate(a, load.get(a.id, 0)) for a in shop.agents(conn)]


def _candidate(a: Agent, load: int) -> Candidate:
    manual = None
    if a.state in ("on", "away"):
        manual = Manual(a.state == "on", a.state_until or None)
    return Candidate(
        id=a.id, manual=manual, shift=_shift(a.shifts, a.id, a.zone), load=float(load),
        capacity=float(a.capacity) if a.capacity else _NO_LIMIT,
        languages=tuple(json.loads(a.languages).items()), skills=frozenset(json.loads(a.skills)),
        last_assigned_at=a.last_assigned_at,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _shift(body: str, name: str, zone: str) -> Calendar | None:
    table: Mapping[str, object] = json.loads(body)
    return calendar_from(table, name=name, zone=zone) if table else None


def _previous(conn: Connection, customer_id: int | None, ticket_id: int) -> tuple[str, int] | None:
    """Who had this buyer's last ticket, and when."""
    if customer_id is None:
        return None
    for ticket in tickets.of_customer(conn, customer_id, limit=5):
        if ticket.id != ticket_id and ticket.assignee_id:
            return ticket.assignee_id, ticket.updated_at
    return None
