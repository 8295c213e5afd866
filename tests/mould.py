"""New desks by the hundred: the migrations run once in a process, every desk after that is a copy of their result."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from store.unit import Store
from store.values import Clock

_KEPT = tempfile.TemporaryDirectory(prefix="deskhand-mould-")
"""Goes when the process ends."""


class _Epoch:
    def now(self) -> int:
        return 0


@lru_cache(maxsize=1)
def _migrated() -> Path:
    folder = Path(_KEPT.name) / "desk"
    store = Store.create(folder, clock=_Epoch(), ids=str)
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return folder / "desk.db"


def new_desk(folder: Path, *, clock: Clock, ids: Callable[[], str], name: str = "Deskhand") -> Store:
    """What `Store.create` makes of an empty folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copy(_migrated(), folder / "desk.db")
    store = Store.open(folder, clock=clock, ids=ids)
    told = {"uuid": ids(), "name": name, "created_at": str(clock.now())}
    store.conn.executemany("UPDATE meta SET value = ? WHERE key = ?", [(value, key) for key, value in told.items()])
    return store
