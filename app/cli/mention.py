"""`deskhand mention`: notes of colleagues that name you."""

from __future__ import annotations

import argparse

from app.cli.bulk import act
from app.cli.output import At, Column, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.words import _

LIST = "deskhand/mentions/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("notes that name you and that you have not seen"), _no_arguments, _list),
        ("seen", _("you have read them"), _tickets, _seen),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _tickets(parser: Parser) -> None:
    parser.add_argument("tickets", nargs="+", type=ticket_number, metavar="TICKET", help=_("their numbers"))


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql.mentions import unseen

    columns = [Column("at", _("When")), Column("ticket", _("Ticket"), lambda n: f"#{n}", right=True),
               Column("author", _("Who")), Column("text", _("Note"))]  # fmt: skip
    rows = ({"ticket": m.ticket_id, "message": m.message_id, "at": At(m.at), "author": m.author_id or None,
             "subject": m.subject, "text": m.body} for m in unseen(run.conn, run.agent.id))  # fmt: skip
    records(run, LIST, "mentions", columns, rows)
    return 0


def _seen(run: Run, args: argparse.Namespace) -> int:
    from desk.changes import require
    from desk.tickets import see_mentions

    return act(run, args.tickets, lambda unit, ticket: see_mentions(unit, require(unit, ticket).id))
