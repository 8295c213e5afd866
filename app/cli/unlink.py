"""`deskhand unlink 7 8`: takes a link between tickets away."""

from __future__ import annotations

import argparse

from app.cli.bulk import act
from app.cli.link import arguments
from app.cli.run import Run

__all__ = ["arguments", "run"]


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.linking import unlink

    return act(run, args.tickets, lambda unit, ticket: unlink(unit, ticket, args.other))
