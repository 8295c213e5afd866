"""Rules made ready for a dry run. Those between which nothing happens that one of them asks about are asked together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from desk.automation.rules.model import Act, Rule
from store.connection import Connection

ARRIVALS = {"created": "1", "buyer_message": "t.trial_said = 'in'", "agent_reply": "t.trial_said = 'out'"}
"""What an arrival sets off, and on which tickets: a person's message opened it, a buyer's or one of ours."""
TRIED = {*ARRIVALS, "changed"}
_AT_ONCE = 60
"""Rules of one SELECT: each is a bit of an integer."""


class Step:
    """A rule with its number and its condition as SQL; `acts` are those up to a `stop`, `stops` says that no later rule
    sees a ticket on which it fired. A rule in shadow finds its tickets and does nothing."""

    def __init__(self, number: int, rule: Rule, where: str, params: Sequence[Any]) -> None:
        self.number, self.rule, self.where, self.params = number, rule, where, params
        self.acting = rule.state != "shadow"
        names = [act.do for act in rule.then]
        self.acts = rule.then[: names.index("stop")] if "stop" in names else rule.then
        self.stops = self.acting and (rule.stop or "stop" in names)
        causes = [ARRIVALS[when] for when in rule.when if when in ARRIVALS]
        self.caused = "1" if "1" in causes else f"({' OR '.join(causes)})" if causes else ""

    def writes(self) -> set[str]:
        """Pieces of SQL that a condition holds if it may see what this rule does."""
        if not self.acting:
            return set()
        found = {piece for act in self.acts for piece in _pieces(act)}
        return found | {"t.trial_ended"} if self.stops else found


def _pieces(act: Act) -> Iterator[str]:
    effect = act.effect
    for name in effect.fields:
        yield f"t.{name}"
    if "status" in effect.fields:
        yield "t.is_open"
    if effect.add or effect.remove:
        yield "ticket_tag"
    if effect.assigns:
        yield from ("t.assignee_id", "t.group_id", "t.needs_review")
    if effect.replies:
        yield "t.needs_review"
    if act.do == "snooze":
        yield "t.snoozed_until"


class Batch:
    """Rules that are asked in one SELECT, one bit each."""

    def __init__(self, steps: Sequence[Step], stopped: bool) -> None:
        self.steps = steps
        bits = [f"CASE WHEN {s.caused} AND {s.where} THEN {1 << n} ELSE 0 END" for n, s in enumerate(steps)]
        rules = ", ".join(f"({s.number}, {1 << n})" for n, s in enumerate(steps))
        ended = " WHERE t.trial_ended = 0" if stopped else ""
        self.sql = (
            f"WITH found (id, mask) AS MATERIALIZED (SELECT t.id, {' + '.join(bits)} FROM ticket t{ended}), "
            f"bit (rule, value) AS MATERIALIZED (VALUES {rules}) "
            "INSERT INTO trial_hit (rule, ticket_id, depth) SELECT bit.rule, found.id, 0 FROM bit CROSS JOIN found "
            "WHERE found.mask AND found.mask & bit.value"
        )
        self.params = [p for s in steps for p in s.params]

    def find(self, conn: Connection) -> dict[int, int]:
        """Finds the tickets of every rule; returns how many each has, by its number."""
        conn.execute(self.sql, self.params)
        numbers = (s.number for s in self.steps)
        sql = "SELECT count(*) FROM trial_hit WHERE rule = ?"
        return {n: conn.execute(sql, (n,)).fetchone()[0] for n in numbers}


def batches(steps: Iterable[Step]) -> list[Batch]:
    """The rules an arrival sets off, in order, cut where a condition may see what a rule before it did."""
    made: list[Batch] = []
    together: list[Step] = []
    written: set[str] = set()
    stopped = False
    for step in steps:
        if not step.caused:
            continue
        sees = "t.trial_ended" in written or any(piece in step.where for piece in written)
        if together and (sees or len(together) == _AT_ONCE):
            made.append(Batch(together, stopped))
            stopped = stopped or any(s.stops for s in together)
            together, written = [], set()
        together.append(step)
        written |= step.writes()
    return [*made, Batch(together, stopped)] if together else made
