"""The table people read, on the terminal and in `bench/RESULTS.md`, and the raw figures as JSON."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from sqlcipher3 import dbapi2

from bench.figures import Figure, LeftOut, Limit

TITLES = {
    "start": "Start to a populated inbox",
    "memory": "Memory (RSS of the session)",
    "keys": "Keys, 120×40",
    "sheets": "What opens over the list",
    "heavy": "Tickets no screen was made for",
    "search": "Search on the screen",
    "saves": "Saving while others write",
    "store": "The desk without a screen",
    "filters": "Lists under a filter, 1 M",
    "import": "Taking in",
    "rules": "Rules",
    "clocks": "Clocks",
    "long": "A long day",
    "sync": "Marketplaces coming in",
    "peers": "What else one could use",
}
_HEAD = ("figure", "ours", "p95", "beside", "ratio", "must", "aim", "verdict")


def table(figures: Sequence[Figure], left_out: Sequence[LeftOut]) -> str:
    """Markdown, one table a group; what was left out stands under its group."""
    parts = []
    for group, title in TITLES.items():
        mine = [f for f in figures if f.group == group]
        gone = dict.fromkeys(x.why for x in left_out if x.group == group)
        if not mine and not gone:
            continue
        parts.append(f"## {title}\n")
        if mine:
            rows = [_HEAD, *map(_row, mine)]
            widths = [max(len(r[i]) for r in rows) for i in range(len(_HEAD))]
            lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) + " |" for r in rows]
            parts.append("\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]]) + "\n")
            notes = [f"- {f.name}: {f.note}" for f in mine if f.note]
            parts += ["\n".join(notes) + "\n"] if notes else []
        parts += [f"Left out: {why}.\n" for why in gone]
    return "\n".join(parts)


def _row(f: Figure) -> tuple[str, ...]:
    beside = f"{number(f.beside)} {f.unit} ({f.who})".replace("  ", " ") if f.beside is not None else f.who
    ratio = f"{f.ratio:.2f}×" if f.ratio is not None else ""
    ours = f"{number(f.ours)} {f.unit}".strip()
    spread = number(f.p95) if f.p95 is not None else ""
    must, aim = (_bounds(f, which) for which in ("must", "aim"))
    verdict = f"**{f.verdict}**" if f.verdict == "MISSED" else f.verdict
    return f.name, ours, spread, beside, ratio, must, aim, verdict


def _bounds(f: Figure, which: str) -> str:
    return ", ".join(_bound(x, bound, f.unit) for x in f.limits if (bound := getattr(x, which)) is not None)


def _bound(limit: Limit, bound: float, unit: str) -> str:
    sign = "≥" if limit.more else "≤"
    return f"{sign} {bound:g}×" if limit.of == "ratio" else f"{sign} {number(bound)} {unit}".strip()


def number(value: float) -> str:
    """Three figures that count, thousands set apart."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def machine() -> str:
    """One sentence about what this ran on."""
    with open("/proc/meminfo") as f:
        memory = int(f.readline().split()[1]) / 2**20
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), platform.machine())
    system = next(
        (x.split("=", 1)[1].strip().strip('"') for x in _lines("/etc/os-release") if x.startswith("PRETTY_NAME=")), ""
    )
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {system}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, Textual {version('textual')}, "
        f"SQLite {dbapi2.sqlite_version} (sqlcipher3 {version('sqlcipher3')})"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def page(body: str, command: str, desks: Iterable[str], load: tuple[float, float], runs: int) -> str:
    """The whole of RESULTS.md."""
    listed = "\n".join(f"- {d}" for d in desks)
    return f"""# What the bench measured

Made by `{command}` on {time.strftime("%Y-%m-%d %H:%M")}; {runs} runs by turns, medians.

Machine: {machine()}. Load average when it began {load[0]:.1f}, when it ended {load[1]:.1f}.

{listed}

Ratios are taken in one run, ours and what stands beside it by turns; the absolute figures are this machine's and vary
with what else it does. *Must* makes the command fail; *aim* is where we want to be. Verdict: aim = the aims are
reached, ok = the musts are, short = no must and the aim is not reached, **MISSED** = a must is missed. Start: from
spawning to the status line's counts and rows with their due cells on the screen (the toy: its text). Keys: from the
write to the last byte that changed the screen. `COLORTERM=truecolor` and 120×40 for every program.

{body}"""


def raw(figures: Iterable[Figure], path: Path) -> None:
    """Every figure with all its samples."""
    path.write_text(
        json.dumps(
            [{**asdict(f), "ratio": f.ratio, "verdict": f.verdict} for f in figures], indent=1, ensure_ascii=False
        )
    )
