"""SQLAlchemy on the connection a unit of work already holds: it may flush, but never begins or ends a transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2
from sqlmodel import Session

from store.connection import Connection


class _Borrowed:
    """The connection without its say over the transaction."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def close(self) -> None: ...


def engine_on(conn: Connection) -> Engine:
    return create_engine("sqlite://", module=dbapi2, creator=lambda: _Borrowed(conn), poolclass=StaticPool)


def session_on(conn: Connection) -> Session:
    return Session(engine_on(conn), expire_on_commit=False)
