"""One ticket as it is read: messages, what waits to leave, files, the order, the buyer, what happened. Reading only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from desk.automation.variants import Variant, pick_variant
from desk.reason import Reason
from store import events
from store.connection import Connection
from store.errors import N_, NotFound
from store.events import Event
from store.sql import clocks, messages, outbox, people, shop, tickets
from store.sql.rows import (
    Attachment,
    Channel,
    Clock,
    Customer,
    Message,
    Order,
    OrderItem,
    OutboxRow,
    Shipment,
    Template,
    Ticket,
)
from store.values import Money

SHOWN = 200
"""Messages loaded at once; older ones come page by page."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket whole. `messages` are the newest `SHOWN`; `older` says whether there are more before them."""

    ticket: Ticket
    channel: Channel | None
    customer: Customer | None
    customer_orders: int
    tags: tuple[str, ...]
    messages: tuple[Message, ...]
    older: bool
    attachments: tuple[Attachment, ...]
    waiting: tuple[OutboxRow, ...]
    clocks: tuple[Clock, ...]
    orders: tuple[Order, ...]
    items: tuple[OrderItem, ...]
    shipments: tuple[Shipment, ...]
    others: tuple[Ticket, ...]
    """The buyer's other tickets, newest first."""


def read(conn: Connection, ticket_id: int, *, shown: int = SHOWN) -> Thread:
    """Raises NotFound."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        raise NotFound(N_("There is no ticket {item}."), item=f"#{ticket_id}", next=N_("Look for it: deskhand list"))
    found = messages.of_ticket(conn, ticket_id, limit=shown + 1)
    customer = people.customer(conn, ticket.customer_id) if ticket.customer_id else None
    orders = shop.orders_of_ticket(conn, ticket_id)
    ids = [o.id for o in orders]
    return Thread(
        ticket=ticket,
        channel=shop.channel(conn, ticket.channel_id),
        customer=customer,
        customer_orders=shop.order_count(conn, customer.id) if customer else 0,
        tags=tuple(tickets.tags(conn, ticket_id)),
        messages=tuple(m for m in found[-shown:] if m.direction != "removed"),
        older=len(found) > shown,
        attachments=tuple(messages.attachments(conn, ticket_id)),
        waiting=tuple(outbox.of_ticket(conn, ticket_id, "held", "claimed", "failed", "unknown")),
        clocks=tuple(clocks.of_ticket(conn, ticket_id)),
        orders=tuple(orders),
        items=tuple(shop.items(conn, ids)) if ids else (),
        shipments=tuple(shop.shipments(conn, ids)) if ids else (),
        others=tuple(t for t in tickets.of_customer(conn, customer.id) if t.id != ticket_id) if customer else (),
    )


def log(conn: Connection, ticket_id: int, limit: int = 500) -> list[Event]:
    """What happened to a ticket, oldest first."""
    return events.of_ticket(conn, ticket_id, limit)


def why_assigned(conn: Connection, ticket_id: int) -> Event | None:
    """The newest assignment of a ticket, with its reason."""
    return next((e for e in reversed(log(conn, ticket_id)) if e.verb == "assigned"), None)


def answer_to(thread: Thread) -> tuple[str, ...]:
    """Whom a reply goes to: where the buyer's newest message asks answers to be sent."""
    for message in reversed(thread.messages):
        if message.direction == "in" and message.sender_address and message.automatic != "bounce":
            return (message.sender_address,)
    return (thread.customer.email,) if thread.customer and thread.customer.email else ()


def template_context(thread: Thread, agent_name: str, shop_name: str) -> dict[str, str]:
    """What the gaps of a template are filled from, by the names of `desk.automation.variables`; an absent fact has no
    key, so that it is reported as missing."""
    ticket, customer = thread.ticket, thread.customer
    facts = {"ticket.id": str(ticket.id), "ticket.subject": ticket.subject, "agent.name": agent_name,
             "shop.name": shop_name, "order.number": ticket.order_number}  # fmt: skip
    if customer:
        facts |= {"customer.name": customer.name, "customer.first_name": first_name(customer.name),
                  "customer.country": customer.country}  # fmt: skip
    if thread.orders:
        order = thread.orders[0]
        mine = [i for i in thread.items if i.order_id == order.id]
        facts |= {
            "order.number": order.number, "order.status": order.status, "order.date": _date(order.placed_at),
            "order.total": str(Money(order.currency, order.total_minor)) if order.currency else "",
            "order.items": ", ".join(i.title for i in mine),
            "product.name": mine[0].title if mine else "", "product.sku": mine[0].sku if mine else "",
        }  # fmt: skip
    if thread.shipments:
        parcel = thread.shipments[0]
        facts |= {"shipment.tracking": parcel.tracking, "shipment.carrier": parcel.courier,
                  "shipment.delivered_on": _date(parcel.delivered_at) if parcel.delivered_at else ""}  # fmt: skip
    return {k: v for k, v in facts.items() if v}


def first_name(name: str) -> str:
    """What one says after "Hello"; a Chinese, Japanese or Korean name is not taken apart, a bare login is none."""
    if not name or any(c.isdigit() or c in "@_." for c in name.split(" ")[0]):
        return ""
    return name if not name.isascii() and " " not in name else name.split(" ")[0]


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def variant(template: Template, ticket: Ticket, language: str = "") -> tuple[Variant, Reason]:
    """The text of a template that suits a ticket (or is in `language`), and how it was chosen."""
    variants = [Variant(language=lang, text=text) for lang, text in json.loads(template.texts).items()]
    return pick_variant(variants, language or ticket.lang or "en", ticket.country, ticket.platform)


def suited(templates: list[Template], ticket: Ticket) -> list[Template]:
    """Templates for a picker: those for the ticket's type first, then by how often they are used."""
    return sorted(templates, key=lambda t: (ticket.type not in json.loads(t.types), -t.used, t.name))
