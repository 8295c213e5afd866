"""`deskhand link 7 8`: tickets that belong together and stay two."""

from __future__ import annotations

import argparse

from app.cli.bulk import act
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.words import _


def arguments(parser: Parser) -> None:
    parser.add_argument("tickets", nargs="+", type=ticket_number, metavar="TICKET", help=_("their numbers"))
    parser.add_argument("other", type=ticket_number, metavar="OTHER", help=_("the ticket they belong to"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.linking import link

    return act(run, args.tickets, lambda unit, ticket: link(unit, ticket, args.other))
