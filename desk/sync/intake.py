"""One inbound message becomes part of a ticket: found or made, stored, told, sorted, put on a clock, given an owner.

Idempotent: the same message through two mailboxes, twice through one, or our own reply coming back is one message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from connectors.contract import Receipt
from desk import platform_reply
from desk.answered import answered
from desk.aside import outsiders
from desk.automation.react import react
from desk.changes import change, require
from desk.clocks.keep import keep
from desk.outbox import sent
from desk.reading import authentic
from desk.reading.subjects import subject_of
from desk.spam import SPAM
from desk.sync import bare_orders, threads
from desk.sync.inbound import Inbound
from desk.sync.reached import reached
from store.errors import N_, NotFound
from store.sql import clocks, messages, outbox, people, shop, tickets
from store.sql.rows import Channel, Message, Ticket
from store.unit import UnitOfWork
from store.values import Instant, fold

_URGENT = 3
POSING = N_("It bears this shop's own address, but nothing vouches that it was sent from here.")
_NO_PERSON = ("notice", "list", SPAM)


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a message went. `fresh` is False when it was here already."""

    ticket_id: int
    message_id: int
    fresh: bool
    opened: bool = False


class Door(NamedTuple):
    """What is the same for every message of one transaction: the channel, the shop's own addresses, whether any sender
    is blocked, whether anything was ever sent from here, whether there is any order, and what the account's receiving
    host calls itself in Authentication-Results ("" for whoever wrote the topmost)."""

    channel: Channel
    ours: frozenset[str]
    blocks: bool
    sends: bool
    orders: bool
    host: str = ""


def door(unit: UnitOfWork, channel_id: str) -> Door:
    """Looks it up, for many messages at once. Raises NotFound for an unknown channel."""
    channel = shop.channel(unit.conn, channel_id)
    if channel is None:
        raise NotFound(N_("There is no channel {item}."), item=channel_id, next=N_("See: deskhand channel list"))
    blocks, sends, orders = unit.conn.execute(
        "SELECT EXISTS (SELECT 1 FROM blocked_sender), EXISTS (SELECT 1 FROM outbox), EXISTS (SELECT 1 FROM orders)"
    ).fetchone()
    host = str(json.loads(channel.settings).get("authserv_id", ""))
    return Door(channel, frozenset(own_addresses(unit)), bool(blocks), bool(sends), bool(orders), host)


def take(unit: UnitOfWork, channel_id: str, item: Inbound, *, history: bool = False) -> Taken:
    """Takes one message in. `history` (older than the channel's cut-off) comes in closed, with no rule, clock, alert,
    owner or automatic reply. Raises NotFound for an unknown channel."""
    return admit(unit, door(unit, channel_id), item, history=history)


def admit(unit: UnitOfWork, at: Door, item: Inbound, *, history: bool = False) -> Taken:
    """`take` for one of many messages."""
    channel = at.channel
    posing = False
    if not item.outbound and item.automatic != "notice" and fold(item.sender_address) in at.ours:
        posing = not authentic.vouched(item.origin, at.host)
        item = _from_form(at.ours, item) or (_nobodys(item) if posing else replace(item, outbound=True))
    known = messages.by_remote_key(unit.conn, item.remote_key)
    if known and (distinct := _distinct(known, item)) is not item:
        item, known = distinct, messages.by_remote_key(unit.conn, distinct.remote_key)
    if known:
        return Taken(known.ticket_id, known.id, fresh=False)
    if at.blocks:
        item = _judged(unit, item)
    if at.orders:
        item = bare_orders.named(unit.conn, item)
    if at.sends and (own := _own_reply(unit, channel, item)):
        return own
    outbound = item.outbound
    if posing and not item.sender_key:
        found = threads.Found(None, POSING)
    else:
        found = threads.find(unit.conn, item, outbound=outbound, now=unit.now)
    opened = found.ticket_id is None
    ticket_id = found.ticket_id or _open(unit, channel, item, outbound=outbound, history=history)
    joined: tuple[int, ...] = ()
    if found.others:
        from desk.sync.joining import join

        ticket_id, joined = join(unit, (ticket_id, *found.others))
    message_id = _store(unit, channel, ticket_id, item, outbound=outbound)
    warning = found.warning or ("" if outbound else item.doubt)
    event = {"message_id": message_id, **({"warning": warning} if warning else {}),
             **({"history": True} if history else {}), **({"joined": list(joined)} if joined else {})}  # fmt: skip
    seq = unit.append("received" if not outbound else "answered_elsewhere", event, ticket_id=ticket_id)
    if warning and not history:
        change(unit, ticket_id, {"needs_review": 1}, why={"text": warning})
    if history:
        _count(unit, ticket_id, message_id, item, outbound=outbound)
        return Taken(ticket_id, message_id, fresh=True, opened=opened)
    if outbound:
        _answered_elsewhere(unit, ticket_id, message_id, seq, item)
    else:
        if not opened and not item.automatic:
            reached(unit, channel, ticket_id, item, _customer(unit, item, outbound=False))
        _heard(unit, ticket_id, message_id, seq, item)
    react(unit)
    return Taken(ticket_id, message_id, fresh=True, opened=opened)


def _own_reply(unit: UnitOfWork, channel: Channel, item: Inbound) -> Taken | None:
    """Our own reply coming back (Sent folder, Bcc, a platform's conversation) settles its outbox row: a copy there
    proves that it left."""
    if (doubted := platform_reply.settled_by(unit.conn, channel, item)) is not None:
        remote_id = item.remote_key.removeprefix(f"{channel.platform}:")
        return Taken(doubted.ticket_id, sent(unit, doubted.id, Receipt(remote_id, item.sent_at)), fresh=False)
    if (copy := platform_reply.unnamed_copy(unit.conn, channel, item)) is not None:
        unit.conn.execute("UPDATE message SET remote_key = ? WHERE id = ?", (item.remote_key, copy.id))
        return Taken(copy.ticket_id, copy.id, fresh=False)
    key = item.remote_key.removeprefix("mail:").strip("<>").partition("@")[0]
    row = outbox.by_key(unit.conn, key) if key else None
    if row is None or f"<{key}@" not in row.payload:
        return None
    message_id = sent(unit, row.id, Receipt(item.remote_key.removeprefix("mail:"), item.sent_at))
    return Taken(row.ticket_id, message_id, fresh=False)


def own_addresses(unit: UnitOfWork) -> set[str]:
    """The shop's own addresses, of every mailbox it ever had."""
    return {
        fold(str(address))
        for (text,) in unit.conn.execute("SELECT settings FROM channel WHERE settings <> '{}'")
        for settings in (json.loads(text),)
        for address in (settings.get("from_address"), settings.get("user"))
        if address
    }


def _from_form(ours: frozenset[str], item: Inbound) -> Inbound | None:
    """A contact form writes from the shop's own address and names the buyer in Reply-To: that is whose words they are."""
    buyer = fold(item.reply_to)
    if not buyer or buyer in ours:
        return None
    return replace(item, sender_key=f"email:{buyer}", sender_address=buyer, sender_name=buyer.partition("@")[0])


def _nobodys(item: Inbound) -> Inbound:
    """A mail under the shop's own name that nothing vouches for: no answer of ours, and no buyer's either."""
    return replace(item, sender_key="")


def _distinct(known: Message, item: Inbound) -> Inbound:
    """Two buyers' mails that bear one Message-ID (some programs never change theirs) are two messages."""
    if known.direction != "in" or item.outbound:
        return item
    sender = item.reply_to or item.sender_address
    same = fold(known.sender_address) == fold(sender)
    return item if same else replace(item, remote_key=f"{item.remote_key}#{fold(sender)}")


def _judged(unit: UnitOfWork, item: Inbound) -> Inbound:
    """Mail of a blocked sender is spam, whatever it says."""
    if item.outbound:
        return item
    keys = dict.fromkeys((item.sender_key, *(f"email:{fold(a)}" for a in (item.sender_address, item.reply_to) if a)))
    return replace(item, automatic=SPAM) if people.blocked(unit.conn, keys) else item


def _answered_elsewhere(unit: UnitOfWork, ticket_id: int, message_id: int, seq: int, item: Inbound) -> None:
    """Somebody of ours answered in another program: it counts like a reply from here."""
    unseen = messages.oldest_unseen(unit.conn, message_id, ticket_id, item.sent_at)
    answered(unit, ticket_id, message_id, seq, item.sent_at, automatic=bool(item.automatic), unseen=unseen)
    ticket = require(unit, ticket_id)
    if ticket.status in ("new", "open") and ticket.waiting_since is None and not item.automatic:
        change(unit, ticket_id, {"status": "pending"}, why={"text": N_("after the reply was sent")})


def _open(unit: UnitOfWork, channel: Channel, item: Inbound, *, outbound: bool, history: bool) -> int:
    customer_id = _customer(unit, item, outbound=outbound)
    buyer = people.customer(unit.conn, customer_id) if customer_id else None
    country = buyer.country if buyer else ""
    ticket_id = tickets.insert(
        unit.conn, opening(unit, channel, item, customer_id, country, outbound=outbound, history=history)
    )
    _link_orders(unit, ticket_id, item)
    unit.append("created", {"channel": channel.id, "history": history, **taught(item)}, ticket_id=ticket_id)
    return ticket_id


def opening(
    unit: UnitOfWork, channel: Channel, item: Inbound, customer_id: int | None, country: str, *, outbound: bool, history: bool
) -> dict[str, Any]:  # fmt: skip
    """The columns of a ticket that a message opens."""
    found = item.understanding
    nobody = item.automatic in _NO_PERSON
    unsure = found and found.needs_review and not history and item.automatic != SPAM
    return {
        "channel_id": channel.id, "platform": item.platform or channel.platform, "customer_id": customer_id,
        "subject": item.subject or subject_of(item.text),
        "status": "closed" if history or item.automatic == SPAM else "pending" if outbound else "new",
        "status_since": unit.now, "priority": _URGENT if found and found.urgency >= 2 and not nobody else 1,
        "type": found.type if found else "other", "cause": found.cause if found else "", "ask": found.ask if found else "",
        "escalation": int(bool(found and found.escalation)), "needs_review": int(bool(unsure)),
        "automatic": item.automatic, "lang": found.language if found else "", "country": country,
        "order_number": item.order_numbers[0] if item.order_numbers else "",
        "created_at": item.sent_at if history else unit.now, "updated_at": item.sent_at if history else unit.now,
    }  # fmt: skip


def taught(item: Inbound) -> dict[str, Any]:
    """What the team's corrections changed about how a message was read, for the event that tells of its ticket."""
    found = item.understanding
    return {"taught": {"type": [found.instead_of, found.type]}} if found and found.instead_of else {}


def _link_orders(unit: UnitOfWork, ticket_id: int, item: Inbound) -> None:
    for number in item.order_numbers:
        for order in shop.orders_by_key(unit.conn, fold(number).replace("-", "").replace(" ", "")):
            shop.link_order(unit.conn, ticket_id, order.id)


def _customer(unit: UnitOfWork, item: Inbound, *, outbound: bool) -> int | None:
    key, name, address = item.sender_key, item.sender_name, item.sender_address
    if outbound and not item.platform:  # a mail of ours that began a thread: the other side is whom it went to
        if not item.recipients:
            return None
        address = item.recipients[0]
        key, name = f"email:{address}", address.partition("@")[0]
    if not key:
        return None
    known = people.customer_by_key(unit.conn, key)
    if known is None:
        found = item.understanding
        known = people.customer_by_key(unit.conn, f"email:{item.email}") if item.email else None
        known = known or people.add_customer(unit.conn, key=key, name=name, now=unit.now,
                                             email=item.email or (address if "@" in address else ""),
                                             lang=found.language if found else "")  # fmt: skip
        people.known_by(unit.conn, known, key, f"email:{item.email}" if item.email else "")
    return known


def _store(unit: UnitOfWork, channel: Channel, ticket_id: int, item: Inbound, *, outbound: bool) -> int:
    found = item.understanding
    message_id = messages.insert(unit.conn, {
        "ticket_id": ticket_id, "channel_id": channel.id, "direction": "out" if outbound else "in",
        "sender_name": item.sender_name, "sender_address": item.reply_to or item.sender_address,
        "recipients": ", ".join(item.recipients), "subject": item.subject, "body": item.text, "quoted": item.quoted,
        "lang": found.language if found else "", "automatic": item.automatic, "sent_at": item.sent_at,
        "received_at": item.arrived_at, "remote_key": item.remote_key, "in_reply_to": item.in_reply_to,
        "raw": messages.put_blob(unit.conn, item.raw) if item.raw is not None else "",
        "thread_id": item.thread_key.partition(":")[2], "reply_to": item.reply_key,
    }, refs=dict.fromkeys((*item.references, *filter(None, (item.in_reply_to, item.thread_key)))),
        files="\n".join(t for a in item.attachments for t in (a.name, a.text) if t), known=numbers_of(item))  # fmt: skip
    for a in item.attachments:
        sha = messages.put_blob(unit.conn, a.data)
        messages.attach(unit.conn, message_id, name=a.name, type=a.type, sha256=sha, size=a.size, inline=a.inline)
    return message_id


def numbers_of(item: Inbound) -> str:
    """The orders and parcels a message is about, as a search finds them."""
    parcels = (t.number for t in item.understanding.tracking) if item.understanding else ()
    return " ".join((*item.order_numbers, *parcels))


def _count(unit: UnitOfWork, ticket_id: int, message_id: int, item: Inbound, *, outbound: bool) -> None:
    column = "first_reply_at" if outbound else "first_buyer_at"
    unit.conn.execute(
        f"UPDATE ticket SET last_message_id = max(last_message_id, ?), message_count = message_count + 1, "
        f"updated_at = max(updated_at, ?), {column} = min(coalesce({column}, ?), ?) WHERE id = ?",
        (message_id, item.sent_at, item.sent_at, item.sent_at, ticket_id),
    )


def _heard(unit: UnitOfWork, ticket_id: int, message_id: int, seq: int, item: Inbound) -> None:
    """A buyer spoke: the ticket opens again if it rested, and the clock of the oldest unanswered message runs."""
    ticket = tickets.get(unit.conn, ticket_id)
    assert ticket is not None
    facts: dict[str, object] = {"last_message_id": message_id, "message_count": ticket.message_count + 1,
                                "thread_seq": seq, "updated_at": unit.now}  # fmt: skip
    person = not item.automatic
    late = messages.answered_at(unit.conn, message_id) if person and ticket.last_reply_at is not None else None
    if person and fold(item.sender_address) not in outsiders(unit.conn, ticket_id):
        facts |= _spoken(unit, ticket, item.arrived_at, late)
    if person and ticket.automatic:
        facts["automatic"] = ""
    tickets.update(unit.conn, ticket_id, facts, bump=False)
    wake: dict[str, object] = {}
    news = person and late is None
    if (news or item.automatic == "bounce") and ticket.status in ("pending", "on_hold", "solved", "closed"):
        wake["status"] = "open"
    if news and ticket.snoozed_until:
        wake["snoozed_until"] = 0
    if wake:
        change(unit, ticket_id, wake, verb="changed", why={"text": N_("the buyer wrote again")})
    if person and item.order_numbers and not ticket.order_number:
        change(unit, ticket_id, {"order_number": item.order_numbers[0]})
    _link_orders(unit, ticket_id, item)
    keep(unit, ticket_id)


def _spoken(unit: UnitOfWork, ticket: Ticket, at: Instant, answered_at: Instant | None) -> dict[str, object]:
    """What a buyer's words change: since when they wait, or that this message had its answer before it came in."""
    first = min(ticket.first_buyer_at or at, at)
    if ticket.first_buyer_at is not None and ticket.status == "closed" and not clocks.of_ticket(unit.conn, ticket.id):
        return {"first_waived": 1, "waiting_since": at}  # it came in as history: what was said then owes nothing
    if answered_at is None:
        return {"first_buyer_at": first, "waiting_since": min(ticket.waiting_since or at, at)}
    reply = min(ticket.first_reply_at or answered_at, answered_at)
    return {"first_buyer_at": first, "first_reply_at": reply, "answered_from": ticket.answered_from or at}
