"""After a policy or calendar changed: the clocks of open tickets are planned anew from where they began, in pieces of a
bounded size. The note that they have to be is on disk, so that what one session left another, or sync, goes on with.
"""

from __future__ import annotations

from desk.clocks.keep import keep
from store.connection import Connection
from store.unit import UnitOfWork

BATCH = 40
"""Tickets planned anew in one transaction: some twenty milliseconds."""
_MARK = "clocks_stale_after"


def make_stale(unit: UnitOfWork) -> None:
    """Notes that the clocks of every open ticket have to be planned anew."""
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, '0') ON CONFLICT (key) DO UPDATE SET value = excluded.value", (_MARK,)
    )


def stale(conn: Connection) -> bool:
    """Whether clocks have yet to follow a change."""
    return conn.execute("SELECT 1 FROM meta WHERE key = ?", (_MARK,)).fetchone() is not None


def recompute_some(unit: UnitOfWork, most: int = BATCH) -> bool:
    """Plans the clocks of the next open tickets anew; whether there are more."""
    row = unit.conn.execute("SELECT value FROM meta WHERE key = ?", (_MARK,)).fetchone()
    if row is None:
        return False
    sql = "SELECT id FROM ticket WHERE is_open = 1 AND id > ? ORDER BY id LIMIT ?"
    ids = [r[0] for r in unit.conn.execute(sql, (int(row[0]), most))]
    for ticket_id in ids:
        keep(unit, ticket_id)
    if len(ids) < most:
        unit.conn.execute("DELETE FROM meta WHERE key = ?", (_MARK,))
        return False
    unit.conn.execute("UPDATE meta SET value = ? WHERE key = ?", (str(ids[-1]), _MARK))
    return True
