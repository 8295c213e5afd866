"""Buyers' data of a platform, cleared when the platform's data-protection policy says so.

A channel whose platform has the setting `purge_days` (see its manifest) keeps buyers' data for so many days after the last
parcel of theirs arrived (where nobody knows when it did, after their orders last changed), or after they last wrote. Then go:
- conversations about orders of the platform, and its own mails: all that was written, and by whom (`erasing.conversation`);
- the customer: name, addresses, what they were known by, note, tags, consent (`erasing.customer`); who bought or wrote
  elsewhere, too, keeps their record;
- names at reviews, texts of cases, records that could not be read.
Orders, money, countries, types and times stay, so that figures do not change. A ticket that is still open is flagged some
days before, with the reason and the day; on that day it goes like the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from connectors.network import is_loopback
from connectors.registry import PLATFORMS, manifest
from desk import erasing
from desk.changes import change
from desk.reason import Reason, When
from desk.sync.lease import Holder
from store import search
from store.connection import Connection
from store.errors import N_
from store.sql import shop, sync
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import DAY, SYSTEM, Instant

KEY = "purge_days"
PURGED = "buyers_purged"
SOON = "buyer_clears"
"""The event that tells, in an open ticket, when it is cleared."""
AHEAD = 7 * DAY
"""How long before that is told."""
A_TIME = 20
"""Tickets, or buyers, erased in one transaction, which holds other sessions up for some milliseconds."""
_PAGES = 200
"""Pages of the search index written anew in one transaction."""
_MARK = "purge"
"""The name under which a channel's next purge is kept, where streams keep their cursors."""

_KEPT_FROM = """coalesce((SELECT max(s.delivered_at) FROM shipment s WHERE s.order_id = o.id
    HAVING count(*) = count(s.delivered_at)), max(o.placed_at, o.updated_at))"""
"""When the days of an order begin."""
_HOLDS = """(EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = t.id AND (m.body <> '' OR m.subject <> ''
        OR m.sender_address <> ''))
    OR EXISTS (SELECT 1 FROM outbox x WHERE x.ticket_id = t.id AND x.recipient <> '' AND x.state IN ('sent', 'cancelled')))"""
"""Whether there is anything to clear in a ticket."""
_TICKETS = f"""
SELECT id, at FROM (
    SELECT t.id, max(
        coalesce((SELECT max(m.received_at) FROM message m WHERE m.ticket_id = t.id AND m.direction = 'in'), t.created_at),
        coalesce((SELECT max({_KEPT_FROM}) FROM ticket_order l JOIN orders o ON o.id = l.order_id WHERE l.ticket_id = t.id), 0)
    ) AS at
    FROM ticket t WHERE t.platform = ?1 AND t.created_at <= ?2 AND {_HOLDS} {{more}}
) WHERE at <= ?2 ORDER BY id
"""
_OF_PLATFORM = "o.channel_id IN (SELECT id FROM channel WHERE platform = ?1)"
_KEY = "k.customer_id = c.id AND k.key >= ?1 || ':' AND k.key < ?1 || ';'"
_BUYERS = f"""
SELECT c.id FROM customer c
WHERE (c.name <> '' OR c.email <> '' OR c.note <> '' OR EXISTS (SELECT 1 FROM customer_key k WHERE k.customer_id = c.id))
AND (EXISTS (SELECT 1 FROM customer_key k WHERE {_KEY})
    OR EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND {_OF_PLATFORM})
    OR EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = c.id AND t.platform = ?1))
AND (c.created_at <= ?2 OR EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id))
AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND (NOT {_OF_PLATFORM} OR {_KEPT_FROM} > ?2))
AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = c.id AND (t.platform <> ?1 OR {_HOLDS}))
AND NOT EXISTS (SELECT 1 FROM customer_key k WHERE k.customer_id = c.id AND k.key NOT LIKE 'email:%'
    AND NOT (k.key >= ?1 || ':' AND k.key < ?1 || ';'))
AND NOT EXISTS (SELECT 1 FROM review r WHERE r.customer_id = c.id AND r.at > ?2) {{more}}
ORDER BY c.id
"""


class Purged(NamedTuple):
    """How many buyers, conversations and records that could not be read were cleared."""

    buyers: int
    tickets: int
    records: int


def days_of(channel: Channel) -> int:
    """How long a channel keeps buyers' data, in days; 0 where its platform asks for nothing, where no account is linked
    (reports and mail that were imported are not of its API), or where the server is a stand-in on this machine."""
    settings = manifest(channel.platform).settings if channel.platform in PLATFORMS else ()
    asked = next((s for s in settings if s.key == KEY), None)
    given: Mapping[str, object] = json.loads(channel.settings)
    linked = all(given.get(s.key) for s in settings if s.required and s.kind != "secret")
    if asked is None or not linked or is_loopback(urlsplit(str(given.get("api_url", ""))).hostname or ""):
        return 0
    value = given.get(KEY)
    return value if isinstance(value, int) and value > 0 else int(str(asked.default))


def run_due(store: Store, holder: Holder) -> int:
    """Purges every channel whose day has come; how many things went. Writes nothing when none has."""
    now, gone = store.clock.now(), 0
    for channel in shop.channels(store.conn):
        days = days_of(channel)
        if not days or int(sync.cursor(store.conn, channel.id, _MARK) or 0) > now:
            continue
        gone += _channel(store, holder, channel, days)
    return gone


def _channel(store: Store, holder: Holder, channel: Channel, days: int) -> int:
    """One channel, in small transactions; then what went is taken out of the file's free pages and the search index."""
    before = store.clock.now() - days * DAY
    store.conn.execute("PRAGMA secure_delete = ON")
    try:
        talks = _in_parts(store, holder, channel, before, _TICKETS, "t.id", erasing.conversation)
        buyers = _in_parts(store, holder, channel, before, _BUYERS, "c.id", erasing.customer)
        soon = _soon(store.conn, channel, days, store.clock.now())
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            gone = Purged(buyers, talks, _rest(unit.conn, channel, before))
            if any(gone):
                unit.append(PURGED, {"channel": channel.id, "days": days, **gone._asdict()})
            warn(unit, channel, soon)
            sync.put_cursor(unit.conn, channel.id, _MARK, str(unit.now + DAY), unit.now)
        pages = -_PAGES if any(gone) else 0
        while pages:
            with store.write(SYSTEM) as unit:
                holder.check(unit)
                pages = _PAGES if search.settle(unit.conn, pages) else 0
    finally:
        store.conn.execute("PRAGMA secure_delete = FAST")
    return sum(gone)


def _in_parts(
    store: Store, holder: Holder, channel: Channel, before: Instant, sql: str, name: str, erase: Callable[[UnitOfWork, int], None]
) -> int:  # fmt: skip
    """Erases what `sql` finds, a few at a time; what was found is looked at again, for a buyer may have written since."""
    found = [int(row[0]) for row in store.conn.execute(sql.format(more=""), (channel.platform, before)).fetchall()]
    gone = 0
    for first in range(0, len(found), A_TIME):
        some = found[first : first + A_TIME]
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            again = sql.format(more=f"AND {name} IN ({', '.join(map(str, some))})")
            for (ident, *_at) in unit.conn.execute(again, (channel.platform, before)).fetchall():
                erase(unit, int(ident))
                gone += 1
    return gone


def _soon(conn: Connection, channel: Channel, days: int, now: Instant) -> list[tuple[int, Instant]]:
    """Open tickets that are cleared soon, and when."""
    ahead = min(AHEAD, days * DAY // 2)
    rows = conn.execute(_TICKETS.format(more="AND t.is_open = 1"), (channel.platform, now - days * DAY + ahead))
    return [(int(ticket_id), int(at) + days * DAY) for ticket_id, at in rows]


def warn(unit: UnitOfWork, channel: Channel, soon: Sequence[tuple[int, Instant]]) -> None:
    """Flags tickets and says when they are cleared, each once for a day they are cleared on."""
    for ticket_id, due in soon:
        if unit.conn.execute(
            "SELECT 1 FROM event WHERE ticket_id = ? AND verb = ? AND json_extract(payload, '$.at') = ?", (ticket_id, SOON, due)
        ).fetchone():
            continue
        why = Reason(N_("{platform} wants buyers' data gone: this ticket is cleared {when}. Finish it, and keep what you need "
                        "without names."), {"platform": manifest(channel.platform).name, "when": When(due)}).stored()  # fmt: skip
        unit.append(SOON, {"at": due, "why": why}, ticket_id=ticket_id)
        change(unit, ticket_id, {"flagged": 1}, why=why)


def _rest(conn: Connection, channel: Channel, before: Instant) -> int:
    """What stands beside conversations and customers; how many records that could not be read went, with their bytes."""
    conn.execute("UPDATE review SET author = '' WHERE channel_id = ? AND at <= ? AND author <> ''", (channel.id, before))
    conn.execute("UPDATE case_file SET note = '' WHERE channel_id = ? AND updated_at <= ? AND note <> ''", (channel.id, before))
    old = conn.execute("SELECT id, raw FROM quarantine WHERE channel_id = ? AND at <= ?", (channel.id, before)).fetchall()
    conn.executemany("DELETE FROM blob WHERE sha256 = ?", [(raw,) for _id, raw in old])
    conn.executemany("DELETE FROM quarantine WHERE id = ?", [(number,) for number, _raw in old])
    return len(old)
