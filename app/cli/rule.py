"""`deskhand rule`: what the desk does by itself. Tried on history before it is enabled, measured after, kept in git."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from app.cli.bulk import act
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.labels import column, named
from app.words import N_, _, language, ngettext, render_error
from store.errors import DeskError, Refused

if TYPE_CHECKING:
    from desk.automation.rules.lint import Finding
    from desk.automation.rules.model import Rule

LIST, ONE, STATE, LINT = "deskhand/rules/1", "deskhand/rule/1", "deskhand/rule-state/1", "deskhand/rule-lint/1"


def arguments(parser: Parser) -> None:
    from app.cli import rule_files, rule_trial

    verbs(parser, (
        ("list", _("every rule, in the order they run"), _no_arguments, _list),
        ("show", _("one rule whole"), one, _show),
        *rule_trial.VERBS(),
        ("enable", _("let a rule act, after a look at what it would have done"), _enable_arguments, _enable),
        ("disable", _("switch a rule off"), _many, _disable),
        ("shadow", _("let a rule only tell what it would do"), _many, _shadow),
        ("move", _("put a rule at another place; they run top to bottom"), _move_arguments, _move),
        ("remove", _("take a rule away; its versions stay"), _many, _remove),
        ("run", _("run a rule by hand on named tickets"), _run_arguments, _run_by_hand),
        ("lint", _("what is wrong with rules, and what to do about it"), _lint_arguments, _lint),
        *rule_files.VERBS(),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def one(parser: Parser) -> None:
    parser.add_argument("rule", metavar="ID", help=_("its id"))


def _many(parser: Parser) -> None:
    parser.add_argument("rule", nargs="+", metavar="ID", help=_("its id"))


def asking(parser: Parser) -> None:
    """The options of what is shown before it is done."""
    parser.add_argument("--days", type=int, default=90, metavar="N", help=_("days of history to try it on (90)"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen, and do nothing"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def _enable_arguments(parser: Parser) -> None:
    _many(parser)
    asking(parser)


def _move_arguments(parser: Parser) -> None:
    one(parser)
    parser.add_argument("place", type=int, metavar="PLACE", help=_("where it runs; 1 is the first"))


def _run_arguments(parser: Parser) -> None:
    one(parser)
    parser.add_argument("tickets", nargs="+", type=ticket_number, metavar="TICKET", help=_("their numbers"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def _lint_arguments(parser: Parser) -> None:
    parser.add_argument("rule", nargs="*", metavar="ID", help=_("only these rules"))


# Looking ---------------------------------------------------------------------------------------------


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep
    from desk.automation.rules.effect import hits
    from desk.automation.rules.model import STATES, TRIGGERS

    rules = keep.every(run.conn)
    counts = hits(run.conn, [r.id for r in rules], run.now)
    rows = [{**facts(r), "hits": counts[r.id]} for r in rules]
    columns = [
        Column("place", _("Place"), right=True),
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("state", _("State"), column(STATES)),
        Column("hits", _("Hits in 7 d"), right=True),
        Column("when", _("When"), column({name: name for name in TRIGGERS})),
        Column("if", _("If")),
        Column("then", _("Then"), lambda acts: ", ".join(a["do"] for a in acts)),
    ]
    records(run, LIST, "rules", columns, rows)
    for rule_id, error in keep.unreadable(run.conn).items():
        run.warn(f"{rule_id}: {render_error(error)}")
    return 0


def facts(rule: Rule) -> dict[str, Any]:
    """A rule, in the house's words; `place` counts from 1."""
    from desk.automation.rules.model import rule_to_table

    table = rule_to_table(rule)
    return {
        "id": rule.id, "name": rule.title(language()), "place": rule.position + 1, "state": rule.state,
        "version": rule.version, "when": list(rule.when), "fields": list(rule.fields), "every": table.get("every"),
        "if": rule.condition, "channel": rule.channel or None, "from": table.get("from"), "until": table.get("until"),
        "stop": rule.stop, "then": table["then"],
    }  # fmt: skip


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep
    from desk.automation.rules.effect import hits
    from desk.automation.rules.files import rules_to_text
    from desk.automation.rules.model import STATES

    rule = keep.one(run.conn, args.rule)
    count = hits(run.conn, [rule.id], run.now)[rule.id]

    def page() -> Iterator[str]:
        yield f"{rule.id}  {rule.title(language())}"
        yield _("{state}, place {place}, version {version}").format(
            state=named(STATES, rule.state), place=rule.position + 1, version=rule.version)  # fmt: skip
        yield fired_said(count)
        yield ""
        yield from rules_to_text([rule]).splitlines()

    record(run, ONE, {**facts(rule), "hits": count}, page)
    return 0


def fired_said(count: int) -> str:
    """How often it fired in a week."""
    return ngettext(
        "It fired {count} time in the last 7 days.", "It fired {count} times in the last 7 days.", count
    ).format(count=count)


def _lint(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep
    from desk.automation.rules.lint import lint
    from desk.automation.rules.trial import shop_context

    for rule_id in args.rule:
        keep.need(run.conn, rule_id)
    context = shop_context(run.conn, run.now)
    found = lint(run.conn, context, _today(run.now, context.zone), args.rule)
    columns = [Column("rule", _("Rule")), Column("severity", _("Severity"), column(SEVERITIES)), Column("what", _("What")),
               Column("next", _("What to do"))]  # fmt: skip
    records(run, LINT, "findings", columns, map(finding_record, found))
    return 1 if any(f.severity == "error" for f in found) else 0


def _today(now: int, zone: Any) -> Any:
    from datetime import datetime

    return datetime.fromtimestamp(now / 1000, zone).date()


SEVERITIES = {"error": N_("error"), "warning": N_("warning")}


def finding_record(found: Finding) -> Record:
    return {"rule": found.rule, "code": found.code, "severity": found.severity, "what": found.what.render(_),
            "next": found.next.render(_)}  # fmt: skip


# Switching -------------------------------------------------------------------------------------------


def _enable(run: Run, args: argparse.Namespace) -> int:
    from app.cli.rule_trial import agreed
    from desk.automation.rules import keep

    rules = [keep.one(run.conn, rule_id) for rule_id in args.rule]
    if not agreed(run, rules, args, _("Enable it? (y/n)")):
        if args.dry_run:
            return 0
        raise Refused(N_("Nothing was changed."))
    return _switch(run, [r.id for r in rules], "on")


def _disable(run: Run, args: argparse.Namespace) -> int:
    return _switch(run, args.rule, "off")


def _shadow(run: Run, args: argparse.Namespace) -> int:
    return _switch(run, args.rule, "shadow")


def _switch(run: Run, ids: Iterable[str], state: str) -> int:
    from desk.automation.rules import keep

    with run.write() as unit:
        done = [keep.set_state(unit, rule_id, state) for rule_id in ids]
    return _stated(
        run, [{"id": rule.id, "state": state, "place": keep.one(run.conn, rule.id).position + 1} for rule in done]
    )


def _stated(run: Run, rows: list[Record]) -> int:
    from desk.automation.rules.model import STATES

    columns = [
        Column("id", _("Id")),
        Column("state", _("State"), column(STATES)),
        Column("place", _("Place"), right=True),
    ]
    records(run, STATE, "rules", columns, rows)
    return 0


def _move(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep

    with run.write() as unit:
        keep.move(unit, args.rule, args.place - 1)
    moved = keep.one(run.conn, args.rule)
    return _stated(run, [{"id": moved.id, "state": moved.state, "place": moved.position + 1}])


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep

    with run.write() as unit:
        for rule_id in args.rule:
            keep.remove(unit, rule_id)
    return _stated(run, [{"id": rule_id, "state": "removed", "place": None} for rule_id in args.rule])


def _run_by_hand(run: Run, args: argparse.Namespace) -> int:
    from app.cli.run import confirmed, tickets_said
    from desk.automation.rules import keep
    from desk.automation.rules.timed import run_by_hand

    rule = keep.one(run.conn, args.rule)
    if any(a.outward for a in rule.then):
        asked = _("{rule} may write to buyers of {tickets}. Run it? (y/n)").format(
            rule=rule.id, tickets=tickets_said(len(args.tickets)))  # fmt: skip
        if not confirmed(asked, args.yes):
            raise Refused(N_("Nothing was changed."))

    def one_ticket(unit: Any, ticket_id: int) -> int:
        outcome = run_by_hand(unit, rule.id, [ticket_id])
        if outcome.refused:
            error: DeskError = outcome.refused[0][1]
            raise error
        return len(outcome.done)

    return act(run, args.tickets, one_ticket)
