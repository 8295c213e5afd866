"""What happens because time passes: clocks warn and run out, snoozed tickets wake, timer rules run, buyers' data is cleared
where a platform wants that."""

from __future__ import annotations

from desk import purge
from desk.changes import change
from desk.clocks.keep import tell_breach, tell_warning
from desk.clocks.stale import BATCH, recompute_some, stale
from desk.sync.lease import Holder
from store.errors import N_
from store.sql import clocks, outbox, rules, tickets
from store.unit import Store
from store.values import SYSTEM, Instant


def tick(store: Store, holder: Holder) -> int:
    """Does what is due now; returns how many things it touched. Writes nothing when nothing is due."""
    return _changed(store, holder) + _clocks(store, holder) + _rules(store, holder) + purge.run_due(store, holder)


def _changed(store: Store, holder: Holder) -> int:
    """Clocks of open tickets follow policies and calendars that were changed, a piece per round."""
    if not stale(store.conn):
        return 0
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        recompute_some(unit)
    return BATCH


def _clocks(store: Store, holder: Holder) -> int:
    now = store.clock.now()
    if not any(ask(store.conn, now, 1) for ask in (clocks.overdue_unmarked, clocks.warning, tickets.asleep_until)):
        return 0
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        late = clocks.overdue_unmarked(unit.conn, unit.now)  # again: one may have been answered, or put off, since
        near = clocks.warning(unit.conn, unit.now)
        awake = tickets.asleep_until(unit.conn, unit.now)
        for c in late:
            clocks.breach(unit.conn, c.id)
            tell_breach(unit, c)
        for c in near:
            tell_warning(unit, c)
        for ticket_id in awake:
            facts = {"snoozed_until": 0, "wake_on": ""}
            change(unit, ticket_id, facts, verb="woke", why={"text": N_("its time came")})
    return len(late) + len(near) + len(awake)


def _rules(store: Store, holder: Holder) -> int:
    if not rules.in_force(store.conn):
        return 0
    from desk.automation.rules.timed import run_due

    return run_due(store, holder)


def next_tick(store: Store) -> Instant | None:
    """The next instant at which something is due, None if nothing is."""
    row = store.conn.execute(
        "SELECT min(t) FROM (SELECT min(due_at) AS t FROM clock WHERE state = 'running' AND breached_at IS NULL "
        f"UNION ALL SELECT min(warn_at) FROM clock WHERE {clocks.UNWARNED} AND due_at > ? "
        "UNION ALL SELECT min(snoozed_until) FROM ticket WHERE snoozed_until > 0)",
        (store.clock.now(),),
    ).fetchone()
    times = [t for t in (row[0], outbox.next_due_at(store.conn), _next_rule(store)) if t is not None]
    return min(times, default=None)


def _next_rule(store: Store) -> Instant | None:
    if not rules.in_force(store.conn):
        return None
    from desk.automation.rules.timed import next_due

    return next_due(store.conn, store.clock.now())
