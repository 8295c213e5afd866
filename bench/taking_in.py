"""How fast messages come in: `deskhand import` of lines and of a maildir, beside a raw insert with full text."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.desks import Corpus, Desk, import_into, init
from bench.figures import Figure, LeftOut, Limit, median
from bench.place import Missing, tool

GROUP = "import"


def take(
    desks: list[Desk], source: Corpus, work: Path, runs: int, notmuch: dict[str, Any]
) -> Iterator[Figure | LeftOut]:
    """By turns: a fresh desk, and `limits_sqlite.py`'s insert with Chinese pairs. Both include reading the JSON."""
    for desk in desks:
        made = desk.made
        yield Figure(
            GROUP,
            f"building the desk {desk.name}",
            made["import_per_s"],
            "messages/s",
            note=(f"{made['messages']:,} messages in {made['import_s']:.0f} s on {made['on']}"),
        )
    ours: list[float] = []
    raw: list[float] = []
    mail: list[float] = []
    try:
        limits = tool("limits_sqlite")
    except Missing as missing:
        yield LeftOut(GROUP, str(missing))
        return
    messages = desks[0].made["messages"]
    for _ in range(runs):
        told = limits.fill(str(work / "limits.db"), str(source.lines), messages, 1000, "bigram")
        raw.append(told["messages"] / (told["s"] + told["messages"] / told["json_decode_per_s"]))
        ours.append(_rate(work / "imported", source.lines))
        if source.maildir:
            mail.append(_rate(work / "imported", source.maildir))
    yield Figure(
        GROUP,
        "import of lines, whole command",
        median(ours),
        "messages/s",
        median(raw),
        "raw insert with index",
        [Limit(None, 0.4, more=True)],
        raw={"ours": ours, "raw": raw},
    )
    if mail:
        peer = notmuch.get("ingest", {}).get("msgs_per_s")
        yield Figure(
            GROUP,
            "import of a maildir, whole command",
            median(mail),
            "messages/s",
            peer,
            "notmuch new" if peer else "",
            [Limit(None, 1, more=True)],
            raw={"ours": mail},
        )


def _rate(folder: Path, path: Path) -> float:
    shutil.rmtree(folder, ignore_errors=True)
    init(folder)
    begun = time.perf_counter()
    told = import_into(folder, path)
    rate: float = told["messages"] / (time.perf_counter() - begun)
    return rate
