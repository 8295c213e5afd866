"""`deskhand audit`: whether the event chain is whole."""

from __future__ import annotations

import argparse

from app.cli.output import record
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.words import _
from store.errors import N_, Unavailable

SCHEMA = "deskhand/audit/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (("verify", _("walk the whole chain"), _no_arguments, _verify),))


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _verify(run: Run, args: argparse.Namespace) -> int:
    from store import events

    with run.store.snapshot() as conn:
        verdict = events.verify(conn)
    row = {
        "intact": not verdict.problem,
        "intact_to": verdict.intact_to,
        "head": verdict.hash,
        "fault": verdict.problem or None,
    }
    record(
        run,
        SCHEMA,
        row,
        lambda: [_("Intact to event {seq}, head {hash}.").format(seq=verdict.intact_to, hash=verdict.hash[:16])],
    )
    if verdict.problem:
        raise Unavailable(N_("The event chain is broken: {reason}."), reason=verdict.problem,
                          next=N_("Keep this desk as it is and compare it with the last backup."))  # fmt: skip
    return 0
