"""`deskhand undo`: takes back your newest step, a whole batch at once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli.changes_said import lines
from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import N_, _, render_error

if TYPE_CHECKING:
    from desk.undo import Act, Step

SCHEMA = "deskhand/undo/1"


def arguments(parser: Parser) -> None:
    """None of its own."""


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.undo import undo

    with run.write() as unit:
        step = undo(unit)
    back = [act._replace(changes={f: (now, was) for f, (was, now) in act.changes.items()}) for act in step.acts]
    return told(run, SCHEMA, step, back, N_("Undone:"))


def told(run: Run, schema: str, step: Step, acts: list[Act], title: str) -> int:
    """Says what was reversed on which ticket, each field from → to, and lists what refused."""
    refused = [{"ticket": number, "error": render_error(error)} for number, error in step.refused]
    changed = [{"ticket": a.ticket_id, "verb": a.verb, "changes": {f: list(pair) for f, pair in a.changes.items()}}
               for a in acts]  # fmt: skip

    def page() -> Iterator[str]:
        yield _(title)
        for act in acts:
            yield from (f"  {line}" for line in lines(run, act.ticket_id, act.verb, act.changes))

    record(run, schema, {"verb": step.verb, "tickets": step.tickets, "acts": changed, "refused": refused}, page)
    for number, error in step.refused:
        run.warn(f"#{number}: {render_error(error)}")
    return 1 if refused else 0
