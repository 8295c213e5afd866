"""An agent's save while an import runs on the same desk, beside the same save on a quiet desk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.wire import open_desk
from bench.asking import copy
from bench.desks import TEAM, Corpus, environ
from bench.figures import Figure, Limit, median, p95
from bench.place import DESKHAND, PROJECT
from store.sql import people
from store.sql.people import Seen
from store.unit import Store
from store.values import Actor

GROUP = "saves"
AGENTS = TEAM[:2]
_PATIENCE_S = 120.0
"""Longest wait for an import's first row."""


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
        errors = busy["errors"]
        note = (
            f"median {median(busy['ms']):.1f} ms, worst {max(busy['ms']):.0f} ms, {len(busy['ms'])} saves; "
            f"{busy['brought'] / busy['seconds']:,.0f} messages/s came in"
            + ("" if busy["throughout"] else ", the import ended first")
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
    """What the agents saved, and what came in meanwhile. The import knows of them from its start, they begin once it
    writes, and it is stopped when they end."""
    store = open_desk(desk).store
    try:
        with store.write(Actor("agent", AGENTS[0])) as unit:
            people.put_presence(unit.conn, Seen("bench", AGENTS[0], None, 0, unit.now))
        importer = _importer(desk, words, store) if words else None
        begun, there = time.monotonic(), _messages(store)
        said = _agents(desk, seconds)
        found: dict[str, Any] = {k: [x for one in said for x in one[k]] for k in ("ms", "errors")}
        if importer:
            found |= {"brought": _messages(store) - there, "seconds": time.monotonic() - begun}
            found["throughout"] = importer.poll() is None
            if found["throughout"]:
                importer.send_signal(signal.SIGINT)
            importer.communicate()
        return found
    finally:
        store.close()


def _importer(desk: Path, words: list[str], store: Store) -> subprocess.Popen[str]:
    """An import that has begun to write."""
    before, end = _messages(store), time.monotonic() + _PATIENCE_S
    importer = subprocess.Popen(
        [str(DESKHAND), "--desk", str(desk), "import", *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ(),
    )
    while _messages(store) == before:
        if importer.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the import wrote nothing: {importer.communicate()[0]}")
        time.sleep(0.05)
    return importer


def _agents(desk: Path, seconds: float) -> list[dict[str, Any]]:
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
    return [json.loads(saver.communicate()[0]) for saver in savers]


def _messages(store: Store) -> int:
    n: int = store.conn.execute("SELECT max(id) FROM message").fetchone()[0]
    return n
