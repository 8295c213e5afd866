"""How fast large shops come in: `python -m bench.markets [--platform NAME] [--orders N] [--conversations N] [--desk]`.

Each stand-in runs in a process of its own on loopback, without quota; a second process fetches everything through the
real connector and HTTP. With `--desk` it is also stored in a fresh desk (encrypted), as
the first fetch of an account does: history of 90 days, the last 14 of them worked on. Exit 1 where less than 1,000
records a second come, or more than 150 MB are used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from app.wire import SystemClock
from bench.figures import Figure, Limit
from bench.place import PROJECT
from connectors import registry
from connectors.contract import Connector, Page, Ports, Renew, Token
from store.values import DAY, SYSTEM, Instant

GROUP = "sync"
ORDERS, CONVERSATIONS = 50_000, 20_000
HISTORY, WORKED_ON = 90 * DAY, 14 * DAY
"""How far back the first fetch goes, and what of it comes in open."""
CHATS = {"shopee": True, "amazon": False}
"""Platforms, and whether they have conversations: Amazon's come by mail."""
LEAST, MOST_MB = 1_000.0, 150.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.markets", description=__doc__)
    parser.add_argument("--platform", choices=[*CHATS], action="append", help="this one only (default: each)")
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--live", action="store_true", help="with --desk: everything comes in open")
    parser.add_argument("--desk", action="store_true", help="store it too")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pull", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return _serve(args.platform[0], args.orders, args.conversations)
    if args.pull:
        worked_on = HISTORY if args.live else WORKED_ON
        with tempfile.TemporaryDirectory() as folder:
            desk = args.into or (_new_desk(Path(folder) / "desk") if args.desk else None)
            print(json.dumps(_take(args.platform[0], json.loads(args.pull), desk, worked_on)))
        return 0
    also = [flag for flag, said in (("--desk", args.desk), ("--live", args.live)) if said]
    return max(_measure(name, args.orders, args.conversations * CHATS[name], also) for name in args.platform or CHATS)


def take(orders: int = ORDERS, conversations: int = CONVERSATIONS) -> Iterator[Figure]:
    """By turns: fetched alone, and stored too. CPU is ours alone: it does not depend on what else the machine does."""
    for platform, chats in CHATS.items():
        size = platform, orders, conversations * chats
        (bare, _), (whole, found) = (_sums(measure(*size, also)) for also in ([], ["--desk"]))
        note = f"{whole['records']:,.0f} records in {whole['s']:.0f} s, {whole['cpu'] / whole['records'] * 1e3:.2f} ms CPU each"
        yield Figure(GROUP, f"first fetch, {platform}: fetched and stored", whole["records"] / whole["s"], "records/s",
                     bare["records"] / bare["s"], "fetched alone", [Limit(LEAST, of="value", more=True)], note=note)  # fmt: skip
        yield Figure(GROUP, f"first fetch, {platform}: memory at most", found["mb"], "MB",
                     limits=[Limit(MOST_MB, of="value")])  # fmt: skip


def _sums(found: Mapping[str, Any]) -> tuple[dict[str, float], Mapping[str, Any]]:
    return {k: sum(one[k] for one in found["streams"].values()) for k in ("records", "s", "cpu")}, found


def _measure(platform: str, orders: int, conversations: int, also: list[str]) -> int:
    try:
        found = measure(platform, orders, conversations, also)
    except RuntimeError as failed:
        print(failed, file=sys.stderr)
        return 1
    return _report(platform, found, orders, conversations)


def measure(platform: str, orders: int, conversations: int, also: list[str]) -> Mapping[str, Any]:
    """What came, by stream: records, seconds, CPU seconds; and the most memory in MB. Raises RuntimeError."""
    with site(platform, orders, conversations) as link:
        ran = subprocess.run(puller(platform, link, *also), capture_output=True, text=True, cwd=PROJECT)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    found: Mapping[str, Any] = json.loads(ran.stdout)
    return found


@contextmanager
def site(platform: str, orders: int, conversations: int) -> Iterator[str]:
    """A stand-in in a process of its own, and how to link it."""
    size = ["--orders", str(orders), "--conversations", str(conversations)]
    command = [sys.executable, "-m", "bench.markets", "--platform", platform, *size, "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline()
        finally:
            process.stdin.close()
            process.wait(10)


def puller(platform: str, link: str, *also: str) -> list[str]:
    """The command that fetches everything; `--into DESK` stores it there."""
    return [sys.executable, "-m", "bench.markets", "--platform", platform, "--pull", link, *also]


def _report(platform: str, found: Mapping[str, Any], orders: int, conversations: int) -> int:
    streams: Mapping[str, Mapping[str, float]] = found["streams"]
    print(f"\n{platform}\n\n| stream | records | s | records/s | CPU s |\n|-|-|-|-|-|")
    for name, one in streams.items():
        rate = one["records"] / max(one["s"], 1e-9)
        print(f"| {name} | {one['records']:,.0f} | {one['s']:.1f} | {rate:,.0f} | {one['cpu']:.1f} |")
    records, spent = sum(one["records"] for one in streams.values()), sum(one["s"] for one in streams.values())
    print(
        f"\n{records / spent:,.0f} records/s (must: {LEAST:,.0f}), {found['mb']:.0f} MB at most (must: {MOST_MB:,.0f} MB)"
    )
    said = streams.get("messages", {"records": 0})["records"]
    whole = streams["orders"]["records"] == orders and said >= conversations
    if not whole:
        print("Not everything came.")
    return 0 if whole and records / spent >= LEAST and found["mb"] <= MOST_MB else 1


# The stand-in ---------------------------------------------------------------------------------------


def _serve(platform: str, orders: int, conversations: int) -> int:
    from bench.big_market import BigMarket
    from connectors.sandbox.amazon import AmazonSite
    from connectors.sandbox.shopee import ShopeeSite
    from connectors.sandbox.web import served

    clock = SystemClock()
    market = BigMarket(clock, platform=platform, orders=orders, conversations=conversations)
    site = ShopeeSite(clock, market) if platform == "shopee" else AmazonSite(clock, market)
    with served(site) as url:
        print(json.dumps(site.link(url)), flush=True)
        sys.stdin.read()
    return 0


# The one who pulls ----------------------------------------------------------------------------------


class _Secrets(dict[str, str]):
    def get(self, name: str) -> str:  # type: ignore[override]
        return self[name]

    def put(self, name: str, value: str) -> None:
        self[name] = value


class _Tokens:
    def __init__(self, secrets: _Secrets) -> None:
        self._secrets, self._token = secrets, Token("", 0)

    def fresh(self, renew: Renew, *, traded: str = "refresh_token", rejected: str = "") -> Token:
        if not self._token.value or self._token.value == rejected:
            self._token, rotated = renew(self._secrets.get(traded))
            self._secrets.put(traded, rotated)
        return self._token


class _NoQuota:
    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        return 0

    def learn(self, bucket: str, left: float) -> None:
        """There is no end to it."""


class _Counted:
    """A connector as `desk.sync.pull` uses it, and what came of each stream."""

    def __init__(self, connector: Connector, far: Instant) -> None:
        self._connector, self._far = connector, far
        self.came: dict[str, dict[str, float]] = {}

    def streams(self) -> tuple[str, ...]:
        return self._connector.streams()

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        began, cpu, records = time.monotonic(), time.process_time(), 0
        for page in self._connector.pull(stream, cursor, since=self._far):
            yield page
            records += len(page.records)
        self.came[stream] = {"records": records, "s": time.monotonic() - began, "cpu": time.process_time() - cpu}


def _take(
    platform: str, link: tuple[dict[str, object], dict[str, str]], desk: Path | None, worked_on: int
) -> dict[str, Any]:
    settings, secrets, now = link[0], _Secrets(link[1]), SystemClock().now()
    connector = registry.connect(platform, settings, Ports(secrets, _Tokens(secrets), SystemClock(), _NoQuota()))
    counted = _Counted(connector, now - HISTORY)
    if desk:
        _into_desk(desk, platform, counted, now - worked_on)
    else:
        for stream in counted.streams():
            for _page in counted.pull(stream, "", since=now - HISTORY):
                pass
    connector.close()
    return {"streams": counted.came, "mb": _peak_mb()}


def _new_desk(folder: Path) -> Path:
    from app.wire import create_desk
    from desk import setup
    from desk.agents import NewAgent

    store = create_desk(folder, name="Bench", encrypt=True).store
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=[NewAgent("ana", "Ana")])
    store.close()
    return folder


def _into_desk(folder: Path, platform: str, connector: _Counted, since: Instant) -> None:
    from app.wire import open_desk
    from desk import channels
    from desk.sync import lease
    from desk.sync.pull import pull
    from desk.sync.reader import InProcess

    store = open_desk(folder).store
    with store.write(SYSTEM) as unit:
        channel = channels.add(unit, platform, platform=platform, name=platform, label=platform[:4].upper(), settings={},
                               since=since, kind="marketplace")  # fmt: skip
    holder = lease.take(store, lease.SYNC, lease.this_process())
    assert holder is not None
    pull(store, holder, channel, cast(Connector, connector), InProcess())
    store.close()


def _peak_mb() -> float:
    """The most memory this process ever held."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
