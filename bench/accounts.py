"""Marketplace accounts for the bench: stand-ins in a process of their own on loopback, and a desk that is linked to them.

`python -m bench.accounts PLATFORM …` serves one quiet stand-in for each word, prints how to link them as JSON, and ends
with its standard input. A number on it sets how many things
happen there a second: somebody writes, an order moves on.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.wire import SystemClock, open_desk
from bench.place import PROJECT
from connectors.sandbox.market import Market
from desk import channels
from store.values import DAY, SYSTEM

Link = Mapping[str, Any]
"""`platform`, `settings` and `secrets` of a stand-in."""


@dataclass(slots=True)
class Served:
    """The stand-ins' process. `arrive` sets how much happens there."""

    links: list[Link]
    process: subprocess.Popen[str]

    def arrive(self, rate: float) -> None:
        """From now on so many things a second."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{rate}\n")
        self.process.stdin.flush()


@contextmanager
def served_apart(platforms: Sequence[str]) -> Iterator[Served]:
    """Stand-ins in a process of their own, so that their time is not ours."""
    command = [sys.executable, "-m", "bench.accounts", *platforms]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield Served(json.loads(process.stdout.readline()), process)
        finally:
            process.stdin.close()
            process.wait(20)


def link(folder: Path, links: Sequence[Link]) -> list[str]:
    """Adds an account for each to a desk; returns their ids."""
    wired = open_desk(folder)
    made = []
    for n, one in enumerate(links, 1):
        ident = f"{one['platform']}-{n}"
        for name, value in one["secrets"].items():
            wired.vault.put(f"channel/{ident}/{name}", value)
        with wired.store.write(SYSTEM) as unit:
            channels.add(unit, ident, platform=one["platform"], name=ident, label=f"{one['platform'][:2].upper()}{n}",
                         settings=one["settings"], since=unit.now - 14 * DAY, kind=one.get("kind", "marketplace"))  # fmt: skip
        made.append(ident)
    wired.store.close()
    return made


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.accounts", description=__doc__)
    parser.add_argument("platforms", nargs="+")
    platforms: list[str] = parser.parse_args().platforms
    from connectors.sandbox.standing import serving, shown
    from connectors.sandbox.world import make_world

    clock = SystemClock()
    world = make_world(7, clock.now())
    markets = [(p, Market(world, clock, platform=shown(p))) for p in platforms]
    with serving(markets, clock) as found:
        said = [{"platform": s.platform, "settings": dict(s.settings), "secrets": dict(s.secrets)} for s in found]
        print(json.dumps(said), flush=True)
        _live([market for _, market in markets])
    return 0


def _live(markets: Sequence[Market]) -> None:
    """Lets things happen at the rate that standard input says, until that ends."""
    rng, ended, rate = random.Random(11), threading.Event(), [0.0]

    def listen() -> None:
        for line in sys.stdin:
            rate[0] = float(line)
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    while not ended.wait(1 / rate[0] if rate[0] else 0.2):
        if rate[0]:
            happen(rng.choice(markets), rng)


def happen(market: Market, rng: random.Random) -> None:
    """Somebody writes, or an order moves on."""
    if market.threads and rng.random() < 0.6:
        thread = rng.choice(market.threads)
        market.threads.remove(thread)  # told in the order they were last written in
        market.says(thread, rng.choice(thread.messages).text)
        market.threads.append(thread)
    elif market.orders:
        order = rng.choice(market.orders)
        order.status = "delivered" if order.status == "shipped" else "shipped"
        order.updated_at = market.clock.now()


if __name__ == "__main__":
    sys.exit(main())
