"""`deskhand split 7 31 32`: messages 31 and 32 of ticket 7 become a ticket of their own."""

from __future__ import annotations

import argparse

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.words import _

SCHEMA = "deskhand/split/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument("messages", nargs="+", type=int, metavar="MESSAGE",
                        help=_("numbers of its messages, as deskhand show has them in brackets"))  # fmt: skip
    parser.add_argument("--subject", default="", metavar="TEXT",
                        help=_("what the new ticket is about; as its first message says unless said"))  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.splitting import split

    with run.write() as unit:
        made = split(unit, args.ticket, args.messages, subject=args.subject)
    row = {"ticket": args.ticket, "into": made, "messages": sorted(set(args.messages))}
    record(run, SCHEMA, row, lambda: [_("Ticket {ticket} holds them now.").format(ticket=f"#{made}")])
    return 0
