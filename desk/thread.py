"""One ticket as it is read: messages, what waits to leave, files, the order, the buyer, what happened. Reading only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from desk.aside import outsiders
from desk.automation.variables import VALUES
from desk.automation.variants import LAST_RESORT, Variant, pick_variant
from desk.reason import Reason, utc_text
from store import events
from store.connection import Connection
from store.errors import N_, Invalid, NotFound
from store.events import Event
from store.sql import clocks, messages, outbox, parcels, people, shop, tickets
from store.sql.parcels import News
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
from store.values import NEVER, Money, fold

SHOWN = 200
"""Messages loaded at once; older ones come page by page."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket whole, with a window of its messages; `older` and `newer` say whether there are more on either side."""

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
    outsiders: frozenset[str] = frozenset()
    """Carriers, suppliers and others one wrote to about it, folded addresses."""
    news: Mapping[tuple[int, str], News] = field(default_factory=dict)
    """What else is known of shipments, by order and tracking number."""
    newer: bool = False


def read(conn: Connection, ticket_id: int, *, shown: int = SHOWN, before: int | None = None) -> Thread:
    """With the newest `shown` messages, or the newest older than message `before`. Raises NotFound."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        raise NotFound(N_("There is no ticket {item}."), item=f"#{ticket_id}", next=N_("Look for it: deskhand list"))
    found = messages.of_ticket(conn, ticket_id, limit=shown + 1, before=before)
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
        outsiders=outsiders(conn, ticket_id),
        news=parcels.news_of_orders(conn, ids) if ids else {},
        newer=before is not None,
    )


def log(conn: Connection, ticket_id: int, limit: int = 500) -> list[Event]:
    """What happened to a ticket, oldest first."""
    return events.of_ticket(conn, ticket_id, limit)


def why_assigned(conn: Connection, ticket_id: int) -> Event | None:
    """The newest assignment of a ticket, with its reason."""
    return next((e for e in reversed(log(conn, ticket_id)) if e.verb == "assigned"), None)


def speaker(thread: Thread, message: Message) -> str:
    """Who says it. What a shop says at a platform without a name stands there in the account's own."""
    if message.direction == "out" and thread.channel is not None:
        return message.sender_name or thread.channel.name
    return message.sender_name or message.sender_address


def answer_to(thread: Thread) -> tuple[str, ...]:
    """Whom a reply goes to: where the buyer's newest message asks answers to be sent; never a carrier or supplier one
    wrote to about it."""
    for message in reversed(thread.messages):
        theirs = message.direction == "in" and fold(message.sender_address) not in thread.outsiders
        here = message.channel_id == thread.ticket.channel_id or "@" in message.sender_address
        if theirs and here and message.sender_address and message.automatic != "bounce":
            return (message.sender_address,)
    return (thread.customer.email,) if thread.customer and thread.customer.email else ()


def said_since(conn: Connection, ticket_id: int, seq: int, me: str) -> list[Message]:
    """What buyers and colleagues said to each other since event `seq`, oldest first; one's own replies are no news."""
    verbs = ("received", "answered_elsewhere", "reply_sent")
    ids = [e.payload["message_id"] for e in reversed(events.of_ticket_after(conn, ticket_id, seq))
           if e.verb in verbs and e.payload and "message_id" in e.payload]  # fmt: skip
    found = (messages.get(conn, ident) for ident in ids)
    return [m for m in found if m is not None and not (m.direction == "out" and m.author_id == me)]


_ANSWERS = ("first_response", "next_response", "periodic", "platform")
_SHARE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*[%％]")


def template_context(
    thread: Thread, agent_name: str, shop_name: str, share: str = "", signature: str = ""
) -> dict[str, str]:  # fmt: skip
    """What the gaps of a template are filled from, by the names of `desk.automation.variables`; an absent fact has no
    key, so that it is reported as missing. `share` ("50%") is what a rule or macro offers of the order total; who has no
    `signature` signs with their name. Raises Invalid for a share that is none."""
    ticket, customer = thread.ticket, thread.customer
    facts = {"ticket.id": str(ticket.id), "ticket.subject": ticket.subject, "agent.name": agent_name,
             "agent.signature": signature or agent_name, "shop.name": shop_name, "order.number": ticket.order_number,
             "promise.reply_by": reply_by(thread.clocks)}  # fmt: skip
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
    if share:
        part = hundredths(share)
        facts["offer.amount"] = str(offer(thread.orders[0], part)) if _has_total(thread) else ""
    if thread.shipments:
        parcel = thread.shipments[0]
        facts |= {"shipment.tracking": parcel.tracking, "shipment.carrier": parcel.courier,
                  "shipment.eta": _date(parcel.eta) if parcel.eta else "",
                  "shipment.delivered_on": _date(parcel.delivered_at) if parcel.delivered_at else ""}  # fmt: skip
    facts |= {path: value(thread) for path, value in VALUES.items()}
    return {k: v for k, v in facts.items() if v}


def reply_by(running: Sequence[Clock]) -> str:
    """When the buyer hears from us, by the first reply clock that still runs in time: `2026-11-18 14:00 UTC`; "" where
    none does. It is what we hold ourselves to, so it may be promised."""
    due = [c.due_at for c in running if c.state == "running" and c.breached_at is None and c.kind in _ANSWERS]
    return utc_text(min(due)) if due and min(due) < NEVER else ""


def offer(order: Order, part: int) -> Money:
    """`part` hundredths of a percent of an order's total, in its currency, rounded half up to a minor unit."""
    return Money(order.currency, (order.total_minor * part + 5_000) // 10_000)


def _has_total(thread: Thread) -> bool:
    return bool(thread.orders and thread.orders[0].currency and thread.orders[0].total_minor > 0)


def hundredths(share: str) -> int:
    """`12.5%` → 1250 hundredths of a percent. Raises Invalid for what is no share of a whole."""
    found = _SHARE.fullmatch(share.strip())
    part = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
    if not 0 < part <= 10_000:
        raise Invalid(N_("{item} is no share of an order."), item=share, next=N_("Say it as 50%."))
    return part


def first_name(name: str) -> str:
    """What one says after "Hello"; a Chinese, Japanese or Korean name is not taken apart, a bare login is none."""
    if not name or any(c.isdigit() or c in "@_." for c in name.split(" ")[0]):
        return ""
    return name if not name.isascii() and " " not in name else name.split(" ")[0]


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def variants_of(template: Template) -> list[Variant]:
    """Every text of a template: those for everybody, then those for one platform or country."""
    general = [Variant(language, text) for language, text in json.loads(template.texts).items()]
    return general + [Variant(**row) for row in json.loads(template.variants)]


def variant(template: Template, ticket: Ticket, language: str = "") -> tuple[Variant, Reason]:
    """The text of a template that suits a ticket (or is in `language`), and how it was chosen. What only the team
    reads does not go by the buyer's language."""
    wanted = language or (LAST_RESORT if template.internal else ticket.lang) or LAST_RESORT
    return pick_variant(variants_of(template), wanted, ticket.country, ticket.platform)


def suited(templates: list[Template], ticket: Ticket) -> list[Template]:
    """Templates for a reply: those for the ticket's type first, then by how often they are used. Those for notes of
    the team are not among them."""
    sendable = [t for t in templates if not t.internal]
    return sorted(sendable, key=lambda t: (ticket.type not in json.loads(t.types), -t.used, t.name))
