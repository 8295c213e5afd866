"""A Singles' Day: `python -m bench.singles_day [--seconds N]` (90; 3600 is the whole hour).

Two workstations in real terminals on one desk, beside `deskhand sync --forever` with accounts at stand-ins in another
process. Keys are pressed in both by turns: while nothing arrives, and while ten times as much arrives as in a usual busy
hour; the virtual-list toy stands beside them. Usual is 15 accounts, each with 50,000 orders and 20,000 conversations in
80 days, a tenth of a day's records in its busiest hour. Exit 1 where a key needs more than twice the toy's time, as in
`python -m bench --only keys`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from app.wire import open_desk
from bench.accounts import link, served_apart
from bench.asking import copy
from bench.desks import TEAM, corpus, desk, environ
from bench.figures import Figure, Limit, median, p95
from bench.place import DESKHAND, default_work
from bench.windows import POPULATED, keys, pressed, toy, window
from store.sql import shop
from store.unit import Store

GROUP = "sync"
SECONDS = 90.0
PLATFORMS = ("shopee", "shopee", "woocommerce", "ebay")
USUAL = 15 * (50_000 + 4 * 20_000) / 80 / 10 / 3600
"""Records a second in a usual busy hour: about 0.7."""
TIMES = 10
_FIRST_FETCH_S = 120.0
_KEYS = (("next row", "Down", 6), ("page down", "PageDown", 2), ("page up", "PageUp", 2))
_TOY_ROUNDS = 5

Times = dict[str, list[float]]


def take(small: Path, seconds: float = SECONDS) -> Iterator[Figure]:
    """`small` is a desk of 10,000 messages; it is copied."""
    with tempfile.TemporaryDirectory() as work, served_apart(PLATFORMS) as sites, ExitStack() as stack:
        folder = copy(small, Path(work) / "desk")
        ids = link(folder, sites.links)
        sync = stack.enter_context(
            subprocess.Popen([str(DESKHAND), "--desk", str(folder), "sync", "--forever"], env=environ(),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        stack.callback(sync.terminate)
        store = open_desk(folder).store
        stack.callback(store.close)
        _fetched(store, ids)
        beside = stack.enter_context(window(toy("virtual"), first=0.6))
        beside.wait("READY")
        sessions = [stack.enter_context(window([str(DESKHAND), "--desk", str(folder), "--as", agent], first=0.6))
                    for agent in TEAM[:2]]  # fmt: skip
        for session in sessions:
            session.wait(POPULATED)
            session.settle(0.4)
        calm = _keys(sessions, seconds / 3)
        toys = _keys([beside], 1e9, rounds=_TOY_ROUNDS)
        sites.arrive(TIMES * USUAL)
        _coming_in(store)
        before, began = _stored(store), time.monotonic()
        rush = _keys(sessions, seconds)
        came, spent = _stored(store) - before, time.monotonic() - began
    note = f"{came / spent:.1f} messages and newly changed orders a second came in for {spent:.0f} s"
    for name, _, _ in _KEYS:
        figure = median(rush[name]), p95(rush[name])
        told = f"quiet {median(calm[name]):.1f} ms (p95 {p95(calm[name]):.1f}); toy p95 {p95(toys[name]):.1f}; {note}"
        yield Figure(GROUP, f"Singles' Day, {name}: last changed byte", figure[0], "ms", median(toys[name]), "virtual toy",
                     [Limit(2, 1.3)], figure[1], told, {"rush": rush[name], "quiet": calm[name], "toy": toys[name]})  # fmt: skip
        yield Figure(GROUP, f"Singles' Day, {name}: beside a quiet hour", figure[0], "ms", median(calm[name]), "quiet hour",
                     [Limit(None, 1.5)])  # fmt: skip


def _keys(sessions: Sequence[Any], seconds: float, rounds: int = 1_000_000) -> Times:
    """Presses keys in every session by turns; milliseconds to the last changed byte, by key."""
    found: Times = defaultdict(list)
    end = time.monotonic() + seconds
    for _ in range(rounds):
        for session in sessions:
            for name, key, times in _KEYS:
                found[name] += [row["ms"] for row in pressed(session, keys(key, times))]
            pressed(session, keys("Home"))
        if time.monotonic() > end:
            break
    return found


def _fetched(store: Store, ids: Sequence[str]) -> None:
    """Until every account was fetched once. Raises RuntimeError."""
    end = time.monotonic() + _FIRST_FETCH_S
    while not all(c.last_good_at for c in shop.channels(store.conn) if c.id in ids):
        if time.monotonic() > end:
            raise RuntimeError(f"not fetched: {[(c.id, c.fault) for c in shop.channels(store.conn) if c.id in ids]}")
        time.sleep(0.5)


def _coming_in(store: Store) -> None:
    """Until the first of it is stored: accounts are asked once a minute."""
    there, end = _stored(store), time.monotonic() + _FIRST_FETCH_S
    while _stored(store) == there:
        if time.monotonic() > end:
            raise RuntimeError("nothing came in")
        time.sleep(0.5)


def _stored(store: Store) -> int:
    """Rises by one with each message that comes in and each order that changes for the first time in an hour."""
    messages: int = store.conn.execute("SELECT max(id) FROM message").fetchone()[0]
    changed: int = store.conn.execute(
        "SELECT count(*) FROM orders WHERE updated_at > ?", (store.clock.now() - 3_600_000,)
    ).fetchone()[0]
    return messages + changed


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.singles_day", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--work", type=Path, default=default_work())
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    small = desk(args.work, "desk-10k", lambda: corpus(args.work, 10_000, say, maildir=True), say)
    found = list(take(small.folder, args.seconds))
    for one in found:
        print(f"{one.name}: {one.ours:.1f} ms, {one.ratio:.2f}× of the {one.who} {one.verdict} {one.note}")
    return any(one.verdict == "MISSED" for one in found)


if __name__ == "__main__":
    sys.exit(main())
