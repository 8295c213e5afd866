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
from bench.markets import puller, site
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
        desk = copy(small, work / "saves")
        yield from _figures(f"beside an import of {what}", _saved(desk, _import(desk, words), seconds), calm)
    desk = copy(small, work / "saves")
    with site("shopee", 50_000, 20_000) as link:
        fetch = puller("shopee", link, "--into", str(desk))
        yield from _figures("beside the first fetch of an account", _saved(desk, fetch, seconds), calm)


def _figures(beside: str, busy: dict[str, Any], calm: float) -> Iterator[Figure]:
    errors = busy["errors"]
    note = (
        f"median {median(busy['ms']):.1f} ms, worst {max(busy['ms']):.0f} ms, {len(busy['ms'])} saves; "
        f"{busy['brought'] / busy['seconds']:,.0f} messages and orders/s came in"
        + ("" if busy["throughout"] else ", it ended first")
    )
    yield Figure(GROUP, f"{beside}: p95", p95(busy["ms"]), "ms", calm, "quiet median", [Limit(10)], note=note, raw=busy)
    yield Figure(
        GROUP, f"{beside}: lock errors", len(errors), "", limits=[Limit(0, of="value")], note="; ".join(errors[:3])
    )


def _import(desk: Path, words: list[str]) -> list[str]:
    return [str(DESKHAND), "--desk", str(desk), "import", *words, "--json"]


def _saved(desk: Path, command: list[str], seconds: float) -> dict[str, Any]:
    """What the agents saved, and what `command` brought meanwhile. It knows of them from its start, they begin once it
    writes, and it is stopped when they end."""
    store = open_desk(desk).store
    try:
        with store.write(Actor("agent", AGENTS[0])) as unit:
            people.put_presence(unit.conn, Seen("bench", AGENTS[0], None, 0, unit.now))
        importer = _importer(command, store) if command else None
        begun, there = time.monotonic(), _rows(store)
        said = _agents(desk, seconds)
        found: dict[str, Any] = {k: [x for one in said for x in one[k]] for k in ("ms", "errors")}
        if importer:
            found |= {"brought": _rows(store) - there, "seconds": time.monotonic() - begun}
            found["throughout"] = importer.poll() is None
            if found["throughout"]:
                importer.send_signal(signal.SIGINT)
            importer.communicate()
        return found
    finally:
        store.close()


def _importer(command: list[str], store: Store) -> subprocess.Popen[str]:
    """A command that has begun to write."""
    before, end = _rows(store), time.monotonic() + _PATIENCE_S
    importer = subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ(),
    )
    while _rows(store) == before:
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


def _rows(store: Store) -> int:
    """Messages and orders."""
    sql = "SELECT (SELECT max(id) FROM message) + coalesce((SELECT max(id) FROM orders), 0)"
    n: int = store.conn.execute(sql).fetchone()[0]
    return n
