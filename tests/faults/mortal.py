"""Runs sync in children that kill themselves at a chosen commit. A process of its own, so that a fork costs little.

One JSON object per line on stdin: desk, now, report, and at = [number, "before"|"after"] or null; pool says whether
mail is read in worker processes. One line per job on stdout: the child's exit status (negative: the signal).
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import store.unit
from store.connection import Connection
from store.connection import connect as really_connect
from tests.faults.kit import FrozenClock, Ids

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "VACUUM")


class Ticks:
    """Time that passes by being looked at, so that a page falls into the same transactions on any machine."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += 1
        return self._now

    def sleep(self, seconds: float) -> None:
        """Nobody waits here."""


TWO_MAILS = 7
"""Ticks a transaction of pull may last: one begins it, each mail takes four looks."""


class Mortal:
    """A connection whose every durable step is counted and named, and that dies at one of them."""

    seen: list[str] = []  # noqa: RUF012 - one per process on purpose
    at: tuple[int, str] | None = None

    def __init__(self, inner: Connection) -> None:
        self._inner = inner

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        word = sql.split(None, 1)[0].upper()
        if word == "COMMIT" or (word in _WRITES and not self._inner.in_transaction):
            return self._durable(lambda: self._inner.execute(sql, parameters))
        return self._inner.execute(sql, parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        return self._inner.executemany(sql, rows)

    def close(self) -> None:
        self._inner.close()

    def _durable(self, act: Any) -> Any:
        self.seen.append(_whence())
        here = len(self.seen)
        if self.at == (here, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        done = act()
        if self.at == (here, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def _whence() -> str:
    """The innermost function of the desk that asked for it."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("desk."):
            return f"{name.removeprefix('desk.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "?"


def child(job: dict[str, Any]) -> None:
    from app.wire import Wired
    from desk.sync import pace
    from desk.sync.lease import this_process
    from desk.sync.loop import Sync
    from desk.sync.reader import InProcess, Pooled

    pace.time = Ticks()  # type: ignore[assignment]
    pace.BUSY_S = pace.ALONE_S = TWO_MAILS  # type: ignore[misc]
    pace.MOST = pace.FIRST = 1  # type: ignore[misc]
    Mortal.seen, Mortal.at = [], tuple(job["at"]) if job["at"] else None
    store.unit.connect = lambda path, key=None: Mortal(really_connect(path, key))
    folder = Path(job["desk"])
    desk = store.unit.Store.open(folder, clock=FrozenClock(job["now"]), ids=Ids("child"))
    wired = Wired(desk)
    reader = Pooled() if job["pool"] else InProcess()
    found = Sync(desk, wired.connector, reader, this_process()).once()
    desk.close()
    total = {name: [p.fresh, p.known, p.bad] for name, p in found.items()}
    Path(job["report"]).write_text(json.dumps({"points": Mortal.seen, "pulled": total}))


def main() -> None:
    # Loaded once, so that a child is there at once.
    import connectors.email.client
    import desk.reading.parse
    from desk.reading.understand import understand

    assert connectors.email.client and desk.reading.parse
    understand("Wo bleibt mein Paket? Where is my parcel?", "Order")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(json.loads(line))
                code = 0
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
