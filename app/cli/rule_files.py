"""`deskhand rule add|edit|export|import|history|diff|restore`: rules as text, for git and for looking back."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.options import Usage
from app.cli.output import At, Column, record, records
from app.cli.parsing import Parser
from app.cli.rule_trial import Verbs, agreed, read_text
from app.cli.run import Run
from app.labels import column
from app.words import N_, _, ngettext
from store.errors import Invalid, Refused

if TYPE_CHECKING:
    from desk.automation.rules.files import Change

SAVED, HISTORY, DIFF, EXPORT = (
    "deskhand/rule-saved/1", "deskhand/rule-history/1", "deskhand/rule-diff/1", "deskhand/rule-export/1",
)  # fmt: skip
KINDS = {"new": N_("new"), "changed": N_("changed"), "state": N_("switched"), "same": N_("as it was")}
_LARGEST = 4 << 20


def VERBS() -> Verbs:
    return (
        ("add", _("write a new rule, or several, from a TOML file"), _add_arguments, _add),
        ("edit", _("change a rule in your editor, or from a TOML file"), _edit_arguments, _edit),
        ("export", _("rules as TOML, for git; comments are not kept"), _export_arguments, _export),
        ("import", _("bring TOML into force; rules it does not name stay as they are"), _import_arguments, _import),
        ("history", _("every version, newest first"), _one, _history),
        ("diff", _("what changed between two versions"), _diff_arguments, _diff),
        ("restore", _("put an old version into force again"), _restore_arguments, _restore),
    )


def _one(parser: Parser) -> None:
    parser.add_argument("rule", metavar="ID", help=_("its id"))


def _asking(parser: Parser) -> None:
    parser.add_argument("--days", type=int, default=90, metavar="N", help=_("days of history to try it on (90)"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen, and do nothing"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))
    parser.add_argument("--note", default="", metavar="TEXT", help=_("why, for the history"))


def _file(parser: Parser, *, needed: bool) -> None:
    parser.add_argument("file", metavar="FILE", nargs=None if needed else "?", default=None if needed else "",
                        help=_("a TOML file; - is standard input"))  # fmt: skip


def _add_arguments(parser: Parser) -> None:
    _file(parser, needed=True)
    _asking(parser)


def _edit_arguments(parser: Parser) -> None:
    _one(parser)
    _file(parser, needed=False)
    _asking(parser)


def _import_arguments(parser: Parser) -> None:
    _add_arguments(parser)


def _export_arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help=_("where to; - is standard output"))
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help=_("only this rule; may be repeated"))


def _diff_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("old", nargs="?", type=int, default=0, metavar="FROM", help=_("a version (the one before)"))
    parser.add_argument("new", nargs="?", type=int, default=0, metavar="TO", help=_("a version (the newest)"))


def _restore_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("version", type=int, metavar="VERSION", help=_("its number: deskhand rule history ID"))
    parser.add_argument("--days", type=int, default=90, metavar="N", help=_("days of history to try it on (90)"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen, and do nothing"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


# Writing ---------------------------------------------------------------------------------------------


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules.files import compare

    text, name = _text(args.file)
    taken = [c.rule.id for c in compare(run.conn, text, name, run.now).changes if c.kind != "new"]
    if taken:
        raise Invalid(N_("There is a rule {item} already."), item=taken[0],
                      next=N_("Change it: deskhand rule edit {item}"))  # fmt: skip
    return _save(run, args, text, name)


def _import(run: Run, args: argparse.Namespace) -> int:
    return _save(run, args, *_text(args.file))


def _edit(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep
    from desk.automation.rules.files import compare, rules_to_text

    old = keep.one(run.conn, args.rule)
    text, name = _text(args.file) if args.file else (_edited(rules_to_text([old])), f"{args.rule}.toml")
    ids = [c.rule.id for c in compare(run.conn, text, name, run.now).changes]
    if ids != [args.rule]:
        raise Invalid(N_("The text is of {found}, not of {item}."), item=args.rule, found=", ".join(ids),
                      next=N_("Bring in several rules: deskhand rule import FILE"))  # fmt: skip
    return _save(run, args, text, name)


def _save(run: Run, args: argparse.Namespace, text: str, name: str) -> int:
    """Saves the rules of a text; where one comes to act by it, what it would have done is shown first."""
    from desk.automation.rules.files import compare, save_all

    found = compare(run.conn, text, name, run.now)
    acting = [c.rule for c in found.changes if c.turns_on]
    if acting and not agreed(run, acting, args, _("Let it act? (y/n)")) and not args.dry_run:
        raise Refused(N_("Nothing was changed."))
    if not args.dry_run:
        with run.write() as unit:
            saved = {rule.id: rule.version for rule in save_all(unit, text, name, note=args.note)}
    elif acting:
        return 0
    rows = [_row(c, 0 if args.dry_run else saved[c.rule.id]) for c in found.changes]
    columns = [Column("id", _("Id")), Column("change", _("Change"), column(KINDS)), Column("state", _("State")),
               Column("version", _("Version"), right=True)]  # fmt: skip
    records(run, SAVED, "rules", columns, rows, dry_run=args.dry_run, left=list(found.left))
    if found.left and len(rows) > 1:
        run.say(ngettext("{count} rule of the desk is not in the file; it stays.",
                         "{count} rules of the desk are not in the file; they stay.", len(found.left)).format(
                             count=len(found.left)))  # fmt: skip
    return 0


def _row(change: Change, version: int) -> dict[str, object]:
    return {"id": change.rule.id, "change": change.kind, "state": change.state[1], "version": version or None}


def _text(name: str) -> tuple[str, str]:
    """A text and what to call it."""
    if name != "-":
        path = Path(name).expanduser()
        return read_text(path), path.name
    try:
        return sys.stdin.read(_LARGEST), _("standard input")
    except UnicodeDecodeError as exc:
        raise Usage(_("The text on standard input is not UTF-8.")) from exc


def _edited(text: str) -> str:
    """What a person made of it in their editor. Raises Usage where nobody can edit, Refused where nothing changed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Usage(_("Nobody can edit here: name a FILE, or - for standard input."))
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rule.toml"
        path.write_text(text, "utf-8")
        try:
            subprocess.run([*editor, str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as exc:
            raise Refused(N_("The editor {item} ended with an error; nothing was changed."), item=editor[0]) from exc
        found = read_text(path)
    if found == text:
        raise Refused(N_("Nothing was changed."))
    return found


def _export(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.rules import keep
    from desk.automation.rules.files import rules_to_text

    rules = [keep.one(run.conn, i) for i in args.rule] if args.rule else keep.every(run.conn)
    text = rules_to_text(rules)
    if args.file == "-" and run.options.format in ("", "table", "plain"):
        sys.stdout.write(text)
        return 0
    if args.file != "-":
        try:
            Path(args.file).expanduser().write_text(text, "utf-8")
        except OSError as exc:
            raise Refused(N_("{item} cannot be written."), item=args.file, next=N_("Choose another file.")) from exc
    record(run, EXPORT, {"rules": [r.id for r in rules], "file": None if args.file == "-" else args.file, "text": text},
           lambda: [ngettext("{count} rule written to {file}.", "{count} rules written to {file}.", len(rules)).format(
               count=len(rules), file=args.file)])  # fmt: skip
    return 0


# Looking back ----------------------------------------------------------------------------------------


def _history(run: Run, args: argparse.Namespace) -> int:
    from desk import versions
    from desk.automation.rules import keep

    found = list(versions.history(run.conn, keep.KIND, args.rule))
    if not found:
        keep.need(run.conn, args.rule)
    rows = ({"version": v.number, "at": At(v.at), "by": v.by.id, "note": v.note or None, "body": dict(v.body)}
            for v in found)  # fmt: skip
    columns = [Column("version", _("Version"), right=True), Column("at", _("When")), Column("by", _("Who")),
               Column("note", _("Note"))]  # fmt: skip
    records(run, HISTORY, "versions", columns, rows, rule=args.rule)
    return 0


def _diff(run: Run, args: argparse.Namespace) -> int:
    from desk import versions
    from desk.automation.rules import keep
    from desk.automation.rules.files import body_to_text

    newest = next(versions.history(run.conn, keep.KIND, args.rule), None)
    if newest is None:
        keep.need(run.conn, args.rule)
    top = newest.number if newest else 1
    new = args.new or top
    old = args.old or max(1, new - 1)
    was, now = (body_to_text(args.rule, versions.version(run.conn, keep.KIND, args.rule, n).body) for n in (old, new))
    lines = list(
        unified_diff(was.splitlines(), now.splitlines(), f"{args.rule} {old}", f"{args.rule} {new}", lineterm="")
    )
    record(run, DIFF, {"rule": args.rule, "from": old, "to": new, "diff": "\n".join(lines)}, lambda: lines)
    return 0


def _restore(run: Run, args: argparse.Namespace) -> int:
    from desk import versions
    from desk.automation.rules import keep
    from desk.automation.rules.files import body_to_text
    from desk.automation.rules.model import rule_from

    body = versions.version(run.conn, keep.KIND, args.rule, args.version).body
    row = keep.need(run.conn, args.rule)
    rule = rule_from({**body, "id": args.rule})
    if row.state == "on" and not agreed(run, [rule], args, _("Let it act? (y/n)")):
        if args.dry_run:
            return 0
        raise Refused(N_("Nothing was changed."))
    if args.dry_run:
        sys.stdout.write(body_to_text(args.rule, body))
        return 0
    with run.write() as unit:
        restored = keep.restore(unit, args.rule, args.version)
    record(run, SAVED, {"id": restored.id, "change": "changed", "state": restored.state, "version": restored.version},
           lambda: [_("{rule} is as in version {old} again; that is version {new}.").format(
               rule=restored.id, old=args.version, new=restored.version)])  # fmt: skip
    return 0
