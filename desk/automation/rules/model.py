"""A rule as it stands in force, read from a table (form, JSON body) or from TOML text, and written back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

import desk.automation.rules.acts  # noqa: F401 - fills ACTS
from desk.automation.rules.registry import ACTS, Args, Effect
from desk.automation.rules.tables import Table, missing, wrong
from desk.changes import FIELDS
from desk.clocks.toml_text import parse as parse_toml
from desk.query.parsing import parse
from store.errors import N_, DeskError, Invalid
from store.values import DAY, MINUTE, clean_line

TRIGGERS = {
    "created": N_("a ticket was opened"),
    "buyer_message": N_("a buyer wrote"),
    "agent_reply": N_("one of us answered"),
    "changed": N_("a field of the ticket changed"),
    "case": N_("a case was opened or changed"),
    "sla_warning": N_("a clock is about to run out"),
    "sla_breach": N_("a clock ran out"),
    "timer": N_("time passed"),
    "manual": N_("somebody ran it by hand"),
}
STATES = {"off": N_("off"), "shadow": N_("shadow"), "on": N_("in use")}
CHANGING = {
    **{name: name for name in FIELDS},
    "assignee": "assignee_id", "group": "group_id", "tag": "tags", "snoozed": "snoozed_until", "order": "order_number",
    "customer": "customer_id",
}  # fmt: skip
"""What `fields` may name → the field that events of a change name."""

SHORTEST, LONGEST = 5 * MINUTE, 366 * DAY
MOST_ACTS = 50
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: `args` is what its registered reader made of the table."""

    do: str
    args: Args = field(default_factory=dict, hash=False)

    @property
    def effect(self) -> Effect:
        return ACTS[self.do].effect(self.args)

    @property
    def outward(self) -> bool:
        return ACTS[self.do].outward


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `when` are triggers, `fields` (for `changed`; empty: any) columns of the ticket, `every` (for `timer`)
    milliseconds; `condition` is a query ("": every ticket), `channel` an id ("": all); `starts` and `ends` are the
    first and last day it is in force, in the shop's zone; `names` are titles by language of the face."""

    id: str
    name: str
    when: tuple[str, ...]
    then: tuple[Act, ...]
    condition: str = ""
    fields: tuple[str, ...] = ()
    every: int = 0
    channel: str = ""
    starts: date | None = None
    ends: date | None = None
    stop: bool = False
    names: tuple[tuple[str, str], ...] = ()
    state: str = "off"
    position: int = 0
    version: int = 1

    def title(self, language: str) -> str:
        """Its name in a language of the face, else the plain one."""
        return dict(self.names).get(language, self.name)

    def active(self, today: date) -> bool:
        """Whether its dates include `today`."""
        return (self.starts is None or self.starts <= today) and (self.ends is None or today <= self.ends)


def rule_from(table: Mapping[str, Any], item: str = "") -> Rule:
    """A rule from the table of its text or form. Raises Invalid naming the key that does not fit. Names of agents,
    channels and own fields in its condition are looked up when it is saved (`keep.save`)."""
    t = Table(table, item or clean_line(str(table.get("id", "")))[:60] or "rule")
    ident = t.text("id", needed=True)
    if not _ID.fullmatch(ident):
        raise t.bad("id", ident, ("vip-first",))
    names = _names(t)
    name = t.text("name") or names.get("en", "") or next(iter(names.values()), "") or ident
    when = t.words("when", TRIGGERS)
    if not when:
        raise missing(t.item, "when")
    fields = tuple(CHANGING[f] for f in t.words("fields", CHANGING))
    if fields and "changed" not in when:
        raise t.bad("fields", list(fields))
    every = t.length("every", needed="timer" in when)
    if every and ("timer" not in when or not SHORTEST <= every <= LONGEST):
        raise t.bad("every", table["every"], ("5m … 366d",))
    condition = t.text("if", needed=bool(every))
    parse(condition)
    starts, ends = t.day("from"), t.day("until")
    if starts and ends and ends < starts:
        raise t.bad("until", table["until"])
    made = Rule(
        id=ident, name=clean_line(name)[:120], names=tuple(names.items()), when=when, fields=fields, every=every,
        condition=condition, channel=t.text("channel"), starts=starts, ends=ends, stop=t.flag("stop"),
        then=_then(t), state=t.word("state", STATES) or "off",
    )  # fmt: skip
    t.take("position"), t.take("version")
    t.done()
    return made


def _names(t: Table) -> dict[str, str]:
    names = t.take("names") or {}
    if not isinstance(names, Mapping) or not all(isinstance(v, str) for v in names.values()):
        raise t.bad("names", names)
    return {clean_line(str(k)): clean_line(v)[:120] for k, v in names.items()}


def _then(t: Table) -> tuple[Act, ...]:
    rows = t.take("then")
    if not isinstance(rows, list | tuple) or not rows:
        raise missing(t.item, "then") if not rows else t.bad("then", rows)
    if len(rows) > MOST_ACTS:
        raise wrong(t.item, f"then[{MOST_ACTS + 1}]", "…")
    return tuple(act_from(row, t.item, f"then[{n}].") for n, row in enumerate(rows, 1))


def act_from(row: object, item: str, at: str = "") -> Act:
    """One act from its table; macros read theirs by it too. Raises Invalid."""
    if not isinstance(row, Mapping):
        raise wrong(item, at.rstrip("."), row)
    t = Table(row, item, at)
    do = t.word("do", ACTS, needed=True)
    args = ACTS[do].read(t)
    t.done()
    return Act(do, args)


def rule_to_table(rule: Rule) -> dict[str, Any]:
    """The table `rule_from` reads to the same rule, as JSON and TOML can hold it; place and version are not in it."""
    table: dict[str, Any] = {"id": rule.id, "name": rule.name}
    if rule.names:
        table["names"] = dict(rule.names)
    table["when"] = list(rule.when)
    if rule.fields:
        table["fields"] = list(rule.fields)
    if rule.every:
        table["every"] = _length(rule.every)
    optional = {"if": rule.condition, "channel": rule.channel, "from": rule.starts and rule.starts.isoformat(),
                "until": rule.ends and rule.ends.isoformat(), "stop": rule.stop}  # fmt: skip
    table |= {key: value for key, value in optional.items() if value}
    table["then"] = [{"do": act.do, **act.args} for act in rule.then]
    return table


def _length(ms: int) -> str:
    for size, unit in ((7 * DAY, "w"), (DAY, "d"), (60 * MINUTE, "h"), (MINUTE, "m")):
        if ms % size == 0:
            return f"{ms // size}{unit}"
    return f"{ms // 1000}s"


def stored(ident: str, position: int, state: str, body: str, version: int) -> Rule:
    """A rule from its row. Raises Invalid where what it says is no longer known."""
    rule = rule_from({**json.loads(body), "id": ident})
    return replace(rule, position=position, state=state, version=version)


def rules_from_text(text: str, item: str) -> list[Rule]:
    """The rules of a TOML text: `[[rule]]` tables, or a single rule at the top. Raises Invalid with line and column;
    `item` is what the person calls the text."""
    table = parse_toml(text, item)
    rows = table.pop("rule", None)
    if rows is None:
        rows = [table]
    elif table or not isinstance(rows, list):
        raise wrong(item, next(iter(table), "rule"), "…")
    found: list[Rule] = []
    for n, row in enumerate(rows):
        try:
            if not isinstance(row, Mapping):
                raise wrong(item, "rule", row)
            found.append(rule_from(row))
            if found[-1].id in {r.id for r in found[:-1]}:
                raise Invalid(N_("{item}: two rules have this id."), item=found[-1].id, key="id",
                              next=N_("Give one of them another."))  # fmt: skip
        except Invalid as error:
            raise placed(error, text, item, n) from error
    return found


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


def placed(error: DeskError, text: str, item: str, rule: int) -> Invalid:
    """The error of rule number `rule` (from 0) of a text with the line and column it is about."""
    key = str(error.gaps.get("key", "if" if "column" in error.gaps else ""))
    line, column = place(text, rule, key)
    if key == "if":  # a query tells its own column
        column += int(str(error.gaps["column"])) - 1
    return Invalid(N_("{file}, line {line}, column {place}: {problem}"), item=error.item, next=error.next,
                   **{**error.gaps, "file": item, "line": line, "place": column,
                      "problem": error.what.format(item=error.item, **error.gaps)})  # fmt: skip


_HEADER = re.compile(r"\s*\[\[\s*(rule|(?:rule\.)?then)\s*\]\]")
_INLINE = re.compile(r"\{(?=[^{}]*\bdo\s*=)")
"""An act written in one line: `{ do = "tag", add = ["x"] }`."""


def place(text: str, rule: int, key: str) -> Place:
    """Where the value of `key` ("if", "then[2].status") of a rule stands, else where its table begins."""
    table, _, name = key.rpartition(".")
    wanted = int(found[1]) if (found := re.fullmatch(r"then\[(\d+)\]", table or key)) else 0
    rule_at, then_at, best = -1, 0, Place(1, 1)
    if "[[rule]]" not in text.replace(" ", ""):
        rule_at = 0
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEADER.match(line):
            rule_at, then_at = (rule_at + 1, 0) if head[1] == "rule" else (rule_at, then_at + 1)
            if (rule_at, then_at) == (rule, wanted):
                best = Place(number, 1)
        elif (rule_at, then_at) == (rule, wanted) and name:
            at = re.match(rf"\s*\"?{re.escape(name)}\"?\s*=\s*[\"']?", line)
            if at:
                return Place(number, at.end() + 1)
        elif rule_at == rule and not wanted and (at := re.match(rf"\s*{re.escape(key)}\s*=\s*[\"']?", line)):
            return Place(number, at.end() + 1)
        elif rule_at == rule and wanted:
            for act in _INLINE.finditer(line):
                then_at += 1
                if then_at == wanted:
                    at = re.compile(rf"\b{re.escape(name)}\s*=\s*[\"']?").search(line, act.start()) if name else None
                    return Place(number, (at.end() if at else act.start()) + 1)
    return best
