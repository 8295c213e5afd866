"""`deskhand rule test|effect`: what rules would have done to history, and what one has changed since it was enabled."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.options import Usage
from app.cli.output import At, Column, Record, local, record, records
from app.cli.parsing import Parser
from app.cli.run import Run, confirmed, tickets_said
from app.words import _, language
from store.errors import N_, NotFound
from store.values import Money

if TYPE_CHECKING:
    from desk.automation.rules.effect import Side
    from desk.automation.rules.model import Rule
    from desk.automation.rules.trial_result import Difference, Tally, Trial

TEST, EFFECT = "deskhand/rule-test/1", "deskhand/rule-effect/1"

Verbs = tuple[tuple[str, str, Callable[[Parser], None], Callable[[Run, Any], int]], ...]


def VERBS() -> Verbs:
    return (
        ("test", _("what rules would have done to the tickets that arrived lately; nothing is changed"),
         _test_arguments, _test),
        ("effect", _("answer times and reopening before and after a rule was enabled"), _effect_arguments, _effect),
    )  # fmt: skip


def _test_arguments(parser: Parser) -> None:
    parser.add_argument("what", nargs="?", default="", metavar="ID|FILE",
                        help=_("a rule, or a file of rules; every rule that is on unless said"))  # fmt: skip
    parser.add_argument("--days", type=int, default=90, metavar="N", help=_("days of history to try it on (90)"))
    parser.add_argument("--limit", type=int, default=20, metavar="N", help=_("tickets to show one by one (20)"))


def _effect_arguments(parser: Parser) -> None:
    parser.add_argument("rule", metavar="ID", help=_("its id"))


def _test(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep

    rules = keep.every(run.conn)
    asked: list[Rule] = []
    if args.what in {r.id for r in rules}:
        asked = [next(r for r in rules if r.id == args.what)]
    elif args.what:
        asked = _of_file(run, args.what)
    found = tried(run, rules, asked, args.days, args.limit)
    told(run, found, args.limit)
    return 1 if found.stopped else 0


def _of_file(run: Run, name: str) -> list[Rule]:
    from desk.automation.rules import keep
    from desk.automation.rules.model import rules_from_text

    path = Path(name).expanduser()
    if not path.is_file():
        keep.need(run.conn, name)
        raise NotFound(N_("{item} cannot be read."), item=name, next=N_("Check the path."))
    return rules_from_text(read_text(path), path.name)


def read_text(path: Path) -> str:
    """A file of rules. Raises NotFound where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise NotFound(N_("{item} cannot be read."), item=str(path), next=N_("Check the path.")) from exc


def tried(run: Run, rules: Sequence[Rule], asked: Sequence[Rule], days: int, keep: int) -> Trial:
    """A dry run of the rules that are on, with those `asked` for as if they were on, at their places; counted are those
    asked for, all where none is."""
    from desk.automation.rules.trial import dry_run, shop_context

    if not 0 < days <= 3660:
        raise Usage(_("{word} is no number of days; say 1 to 3660.").format(word=days))
    wanted = {r.id: replace(r, state="on") for r in asked}
    known = [replace(wanted.pop(r.id), position=r.position) if r.id in wanted else r for r in rules]
    whole = [r for r in known if r.state != "off"] + list(wanted.values())
    context = shop_context(run.conn, run.now)
    return dry_run(
        run.store, whole, context, asked=[r.id for r in asked], days=days, keep=keep, progress=_counting(run)
    )


def _counting(run: Run) -> Callable[[int, int], bool]:
    """Says how far it is where somebody watches; Ctrl+C breaks off."""
    watched = run.options.format in ("", "table") and sys.stderr.isatty()

    def progress(done: int, of: int) -> bool:
        if watched and of > 20_000:
            print(f"\r{done:,}/{of:,}", end="\n" if done >= of else "", file=sys.stderr, flush=True)
        return True

    return progress


def agreed(run: Run, rules: Sequence[Rule], args: argparse.Namespace, question: str) -> bool:
    """Shows what these rules would have done, then asks. Raises Usage where nobody can be asked and --yes is absent."""
    from desk.automation.rules import keep

    if args.dry_run or not args.yes or run.options.format in ("", "table"):
        found = tried(run, keep.every(run.conn), rules, args.days, 5)
        if args.dry_run:
            told(run, found, 5)
            return False
        for text in _page(run, found, 5):
            run.say(text)
    return confirmed(question, args.yes)


# Telling a trial -------------------------------------------------------------------------------------


def told(run: Run, found: Trial, limit: int) -> None:
    """Prints a dry run: totals and tickets as one document, a page for a person, tickets alone line by line."""
    tickets = [_ticket(d) for d in found.differences[:limit]]
    if run.options.format in ("jsonl", "csv", "html"):
        columns = [Column("ticket", _("Ticket")), Column("subject", _("Subject")), Column("rules", _("Rules")),
                   Column("changes", _("Changes")), Column("tags", _("Tags")), Column("replies", _("Replies")),
                   Column("acts", _("Acts"))]  # fmt: skip
        records(run, TEST, "tickets", columns, tickets)
        return
    record(run, TEST, {
        "since": At(found.since), "until": At(found.until), "arrived": found.arrived, "tried": found.tickets,
        "stopped": found.stopped, "touched": found.touched, "total": _tally(found.total()),
        "rules": [{"id": rule_id, **_tally(t)} for rule_id, t in found.rules.items()],
        "not_tried": [why.render(_) for why in found.not_tried.values()], "notes": [n.render(_) for n in found.notes],
        "tickets": tickets,
    }, lambda: _page(run, found, limit))  # fmt: skip


def _ticket(d: Difference) -> Record:
    return {"ticket": d.ticket_id, "subject": d.subject, "rules": d.rules,
            "changes": {_FIELDS.get(name, name): list(pair) for name, pair in d.changes.items()}, "tags": d.tags,
            "replies": d.replies, "acts": d.acts}  # fmt: skip


_FIELDS = {"assignee_id": "assignee", "group_id": "group"}


def _tally(t: Tally) -> dict[str, Any]:
    return {
        "matched": t.matched, "assigned": dict(t.assigned), "replied": dict(t.replied),
        "held_back": {_(why): n for why, n in t.held_back.items()}, "tagged": dict(t.tagged),
        "untagged": dict(t.untagged), "set": dict(t.set), "acts": dict(t.acts), "failed": dict(t.failed),
        "refunded": t.refunded, "money": [Money(code, minor) for code, minor in t.money.items()],
    }  # fmt: skip


def _page(run: Run, found: Trial, limit: int) -> Iterator[str]:
    yield _("{tickets} arrived since {time}; rules would have touched {touched}.").format(
        tickets=tickets_said(found.tickets), time=local(found.since, run.zone), touched=found.touched)  # fmt: skip
    if found.stopped:
        yield _("It was broken off; {count} more were not looked at.").format(count=found.arrived - found.tickets)
    for rule_id, tally in found.rules.items():
        yield ""
        yield f"{rule_id}: {tickets_said(tally.matched)}"
        yield from (f"  {line}" for line in _lines(tally))
    for note in (*found.not_tried.values(), *found.notes):
        yield note.render(_)
    shown = found.differences[:limit]
    if shown:
        yield ""
    for d in shown:
        yield f"#{d.ticket_id}  {d.subject[:50]}  [{', '.join(d.rules)}]  {_changed(d)}"
    if found.touched > len(shown) and limit:
        yield _("… and {count} more; --limit shows them.").format(count=found.touched - len(shown))


def _lines(t: Tally) -> Iterator[str]:
    for title, counter in (
        (_("assigned"), t.assigned), (_("replied"), t.replied),
        (_("replies held back"), Counter({_(why): n for why, n in t.held_back.items()})), (_("tagged"), t.tagged),
        (_("tag removed"), t.untagged), (_("set"), t.set), (_("also"), t.acts), (_("failed"), t.failed),
    ):  # fmt: skip
        if counter:
            yield f"{title}: " + ", ".join(f"{name} {n}" for name, n in counter.most_common())
    if t.refunded:
        money = ", ".join(str(Money(code, minor)) for code, minor in t.money.items())
        yield _("refunded: {tickets}, {money}").format(tickets=tickets_said(t.refunded), money=money)


def _changed(d: Difference) -> str:
    parts = [f"{_FIELDS.get(name, name)}: {_shown(pair[0])} → {_shown(pair[1])}" for name, pair in d.changes.items()]
    return ", ".join([*parts, *d.tags, *(f"✉ {t}" for t in d.replies), *d.acts])


def _shown(value: object) -> str:
    return "–" if value is None or value == "" else str(value)


# Effect ----------------------------------------------------------------------------------------------


def _effect(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules.effect import effect
    from desk.automation.rules.trial import shop_context

    found = effect(run.store, args.rule, shop_context(run.conn, run.now))
    notes = [note.render(_) for note in found.notes]

    def page() -> Iterable[str]:
        yield _("{rule} is on since {time}.").format(rule=found.rule, time=local(found.enabled_at, run.zone))
        for title, side in ((_("before"), found.before), (_("after"), found.after)):
            if side is not None:
                yield f"{title}: {_side_line(side)}"
        yield from notes

    record(run, EFFECT, {
        "rule": found.rule, "enabled": At(found.enabled_at), "disabled": At(found.disabled_at or 0),
        "before": _side(found.before), "after": _side(found.after), "telling": found.telling, "notes": notes,
        "language": language(),
    }, page)  # fmt: skip
    return 0


def _side(side: Side | None) -> Record | None:
    if side is None:
        return None
    return {**side._asdict(), "since": At(side.since), "until": At(side.until)}


def _side_line(s: Side) -> str:
    from desk.clocks.countdown import spell

    parts = [tickets_said(s.tickets)]
    if s.first_response_ms is not None:
        parts.append(_("first reply after {span} (median of {count})").format(
            span=spell(s.first_response_ms), count=s.answered))  # fmt: skip
    if s.resolution_ms is not None:
        parts.append(_("solved after {span} (median of {count})").format(span=spell(s.resolution_ms), count=s.solved))
    if s.reopen_share is not None:
        parts.append(_("{count} of {of} reopened").format(count=s.reopened, of=s.solved))
    if s.good is not None:
        parts.append(_("{good} good and {bad} bad ratings").format(good=s.good, bad=s.bad))
    return ", ".join(parts)
