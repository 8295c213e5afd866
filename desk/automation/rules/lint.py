"""What is wrong with rules before they meet a buyer: each finding names the rule, what it is and what to do.

An `error` keeps a rule from doing what it says; a `warning` is for its author to judge. The desk's own tickets are asked
where they know: which languages its buyers write, which gaps of a template stay empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from desk import thread as threads
from desk.automation import lint as texts
from desk.automation.rules import keep
from desk.automation.rules.lint_names import Names, names_of
from desk.automation.rules.model import Act, Rule
from desk.automation.rules.trial_replies import BY_THEN
from desk.automation.templates import fill
from desk.query import Context, compile_query, parse
from desk.query.tree import And, Node, Not, Or
from desk.reason import Reason
from store import filter as f
from store.connection import Connection
from store.errors import N_, DeskError
from store.filter import Condition
from store.sql import shop
from store.sql.plan import Order, counter, page
from store.sql.rows import Template

SAMPLE = 200
"""The newest tickets of a rule's condition that are asked for their languages."""
FILLED = 50
"""… and in which a template is filled."""
FEW = 2
"""A language fewer buyers of the sample write is no finding."""

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend. `code` is stable for scripts."""

    rule: str
    code: str
    severity: Severity
    what: Reason
    next: Reason


def lint(conn: Connection, context: Context, today: date, only: Iterable[str] = ()) -> list[Finding]:
    """Findings of every rule of the desk, in the order the rules run; of those named, if any are."""
    wanted = set(only)
    rules = keep.every(conn)
    found = [Finding(rule_id, "unreadable", "error", _said(error), Reason(N_("Write it anew: deskhand rule edit {rule}"),
                     {"rule": rule_id})) for rule_id, error in keep.unreadable(conn).items()]  # fmt: skip
    found += check(conn, context, today, rules)
    return [one for one in found if not wanted or one.rule in wanted]


def check(conn: Connection, context: Context, today: date, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Findings of rules in this order, whether they are stored or not."""
    names = names_of(conn)
    conditions: dict[str, Condition] = {}
    for rule in rules:
        try:
            conditions[rule.id] = compile_query(parse(rule.condition), context).condition
        except DeskError as error:
            yield Finding(rule.id, "condition", "error", _said(error),
                          Reason(N_("Correct its condition: deskhand rule edit {rule}"), {"rule": rule.id}))  # fmt: skip
    for n, rule in enumerate(rules):
        yield from _unreachable(rule, rules[:n], conditions)
        yield from _dates(rule, today)
        yield from _unknown(rule, names, conn)
        yield from _money(rule)
        yield from _loop(rule)
        if rule.id in conditions:
            yield from _texts(conn, rule, conditions[rule.id])


def _said(error: DeskError) -> Reason:
    return Reason(error.what, {"item": error.item, **error.gaps})


# Whether it ever runs --------------------------------------------------------------------------------


def _unreachable(rule: Rule, before: Sequence[Rule], conditions: dict[str, Condition]) -> Iterator[Finding]:
    if rule.state == "off" or rule.id not in conditions:
        return
    for other in before:
        if other.id not in conditions or not _ends_all(other, rule):
            continue
        if set(f.top_level(conditions[other.id])) <= set(f.top_level(conditions[rule.id])):
            what = Reason(N_("it never runs: {other} stops before it on every ticket it is for"), {"other": other.id})
            yield Finding(rule.id, "unreachable", "warning", what,
                          Reason(N_("Move it up: deskhand rule move {rule} PLACE"), {"rule": rule.id}))  # fmt: skip
            return


def _ends_all(other: Rule, rule: Rule) -> bool:
    """Whether whatever sets `rule` off sets `other` off, which then lets nothing behind it run."""
    stops = other.state == "on" and (other.stop or any(act.do == "stop" for act in other.then))
    fields = not other.fields or (bool(rule.fields) and set(rule.fields) <= set(other.fields))
    same = other.channel in ("", rule.channel) and not other.starts and not other.ends
    return stops and fields and same and set(rule.when) <= set(other.when)


def _dates(rule: Rule, today: date) -> Iterator[Finding]:
    if rule.ends is not None and rule.ends < today and rule.state != "off":
        what = Reason(N_("its last day was {day}"), {"day": rule.ends.isoformat()})
        yield Finding(rule.id, "expired", "warning", what,
                      Reason(N_("Turn it off, or give it new dates: deskhand rule edit {rule}"), {"rule": rule.id}))  # fmt: skip


# What it names ---------------------------------------------------------------------------------------


def _unknown(rule: Rule, names: Names, conn: Connection) -> Iterator[Finding]:
    for act in rule.then:
        for kind, ident in names.missing(act):
            what = Reason(N_("{act}: there is no {kind} {name}"), {"act": act.do, "kind": Reason(kind), "name": ident})
            yield Finding(rule.id, "unknown", "error", what,
                          Reason(N_("Correct it, or make {name} first."), {"name": ident}))  # fmt: skip
    if rule.channel and shop.channel(conn, rule.channel) is None:
        what = Reason(N_("there is no channel {name}"), {"name": rule.channel})
        yield Finding(rule.id, "unknown", "error", what, Reason(N_("See: deskhand channel list")))


# What it costs and starts ----------------------------------------------------------------------------


def _money(rule: Rule) -> Iterator[Finding]:
    if any(act.effect.money for act in rule.then) and _negated(parse(rule.condition).ast):
        yield Finding(rule.id, "negated-money", "warning",
                      Reason(N_("it moves money on tickets for which something does not hold")),
                      Reason(N_("Say which tickets it is for, so that one nobody thought of is not among them.")))  # fmt: skip
    if any(act.effect.money for act in rule.then) and not rule.condition:
        yield Finding(rule.id, "unconditional-money", "warning", Reason(N_("it moves money on every ticket")),
                      Reason(N_("Give it a condition.")))  # fmt: skip


def _negated(node: Node) -> bool:
    match node:
        case Not():
            return True
        case And(parts) | Or(parts):
            return any(map(_negated, parts))
    return False


def _loop(rule: Rule) -> Iterator[Finding]:
    if "agent_reply" in rule.when and any(act.effect.replies for act in rule.then):
        yield Finding(rule.id, "reply-loop", "warning",
                      Reason(N_("it answers the buyer whenever one of us has answered them")),
                      Reason(N_("Let it wait for the buyer: when = [\"buyer_message\"].")))  # fmt: skip


# What it writes --------------------------------------------------------------------------------------


class _Seen(NamedTuple):
    """The newest tickets a rule is for: their numbers, and how many are in each language."""

    tickets: tuple[int, ...]
    languages: Counter[str]


def _texts(conn: Connection, rule: Rule, condition: Condition) -> Iterator[Finding]:
    replies = [act for act in rule.then if act.effect.replies]
    if not replies:
        return
    seen = _newest(conn, rule, condition)
    for act in replies:
        template = shop.template(conn, act.effect.replies)
        if template is not None:
            yield from _of_text(conn, rule, act, template, seen)


def _of_text(conn: Connection, rule: Rule, act: Act, template: Template, seen: _Seen) -> Iterator[Finding]:
    mend = Reason(N_("Mend it: deskhand template edit {template}"), {"template": template.id})
    gaps: dict[str, object] = {"template": template.id}
    if template.internal:
        yield Finding(rule.id, "internal", "error", Reason(N_("the template {template} is for the team only"), gaps),
                      Reason(N_("Choose one that is written for buyers.")))  # fmt: skip
        return
    told: set[str] = set()
    for variant in threads.variants_of(template):
        platforms = {variant.platform} if variant.platform else _platforms(conn, rule)
        found = [("variable", one) for one in texts.named(variant.text)]
        found += [("banned", one) for one in texts.banned(variant.text, platforms)]
        for code, one in found:
            if one.what.english() not in told:
                told.add(one.what.english())
                what = Reason(N_("the template {template}: {what}"), {**gaps, "what": one.what})
                yield Finding(rule.id, code, one.severity, what, mend)
    have = {_base(v.language) for v in threads.variants_of(template)}
    lacking = {code: n for code, n in seen.languages.items() if code and code not in have and n >= FEW}
    if lacking:
        said = ", ".join(f"{code} ({n})" for code, n in sorted(lacking.items(), key=lambda pair: -pair[1]))
        yield Finding(rule.id, "language", "warning",
                      Reason(N_("the template {template} has no text for buyers who write {languages}"),
                             {**gaps, "languages": said}), mend)  # fmt: skip
    yield from _gaps(conn, rule, act, template, seen)


def _gaps(conn: Connection, rule: Rule, act: Act, template: Template, seen: _Seen) -> Iterator[Finding]:
    """Gaps that stayed empty in the newest tickets; without any ticket, those no room fills at all."""
    some = seen.tickets[:FILLED]
    empty: Counter[str] = Counter()
    blocked = 0
    for ticket_id in some:
        read = threads.read(conn, ticket_id, shown=5)
        try:
            variant, _how = threads.variant(template, read.ticket)
            facts = threads.template_context(read, "-", shop.name(conn), str(act.args.get("share", "")))
        except DeskError:
            continue
        missing = fill(variant.text, {**BY_THEN, **facts}).missing
        blocked += bool(missing)
        empty.update(missing)
    if not some:
        empty.update(name for v in threads.variants_of(template)[:1] for name in texts.unfilled(v.text))
    if not empty:
        return
    gaps: dict[str, object] = {"template": template.id, "names": ", ".join(empty), "count": blocked, "of": len(some)}
    what = Reason(N_("the template {template} would not leave in {count} of {of} tickets: nothing fills {names}"), gaps)
    if not some:
        what = Reason(N_("the template {template} would not leave: nothing fills {names}"), gaps)
    severity: Severity = "error" if blocked == len(some) else "warning"
    yield Finding(rule.id, "missing", severity, what,
                  Reason(N_("Give the template a fallback, or the rule a condition such as has:order.")))  # fmt: skip


def _newest(conn: Connection, rule: Rule, condition: Condition) -> _Seen:
    if rule.channel:
        condition = f.All((f.Is(f.TICKET_COLUMNS["channel"], (rule.channel,)), *f.top_level(condition)))
    person = f.Not(f.Has(f.TICKET_COLUMNS["automatic"]))
    sql, params = page(f.All((*f.top_level(condition), person)), Order("id", descending=True), SAMPLE, counter(conn))
    ids = tuple(row[0] for row in conn.execute(sql, params))
    marks = ", ".join("?" * len(ids))
    languages = Counter(_base(row[0]) for row in conn.execute(f"SELECT lang FROM ticket WHERE id IN ({marks})", ids))
    return _Seen(ids, languages)


def _platforms(conn: Connection, rule: Rule) -> set[str]:
    """Platforms to whose buyers the rule may write: that of its channel, else those its newest tickets came by."""
    return {c.platform for c in shop.channels(conn) if rule.channel in ("", c.id)}


def _base(tag: str) -> str:
    return tag.casefold().partition("-")[0]
