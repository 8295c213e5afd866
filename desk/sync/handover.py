"""When somebody's leave begins, what falls due before they are back goes to others; the rest stays theirs, flagged.

It is looked at again and again while they are away, because a buyer may write meanwhile and start a clock. Whoever has
left the team for good hands over everything. Where nobody at all is on duty, those who lead are warned of what falls
due before anybody comes.
"""

from __future__ import annotations

from typing import NamedTuple

from desk.automation import routing
from desk.automation.candidates import absent, back_at, first_back
from desk.automation.crew import candidates
from desk.automation.deciding import decide
from desk.automation.route import ROUTER, hand_over, warn, warned
from desk.changes import change
from desk.reason import Reason, When
from desk.sync.lease import Holder
from store import events
from store.connection import Connection
from store.errors import N_
from store.sql import teams, tickets
from store.sql.teams import LeaveRow
from store.unit import Store, UnitOfWork
from store.values import NEVER, Instant

_AT_ONCE = 10


class Away(NamedTuple):
    """Somebody whose tickets need looking after, and until when."""

    agent_id: str
    back: Instant
    absence: Reason


def tick(store: Store, holder: Holder) -> int:
    """Acts on leave that began or ended, and moves what falls due meanwhile; returns how many tickets moved. Writes
    nothing while there is nothing to do."""
    now = store.clock.now()
    if teams.unsettled_leaves(store.conn, now):
        with store.write(ROUTER) as unit:
            holder.check(unit)
            for leave in teams.unsettled_leaves(unit.conn, unit.now):
                _begin(unit, leave) if leave.ends_at > unit.now else _end(unit, leave)
    moved = 0
    for one in away(store.conn, now):
        due = [n for n in _due(store.conn, one) if _moves(store.conn, n, now)]
        for start in range(0, len(due), _AT_ONCE):
            with store.write(ROUTER) as unit:
                holder.check(unit)
                moved += sum(_move(unit, ticket_id, one) for ticket_id in due[start : start + _AT_ONCE])
    _warn_alone(store, holder, now)
    return moved


def away(conn: Connection, now: Instant) -> list[Away]:
    """Everybody on leave now, and who has left with tickets still in their name."""
    found: list[Away] = []
    on_leave = {r.agent_id for r in teams.leaves(conn, after=now) if r.starts_at <= now}
    for agent in candidates(conn) if on_leave else ():
        if agent.id in on_leave:
            back = back_at(agent, now)
            gaps: dict[str, object] = {"agent": agent.id, "until": When(back)}
            text = N_("{agent} is on leave until {until}") if back < NEVER else N_("{agent} is on leave")
            found.append(Away(agent.id, back, Reason(text, gaps)))
    return found + [
        Away(agent_id, NEVER + 1, Reason(N_("{agent} no longer works here"), {"agent": agent_id}))
        for agent_id in teams.retired_owners(conn)
    ]


def _due(conn: Connection, one: Away) -> list[int]:
    """The tickets that fall due before somebody is back."""
    owned = [(t.id, t.due_at) for t in teams.owned(conn, one.agent_id, due_before=one.back)]
    return routing.hand_over(owned, one.back)[0]


def _moves(conn: Connection, ticket_id: int, now: Instant) -> bool:
    """Whether there is somebody to move it to, or a warning nobody was given yet."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        return False
    if decide(conn, ticket, now).decision.agent_id is not None:
        return True
    return ticket.due_at < NEVER and not warned(conn, ticket)


def _move(unit: UnitOfWork, ticket_id: int, one: Away) -> bool:
    """Moves a ticket, unless somebody else did, or it is not due any more."""
    ticket = tickets.get(unit.conn, ticket_id)
    if ticket is None or not ticket.is_open or ticket.assignee_id != one.agent_id or ticket.due_at >= one.back:
        return False
    if hand_over(unit, ticket, one.absence):
        if ticket.flagged and ticket.id in _flagged(unit.conn, one.agent_id):
            why = Reason(N_("somebody else has it now"))
            change(unit, ticket.id, {"flagged": 0}, why=why.stored())
        return True
    if ticket.due_at < NEVER:
        warn(unit, ticket, Reason(N_("{absence}, and nobody else is there."), {"absence": one.absence}), None)
    return False


def _begin(unit: UnitOfWork, leave: LeaveRow) -> None:
    """Flags what stays with somebody who goes, so that whoever looks at their list sees it wait."""
    teams.set_leave(unit.conn, leave.id, begun=1)
    agent = next((a for a in candidates(unit.conn) if a.id == leave.agent_id), None)
    back = leave.ends_at if agent is None else back_at(agent, unit.now)
    why = Reason(N_("{agent} is on leave until {until}"), {"agent": leave.agent_id, "until": When(back)})
    flagged = []
    for ticket in teams.owned_from(unit.conn, leave.agent_id, due_from=back):
        if not ticket.flagged and change(unit, ticket.id, {"flagged": 1}, why=why.stored()):
            flagged.append(ticket.id)
    unit.append("leave_began", {"leave": leave.id, "agent": leave.agent_id, "until": back, "flagged": flagged})


def _end(unit: UnitOfWork, leave: LeaveRow) -> None:
    """Takes the flags off again: what stayed is theirs as it was."""
    teams.set_leave(unit.conn, leave.id, begun=2)
    if not leave.begun:
        return  # it came and went while nobody kept time: nothing was flagged
    why = Reason(N_("{agent} is back"), {"agent": leave.agent_id})
    for ticket_id in _flagged(unit.conn, leave.agent_id):
        ticket = tickets.get(unit.conn, ticket_id)
        if ticket is not None and ticket.flagged and ticket.assignee_id == leave.agent_id:
            change(unit, ticket_id, {"flagged": 0}, why=why.stored())
    unit.append("leave_ended", {"leave": leave.id, "agent": leave.agent_id})


def _flagged(conn: Connection, agent_id: str) -> list[int]:
    """What was flagged when an agent's newest leave began."""
    told = (e.payload for e in events.of_setup(conn, "leave_began") if e.payload and e.payload["agent"] == agent_id)
    return next((list(p["flagged"]) for p in told), [])


def _warn_alone(store: Store, holder: Holder, now: Instant) -> None:
    """Nobody is on duty: warns of what falls due before anybody comes, whoever has it."""
    team = candidates(store.conn)
    if not team or any(absent(a, now) is None for a in team):
        return
    coming = first_back(team, now)
    until = coming[1] if coming else NEVER
    near = [n for n in teams.due_between(store.conn, now, until) if not _warned(store.conn, n)]
    if not near:
        return
    if coming:
        why = Reason(N_("Nobody is on duty; next is {agent}, {until}."), {"agent": coming[0], "until": When(coming[1])})
    else:
        why = Reason(N_("Nobody is on duty, and nobody has said when they will be."))
    with store.write(ROUTER) as unit:
        holder.check(unit)
        for ticket_id in near:
            ticket = tickets.get(unit.conn, ticket_id)
            if ticket is not None and now <= ticket.due_at < until:
                warn(unit, ticket, why, coming[1] if coming else None)


def _warned(conn: Connection, ticket_id: int) -> bool:
    ticket = tickets.get(conn, ticket_id)
    return ticket is None or warned(conn, ticket)
