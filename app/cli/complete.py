"""`deskhand __complete KIND PREFIX`: words of the desk for a shell, one per line with what they are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain

from app.cli.cells import one_line
from app.cli.parsing import Parser
from app.cli.run import Run
from store.errors import DeskError

_MOST = 50


def arguments(parser: Parser) -> None:
    parser.add_argument("kind")
    parser.add_argument("prefix", nargs="?", default="")


def prepare(argv: list[str]) -> list[str]:
    """A half-typed word may look like an option."""
    return ["--", *argv]


def run(run: Run, args: argparse.Namespace) -> int:
    try:
        for word, text in words(run, args.kind, args.prefix):
            sys.stdout.write(f"{word}\t{one_line(text)[:60]}\n")
    except DeskError:
        return 0
    return 0


def words(run: Run, kind: str, prefix: str) -> Iterator[tuple[str, str]]:
    """`(word, what it is)` of everything of a kind that begins with `prefix`."""
    from store.sql import shop

    found: Iterator[tuple[str, str]]
    if kind in ("tickets", "assign"):
        found = _tickets(run, prefix)
        if kind == "assign" and not prefix[:1].isdigit():
            found = chain(((a.id, a.name) for a in shop.agents(run.conn)), _groups(run))
    elif kind == "groups":
        found = _groups(run)
    elif kind == "agents":
        found = ((a.id, a.name) for a in shop.agents(run.conn))
    elif kind == "views":
        found = ((v.id, v.query) for v in shop.views(run.conn, run.me))
    elif kind == "templates":
        found = ((t.id, t.name) for t in shop.templates(run.conn))
    elif kind == "channels":
        found = ((c.id, c.name) for c in shop.channels(run.conn))
    else:
        return
    yield from (pair for pair in found if pair[0].startswith(prefix))


def _groups(run: Run) -> Iterator[tuple[str, str]]:
    from desk.groups import every

    yield from ((g.id, g.name) for g in every(run.conn))


def _tickets(run: Run, prefix: str) -> Iterator[tuple[str, str]]:
    """Open tickets by due time; with digits, those whose number begins so."""
    from desk import inbox

    wanted = inbox.resolve("is:open", inbox.context(run.conn, run.me, run.now))
    limit = _MOST if not prefix else 20 * _MOST
    for t in inbox.page(run.conn, wanted, run.me, limit=limit):
        yield str(t.id), f"{t.customer}: {t.subject}"
