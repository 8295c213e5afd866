"""Opens the desk's database: one driver (SQLite inside sqlcipher3, key optional), one set of pragmas, clear refusals."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2

from store.errors import N_, Invalid, Unavailable
from store.turns import waiting


class Rows(Protocol):
    """What a statement returns."""

    lastrowid: int
    rowcount: int

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """The part of a DB-API connection this project uses."""

    in_transaction: bool

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Rows: ...
    def close(self) -> None: ...


SQLITE_AT_LEAST = (3, 51, 3)
"""Earlier releases can corrupt a WAL that two processes share (sqlite.org/wal.html, "WAL-reset bug")."""

BUSY_S = 10.0
_NETWORK_MOUNTS = ("nfs", "cifs", "smb", "9p", "fuse", "afs", "ceph", "gluster")
_LOCAL_FUSE = ("fuseblk", "fuse.ext4", "fuse.overlayfs", "fuse-overlayfs")


def connect(path: Path, key: bytes | None = None) -> Connection:
    """A connection to `path`, usable from any one thread at a time; statements commit by themselves until `begin`.

    Raises Unavailable for an SQLite that is too old or a folder that cannot hold a WAL, Invalid for a wrong key or a
    file that is no desk.
    """
    if dbapi2.sqlite_version_info < SQLITE_AT_LEAST:
        raise Unavailable(
            N_("The SQLite inside sqlcipher3 is {found}; a desk shared by sessions needs {least} or newer."),
            next=N_("Run: pip install -U sqlcipher3"),
            found=dbapi2.sqlite_version,
            least=".".join(map(str, SQLITE_AT_LEAST)),
        )
    with translated(path):
        conn: Connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_S,
                              cached_statements=256)  # fmt: skip
        conn.execute("PRAGMA cipher_log_level = NONE")  # it would print into the terminal
        if key is not None:
            conn.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA secure_delete = FAST")  # what is deleted is overwritten where that costs no write of its own
        conn.execute("PRAGMA cache_size = -2000")  # a session stays as small on a desk of a million tickets
        conn.execute("PRAGMA wal_autocheckpoint = 16000")  # `Store.tidy` comes first; this is the safety net
        mode = conn.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode not in ("wal", "memory"):
            raise Unavailable(N_("{item} cannot be shared by sessions: write-ahead logging is not possible there."),
                              item=str(path), next=N_("Put the desk on a local, writable disk."))  # fmt: skip
    return conn


def check_place(folder: Path) -> None:
    """Raises Unavailable when `folder` lies on a network file system: SQLite's locks do not hold there."""
    kind = mount_type(folder)
    if kind.startswith(_NETWORK_MOUNTS) and kind not in _LOCAL_FUSE:
        raise Unavailable(N_("{item} is on a network disk ({kind}), where SQLite locks do not hold."),
                          item=str(folder), next=N_("Choose a folder on a local disk."), kind=kind)  # fmt: skip


def mount_type(folder: Path) -> str:
    """File system type of the mount that holds `folder` ("" where the system does not tell)."""
    if not sys.platform.startswith("linux"):
        return ""
    best, kind, target = "", "", os.path.realpath(folder)
    for line in Path("/proc/self/mounts").read_text(errors="replace").splitlines():
        fields = line.split()
        point = fields[1].replace("\\040", " ")
        if (target + "/").startswith(point.rstrip("/") + "/") and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns the driver's errors into one clear sentence each."""
    try:
        yield
    except dbapi2.DatabaseError as exc:
        text = str(exc)
        if "not a database" in text or "file is encrypted" in text:
            raise Invalid(N_("{item} does not open: the key is wrong, or it is no desk."), item=str(path),
                          next=N_("Check --desk, and the vault beside it.")) from exc  # fmt: skip
        if "disk is full" in text:
            raise Unavailable(N_("The disk is full; this change was not saved, everything before it is."),
                              item=str(path), next=N_("Free some space and do it again.")) from exc  # fmt: skip
        if "locked" in text or "busy" in text:
            raise Unavailable(N_("Another process kept the desk locked for {seconds} s; nothing was changed."),
                              item=str(path), next=N_("Do it again."), seconds=int(BUSY_S)) from exc  # fmt: skip
        if "readonly" in text or "unable to open" in text:
            raise Unavailable(N_("{item} cannot be written."), item=str(path),
                              next=N_("Check its owner and permissions: deskhand doctor names them.")) from exc  # fmt: skip
        if "malformed" in text:
            raise Unavailable(N_("{item} is damaged."), item=str(path),
                              next=N_("Stop every session and restore the last backup.")) from exc  # fmt: skip
        raise


_WRITES = (dbapi2.SQLITE_INSERT, dbapi2.SQLITE_UPDATE, dbapi2.SQLITE_DELETE)


def keep_out(conn: Connection) -> None:
    """From now on statements on this connection that would write the desk itself are refused; TEMP tables may be."""

    def judge(action: int, table: str | None, _column: str | None, database: str | None, _by: str | None) -> int:
        denied = action in _WRITES and database == "main" and not str(table).startswith("sqlite_")
        return int(dbapi2.SQLITE_DENY if denied else dbapi2.SQLITE_OK)

    conn.set_authorizer(judge)  # type: ignore[attr-defined]


def begin(conn: Connection, folder: Path) -> None:
    """BEGIN IMMEDIATE on the desk in `folder`, waiting up to `BUSY_S`. SQLite's own back-off sleeps up to 100 ms and
    starves a person behind a bulk writer that pauses 5 ms, so this asks again every few milliseconds instead, and lets
    the one who writes know."""
    deadline = time.monotonic() + BUSY_S
    conn.execute("PRAGMA busy_timeout = 0")
    try:
        if _begun(conn):
            return
        with waiting(folder):
            pause = 0.001
            while True:
                time.sleep(pause)
                if _begun(conn, last=time.monotonic() > deadline):
                    return
                pause = min(pause * 1.3, 0.004)
    finally:
        conn.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")


def _begun(conn: Connection, *, last: bool = False) -> bool:
    try:
        conn.execute("BEGIN IMMEDIATE")
    except dbapi2.OperationalError as exc:
        if last or "locked" not in str(exc):
            raise
        return False
    return True
