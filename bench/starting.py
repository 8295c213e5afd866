"""Start to a populated inbox, warm and cold, at ten thousand and a million; beside the empty Textual toy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, LeftOut, Limit, median, p95
from bench.place import Missing, drop_caches
from bench.windows import ours, start_ms, toy

GROUP = "start"


def warm(small: Path, big: Path | None, runs: int) -> Iterator[Figure]:
    """By turns: the toy, ours at 10 k, ours at 1 M. A first round only warms the caches."""
    argvs = {"toy": toy("empty"), "small": ours(small)} | ({"big": ours(big)} if big else {})
    times: dict[str, list[float]] = {name: [] for name in argvs}
    for n in range(runs + 1):
        for name, argv in argvs.items():
            ms = start_ms(argv)
            if n:
                times[name].append(ms)
    mine, raw = median(times["small"]), dict(times)
    yield Figure(
        GROUP,
        "warm start, 10 k messages",
        mine,
        "ms",
        median(times["toy"]),
        "empty toy",
        [Limit(1.6, 1.3)],
        p95(times["small"]),
        raw=raw,
    )
    if big:
        yield Figure(
            GROUP,
            "warm start, 1 M tickets",
            median(times["big"]),
            "ms",
            mine,
            "ours at 10 k",
            [Limit(1.2, 1.05)],
            p95(times["big"]),
        )


def cold(small: Path, big: Path | None, runs: int) -> Iterator[Figure | LeftOut]:
    """The same with the page cache dropped before each start."""
    argvs = {"toy": toy("empty"), "small": ours(small)} | ({"big": ours(big)} if big else {})
    times: dict[str, list[float]] = {name: [] for name in argvs}
    try:
        for _ in range(runs):
            for name, argv in argvs.items():
                drop_caches()
                times[name].append(start_ms(argv))
    except Missing as missing:
        yield LeftOut(GROUP, str(missing))
        return
    beside = median(times["toy"])
    for name, what in (("small", "10 k messages"), ("big", "1 M tickets")):
        if name in times:
            yield Figure(
                GROUP,
                f"cold start, {what}",
                median(times[name]),
                "ms",
                beside,
                "empty toy, cold",
                [Limit(1.6, 1.3)],
                p95(times[name]),
                raw=dict(times),
            )
