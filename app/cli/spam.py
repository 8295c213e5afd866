"""`deskhand spam`: tickets are closed as spam, or come back as none."""

from __future__ import annotations

import argparse

from app.cli.bulk import act
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.words import _


def arguments(parser: Parser) -> None:
    parser.add_argument("tickets", nargs="+", type=ticket_number, metavar="TICKET", help=_("their numbers"))
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--block", action="store_true", help=_("block their senders, too"))
    kinds.add_argument("--not", action="store_true", dest="none", help=_("they are no spam: open them again"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import spam

    do = spam.clear if args.none else spam.block_sender if args.block else spam.mark
    return act(run, args.tickets, do)
