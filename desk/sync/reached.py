"""Where buyers of a report, or of an API that takes no answers, are answered: by the mailbox that gets the platform's mails.
A ticket of theirs begins there, or goes there when its buyer writes."""

from __future__ import annotations

from desk.changes import require
from desk.reach import why_not
from desk.sync.inbound import Inbound
from store.errors import N_
from store.sql import shop, tickets
from store.sql.rows import Channel
from store.unit import UnitOfWork

MOVED = "answered_there"
"""The event that tells it."""


def reached(unit: UnitOfWork, channel: Channel, ticket_id: int, item: Inbound, customer_id: int | None) -> None:
    """`item` came by `channel`, from `customer_id`. A ticket that has a buyer keeps them."""
    ticket = require(unit, ticket_id)
    facts: dict[str, object] = {}
    if ticket.customer_id is None and customer_id is not None:
        facts["customer_id"] = customer_id
    if ticket.channel_id != channel.id and not item.outbound and not why_not(channel):
        before = shop.channel(unit.conn, ticket.channel_id)
        if before is None or why_not(before):
            facts["channel_id"] = channel.id
            why = {"text": N_("the buyer wrote there, and answers reach them")}
            unit.append(MOVED, {"channels": [ticket.channel_id, channel.id], "why": why}, ticket_id=ticket_id)
    if facts:
        tickets.update(unit.conn, ticket_id, facts)


def answered_from(unit: UnitOfWork, channel: Channel, customer_id: int | None) -> str:
    """The mailbox from which a buyer of `channel` can be written to, where the channel itself takes no answers: the one that got
    the platform's mails last. "" where there is none, or the buyer has no address."""
    if customer_id is None or not why_not(channel):
        return ""
    row = unit.conn.execute(
        "SELECT t.channel_id FROM ticket t JOIN channel h ON h.id = t.channel_id, customer c WHERE c.id = ? AND c.email <> '' "
        "AND t.platform = ? AND h.platform = 'email' AND h.state <> 'removed' ORDER BY t.id DESC LIMIT 1",
        (customer_id, channel.platform),
    ).fetchone()
    return str(row[0]) if row else ""
