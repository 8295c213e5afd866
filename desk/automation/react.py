"""What the desk does by itself because of what happened in a transaction: rules, then an owner for what is new.

Loaded with the desk, so it imports nothing that a desk without rules does not need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desk import waking
from store.sql import rules
from store.unit import Told, UnitOfWork

if TYPE_CHECKING:
    from desk.automation.rules.run import Chain

_PULLING = (
    "created", "received", "answered_elsewhere", "reply_sent", "clock_warned", "clock_breached", "case_",
)  # fmt: skip


def react(unit: UnitOfWork) -> None:
    """Lets rules answer what was told since the last call, then gives tickets a buyer just opened to somebody, then
    lets rules answer that; tickets that sleep until something happens wake. Called per message by intake, and before
    every commit."""
    if not unit.told:
        return
    told = list(unit.told)
    unit.told.clear()
    pulling = any(t.verb.startswith(_PULLING) or "changes" in t.payload for t in told)
    chain = _chain(unit) if pulling and rules.in_force(unit.conn) else None
    if chain is not None:
        chain.go_on(told)
    waking.wake(unit, told)
    _weigh(unit, told)
    _own(unit, told)
    if chain is not None and unit.told:
        routed = list(unit.told)
        unit.told.clear()
        chain.go_on(routed)
    unit.told.clear()


def _chain(unit: UnitOfWork) -> Chain:
    from desk.automation.rules.run import Chain

    return Chain(unit)


def _weigh(unit: UnitOfWork, told: Sequence[Told]) -> None:
    """What a ticket takes of somebody's capacity follows its type."""
    changed = dict.fromkeys(t.ticket_id for t in told if t.ticket_id and "type" in t.payload.get("changes", ()))
    if changed:
        from desk.automation.effort import keep

        for ticket_id in changed:
            if ticket_id is not None:
                keep(unit, ticket_id)


def _own(unit: UnitOfWork, told: Sequence[Told]) -> None:
    """Gives tickets that a buyer's message opened in this transaction an owner, where the rules gave none."""
    new = {t.ticket_id for t in told if t.verb == "created" and not t.payload.get("history")}
    if not new:
        return
    from desk.automation.route import route

    for ticket_id in dict.fromkeys(t.ticket_id for t in told if t.verb == "received" and t.ticket_id in new):
        if ticket_id is not None:
            route(unit, ticket_id)
