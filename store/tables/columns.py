"""Column shorthands, so that a table reads as a list of facts."""

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field

NEVER_SQL = "253402300799999"

ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite's rowid alias must be spelled INTEGER


def row_id() -> Any:
    return Field(default=None, primary_key=True, sa_type=ID)


def big(default: str | None = None, **extra: Any) -> Any:
    """A 64-bit integer: instants, money, seqs, ids of flow nouns."""
    args = {"server_default": default} if default is not None else {}
    return Field(sa_type=BigInteger, sa_column_kwargs=args, **extra)


def maybe_big(**extra: Any) -> Any:
    return Field(default=None, sa_type=BigInteger, nullable=True, **extra)


def small(default: str = "0", **extra: Any) -> Any:
    return Field(default=int(default), sa_column_kwargs={"server_default": default}, **extra)


def text(default: str | None = "") -> Any:
    """TEXT with a server default; `None` makes it required."""
    if default is None:
        return Field()
    return Field(default=default, sa_column_kwargs={"server_default": default})
