"""`deskhand note`: an internal note; the buyer never sees it."""

from __future__ import annotations

import argparse

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.reply import written
from app.cli.run import Run, ticket_number
from app.cli.texts import add_text
from app.words import _

SCHEMA = "deskhand/noted/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument("--template", default="", metavar="ID", help=_("the text of a template, its gaps filled"))
    add_text(parser)


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import thread, tickets

    text = written(run, thread.read(run.conn, args.ticket), args)
    with run.write() as unit:
        seq = tickets.note(unit, args.ticket, text)
    record(
        run,
        SCHEMA,
        {"ticket": args.ticket, "seq": seq},
        lambda: [_("Noted in {ticket}.").format(ticket=f"#{args.ticket}")],
    )
    return 0
