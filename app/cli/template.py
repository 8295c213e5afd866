"""`deskhand template`: the replies with gaps."""

from __future__ import annotations

import argparse
import json

from app.cli import template_edit as edit
from app.cli import template_past as past
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.labels import column
from app.words import _, language
from store.sql.rows import Template, Ticket

LIST, ONE, PREVIEW, SUGGESTED, LINT = (
    "deskhand/templates/1", "deskhand/template/1", "deskhand/template-preview/1", "deskhand/suggestions/1",
    "deskhand/template-lint/1",
)  # fmt: skip


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every template"), _no_arguments, _list),
        ("show", _("one template, in every language it has"), edit.one, _show),
        ("preview", _("what would be sent on a ticket; without a template: those that suit it, and why"),
         _preview_arguments, _preview),
        ("lint", _("what is wrong with the texts"), edit.maybe_one, _lint),
        *edit.VERBS(),
        *past.VERBS(),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.vocabulary import TYPES
    from store.sql import shop

    rows = ({"id": t.id, "name": name(t), "types": json.loads(t.types), "languages": list(json.loads(t.texts)),
             "shipped": bool(t.shipped), "used": t.used, "internal": bool(t.internal), "review": At(t.review_at)}
            for t in shop.templates(run.conn))  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("types", _("Types"), column(TYPES)),
        Column("languages", _("Languages")),
        Column("internal", _("Only notes")),
        Column("used", _("Used"), right=True),
    ]
    records(run, LIST, "templates", columns, rows)
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk.automation.lint import unfilled

    row = template_book.need(run.conn, args.template)
    t = template_book.template_of(row)
    texts = {v.language: v.text for v in t.variants if not v.platform and not v.country}
    special = [{"language": v.language, "country": v.country or None, "platform": v.platform or None, "text": v.text}
               for v in t.variants if v.platform or v.country]  # fmt: skip
    waiting = sorted({path for v in t.variants for path in unfilled(v.text)})

    def page() -> list[str]:
        lines = [f"{t.id}  {name(row)}", _("Gaps: {gaps}").format(gaps=", ".join(t.variables))]
        if waiting:
            lines.append(_("Nothing fills yet: {gaps}").format(gaps=", ".join(waiting)))
        lines += [_("Mind: {limit}").format(limit=limit) for limit in t.limits]
        for v in t.variants:
            made_for = " ".join(filter(None, (v.language, v.country, v.platform)))
            lines += ["", f"[{made_for}]", v.text]
        return lines

    record(run, ONE, {"id": t.id, "name": name(row), "types": list(t.suits), "variables": sorted(t.variables),
                      "unfilled": waiting, "texts": texts, "variants": special, "limits": list(t.limits),
                      "shipped": bool(row.shipped), "internal": t.internal, "used": row.used,
                      "review": At(row.review_at)}, page)  # fmt: skip
    return 0


def _preview_arguments(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument("template", nargs="?", default="", metavar="ID", help=_("its id"))
    parser.add_argument("--language", default="", metavar="L", help=_("in this language instead of the buyer's"))
    parser.add_argument("--share", default="", metavar="50%", help=_("what of the order total is offered"))


def _preview(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk import thread as threads
    from desk.automation.templates import fill
    from desk.automation.variants import fallback_chain

    thread = threads.read(run.conn, args.ticket)
    if not args.template:
        return _suggest(run, thread.ticket)
    row = template_book.need(run.conn, args.template)
    chosen, how = threads.variant(row, thread.ticket, args.language)
    name, signature = (run.reader.name, run.reader.signature) if run.reader else ("", "")
    filled = fill(chosen.text, threads.template_context(thread, name, run.store.meta("name"), args.share, signature))
    problems = [] if row.internal else [p.render(_) for p in template_book.unfit(run.conn, thread.ticket, filled.text)]
    chain = fallback_chain(threads.variants_of(row), args.language or thread.ticket.lang or "en")

    def page() -> list[str]:
        lines = [how.render(_), _("Languages tried: {languages}").format(languages=" → ".join(chain))]
        if filled.missing:
            lines.append(_("missing: {names}").format(names=", ".join(filled.missing)))
        return [*lines, *problems, "", filled.text]

    record(run, PREVIEW, {"ticket": args.ticket, "template": row.id, "language": chosen.language, "why": how.render(_),
                          "chain": list(chain), "missing": list(filled.missing), "problems": problems,
                          "sendable": filled.sendable and not problems and not row.internal, "text": filled.text},
           page)  # fmt: skip
    return 0


def _suggest(run: Run, ticket: Ticket) -> int:
    from desk.automation.suggest import suggest

    rows: list[Record] = [{"kind": s.kind, "id": s.id, "score": round(s.score, 2), "why": s.why.render(_)}
                          for s in suggest(run.conn, ticket)]  # fmt: skip
    columns = [Column("kind", _("Kind")), Column("id", _("Id")), Column("why", _("Why"))]
    records(run, SUGGESTED, "suggestions", columns, rows, ticket=ticket.id)
    return 0


def _lint(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk.automation.library import findings, place
    from store.sql import shop

    asked = [template_book.need(run.conn, args.template)] if args.template else shop.templates(run.conn)
    rows: list[Record] = []
    for row in asked:
        for variant, finding in findings(template_book.template_of(row)):
            line, at = place("", variant.text, finding.start)
            rows.append({"id": row.id, "language": variant.language, "line": line, "column": at,
                         "severity": finding.severity, "problem": finding.what.render(_)})  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("language", _("Language")),
        Column("line", _("Line"), right=True),
        Column("column", _("Column"), right=True),
        Column("severity", _("Severity")),
        Column("problem", _("Problem")),
    ]
    records(run, LINT, "findings", columns, rows)
    return int(any(row["severity"] == "error" for row in rows))


def name(template: Template) -> str:
    """Its title in the reader's language, where it has one."""
    found: str = json.loads(template.names).get(language(), template.name)
    return found
