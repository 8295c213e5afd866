"""What a review is about, beside its row: kept as rows of `meta`, for few services tell it."""

from __future__ import annotations

import json
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
    sql = f"SELECT key, value FROM meta WHERE key IN ({', '.join('?' * len(ids))})"
    found = conn.execute(sql, [_key(ident) for ident in ids]) if ids else ()
    return {int(key.partition("/")[2]): About(**json.loads(value)) for key, value in found}


def put_about(conn: Connection, review_id: int, told: About) -> bool:
    """Whether anything differed."""
    if about(conn, [review_id]).get(review_id, About()) == told:
        return False
    sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    conn.execute(sql, (_key(review_id), json.dumps(told._asdict(), ensure_ascii=False)))
    return True


def _key(review_id: int) -> str:
    return f"review/{review_id}"
