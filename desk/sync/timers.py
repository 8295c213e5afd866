"""What happens because time passes: breaches are recorded, snoozed tickets wake."""

from __future__ import annotations

from desk.changes import change
from desk.clocks.keep import tell_breach
from desk.sync.lease import Holder
from store.errors import N_
from store.sql import clocks, outbox, tickets
from store.unit import Store
from store.values import SYSTEM, Instant


def tick(store: Store, holder: Holder) -> int:
    """Does what is due now; returns how many tickets it touched. Writes nothing when nothing is due."""
    now = store.clock.now()
    if not clocks.overdue_unmarked(store.conn, now, 1) and not tickets.asleep_until(store.conn, now, 1):
        return 0
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        late = clocks.overdue_unmarked(unit.conn, unit.now)  # again: one may have been answered, or put off, since
        awake = tickets.asleep_until(unit.conn, unit.now)
        for c in late:
            clocks.breach(unit.conn, c.id)
            tell_breach(unit, c)
        for ticket_id in awake:
            change(unit, ticket_id, {"snoozed_until": 0}, verb="woke", why={"text": N_("its time came")})
    return len(late) + len(awake)


def next_tick(store: Store) -> Instant | None:
    """The next instant at which something is due, None if nothing is."""
    row = store.conn.execute(
        "SELECT min(t) FROM (SELECT min(due_at) AS t FROM clock WHERE state = 'running' AND breached_at IS NULL "
        "UNION ALL SELECT min(snoozed_until) FROM ticket WHERE snoozed_until > 0)"
    ).fetchone()
    times = [t for t in (row[0], outbox.next_due_at(store.conn)) if t is not None]
    return min(times, default=None)
