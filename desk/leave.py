"""Planned absences: from when to when somebody is away, told beforehand. `desk.sync.handover` acts on them."""

from __future__ import annotations

from desk.agents import need
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound
from store.sql import teams
from store.sql.teams import LeaveRow
from store.unit import UnitOfWork
from store.values import DAY, Instant, clean_line

LONGEST = 2 * 366 * DAY


def add(unit: UnitOfWork, agent_id: str, starts_at: Instant, ends_at: Instant, note: str = "") -> LeaveRow:
    """Plans an absence, half open. Raises NotFound, Invalid for one that is over or too long, Conflict where it
    overlaps another of the same agent."""
    agent = need(unit, agent_id)
    if not starts_at < ends_at or ends_at <= unit.now or ends_at - starts_at > LONGEST:
        raise Invalid(N_("A leave ends after it starts, in the future, and within two years."), item=agent.id,
                      next=N_("Give from and until, such as --from 2026-12-21 --until 2027-01-04."))  # fmt: skip
    for other in of(unit.conn, agent_id, after=starts_at):
        if other.starts_at < ends_at:
            raise Conflict(N_("{item} has leave {number} at that time already."), item=agent.name, number=other.id,
                           next=N_("Remove it first: deskhand agent leave remove {number}"))  # fmt: skip
    text = clean_line(note)[:200]
    leave_id = teams.add_leave(unit.conn, agent_id, starts_at, ends_at, text)
    unit.append("leave_planned", {"leave": leave_id, "agent": agent_id, "from": starts_at, "until": ends_at,
                                  "note": text})  # fmt: skip
    return LeaveRow(leave_id, agent_id, starts_at, ends_at, text, 0)


def remove(unit: UnitOfWork, leave_id: int) -> LeaveRow:
    """Takes back an absence; one that has begun ends now. Raises NotFound."""
    row = next((r for r in teams.leaves(unit.conn) if r.id == leave_id), None)
    if row is None or row.ends_at <= unit.now:
        raise NotFound(N_("There is no leave {item}."), item=str(leave_id), next=N_("See: deskhand agent leave list"))
    if row.starts_at <= unit.now:
        _cut(unit, row)
        return row._replace(ends_at=unit.now)
    teams.drop_leave(unit.conn, leave_id)
    unit.append("leave_removed", {"leave": leave_id, "agent": row.agent_id})
    return row


def end(unit: UnitOfWork, agent_id: str) -> int:
    """Somebody is back before their leave is over; returns how many absences that cut short."""
    running = [r for r in of(unit.conn, agent_id, after=unit.now) if r.starts_at <= unit.now]
    for row in running:
        _cut(unit, row)
    return len(running)


def of(conn: Connection, agent_id: str, *, after: Instant) -> list[LeaveRow]:
    """An agent's absences that end behind `after`, by start."""
    return [r for r in teams.leaves(conn, after=after) if r.agent_id == agent_id]


def _cut(unit: UnitOfWork, row: LeaveRow) -> None:
    teams.set_leave(unit.conn, row.id, ends_at=unit.now)
    unit.append("leave_cut", {"leave": row.id, "agent": row.agent_id, "until": [row.ends_at, unit.now]})
