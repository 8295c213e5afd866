"""How a dry run reads: totals, then ticket by ticket what would have been different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.lines import Line
from app.safe import cells
from app.setup.drawn import text_lines
from app.setup.rooms import Reading
from app.words import _, language, ngettext
from desk.automation.rules.model import Rule
from desk.automation.rules.trial_result import Difference, Tally, Trial
from desk.vocabulary import PRIORITIES, STATUSES, TYPES
from store.values import DAY, Money


def lines(trial: Trial, rule: Rule, desk: Reading, width: int) -> list[Line]:
    """The report on one rule."""
    tally = trial.rules.get(rule.id, Tally())
    days = (trial.until - trial.since) // DAY
    looked = ngettext("{count} ticket", "{count} tickets", trial.tickets).format(count=f"{trial.tickets:,}")
    head = _("last {days} days · {tickets} · {count} would fire").format(
        days=days, tickets=looked, count=f"{tally.matched:,}"
    )
    found: list[Line] = [((f" {rule.title(language())}", "strong"),), ((f" {head}", "accent"),)]
    for name, text in totals(tally):
        found.append(((f"   {cells(name, 16)} ", "muted"), (text, "text")))
    notes = [note.render(_) for note in (*trial.notes, *trial.not_tried.values())]
    found += [(), *text_lines(notes, width, "warning")] if notes else []
    found.append(())
    if not tally.matched:
        found += text_lines([_("It would not have fired once.")], width, "muted")
    for one in trial.differences:
        found += _ticket(one)
    if len(trial.differences) < trial.touched:
        rest = trial.touched - len(trial.differences)
        found += text_lines([ngettext("and {count} more", "and {count} more", rest).format(count=rest)], width, "muted")
    return found


def many_lines(trial: Trial, rules: Sequence[Rule], width: int) -> list[Line]:
    """The report on several rules together: how often each would fire, then the totals and the tickets."""
    found: list[Line] = []
    for rule in rules:
        count = trial.rules[rule.id].matched if rule.id in trial.rules else 0
        found.append(((f" {cells(rule.title(language()), width - 10)}", "text"), (f"{count:>7}", "accent" if count else "muted")))
    found.append(())
    for name, text in totals(trial.total()):
        found.append(((f"   {cells(name, 16)} ", "muted"), (text, "text")))
    notes = [note.render(_) for note in (*trial.notes, *trial.not_tried.values())]
    found += [(), *text_lines(notes, width, "warning"), ()] if notes else [()]
    return [*found, *(line for one in trial.differences for line in _ticket(one))]


def totals(tally: Tally) -> list[tuple[str, str]]:
    """(what, how often to whom) for everything a rule did."""
    kinds: tuple[tuple[str, Counter[str]], ...] = (
        (_("assigned"), tally.assigned), (_("replied"), tally.replied), (_("would not leave"), tally.held_back),
        (_("tagged"), tally.tagged), (_("untagged"), tally.untagged), (_("set"), _in_words(tally.set)),
        (_("other acts"), tally.acts), (_("would fail"), tally.failed),
    )  # fmt: skip
    found = [(name, _counted(counter)) for name, counter in kinds if counter]
    if tally.money:
        moved = ", ".join(str(Money(currency, minor)) for currency, minor in sorted(tally.money.items()))
        found.append((_("money"), f"{tally.refunded}× · {moved}"))
    return found


def _in_words(counter: Counter[str]) -> Counter[str]:
    """`priority=3` → `priority Urgent`."""
    pairs = ((name.partition("="), count) for name, count in counter.items())
    return Counter({f"{_field(name)} {_value(name, value)}": count for (name, _sign, value), count in pairs})


def _counted(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(counter).most_common(8))


def _ticket(one: Difference) -> list[Line]:
    changes = [f"{_field(key)} {_value(key, before)} → {_value(key, after)}" for key, (before, after) in one.changes.items()]
    what = ", ".join((*changes, *one.tags, *(f"{_('reply')} {t}" for t in one.replies), *one.acts))
    return [((f" #{one.ticket_id:<6} ", "accent"), (one.subject, "text")), ((f"         {what or '–'}", "muted"),)]


def _field(name: str) -> str:
    return name.removesuffix("_id")


def _value(name: str, value: Any) -> str:
    """A field's value in words."""
    if value in (None, ""):
        return "–"
    if name == "priority":
        return _(PRIORITIES[list(PRIORITIES)[int(value)]])
    words = {"type": TYPES, "status": STATUSES}.get(name, {})
    return _(words[value]) if value in words else str(value)
