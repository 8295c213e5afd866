"""Programs in a terminal of 120×40, as the probe of `../shared/tools` drives them: ours and the toys, by turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.desks import ME, environ
from bench.place import DESKHAND, ENVIRON, TOY, Missing, tool

POPULATED = r"(?s)[\d+] overdue .*\d open\b.*\n[^\n]*│\s+-?\d+[dhms]"
"""The status line's counts and the due cell of at least one row: both stand on the screen at once."""
TOY_ROWS = 10_000


def ours(desk: Path) -> list[str]:
    """The workstation on `desk`."""
    return [str(DESKHAND), "--desk", str(desk), "--as", ME]


def toy(kind: str) -> list[str]:
    """A toy of `../shared/tools/toys`: `empty` or `virtual`. Raises Missing."""
    if not TOY.is_file():
        raise Missing("toys/toy_textual.py is not in ../shared/tools: nothing stands beside our figures")
    return [sys.executable, str(TOY), kind, str(TOY_ROWS)]


def ready(argv: Sequence[str]) -> str:
    """What is on the screen once a program can be used."""
    return POPULATED if argv[0] == str(DESKHAND) else "READY"


@contextmanager
def window(argv: Sequence[str], **options: Any) -> Iterator[Any]:
    """The probe around a running program, which ends with the block."""
    probing = tool("pty_probe")
    env = {**environ(), **ENVIRON}
    probe = probing.Probe(list(argv), env=env, timeout=60, **options)
    try:
        yield probe
    finally:
        probe.close()


def start_ms(argv: Sequence[str]) -> float:
    """Spawn to usable screen."""
    with window(argv) as probe:
        ms: float = probe.wait(ready(argv))["ms"]
        probe.settle(0.2)
        return ms


def keys(spec: str, count: int = 1) -> list[bytes]:
    one: bytes = tool("pty_probe").key_bytes(spec)
    return [one] * count


def pressed(probe: Any, writes: Sequence[bytes]) -> list[dict[str, float]]:
    """Per write `ms` to the last byte that changed the screen, and `bytes`; what changed nothing is left out."""
    rows = []
    for data in writes:
        row = probe.press(data)
        probe._drain(probe.pause + probe.rng.random() * 0.025)
        if row["last"] is not None:
            rows.append({"ms": row["last"], "bytes": row["bytes"]})
    return rows
