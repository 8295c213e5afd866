"""The desk without a screen: pages, counts, search, checking the chain, verbs; ten thousand beside a million."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

from app.wire import open_desk
from bench.desks import ME, TEAM
from bench.figures import Figure, Limit, median, p95
from desk import inbox, tickets
from store import events
from store.sql.tickets import place
from store.unit import Store
from store.values import Actor

GROUP = "store"
WORDS = {"rare": "quokkafish", "common": "refund", "most common": "order", "Chinese": "退款", "prefix": "ref*"}
BUDGET_S = 0.4
"""Most time one repeated question takes."""

Ask = Callable[[], object]


def take(small: Path, big: Path | None, work: Path) -> Iterator[Figure]:
    """Every question at both sizes; the bigger beside the smaller."""
    mine = _questions(small)
    theirs = _questions(big) if big else {}
    for name, times in mine.items():
        yield Figure(GROUP, f"{name}, 10 k", median(times), "ms", p95=p95(times))
        if name in theirs:
            # An aim, not a must: a word half the desk contains has more to step over where the desk is bigger.
            yield Figure(
                GROUP,
                f"{name}, 1 M",
                median(theirs[name]),
                "ms",
                median(times),
                "ours at 10 k",
                [Limit(None, 3)],
                p95(theirs[name]),
            )
    yield from _verify(small, big)
    yield from _verbs(small, work)


def _questions(folder: Path) -> dict[str, list[float]]:
    store = open_desk(folder).store
    try:
        conn, now = store.conn, store.clock.now()
        ctx = inbox.context(conn, ME, now, UTC)
        shown = inbox.resolve("is:open not:is:snoozed", ctx)
        middle = inbox.page(conn, shown, ME, limit=2_000 if _open(store) > 4_000 else 500)[-1]
        spot = place(middle, shown.sort)
        asked: dict[str, Ask] = {
            "first page": lambda: inbox.page(conn, shown, ME),
            "page from the middle": lambda: inbox.page(conn, shown, ME, after=spot),
            "last page": lambda: inbox.last_page(conn, shown, ME),
            "every view with its count": lambda: inbox.views(conn, ctx),
            "status line": lambda: inbox.summary(conn, now, now + 3_600_000),
            "filter that keeps nothing": lambda: inbox.page(conn, _resolve("is:open lang:xx", ctx), ME),
        }
        for kind, word in WORDS.items():
            asked[f"search, {kind} word"] = _page_of(conn, word, ctx)
        return {name: repeated(ask) for name, ask in asked.items()}
    finally:
        store.close()


def _resolve(text: str, ctx: Any) -> inbox.List:
    return inbox.resolve(text, ctx)


def _page_of(conn: Any, word: str, ctx: Any) -> Ask:
    return lambda: inbox.page(conn, inbox.resolve(word, ctx), ME, limit=50)


def _open(store: Store) -> int:
    n: int = store.conn.execute(
        "SELECT sum(n) FROM tally WHERE status IN ('new','open','pending','on_hold')"
    ).fetchone()[0]
    return n


def repeated(ask: Ask, at_least: int = 7, at_most: int = 200) -> list[float]:
    """Milliseconds per call, within `BUDGET_S`; a first call only warms the cache."""
    ask()
    times: list[float] = []
    end = time.perf_counter() + BUDGET_S
    while len(times) < at_least or (time.perf_counter() < end and len(times) < at_most):
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1e3)
    return times


def _verify(small: Path, big: Path | None) -> Iterator[Figure]:
    for folder, size in ((small, "10 k"), (big, "1 M")):
        if folder is None:
            continue
        store = open_desk(folder).store
        try:
            begun = time.perf_counter()
            verdict = events.verify(store.conn)
            seconds = time.perf_counter() - begun
        finally:
            store.close()
        if verdict.problem:
            raise RuntimeError(f"the chain of the {size} desk does not verify: {verdict.problem}")
        yield Figure(
            GROUP,
            f"checking the event chain, {size}",
            verdict.intact_to / seconds,
            "events/s",
            note=f"{verdict.intact_to:,} events",
        )


def _verbs(small: Path, work: Path) -> Iterator[Figure]:
    """One verb per transaction, and a hundred as one batch, on a copy."""
    folder = copy(small, work / "verbs")
    store = open_desk(folder).store
    try:
        ids = [
            line.id
            for line in inbox.page(
                store.conn, inbox.resolve("is:open", inbox.context(store.conn, ME, store.clock.now())), ME, limit=500
            )
        ]
        me = Actor("agent", ME)
        times: list[float] = []
        for n, ticket_id in enumerate(ids[:200]):
            begun = time.perf_counter()
            with store.write(me) as unit:
                tickets.assign(unit, ticket_id, TEAM[n % 3]) if n % 2 else tickets.tag(
                    unit, ticket_id, add=[f"t{n % 5}"]
                )
            times.append((time.perf_counter() - begun) * 1e3)
        yield Figure(
            GROUP,
            "one verb, one transaction",
            median(times),
            "ms",
            p95=p95(times),
            note="saved to disk (synchronous FULL)",
        )
        begun = time.perf_counter()
        with store.write(me) as unit:
            done = tickets.each(unit, ids, lambda i: tickets.tag(unit, i, add=["bulk"])).done
        yield Figure(
            GROUP,
            "verbs in one batch",
            len(done) / (time.perf_counter() - begun),
            "verbs/s",
            note=f"{len(done)} tickets tagged",
        )
    finally:
        store.close()


def copy(folder: Path, to: Path) -> Path:
    """A fresh copy of a desk."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to)
    return to
