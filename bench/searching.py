"""A search from Enter to its first result on the screen; beside `notmuch search --limit=50` of the same word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

from app.searching import as_typed
from app.wire import open_desk
from bench.desks import ME
from bench.figures import Figure, LeftOut, Limit, median, p95
from bench.notmuch import Notmuch
from bench.place import Missing
from bench.windows import POPULATED, keys, ours, window
from desk import inbox
from store.sql.rows import TicketLine

GROUP = "search"
WORDS = {"rare": "quokkafish", "common": "refund", "cjk": "退款"}
_NAMES = {"rare": "rare word", "common": "common word", "cjk": "Chinese word"}


def take(
    small: tuple[str, Path], big: Path | None, runs: int, other: Callable[[], Notmuch] | None = None
) -> Iterator[Figure | LeftOut]:
    """`small`: what it is called, and the desk; `other` gives notmuch over the same messages."""
    name, desk = small
    try:
        peer = other() if other else None
    except Missing as missing:
        peer = None
        yield LeftOut(GROUP, str(missing))
    for kind, word in WORDS.items():
        theirs: list[float] = []
        if peer is not None and (found := peer.count(word)):
            peer.search_ms(word)
        else:
            found = 0
        ask = peer if found else None
        mine = _times(desk, word, runs, (lambda: theirs.append(ask.search_ms(word))) if ask else None)  # noqa: B023
        yield Figure(
            GROUP,
            f"{_NAMES[kind]}: Enter to results, {name}",
            median(mine),
            "ms",
            median(theirs) if theirs else None,
            "notmuch" if theirs else "",
            [Limit(None, 2)],
            p95(mine),
            f"notmuch finds {found} messages" if peer else "",
            {"ms": mine, "notmuch": theirs},
        )
        if big:
            there = _times(big, word, runs)
            yield Figure(
                GROUP,
                f"{_NAMES[kind]}: Enter to results, 1 M",
                median(there),
                "ms",
                median(mine),
                f"ours at {name}",
                [Limit(None, 3)],
                p95(there),
            )


def _times(desk: Path, word: str, runs: int, between: Callable[[], object] | None = None) -> list[float]:
    """Each in the same session: `/`, the word, Enter until the first result's row is on top, then the inbox again.
    `between`: what takes its turn after each."""
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
            if between:
                between()
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
