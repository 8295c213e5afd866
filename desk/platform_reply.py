"""A reply through a platform's API: what it must name there, and how its copy is known again when it is pulled.

The copy bears the platform's own id, which the receipt tells; where the copy comes first, its conversation, words and
time show that it is ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from connectors.contract import Receipt
from store.connection import Connection
from store.sql import messages, outbox, shop
from store.sql.rows import Channel, Message, OutboxRow, Ticket
from store.values import MINUTE, clean, fold

if TYPE_CHECKING:
    from desk.sync.inbound import Inbound

SKEW = 5 * MINUTE
"""The platform's clock and ours may differ this much."""


class Way(NamedTuple):
    """How a reply reaches its buyer at a platform: the conversation, who it is for, which order it is about."""

    platform: str
    thread_id: str
    to: tuple[str, ...]
    order_id: str
    lang: str


def way(conn: Connection, channel: Channel, ticket: Ticket, thread: Sequence[Message]) -> Way:
    """By the buyer's newest message of this account; `to` is empty where nobody can be told."""
    heard = [m for m in thread if m.direction == "in" and m.channel_id == channel.id]
    newest = next((m for m in reversed(heard) if m.thread_id), heard[-1] if heard else None)
    who = (newest.reply_to or newest.sender_address) if newest else ""
    order = next((o for o in shop.orders_of_ticket(conn, ticket.id) if o.channel_id == channel.id), None)
    order_id = (order.remote_id or order.number) if order else ticket.order_number
    lang = ticket.lang or (newest.lang if newest else "")
    return Way(channel.platform, newest.thread_id if newest else "", (who,) if who else (), order_id, lang)


def way_of(payload: Mapping[str, Any]) -> Way | None:
    """The way a row goes; None for mail."""
    kept = payload.get("way")
    return Way(**{**kept, "to": tuple(kept["to"])}) if kept else None


def thread_ref(way: Way) -> str:
    """What messages of a conversation point at."""
    return f"{way.platform}:{way.thread_id}" if way.thread_id else ""


def key_of(way: Way, row: OutboxRow, receipt: Receipt) -> str:
    """The remote key of a reply that was sent: as its copy will bear it, or a stand-in until the copy comes, where the
    receipt names no message (a person said that it left)."""
    named = receipt.remote_id not in ("", way.thread_id, json.loads(row.payload)["message_id"])
    return f"{way.platform}:{receipt.remote_id}" if named else f"{_unnamed(way.platform)}{row.key}"


def settled_by(conn: Connection, channel: Channel, item: Inbound) -> OutboxRow | None:
    """The row that a pulled message of ours is the copy of, while nobody knows yet whether it left."""
    if not _from(channel, item):
        return None
    for row in outbox.in_doubt(conn, channel.id):
        payload = json.loads(row.payload)
        found = way_of(payload)
        if found and _same_place(found, item) and item.sent_at >= row.handed_at - SKEW and _said(payload["text"], item):
            return row
    return None


def unnamed_copy(conn: Connection, channel: Channel, item: Inbound) -> Message | None:
    """The message here that a pulled one is the copy of, and that had no name of the platform's yet."""
    if not _from(channel, item) or not item.thread_key:
        return None
    found = messages.pointing_at_thread(conn, item.thread_key, _unnamed(channel.platform))
    return next((m for m in found if _said(m.body, item) and item.sent_at >= m.sent_at - SKEW), None)


def _unnamed(platform: str) -> str:
    return f"{platform}:own:"


def _from(channel: Channel, item: Inbound) -> bool:
    return item.outbound and channel.platform != "email" and item.remote_key.startswith(f"{channel.platform}:")


def _same_place(way: Way, item: Inbound) -> bool:
    if way.thread_id:
        return thread_ref(way) == item.thread_key
    return fold(item.sender_address) in {fold(one) for one in way.to}


def _said(text: str, item: Inbound) -> bool:
    return clean(text).split() == clean(item.text).split()
