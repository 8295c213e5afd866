"""`deskhand import`: maildir, mbox, .eml, .jsonl and .csv, with progress; Ctrl-C keeps what is in."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import closing
from datetime import UTC, tzinfo
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.imports_told import told_of
from app.cli.options import Usage
from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.cli.times import moment
from app.labels import titled
from app.told import told
from app.words import _
from store.values import DAY, Instant

if TYPE_CHECKING:
    from desk.sync.importing import Imported

SCHEMA = "deskhand/import/1"
_SHOWN_BAD = 50
_RECENT = 14 * DAY


def arguments(parser: Parser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH",
                        help=_("maildir, .mbox, .eml, .jsonl or .csv (columns: docs/csv.md)"))  # fmt: skip
    parser.add_argument("--channel", default="", metavar="NAME", help=_("the channel everything belongs to"))
    parser.add_argument(
        "--since", default="", metavar="DATE|all", help=_("older conversations come in closed; all: none (14 days)")
    )
    parser.add_argument("--classify", action="store_true", help=_("read closed history for its meaning, too (slower)"))
    parser.add_argument("--dry-run", action="store_true", help=_("read everything, store nothing"))
    parser.add_argument("--profile", default="", metavar="ID",
                        help=_("what report a .csv is, where its columns do not tell: see docs/csv.md"))  # fmt: skip
    parser.add_argument("--zone", default="", metavar="ZONE",
                        help=_("of times in a .csv that name none, such as Asia/Shanghai (UTC)"))  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.sync.importing import Import
    from desk.sync.importing_sources import sources
    from desk.sync.reader import Pooled

    found = sources(Path(p).expanduser() for p in args.paths)
    ticker = _Ticker(run)
    from desk.learning import refresh, saved

    refresh(run.store)
    with closing(Pooled(workers=2, learner=saved(run.conn))) as reader:
        job = Import(
            run.store, lambda: reader, since(run, args.since), args.channel, args.classify, args.profile, _zone(args.zone),
            args.dry_run, ticker.tick,
        )  # fmt: skip
        stopped = False
        before = signal.signal(signal.SIGTERM, _stop)
        try:
            job.run(found)
        except KeyboardInterrupt:
            stopped = True
        finally:
            signal.signal(signal.SIGTERM, before)
        ticker.end()
    done = job.done
    record(
        run,
        SCHEMA,
        {
            "messages": done.fresh,
            "known": done.known,
            "tickets": done.tickets,
            "open": done.open,
            "orders": done.orders,
            "customers": done.customers,
            "returns": done.returns,
            "reviews": done.reviews,
            "products": done.products,
            "changed": done.changed,
            "tables": [t._asdict() for t in done.tables],
            "unknown_columns": {t.name: t.unknown for t in done.tables if t.unknown},
            "dry_run": args.dry_run,
            "stopped": stopped,
            "seconds": round(ticker.seconds, 1),
            "bad_count": done.bad_count,
            "bad": [{"name": b.name, "reason": b.reason} for b in done.bad],
        },
        lambda: told_of(done, args.dry_run),
    )
    for table in done.tables:
        if table.unknown and not args.dry_run:  # a dry run has told of them
            columns = ", ".join(table.unknown)
            run.warn(_("{file}: these columns are left aside: {columns}").format(file=table.name, columns=columns))
    for bad in done.bad[:_SHOWN_BAD]:
        run.warn(titled(bad.name, told(bad.reason)))
    if done.bad_count > _SHOWN_BAD:
        run.warn(_("… and {count} more; --json lists the first thousand.").format(count=done.bad_count - _SHOWN_BAD))
    if stopped:
        run.warn(_("Stopped. What came in stays; the same command goes on from here."))
        return 130
    return 1 if done.bad_count else 0


def _stop(number: int, frame: FrameType | None) -> None:
    """A service manager's way of pressing Ctrl-C."""
    raise KeyboardInterrupt


def since(run: Run, text: str) -> Instant:
    """The cut-off: 14 days back unless said, 0 for `all`."""
    if text == "all":
        return 0
    if not text:
        return run.now - _RECENT
    try:
        return moment(text, run.now, run.zone)
    except ValueError as exc:
        raise Usage(_("{word} is not a date; say 2026-11-01, 30d or all.").format(word=text)) from exc


def _zone(name: str) -> tzinfo:
    """Raises Usage for one nobody knows."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError) as exc:
        raise Usage(_("{word} is no zone; say one such as Europe/Berlin.").format(word=name)) from exc


class _Ticker:
    """Progress on stderr: rewritten twice a second on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, run: Run) -> None:
        self._start = self._last = time.monotonic()
        self._tty = sys.stderr.isatty()
        self._every = 0.5 if self._tty else 10.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def tick(self, done: Imported) -> None:
        now = time.monotonic()
        if now - self._last < self._every:
            return
        self._last = now
        rate = (done.fresh + done.known) / max(self.seconds, 0.001)
        left = self.seconds * (done.total - done.size) / max(done.size, 1)
        text = _("{percent} %, {count} messages, {rate}/s, {left} s left").format(
            percent=100 * done.size // max(done.total, 1),
            count=f"{done.fresh + done.known:,}",
            rate=f"{rate:,.0f}",
            left=round(left),
        )
        print(f"\r{text}\x1b[K" if self._tty else text, end="" if self._tty else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._tty:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
