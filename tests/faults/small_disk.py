"""Run on a small disk of its own: fills it through the command line, frees it, turns it read-only; prints JSON."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.cli import main
from store import events
from store.unit import Store
from tests.faults.kit import FrozenClock, Ids, with_a_channel


def say(*argv: str) -> tuple[int, str]:
    """Exit code and what stood on stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(argv)
    return code, err.getvalue()


def run(folder: Path) -> dict[str, Any]:
    desk = ("--desk", str(folder / "desk"), "--as", "ana")
    new = (*desk, "new", "--customer", "kim@buyer.example", "--subject", "First", "--text", "Hello")
    assert say("--desk", str(folder / "desk"), "init", "--yes", "--agent", "ana:Ana", "--zone", "UTC")[0] == 0
    with_a_channel(folder / "desk")
    assert say(*new)[0] == 0
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * 500_000)
    confirmed, full = 0, (0, "")
    for number in range(2000):
        full = say(*desk, "note", "1", "--text", f"note {number} " + "x" * 20_000)
        if full[0]:
            break
        confirmed += 1
    ballast.unlink()
    opened = Store.open(folder / "desk", clock=FrozenClock(), ids=Ids())
    kept = opened.conn.execute("SELECT count(*) FROM message WHERE direction = 'note'").fetchone()[0]
    opened.close()
    after = say(*desk, "note", "1", "--text", "after")[0]
    opened = Store.open(folder / "desk", clock=FrozenClock(), ids=Ids())
    problem = events.verify(opened.conn).problem
    integrity = opened.conn.execute("PRAGMA integrity_check").fetchone()[0]
    opened.close()
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    return {"confirmed": confirmed, "full": full, "kept": kept, "after": after, "problem": problem,
            "integrity": integrity, "read_only": [say(*new), say(*desk, "list")]}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
