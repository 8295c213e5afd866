"""How fast a large shop comes in: `python -m bench.markets [--orders N] [--conversations N] [--desk]`.

The stand-in runs in a process of its own on loopback, without quota; a second process pulls everything through the
real connector and HTTP. With `--desk` it is also stored in a fresh desk, as sync does it (whose pauses for people's
saves are part of that figure). Exit 1 where less than 1,000 records a second come, or more than 150 MB are used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.wire import SystemClock
from connectors import registry
from connectors.contract import Connector, Page, Ports, Renew, Token
from store.values import DAY

PLATFORM = "shopee"
ORDERS, CONVERSATIONS = 50_000, 20_000
LEAST, MOST_MB = 1_000.0, 150.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.markets", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--desk", action="store_true", help="store it too")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pull", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return _serve(args.orders, args.conversations)
    if args.pull:
        print(json.dumps(_take(json.loads(args.pull), desk=args.desk)))
        return 0
    return _measure(args.orders, args.conversations, desk=args.desk)


def _measure(orders: int, conversations: int, *, desk: bool) -> int:
    size = ["--orders", str(orders), "--conversations", str(conversations)]
    me = [sys.executable, "-m", "bench.markets"]
    with subprocess.Popen([*me, *size, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as site:
        assert site.stdout is not None
        assert site.stdin is not None
        try:
            link = site.stdout.readline()
            ran = subprocess.run([*me, "--pull", link, *(["--desk"] if desk else [])], capture_output=True, text=True)
        finally:
            site.stdin.close()
            site.wait(10)
    if ran.returncode:
        print(ran.stderr, file=sys.stderr)
        return 1
    return _report(json.loads(ran.stdout), orders, conversations)


def _report(found: Mapping[str, Any], orders: int, conversations: int) -> int:
    streams: Mapping[str, Mapping[str, float]] = found["streams"]
    print("| stream | records | s | records/s | CPU s |\n|-|-|-|-|-|")
    for name, one in streams.items():
        rate = one["records"] / max(one["s"], 1e-9)
        print(f"| {name} | {one['records']:,.0f} | {one['s']:.1f} | {rate:,.0f} | {one['cpu']:.1f} |")
    records, spent = sum(one["records"] for one in streams.values()), sum(one["s"] for one in streams.values())
    print(
        f"\n{records / spent:,.0f} records/s (must: {LEAST:,.0f}), {found['mb']:.0f} MB at most (must: {MOST_MB:,.0f} MB)"
    )
    whole = streams["orders"]["records"] == orders and streams["messages"]["records"] >= conversations
    if not whole:
        print("Not everything came.")
    return 0 if whole and records / spent >= LEAST and found["mb"] <= MOST_MB else 1


# The stand-in ---------------------------------------------------------------------------------------


def _serve(orders: int, conversations: int) -> int:
    from bench.big_market import BigMarket
    from connectors.sandbox.shopee import ShopeeSite
    from connectors.sandbox.web import served

    clock = SystemClock()
    site = ShopeeSite(clock, BigMarket(clock, platform=PLATFORM, orders=orders, conversations=conversations))
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

    def fresh(self, renew: Renew, *, rejected: str = "") -> Token:
        if not self._token.value or self._token.value == rejected:
            self._token, rotated = renew(self._secrets.get("refresh_token"))
            self._secrets.put("refresh_token", rotated)
        return self._token


class _NoQuota:
    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        return 0

    def learn(self, bucket: str, left: float) -> None:
        """There is no end to it."""


def _take(link: tuple[dict[str, object], dict[str, str]], *, desk: bool) -> dict[str, Any]:
    settings, secrets = link[0], _Secrets(link[1])
    connector = registry.connect(PLATFORM, settings, Ports(secrets, _Tokens(secrets), SystemClock(), _NoQuota()))
    since = SystemClock().now() - 90 * DAY
    streams: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        keep = _into_desk(Path(folder), since) if desk else _nowhere
        for stream in connector.streams():
            began, cpu, records = time.monotonic(), time.process_time(), 0
            for page in _pages(connector, stream, since):
                keep(stream, page)
                records += len(page.records)
            streams[stream] = {"records": records, "s": time.monotonic() - began, "cpu": time.process_time() - cpu}
    connector.close()
    return {"streams": streams, "mb": _peak_mb()}


def _pages(connector: Connector, stream: str, since: int) -> Iterator[Page]:
    yield from connector.pull(stream, "", since=since)


def _nowhere(stream: str, page: Page) -> None:
    """Only the connector is measured."""


def _into_desk(folder: Path, since: int) -> Any:
    from app.wire import create_desk
    from desk import channels, setup
    from desk.agents import NewAgent
    from desk.sync import lease
    from desk.sync.pull import Pulled, store_page
    from desk.sync.reader import InProcess
    from store.values import SYSTEM

    store = create_desk(folder / "desk", name="Bench", encrypt=False).store
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=[NewAgent("ana", "Ana")])
        channel = channels.add(unit, PLATFORM, platform=PLATFORM, name="Shopee", label="SHPE", settings={}, since=since,
                               kind="marketplace")  # fmt: skip
    holder = lease.take(store, lease.SYNC, lease.this_process())
    assert holder is not None
    total, reader = Pulled(), InProcess()
    holders = [holder]

    def keep(stream: str, page: Page) -> None:
        held = lease.take(store, lease.SYNC, lease.this_process())
        holders[0] = held or holders[0]
        store_page(store, holders[0], channel, stream, page, reader, total)

    return keep


def _peak_mb() -> float:
    """The most memory this process ever held."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
