"""`deskhand view`: saved queries, shared or your own."""

from __future__ import annotations

import argparse

from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.words import _

LIST, ONE = "deskhand/views/1", "deskhand/view/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("views you see, with their counts"), _whose, _list),
        ("add", _("save a query"), _add_arguments, _add),
        ("set", _("change a view: its query, name, id, place or whose it is"), _set_arguments, _set),
        ("remove", _("forget a view; tickets stay"), _one, _remove),
    ))  # fmt: skip


run = perform_verb


def _whose(parser: Parser) -> None:
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--private", action="store_true", help=_("only for you"))
    whose.add_argument("--shared", action="store_true", help=_("for everybody"))


def _one(parser: Parser) -> None:
    parser.add_argument("view", metavar="ID", help=_("its id"))


def _add_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("query", nargs="+", metavar="QUERY", help=_("what it shows, such as is:open type:damaged"))
    parser.add_argument("--name", default="", metavar="TEXT", help=_("what it is called; its id unless said"))
    _whose(parser)


def _set_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("query", nargs="*", metavar="QUERY", help=_("what it shows from now on; as it was unless said"))
    parser.add_argument("--name", metavar="TEXT", help=_("what it is called"))
    parser.add_argument("--id", metavar="NEW", help=_("another id"))
    parser.add_argument("--position", type=int, metavar="N", help=_("its place among the views, from 1"))
    _whose(parser)


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk import inbox

    ctx = inbox.context(run.conn, run.me, run.now, run.zone)
    listed = [(v.view, v.count) for v in inbox.views(run.conn, ctx)]
    listed += [(v, None) for v in inbox.quiet_views(run.conn, run.me)]
    if args.private or args.shared:
        listed = [(v, n) for v, n in listed if bool(v.owner) == args.private]
    rows = ({**_row(v.id, _(v.name), v.query, v.owner), "count": count} for v, count in listed)
    columns = [Column("id", _("Id")), Column("name", _("Name")), Column("count", _("Tickets"), right=True),
               Column("query", _("Query")), Column("owner", _("Owner"))]  # fmt: skip
    records(run, LIST, "views", columns, rows)
    return 0


def _row(ident: str, name: str, query: str, owner: str) -> Record:
    return {"id": ident, "name": name, "query": query, "owner": owner or None}


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import views

    with run.write() as unit:
        v = views.add(unit, args.view, " ".join(args.query), name=args.name, owner=run.agent.id if args.private else "")
    record(run, ONE, _row(v.id, v.name, v.query, v.owner))
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk import views

    owner = run.agent.id if args.private else "" if args.shared else None
    with run.write() as unit:
        v = views.change(unit, args.view, name=args.name, query=" ".join(args.query) or None, owner=owner)
        if args.id:
            v = views.rename(unit, args.view, args.id)
        if args.position is not None:
            views.place(unit, v.id, args.position)
    record(run, ONE, _row(v.id, v.name, v.query, v.owner))
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk import views

    with run.write() as unit:
        v = views.remove(unit, args.view)
    record(run, ONE, _row(v.id, v.name, v.query, v.owner))
    return 0
