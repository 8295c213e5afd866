"""One order, case or conversation as it is at its platform right now, without waiting for the next pull."""

from __future__ import annotations

from connectors.contract import Connector
from desk import reach
from desk.reason import Reason
from desk.sync import facts, pull
from desk.sync.reader import InProcess
from store.connection import Connection
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import shop
from store.sql.rows import Channel
from store.unit import Store
from store.values import Actor


def order(conn: Connection, number: str, channel_id: str = "") -> tuple[str, str]:
    """`(channel, what its platform calls it)` of an order. Raises NotFound where the desk does not know it and no account
    is said, Invalid where several accounts have one of that number."""
    known = [o for o in shop.orders_by_key(conn, facts.number_key(number)) if channel_id in ("", o.channel_id)]
    if len(known) > 1:
        raise Invalid(N_("Several accounts have an order {item}."), item=number,
                      next=N_("Say --channel: {known}"), known=", ".join(o.channel_id for o in known))  # fmt: skip
    if known:
        return known[0].channel_id, known[0].remote_id or known[0].number
    if not channel_id:
        raise NotFound(N_("There is no order {item}."), item=number, next=N_("Say which account has it: --channel ID"))
    return channel_id, number


def insist(channel: Channel) -> None:
    """Raises Refused for an account that tells no orders."""
    if why := reach.why_not(channel, "orders"):
        raise Refused(N_("{item} tells no orders: {reason}"), item=channel.name, reason=Reason(why),
                      next=N_("Import them: deskhand import FILE"))  # fmt: skip


def fetch(store: Store, channel: Channel, connector: Connector, kind: str, remote_id: str) -> pull.Pulled:
    """Stores what there is of it now. Faults of the connector pass through."""
    total = pull.Pulled()
    items = list(pull.read(connector.fetch(kind, remote_id), channel.platform, InProcess()))
    with store.write(Actor("connector", channel.id)) as unit:
        for item in items:
            pull.take_one(unit, channel, item, total)
    return total
