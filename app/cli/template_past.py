"""`deskhand template history|diff|stats|review|reviewed`: what templates were, what they did, and which to read again."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from difflib import unified_diff
from typing import Any

from app.cli.options import Usage
from app.cli.output import At, Column, local, record, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.cli.template_edit import Verbs, maybe_one, one
from app.cli.times import moment
from app.words import _

HISTORY, DIFF, STATS, DUE, READ = (
    "deskhand/template-history/1", "deskhand/template-diff/1", "deskhand/template-stats/1",
    "deskhand/template-review/1", "deskhand/template-reviewed/1",
)  # fmt: skip


def VERBS() -> Verbs:
    return (
        ("history", _("every version, newest first"), one, _history),
        ("diff", _("what changed between two versions"), _diff_arguments, _diff),
        ("stats", _("how often each was used, and what became of it"), _stats_arguments, _stats),
        ("review", _("which should be read again, and why"), _no_arguments, _review),
        ("reviewed", _("say that somebody has read it again"), _many, _reviewed),
    )


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _many(parser: Parser) -> None:
    parser.add_argument("template", nargs="+", metavar="ID", help=_("its id"))


def _history(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book, versions

    found = list(versions.history(run.conn, template_book.KIND, args.template))
    if not found:
        template_book.need(run.conn, args.template)
    rows = ({"version": v.number, "at": At(v.at), "by": v.by.id, "note": v.note or None,
             "languages": list(v.body.get("text", {}))} for v in found)  # fmt: skip
    columns = [Column("version", _("Version"), right=True), Column("at", _("When")), Column("by", _("Who")),
               Column("languages", _("Languages")), Column("note", _("Note"))]  # fmt: skip
    records(run, HISTORY, "versions", columns, rows, template=args.template)
    return 0


def _diff_arguments(parser: Parser) -> None:
    one(parser)
    parser.add_argument("old", nargs="?", type=int, default=0, metavar="FROM", help=_("a version (the one before)"))
    parser.add_argument("new", nargs="?", type=int, default=0, metavar="TO", help=_("a version (the newest)"))


def _diff(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book, versions
    from desk.automation.library import template_from, template_toml

    newest = next(iter(versions.history(run.conn, template_book.KIND, args.template)), None)
    if newest is None:
        template_book.need(run.conn, args.template)
        record(run, DIFF, {"template": args.template, "from": None, "to": None, "diff": ""}, lambda: [])
        return 0
    new = args.new or newest.number
    old = args.old or max(1, new - 1)
    was, now = (template_toml(template_from(versions.version(run.conn, template_book.KIND, args.template, n).body))
                for n in (old, new))  # fmt: skip
    lines = list(unified_diff(was.splitlines(), now.splitlines(), f"{args.template} {old}", f"{args.template} {new}",
                              lineterm=""))  # fmt: skip
    record(run, DIFF, {"template": args.template, "from": old, "to": new, "diff": "\n".join(lines)}, lambda: lines)
    return 0


def _stats_arguments(parser: Parser) -> None:
    maybe_one(parser)
    parser.add_argument("--since", default="90d", metavar="T", help=_("from when on: a date, or 90d"))


def _stats(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk.automation.template_stats import usage

    if args.template:
        template_book.need(run.conn, args.template)
    try:
        since = moment(args.since, run.now, run.zone)
    except ValueError as exc:
        raise Usage(_("{word} is no time; say 2026-11-01 or 14d.").format(word=args.since)) from exc
    rows = ({"template": u.template_id, "used": u.used, "sent": u.sent, "taken_back": u.taken_back,
             "by_rules": u.by_rules, "answered": u.answered, "answer_ms": u.answer_ms, "solved": u.solved,
             "reopened": u.reopened, "last_used": At(u.last_used_at), "languages": u.languages}
            for u in usage(run.conn, since, args.template))  # fmt: skip
    columns = [
        Column("template", _("Template")),
        Column("used", _("Used"), right=True),
        Column("sent", _("Sent"), right=True),
        Column("taken_back", _("Taken back"), right=True),
        Column("answered", _("Answered"), right=True),
        Column("answer_ms", _("Answer after"), _spelt(), right=True),
        Column("solved", _("Solved in 7 d"), right=True),
        Column("reopened", _("Reopened in 7 d"), right=True),
        Column("last_used", _("Last used")),
        Column("languages", _("Languages")),
    ]
    records(run, STATS, "templates", columns, rows, since=At(since))
    return 0


def _spelt() -> Callable[[Any], str]:
    from desk.clocks.countdown import spell

    return lambda ms: spell(int(ms))


def _review(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.review import due

    rows = ({"template": d.template_id, "since": At(d.since),
             "why": [r.render(_, lambda at: local(at, run.zone)) for r in d.why]} for d in due(run.conn, run.now))  # fmt: skip
    columns = [Column("template", _("Template")), Column("since", _("Since")), Column("why", _("Why"))]
    records(run, DUE, "templates", columns, rows)
    return 0


def _reviewed(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.review import reviewed

    with run.write() as unit:
        until = [reviewed(unit, ident) for ident in args.template]
    rows = ({"template": ident, "review": At(at)} for ident, at in zip(args.template, until, strict=True))
    columns = [Column("template", _("Template")), Column("review", _("Read again"))]
    records(run, READ, "templates", columns, rows)
    return 0
