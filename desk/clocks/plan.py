"""Which clocks a ticket has now, and when each is due: one pure function of facts and policies.

Computed anew from the original starts whenever a fact, a policy or a calendar changes; a breach once recorded is an
event and stays, whatever a later plan says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from desk.clocks.calendars import ALWAYS, Calendar, Pause, add, elapsed, remaining
from desk.clocks.countdown import spell
from desk.clocks.policies import BUYER_MESSAGE, KINDS, PAUSABLE, WARN, Kind, Policy
from desk.clocks.starts import key
from desk.clocks.talk import Talk
from desk.clocks.targets import deadline, warning
from desk.reason import Reason
from store.errors import N_
from store.values import NEVER, Instant

State = Literal["running", "paused", "met", "breached"]

DONE = frozenset({"solved", "closed"})


@dataclass(frozen=True, slots=True)
class StatusSpan:
    """A status the ticket had, from `start` up to `end`; None: it still has it."""

    status: str
    start: Instant
    end: Instant | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that has to be decided or done on a ticket: `name` as policies say it (`refund_requested`). `due` is
    the date the platform itself gave, `by_platform` that the platform counts it. `key` tells its clock from others of
    its kind that start at the same instant (0: there are none)."""

    name: str
    started_at: Instant
    done_at: Instant | None = None
    due: Instant | None = None
    by_platform: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What clocks know of a ticket. `matched` holds the ids of policies with a scope whose query matched it."""

    created_at: Instant
    talk: Talk = field(default_factory=Talk)
    spans: tuple[StatusSpan, ...] = ()
    priority: str = "normal"
    channel_kind: str = ""
    platform: str = ""
    steps: tuple[Step, ...] = ()
    matched: frozenset[str] = frozenset()

    @property
    def solved_at(self) -> Instant | None:
        """Since when the ticket is solved or closed; None while it is not."""
        since = None
        for span in sorted(self.spans, key=lambda s: s.start):
            if span.status not in DONE:
                since = None
            elif since is None:
                since = span.start
        return since


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """One clock. `due` and `warn_at` are `NEVER` while it stands (`paused`); `left` is the unpaused working time to
    `due`, negative after it. `stopped_at` says when it was answered: a breached clock without it is overdue now.
    `policy_id` is empty where the platform's own date rules. `warns` are the shares used, in percent, and when they
    are, in order; from the last of them, `warn_at`, time is short. `key` names it among those of its kind."""

    kind: Kind
    starts: str
    policy_id: str
    policy_version: int
    start: Instant
    due: Instant
    warn_at: Instant
    state: State
    left: int
    reason: Reason
    stopped_at: Instant | None = None
    warns: tuple[tuple[int, Instant], ...] = ()
    key: int = 0

    @property
    def open(self) -> bool:
        """Whether somebody still has to act."""
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class _Run:
    """A clock that the facts call for, before a policy says how long it has."""

    kind: Kind
    starts: str
    start: Instant
    stop: Instant | None = None
    answered: bool = True
    """Whether `stop` is what the clock waited for, and not merely the end of the ticket."""
    due: Instant | None = None
    key: int = 0


def plan(
    facts: TicketFacts, policies: Iterable[Policy], calendars: Mapping[str, Calendar], now: Instant
) -> list[ClockPlan]:
    """Every clock of a ticket, those still open first and by due date.

    For each kind the strictest policy that applies rules: the one due first. A policy whose calendar the desk lacks
    counts around the clock, which is never later. Raises Invalid if a calendar never opens.
    """
    able = [p for p in policies if p.enabled and applies(p, facts)]
    wanted = {(p.kind, p.starts) for p in able}
    plans: list[ClockPlan] = []
    for run in _runs(facts):
        if run.due is None and (run.kind, run.starts) not in wanted:
            continue
        if run.kind == "next_response" and any(p.kind == "first_response" and p.start == run.start for p in plans):
            continue  # one message, one clock of the shop's
        if made := _clock(run, facts, able, calendars, now):
            plans.append(made)
    return sorted(plans, key=lambda p: (not p.open, p.due, KINDS.index(p.kind), p.starts))


def applies(policy: Policy, facts: TicketFacts) -> bool:
    """Whether a policy is for this ticket; one with a scope only if its query matched."""
    return (
        policy.priority in ("", facts.priority)
        and policy.channel_kind in ("", facts.channel_kind)
        and policy.platform in ("", facts.platform)
        and (not policy.scope or policy.id in facts.matched)
    )


def next_due(plans: Iterable[ClockPlan]) -> ClockPlan | None:
    """The clock a list shows: the open one due first; None if nothing is open."""
    return min((p for p in plans if p.open), key=lambda p: (p.due, KINDS.index(p.kind)), default=None)


def _runs(facts: TicketFacts) -> Iterator[_Run]:
    talk, done = facts.talk, facts.solved_at
    told = {(step.name, step.by_platform) for step in facts.steps}
    if talk.first_buyer_message is not None and not talk.first_waived:
        replied = talk.first_human_reply
        stop = done if replied is None else replied
        yield _Run("first_response", BUYER_MESSAGE, talk.first_buyer_message, stop, answered=replied is not None)
    if talk.oldest_unanswered is not None:
        yield _Run("next_response", BUYER_MESSAGE, talk.oldest_unanswered, done, answered=False)
        if (BUYER_MESSAGE, True) not in told:  # a platform goes on counting on a ticket we solved without a word
            yield from _counted_there(talk.oldest_unanswered, None)
    elif talk.answered_from is not None:
        yield _Run("next_response", BUYER_MESSAGE, talk.answered_from, talk.last_human_reply)
        if (BUYER_MESSAGE, True) not in told:
            yield from _counted_there(talk.answered_from, talk.last_human_reply)
    if talk.first_buyer_message is not None and not talk.first_waived:
        first = talk.first_buyer_message
        yield _Run("platform", "thread_opened", first, talk.first_human_reply, key=key("thread_opened", first))
    if talk.last_human_reply is not None and done is None:
        yield _Run("periodic_update", BUYER_MESSAGE, talk.last_human_reply)
    yield _Run("resolution", BUYER_MESSAGE, facts.created_at, done)
    for step in facts.steps:
        kind: Kind = "platform" if step.by_platform else "step"
        yield _Run(kind, step.name, step.started_at, step.done_at, due=step.due, key=step.key)


def _counted_there(start: Instant, stop: Instant | None) -> Iterator[_Run]:
    yield _Run("platform", BUYER_MESSAGE, start, stop)
    yield _Run("platform", "return_or_contact", start, stop, key=key("return_or_contact", start))


def _clock(
    run: _Run, facts: TicketFacts, policies: list[Policy], calendars: Mapping[str, Calendar], now: Instant
) -> ClockPlan | None:
    rivals = []
    for policy in policies:
        if policy.kind == run.kind and policy.starts == run.starts:
            calendar = calendars.get(policy.calendar, ALWAYS)
            rivals.append(_timed(run, facts, policy, calendar, now))
    rivals.sort(key=lambda r: (r.due, r.left, r.policy_id))
    named = {p.id: p for p in policies}
    if run.due is not None:
        return _by_platform(run, run.due, rivals, named, now)
    if not rivals or (rivals[0].state == "met" and not run.answered):
        return None  # solved in time without a reply: none is owed, so neither kept nor missed
    policy = named[rivals[0].policy_id]
    return _warning(_explained(rivals, named, facts), run, facts, policy, calendars.get(policy.calendar, ALWAYS))


def _timed(run: _Run, facts: TicketFacts, policy: Policy, calendar: Calendar, now: Instant) -> ClockPlan:
    pauses = list(_pauses(policy, facts, run.stop))
    due = deadline(policy.target, calendar, run.start, pauses)
    if policy.reopen_grace and (rest := _reopened(facts)) is not None and rest[0] < due < NEVER:
        due = max(due, add(calendar, rest[1], policy.reopen_grace, pauses))
    until = now if run.stop is None else run.stop
    state: State = "breached" if until > due else "met" if run.stop is not None else "running"
    if due < NEVER:
        left = remaining(calendar, until, due, pauses)
    else:
        left = policy.target.amount - elapsed(calendar, run.start, until, pauses)
        state = "met" if run.stop is not None else "paused"
    return ClockPlan(
        kind=run.kind,
        starts=run.starts,
        policy_id=policy.id,
        policy_version=policy.version,
        start=run.start,
        due=due,
        warn_at=due,
        state=state,
        left=left,
        reason=Reason(policy.name),
        stopped_at=run.stop,
        key=run.key or run.start,
    )


def _warning(chosen: ClockPlan, run: _Run, facts: TicketFacts, policy: Policy, calendar: Calendar) -> ClockPlan:
    if chosen.due >= NEVER:
        return chosen
    pauses = list(_pauses(policy, facts, run.stop))
    shares = [s for s in policy.warn if s < 1]  # at the whole of it, it is over, and that is told as such
    found = [min(chosen.due, warning(policy.target, calendar, run.start, s, pauses)) for s in shares]
    warns = tuple((round(s * 100), at) for s, at in zip(shares, found, strict=True))
    return replace(chosen, warns=warns, warn_at=found[-1] if found else chosen.due)


def _pauses(policy: Policy, facts: TicketFacts, stop: Instant | None) -> Iterator[Pause]:
    if policy.kind not in PAUSABLE:
        return
    standing = policy.pauses | DONE if policy.kind == "resolution" else policy.pauses
    for span in facts.spans:
        if span.status in standing and (stop is None or span.start < stop):
            yield span.start, NEVER if span.end is None else span.end


def _reopened(facts: TicketFacts) -> tuple[Instant, Instant] | None:
    """When a ticket that is open again was solved last, and when it was reopened. What had run out by then has."""
    rests = [(s.start, s.end) for s in facts.spans if s.status in DONE and s.end is not None]
    return max(rests, key=lambda rest: rest[1], default=None) if facts.solved_at is None else None


def _explained(rivals: list[ClockPlan], policies: Mapping[str, Policy], facts: TicketFacts) -> ClockPlan:
    chosen = rivals[0]
    policy = policies[chosen.policy_id]
    gaps: dict[str, object] = {"policy": _title(policy), "target": policy.target.words(), "count": len(rivals)}
    text = N_("“{policy}” applies: {target}.")
    if len(rivals) > 1:
        gaps["other"] = _title(policies[rivals[1].policy_id])
        text = N_("“{policy}” applies: {target}, due first of {count} that match; next is “{other}”.")
    if chosen.state == "paused":
        gaps["left"] = spell(chosen.left)
        gaps["status"] = next((s.status for s in facts.spans if s.end is None), "")
        text = N_("“{policy}” applies: {target}. It stands while the ticket is {status}; {left} are left.")
    return replace(chosen, reason=Reason(text, gaps))


def _title(policy: Policy) -> Reason:
    """Its name, by which a shipped one is translated."""
    return Reason(policy.name.replace("{", "{{").replace("}", "}}"))


def _by_platform(
    run: _Run, due: Instant, rivals: list[ClockPlan], policies: Mapping[str, Policy], now: Instant
) -> ClockPlan:
    until = now if run.stop is None else run.stop
    reason = Reason(N_("The platform's own date."))
    if rivals and rivals[0].due < NEVER:
        ahead = due - rivals[0].due
        if ahead:
            text = N_("The platform's own date, {span} later than ours.")
            if ahead < 0:
                text = N_("The platform's own date, {span} earlier than ours.")
            reason = Reason(text, {"span": spell(abs(ahead))})
    state: State = "breached" if until > due else "running" if run.stop is None else "met"
    shares = [s for s in (policies[rivals[0].policy_id].warn if rivals else WARN) if s < 1]
    warns = tuple((round(s * 100), run.start + int(max(0, due - run.start) * s)) for s in shares)
    return ClockPlan(run.kind, run.starts, "", 0, run.start, due, warns[-1][1] if warns else due, state, due - until,
                     reason, run.stop, warns, run.key or run.start)  # fmt: skip
