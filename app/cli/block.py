"""`deskhand block`: senders whose mail goes to the spam view from now on; without one, who is blocked."""

from __future__ import annotations

import argparse

from app.cli.output import At, Column, record, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _

LIST, ONE = "deskhand/blocked/1", "deskhand/block/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("senders", nargs="*", metavar="ADDRESS",
                        help=_("an address, or platform:name; all that are blocked unless said"))  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import spam

    if not args.senders:
        return _list(run)
    with run.write() as unit:
        if len(args.senders) > 1:
            unit.batch_id = unit.ids()
        done = [sender for sender in args.senders if spam.block(unit, sender)]
    told(run, done, args.senders, _("Blocked: {senders}."))
    return 0


def told(run: Run, done: list[str], asked: list[str], text: str) -> None:
    """What came of each sender."""
    same = [s for s in asked if s not in done]
    record(run, ONE, {"changed": done, "unchanged": same},
           lambda: [text.format(senders=", ".join(done) or _("none (so already)"))])  # fmt: skip


def _list(run: Run) -> int:
    from store.sql import people

    columns = [Column("sender", _("Sender")), Column("agent", _("Agent")), Column("at", _("When"))]
    rows = ({"sender": b.key.removeprefix("email:"), "agent": b.agent_id, "at": At(b.at)}
            for b in people.all_blocked(run.conn))  # fmt: skip
    records(run, LIST, "blocked", columns, rows)
    return 0
