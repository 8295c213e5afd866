"""`deskhand tag`: `deskhand tag 7 8 vip -late` adds vip and removes late."""

from __future__ import annotations

import argparse

from app.cli.bulk import act, add_words, leading_tickets, words_of
from app.cli.options import Usage
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _


def arguments(parser: Parser) -> None:
    add_words(parser, "TAG", _("tags to add; -tag removes one"))


def prepare(argv: list[str]) -> list[str]:
    """`-late` is a tag here, not an option."""
    options = [w for w in argv if w.startswith("--") or w == "-h"]
    return [*(w for w in options if w != "--"), "--", *(w for w in argv if w not in options)]


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.tickets import tag

    ids, words = leading_tickets(words_of(args))
    if not ids or not words:
        raise Usage(_("Say: deskhand tag TICKET… TAG…"))
    add = [w.removeprefix("+") for w in words if not w.startswith("-")]
    remove = [w[1:] for w in words if w.startswith("-")]
    return act(run, ids, lambda unit, ticket_id: tag(unit, ticket_id, add=add, remove=remove))
