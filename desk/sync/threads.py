"""Which ticket a message belongs to: by what it answers, by its relay alias, by order and sender. Never by subject.

Order of arrival does not matter: an answer that came before its parent is found when the parent arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.connection import Connection
from store.errors import N_
from store.sql import links, messages, people, tickets
from store.sql.rows import Message
from store.values import DAY, Instant, fold

if TYPE_CHECKING:
    from desk.sync.inbound import Inbound

_SAME_MATTER = 30 * DAY
"""How long a relay alias or an order number keeps a thread together."""

FORGED = N_("It claims to answer this shop's mail, but comes from an address that was not part of that conversation.")


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket, None for a new one; `warning` says why an apparent thread was not joined; `others` are tickets that
    this message shows to be the same conversation."""

    ticket_id: int | None
    warning: str = ""
    others: tuple[int, ...] = ()


def find(conn: Connection, item: Inbound, *, outbound: bool, now: Instant) -> Found:
    """The ticket `item` belongs to."""
    homes, warning = _linked(conn, item, outbound=outbound)
    if homes:
        if not item.automatic and item.order_numbers:
            homes.update(dict.fromkeys(_of_same_order(conn, item, next(iter(homes)), now)))
        first, *others = homes
        return Found(first, others=tuple(others) if not item.automatic else ())
    if item.thread_key:
        source = item.remote_key.partition(":")[0]
        for message in messages.pointing_at(conn, item.thread_key):
            if message.remote_key.partition(":")[0] == source:  # a mail may claim anything in its References
                return Found(message.ticket_id)
    if (outbound and (item.thread_key or not item.platform)) or item.automatic:  # who wrote it tells no buyer
        return Found(None, warning)
    return Found(_by_order(conn, item, now), warning)


def _linked(conn: Connection, item: Inbound, *, outbound: bool) -> tuple[dict[int, None], str]:
    """The tickets of what it answers, of what answers it and of what answers the same, nearest first; and a warning
    where what it answers is none of its sender's business."""
    homes: dict[int, None] = {}
    warning = ""
    ids = list(dict.fromkeys(r for r in (item.in_reply_to, item.bounced, *reversed(item.references)) if r))
    refs = [f"mail:{r}" for r in ids]
    parents = _in_order(refs, messages.by_any_remote_key(conn, refs))
    for message in parents:
        if message.ticket_id in homes:
            continue
        if outbound or item.automatic == "bounce" or _names(message, item) or _took_part(conn, message.ticket_id, item):
            homes[message.ticket_id] = None
        else:
            warning = FORGED
    own = item.remote_key.removeprefix("mail:")
    belongs = _went_to if outbound and not item.platform else _took_part
    for message in messages.pointing_at(conn, own):
        if message.ticket_id not in homes and (message.direction == "out" or belongs(conn, message.ticket_id, item)):
            homes[message.ticket_id] = None
    here = {m.remote_key.removeprefix("mail:") for m in parents}
    for message in messages.sharing(conn, [r for r in ids if r not in here]):
        if message.ticket_id not in homes and belongs(conn, message.ticket_id, item):
            homes[message.ticket_id] = None
    return homes, warning


def _in_order(refs: list[str], found: list[Message]) -> list[Message]:
    place = {ref: i for i, ref in enumerate(refs)}
    return sorted(found, key=lambda m: place[m.remote_key])


def _took_part(conn: Connection, ticket_id: int, item: Inbound) -> bool:
    """Whether the sender is the ticket's customer, or somebody its messages were written to or came from."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        return False
    if ticket.customer_id and item.sender_key in people.keys_of(conn, ticket.customer_id):
        return True
    return any(_names(m, item) for m in messages.of_ticket(conn, ticket_id, limit=50))


def _names(message: Message, item: Inbound) -> bool:
    """Whether `message` came from the sender of `item`, or was written to them."""
    address = fold(item.sender_address)
    return bool(address) and (
        address == fold(message.sender_address) or address in {fold(a.strip()) for a in message.recipients.split(",")}
    )


def _went_to(conn: Connection, ticket_id: int, item: Inbound) -> bool:
    """Whether a mail of ours went to the ticket's customer, or to somebody who wrote in it."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        return False
    known = set(people.keys_of(conn, ticket.customer_id)) if ticket.customer_id else set()
    wrote = {fold(m.sender_address) for m in messages.of_ticket(conn, ticket_id, limit=50) if m.direction == "in"}
    return any(f"email:{a}" in known or fold(a) in wrote for a in item.recipients)


def _of_same_order(conn: Connection, item: Inbound, ticket_id: int, now: Instant) -> list[int]:
    """Another ticket of the sender about the order that a ticket without one is now said to be about."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None or ticket.order_number or item.platform:
        return []
    other = _by_order(conn, item, now)
    return [other] if other not in (None, ticket_id) else []


def _by_order(conn: Connection, item: Inbound, now: Instant) -> int | None:
    """The same sender's newest ticket about the same order; for a relay alias, the alias alone is enough. A ticket of nobody
    (a report told a return, and not whose it is) is theirs who write by the platform about its order."""
    customer_id = people.customer_by_key(conn, item.sender_key)
    numbers = {fold(n).replace("-", "") for n in item.order_numbers}
    theirs = tickets.of_customer(conn, customer_id, limit=10) if customer_id is not None else []
    relayed = item.platform and not item.thread_key
    for ticket in (*theirs, *(tickets.of_nobody(conn, item.platform, item.order_numbers) if relayed else ())):
        if abs(min(item.arrived_at, now) - ticket.updated_at) > _SAME_MATTER or ticket.automatic:
            continue
        same_order = bool(ticket.order_number) and fold(ticket.order_number).replace("-", "") in numbers
        vague = not numbers or not ticket.order_number
        if same_order or (item.platform and vague and ticket.platform == item.platform):
            return links.standing(conn, ticket.id)
    return None
