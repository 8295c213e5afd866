"""An agent's save while an import runs on the same desk, beside the same save on a quiet desk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.asking import copy
from bench.desks import TEAM, Corpus, environ
from bench.figures import Figure, Limit, median, p95
from bench.place import DESKHAND, PROJECT

GROUP = "saves"
AGENTS = TEAM[:2]


def take(small: Path, work: Path, fresh: Corpus, seconds: float) -> Iterator[Figure]:
    """Two agents on a copy of the desk: quiet, then beside imports of `fresh`: as closed history, as tickets that
    come in open (each with a clock and an owner), and as mail, which goes the way of a sync (read, then taken in)."""
    quiet = _saved(copy(small, work / "saves"), [], seconds)
    calm = median(quiet["ms"])
    yield Figure(GROUP, "an agent's save, quiet desk: median", calm, "ms", p95=p95(quiet["ms"]), raw=quiet)
    ways = {"history": [str(fresh.lines)], "open tickets": [str(fresh.lines), "--since", "all"]}
    if fresh.maildir:
        ways["mail"] = [str(fresh.maildir), "--since", "all"]
    for what, words in ways.items():
        busy = _saved(copy(small, work / "saves"), words, seconds)
        told, errors = busy["told"], busy["errors"]
        note = (
            f"median {median(busy['ms']):.1f} ms, worst {max(busy['ms']):.0f} ms, {len(busy['ms'])} saves; "
            f"{told['messages']:,} messages came in within {told['seconds']:.0f} s"
        )
        yield Figure(
            GROUP,
            f"beside an import of {what}: p95",
            p95(busy["ms"]),
            "ms",
            calm,
            "quiet median",
            [Limit(10)],
            note=note,
            raw=busy,
        )
        yield Figure(
            GROUP,
            f"beside an import of {what}: lock errors",
            len(errors),
            "",
            limits=[Limit(0, of="value")],
            note="; ".join(errors[:3]),
        )


def _saved(desk: Path, words: list[str], seconds: float) -> dict[str, Any]:
    """What the agents saved, and what the import with these words told. An import not done by then is stopped."""
    savers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.saver", str(desk), agent, str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=environ(),
        )
        for agent in AGENTS
    ]
    importer = (
        subprocess.Popen(
            [str(DESKHAND), "--desk", str(desk), "import", *words, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environ(),
        )
        if words
        else None
    )
    said = [json.loads(saver.communicate()[0]) for saver in savers]
    found: dict[str, Any] = {k: [x for one in said for x in one[k]] for k in ("ms", "errors")}
    if importer:
        if importer.poll() is None:
            importer.send_signal(signal.SIGINT)
        found["told"] = json.loads(importer.communicate()[0])
    return found
