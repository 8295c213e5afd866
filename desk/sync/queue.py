"""Drains the queue: tickets that found nobody on duty get an owner when somebody is."""

from __future__ import annotations

from collections.abc import Sequence

from desk.automation.candidates import absent
from desk.automation.crew import candidates
from desk.automation.deciding import decide
from desk.automation.route import queued, route, warned
from desk.automation.routing import queue_key
from desk.sync.lease import Holder
from store.connection import Connection
from store.sql import teams, tickets
from store.sql.teams import Waiting
from store.unit import Store
from store.values import NEVER, SYSTEM, Instant

_AT_ONCE = 10
"""Tickets per transaction, so that a person's save never waits for a morning's queue."""
_MOST = 500
"""Tickets looked at in one go; the rest follow a few seconds later."""
TIERS = {"vip": 3, "potential": 2, "new": 1}
"""Ranks of a buyer's tier in a queue; every other is 0."""


def drain(store: Store, holder: Holder) -> int:
    """Routes what waits for somebody to come on duty, urgent first, then by the buyer's tier, then what is due first;
    returns how many found an owner. A ticket that a person took from everybody stays nobody's. Who leads is warned of
    what falls due before anybody comes. Writes nothing while nothing has changed."""
    now = store.clock.now()
    waiting = in_order(store.conn)
    if not waiting:
        return 0
    somebody = any(absent(agent, now) is None for agent in candidates(store.conn))
    given, ready = 0, [w.id for w in waiting if _moves(store.conn, w.id, now, somebody)]
    for start in range(0, len(ready), _AT_ONCE):
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            for ticket_id in ready[start : start + _AT_ONCE]:
                if queued(unit.conn, ticket_id) is not None:  # again: somebody may have taken it since
                    decision = route(unit, ticket_id)
                    given += bool(decision and decision.agent_id)
    return given


def in_order(conn: Connection) -> Sequence[Waiting]:
    """The queue, as it is to be drained."""
    found: list[Waiting] = []
    after = (-1, 0)
    while len(found) < _MOST:
        page = teams.waiting(conn, after, _MOST)
        found += [w for w in page if queued(conn, w.id) is not None]
        if len(page) < _MOST:
            break
        after = (page[-1].due_at, page[-1].id)
    return sorted(found[:_MOST], key=lambda w: queue_key(w.priority, TIERS.get(w.tier.casefold(), 0), w.due_at, w.id))


def _moves(conn: Connection, ticket_id: int, now: Instant, somebody: bool) -> bool:
    """Whether there is anything to write about a ticket of the queue: an owner, or a warning nobody was given yet."""
    ticket = tickets.get(conn, ticket_id)
    asked = queued(conn, ticket_id)
    if ticket is None or asked is None or not (somebody or (ticket.due_at < NEVER and not warned(conn, ticket))):
        return False
    decision = decide(conn, ticket, now, asked).decision
    return decision.agent_id is not None or (decision.warn_owner and not warned(conn, ticket))
