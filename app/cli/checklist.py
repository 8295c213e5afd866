"""`deskhand checklist`: what the team wants done for one kind of trouble, and how far a ticket is with it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from app.cli.field import titles
from app.cli.options import Usage
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.words import _, language
from store.errors import N_, NotFound
from store.sql.tasks import Checklist, Step

LIST, ONE, STEPS = "deskhand/checklists/1", "deskhand/checklist/1", "deskhand/steps/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("the checklists there are"), _no_arguments, _list),
        ("show", _("the steps of a checklist, or of a ticket"), _show_arguments, _show),
        ("add", _("a new checklist, or another in its place"), _add_arguments, _add),
        ("remove", _("forget a checklist; what is on tickets stays"), _one, _remove),
        ("attach", _("put a checklist's steps on a ticket"), _attach_arguments, _attach),
        ("tick", _("steps of a ticket are done"), _tick_arguments, _ticking("tick")),
        ("untick", _("steps of a ticket are open again"), _tick_arguments, _ticking("untick")),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("checklist", metavar="ID", help=_("its id, such as refund"))


def _ticket(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))


def _show_arguments(parser: Parser) -> None:
    parser.add_argument("what", metavar="ID|TICKET", help=_("a checklist, or the number of a ticket"))


def _add_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("steps", nargs="+", metavar="STEP", help=_("its steps in order, each one word of the line"))
    parser.add_argument("--name", action="append", default=[], metavar="TEXT|LANG=TEXT",
                        help=_("what it is called; once per language"))  # fmt: skip
    parser.add_argument("--language", default="", metavar="LANG", help=_("language of the steps; the face's unless said"))


def _attach_arguments(parser: Parser) -> None:
    _ticket(parser)
    _one(parser)


def _tick_arguments(parser: Parser) -> None:
    _ticket(parser)
    parser.add_argument("numbers", nargs="+", type=int, metavar="N", help=_("places in the ticket's list, from 1"))


def checklist_record(c: Checklist) -> Record:
    return {"id": c.id, "name": c.name, "names": json.loads(c.names), "steps": json.loads(c.items),
            "shipped": bool(c.shipped)}  # fmt: skip


def step_records(run: Run, found: list[Step]) -> list[Record]:
    """The steps on a ticket, in the reader's language, each with its place."""
    from desk.checklists import wording

    return [
        {"number": n, "checklist": s.checklist_id, "title": title, "done": bool(s.done_at), "by": s.done_by or None,
         "at": At(s.done_at)}
        for n, (s, title) in enumerate(zip(found, wording(run.conn, found, language()), strict=True), 1)
    ]  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.checklists import title
    from store.sql.tasks import checklists

    columns = [Column("id", _("Id")), Column("title", _("Name")), Column("count", _("Steps"), right=True)]
    rows = ({**checklist_record(c), "title": title(c, language()), "count": len(json.loads(c.items))}
            for c in checklists(run.conn))  # fmt: skip
    records(run, LIST, "checklists", columns, rows)
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk.checklists import in_language, need, title

    if args.what.removeprefix("#").isdigit():
        return _shown(run, ticket_number(args.what))
    c = need(run.conn, args.what)

    def page() -> list[str]:
        steps = [in_language(texts, language()) for texts in json.loads(c.items)]
        return [title(c, language()), *(f"  {n}. {step}" for n, step in enumerate(steps, 1))]

    record(run, ONE, checklist_record(c), page)
    return 0


def _shown(run: Run, ticket_id: int) -> int:
    from desk.changes import require_in
    from store.sql.tasks import steps

    require_in(run.conn, ticket_id)
    columns = [Column("number", _("No."), right=True), Column("done", _("Done")), Column("title", _("Step")),
               Column("by", _("Who")), Column("at", _("When"))]  # fmt: skip
    records(run, STEPS, "steps", columns, step_records(run, steps(run.conn, ticket_id)), ticket=ticket_id)
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk.checklists import save

    lang = (args.language or language()).replace("_", "-")
    name, names = titles(args.name)
    with run.write() as unit:
        made = save(unit, args.checklist, [{lang: step} for step in args.steps], names={**({lang: name} if name else {}),
                                                                                        **names})  # fmt: skip
    record(run, ONE, checklist_record(made))
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk.checklists import remove

    with run.write() as unit:
        old = remove(unit, args.checklist)
    record(run, ONE, checklist_record(old))
    return 0


def _attach(run: Run, args: argparse.Namespace) -> int:
    from desk.checklists import attach

    with run.write() as unit:
        attach(unit, args.ticket, args.checklist)
    return _shown(run, args.ticket)


def _ticking(verb: str) -> Callable[[Run, argparse.Namespace], int]:
    def do(run: Run, args: argparse.Namespace) -> int:
        from desk import checklists
        from desk.changes import require, together
        from store.sql.tasks import steps

        if any(n < 1 for n in args.numbers):
            raise Usage(_("Places count from 1."))
        with run.write() as unit, together(unit):
            require(unit, args.ticket)
            there = steps(unit.conn, args.ticket)
            for n in args.numbers:
                if n > len(there):
                    raise NotFound(N_("{item} has no step {number}."), item=f"#{args.ticket}", number=n,
                                   next=N_("See: deskhand checklist show {item}"))  # fmt: skip
                getattr(checklists, verb)(unit, there[n - 1].id)
        return _shown(run, args.ticket)

    return do
