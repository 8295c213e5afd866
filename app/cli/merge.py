"""`deskhand merge 7 8 5`: tickets 7 and 8 go into 5."""

from __future__ import annotations

import argparse

from app.cli.bulk import act
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.words import _


def arguments(parser: Parser) -> None:
    parser.add_argument("tickets", nargs="+", type=ticket_number, metavar="TICKET", help=_("tickets that go"))
    parser.add_argument("into", type=ticket_number, metavar="INTO", help=_("the ticket that holds everything then"))
    parser.add_argument("--other-buyer", action="store_true",
                        help=_("even if they are of different buyers, as when one person writes from two addresses"))  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.merging import merge

    return act(run, args.tickets, lambda unit, source: merge(unit, source, args.into, other_buyer=args.other_buyer))
