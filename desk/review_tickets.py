"""The ticket of a review: its text is a message of the buyer's there, our public answer one of ours.

A low review that is news opens one, or joins the buyer's own about the same order. Any other gets one when somebody
wants to answer it; that one comes in closed, as history does, so that no rule answers and no clock runs.
"""

from __future__ import annotations

import json

from connectors.contract import Receipt
from desk import channels
from desk.answered import answered
from desk.changes import change, require
from desk.reading.records import Understanding
from desk.sync.inbound import Inbound
from desk.sync.intake import Taken, take
from store.connection import Connection
from store.errors import N_
from store.sql import history, links, messages, people, reviews, shop, tickets
from store.sql.reviews import KEY, Review, is_public
from store.sql.rows import Channel, Message, OutboxRow
from store.unit import UnitOfWork
from store.values import Instant

SETTING = "low_reviews"
"""The setting of a channel that says how many stars are low; no platform has one of that name."""
LOW = 2
"""Where it says nothing."""
TYPE = "dispute_review"


def limit(channel: Channel) -> int:
    """Live reviews of so many stars or fewer open a ticket; 0: none does."""
    found = json.loads(channel.settings).get(SETTING, LOW)
    return found if isinstance(found, int) and 0 <= found <= 5 else LOW


def heard(unit: UnitOfWork, channel: Channel, review: Review, author_key: str, email: str) -> Taken:
    """A review that is new here, or new as it is: opens a ticket where it is low, live and unanswered. `author_key` is
    how its author is known, "" where that is not told."""
    if not _wanted(channel, review):
        return Taken(0, 0, fresh=True)
    return _take(unit, channel, review, author_key, email)


def edited(unit: UnitOfWork, channel: Channel, before: Review, now: Review) -> None:
    """Its author changed it: what it says now stands in its ticket as a note, which opens again where that is low."""
    assert now.ticket_id is not None
    ticket = require(unit, links.standing(unit.conn, now.ticket_id))
    message_id = messages.insert(unit.conn, {
        "ticket_id": ticket.id, "channel_id": channel.id, "direction": "note", "sender_name": now.author or channel.name,
        "body": _text(now), "sent_at": unit.now, "received_at": unit.now,
        "remote_key": f"{remote_key(channel.platform, now.remote_id)}:edit:{unit.ids()}",
    })  # fmt: skip
    told = {"review": now.id, "stars": [before.rating, now.rating], "message_id": message_id}
    unit.append("review_changed", told, ticket_id=ticket.id)
    tickets.update(unit.conn, ticket.id, {"message_count": ticket.message_count + 1, "updated_at": unit.now}, bump=False)
    if _wanted(channel, now) and ticket.status in ("pending", "on_hold", "solved", "closed"):
        change(unit, ticket.id, {"status": "open"}, why={"text": N_("the buyer changed the review")})


def _wanted(channel: Channel, review: Review) -> bool:
    """Whether it is low, live and unanswered."""
    return 0 < review.rating <= limit(channel) and review.at >= channel.since and not review.reply


def of(unit: UnitOfWork, review: Review) -> int:
    """The ticket of a review. One that has none gets the buyer's about the same order, else one of its own, closed."""
    if review.ticket_id is not None:
        return links.standing(unit.conn, review.ticket_id)
    channel = channels.need(unit, review.channel_id, removed=True)
    return _take(unit, channel, review, "", "", history=True).ticket_id


def _take(
    unit: UnitOfWork, channel: Channel, review: Review, author_key: str, email: str, *, history: bool = False
) -> Taken:  # fmt: skip
    taken = take(unit, channel.id, _message(unit.conn, channel, review, author_key, email), history=history)
    reviews.put_ticket(unit.conn, review.id, taken.ticket_id)
    unit.append("review_came", {"review": review.id, "stars": review.rating}, ticket_id=taken.ticket_id)
    return taken


def _message(conn: Connection, channel: Channel, review: Review, author_key: str, email: str) -> Inbound:
    """What its author wrote, as a message of theirs."""
    order = shop.order(conn, review.order_id) if review.order_id else None
    number = order.number if order else ""
    buyer_id = review.customer_id or (order.customer_id if order else None)
    buyer = people.customer(conn, buyer_id) if buyer_id else None
    keys = people.keys_of(conn, buyer_id) if buyer_id else []
    key = remote_key(channel.platform, review.remote_id)
    known = keys[0] if keys and author_key not in keys else author_key or key
    address = known.partition(":")[2] if known != key else review.author or "–"
    kind = TYPE if 0 < review.rating <= max(LOW, limit(channel)) else "other"
    return Inbound(
        remote_key=key, sender_key=known, sender_name=(buyer.name if buyer else "") or review.author, sender_address=address,
        subject=f"{stars(review.rating)} {product(conn, review)}".strip(),
        text=_text(review),
        sent_at=review.at, arrived_at=review.at, order_numbers=(number,) if number else (), platform=channel.platform,
        thread_key=f"{channel.platform}:{review.remote_id}" if channel.kind == channels.SERVICE else "", email=email,
        understanding=Understanding(review.lang or (buyer.lang if buyer else ""), kind, "" if kind == "other" else kind),
    )  # fmt: skip


def _text(review: Review) -> str:
    return "\n\n".join(filter(None, (stars(review.rating), review.title, review.body)))


def remote_key(platform: str, remote_id: str) -> str:
    """Of the message that a review is in its ticket."""
    return f"{platform}{KEY}{remote_id}"


def behind(conn: Connection, message: Message) -> Review | None:
    """The review that a message of a ticket is, None for any other message."""
    _platform, mark, remote_id = message.remote_key.partition(KEY)
    return reviews.of_remote(conn, message.channel_id, remote_id) if mark and message.direction == "in" else None


def stars(rating: int) -> str:
    """`★★☆☆☆`; "" for one without stars."""
    return "★" * rating + "☆" * (5 - rating) if rating else ""


def product(conn: Connection, review: Review) -> str:
    """What it is about, as people call it."""
    if review.product or not review.sku:
        return review.product
    if found := history.products(conn, review.channel_id, [review.sku]):
        return found[0].title or review.sku
    items = shop.items(conn, [review.order_id]) if review.order_id else []
    return next((i.title for i in items if i.sku == review.sku), "") or review.sku


# Answers -----------------------------------------------------------------------------------------------


def answered_there(unit: UnitOfWork, channel: Channel, review: Review) -> None:
    """Somebody answered it in the platform's own console: that stops our clock."""
    if review.ticket_id is None:
        return
    ticket_id = links.standing(unit.conn, review.ticket_id)
    message_id = _ours(unit, channel, review, ticket_id, review.reply, unit.now, "")
    seq = unit.append("answered_elsewhere", {"message_id": message_id}, ticket_id=ticket_id)
    _counts(unit, ticket_id, message_id, seq, unit.now)
    if (ticket := require(unit, ticket_id)).status in ("new", "open") and ticket.waiting_since is None:
        change(unit, ticket_id, {"status": "solved"}, why={"text": N_("after the review was answered")})


def answered_here(unit: UnitOfWork, row: OutboxRow, remote_id: str, text: str, receipt: Receipt) -> None:
    """Our public answer stands there: it joins the ticket, the clock stops, the ticket takes its status."""
    channel = channels.need(unit, row.channel_id, removed=True)
    review = reviews.of_remote(unit.conn, row.channel_id, remote_id)
    if review is None:
        return
    reviews.put_reply(unit.conn, review.id, text)
    message_id = _ours(unit, channel, review, row.ticket_id, text, receipt.at, row.agent_id)
    seq = unit.append("reply_sent", {"outbox_id": row.id, "message_id": message_id}, ticket_id=row.ticket_id)
    _counts(unit, row.ticket_id, message_id, seq, receipt.at)
    status = json.loads(row.after).get("status", "")
    if status and status != require(unit, row.ticket_id).status:
        change(unit, row.ticket_id, {"status": status}, why={"text": N_("after the review was answered")})


def _ours(
    unit: UnitOfWork, channel: Channel, review: Review, ticket_id: int, text: str, at: Instant, agent_id: str
) -> int:  # fmt: skip
    agent = shop.agent(unit.conn, agent_id) if agent_id else None
    return messages.insert(unit.conn, {
        "ticket_id": ticket_id, "channel_id": channel.id, "direction": "out", "author_id": agent_id,
        "sender_name": agent.name if agent else channel.name, "body": text, "sent_at": at, "received_at": unit.now,
        "remote_key": f"{remote_key(channel.platform, review.remote_id)}:answer:{unit.ids()}",
    })  # fmt: skip


def _counts(unit: UnitOfWork, ticket_id: int, message_id: int, seq: int, at: Instant) -> None:
    """A public answer answers the review and nothing else the buyer wrote in the ticket."""
    since = require(unit, ticket_id).last_reply_at or 0
    waiting = [m.received_at for m in messages.of_ticket(unit.conn, ticket_id, limit=50)
               if m.direction == "in" and not m.automatic and m.received_at > since and not is_public(m.remote_key)]  # fmt: skip
    answered(unit, ticket_id, message_id, seq, at, automatic=False, unseen=min(waiting, default=None))
