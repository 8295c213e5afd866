"""Reviews of all accounts: lists of them, one whole, and what one is about, which few services tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import columns
from store.values import Instant


class Review(NamedTuple):
    """A review or feedback as its platform has it. `rating` is 1 to 5, 0 where there is none; `reply` our public answer."""

    id: int
    channel_id: str
    remote_id: str
    order_id: int | None
    ticket_id: int | None
    customer_id: int | None
    sku: str
    rating: int
    title: str
    body: str
    lang: str
    author: str
    at: Instant
    reply: str
    verified: int
    product: str
    url: str


class Wanted(NamedTuple):
    """Which reviews. One without stars is within no bounds but 0 to 5."""

    least: int = 0
    most: int = 5
    unanswered: bool = False
    channel_id: str = ""


KEY = ":review:"
"""Stands in the remote key of a message that everybody reads."""


def is_public(remote_key: str) -> bool:
    """Whether everybody reads a message: a review, what its author made of it, or our answer."""
    return KEY in remote_key


_REVIEW = f"SELECT {columns(Review)} FROM review"


def get(conn: Connection, review_id: int) -> Review | None:
    row = conn.execute(f"{_REVIEW} WHERE id = ?", (review_id,)).fetchone()
    return Review(*row) if row else None


def of_remote(conn: Connection, channel_id: str, remote_id: str) -> Review | None:
    row = conn.execute(f"{_REVIEW} WHERE channel_id = ? AND remote_id = ?", (channel_id, remote_id)).fetchone()
    return Review(*row) if row else None


def listed(conn: Connection, wanted: Wanted, limit: int) -> list[Review]:
    """The newest first."""
    where, values = _where(wanted)
    return [Review(*r) for r in conn.execute(f"{_REVIEW} WHERE {where} ORDER BY at DESC, id DESC LIMIT ?", (*values, limit))]


def count(conn: Connection, wanted: Wanted, most: int) -> int:
    """How many, counted up to `most`."""
    where, values = _where(wanted)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM review WHERE {where} LIMIT ?)"
    found: int = conn.execute(sql, (*values, most)).fetchone()[0]
    return found


def _where(wanted: Wanted) -> tuple[str, tuple[object, ...]]:
    parts: dict[str, tuple[object, ...]] = {}
    if (wanted.least, wanted.most) != (0, 5):
        parts["rating BETWEEN ? AND ?"] = (max(1, wanted.least), wanted.most)
    if wanted.unanswered:
        parts["reply = ''"] = ()
    if wanted.channel_id:
        parts["channel_id = ?"] = (wanted.channel_id,)
    return " AND ".join(parts) or "1", tuple(value for values in parts.values() for value in values)


def put_ticket(conn: Connection, review_id: int, ticket_id: int) -> None:
    conn.execute("UPDATE review SET ticket_id = ? WHERE id = ?", (ticket_id, review_id))


def put_reply(conn: Connection, review_id: int, text: str) -> None:
    conn.execute("UPDATE review SET reply = ? WHERE id = ?", (text, review_id))


# What one is about -------------------------------------------------------------------------------------


class About(NamedTuple):
    """`verified` says that its author bought the product; `url` is where that is shown."""

    verified: bool = False
    product: str = ""
    url: str = ""


def about(conn: Connection, review_ids: Iterable[int]) -> Mapping[int, About]:
    """By review; those of which nothing is known are not there."""
    ids = list(review_ids)
    sql = f"SELECT id, verified, product, url FROM review WHERE id IN ({', '.join('?' * len(ids))})"
    found = {ident: About(bool(verified), *rest) for ident, verified, *rest in conn.execute(sql, ids)}
    return {ident: told for ident, told in found.items() if told != About()}


def put_about(conn: Connection, review_id: int, told: About) -> bool:
    """Whether anything differed."""
    values = (int(told.verified), told.product, told.url)
    sql = "UPDATE review SET verified = ?, product = ?, url = ? WHERE id = ? AND (verified, product, url) <> (?, ?, ?)"
    return bool(conn.execute(sql, (*values, review_id, *values)).rowcount)
