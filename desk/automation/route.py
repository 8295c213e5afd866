"""Gives a ticket an owner: the team as it is now → a decision → an event that says who, why, and why not the others.

Deciding and writing are one transaction, so that a decision never overwrites what somebody else did meanwhile.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desk.automation import effort, routing
from desk.automation.candidates import absent
from desk.automation.crew import candidates
from desk.automation.deciding import How, Routed, decide, how_from
from desk.changes import change, require, write
from desk.groups import TEAM, get, need
from desk.reason import Reason
from store import events
from store.connection import Connection
from store.errors import N_, NotFound
from store.sql import shop, teams
from store.sql.rows import Ticket
from store.unit import UnitOfWork
from store.values import Actor, Instant, clean_line

__all__ = ["ROUTER", "How", "candidates", "queued", "route", "route_in", "transfer"]

ROUTER = Actor("rule", "router")
_LOOK_BACK = 200


def route(unit: UnitOfWork, ticket_id: int) -> routing.Decision | None:
    """Assigns a ticket nobody has to who looks after such tickets, or as a rule asked when it put it into the queue;
    None when it needs no owner (a notice, taken). Where nobody can have it, an event says why, once."""
    ticket = require(unit, ticket_id)
    if ticket.assignee_id or ticket.automatic:
        return None
    asked = queued(unit.conn, ticket_id)
    ticket = effort.weighed(unit, ticket)
    routed = decide(unit.conn, ticket, unit.now, asked or How())
    if not routed.decision.considered and not routed.decision.skipped:
        return None  # there is no team
    _as_router(unit, ticket, routed, asked or How(), known=asked is not None)
    return routed.decision


def route_in(
    unit: UnitOfWork, ticket_id: int, *, agent: str = "", group: str = "", strategy: str = "", fallback: str = "",
    reason: str = "",
) -> routing.Decision:  # fmt: skip
    """Gives a ticket, whoever has it, to an agent or into a group, by a strategy, else to a fallback (agent or group):
    what rules do. It stays with an owner whom the decision would pick again or, where only a group is asked for, who is
    on duty in that group. Where nobody can have it, it waits in the group's queue. The event is the unit's actor's.
    Raises NotFound for an agent or group that is not there (any more)."""
    ticket = require(unit, ticket_id)
    if agent and not any(a.id == agent for a in shop.agents(unit.conn)):
        raise NotFound(N_("There is no agent {item}."), item=agent, next=N_("See: deskhand agent list"))
    if group:
        need(unit.conn, group)
    ticket = effort.weighed(unit, ticket)
    how = How(agent, group, strategy, fallback)
    routed = _kept(unit.conn, ticket, unit.now, how) or decide(unit.conn, ticket, unit.now, how)
    _give(unit, ticket, routed, how, reason)
    return routed.decision


def transfer(
    unit: UnitOfWork, ticket_id: int, target: str | None, reason: str = "", *, if_version: int | None = None
) -> int:  # fmt: skip
    """What a person does: gives a ticket to an agent, whoever they are, or to a group, which shares it out, or to nobody
    (None). Returns the event's seq, 0 when nothing differed. Raises NotFound, Conflict as `desk.changes.change` does."""
    change(unit, ticket_id, {}, if_version=if_version)
    ticket = require(unit, ticket_id)
    said = _said(reason)
    if target is None or shop.agent(unit.conn, target) is not None:
        seq = change(unit, ticket_id, {"assignee_id": target}, verb="assigned", why=said.stored() if said else None)
        if seq and target:
            teams.touch(unit.conn, target, unit.now)
        return seq
    group = get(unit.conn, target)
    if group is None:
        raise NotFound(N_("There is no agent {item}, and no group of that name."), item=target,
                       next=N_("See: deskhand agent list, deskhand group list"))  # fmt: skip
    if ticket.assignee_id and ticket.group_id == group.id and group.has(ticket.assignee_id):
        return 0
    how = How(group=group.id)
    return _give(unit, ticket, decide(unit.conn, ticket, unit.now, how), how, reason)


def hand_over(unit: UnitOfWork, ticket: Ticket, absence: Reason) -> bool:
    """Moves a ticket from somebody who is away to somebody who is there; False where there is nobody."""
    routed = decide(unit.conn, ticket, unit.now)
    if not routed.decision.agent_id or routed.decision.agent_id == ticket.assignee_id:
        return False
    why = Reason(N_("{absence}, and it is due before that: {why}"), {"absence": absence, "why": routed.decision.why})
    moved = routed._replace(decision=_because(routed.decision, why), group_id=ticket.group_id)
    _as_router(unit, ticket, moved, How())
    return True


def warn(unit: UnitOfWork, ticket: Ticket, why: Reason, next_at: Instant | None) -> bool:
    """Tells those who lead that a ticket falls due before anybody is there for it, once for each due time."""
    if warned(unit.conn, ticket):
        return False
    payload = {"why": why.stored(), "due_at": ticket.due_at, "next_at": next_at, "agents": leaders(unit.conn, unit.now)}
    unit.append("unattended", payload, ticket_id=ticket.id)
    return True


def warned(conn: Connection, ticket: Ticket) -> bool:
    """Whether that was told for the ticket's due time."""
    return any(e.verb == "unattended" and e.payload is not None and e.payload["due_at"] == ticket.due_at
               for e in events.of_ticket(conn, ticket.id, _LOOK_BACK))  # fmt: skip


def leaders(conn: Connection, now: Instant) -> list[str]:
    """Who is told when something is about to go wrong: leads and admins who are there, else whoever is; where nobody
    is, leads and admins, else everybody."""
    there = [c.id for c in candidates(conn) if absent(c, now) is None]
    usual = leads(conn)
    return [a for a in usual if a in there] or there or usual


def leads(conn: Connection) -> list[str]:
    """Leads and admins, else everybody."""
    team = shop.agents(conn)
    return [a.id for a in team if a.role in ("lead", "admin")] or [a.id for a in team]


def queued(conn: Connection, ticket_id: int) -> How | None:
    """How a ticket that routing put aside is to be routed; None when it is not in the queue: somebody has, had or took
    it. What was undone did not happen."""
    if not teams.ever_queued(conn, ticket_id):
        return None
    dead: set[int] = set()
    alive: set[int] = set()
    for event in reversed(events.of_ticket(conn, ticket_id, _LOOK_BACK)):
        payload = event.payload or {}
        if event.verb == "redone":
            alive.update(payload["seqs"])
        elif event.verb == "undone":
            dead.update(set(payload["seqs"]) - alive)
        elif event.seq in dead:
            continue
        elif event.verb == "queued":
            return how_from(payload.get("how", {}))
        elif "assignee_id" in payload.get("changes", {}):
            return None
    return None


def _kept(conn: Connection, ticket: Ticket, now: Instant, how: How) -> Routed | None:
    """A ticket that is where it is wanted already, with somebody who is there."""
    group = get(conn, how.group) if how.group and not how.agent and not how.strategy else None
    if group is None or not ticket.assignee_id or not group.has(ticket.assignee_id):
        return None
    owner = next((a for a in candidates(conn) if a.id == ticket.assignee_id), None)
    if owner is None or absent(owner, now) is not None:
        return None
    why = Reason(N_("{agent} has it already and is in {group}."), {"agent": owner.id, "group": group.name})
    kept = routing.Decision(owner.id, group.strategy, (owner.id,), (), why)
    return Routed(kept, None if group.id == TEAM else group.id)


def _as_router(unit: UnitOfWork, ticket: Ticket, routed: Routed, how: How, *, known: bool = False) -> None:
    person, unit.actor = unit.actor, ROUTER
    try:
        if routed.decision.agent_id or not known:
            _give(unit, ticket, routed, how)
        elif routed.decision.warn_owner:
            warn(unit, ticket, routed.decision.why, routed.decision.next_at)
    finally:
        unit.actor = person


def _give(unit: UnitOfWork, ticket: Ticket, routed: Routed, how: How, reason: str = "") -> int:
    """Writes a decision down: the new owner and group, or that it waits for one."""
    decision = routed.decision
    said = _said(reason)
    why = Reason(N_("{reason}. {why}"), {"reason": said, "why": decision.why}) if said else decision.why
    changes: dict[str, list[Any]] = {}
    if ticket.assignee_id != decision.agent_id:
        changes["assignee_id"] = [ticket.assignee_id, decision.agent_id]
    if ticket.group_id != routed.group_id:
        changes["group_id"] = [ticket.group_id, routed.group_id]
    payload = {"why": why.stored(), "routing": _record(decision, routed.group_id)}
    seq = unit.append("assigned", {"changes": changes, **payload}, ticket_id=ticket.id) if changes else 0
    if decision.agent_id is None:
        waits = {**payload, "next_at": decision.next_at, "how": how.stored()}
        seq = max(seq, unit.append("queued", waits, ticket_id=ticket.id))
    if changes:
        write(unit, ticket.id, {field: after for field, (_, after) in changes.items()})
    if decision.agent_id and "assignee_id" in changes:
        teams.touch(unit.conn, decision.agent_id, unit.now)
        _keep_turns(unit, routed)
    if decision.warn_owner:
        warn(unit, ticket, decision.why, decision.next_at)
    return seq


def _keep_turns(unit: UnitOfWork, routed: Routed) -> None:
    if not routed.decision.currents:
        return
    if routed.group_id is None:
        for agent_id, value in routed.decision.currents:
            teams.set_turn(unit.conn, agent_id, value)
    else:
        teams.put_turns(unit.conn, routed.group_id,
                        {**teams.turns(unit.conn, routed.group_id), **dict(routed.decision.currents)})  # fmt: skip


def _record(decision: routing.Decision, group_id: str | None) -> dict[str, Any]:
    """What is kept of a decision for whoever asks later: see `desk.automation.explained`."""
    return {
        "strategy": decision.strategy,
        "group": group_id,
        "considered": list(decision.considered),
        "skipped": [{"agent": s.agent_id, "why": s.why.stored()} for s in decision.skipped],
    }


def _because(decision: routing.Decision, why: Reason) -> routing.Decision:
    return replace(decision, why=why)


def _said(reason: str) -> Reason | None:
    """A person's own words: a gap, so that braces in them are nothing special."""
    text = clean_line(reason).strip()
    return Reason("{reason}", {"reason": text}) if text else None
