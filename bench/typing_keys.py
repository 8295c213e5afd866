"""What a key costs its person: to the last changed byte, in bytes down the line, held, and nothing pressed at all.

Ours and the virtual-list toy by turns, 120×40, moves by the arrow keys in both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Figure, Limit, median, p95
from bench.terminal import KEYS as KEYS_SENT
from bench.windows import POPULATED, keys, ours, pressed, ready, toy, window

KEYS, MEMORY, SHEETS = "keys", "memory", "sheets"
FRAME_MS = 33
_NEXT, _PAGE, _EDGE = 30, 12, 15
AHEAD_S = 2.0
"""Without output so long, a session has loaded what it loads ahead."""


@dataclass(slots=True)
class Seen:
    """What was measured of one program over all runs."""

    keys: dict[str, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def ms(self, name: str) -> list[float]:
        return [k["ms"] for k in self.keys[name]]

    def bytes(self, name: str) -> list[float]:
        return [k["bytes"] for k in self.keys[name]]


def drive(small: Path, big: Path | None, runs: int, idle_s: float, neomutt_bytes: float | None) -> Iterator[Figure]:
    """Every figure about keys, and the memory after so much scrolling. `neomutt_bytes`: what its next row sends."""
    programs = {"toy": toy("virtual"), "small": ours(small)} | ({"big": ours(big)} if big else {})
    seen = {name: Seen() for name in programs}
    for n in range(runs):
        for name, argv in programs.items():
            _once(argv, seen[name], n, idle_s)
    yield from _figures(seen["toy"], seen["small"], neomutt_bytes)
    yield from _memory(seen)


def _once(argv: list[str], seen: Seen, n: int, idle_s: float) -> None:
    with window(argv, first=0.6, seed=n + 1) as probe:
        probe.wait(ready(argv))
        probe.settle(0.4)
        seen.keys["next"] += pressed(probe, keys("Down", _NEXT))
        pressed(probe, keys("PageDown"))
        seen.keys["page"] += pressed(probe, keys("PageDown", _PAGE))
        pressed(probe, keys("Down", 40))  # to the edge, wherever paging left the cursor
        seen.keys["edge"] += pressed(probe, keys("Down", _EDGE))
        held = probe.burst(keys("Up")[0], 60, 30)
        seen.values["held_ms"].append(held["lag_after_last_ms"])
        seen.values["held_bytes"].append(held["bytes_per_key"])
        probe.settle(0.5)
        still = probe.idle(idle_s)
        seen.values["idle_cpu"].append(still["cpu_percent"])
        seen.values["idle_bytes"].append(still["bytes_per_s"])
        seen.values["rss"].append(probe.memory()["rss_kb"] / 1024)


def _figures(them: Seen, us: Seen, neomutt_bytes: float | None) -> Iterator[Figure]:
    who = "virtual toy"
    for name, what, most_bytes in (
        ("next", "next row", 500),
        ("page", "page down", 7_000),
        ("edge", "next row at the edge", 7_000),
    ):
        aims = Limit(2, 1.3) if name != "edge" else Limit(None, 2)
        yield Figure(
            KEYS,
            f"{what}: last changed byte",
            median(us.ms(name)),
            "ms",
            median(them.ms(name)),
            who,
            [aims],
            p95(us.ms(name)),
            f"p95 of the toy {p95(them.ms(name)):.1f}",
            {"ours": us.ms(name), "toy": them.ms(name)},
        )
        bound = (
            Limit(most_bytes, neomutt_bytes if name == "next" else None, of="value")
            if name != "edge"
            else Limit(None, most_bytes, of="value")
        )
        yield Figure(
            KEYS,
            f"{what}: bytes",
            median(us.bytes(name)),
            "B",
            median(them.bytes(name)),
            who,
            [bound],
            p95(us.bytes(name)),
        )
    yield Figure(
        KEYS,
        "held key, 30 Hz: lag after the last press",
        median(us.values["held_ms"]),
        "ms",
        median(them.values["held_ms"]),
        who,
        [Limit(None, FRAME_MS, of="value")],
        p95(us.values["held_ms"]),
    )
    yield Figure(
        KEYS, "held key: bytes a press", median(us.values["held_bytes"]), "B", median(them.values["held_bytes"]), who
    )
    yield Figure(
        KEYS,
        "idle: CPU",
        median(us.values["idle_cpu"]),
        "%",
        median(them.values["idle_cpu"]),
        who,
        [Limit(None, 3)],
        raw={"ours": us.values["idle_cpu"], "toy": them.values["idle_cpu"]},
    )
    yield Figure(
        KEYS,
        "idle: bytes a second",
        median(us.values["idle_bytes"]),
        "B/s",
        median(them.values["idle_bytes"]),
        who,
        [Limit(None, 0, of="value")],
        note="due cells repaint as their text changes",
    )


def _memory(seen: dict[str, Seen]) -> Iterator[Figure]:
    rss = {name: median(s.values["rss"]) for name, s in seen.items()}
    yield Figure(
        MEMORY, "session after scrolling, 10 k messages", rss["small"], "MB", rss["toy"], "virtual toy", [Limit(2, 1.7)]
    )
    if "big" in rss:
        yield Figure(
            MEMORY, "session after scrolling, 1 M tickets", rss["big"], "MB", rss["toy"], "virtual toy", [Limit(2, 1.7)]
        )
        yield Figure(MEMORY, "growth from 10 k to 1 M", rss["big"], "MB", rss["small"], "ours at 10 k", [Limit(1.05)])


# The ticket beside the cursor, and what opens over the list ------------------------------------------

_OPENED = {
    "ticket": ("Enter", "Esc"),
    "palette": (":", "Esc"),
    "help": ("?", "Esc"),
    "template picker": ("t", "Esc+Esc"),
}


def sheets(small: Path, runs: int) -> Iterator[Figure]:
    """What opens on a key. Each is opened and left `runs` times in one session; the list must be back each time. A page
    down of the toy takes its turn after each: how fast the machine draws a screen just then."""
    from app.showing import REST_S

    with window(ours(small), first=1.0, quiet=REST_S + 0.1) as probe:
        probe.wait(POPULATED)
        probe.settle(0.4)
        rows = pressed(probe, keys("Down", 2 * runs))
        after = [r["ms"] - REST_S * 1e3 for r in rows]
        yield Figure(
            SHEETS,
            "ticket beside the cursor follows: after the rest",
            median(after),
            "ms",
            limits=[Limit(None, 20, of="value")],
            p95=p95(after),
            note=f"the cursor rests {REST_S * 1e3:.0f} ms first",
            raw={"ms": after},
        )
        yield Figure(
            SHEETS,
            "ticket beside the cursor follows: bytes",
            median([r["bytes"] for r in rows]),
            "B",
            limits=[Limit(None, 5_000, of="value")],
            p95=p95([r["bytes"] for r in rows]),
        )
    for name, (opens, leaves) in _OPENED.items():
        opened, pages = _opened(small, opens, leaves, runs)
        most = 34 if name == "ticket" else 30
        times, bytes_sent = [r["ms"] for r in opened], [r["bytes"] for r in opened]
        yield Figure(
            SHEETS,
            f"open the {name}",
            median(times[1:]),
            "ms",
            median(pages),
            "toy, page down",
            limits=[Limit(None, most, of="value")],
            p95=p95(times[1:]),
            note=f"first time {times[0]:.0f} ms; {median(bytes_sent):,.0f} bytes",
            raw={"ms": times, "toy": pages},
        )


def _opened(desk: Path, opens: str, leaves: str, runs: int) -> tuple[list[dict[str, float]], list[float]]:
    found: list[dict[str, float]] = []
    pages: list[float] = []
    with window(ours(desk), first=1.5, quiet=0.06) as probe, window(toy("virtual"), first=1.5, quiet=0.06) as beside:
        beside.wait(ready(toy("virtual")))
        probe.wait(POPULATED)
        probe.settle(AHEAD_S)
        for _ in range(runs + 1):
            before: Any = probe.text()
            row = pressed(probe, keys(opens))
            if not row or probe.text() == before:
                raise RuntimeError(f"{opens} opened nothing\n{probe.text()}")
            found += row
            for key in leaves.split("+"):
                pressed(probe, [KEYS_SENT[key].encode()])
            probe.wait(POPULATED, timeout=3)
            probe.settle(0.3)
            pressed(probe, keys("Down"))
            probe.settle(0.3)
            pages += [r["ms"] for r in pressed(beside, keys("PageDown"))]
    return found, pages
