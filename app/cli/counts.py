"""`deskhand count`: how many tickets fulfil a query, exactly."""

from __future__ import annotations

import argparse

from app.cli import queries
from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _
from store.values import NEVER

SCHEMA = "deskhand/count/1"
prepare = queries.words_first


def arguments(parser: Parser) -> None:
    parser.add_argument("query", nargs="+", metavar="QUERY", help=_("what to count, such as is:open assignee:me"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import inbox

    wanted = queries.resolved(run, args)
    found = inbox.count(run.conn, wanted, NEVER)
    record(run, SCHEMA, {"query": wanted.text, "count": found}, lambda: [str(found)])
    return 0
