"""What happened on the practice desk and when: conversations get a fate, and every step of theirs an instant.

The instants hang off `now`, so that whenever the desk is opened some clocks have just run out, some are about to, and
the rest run. Nothing here touches a store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from connectors.sandbox.world import Talk
from store.values import DAY, HOUR, MINUTE, SECOND, Instant

OVERDUE = (-190, -95, -42, -8)
"""Minutes past due of what is late."""
TODAY = 9
LATER = 21
PENDING, ON_HOLD, SNOOZED = 18, 3, 4

# Time to a reply by kind of clock: the shop policies this plan aims at (desk/clocks/data/shop.toml).
_FIRST, _NEXT, _URGENT = 12 * HOUR, 24 * HOUR, 2 * HOUR
_TAKE_BACK = 12 * SECOND
_SHOWN_HOSTILE = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to a conversation. `kind`: hear (turn `turn` arrives), queue and sent (our turn leaves;
    `then` is the status it leaves), note, solve, close, hold, snooze (for `then`: day or reply), unassign."""

    at: Instant
    talk: Talk
    kind: str
    turn: int = 0
    then: str = ""
    urgent: bool = False


def plan(rng: Random, talks: Sequence[Talk], now: Instant, midnight: Instant) -> list[Step]:
    """Every step of every conversation in the order of time. `midnight` ends the day of whoever looks at `now`."""
    people = [t for t in talks if t.trouble not in ("hostile", "machine")]
    hostile = [t for t in talks if t.trouble == "hostile"]
    machine = [t for t in talks if t.trouble == "machine"]
    goals = [now + m * MINUTE for m in OVERDUE] + _goals(rng, now, midnight)
    shown, rest = hostile[:_SHOWN_HOSTILE], hostile[_SHOWN_HOSTILE:]
    waiting = [*_take(people, len(goals) - len(shown)), *shown]
    steps: list[Step] = []
    unassigned = set(rng.sample(range(len(OVERDUE), len(goals) - len(shown)), k=3))
    # Hostile mails end the list: their clocks run to the farthest goals, which are those of a second message.
    for n, (talk, goal) in enumerate(zip(waiting, goals, strict=True)):
        steps += _waiting(rng, talk, goal, now)
        if n in unassigned:
            steps.append(Step(now - 3 * MINUTE + n * SECOND, talk, "unassign"))
    for count, ending in ((PENDING, "pending"), (ON_HOLD, "hold"), (SNOOZED, "snooze")):
        for n, talk in enumerate(_take(people, count)):
            steps += _resting(rng, talk, ending, "reply" if n == 0 else "day", now)
    for n, talk in enumerate(people):
        age = int(60 * DAY * (1 - (n + 1) / len(people)) ** 1.3) + rng.randint(30 * HOUR, 60 * HOUR)
        steps += _done(rng, talk, now - age, now)
    for talk in rest:
        steps += _done(rng, talk, now - rng.randint(26 * HOUR, 60 * HOUR), now)
    steps += [Step(now - rng.randint(1, 40) * HOUR, talk, "hear") for talk in machine]
    return sorted(steps, key=lambda s: (s.at, s.talk.number, s.turn))


def _take(people: list[Talk], count: int) -> list[Talk]:
    """The newest `count` of those left, which then are left no more."""
    found = people[len(people) - count :]
    del people[len(people) - count :]
    return found


def _goals(rng: Random, now: Instant, midnight: Instant) -> list[Instant]:
    """When what is not late yet falls due: `TODAY` until midnight, closer at first, then `LATER` within a day."""
    left = max(midnight - now, 30 * MINUTE) - 2 * MINUTE
    today = [now + max(3 * MINUTE, int(left * ((n + 1) / TODAY) ** 2.2)) for n in range(TODAY)]
    begin = min(max(midnight - now + 10 * MINUTE, 5 * HOUR), 20 * HOUR)
    return [*today, *sorted(now + rng.randint(begin, _NEXT - 10 * MINUTE) for _ in range(LATER))]


def _waiting(rng: Random, talk: Talk, goal: Instant, now: Instant) -> Iterator[Step]:
    """A conversation that waits for us, its clock due at `goal`. Mail has two working hours for a first answer, so
    there a second message waits, or an urgent first one."""
    left = goal - now
    if talk.trouble != "hostile" and left < _URGENT - MINUTE and rng.random() < 0.4:
        yield Step(goal - _URGENT, talk, "hear", urgent=True)
    elif talk.buyer.shop.kind == "marketplace" and left < _FIRST - MINUTE and rng.random() < 0.6:
        yield Step(goal - _FIRST, talk, "hear")
    else:
        again = goal - _NEXT
        answered = again - rng.randint(40 * MINUTE, 6 * HOUR)
        yield Step(answered - rng.randint(15 * MINUTE, 110 * MINUTE), talk, "hear")
        yield from _reply(answered, talk, 1, "open")
        yield Step(again, talk, "hear", turn=2)
        if rng.random() < 0.25:
            yield Step(again + 9 * MINUTE, talk, "note")


def _reply(at: Instant, talk: Talk, turn: int, then: str) -> Iterator[Step]:
    yield Step(at - _TAKE_BACK, talk, "queue", turn, then)
    yield Step(at, talk, "sent", turn)


def _resting(rng: Random, talk: Talk, ending: str, until: str, now: Instant) -> Iterator[Step]:
    """Answered, and nothing for us to do right now."""
    answered = now - rng.randint(2 * HOUR, 50 * HOUR)
    yield Step(answered - rng.randint(20 * MINUTE, 5 * HOUR), talk, "hear")
    yield from _reply(answered, talk, 1, "pending" if ending == "pending" else "open")
    if ending != "pending":
        yield Step(answered + 2 * MINUTE, talk, ending, then=until)


def _done(rng: Random, talk: Talk, begin: Instant, now: Instant) -> Iterator[Step]:
    """A conversation that came to its end; the answer took minutes to hours, now and then too long."""
    at = begin
    yield Step(at, talk, "hear", urgent=talk.trouble == "counterfeit_safety")
    if rng.random() < 0.12:
        yield Step(at + 5 * MINUTE, talk, "note")
    turns = talk.turns if len(talk.turns) > 3 else talk.turns[:2]
    last_ours = max(n for n, t in enumerate(turns) if t.ours)
    for n, turn in enumerate(turns[1:], 1):
        if turn.ours:
            at += 26 * HOUR if rng.random() < 0.03 else int(rng.lognormvariate(0, 0.9) * 70 * MINUTE) + 3 * MINUTE
            yield from _reply(min(at, now - 90 * MINUTE), talk, n, "solved" if n == last_ours else "pending")
        else:
            at += rng.randint(30 * MINUTE, 9 * HOUR)
            yield Step(min(at, now - 80 * MINUTE), talk, "hear", n)
    if not turns[-1].ours:
        yield Step(min(at + 20 * MINUTE, now - 70 * MINUTE), talk, "solve")
    if at + 8 * DAY < now:
        yield Step(at + 7 * DAY, talk, "close")
