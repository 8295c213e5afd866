"""`deskhand status`: the desk in one line, for a shell, a script or tmux."""

from __future__ import annotations

import argparse
import sys

from app.cli.output import At, iso, local, record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _

SCHEMA = "deskhand/status/1"


def arguments(parser: Parser) -> None:
    """None of its own."""


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import inbox
    from store.sql import sync

    now = run.now
    s = inbox.summary(run.conn, now, inbox.midnight(now, run.zone))
    lease = sync.lease(run.conn, "sync")
    syncing = lease is not None and lease.expires_at > now
    if run.options.format == "tmux":
        sys.stdout.write(_tmux(s.overdue, s.today, s.open, len(s.faults) + s.unknown) + "\n")
        return 0
    row = {
        "open": s.open,
        "urgent": inbox.urgent(run.conn, now),
        "overdue": s.overdue,
        "today": s.today,
        "waiting_to_leave": s.held,
        "needs_a_person": s.unknown,
        "unreadable": s.unreadable,
        "syncing": syncing,
        "last_good": At(s.last_good_at),
        "faults": [{"channel": name, "fault": fault} for name, fault in s.faults],
        "at": iso(now),
    }

    def page() -> list[str]:
        lines = [
            _("{open} open, {overdue} overdue, {today} due today").format(
                open=s.open, overdue=inbox.many(s.overdue), today=inbox.many(s.today)
            )
        ]
        lines += [_("{count} could not be read: deskhand quarantine list").format(count=s.unreadable)] if s.unreadable else []
        lines += [_("{held} waiting to leave, {unknown} for a person to settle").format(held=s.held, unknown=s.unknown)]
        fetched = local(s.last_good_at, run.zone) if s.last_good_at else _("never")
        lines += [
            (
                _("Sync runs; last fetched {time}.") if syncing else _("Sync is not running; last fetched {time}.")
            ).format(time=fetched)
        ]
        return lines + [f"{name}: {fault}" for name, fault in s.faults]

    record(run, SCHEMA, row, page)
    return 0


def _tmux(overdue: int, today: int, opened: int, troubles: int) -> str:
    """`12 open 3! 5 today`, coloured for a status line."""
    parts = [_("{count} open").format(count=opened)]
    parts += [f"#[fg=red,bold]{overdue}!#[default]"] if overdue else []
    parts += [_("{count} today").format(count=today)] if today else []
    parts += ["#[fg=yellow]?#[default]"] if troubles else []
    return " ".join(parts)
