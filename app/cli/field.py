"""`deskhand field`: fields of your own, and what tickets have in them."""

from __future__ import annotations

import argparse
import json

from app.cli.bulk import act, leading_tickets
from app.cli.options import Usage
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.words import _, language
from store.sql.fields import CustomField

LIST, ONE = "deskhand/fields/1", "deskhand/field/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("your own fields"), _no_arguments, _list),
        ("add", _("a new field"), _add_arguments, _add),
        ("change", _("its title, or the words it takes"), _change_arguments, _change),
        ("remove", _("forget a field"), _remove_arguments, _remove),
        ("set", _("what tickets have in it; nothing takes it away"), _set_arguments, _set),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("field", metavar="ID", help=_("its id, such as batch_number"))


def _titles(parser: Parser) -> None:
    parser.add_argument("--name", action="append", default=[], metavar="TEXT|LANG=TEXT",
                        help=_("what it is called, such as Batch or zh-CN=批次; once per language"))  # fmt: skip
    parser.add_argument("--options", default=None, metavar="WORD,WORD", help=_("the words it takes; any unless said"))


def _add_arguments(parser: Parser) -> None:
    from desk.fields import KINDS

    _one(parser)
    parser.add_argument("kind", choices=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    _titles(parser)


def _change_arguments(parser: Parser) -> None:
    _one(parser)
    _titles(parser)
    parser.add_argument("--position", type=int, default=None, metavar="N", help=_("its place in the list"))


def _remove_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("--values", action="store_true", help=_("with what tickets have in it"))


def _set_arguments(parser: Parser) -> None:
    parser.add_argument("words", nargs="+", metavar="TICKET… ID VALUE", help=_("such as 7 8 batch_number A-17"))


def field_record(f: CustomField) -> Record:
    return {"id": f.id, "name": f.name, "names": json.loads(f.names), "kind": f.kind, "options": json.loads(f.options),
            "shipped": bool(f.shipped)}  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.fields import title
    from store.sql.fields import all_fields

    columns = [Column("id", _("Id")), Column("title", _("Name")), Column("kind", _("Kind")),
               Column("options", _("Words"))]  # fmt: skip
    rows = ({**field_record(f), "title": title(f, language())} for f in all_fields(run.conn))
    records(run, LIST, "fields", columns, rows)
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import fields

    name, names = titles(args.name)
    with run.write() as unit:
        made = fields.add(unit, args.field, args.kind, name=name, names=names, options=_words(args.options))
    record(run, ONE, field_record(made))
    return 0


def _change(run: Run, args: argparse.Namespace) -> int:
    from desk import fields

    name, names = titles(args.name)
    with run.write() as unit:
        old = fields.need(unit, args.field)
        wanted: dict[str, object] = {"name": name} if name else {}
        if names:
            wanted["names"] = {**json.loads(old.names), **names}
        if args.options is not None:
            wanted["options"] = _words(args.options)
        if args.position is not None:
            wanted["position"] = args.position
        if not wanted:
            raise Usage(_("Say what to change: --name, --options or --position."))
        made = fields.change(unit, args.field, wanted)
    record(run, ONE, field_record(made))
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk import fields

    with run.write() as unit:
        old = fields.remove(unit, args.field, values_too=args.values)
    record(run, ONE, field_record(old))
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk.fields import need, set_value

    ids, rest = leading_tickets(args.words)
    if not ids or not rest:
        raise Usage(_("Say: deskhand field set TICKET… ID VALUE"))
    field_id, text = rest[0], " ".join(rest[1:])
    with run.write() as unit:
        need(unit, field_id)
    return act(run, ids, lambda unit, ticket_id: set_value(unit, ticket_id, field_id, text, run.zone))


def titles(given: list[str]) -> tuple[str, dict[str, str]]:
    """`(general name, language → name)` of `--name` words."""
    name, names = "", dict[str, str]()
    for word in given:
        lang, equals, text = word.partition("=")
        if equals and lang.replace("-", "").isalnum() and 2 <= len(lang) <= 12 and " " not in lang:
            names[lang] = text
        else:
            name = word
    return name, names


def _words(text: str | None) -> list[str]:
    return [w.strip() for w in (text or "").split(",") if w.strip()]
