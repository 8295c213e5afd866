"""Pages of a list in the order "newest matching message first": the full-text index drives, the other conditions filter.

A search shows at most `MOST` tickets, so that a word half the desk contains costs as little as a rare one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, islice, takewhile

from store.connection import Connection
from store.filter import Condition, Words
from store.search import best, newest
from store.sql import tickets
from store.sql.rows import TicketLine
from store.sql.tickets import Place

MOST = 2000
_WINDOW = 256


def page(
    conn: Connection, words: Words, rest: Condition, *, agent: str = "", limit: int = 50,
    after: Place | None = None, before: Place | None = None,
) -> list[TicketLine]:  # fmt: skip
    """Up to `limit` lines behind the ticket of `after`, or before that of `before`; those two need not fulfil `rest` any
    more, they only say where the page begins."""
    walk = _walk(conn, words, rest)
    if before is not None:
        ahead = [ticket_id for ticket_id, fits in takewhile(lambda found: found[0] != before.id, walk) if fits]
        return _lines(conn, ahead[-limit:], agent)
    if after is not None:
        walk = islice(dropwhile(lambda found: found[0] != after.id, walk), 1, None)
    return _lines(conn, list(islice((ticket_id for ticket_id, fits in walk if fits), limit)), agent)


def last(conn: Connection, words: Words, rest: Condition, *, agent: str = "", limit: int = 50) -> list[TicketLine]:
    """The oldest of the tickets a search shows."""
    return _lines(conn, [i for i, fits in _walk(conn, words, rest) if fits][-limit:], agent)


def ranked(
    conn: Connection, words: Words, rest: Condition, *, agent: str = "", limit: int = 50,
    after: Place | None = None, before: Place | None = None,
) -> list[TicketLine]:  # fmt: skip
    """Up to `limit` lines by relevance, behind the ticket of `after` or before that of `before`."""
    found = best(conn, words.expression, MOST, words.table)
    kept = tickets.holds(conn, rest, found)
    edge = after or before
    if edge is not None and edge.id in found:
        at = found.index(edge.id)
        found = found[at + 1 :] if after else found[:at]
    fitting = [i for i in found if i in kept]
    return _lines(conn, fitting[-limit:] if before else fitting[:limit], agent)


def _walk(conn: Connection, words: Words, rest: Condition) -> Iterator[tuple[int, bool]]:
    """Ids, each at its newest hit, and whether they fulfil `rest`; read as far as the caller asks."""
    seen: set[int] = set()
    shown, before = 0, None
    while shown < MOST:
        hits = newest(conn, words.expression, before=before, limit=_WINDOW, table=words.table)
        fresh = list(dict.fromkeys(h.ticket_id for h in hits if h.ticket_id not in seen))
        seen.update(fresh)
        kept = tickets.holds(conn, rest, fresh)
        for ticket_id in fresh:
            yield ticket_id, ticket_id in kept
            shown += ticket_id in kept
        if len(hits) < _WINDOW:
            return
        before = hits[-1].message_id


def _lines(conn: Connection, ids: list[int], agent: str) -> list[TicketLine]:
    found = tickets.lines(conn, ids, agent)
    return [found[i] for i in ids if i in found]
