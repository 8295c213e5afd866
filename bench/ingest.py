"""How fast mail and lines come in: `python -m bench.ingest [--maildir DIR] [--lines FILE] [--runs 3]`.

In each run, by turns and on the same files: notmuch and mu (where they are installed) and `deskhand import` of one
maildir; then `limits_sqlite.py`'s insert with an index of Chinese pairs, and `deskhand import` of the same lines. Wall
time decides the ratio; CPU seconds of all processes stand beside it, because a shared machine stretches only the one.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from bench.desks import Corpus, corpus, init
from bench.figures import median
from bench.place import DESKHAND, Missing, default_work, tool

MAILS, LINES = 10_000, 100_000


class Spent(NamedTuple):
    """Seconds of the clock, and of every processor."""

    wall: float
    cpu: float


class Side(NamedTuple):
    """One of those that are measured: how many messages it takes, and every run of it."""

    messages: int
    runs: list[Spent]

    @property
    def rate(self) -> float:
        return self.messages / median(run.wall for run in self.runs)

    @property
    def cpu_rate(self) -> float:
        return self.messages / median(run.cpu for run in self.runs)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.ingest", description=__doc__)
    parser.add_argument("--maildir", type=Path, help=f"{MAILS:,} generated mails unless said")
    parser.add_argument("--lines", type=Path, help=f"{LINES:,} generated lines unless said")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path, default=default_work())
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    try:
        box = args.maildir or _mail(args.work)
        lines = args.lines or corpus(args.work, LINES, _say).lines
        mail, text = _mails(box, args.work, args.runs), _lines(lines, args.work, args.runs)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    print("| what | messages/s | messages per CPU second | deskhand to it |\n|-|-|-|-|")
    _print(mail, "deskhand import MAILDIR")
    _print(text, "deskhand import LINES")
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print(sides: Mapping[str, Side], ours: str) -> None:
    for name, side in sides.items():
        ratio = "" if name == ours else f"{sides[ours].rate / side.rate:.2f} ×"
        print(f"| {name} | {side.rate:,.0f} | {side.cpu_rate:,.0f} | {ratio} |")


def _mail(work: Path) -> Path:
    made: Corpus = corpus(work, MAILS, _say, maildir=True)
    if made.maildir is None:
        raise Missing("no maildir was made: nothing to import")
    return made.maildir


def _mails(box: Path, work: Path, runs: int) -> dict[str, Side]:
    count = sum(1 for part in ("cur", "new") if (box / part).is_dir() for _ in os.scandir(box / part))
    sides: dict[str, Callable[[], Spent]] = {"deskhand import MAILDIR": lambda: _ours(box, work)}
    if shutil.which("notmuch"):
        sides["notmuch new"] = lambda: _notmuch(box, work)
    if shutil.which("mu"):
        sides["mu index"] = lambda: _mu(box, work)
    return _measured(sides, count, runs)


def _lines(lines: Path, work: Path, runs: int) -> dict[str, Side]:
    with lines.open("rb") as file:
        count = sum(1 for _ in file)
    limits = tool("limits_sqlite")

    def raw() -> Spent:
        begun = time.process_time()
        told = limits.fill(str(work / "limits.db"), str(lines), count, 1000, "bigram")
        return Spent(told["s"], time.process_time() - begun - count / told["json_decode_per_s"])

    sides = {"deskhand import LINES": lambda: _ours(lines, work), "raw insert, bigram index": raw}
    return _measured(sides, count, runs)


def _measured(sides: Mapping[str, Callable[[], Spent]], count: int, runs: int) -> dict[str, Side]:
    done = {name: Side(count, []) for name in sides}
    for _ in range(runs):
        for name, run in sides.items():
            done[name].runs.append(run())
    return done


def _ours(source: Path, work: Path) -> Spent:
    folder = work / "ingested"
    shutil.rmtree(folder, ignore_errors=True)
    init(folder)
    return _timed([str(DESKHAND), "--desk", str(folder), "import", str(source)])


def _notmuch(box: Path, work: Path) -> Spent:
    index, config = work / "notmuch-index", work / "notmuch-ingest"
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir()
    config.write_text(
        f"[database]\npath={index}\nmail_root={box}\n[user]\nname=Bench\nprimary_email=bench@shop.example\n"
        "[new]\ntags=unread;inbox;\n"
    )
    return _timed(["notmuch", "new", "--quiet"], {"NOTMUCH_CONFIG": str(config)})


def _mu(box: Path, work: Path) -> Spent:
    home = work / "mu-index"
    shutil.rmtree(home, ignore_errors=True)
    _timed(["mu", "init", "--muhome", str(home), "--maildir", str(box)])
    return _timed(["mu", "index", "--quiet", "--muhome", str(home)])


def _timed(command: list[str], more: Mapping[str, str] | None = None) -> Spent:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={**os.environ, **(more or {})})  # fmt: skip
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    raise SystemExit(main())
