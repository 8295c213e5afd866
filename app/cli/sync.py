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
    how.add_argument(
        "--print",
        choices=("systemd", "cron", "tmux"),
        help=_("print what keeps it running here: a service of your user, a line for cron, or a session of tmux"),
    )
    parser.add_argument("--channel", default="", metavar="NAME", help=_("this account only"))


def run(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    if args.print:
        return _print(run, args.print)
    if args.channel and not any(args.channel in (c.id, c.name) for c in shop.channels(run.conn)):
        raise NotFound(N_("There is no channel {item}."), item=args.channel, next=N_("See: deskhand channel list"))
    only = next((c.id for c in shop.channels(run.conn) if args.channel in (c.id, c.name)), "")
    return _once(run, only) if args.once else _run(run, only, forever=args.forever)


def _print(run: Run, way: str) -> int:
    """The text alone on stdout, so that it can go into a file; what to do with it beside it."""
    from app.first import always_on

    desk = None if run.folder == always_on.usual_desk() else run.folder
    if way == "systemd":
        print(always_on.unit(desk), end="")
        run.say(_("For {path}. To start it, type:").format(path=always_on.unit_file()))
        for line in always_on.starting(way, desk):
            run.say(f"  {line}")
    elif way == "cron":
        print(always_on.cron_line(desk))
        run.say(_("A line for crontab -e."))
    else:
        print(always_on.tmux_line(desk))
        run.say(_("It ends when the machine restarts."))
    return 0


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

    watched = sys.stderr.isatty() and not forever
    path = None if watched else to_file(run.folder, "sync")
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
