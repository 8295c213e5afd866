"""`deskhand unblock`: senders may write to the inbox again. What they wrote meanwhile stays in the spam view."""

from __future__ import annotations

import argparse

from app.cli.block import told
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _


def arguments(parser: Parser) -> None:
    parser.add_argument("senders", nargs="+", metavar="ADDRESS", help=_("an address, or platform:name"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import spam

    with run.write() as unit:
        if len(args.senders) > 1:
            unit.batch_id = unit.ids()
        done = [sender for sender in args.senders if spam.unblock(unit, sender)]
    told(run, done, args.senders, _("No longer blocked: {senders}."))
    return 0
