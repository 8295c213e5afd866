"""Pages of a list in the order "newest matching message first": the full-text index drives, the other conditions filter.

A search shows at most `MOST` tickets, so that a word half the desk contains costs as little as a rare one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from store.connection import Connection
from store.filter import Condition
from store.search import newest
from store.sql import tickets
from store.sql.rows import TicketLine
from store.sql.tickets import Place

MOST = 2000
_WINDOW = 256


def page(
    conn: Connection, expression: str, rest: Condition, *, agent: str = "", limit: int = 50,
    after: Place | None = None, before: Place | None = None,
) -> list[TicketLine]:  # fmt: skip
    """Up to `limit` lines behind the ticket of `after`, or before that of `before`."""
    found = _tickets(conn, expression, rest)
    if before is not None:
        ahead: list[int] = []
        for ticket_id in found:
            if ticket_id == before.id:
                break
            ahead.append(ticket_id)
        return _lines(conn, ahead[-limit:], agent)
    if after is not None:
        for ticket_id in found:
            if ticket_id == after.id:
                break
    return _lines(conn, list(islice(found, limit)), agent)


def last(conn: Connection, expression: str, rest: Condition, *, agent: str = "", limit: int = 50) -> list[TicketLine]:
    """The oldest of the tickets a search shows."""
    return _lines(conn, list(_tickets(conn, expression, rest))[-limit:], agent)


def _tickets(conn: Connection, expression: str, rest: Condition) -> Iterator[int]:
    """Ids, each at its newest hit, read as far as the caller asks."""
    seen: set[int] = set()
    shown, before = 0, None
    while shown < MOST:
        hits = newest(conn, expression, before=before, limit=_WINDOW)
        fresh = list(dict.fromkeys(h.ticket_id for h in hits if h.ticket_id not in seen))
        seen.update(fresh)
        kept = tickets.holds(conn, rest, fresh)
        for ticket_id in fresh:
            if ticket_id in kept:
                yield ticket_id
                shown += 1
        if len(hits) < _WINDOW:
            return
        before = hits[-1].message_id


def _lines(conn: Connection, ids: list[int], agent: str) -> list[TicketLine]:
    found = tickets.lines(conn, ids, agent)
    return [found[i] for i in ids if i in found]
