"""`deskhand quarantine`: what could not be read, kept whole."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing

from app.cli.output import At, Column, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.told import told
from app.words import _
from store.errors import N_, Refused

LIST, ONE = "deskhand/quarantine/1", "deskhand/quarantined/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("what is held"), _no_arguments, _list),
        ("show", _("one record as it came, on standard output"), _one, _show),
        ("retry", _("try to read a record again"), _one, _retry),
        ("drop", _("let a record go"), _one, _drop),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("record", type=int, metavar="N", help=_("its number in the list"))


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql import sync

    rows = (
        {"id": h.id, "channel": h.channel_id, "ref": h.ref, "reason": h.reason, "at": At(h.at)}
        for h in sync.quarantined(run.conn)
    )
    columns = [Column("id", _("No."), right=True), Column("channel", _("Channel")), Column("ref", _("Where")),
               Column("reason", _("Why"), told), Column("at", _("When"))]  # fmt: skip
    records(run, LIST, "quarantine", columns, rows)
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk import quarantine
    from store.values import clean

    held = quarantine.get(run.conn, args.record)
    raw = quarantine.content(run.conn, held)
    if run.options.format:
        record(
            run,
            ONE,
            {
                "id": held.id,
                "channel": held.channel_id,
                "ref": held.ref,
                "reason": held.reason,
                "at": At(held.at),
                "size": len(raw),
                "text": clean(raw.decode("utf-8", "replace")),
            },
        )
    elif sys.stdout.isatty():  # a terminal never gets hostile bytes
        sys.stdout.write(clean(raw.decode("utf-8", "replace")) + "\n")
    else:
        sys.stdout.flush()
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
            out.write(raw)
    return 0


def _retry(run: Run, args: argparse.Namespace) -> int:
    from app.wire import acting
    from desk import quarantine
    from desk.learning import saved
    from desk.sync.reader import Pooled

    held = quarantine.get(run.conn, args.record)
    with closing(Pooled(learner=saved(run.conn))) as reader:
        outcome = quarantine.again(run.store, acting(run.agent), [held.id], reader)
    for number, reason in outcome.left:
        raise Refused(N_("Record {item} still cannot be read: {reason}"), item=str(number), reason=reason)
    record(run, ONE, {"id": held.id, "state": "released"}, lambda: [_("It came in.")])
    return 0


def _drop(run: Run, args: argparse.Namespace) -> int:
    from desk import quarantine

    with run.write() as unit:
        quarantine.drop(unit, args.record)
    record(run, ONE, {"id": args.record, "state": "dropped"}, lambda: [_("Let go. Undo: deskhand undo")])
    return 0
