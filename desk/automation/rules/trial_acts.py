"""What rules do, done to the tickets of a dry run: many at once, so that later rules see it, and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from desk import groups
from desk.automation.rules.model import Act
from desk.automation.rules.trial_replies import Replies
from desk.automation.rules.trial_result import COSTS, Tally
from desk.automation.rules.trial_steps import Step
from desk.groups import TEAM
from desk.tickets import snooze_until
from store.connection import Connection
from store.values import NEVER, Money

_FOUND = "SELECT ticket_id FROM trial_hit WHERE rule = ? AND depth = ?"
_HITS = f"({_FOUND})"
_OF_RULE = "trial_hit WHERE rule = ? AND depth = ?"


class Acting:
    """Does the acts of a firing on all its tickets and counts them into the tally of the rule. With `record`, each
    change is kept with before and after: for the differences that are shown, and for rules that wait for changes."""

    def __init__(
        self, conn: Connection, agents: Collection[str], tallies: Mapping[str, Tally], replies: Replies
    ) -> None:  # fmt: skip
        self.conn, self.agents, self.tallies, self.replies = conn, agents, tallies, replies
        self.groups = {g.id: list(g.members) or list(agents) for g in groups.every(conn)}
        self.record = True

    def act(self, step: Step, depth: int, fired: int) -> None:
        """`fired` is the number of tickets on which the rule fired at this depth."""
        tally = self.tallies.get(step.rule.id) or Tally()
        for act in step.acts:
            if not self._do(step, depth, act, fired, tally):
                tally.set["needs_review=1"] += self._set(step, depth, "needs_review", "1")  # as a firing that fails
        if step.stops:
            self.conn.execute(f"UPDATE temp.ticket SET trial_ended = 1 WHERE id IN {_HITS}", (step.number, depth))

    def _do(self, step: Step, depth: int, act: Act, fired: int, tally: Tally) -> bool:
        """One act; False where it fails on all of the tickets."""
        effect = act.effect
        for name, value in effect.fields.items():
            tally.set[f"{name}={value}"] += self._set(step, depth, name, "?", value)
        for tag in effect.add:
            tally.tagged[tag] += self._tag(step, depth, tag)
        for tag in effect.remove:
            tally.untagged[tag] += self._untag(step, depth, tag)
        if effect.assigns:
            return self._assign(step, depth, effect.assigns, fired, tally)
        if effect.replies:
            self._reply(step, depth, act, tally)
        elif effect.money:
            self._money(step, depth, act, tally)
        elif act.do == "snooze":
            until = snooze_until(act.args["until"], 0)
            value = "?" if until in (0, NEVER) else "created_at + ?"
            tally.acts["snooze"] += self._set(step, depth, "snoozed_until", value, until)
        elif not (effect.fields or effect.add or effect.remove):
            tally.acts[act.do] += fired
        return True

    def _assign(self, step: Step, depth: int, target: str, fired: int, tally: Tally) -> bool:
        """To an agent, or to somebody of a group: who that is is routing's to say on the day; here its members take
        turns, so that later rules find an owner."""
        if target in self.agents:
            tally.assigned[target] += self._set(step, depth, "assignee_id", "?", target)
            return True
        if target not in self.groups:
            tally.failed["assign"] += fired
            return False
        if target != TEAM:
            self._set(step, depth, "group_id", "?", target)
        members = [m for m in self.groups[target] if m in self.agents]
        if members:
            turns = " ".join(f"WHEN {n} THEN ?" for n in range(len(members)))
            self._set(step, depth, "assignee_id", f"CASE id % {len(members)} {turns} END", *members)
        tally.assigned[target] += fired
        return True

    def _reply(self, step: Step, depth: int, act: Act, tally: Tally) -> None:
        """Replies that could not leave fail, which marks their tickets for review."""
        ids = self._ids(step, depth)
        found = self.replies.judge(ids, act.effect.replies, str(act.args.get("share", "")))
        held = [ticket_id for ticket_id, _why in found]
        for at in range(0, len(held), 500):
            some = ", ".join(map(str, held[at : at + 500]))
            marked = self._change(step.number, depth, "needs_review", "1", (), f"id IN ({some})", ())
            tally.set["needs_review=1"] += marked
        tally.replied[act.effect.replies] += len(ids) - len(found)
        tally.held_back.update(why for _ticket, why in found)

    def _money(self, step: Step, depth: int, act: Act, tally: Tally) -> None:
        cost = COSTS.get(act.do)
        ids = self._ids(step, depth)
        if cost is None:
            tally.acts[act.do] += len(ids)
            return
        for ticket_id in ids:
            order = self.conn.execute(
                "SELECT o.currency, o.total_minor FROM ticket_order x JOIN orders o ON o.id = x.order_id "
                "WHERE x.ticket_id = ? AND o.currency <> '' ORDER BY o.placed_at DESC LIMIT 1",
                (ticket_id,),
            ).fetchone()
            moved = cost(act.args, Money(*order) if order else None)
            if moved is not None:
                tally.refunded += 1
                tally.money[moved.currency] += moved.minor

    def _ids(self, step: Step, depth: int) -> list[int]:
        return [row[0] for row in self.conn.execute(_FOUND, (step.number, depth))]

    def _set(self, step: Step, depth: int, name: str, value: str, *bound: Any) -> int:
        """Sets a field to a piece of SQL on the tickets of a firing; returns on how many it differed."""
        return self._change(step.number, depth, name, value, bound, f"id IN {_HITS}", (step.number, depth))

    def _change(
        self, rule: int, depth: int, name: str, value: str, bound: Sequence[Any], where: str, params: Sequence[Any]
    ) -> int:  # fmt: skip
        test = f"{where} AND {name} IS NOT {value}"
        if self.record:
            self.conn.execute(f"INSERT INTO trial_diff SELECT ?, ?, ?, id, {name}, {value} FROM ticket WHERE {test}",
                              (depth, rule, name, *bound, *params, *bound))  # fmt: skip
        sql = f"UPDATE temp.ticket SET {name} = {value} WHERE {test}"
        return self.conn.execute(sql, (*bound, *params, *bound)).rowcount

    def _tag(self, step: Step, depth: int, tag: str) -> int:
        if self.record:
            self.conn.execute(
                "INSERT INTO trial_diff SELECT ?, ?, 'tags', h.ticket_id, NULL, ? FROM trial_hit h WHERE h.rule = ? "
                "AND h.depth = ? AND NOT EXISTS "
                "(SELECT 1 FROM ticket_tag x WHERE x.ticket_id = h.ticket_id AND x.tag = ?)",
                (depth, step.number, tag, step.number, depth, tag),
            )
        sql = f"INSERT OR IGNORE INTO temp.ticket_tag (ticket_id, tag) SELECT ticket_id, ? FROM {_OF_RULE}"
        return self.conn.execute(sql, (tag, step.number, depth)).rowcount

    def _untag(self, step: Step, depth: int, tag: str) -> int:
        here = f"FROM temp.ticket_tag WHERE tag = ? AND ticket_id IN {_HITS}"
        if self.record:
            self.conn.execute(f"INSERT INTO trial_diff SELECT ?, ?, 'tags', ticket_id, tag, NULL {here}",
                              (depth, step.number, tag, step.number, depth))  # fmt: skip
        return self.conn.execute(f"DELETE {here}", (tag, step.number, depth)).rowcount
