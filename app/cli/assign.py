"""`deskhand assign`: tickets to an agent, or to nobody."""

from __future__ import annotations

import argparse

from app.cli.bulk import act, add_words, leading_tickets, words_of
from app.cli.options import Usage
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _
from store.values import clean_line

NOBODY = ("none", "nobody", "-")


def arguments(parser: Parser) -> None:
    add_words(parser, "AGENT", _("an agent, me or none"))
    parser.add_argument("--reason", default="", metavar="T", help=_("why; it stands in the ticket's log"))
    parser.add_argument(
        "--if-version", type=int, default=None, metavar="N", help=_("only if the ticket is still at version N")
    )


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.changes import change
    from desk.tickets import assign

    ids, rest = leading_tickets(words_of(args))
    if not ids or len(rest) != 1:
        raise Usage(_("Say: deskhand assign TICKET… AGENT"))
    who = None if rest[0] in NOBODY else run.agent.id if rest[0] == "me" else rest[0]
    why = {"text": "{reason}", "gaps": {"reason": clean_line(args.reason)}} if args.reason else None

    def do(unit: object, ticket_id: int) -> int:
        if args.if_version is None and why is None:
            return assign(unit, ticket_id, who)  # type: ignore[arg-type]
        return change(unit, ticket_id, {"assignee_id": who}, verb="assigned", why=why, if_version=args.if_version)  # type: ignore[arg-type]

    return act(run, ids, do)
