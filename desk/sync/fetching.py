"""One order, case or conversation as it is at its platform right now, without waiting for the next pull."""

from __future__ import annotations

from typing import NamedTuple

from connectors.contract import Connector
from desk import reach
from desk.reason import Reason
from desk.sync import pull
from desk.sync.facts_buyers import number_key
from desk.sync.lease import Holder
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
    known = [o for o in shop.orders_by_key(conn, number_key(number)) if channel_id in ("", o.channel_id)]
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


def fetch(
    store: Store, channel: Channel, connector: Connector, kind: str, remote_id: str, holder: Holder | None = None
) -> pull.Pulled:
    """Stores what there is of it now. `holder` is sync's, whose lease must still be its own; None for a person who asks.
    Faults of the connector pass through."""
    total = pull.Pulled()
    items = list(pull.read(connector.fetch(kind, remote_id), channel.platform, InProcess()))
    with store.write(Actor("connector", channel.id)) as unit:
        if holder is not None:
            holder.check(unit)
        for item in items:
            pull.take_one(unit, channel, item, total)
    return total


class Wanted(NamedTuple):
    """One thing of a ticket that its platform can be asked for: `kind` is order or case, `name` what people call it."""

    channel_id: str
    kind: str
    remote_id: str
    name: str


def of_ticket(conn: Connection, ticket_id: int) -> list[Wanted]:
    """The orders and cases of a ticket; an order it names and the desk does not know is asked for by its number."""
    orders = conn.execute(
        "SELECT o.channel_id, o.remote_id, o.number FROM ticket_order x JOIN orders o ON o.id = x.order_id "
        "WHERE x.ticket_id = ? ORDER BY o.placed_at DESC LIMIT 5", (ticket_id,),
    ).fetchall()  # fmt: skip
    found = [Wanted(channel, "order", remote or number, number) for channel, remote, number in orders]
    if not found:
        sql = "SELECT channel_id, order_number FROM ticket WHERE id = ? AND order_number <> ''"
        found = [Wanted(channel, "order", number, number) for channel, number in conn.execute(sql, (ticket_id,))]
    cases = conn.execute(
        "SELECT channel_id, remote_id FROM case_file WHERE ticket_id = ? ORDER BY opened_at DESC LIMIT 5", (ticket_id,)
    ).fetchall()
    return [*found, *(Wanted(channel, "case", remote, remote) for channel, remote in cases)]
