"""`deskhand sync`: fetches, sends, keeps time. `--forever` is what a service runs."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from types import FrameType

from app.cli.output import Column, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.told import told
from app.words import _
from store.errors import N_, NotFound

SCHEMA = "deskhand/sync/1"
log = logging.getLogger("deskhand.sync")


def arguments(parser: Parser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help=_("fetch and send what there is, then end"))
    how.add_argument(
        "--forever",
        action="store_true",
        help=_("until it is stopped, also while nobody works; logs into the desk's log folder"),
    )
    parser.add_argument("--channel", default="", metavar="NAME", help=_("this account only"))


def run(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    if args.channel and not any(args.channel in (c.id, c.name) for c in shop.channels(run.conn)):
        raise NotFound(N_("There is no channel {item}."), item=args.channel, next=N_("See: deskhand channel list"))
    only = next((c.id for c in shop.channels(run.conn) if args.channel in (c.id, c.name)), "")
    return _once(run, only) if args.once else _run(run, only, forever=args.forever)


def _once(run: Run, only: str) -> int:
    from store.sql import shop

    found = run.wired.sync(only=only).once()
    faults = {c.id: c.fault for c in shop.channels(run.conn) if c.id in found and c.fault}
    rows = [
        {
            "channel": ident,
            "fresh": p.fresh,
            "known": p.known,
            "bad": p.bad,
            "tickets": p.tickets,
            "fault": faults.get(ident),
        }
        for ident, p in found.items()
    ]
    columns = [
        Column("channel", _("Channel")),
        Column("fresh", _("New"), right=True),
        Column("known", _("Known"), right=True),
        Column("bad", _("Unreadable"), right=True),
        Column("tickets", _("Tickets"), right=True),
        Column("fault", _("Fault"), told),
    ]
    records(run, SCHEMA, "channels", columns, rows)
    for ident, fault in faults.items():
        run.warn(_("{channel}: {fault}").format(channel=ident, fault=told(fault)))
    return 1 if faults else 0


def _run(run: Run, only: str, *, forever: bool) -> int:
    from app.cli.logs import to_file, to_stderr

    path = to_file(run.folder, "sync") if forever else None
    if path is None:
        to_stderr()
    sync = run.wired.sync(only=only)

    def stop(number: int, frame: FrameType | None) -> None:
        sync.stop()

    before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        if path is not None:
            print(_("Syncing; the log is {path}. Ctrl-C stops it.").format(path=path), file=sys.stderr)
        log.info("started, process %s", os.getpid())
        sync.run(forever=forever)
        log.info("stopped")
    finally:
        for number, old in before.items():
            signal.signal(number, old)
    return 0
