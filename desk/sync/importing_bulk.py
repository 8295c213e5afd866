"""Conversations nobody has seen yet, by the thousand in one transaction: the same rows intake makes, made at once.

A conversation gets one event (`created`, naming its messages) instead of one per message; whatever touches a ticket
that is already here goes through intake, message by message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from desk.clocks.keep import keep
from desk.clocks.talk import Spoken, Talk
from desk.reading.records import Understanding
from desk.sync import bare_orders
from desk.sync.importing_lines import Conversation, Message
from desk.sync.inbound import Inbound
from store.connection import Connection
from store.sql import bulk, shop
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import Instant, fold

_URGENT = 3


class Split(NamedTuple):
    """Conversations that are new as a whole, and single messages that belong to something already here. `again` counts
    messages that were here before."""

    new: list[Conversation]
    single: list[tuple[Conversation, Message]]
    again: int


def split(conn: Connection, found: Sequence[Conversation]) -> Split:
    """Sorts a batch by what the desk knows. A message whose parent is neither in its conversation nor on the desk
    still begins a new one."""
    keys = [m.key for c in found for m in c.messages]
    here = bulk.known(conn, "message", "remote_key", "id", keys)
    parents = {f"mail:{ref}" for c in found for ref in outside(c)}
    parents_here = bulk.known(conn, "message", "remote_key", "id", parents) if parents else {}
    threads = {ref for c in found for ref in c.messages[0].refs if ref.startswith("conversation:")}
    threads_here = bulk.known(conn, "message_ref", "ref", "message_id", threads) if threads else {}
    waited_for = bulk.known(
        conn, "message_ref", "ref", "message_id", (k.removeprefix("mail:") for k in keys if k.startswith("mail:"))
    )
    blocked = bulk.known(conn, "blocked_sender", "key", "at", {c.customer_key for c in found})
    seen: set[str] = set(here)
    new: list[Conversation] = []
    single: list[tuple[Conversation, Message]] = []
    again = 0
    for c in found:
        fresh: list[Message] = []
        for m in c.messages:
            if m.key in seen:
                again += 1
            else:
                seen.add(m.key)
                fresh.append(m)
        joined = (
            any(f"mail:{ref}" in parents_here for ref in outside(c))
            or (c.messages[0].refs[:1] and c.messages[0].refs[0] in threads_here)
            or any(m.key.removeprefix("mail:") in waited_for for m in c.messages)
        )  # fmt: skip
        if len(fresh) == len(c.messages) and not joined and c.customer_key not in blocked:
            new.append(c)
        else:
            single += [(c, m) for m in fresh]
    return Split(new, single, again)


def outside(c: Conversation) -> Iterator[str]:
    """Message-IDs that a conversation points at and does not hold."""
    own = {m.key for m in c.messages}
    for m in c.messages:
        for ref in m.refs:
            if f"mail:{ref}" not in own and not ref.startswith("conversation:"):
                yield ref


class Made(NamedTuple):
    """What a bulk insert brought; `live` are the tickets that are open."""

    messages: int
    tickets: int
    live: tuple[int, ...]


def store(unit: UnitOfWork, found: Sequence[Conversation], channels: Mapping[str, Channel], since: Instant) -> Made:
    """Stores new conversations. Those without a message at or after `since` come in closed, without clock and owner;
    the others get both."""
    ids = bulk.next_ids(unit.conn)
    customers = _customers(unit, found, ids)
    orders = _orders(unit, found, channels, customers, ids)
    tickets: list[tuple[Any, ...]] = []
    messages: list[tuple[Any, ...]] = []
    refs: list[tuple[str, int]] = []
    indexed: list[tuple[Any, ...]] = []
    links: list[tuple[int, int]] = []
    told: list[tuple[str, int, Mapping[str, Any]]] = []
    live: list[int] = []
    unnamed: list[tuple[int, Conversation]] = []
    ticket_id, message_id = ids["ticket"], ids["message"]
    seq = unit.conn.execute("SELECT max(seq) FROM event").fetchone()[0] or 0
    for c in found:
        channel, first_id = channels[c.channel], message_id
        for m in c.messages:
            messages.append((message_id, ticket_id, channel.id, "out" if m.outbound else "in", m.name, m.address, m.to,
                             m.subject, m.body, m.lang, m.at, unit.now, m.key, m.in_reply_to))  # fmt: skip
            refs += [(ref, message_id) for ref in m.refs]
            indexed.append((message_id, *m.indexed))
            message_id += 1
        seq += 1
        history = c.newest < since
        tickets.append(
            _ticket(ticket_id, c, channel, customers.get(c.customer_key), message_id - 1, seq, history, unit.now)
        )
        told.append(("created", ticket_id, {"channel": channel.id, "history": history,
                                            "messages": [first_id, message_id - 1]}))  # fmt: skip
        if c.order:
            links.append((ticket_id, orders[channel.id, c.order.key]))
        elif not history:
            unnamed.append((ticket_id, c))
        if not history:
            live.append(ticket_id)
        ticket_id += 1
    bulk.insert(unit.conn, "message", bulk.MESSAGE, messages)
    bulk.insert(unit.conn, "message_ref", ("ref", "message_id"), refs)
    bulk.insert(unit.conn, "message_fts", bulk.INDEXED, indexed)
    bulk.insert(unit.conn, "ticket", bulk.TICKET, tickets)
    bulk.insert(unit.conn, "ticket_order", ("ticket_id", "order_id"), links)
    bulk.append(unit.conn, unit.now, unit.actor, told)
    unit.forget()
    _name_orders(unit, unnamed)
    _wake(unit, live)
    return Made(len(messages), len(tickets), tuple(live))


def _ticket(
    ticket_id: int,
    c: Conversation,
    channel: Channel,
    customer_id: int | None,
    last_id: int,
    seq: int,
    history: bool,
    now: Instant,
) -> tuple[Any, ...]:
    kind, cause, ask, lang, urgency, escalation, review = c.meaning
    talk = Talk()
    for m in sorted(c.messages, key=lambda m: m.at):
        talk = talk.hear(Spoken(m.at, "agent" if m.outbound else "buyer"))
    status = "closed" if history else _status(talk)
    priority = c.priority if history else _URGENT if urgency >= 2 else 1
    return (
        ticket_id,
        channel.id,
        channel.platform,
        customer_id,
        c.messages[0].subject,
        status,
        now,
        priority,
        kind,
        cause,
        ask,
        escalation,
        review,
        lang,
        c.country,
        c.order.number if c.order else "",
        min(m.at for m in c.messages),
        c.newest,
        talk.first_buyer_message,
        None if history else talk.oldest_unanswered,
        talk.first_human_reply,
        talk.last_human_reply,
        talk.answered_from,
        last_id,
        len(c.messages),
        seq,
    )


def _status(talk: Talk) -> str:
    if talk.last_human_reply is None:
        return "new"
    return "open" if talk.oldest_unanswered is not None else "pending"


def _name_orders(unit: UnitOfWork, found: Sequence[tuple[int, Conversation]]) -> None:
    """Links open conversations to the orders of the desk that they name without saying so."""
    if not found or not unit.conn.execute("SELECT EXISTS (SELECT 1 FROM orders)").fetchone()[0]:
        return
    for ticket_id, c in found:
        text = "\n".join(f"{m.subject}\n{m.body}" for m in c.messages if not m.outbound)
        numbers = bare_orders.find(unit.conn, text, sender_key=c.customer_key)
        for number in numbers:
            for order in shop.orders_by_key(unit.conn, bare_orders.key_of(number)):
                shop.link_order(unit.conn, ticket_id, order.id)
        if numbers:
            unit.conn.execute("UPDATE ticket SET order_number = ? WHERE id = ?", (numbers[0], ticket_id))


def _wake(unit: UnitOfWork, live: Sequence[int]) -> None:
    """Clocks and owners for what is open."""
    if not live:
        return
    from desk.automation.route import route

    for ticket_id in live:
        keep(unit, ticket_id)
        route(unit, ticket_id)


def _customers(unit: UnitOfWork, found: Sequence[Conversation], ids: dict[str, int]) -> dict[str, int]:
    named = {c.customer_key for c in found if c.customer_key}
    known = bulk.known(unit.conn, "customer_key", "key", "customer_id", named)
    rows: list[tuple[Any, ...]] = []
    keys: list[tuple[str, int]] = []
    for c in found:
        if c.customer_key and c.customer_key not in known:
            number = known[c.customer_key] = ids["customer"] + len(rows)
            rows.append((number, c.customer, c.email, c.meaning[3], c.country, unit.now, fold(c.customer)))
            keys.append((c.customer_key, number))
    bulk.insert(unit.conn, "customer", bulk.CUSTOMER, rows)
    bulk.insert(unit.conn, "customer_key", ("key", "customer_id"), keys)
    return known


def _orders(
    unit: UnitOfWork,
    found: Sequence[Conversation],
    channels: Mapping[str, Channel],
    customers: Mapping[str, int],
    ids: dict[str, int],
) -> dict[tuple[str, str], int]:
    wanted: dict[str, set[str]] = {}
    for c in found:
        if c.order:
            wanted.setdefault(channels[c.channel].id, set()).add(c.order.key)
    known = {(ch, k): n for ch, keys in wanted.items() for k, n in bulk.known_orders(unit.conn, ch, keys).items()}
    orders: list[tuple[Any, ...]] = []
    items: list[tuple[Any, ...]] = []
    parcels: list[tuple[Any, ...]] = []
    for c in found:
        o, channel = c.order, channels[c.channel].id
        if o is None or (channel, o.key) in known:
            continue
        number = known[channel, o.key] = ids["orders"] + len(orders)
        orders.append((number, channel, o.number, o.key, customers.get(c.customer_key), c.messages[0].at, o.total_minor,
                       o.currency, c.country))  # fmt: skip
        if o.product or o.sku:
            items.append((number, o.sku, o.product, 1, o.total_minor))
        if o.tracking:
            parcels.append((number, o.tracking, fold(o.tracking).replace("-", "").replace(" ", "")))
    bulk.insert(unit.conn, "orders", bulk.ORDER, orders)
    bulk.insert(unit.conn, "order_item", ("order_id", "sku", "title", "quantity", "price_minor"), items)
    bulk.insert(unit.conn, "shipment", ("order_id", "tracking", "tracking_key"), parcels)
    return known


def inbound(c: Conversation, m: Message) -> Inbound:
    """One message of a conversation for intake."""
    kind, cause, ask, lang, urgency, escalation, review = c.meaning
    thread = next((ref for ref in m.refs if ref.startswith("conversation:")), "")
    return Inbound(
        remote_key=m.key,
        sender_key=f"email:{fold(m.address)}" if "@" in m.address else f"name:{fold(m.name)}",
        sender_name=m.name,
        sender_address=m.address,
        subject=m.subject,
        text=m.body,
        sent_at=m.at,
        arrived_at=m.at,
        recipients=(m.to,) if m.to else (),
        in_reply_to=m.in_reply_to,
        references=tuple(ref for ref in m.refs if ref != thread),
        thread_key=thread,
        order_numbers=(c.order.number,) if c.order else (),
        outbound=m.outbound,
        understanding=Understanding(
            lang or m.lang, kind, cause, ask, bool(escalation), urgency, needs_review=bool(review)
        ),
    )
