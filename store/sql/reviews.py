"""What a review is about: few services tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from store.connection import Connection


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
