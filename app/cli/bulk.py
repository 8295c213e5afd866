"""Acts on several tickets: one undoable batch, each refusal listed, exit 1 if there was any."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run, tickets_said
from app.words import _, render_error
from store.unit import UnitOfWork

SCHEMA = "deskhand/changed/1"


def add_words(parser: Parser, metavar: str, help: str) -> None:
    """Ticket numbers, then words of another kind; `words_of` has them all in order."""
    parser.add_argument("tickets", nargs="+", metavar="TICKET", help=_("their numbers"))
    parser.add_argument("rest", nargs="+", metavar=metavar, help=help)


def words_of(args: argparse.Namespace) -> list[str]:
    """The words of a line. argparse gives all but the last to the tickets; which is which their look decides."""
    return [*args.tickets, *args.rest]


def act(run: Run, ids: list[int], do: Callable[[UnitOfWork, int], int]) -> int:
    """Does it to every ticket and tells what came of each. Raises the error itself for a single ticket."""
    from desk.tickets import each

    ids = list(dict.fromkeys(ids))
    with run.write() as unit:
        outcome = each(unit, ids, lambda ticket_id: do(unit, ticket_id))
    if len(ids) == 1 and outcome.refused:
        raise outcome.refused[0][1]
    refused = [{"ticket": number, "error": render_error(error)} for number, error in outcome.refused]
    same = [i for i in ids if i not in outcome.done and i not in dict(outcome.refused)]
    record(run, SCHEMA, {"changed": outcome.done, "unchanged": same, "refused": refused},
           lambda: [_("Changed: {tickets}.").format(tickets=tickets_said(len(outcome.done)))])  # fmt: skip
    for number, error in outcome.refused:
        run.warn(f"#{number}: {render_error(error)}")
    return 1 if refused else 0


def number_or_none(text: str) -> int | None:
    """The ticket a word names, None if it names none."""
    digits = text.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def leading_tickets(words: list[str]) -> tuple[list[int], list[str]]:
    """The ticket numbers a line of words begins with, and the rest of it."""
    ids: list[int] = []
    for at, word in enumerate(words):
        number = number_or_none(word)
        if number is None:
            return ids, words[at:]
        ids.append(number)
    return ids, []
