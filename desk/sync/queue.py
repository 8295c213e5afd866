"""Drains the queue: tickets that found nobody on duty get an owner when somebody is."""

from __future__ import annotations

from desk.automation.candidates import absent
from desk.automation.route import candidates, route
from desk.sync.lease import Holder
from store import events
from store.connection import Connection
from store.filter import TICKET_COLUMNS, All, Has, Is, Not
from store.sql import tickets
from store.unit import Store
from store.values import SYSTEM, Instant

_AT_ONCE = 50
_UNOWNED = All(
    (
        Is(TICKET_COLUMNS["is_open"], (1,)),
        Not(Has(TICKET_COLUMNS["assignee"])),
        Is(TICKET_COLUMNS["status"], ("new", "open")),
    )
)


def drain(store: Store, holder: Holder) -> int:
    """Routes what waits for somebody to come on duty, most urgent first; returns how many found an owner. A ticket that
    a person took from everybody stays nobody's."""
    now = store.clock.now()
    team = candidates(store.conn)
    if not any(absent(agent, now) is None for agent in team):
        return 0
    waiting = [
        line.id for line in tickets.page(store.conn, _UNOWNED, limit=_AT_ONCE) if queued(store.conn, line.id, now)
    ]
    if not waiting:
        return 0
    given = 0
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        for ticket_id in waiting:
            decision = route(unit, ticket_id, queue_again=False)
            given += bool(decision and decision.agent_id)
    return given


def queued(conn: Connection, ticket_id: int, now: Instant) -> bool:
    """Whether routing put a ticket aside and its time has come."""
    for event in reversed(events.of_ticket(conn, ticket_id, 100)):
        if event.verb == "assigned":
            return False
        if event.verb == "queued":
            next_at = (event.payload or {}).get("next_at")
            return next_at is None or next_at <= now
    return False
