"""`deskhand assign`: tickets to an agent, into a group, or to nobody."""

from __future__ import annotations

import argparse

from app.cli.bulk import act, add_words, leading_tickets, words_of
from app.cli.options import Usage
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _
from store.unit import UnitOfWork

NOBODY = ("none", "nobody", "-")


def arguments(parser: Parser) -> None:
    add_words(parser, "AGENT|GROUP", _("an agent, a group that shares it out, me or none"))
    parser.add_argument("--reason", default="", metavar="T", help=_("why; it stands in the ticket's log"))
    parser.add_argument(
        "--if-version", type=int, default=None, metavar="N", help=_("only if the ticket is still at version N")
    )


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.route import transfer

    ids, rest = leading_tickets(words_of(args))
    if not ids or len(rest) != 1:
        raise Usage(_("Say: deskhand assign TICKET… AGENT|GROUP"))
    target = None if rest[0] in NOBODY else run.agent.id if rest[0] == "me" else rest[0]

    def do(unit: UnitOfWork, ticket_id: int) -> int:
        return transfer(unit, ticket_id, target, args.reason, if_version=args.if_version)

    return act(run, ids, do)
