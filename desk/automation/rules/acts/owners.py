"""The act that gives a ticket to somebody."""

from __future__ import annotations

from desk.automation.routing import STRATEGIES
from desk.automation.rules.registry import Args, Doing, Effect, register
from desk.automation.rules.tables import Table, missing
from store.errors import N_


def _read(t: Table) -> Args:
    args = {"agent": t.text("agent"), "group": t.text("group"), "strategy": t.word("strategy", STRATEGIES),
            "fallback": t.text("fallback")}  # fmt: skip
    found = {key: value for key, value in args.items() if value}
    if not found.keys() - {"fallback"}:
        raise missing(t.item, f"{t.at}agent, group, strategy")
    if "agent" in found and ("group" in found or "strategy" in found):
        raise t.bad("agent", found["agent"])
    return found


def _apply(doing: Doing, args: Args) -> None:
    from desk.automation.route import route_in

    decision = route_in(doing.unit, doing.ticket_id, reason=doing.rule.name, **args)
    doing.said["agent"] = decision.agent_id


register("assign", N_("gives the ticket to an agent or a group"), _read, _apply,
         effect=lambda args: Effect(assigns=args.get("agent") or args.get("group") or "team"))  # fmt: skip
