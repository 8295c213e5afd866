"""Every speed figure of the README: `python -m bench [--quick] [--only GROUP] …`.

Exit 1 if a must is missed. Desks are built once and kept in the work folder: about ten minutes the first time, most of
it the million messages and notmuch's index of a hundred thousand. After that a run of all groups takes about half an
hour where nothing else runs: start 4 minutes, keys 6, sheets 3, heavy 4, search 3, long 5, the others a minute or two
each. `--quick` takes a third of it, `--small` leaves out the large desks. Peers are measured where they are installed:
`apt-get install neomutt notmuch alot`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import (
    asking,
    clocks,
    filters,
    heavy,
    idle_sync,
    long_use,
    markets,
    peers,
    report,
    rules,
    saving,
    searching,
    singles_day,
    starting,
    taking_in,
    trial,
    typing_keys,
)
from bench.desks import Desk, corpus, desk
from bench.figures import Figure, LeftOut
from bench.notmuch import Notmuch
from bench.place import PROJECT, Missing, default_work

SMALL, MIDDLE, BIG, TICKETS = 10_000, 100_000, 1_000_000, 1_000_000
GROUPS = (
    "peers", "start", "keys", "sheets", "heavy", "search", "saves", "store", "filters", "import", "rules", "clocks", "long",
    "sync",
)  # fmt: skip
Found = Iterator[Figure | LeftOut]


class Bench:
    """One run: its desks, how long it may take, what was found."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.work: Path = args.work
        self.runs = 3 if args.quick else args.runs
        self.quick: bool = args.quick
        self.wanted = args.only or GROUPS
        self.found: list[Figure] = []
        self.left_out: list[LeftOut] = []
        self.peers: dict[str, Any] = {}
        self.source = corpus(self.work, SMALL, say, maildir=True)
        self.desks = [desk(self.work, "desk-10k", lambda: self.source, say)]
        if not args.small:
            self.desks.append(
                desk(self.work, "desk-1m", lambda: corpus(self.work, BIG, say, lines=args.jsonl), say, tickets=TICKETS)
            )

    @property
    def small(self) -> Path:
        return self.desks[0].folder

    @property
    def big(self) -> Path | None:
        return self.desks[1].folder if len(self.desks) > 1 else None

    def groups(self) -> dict[str, Callable[[], Found]]:
        return {
            "peers": self._peers,
            "start": self._start,
            "keys": self._keys,
            "sheets": self._sheets,
            "heavy": self._heavy,
            "search": self._search,
            "saves": self._saves,
            "store": self._store,
            "filters": self._filters,
            "import": self._import,
            "rules": self._rules,
            "clocks": clocks.take,
            "long": self._long,
            "sync": self._sync,
        }

    def run(self) -> None:
        for name, take in self.groups().items():
            if name not in self.wanted:
                continue
            say(f"{name} …")
            try:
                for one in take():
                    (self.found.append if isinstance(one, Figure) else self.left_out.append)(one)  # type: ignore[arg-type]
            except Missing as missing:
                self.left_out.append(LeftOut(name, str(missing)))

    def _peers(self) -> Found:
        if self.quick:
            raise Missing("--quick measures no peers")
        assert self.source.maildir
        self.peers = peers.measured(self.source.maildir, self.work)
        for name, found in self.peers.items():
            if "start" in found:
                yield Figure("peers", f"{name}: warm start, 10 k", found["start"]["warm_median_ms"], "ms")
                yield Figure(
                    "peers",
                    f"{name}: next row",
                    found["keys"]["next (j)"]["last_ms"]["median"],
                    "ms",
                    note=f"{found['keys']['next (j)']['bytes']['median']} bytes",
                )
                yield Figure(
                    "peers",
                    f"{name}: page down",
                    found["keys"]["page down"]["last_ms"]["median"],
                    "ms",
                    note=f"{found['keys']['page down']['bytes']['median']} bytes",
                )
                yield Figure("peers", f"{name}: memory", found["rss"]["rss_kb"] / 1024, "MB")
            if "ingest" in found:
                yield Figure("peers", f"{name}: ingest", found["ingest"]["msgs_per_s"], "messages/s")

    def _start(self) -> Found:
        yield from starting.warm(self.small, self.big, self.runs)
        yield from starting.cold(self.small, self.big, min(self.runs, 5))

    def _sync(self) -> Found:
        yield from markets.take(*((4_000, 2_000) if self.quick else ()))
        yield from idle_sync.take(20 if self.quick else 60)
        yield from singles_day.take(self.small, 70 if self.quick else 120)

    def _keys(self) -> Found:
        yield from typing_keys.drive(self.small, self.big, self.runs, 3 if self.quick else 8, self._neomutt_bytes())

    def _neomutt_bytes(self) -> float | None:
        found: float | None = (
            self.peers.get("neomutt", {}).get("keys", {}).get("next (j)", {}).get("bytes", {}).get("median")
        )
        return found

    def _sheets(self) -> Found:
        yield from typing_keys.sheets(self.small, 5 if self.quick else 12)

    def _heavy(self) -> Found:
        yield from heavy.take(self.work, 1 if self.quick else 3, say)

    def _search(self) -> Found:
        runs = 5 if self.quick else 12
        if self.big is None:
            yield from searching.take(("10 k", self.small), None, runs)
            return
        source = corpus(self.work, MIDDLE, say, maildir=True)
        middle = desk(self.work, "desk-100k", lambda: source, say)
        assert source.maildir
        mails = source.maildir
        yield from searching.take(("100 k", middle.folder), self.big, runs, lambda: Notmuch(mails, self.work, say))

    def _saves(self) -> Found:
        fresh = corpus(self.work, 4 * SMALL, say, maildir=True, seed=8)
        yield from saving.take(self.small, self.work, fresh, 6 if self.quick else 15)

    def _store(self) -> Found:
        yield from asking.take(self.small, self.big, self.work)

    def _filters(self) -> Found:
        if self.big is None:
            raise Missing("--small builds no desk of a million tickets")
        yield from filters.take(self.big)

    def _rules(self) -> Found:
        yield from rules.take(400 if self.quick else rules.MESSAGES)
        yield from trial.take(self._forty().folder, 2 if self.quick else 5)

    def _forty(self) -> Desk:
        return desk(self.work, "desk-40k", lambda: corpus(self.work, trial.MESSAGES, say, seed=trial.SEED), say)

    def _long(self) -> Found:
        yield from long_use.take(6 if self.quick else 30)

    def _import(self) -> Found:
        yield from taking_in.take(
            self.desks, self.source, self.work, 1 if self.quick else 3, self.peers.get("notmuch", {})
        )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    """Measures, prints, writes; 1 if a must is missed, 2 if there is nothing to measure with."""
    ap = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    ap.add_argument(
        "--quick", action="store_true", help="fewer runs, no peers, RESULTS.md untouched: to see that it works"
    )
    ap.add_argument("--only", action="append", choices=GROUPS, help="only this group; may be repeated")
    ap.add_argument("--runs", type=int, default=9, help="programs started per figure (9)")
    ap.add_argument("--small", action="store_true", help="without the desk of a million tickets")
    ap.add_argument("--jsonl", type=Path, help="the million messages, if they were written before")
    ap.add_argument("--work", type=Path, default=default_work(), help="desks and raw figures; kept between runs")
    ap.add_argument("--out", type=Path, default=PROJECT / "bench" / "RESULTS.md")
    args = ap.parse_args(argv)
    args.work.mkdir(parents=True, exist_ok=True)
    os.environ["LANG"] = "C.UTF-8"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed it is compiled, so it is here after a first start
    begun, load = time.monotonic(), os.getloadavg()[0]
    try:
        bench = Bench(args)
    except Missing as missing:
        say(f"nothing measured: {missing}")
        return 2
    bench.run()
    body = report.table(bench.found, bench.left_out)
    print(body)
    missed = [f.name for f in bench.found if f.verdict == "MISSED"]
    report.raw(bench.found, args.work / "results.json")
    desks = [
        "{name}: {messages:,} messages, {tickets:,} tickets, {open:,} open, {mb:,} MB".format(
            name=d.name, mb=d.made["bytes"] >> 20, **{k: d.made[k] for k in ("messages", "tickets", "open")}
        )
        for d in bench.desks
    ]
    command = shlex.join(["python", "-m", "bench", *_told(argv)])
    if not (args.only or args.quick) or args.out != PROJECT / "bench" / "RESULTS.md":
        args.out.write_text(report.page(body, command, desks, (load, os.getloadavg()[0]), bench.runs))
    say(
        f"{(time.monotonic() - begun) / 60:.1f} minutes; "
        + (f"MISSED: {', '.join(missed)}" if missed else "every must is met")
    )
    return 1 if missed else 0


def _told(argv: list[str]) -> list[str]:
    """The words that matter for the figures: folders of this machine are nobody's business."""
    args = iter(argv)
    kept = []
    for word in args:
        if word in ("--work", "--jsonl", "--out"):
            next(args, None)
        elif not word.startswith(("--work=", "--jsonl=", "--out=")):
            kept.append(word)
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
