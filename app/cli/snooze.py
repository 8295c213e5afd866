"""`deskhand snooze`: tickets leave the inbox until a time, until the buyer writes, or come back now."""

from __future__ import annotations

import argparse

from app.cli.bulk import act, add_words, leading_tickets, words_of
from app.cli.options import Usage
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _


def arguments(parser: Parser) -> None:
    add_words(parser, "UNTIL", _("2h, 3d, 1w, tomorrow, reply (until the buyer writes) or wake"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.tickets import snooze, snooze_until

    ids, rest = leading_tickets(words_of(args))
    if not ids or len(rest) != 1:
        raise Usage(_("Say: deskhand snooze TICKET… UNTIL"))
    until = snooze_until(rest[0], run.now)
    return act(run, ids, lambda unit, ticket_id: snooze(unit, ticket_id, until))
