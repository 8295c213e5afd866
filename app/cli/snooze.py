"""`deskhand snooze`: tickets leave the inbox until a time, a reply or an event, or come back now."""

from __future__ import annotations

import argparse

from app.cli.bulk import act, add_words, leading_tickets, words_of
from app.cli.options import Usage
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _


def arguments(parser: Parser) -> None:
    help = _("2h, 3d, 1w, tomorrow, reply (until the buyer writes), task_done, delivered, or wake; a time and an event "
             "mean whichever comes first")  # fmt: skip
    add_words(parser, "UNTIL", help)


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.tickets import snooze, snooze_words

    ids, rest = leading_tickets(words_of(args))
    if not ids or not rest:
        raise Usage(_("Say: deskhand snooze TICKET… UNTIL"))
    until, wake_on = snooze_words(" ".join(rest), run.now, run.zone)
    return act(run, ids, lambda unit, ticket_id: snooze(unit, ticket_id, until, wake_on))
