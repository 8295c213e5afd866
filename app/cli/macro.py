"""`deskhand macro`: a reply and the acts that go with it, done as one step."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from app.cli.options import Usage
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, confirmed, ticket_number, tickets_said
from app.cli.template_edit import files_of, read_file
from app.labels import column
from app.words import _, language, ngettext, render_error
from store.errors import N_, DeskError, Refused

LIST, ONE, RAN, CHANGED, FILES = (
    "deskhand/macros/1", "deskhand/macro/1", "deskhand/macro-run/1", "deskhand/macro-changed/1", "deskhand/macro-files/1",
)  # fmt: skip


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every macro"), _no_arguments, _list),
        ("show", _("one macro"), _one, _show),
        ("run", _("do it to tickets, as one step that undo takes back"), _run_arguments, _run),
        ("add", _("a new macro"), _add_arguments, _add),
        ("remove", _("forget a macro"), _one, _remove),
        ("export", _("macros as TOML, for git"), _export_arguments, _export),
        ("import", _("bring in macros from TOML files"), _import_arguments, _import),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("macro", metavar="ID", help=_("its id"))


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.macros import left_over, listed
    from desk.vocabulary import TYPES

    rows = ({"id": m.id, "name": m.name(language()), "template": m.template or None, "then": m.then,
             "types": list(m.types), "kinds": list(m.kinds), "by_hand": list(left_over(m)), "used": m.used}
            for m in listed(run.conn))  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("template", _("Template")),
        Column("types", _("Types"), column(TYPES)),
        Column("kinds", _("Cases")),
        Column("by_hand", _("Left to do by hand")),
        Column("used", _("Used"), right=True),
    ]
    records(run, LIST, "macros", columns, rows)
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.macros import left_over, macro_toml, need

    macro = need(run.conn, args.macro)
    left = left_over(macro)

    def page() -> list[str]:
        lines = macro_toml(macro).rstrip("\n").split("\n")
        return [*lines, "", _hand(left)] if left else lines

    record(run, ONE, {**macro.body(), "name": macro.name(language()), "used": macro.used, "by_hand": list(left)}, page)
    return 0


def _hand(left: tuple[str, ...]) -> str:
    return _("Not done by it, since that room is not here yet: {acts}").format(acts=", ".join(left))


def _run_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("tickets", nargs="+", type=ticket_number, metavar="TICKET", help=_("their numbers"))
    parser.add_argument("--dry-run", action="store_true", help=_("show what would leave, and send nothing"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def _run(run: Run, args: argparse.Namespace) -> int:
    from desk.automation import macros

    macro = macros.need(run.conn, args.macro)
    ids = list(dict.fromkeys(args.tickets))
    if args.dry_run:
        return _dry(run, macro, ids)
    question = _("Run {macro} on {tickets}? (y/n)").format(macro=macro.name(language()), tickets=tickets_said(len(ids)))
    if macro.template and not confirmed(question, args.yes):
        raise Refused(N_("Nothing was sent."))
    with run.write() as unit:
        ran = macros.run(unit, macro.id, ids)
    if len(ids) == 1 and ran.outcome.refused:
        raise ran.outcome.refused[0][1]
    refused = [{"ticket": number, "error": render_error(error)} for number, error in ran.outcome.refused]
    record(run, RAN, {"macro": macro.id, "changed": ran.outcome.done, "refused": refused, "by_hand": list(ran.needs)},
           lambda: [_("Changed: {tickets}.").format(tickets=tickets_said(len(ran.outcome.done))),
                    *([_hand(ran.needs)] if ran.needs else [])])  # fmt: skip
    for one in refused:
        run.warn(f"#{one['ticket']}: {one['error']}")
    return 1 if refused else 0


def _dry(run: Run, macro: Any, ids: list[int]) -> int:
    from app.wire import acting
    from desk.automation.macros import prepared

    rows: list[Record] = []
    for ticket_id in ids:
        row = {"ticket": ticket_id, "to": [], "text": None, "then": macro.then, "problem": None}
        try:
            reply = prepared(run.conn, macro, ticket_id, acting(run.agent))
            row |= {"to": list(reply.to), "text": reply.text} if reply else {}
        except DeskError as error:
            row["problem"] = render_error(error)
        rows.append({**row, "acts": [act["do"] for act in macro.acts]})
    columns = [Column("ticket", _("Ticket"), right=True), Column("to", _("To")), Column("text", _("Text")),
               Column("acts", _("Acts")), Column("problem", _("Problem"))]  # fmt: skip
    records(run, RAN, "tickets", columns, rows, macro=macro.id, dry_run=True)
    return int(any(row["problem"] for row in rows))


def _add_arguments(parser: Parser) -> None:
    from desk.automation.macros import CASE_KINDS
    from desk.outbox import AFTER_SENDING

    _one(parser)
    parser.add_argument("--name", default="", metavar="TEXT", help=_("what it is called"))
    parser.add_argument("--template", default="", metavar="ID", help=_("the reply it sends"))
    parser.add_argument("--then", default="open", choices=AFTER_SENDING, help=_("status once it has left (open)"))
    parser.add_argument("--share", default="", metavar="50%", help=_("what of the order total is offered"))
    parser.add_argument("--type", action="append", default=[], metavar="TYPE", help=_("an issue type it is for"))
    parser.add_argument("--case", action="append", default=[], choices=CASE_KINDS, help=_("a kind of case it is for"))
    parser.add_argument("--act", action="append", default=[], metavar="ACT",
                        help=_("""an act as rules have it, such as 'do = "tag", add = ["vip"]'"""))  # fmt: skip


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk.automation import macros
    from desk.clocks.toml_text import parse

    acts = [parse(f"act = {{ {text} }}", "--act")["act"] for text in args.act]
    table = {"id": args.macro, "names": {"en": args.name or args.macro}, "template": args.template, "then": args.then,
             "share": args.share, "types": args.type, "kinds": args.case, "acts": acts}  # fmt: skip
    macro = macros.macro_from(table)
    with run.write() as unit:
        version = macros.save(unit, macro)
    _changed(run, macro.id, "saved" if version else "same", version)
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk.automation import macros

    with run.write() as unit:
        gone = macros.remove(unit, args.macro)
    _changed(run, gone.id, "removed", 0)
    return 0


def _changed(run: Run, ident: str, state: str, version: int) -> None:
    said = {"saved": _("Saved {item} as version {version}."), "same": _("{item} is as it was."),
            "removed": _("Removed {item}.")}[state]  # fmt: skip
    record(run, CHANGED, {"id": ident, "state": state, "version": version or None},
           lambda: [said.format(item=ident, version=version)])  # fmt: skip


def _export_arguments(parser: Parser) -> None:
    parser.add_argument("macro", nargs="*", metavar="ID", help=_("which ones (all)"))
    parser.add_argument("--to", default="", metavar="FOLDER", help=_("one file each in this folder"))


def _export(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.macros import listed, macro_toml, need

    macros = [need(run.conn, ident) for ident in args.macro] or listed(run.conn)
    texts = {m.id: macro_toml(m) for m in macros}
    if not args.to and len(texts) == 1:
        ident, text = next(iter(texts.items()))
        record(run, FILES, {"id": ident, "toml": text}, lambda: [text.rstrip("\n")])
        return 0
    if not args.to:
        raise Usage(_("Several macros need a folder: --to FOLDER."))
    folder = Path(args.to)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ident, text in texts.items():
            (folder / f"{ident}.toml").write_text(text, "utf-8")
    except OSError as exc:
        raise Refused(N_("{item} cannot be written."), item=str(folder), next=N_("Choose another folder.")) from exc
    rows = ({"id": ident, "path": str(folder / f"{ident}.toml")} for ident in texts)
    records(run, FILES, "macros", [Column("id", _("Id")), Column("path", _("File"))], rows)
    return 0


def _import_arguments(parser: Parser) -> None:
    parser.add_argument("path", nargs="+", metavar="PATH", help=_("TOML files, or folders of them"))


def _import(run: Run, args: argparse.Namespace) -> int:
    from desk.automation import macros

    read = [macros.macro_from_text(read_file(path), path.name) for path in files_of(args.path, (".toml",))]
    with run.write() as unit:
        versions = [macros.save(unit, macro, note="brought in from a file") for macro in read]
    rows = [{"id": m.id, "version": v or None, "state": "saved" if v else "same"}
            for m, v in zip(read, versions, strict=True)]  # fmt: skip
    run.say(ngettext("{count} macro", "{count} macros", len(rows)).format(count=len(rows)))
    records(run, FILES, "macros", [Column("state", _("State")), Column("id", _("Id")),
                                   Column("version", _("Version"), right=True)], rows)  # fmt: skip
    return 0
