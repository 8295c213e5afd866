"""Spam and blocked senders. What is spam lies closed in a view of its own, on no clock; nothing is deleted."""

from __future__ import annotations

from desk.changes import change, require
from store.errors import N_, Invalid, NotFound
from store.sql import messages, people, tickets
from store.unit import UnitOfWork
from store.values import clean_line, fold

SPAM = "spam"


def mark(unit: UnitOfWork, ticket_id: int) -> int:
    """Says a ticket is spam: closed, no clock runs. The sender may write again; `block` is what stops that."""
    facts = {"automatic": SPAM, "status": "closed", "snoozed_until": 0, "waiting_since": None, "needs_review": 0}
    return change(unit, ticket_id, facts, verb="marked_spam")


def clear(unit: UnitOfWork, ticket_id: int) -> int:
    """Says a ticket is none: open again, on its clock since the oldest message nobody answered, with an owner."""
    ticket = require(unit, ticket_id)
    if ticket.automatic != SPAM:
        return 0
    since = messages.unanswered_since(unit.conn, ticket_id)
    if ticket.first_buyer_at is None and since is not None:  # it came from a blocked sender, and was nobody's words
        tickets.update(unit.conn, ticket_id, {"first_buyer_at": since}, bump=False)
    facts = {"automatic": "", "status": "open", "waiting_since": since}
    seq = change(unit, ticket_id, facts, verb="cleared_spam")
    from desk.automation.route import route

    route(unit, ticket_id)
    return seq


def block(unit: UnitOfWork, sender: str, *, ticket_id: int | None = None) -> int:
    """Sends everything this sender writes from now on to the spam view. `sender` is an address, or a name of a platform
    as `platform:name`. Returns the event's seq, 0 when they are blocked already. Raises Invalid for what is neither,
    and for an address of the shop itself."""
    key = key_of(sender)
    from desk.sync.intake import own_addresses

    if key.removeprefix("email:") in own_addresses(unit):
        raise Invalid(N_("{item} is an address of this shop."), item=sender, next=N_("Name the sender to block."))
    if not people.block(unit.conn, key, unit.actor.id, unit.now):
        return 0
    return unit.append("blocked", {"sender": key}, ticket_id=ticket_id)


def unblock(unit: UnitOfWork, sender: str) -> int:
    """Lets a sender write to the inbox again. Raises NotFound when they are not blocked."""
    key = key_of(sender)
    if not people.unblock(unit.conn, key):
        raise NotFound(N_("{item} is not blocked."), item=sender, next=N_("See: deskhand block"))
    return unit.append("unblocked", {"sender": key})


def block_sender(unit: UnitOfWork, ticket_id: int) -> int:
    """Marks a ticket as spam and blocks who wrote it, as one step. Raises Invalid when nobody can be told."""
    sender = sender_of(unit, ticket_id)
    unit.batch_id = unit.batch_id or unit.ids()
    marked = mark(unit, ticket_id)
    return block(unit, sender, ticket_id=ticket_id) or marked


def sender_of(unit: UnitOfWork, ticket_id: int) -> str:
    """Who wrote a ticket: the address of its newest message in, else what its customer is known by."""
    ticket = require(unit, ticket_id)
    for message in reversed(messages.of_ticket(unit.conn, ticket_id, limit=50)):
        if message.direction == "in" and "@" in message.sender_address:
            return message.sender_address
    keys = people.keys_of(unit.conn, ticket.customer_id) if ticket.customer_id else []
    for key in keys:
        if not key.startswith("name:"):
            return key
    raise Invalid(N_("{item} names no sender that could be blocked."), item=f"#{ticket_id}",
                  next=N_("Mark it as spam instead."))  # fmt: skip


def key_of(sender: str) -> str:
    """`Win@Prizes.example` → `email:win@prizes.example`; `ebay:seller_99` stays. Raises Invalid."""
    text = fold(clean_line(sender))
    local, at, domain = text.removeprefix("email:").rpartition("@")
    if at and local and domain and " " not in text:
        return f"email:{local}@{domain}"
    platform, colon, name = text.partition(":")
    if colon and platform.isidentifier() and name.strip():
        return text
    raise Invalid(N_("{item} is no address."), item=sender, next=N_("Say name@example.org, or platform:name."))
