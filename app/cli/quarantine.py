"""`deskhand quarantine`: what could not be read, kept whole."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from app.cli.output import At, Column, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.told import told
from app.words import _
from store.errors import N_, NotFound, Refused

if TYPE_CHECKING:
    from store.sql.sync import Held

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


def _held(run: Run, number: int) -> Held:
    from store.sql import sync

    held = next((h for h in sync.quarantined(run.conn, 10_000) if h.id == number), None)
    if held is None:
        raise NotFound(
            N_("Nothing is held under the number {item}."), item=str(number), next=N_("See: deskhand quarantine list")
        )
    return held


def _show(run: Run, args: argparse.Namespace) -> int:
    from store.sql import messages
    from store.values import clean

    held = _held(run, args.record)
    raw = messages.blob(run.conn, held.raw) or b""
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
    from connectors.contract import RawMail
    from desk.learning import saved
    from desk.sync import pull
    from desk.sync.reader import Pooled
    from store.sql import messages, shop

    held = _held(run, args.record)
    channel = shop.channel(run.conn, held.channel_id)
    raw = messages.blob(run.conn, held.raw)
    if channel is None or raw is None:
        raise Refused(N_("Record {item} cannot be read again: its channel or content is gone."), item=str(held.id),
                      next=N_("Let it go: deskhand quarantine drop {item}"))  # fmt: skip
    with closing(Pooled(learner=saved(run.conn))) as reader:
        items = list(pull.read([RawMail(held.ref, raw, held.at)], channel.platform, reader))
    with run.write() as unit:
        came_in = pull.release(unit, channel, held, items)
    if not came_in:
        raise Refused(N_("Record {item} still cannot be read: {reason}"), item=str(held.id), reason=held.reason)
    record(run, ONE, {"id": held.id, "state": "released"}, lambda: [_("It came in.")])
    return 0


def _drop(run: Run, args: argparse.Namespace) -> int:
    from store.sql import sync

    held = _held(run, args.record)
    with run.write() as unit:
        sync.settle_quarantine(unit.conn, held.id, "dropped")
        unit.append("quarantine_dropped", {"channel": held.channel_id, "ref": held.ref})
    record(run, ONE, {"id": held.id, "state": "dropped"}, lambda: [_("Let go.")])
    return 0
