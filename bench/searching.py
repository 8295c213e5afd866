"""A search from Enter to its first result on the screen; beside `notmuch search --limit=50` of the same word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

from app.searching import as_typed
from app.wire import open_desk
from bench.desks import ME
from bench.figures import Figure, Limit, median, p95
from bench.windows import POPULATED, keys, ours, window
from desk import inbox
from store.sql.rows import TicketLine

GROUP = "search"
WORDS = {"rare": "quokkafish", "common": "refund", "cjk": "退款"}
_NAMES = {"rare": "rare word", "common": "common word", "cjk": "Chinese word"}


def take(small: Path, big: Path | None, runs: int, notmuch: dict[str, Any]) -> Iterator[Figure]:
    """`notmuch` is what `peers_mail.py` found of it, empty where it is not installed."""
    for kind, word in WORDS.items():
        mine = _times(small, word, runs)
        peer = notmuch.get("search_limit50", {}).get(kind, {}).get("median_ms")
        found = "" if not notmuch else f"notmuch finds {notmuch['count'][word]} messages"
        yield Figure(
            GROUP,
            f"{_NAMES[kind]}: Enter to results, 10 k",
            median(mine),
            "ms",
            peer,
            "notmuch" if peer else "",
            [Limit(None, 2)],
            p95(mine),
            found,
            {"ms": mine},
        )
        if big:
            there = _times(big, word, runs)
            yield Figure(
                GROUP,
                f"{_NAMES[kind]}: Enter to results, 1 M",
                median(there),
                "ms",
                median(mine),
                "ours at 10 k",
                [Limit(None, 3)],
                p95(there),
            )


def _times(desk: Path, word: str, runs: int) -> list[float]:
    """Each in the same session: `/`, the word, Enter until the first result's row is on top, then the inbox again."""
    first = re.escape(_row(_first(desk, word)))
    shown = rf"\A[^\n]*\n(?:[^\n]*│)?[^\n]*{first}"
    times: list[float] = []
    with window(ours(desk), first=1.5) as probe:
        probe.wait(POPULATED)
        probe.settle(0.4)
        for _ in range(runs):
            probe.write(b"/")
            probe.settle(0.1)
            if re.search(shown, probe.text()):
                raise RuntimeError(f"the first hit of {word} stands first in the inbox already")
            probe.write(b"\x15" + word.encode() + keys("Enter")[0])  # at once, before results come as one types
            times.append(probe.wait(shown)["since_write_ms"])
            probe.settle(0.3)
            probe.write(b"gi")
            probe.wait(shown, gone=True)
            probe.settle(0.3)
    return times


def _first(desk: Path, word: str) -> TicketLine:
    store = open_desk(desk).store
    try:
        found = inbox.page(
            store.conn,
            inbox.resolve(as_typed(word), inbox.context(store.conn, ME, store.clock.now(), UTC)),
            ME,
            limit=1,
        )
        return found[0]
    finally:
        store.close()


def _row(line: TicketLine) -> str:
    """What of a row is drawn whatever the width: the customer's name as far as its column goes."""
    return line.customer if len(line.customer) <= 12 and line.customer.isascii() else line.customer[:5]
