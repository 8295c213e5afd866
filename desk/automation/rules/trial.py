"""A dry run: what rules would have done to the tickets that arrived in the last days, without touching one.

Rules run set-wise, top to bottom, on TEMP tables that hide the desk's (`trial_desk`), compiled as the live run compiles
them; what one does is visible to the next. Tried is the arrival of each ticket and what rules set off by it. Routing,
which comes after rules, is not; nor is what happens later (answers, clocks, timers): `Trial.not_tried` names the rules
that wait for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from desk import inbox
from desk.automation.rules import trial_desk
from desk.automation.rules.conditions import shop_zone
from desk.automation.rules.model import Rule
from desk.automation.rules.trial_acts import Acting
from desk.automation.rules.trial_differences import differences
from desk.automation.rules.trial_replies import Replies
from desk.automation.rules.trial_result import Difference, Progress, Tally, Trial
from desk.automation.rules.trial_steps import TRIED, Arrivals, Step
from desk.automation.rules.trial_times import at_arrival
from desk.query import Context, compile_query, parse
from desk.reason import Reason
from desk.sync.intake import own_addresses
from store.connection import Connection
from store.errors import N_, DeskError, Invalid
from store.filter import Condition
from store.sql import shop
from store.unit import Store, UnitOfWork
from store.values import DAY, NEVER, SYSTEM, Instant

DAYS = 90
KEPT = 100
"""Tickets whose difference is kept to be shown, unless more are asked for."""
DEPTH = 10
"""How far rules set off rules; `desk.automation.rules.run` stops there too."""


def _go_on(done: int, of: int) -> bool:
    return True


def shop_context(conn: Connection, now: Instant) -> Context:
    """What rules are compiled against at `now`: nobody asks, and days are the shop's."""
    calendar = next((body for name, body, _version in shop.calendars(conn) if name == "shop"), None)
    return inbox.context(conn, "", now, shop_zone(calendar))


def dry_run(
    store: Store, rules: Sequence[Rule], context: Context, *, asked: Sequence[str] = (), days: int = DAYS,
    keep: int = KEPT, progress: Progress = _go_on,
) -> Trial:  # fmt: skip
    """Runs `rules` (as they would be in force, top to bottom) over the tickets that arrived within `days` before
    `context.now`. Counts and differences are of the rules `asked` for, all unless said. Raises Invalid where a rule does
    not compile, or for a window that is none."""
    if not 0 < days <= 3_660:
        raise Invalid(N_("{item} days are no window."), item=str(days), next=N_("Say a number from 1 to 3660."))
    with store.aside() as conn:
        return _Run(conn, rules, context, asked, keep).over(days, progress)


class _Run:
    """One dry run on a connection of its own."""

    def __init__(
        self, conn: Connection, rules: Sequence[Rule], context: Context, asked: Sequence[str], keep: int
    ) -> None:
        self.conn, self.context, self.keep, self.all = conn, context, keep, list(rules)
        self.named = set(asked)
        self.words: dict[tuple[str, str], int] = {}
        self.rules = {r.id: Tally() for r in rules if not asked or r.id in self.named}
        self.differences: list[Difference] = []
        self.touched = 0
        trial_desk.prepare(conn)
        self.broken: dict[str, DeskError] = {}
        self.steps = [step for n, r in enumerate(rules) if (step := self._made(n, r)) is not None]
        self.arrivals = Arrivals(self.steps)
        self.wanted = [s for s in self.steps if s.rule.id in self.rules]
        self.chained = any("changed" in s.rule.when for s in self.steps)
        self.replies = Replies(conn, frozenset(own_addresses(UnitOfWork(conn, SYSTEM, context.now, str))))
        self.acting = Acting(conn, context.agents, self.rules, self.replies)

    def _made(self, number: int, rule: Rule) -> Step | None:
        """A rule made ready; one nobody asked for that does not compile is left out, as the live run leaves it."""
        try:
            return self._step(number, rule)
        except DeskError as error:
            if rule.id in self.rules:
                raise
            self.broken[rule.id] = error
            return None

    def _step(self, number: int, rule: Rule) -> Step:
        query = parse(rule.condition)

        def compiled(now: Instant) -> Condition:
            return compile_query(query, replace(self.context, now=now, me=None)).condition

        where, params = at_arrival(compiled, self.context.now, self._word)
        if rule.channel:
            where, params = f"t.channel_id = ? AND {where}", [rule.channel, *params]
        if (rule.starts or rule.ends) and rule.id not in self.named:
            where = f"t.created_at >= ? AND t.created_at < ? AND {where}"
            params = [*_days(rule, self.context.zone), *params]
        return Step(number, rule, where, params)

    def _word(self, expression: str, table: str) -> int:
        return self.words.setdefault((expression, table), len(self.words))

    def over(self, days: int, progress: Progress) -> Trial:
        now = self.context.now
        since, until = now - days * DAY, now + 1
        arrived, done, stopped = trial_desk.count(self.conn, since, until), 0, False
        for part in trial_desk.slices(self.conn, since, until):
            for (expression, table), number in self.words.items():
                trial_desk.find_words(self.conn, number, expression, table)
            self.acting.record = self.chained or len(self.differences) < self.keep
            self._arrivals()
            for depth in range(1, DEPTH):
                if not self._set_off(depth):
                    break
            self._count()
            done += part.many
            if not progress(done, arrived) and done < arrived:
                stopped = True
                break
        not_tried = {s.rule.id: _why_not(s.rule) for s in self.wanted if not TRIED & set(s.rule.when)}
        return Trial(since, until, arrived, done, self.touched, self.rules, tuple(self.differences), not_tried,
                     tuple(self._notes()), stopped)  # fmt: skip

    def _notes(self) -> Iterator[Reason]:
        for step in self.wanted:
            if step.rule.id in self.named and (step.rule.starts or step.rule.ends):
                yield Reason(N_("{rule} is tried as if its dates were now."), {"rule": step.rule.id})
        for rule_id in self.broken:
            yield Reason(N_("{rule} does not compile and is left out."), {"rule": rule_id})
        if self.replies.unchecked:
            yield Reason(N_("{count} replies were filled in to see whether they would leave; {rest} more count as leaving."),
                         {"count": self.replies.checked, "rest": self.replies.unchecked})  # fmt: skip

    # Firing ------------------------------------------------------------------------------------------

    def _arrivals(self) -> None:
        """Every rule that an arrival sets off, top to bottom."""
        for step, fired in self.arrivals.find(self.conn):
            self._did(step, 0, fired)

    def _set_off(self, depth: int) -> bool:
        """Every rule that what rules changed one step before sets off; False when that was nothing."""
        sql = "SELECT EXISTS (SELECT 1 FROM trial_diff WHERE depth = ?)"
        if not self.chained or not self.conn.execute(sql, (depth - 1,)).fetchone()[0]:
            return False
        for step in self.steps:
            if "changed" in step.rule.when:
                fields = step.rule.fields
                among = f"AND d.field IN ({', '.join('?' * len(fields))})" if fields else ""
                caused = (
                    f"t.id IN (SELECT d.ticket_id FROM trial_diff d WHERE d.depth = ? {among}) AND NOT EXISTS "
                    "(SELECT 1 FROM trial_hit h WHERE h.rule = ? AND h.ticket_id = t.id)"
                )
                self._fire(step, depth, caused, (depth - 1, *fields, step.number))
        return True

    def _fire(self, step: Step, depth: int, caused: str, params: Sequence[Any]) -> None:
        fired = self.conn.execute(
            "INSERT INTO trial_hit (rule, ticket_id, depth) SELECT ?, t.id, ? FROM ticket t "
            f"WHERE t.trial_ended = 0 AND {caused} AND {step.where}",
            (step.number, depth, *params, *step.params),
        ).rowcount
        self._did(step, depth, fired)

    def _did(self, step: Step, depth: int, fired: int) -> None:
        if step.rule.id in self.rules:
            self.rules[step.rule.id].matched += fired
        if fired and step.acting:
            self.acting.act(step, depth, fired)

    # Counting ----------------------------------------------------------------------------------------

    def _count(self) -> None:
        """What is counted at the end of a chunk: tickets with any firing, and the first differences."""
        among = f"({', '.join(str(s.number) for s in self.wanted)})" if self.wanted else "(NULL)"
        sql = f"SELECT count(DISTINCT ticket_id) FROM trial_hit WHERE rule IN {among}"
        self.touched += self.conn.execute(sql).fetchone()[0]
        if len(self.differences) < self.keep:
            room = self.keep - len(self.differences)
            self.differences += differences(self.conn, self.all, among, room)


def _days(rule: Rule, zone: tzinfo) -> tuple[Instant, Instant]:
    """First and last day of a rule as instants, half open."""

    def midnight(day: date) -> Instant:
        return round(datetime.combine(day, datetime.min.time(), zone).timestamp() * 1000)

    return (
        midnight(rule.starts) if rule.starts else 0,
        midnight(rule.ends + timedelta(days=1)) if rule.ends else NEVER,
    )


def _why_not(rule: Rule) -> Reason:
    return Reason(N_("{rule} waits for what happens after a ticket came in; that cannot be tried on history."),
                  {"rule": rule.id})  # fmt: skip
