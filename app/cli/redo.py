"""`deskhand redo`: does again what was undone last."""

from __future__ import annotations

import argparse

from app.cli.parsing import Parser
from app.cli.run import Run
from app.cli.undo import told
from app.words import N_

SCHEMA = "deskhand/redo/1"


def arguments(parser: Parser) -> None:
    """None of its own."""


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.undo import redo

    with run.write() as unit:
        step = redo(unit)
    return told(run, SCHEMA, step, list(step.acts), N_("Done again:"))
