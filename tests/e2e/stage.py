"""The real program on a real desk in a real terminal, and a sync process beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bench.terminal import Terminal
from store.unit import Store

DESKHAND = str(Path(sysconfig.get_path("scripts")) / "deskhand")
_T = TypeVar("_T")


def environ(folder: Path) -> dict[str, str]:
    """What keeps a test's program away from the settings of whoever runs it."""
    return {"DESKHAND_CONFIG": str(folder / "config"), "TZ": "UTC", "DESKHAND_DESK": str(folder), "DESKHAND_AGENT": ""}


def workstation(
    folder: Path, agent: str = "ana", columns: int = 120, lines: int = 40, more: Mapping[str, str] | None = None
) -> Terminal:
    """`deskhand` as `agent`; use as a context manager."""
    return Terminal((DESKHAND, "--as", agent), columns, lines, {**environ(folder), **(more or {})})


def command(folder: Path, *argv: str, agent: str = "ana") -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, ended or TimeoutExpired."""
    return subprocess.run([DESKHAND, "--as", agent, *argv], env={**os.environ, **environ(folder)}, capture_output=True,
                          text=True, timeout=60)  # fmt: skip


def find(terminal: Terminal, subject: str) -> None:
    """Opens the ticket of that subject, which the list shows on its first page."""
    row = re.compile(rf"│[^│]*{subject}[^│]*│")

    def at() -> int:
        return next((y for y, line in enumerate(terminal.text().splitlines()) if row.search(line)), 0)

    terminal.type("g", "g")
    terminal.until(lambda: at() > 0)
    terminal.type(*["j"] * (at() - 1), "Enter")  # the first row stands below the head
    terminal.wait(rf"^ {subject}( |$)")


@contextmanager
def syncing(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`deskhand sync --forever` beside the workstation. Ends it as a service manager does."""
    log = folder.parent / f"{folder.name}-sync.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [DESKHAND, "sync", "--forever"], env={**os.environ, **environ(folder)}, stdout=output,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
        assert process.poll() is None, f"sync ended by itself: {log.read_text()}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def pull(store: Store) -> None:
    """One round of fetching and sending, in this process."""
    from app.wire import Wired
    from desk.sync.loop import Sync
    from desk.sync.reader import InProcess

    Sync(store, Wired(store).connector, InProcess(), "setup").once()


def eventually(look: Callable[[], _T], seconds: float = 20, what: str = "") -> _T:
    """What `look` gives as soon as it is true. Raises AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)  # between two looks at another process
    return found
