"""What sync costs while nothing happens: `python -m bench.idle_sync [--seconds N]`.

`deskhand sync --forever` on a desk with 15 accounts, two of each platform and a mailbox, linked to stand-ins in another
process; after the first fetch is over its CPU time over a minute is read from /proc, all its processes together. Exit 1
where that is more than 1 % of one core.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.wire import open_desk
from bench.accounts import link, served_apart
from bench.desks import environ, init
from bench.figures import Figure, Limit
from bench.place import DESKHAND
from connectors.sandbox.mail import MailStandIn
from store.sql import shop
from store.unit import Store

GROUP = "sync"
SHOP = "care@shop.example"
PLATFORMS = ("amazon", "ebay", "shopee", "shopify", "tiktok", "walmart", "woocommerce") * 2
SECONDS, SETTLES_S, PATIENCE_S = 60.0, 10.0, 600.0
MOST = 1.0
"""Per cent of one core."""
_TICKS = 100
"""Of /proc/*/stat, a second."""


def take(seconds: float = SECONDS) -> Iterator[Figure]:
    """The figure, with the share of each second in its raw values."""
    with tempfile.TemporaryDirectory() as work, served_apart(PLATFORMS) as sites, MailStandIn(users={SHOP: "pw"}) as mail:
        desk = Path(work) / "desk"
        init(desk)
        accounts = [*sites.links, _mailbox(mail)]
        link(desk, accounts)
        with subprocess.Popen([str(DESKHAND), "--desk", str(desk), "sync", "--forever"], env=environ(),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sync:  # fmt: skip
            try:
                store = open_desk(desk).store
                _fetched(store, len(accounts), sync)
                time.sleep(SETTLES_S)
                shares = []
                for _ in range(round(seconds / 5)):
                    before, began = _cpu_s(sync.pid), time.monotonic()
                    time.sleep(5)
                    shares.append(100 * (_cpu_s(sync.pid) - before) / (time.monotonic() - began))
                faults = [f"{c.name}: {c.fault}" for c in shop.channels(store.conn) if c.fault]
                store.close()
            finally:
                sync.terminate()
                sync.wait(20)
    note = f"over {seconds:.0f} s, most in any 5 s {max(shares):.1f} %" + "".join(f"; {f}" for f in faults)
    yield Figure(GROUP, f"idle sync of {len(accounts)} accounts: CPU", sum(shares) / len(shares), "%",
                 limits=[Limit(MOST, of="value")], note=note, raw={"per cent": shares})  # fmt: skip


def _mailbox(mail: MailStandIn) -> dict[str, object]:
    settings = {
        "imap_host": "127.0.0.1", "imap_port": mail.imap_port, "imap_tls": "plain", "smtp_host": "127.0.0.1",
        "smtp_port": mail.smtp_port, "smtp_tls": "plain", "user": SHOP, "from_address": SHOP,
    }  # fmt: skip
    return {"platform": "email", "kind": "email", "settings": settings, "secrets": {"password": "pw"}}


def _fetched(store: Store, accounts: int, sync: subprocess.Popen[bytes]) -> None:
    """Until every account was fetched once. Raises RuntimeError."""
    end = time.monotonic() + PATIENCE_S
    while True:
        known = shop.channels(store.conn)
        if sum(1 for c in known if c.last_good_at) >= accounts:
            return
        if sync.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"not fetched: {[(c.id, c.fault) for c in known if not c.last_good_at]}")
        time.sleep(0.5)


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process and those it started, ended ones included."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(n) for n in stat[11:15]) / _TICKS
    return own + sum(_cpu_s(int(child)) for child in _children(pid))


def _children(pid: int) -> list[str]:
    found: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += (task / "children").read_text().split()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.idle_sync", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    (figure,) = take(parser.parse_args().seconds)
    print(f"{figure.name}: {figure.ours:.2f} % of one core (must: {MOST:.0f} %); {figure.note}")
    return figure.verdict == "MISSED"


if __name__ == "__main__":
    sys.exit(main())
