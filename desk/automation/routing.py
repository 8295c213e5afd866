"""Who gets a ticket, decided from facts alone and explained.

The caller claims the ticket by compare-and-set and stores the decision; if the claim fails, it decides again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desk.automation.candidates import Candidate, Skipped, Wants, absent, back_at, first_back, lacks
from desk.automation.focus import Focus, focus_of
from desk.reason import Reason, When
from store.errors import N_
from store.values import DAY, NEVER, Instant

Strategy = Literal["least_load", "round_robin", "weighted", "skill", "language", "country", "sticky", "previous"]
Pick = Literal["least_load", "round_robin", "weighted"]
PICKS: tuple[Pick, ...] = ("least_load", "round_robin", "weighted")
"""Ways to choose among those who fit; the other strategies say who fits, and choose by one of these."""
STRATEGIES: tuple[Strategy, ...] = (*PICKS, "skill", "language", "country", "sticky", "previous")

STICKY_DAYS = 30
"""How long the same buyer or order goes back to the agent who had it."""
Had = Literal["buyer", "order", "ticket"]


@dataclass(frozen=True, slots=True)
class TicketNeeds:
    """What a ticket asks of an agent.

    `required` excludes, `preferred` is dropped where nobody on duty has it; `about` is what the ticket is about, of which
    the strategies skill, language and country make a demand. `effort` is what it adds to a load, `due` its next due date.
    `previous` had the same buyer, order or this very ticket (`had`), last at `previous_at`.
    """

    required: Wants = field(default_factory=Wants)
    preferred: Wants = field(default_factory=Wants)
    about: Wants = field(default_factory=Wants)
    effort: float = 1.0
    due: Instant = NEVER
    previous: str = ""
    previous_at: Instant = 0
    had: Had = "buyer"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets the ticket: `agent_id`, or None and it stays in the queue.

    `considered` were eligible, `skipped` were not. `next_at` says when to decide again (somebody comes on duty),
    `waits` that somebody who fits is worth waiting for until then, and `warn_owner` that the ticket falls due before
    anybody comes. `over_capacity` marks an agent with more than their fill. `currents` are the running values smooth
    weighting wants kept, by agent.
    """

    agent_id: str | None
    strategy: Strategy
    considered: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    why: Reason
    next_at: Instant | None = None
    waits: bool = False
    warn_owner: bool = False
    over_capacity: bool = False
    currents: tuple[tuple[str, int], ...] = ()


def route(
    candidates: Sequence[Candidate], needs: TicketNeeds, now: Instant, strategy: Strategy = "least_load", *,
    pick: Pick = "least_load", nobody_is_full: bool | None = None,
) -> Decision:  # fmt: skip
    """The agent for one ticket.

    `strategy` decides among those eligible, or who among them fits, and then `pick`; a previous agent comes first. By
    itself a team of one is never full, which `nobody_is_full` says of a part of a team, or of somebody named.
    """
    alone = sum(a.active for a in candidates) == 1 if nobody_is_full is None else nobody_is_full
    present, skipped = _sift(candidates, needs, now, alone)
    if held := _previous(candidates, needs, now):
        if any(a.id == held.id for a in present):
            return _taken(held, "sticky", present, skipped, Reason(_HAD[needs.had], {"agent": held.id}))
        if (back := _soon_back(held, needs, now)) is not None:
            why = Reason(_WAITS[needs.had], {"agent": held.id, "until": When(back)})
            return Decision(None, "sticky", _ids(present), skipped, why, next_at=back, waits=True)
    fitting, dropped = present, None
    for focus in focus_of(strategy, needs.about, now):
        if good := [a for a in present if focus.lacks(a) is None]:
            skipped = (*skipped, *_without(present, good, focus.lacks))
            fitting, dropped = good, None
            break
        if (waits := _worth_waiting(candidates, needs, now, focus)) is not None:
            return Decision(None, strategy, _ids(present), skipped, waits[0], next_at=waits[1], waits=True)
        if present:
            dropped = dropped or focus.lacks(present[0])
    if not fitting:
        return _queued(candidates, needs, now, strategy, skipped)
    liked = [a for a in fitting if lacks(a, needs.preferred) is None]
    if liked:
        skipped = (*skipped, *_without(fitting, liked, lambda a: lacks(a, needs.preferred)))
    else:
        dropped = dropped or lacks(fitting[0], needs.preferred)
    how = strategy if strategy in PICKS else pick
    chosen, why, currents = _PICKS[how](liked or fitting)
    if dropped is not None:
        why = Reason(N_("{why} Nobody on duty fits better: {lack}."), {"why": why, "lack": dropped})
    return _taken(chosen, strategy, liked or fitting, skipped, why, currents)


def assigned(candidates: Iterable[Candidate], decision: Decision, needs: TicketNeeds, now: Instant) -> list[Candidate]:
    """The candidates after a decision came true, for deciding on the next ticket of a queue."""
    kept = dict(decision.currents)
    out = []
    for agent in candidates:
        agent = replace(agent, current=kept.get(agent.id, agent.current))
        if agent.id == decision.agent_id:
            agent = replace(agent, load=agent.load + needs.effort, last_assigned_at=now)
        out.append(agent)
    return out


def queue_key(urgency: int, tier: int, due: Instant, ticket_id: int) -> tuple[int, int, int, int]:
    """The order in which a queue is drained: urgency, then the buyer's tier, then what is due first."""
    return -urgency, -tier, due, ticket_id


def hand_over(tickets: Iterable[tuple[int, Instant]], back: Instant) -> tuple[list[int], list[int]]:
    """Of an absent agent's (ticket id, due), which must move, and which may wait until they are `back`."""
    move: list[int] = []
    stay: list[int] = []
    for ticket_id, due in tickets:
        (move if due < back else stay).append(ticket_id)
    return move, stay


def jain(shares: Sequence[float]) -> float | None:
    """Jain's fairness index of what each got (assigned ÷ (weight × hours on duty)): 1/n to 1, (Σx)² ÷ (n·Σx²).

    None where it says nothing: fewer than two, or nothing assigned.
    """
    total = sum(shares)
    if len(shares) < 2 or not total:
        return None
    return total * total / (len(shares) * sum(x * x for x in shares))


def _sift(
    candidates: Sequence[Candidate], needs: TicketNeeds, now: Instant, alone: bool
) -> tuple[list[Candidate], tuple[Skipped, ...]]:
    """Those who may get the ticket, and the others with the reason that came first."""
    present, skipped = [], []
    for agent in candidates:
        why = absent(agent, now) or lacks(agent, needs.required)
        if why is None and _full(agent) and not alone:
            why = Reason(N_("full: {burden}"), {"burden": agent.burden})
        if why is None:
            present.append(agent)
        else:
            skipped.append(Skipped(agent.id, why))
    return present, tuple(skipped)


def _without(
    agents: Iterable[Candidate], good: Sequence[Candidate], lack: Callable[[Candidate], Reason | None]
) -> Iterable[Skipped]:
    """Those of `agents` who are not among the good, with what they lack."""
    return (Skipped(a.id, why) for a in agents if a not in good and (why := lack(a)) is not None)


def _full(agent: Candidate) -> bool:
    return agent.load >= agent.capacity


def _previous(candidates: Sequence[Candidate], needs: TicketNeeds, now: Instant) -> Candidate | None:
    if not needs.previous or now - needs.previous_at > STICKY_DAYS * DAY:
        return None
    return next((a for a in candidates if a.id == needs.previous), None)


def _soon_back(agent: Candidate, needs: TicketNeeds, now: Instant) -> Instant | None:
    """When somebody absent returns, if that leaves half of the remaining time; somebody full is not waited for."""
    if absent(agent, now) is None or _full(agent) or lacks(agent, needs.required) or needs.due >= NEVER:
        return None
    back = back_at(agent, now)
    return back if back < now + (needs.due - now) // 2 else None


def _worth_waiting(
    candidates: Sequence[Candidate], needs: TicketNeeds, now: Instant, focus: Focus
) -> tuple[Reason, Instant] | None:
    """Who fits and is back soon enough for the ticket to wait for them."""
    if not focus.waits:
        return None
    coming = [(back, a.id) for a in candidates if focus.lacks(a) is None
              and (back := _soon_back(a, needs, now)) is not None]  # fmt: skip
    if not coming:
        return None
    back, agent_id = min(coming)
    gaps: dict[str, object] = {"agent": agent_id, "until": When(back), "fit": focus.fit}
    return Reason(N_("Waits for {agent}, who {fit} and is back {until}, well before it is due."), gaps), back


def _queued(
    candidates: Sequence[Candidate], needs: TicketNeeds, now: Instant, strategy: Strategy, skipped: tuple[Skipped, ...]
) -> Decision:
    able = [a for a in candidates if a.active and lacks(a, needs.required) is None]
    on_duty = [a for a in able if absent(a, now) is None]
    coming = first_back((a for a in able if a not in on_duty and not _full(a)), now)
    next_at = coming[1] if coming else None
    gaps: dict[str, object] = {"agent": coming[0], "until": When(coming[1])} if coming else {}
    if not able:
        text = N_("Nobody here has what the ticket needs.")
    elif on_duty and coming:
        text = N_("Everybody on duty is full; next on duty is {agent}, {until}.")
    elif on_duty:
        text = N_("Everybody on duty is full.")
    elif coming:
        text = N_("Nobody is on duty; next is {agent}, {until}.")
    else:
        text = N_("Nobody is on duty, and nobody has said when they will be.")
    late = needs.due < (NEVER if next_at is None else next_at)
    return Decision(None, strategy, (), skipped, Reason(text, gaps), next_at=next_at, warn_owner=late)


def _taken(
    agent: Candidate,
    strategy: Strategy,
    considered: Sequence[Candidate],
    skipped: tuple[Skipped, ...],
    why: Reason,
    currents: tuple[tuple[str, int], ...] = (),
) -> Decision:
    over = _full(agent)
    if over:
        why = Reason(N_("{why} That is over capacity: {burden}."), {"why": why, "burden": agent.burden})
    return Decision(agent.id, strategy, _ids(considered), skipped, why, over_capacity=over, currents=currents)


def _ids(agents: Iterable[Candidate]) -> tuple[str, ...]:
    return tuple(a.id for a in agents)


_Choice = tuple[Candidate, Reason, tuple[tuple[str, int], ...]]


def _least_load(agents: Sequence[Candidate]) -> _Choice:
    """Least load for their capacity; then who waited longest, then the id."""
    chosen = min(agents, key=lambda a: (a.share, a.last_assigned_at, a.id))
    text = N_("{agent} has the least to do: {burden}.")
    if len(agents) == 1:
        text = N_("{agent} is the only one to choose: {burden}.")
    return chosen, Reason(text, {"agent": chosen.id, "burden": chosen.burden}), ()


def _round_robin(agents: Sequence[Candidate]) -> _Choice:
    """Who got a ticket longest ago; a member who comes or goes breaks no order."""
    chosen = min(agents, key=lambda a: (a.last_assigned_at, a.id))
    return chosen, Reason(N_("It is {agent}'s turn."), {"agent": chosen.id}), ()


def _weighted(agents: Sequence[Candidate]) -> _Choice:
    """Everybody gains their weight, the richest is taken and pays the sum: 3:1 gives A A B A."""
    raised = {a.id: a.current + a.weight for a in agents}
    chosen = max(agents, key=lambda a: (raised[a.id], -agents.index(a)))
    raised[chosen.id] -= sum(a.weight for a in agents)
    gaps: dict[str, object] = {"agent": chosen.id, "weight": f"{chosen.weight / 100:g}"}
    why = Reason(N_("It is {agent}'s turn by weight {weight}."), gaps)
    return chosen, why, tuple(raised.items())


_PICKS: dict[Pick, Callable[[Sequence[Candidate]], _Choice]] = {
    "least_load": _least_load,
    "round_robin": _round_robin,
    "weighted": _weighted,
}
_HAD: dict[Had, str] = {
    "buyer": N_("{agent} had this buyer before."),
    "order": N_("{agent} had this order before."),
    "ticket": N_("{agent} had this ticket before."),
}
_WAITS: dict[Had, str] = {
    "buyer": N_("Waits for {agent}, who had this buyer before and is back {until}, well before it is due."),
    "order": N_("Waits for {agent}, who had this order before and is back {until}, well before it is due."),
    "ticket": N_("Waits for {agent}, who had this ticket before and is back {until}, well before it is due."),
}
