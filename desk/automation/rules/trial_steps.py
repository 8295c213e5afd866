"""Rules made ready for a dry run, and finding the tickets they are for."""

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
        return {piece for act in self.acts for piece in _pieces(act)}


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


class Arrivals:
    """Finding the tickets of every rule that an arrival sets off, in the order of the rules.

    Most conditions ask what no rule before them writes: all of those are asked in one SELECT, one bit each. The others
    are asked when it is their turn.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = [s for s in steps if s.caused]
        written: set[str] = set()
        early: list[Step] = []
        for step in self.steps:
            if not any(piece in step.where for piece in written):
                early.append(step)
            written |= step.writes()
        self._early = {step.number for step in early}
        self._batches = [_batch(early[n : n + _AT_ONCE]) for n in range(0, len(early), _AT_ONCE)]

    def find(self, conn: Connection) -> Iterator[tuple[Step, int]]:
        """Each rule with the number of its tickets, which are in `trial_hit`; what it does has to be done before the
        next is asked for."""
        for sql, params in self._batches:
            conn.execute(sql, params)
        stopped = False
        for step in self.steps:
            yield step, self._early_count(conn, step, stopped) if step.number in self._early else _late(conn, step)
            stopped = stopped or step.stops

    def _early_count(self, conn: Connection, step: Step, stopped: bool) -> int:
        if stopped:
            ended = "(SELECT id FROM temp.ticket WHERE trial_ended = 1)"
            conn.execute(f"DELETE FROM trial_hit WHERE rule = ? AND ticket_id IN {ended}", (step.number,))
        n: int = conn.execute("SELECT count(*) FROM trial_hit WHERE rule = ?", (step.number,)).fetchone()[0]
        return n


def _late(conn: Connection, step: Step) -> int:
    return conn.execute(
        "INSERT INTO trial_hit (rule, ticket_id, depth) SELECT ?, t.id, 0 FROM ticket t "
        f"WHERE t.trial_ended = 0 AND {step.caused} AND {step.where}",
        (step.number, *step.params),
    ).rowcount


def _batch(steps: Sequence[Step]) -> tuple[str, list[Any]]:
    """One statement that finds the tickets of all of `steps`."""
    bits = [f"CASE WHEN {s.caused} AND {s.where} THEN {1 << n} ELSE 0 END" for n, s in enumerate(steps)]
    rules = ", ".join(f"({s.number}, {1 << n})" for n, s in enumerate(steps))
    sql = (
        f"WITH found (id, mask) AS MATERIALIZED (SELECT t.id, {' + '.join(bits)} FROM ticket t), "
        f"bit (rule, value) AS MATERIALIZED (VALUES {rules}) "
        "INSERT INTO trial_hit (rule, ticket_id, depth) SELECT bit.rule, found.id, 0 FROM bit CROSS JOIN found "
        "WHERE found.mask AND found.mask & bit.value"
    )
    return sql, [p for s in steps for p in s.params]
