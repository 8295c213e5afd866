"""Query words on a command line: `-term` is a word of the query here, not an option."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.options import Usage
from app.cli.run import Run
from app.words import _, render_error
from store.errors import Invalid

if TYPE_CHECKING:
    from desk.inbox import List

_VALUED = ("--limit", "--sort")


def words_first(argv: list[str]) -> list[str]:
    """The line with its options in front and every word of the query behind `--`, also those that begin with `-`."""
    options, words, line = list[str](), list[str](), iter(argv)
    for word in line:
        if word == "--":
            words += line
        elif word in _VALUED:
            options += [word, *([value] if (value := next(line, None)) is not None else [])]
        elif word.startswith("--") or word == "-h":
            options.append(word)
        else:
            words.append(word)
    return [*options, "--", *words]


def resolved(run: Run, args: argparse.Namespace, sort: str = "") -> List:
    """The query of a command line, compiled. Raises Usage, naming the column."""
    from desk import inbox

    text = " ".join(args.query)
    if sort:
        text = f"{text} sort:{sort}".strip()
    context = inbox.context(run.conn, run.me, run.now, run.zone)
    try:
        return inbox.resolve(text, context)
    except Invalid as error:
        raise Usage(_("{message} The query is: {query}").format(message=render_error(error), query=text)) from error
