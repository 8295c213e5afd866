"""`deskhand new`: a ticket typed in by hand."""

from __future__ import annotations

import argparse

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.cli.texts import add_text, text_of
from app.words import _
from store.errors import N_, Invalid, NotFound

SCHEMA = "deskhand/created/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("--customer", required=True, metavar="NAME", help=_("name or mail address of the buyer"))
    parser.add_argument("--subject", required=True, metavar="TEXT", help=_("what it is about"))
    parser.add_argument(
        "--channel", default="", metavar="ID", help=_("the account it belongs to; the first unless said")
    )
    parser.add_argument("--key", default="", metavar="KEY", help=_("the same key never makes a second ticket"))
    add_text(parser)


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.tickets import open_by_hand
    from store.sql import shop

    text = text_of(args)
    if not text.strip():
        raise Invalid(N_("The ticket has no text."), next=N_("Give it with --text, or - and standard input."))
    channels = shop.channels(run.conn)
    channel = args.channel or (channels[0].id if channels else "")
    if not channel:
        raise NotFound(N_("This desk has no channel yet."), next=N_("Add one: deskhand channel add"))
    with run.write() as unit:
        number = open_by_hand(
            unit, channel_id=channel, customer=args.customer, subject=args.subject, text=text, key=args.key
        )
    record(run, SCHEMA, {"ticket": number, "channel": channel}, lambda: [f"#{number}"])
    return 0
