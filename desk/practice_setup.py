"""What the team of the practice desk has set up: departments, packs, a leave, an incident, so that no room is empty."""

from __future__ import annotations

from desk import groups, incidents, leave
from desk.automation import packs
from store.unit import UnitOfWork
from store.values import DAY, HOUR, SYSTEM, Actor, Instant

SINCE = 3 * DAY
"""How long ago the packs were enabled."""
TEAM_GROUPS = {
    "after_sales": {"name": "After-sales", "members": {"ana": 2, "tom": 2, "wei": 1}},
    "senior": {"name": "Senior", "members": {"ana": 1, "tom": 1}, "fallback": "team"},
    "experts": {"name": "Experts", "members": {"tom": 1, "wei": 1}, "fallback": "after_sales"},
}
PACKS = {"dispatch-senior": "on", "complaint": "on", "dispatch-type": "on", "acknowledge": "shadow", "stuck": "on"}
"""Pack → state."""
CAUSE = "Port strike in Rotterdam"
_LATE = "type IN ('shipping_status', 'not_received') AND status IN ('new', 'open') AND automatic = ''"


def add_groups(unit: UnitOfWork) -> None:
    """The departments."""
    for ident, values in TEAM_GROUPS.items():
        groups.save(unit, ident, values)


def add_packs(unit: UnitOfWork) -> None:
    """Some packs: most act, one only tells what it would do."""
    for ident, state in PACKS.items():
        packs.enable(unit, ident, {}, state=state)


def add_plans(unit: UnitOfWork, now: Instant) -> None:
    """A leave that comes, and one cause behind several tickets."""
    unit.actor = Actor("agent", "tom")
    leave.add(unit, "tom", now + 30 * HOUR, now + 30 * HOUR + 5 * DAY, "climbing")
    late = [row[0] for row in unit.conn.execute(f"SELECT id FROM ticket WHERE {_LATE} ORDER BY id LIMIT 8")]
    incident = incidents.open_incident(unit, CAUSE, note="Ships wait outside; about six days late.")
    incidents.add(unit, incident, late)
    unit.actor, unit.batch_id = SYSTEM, ""
