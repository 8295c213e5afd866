"""`deskhand undo`: takes back your newest step, a whole batch at once."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run, tickets_said
from app.words import render_error

if TYPE_CHECKING:
    from desk.undo import Step

SCHEMA = "deskhand/undo/1"


def arguments(parser: Parser) -> None:
    """None of its own."""


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.undo import undo

    with run.write() as unit:
        step = undo(unit)
    return told(run, SCHEMA, step)


def told(run: Run, schema: str, step: Step) -> int:
    """Says what was reversed, and lists what refused."""
    refused = [{"ticket": number, "error": render_error(error)} for number, error in step.refused]
    record(run, schema, {"verb": step.verb, "tickets": step.tickets, "refused": refused},
           lambda: [f"{step.verb}: {tickets_said(len(step.tickets))}"])  # fmt: skip
    for number, error in step.refused:
        run.warn(f"#{number}: {render_error(error)}")
    return 1 if refused else 0
