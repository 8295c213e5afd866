"""One desk on disk, and the unit of work every change goes through.

    with store.write(Actor("agent", "ana")) as unit:
        unit.conn.execute(...)
        unit.append("assigned", {...}, ticket_id=7)

One writer at a time (BEGIN IMMEDIATE); no network call belongs inside; everything in the block is saved or nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from store import events, turns
from store.connection import Connection, begin, check_place, connect, keep_out, translated
from store.errors import N_, Invalid, NotFound, Unavailable
from store.values import Actor, Clock, Ids, Instant

if TYPE_CHECKING:
    from sqlmodel import Session

HEAD_REVISION = "0005"
"""The schema this program reads and writes; a test holds it equal to the newest migration."""

LOG_AT_MOST = 4 << 20
"""Bytes of write-ahead log that `tidy` leaves alone."""


class Told(NamedTuple):
    """An event of an open transaction."""

    seq: int
    verb: str
    ticket_id: int | None
    actor: Actor
    payload: Mapping[str, Any]


class UnitOfWork:
    """An open write transaction: `conn` for statements, `append` for its events, `session` for slow nouns.
    `now` is read once, so that everything in it happened at the same instant. `told` are the events nobody has reacted
    to yet; rules take them from it."""

    def __init__(self, conn: Connection, actor: Actor, now: Instant, ids: Ids) -> None:
        self.conn, self.actor, self.now, self.ids = conn, actor, now, ids
        self.batch_id = ""
        self.cause_seq: int | None = None
        self.told: list[Told] = []
        self._head: events.Head | None = None
        self._session: Session | None = None

    def append(self, verb: str, payload: Mapping[str, Any], *, ticket_id: int | None = None, version: int = 1) -> int:
        """Appends an event of this unit's actor, batch and cause; returns its seq."""
        before = self._head or events.head(self.conn)
        self._head = events.insert(
            self.conn, before, self.now, self.actor, verb, payload,
            ticket_id=ticket_id, batch_id=self.batch_id, cause_seq=self.cause_seq, version=version,
        )  # fmt: skip
        self.told.append(Told(self._head.seq, verb, ticket_id, self.actor, payload))
        return self._head.seq

    def forget(self) -> None:
        """After a savepoint was rolled back: the head must be read again."""
        self._head = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that is undone by itself when it raises, so that the rest can go on."""
        told = len(self.told)
        self.conn.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            if self.conn.in_transaction:  # a full disk has already rolled back all of it
                self.conn.execute("ROLLBACK TO attempt")
                self.conn.execute("RELEASE attempt")
            self.forget()
            del self.told[told:]
            raise
        self.conn.execute("RELEASE attempt")

    @property
    def session(self) -> Session:
        """A SQLModel session on the same transaction (loads SQLModel on first use). Flushed on commit."""
        if self._session is None:
            from store.orm import session_on

            self._session = session_on(self.conn)
        return self._session

    def flush(self) -> None:
        if self._session is not None:
            self._session.flush()

    def release(self) -> None:
        if self._session is not None:
            self._session.close()


class Store:
    """A desk folder: `desk.db` and what lies beside it. Connections are per thread."""

    def __init__(self, folder: Path, *, clock: Clock, ids: Ids, key: bytes | None = None) -> None:
        self.folder, self.path = folder, folder / "desk.db"
        self.clock, self.ids, self._key = clock, ids, key
        self._local = threading.local()
        self._all: list[Connection] = []
        self.react: Callable[[UnitOfWork], None] = _nothing
        """Called before every commit with what was told in it; `app.wire` puts the rules here."""

    @classmethod
    def open(cls, folder: Path, *, clock: Clock, ids: Ids, key: bytes | None = None) -> Store:
        """Opens an existing desk, migrating it when it is older. Raises NotFound, or Unavailable for a newer one."""
        store = cls(folder, clock=clock, ids=ids, key=key)
        if not store.path.exists():
            raise NotFound(N_("There is no desk in {item}."), item=str(folder),
                           next=N_("Make one with: deskhand init"))  # fmt: skip
        check_place(folder)
        if store.revision() != HEAD_REVISION:
            store.migrate()
        return store

    @classmethod
    def create(cls, folder: Path, *, clock: Clock, ids: Ids, key: bytes | None = None, name: str = "Deskhand") -> Store:
        """Makes a new desk, also where a making was broken off. Raises Invalid where one is already."""
        store = cls(folder, clock=clock, ids=ids, key=key)
        if store.path.exists() and store._furnished():
            store.close()
            raise _already(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as exc:
            raise Unavailable(N_("{item} cannot be written."), item=str(folder),
                              next=N_("Choose another folder with --desk.")) from exc  # fmt: skip
        check_place(folder)
        from store.migrate import upgrade

        _private(store.path)
        conn = store.conn
        with translated(store.path):
            begin(conn, store.folder)
            try:
                if store._furnished():  # somebody else was faster
                    raise _already(folder)
                upgrade(conn)
                conn.executemany("INSERT INTO meta (key, value) VALUES (?, ?)",
                                 [("uuid", ids()), ("name", name), ("created_at", str(clock.now()))])  # fmt: skip
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise
        return store

    @property
    def conn(self) -> Connection:
        """This thread's connection; reads outside `write` see the last commit."""
        conn: Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = self._local.conn = connect(self.path, self._key)
            self._all.append(conn)
        return conn

    @contextmanager
    def write(self, actor: Actor) -> Iterator[UnitOfWork]:
        """One transaction by `actor`: committed when the block ends, undone when it raises."""
        conn = self.conn
        with translated(self.path):
            begin(conn, self.folder)
            unit = UnitOfWork(conn, actor, self.clock.now(), self.ids)
            try:
                yield unit
                self.react(unit)
                unit.flush()
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:  # a full disk has already rolled back
                    conn.execute("ROLLBACK")
                raise
            finally:
                unit.release()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Several reads of one state."""
        conn = self.conn
        with translated(self.path):
            conn.execute("BEGIN")
            try:
                yield conn
            finally:
                if conn.in_transaction:
                    conn.execute("COMMIT")

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """A connection of its own, on which TEMP tables may hide the desk's without anybody else noticing. Nothing of
        the desk can be written on it."""
        conn = connect(self.path, self._key)
        try:
            with translated(self.path):
                keep_out(conn)
                yield conn
        finally:
            conn.close()

    def changed(self) -> int:
        """A number that differs after another connection committed: what the face polls (microseconds)."""
        version: int = self.conn.execute("PRAGMA data_version").fetchone()[0]
        return version

    def asked(self) -> bool:
        """Whether somebody waits to write: whoever writes much then lets them."""
        return turns.asked(self.folder)

    def leave(self) -> None:
        """Closes this thread's connection: what a thread that ends while its process goes on does last."""
        conn: Connection | None = getattr(self._local, "conn", None)
        if conn is not None:
            self._local.conn = None
            self._all.remove(conn)
            conn.close()

    def tidy(self) -> None:
        """Moves what the write-ahead log gathered into the database, without making anybody wait, once it has grown.
        For pauses of whoever writes much: a person's save should never pay for it."""
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() and log.stat().st_size > LOG_AT_MOST:
            self.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def revision(self) -> str:
        """The stored schema revision. Raises Unavailable when it is newer than this program."""
        with translated(self.path):
            row = self._furnished() and self.conn.execute("SELECT version_num FROM alembic_version").fetchone()
            found: str = row[0] if row else ""
        if found > HEAD_REVISION:
            raise Unavailable(N_("This desk was made by a newer Deskhand (schema {found}; this one knows {known})."),
                              item=str(self.folder), next=N_("Update Deskhand; the desk was not touched."),
                              found=found, known=HEAD_REVISION)  # fmt: skip
        if not found:
            raise Invalid(N_("{item} does not open: the key is wrong, or it is no desk."), item=str(self.path),
                          next=N_("Check --desk, and the vault beside it."))  # fmt: skip
        return found

    def _furnished(self) -> bool:
        """Whether there is any schema in the file."""
        with translated(self.path):
            sql = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
            return bool(self.conn.execute(sql).fetchone()[0])

    def migrate(self) -> None:
        """Brings an older desk to `HEAD_REVISION` in one transaction, while a copy of exactly what it was is put aside.
        Of several processes that try, one does it and the others find it done."""
        from store.migrate import upgrade

        conn = self.conn
        with translated(self.path):
            begin(conn, self.folder)
            try:
                if (found := self.revision()) != HEAD_REVISION:
                    self._put_aside(self.folder / f"before-{HEAD_REVISION}-from-{found}.db")
                    upgrade(conn)
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise

    def _put_aside(self, copy: Path) -> None:
        """Copies what is committed to `copy`: whole or not at all, encrypted as the desk is, for its owner only."""
        partial = copy.with_suffix(".part")
        partial.unlink(missing_ok=True)
        _private(partial)
        reader = connect(self.path, self._key)  # the writer is inside its transaction and cannot
        try:
            reader.execute("VACUUM INTO ?", (str(partial),))
        finally:
            reader.close()
        os.replace(partial, copy)

    def meta(self, key: str, default: str = "") -> str:
        row = self.conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else default

    def close(self) -> None:
        for conn in self._all:
            conn.close()
        self._all.clear()
        self._local = threading.local()


def _nothing(unit: UnitOfWork) -> None:
    """A desk without rules."""


def _private(path: Path) -> None:
    """Makes the file, if it is not there, so that nobody else can read it; SQLite's own default lets everybody."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as exc:
        raise Unavailable(N_("{item} cannot be written."), item=str(path),
                          next=N_("Check its owner and permissions: deskhand doctor names them.")) from exc  # fmt: skip


def _already(folder: Path) -> Invalid:
    return Invalid(N_("There is already a desk in {item}."), item=str(folder),
                   next=N_("Choose another folder with --desk."))  # fmt: skip
