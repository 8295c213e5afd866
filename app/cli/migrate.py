"""`deskhand migrate`: brings an older desk to this program's schema; a copy is put aside first."""

from __future__ import annotations

import argparse

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _

SCHEMA = "deskhand/migrated/1"


def arguments(parser: Parser) -> None:
    """None of its own."""


def run(run: Run, args: argparse.Namespace) -> int:
    copies = set(run.folder.glob("before-*.db"))
    schema = run.store.revision()  # opening a desk migrates it
    made = sorted(str(p) for p in set(run.folder.glob("before-*.db")) - copies)
    record(run, SCHEMA, {"schema_revision": schema, "copy": made[0] if made else None},
           lambda: [_("The desk is at schema {revision}.").format(revision=schema)])  # fmt: skip
    return 0
