"""Orders that open tickets name and the desk does not have, because they are older than what was fetched: each is asked
for once, a few after a pull."""

from __future__ import annotations

import json

from connectors.contract import Connector, Fault, Permanent, SchemaSurprise
from desk import reach
from desk.sync import fetching
from desk.sync.lease import Holder
from store.connection import Connection
from store.sql import sync
from store.sql.rows import Channel
from store.unit import Store
from store.values import SYSTEM

MOST = 5
"""Orders asked for after one pull."""
_KEPT = 500
"""Numbers remembered as asked for; the oldest are forgotten."""
_MARK = "lacking"
"""The name under which they are kept, where streams keep their cursors."""


def fetch(store: Store, holder: Holder, channel: Channel, connector: Connector) -> None:
    """Asks for them. A fault ends it until the next time; a number the platform does not know is not asked for again."""
    if not reach.is_api(channel) or reach.why_not(channel, "orders"):
        return
    asked: list[str] = json.loads(sync.cursor(store.conn, channel.id, _MARK) or "[]")
    wanted = [number for number in _named(store.conn, channel.id, MOST + len(asked)) if number not in asked][:MOST]
    done = list[str]()
    for number in wanted:
        try:
            fetching.fetch(store, channel, connector, "order", number, holder)
        except (Permanent, SchemaSurprise):
            pass
        except Fault:
            break
        done.append(number)
    if done:
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            sync.put_cursor(unit.conn, channel.id, _MARK, json.dumps([*asked, *done][-_KEPT:]), unit.now)


def _named(conn: Connection, channel_id: str, most: int) -> list[str]:
    """Numbers of orders the newest open tickets name and are not linked to."""
    sql = (
        "SELECT t.order_number FROM ticket t WHERE t.is_open AND t.channel_id = ? AND t.order_number <> '' AND NOT EXISTS "
        "(SELECT 1 FROM ticket_order l WHERE l.ticket_id = t.id) GROUP BY t.order_number ORDER BY max(t.id) DESC LIMIT ?"
    )
    return [number for (number,) in conn.execute(sql, (channel_id, most))]
