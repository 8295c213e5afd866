"""Buyers' data of a platform, cleared when the platform's data-protection policy says so.

A channel whose platform has the setting `purge_days` (see its manifest) keeps who a buyer is for so many days after the
last parcel of theirs arrived; where nobody knows when it did, after their orders last changed. Then the name and the
addresses the platform told are cleared, and what they were known by; orders, money, countries and what was said in
tickets stay, so that figures do not change. A buyer who has an open ticket waits until it is closed; one who has closed
ones stays known by their key, for they wrote themselves. Records of the channel that could not be read hold buyers' data
too and go at that age.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from connectors.network import is_loopback
from connectors.registry import PLATFORMS, manifest
from desk.sync.lease import Holder
from store.connection import Connection
from store.sql import shop, sync
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import DAY, SYSTEM, Instant

KEY = "purge_days"
PURGED = "buyers_purged"
A_TIME = 100
"""Buyers in one transaction, which holds other sessions up for some milliseconds."""
_MARK = "purge"
"""The name under which a channel's next purge is kept, where streams keep their cursors."""

_WHO = """
SELECT DISTINCT c.id FROM customer_key k JOIN customer c ON c.id = k.customer_id
WHERE k.key >= ?1 AND k.key < ?2 AND (c.name <> '' OR c.email <> '')
AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.channel_id = ?3)
AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = c.id AND t.is_open = 1)
AND NOT EXISTS (SELECT 1 FROM customer_key x WHERE x.customer_id = c.id AND NOT (x.key >= ?1 AND x.key < ?2)
    AND x.key NOT LIKE 'email:%')
AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND (o.channel_id <> ?3 OR coalesce(
    (SELECT max(s.delivered_at) FROM shipment s WHERE s.order_id = o.id HAVING count(*) = count(s.delivered_at)),
    max(o.placed_at, o.updated_at)) > ?4))
LIMIT ?5
"""


class Purged(NamedTuple):
    """How many buyers were cleared, and how many records that could not be read."""

    buyers: int
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
    """Purges every channel whose day has come; how many buyers and records went. Writes nothing when none has."""
    now, gone = store.clock.now(), 0
    for channel in shop.channels(store.conn):
        days = days_of(channel)
        if not days or int(sync.cursor(store.conn, channel.id, _MARK) or 0) > now:
            continue
        more = True
        while more:
            with store.write(SYSTEM) as unit:
                holder.check(unit)
                some = purge(unit, channel, days)
                more = some.buyers == A_TIME
                if not more:
                    sync.put_cursor(unit.conn, channel.id, _MARK, str(unit.now + DAY), unit.now)
            gone += sum(some)
    return gone


def purge(unit: UnitOfWork, channel: Channel, days: int) -> Purged:
    """Clears at most `A_TIME` buyers, and tells how many in an event without their names."""
    before = unit.now - days * DAY
    found = _due(unit.conn, channel, before)
    for customer_id in found:
        unit.conn.execute("UPDATE customer SET name = '', name_key = '', email = '' WHERE id = ?", (customer_id,))
        unit.conn.execute(
            "DELETE FROM customer_key WHERE customer_id = ? AND NOT EXISTS (SELECT 1 FROM ticket WHERE customer_id = ?)",
            (customer_id, customer_id),
        )
        unit.conn.execute("UPDATE review SET author = '' WHERE customer_id = ? AND author <> ''", (customer_id,))
    records = unit.conn.execute("DELETE FROM quarantine WHERE channel_id = ? AND at < ?", (channel.id, before)).rowcount
    gone = Purged(len(found), records)
    if any(gone):
        unit.append(PURGED, {"channel": channel.id, "days": days, "buyers": gone.buyers, "records": gone.records})
    return gone


def _due(conn: Connection, channel: Channel, before: Instant) -> list[int]:
    first = f"{channel.platform}:"
    values = (first, f"{channel.platform};", channel.id, before, A_TIME)
    return [int(row[0]) for row in conn.execute(_WHO, values)]
