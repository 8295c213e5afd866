"""A conversation we begin: a ticket opened to write to a buyer who has not written about the matter."""

from __future__ import annotations

from store.connection import Connection
from store.errors import N_, Invalid, Refused
from store.sql import people, shop, tickets
from store.sql.rows import Channel, Customer
from store.unit import UnitOfWork
from store.values import clean_line, fold


def accounts(conn: Connection) -> list[Channel]:
    """Accounts one can begin a conversation from. A marketplace lets a shop only answer. Raises Refused without any."""
    found = [c for c in shop.channels(conn) if c.kind == "email" and c.state == "active"]
    if not found:
        raise Refused(N_("No mail account is connected to write from."), next=N_("Add one: deskhand channel add"))
    return found


def customers(conn: Connection, words: str, limit: int = 20) -> list[Customer]:
    """Customers with an address whose name or address begins with these words."""
    return [c for c in people.beginning(conn, fold(words.strip()), limit) if c.email]


def address_of(words: str) -> tuple[str, str]:
    """`(name, address)` of `Ana Ruiz <ana@example.org>` or a bare address. Raises Invalid."""
    from email.utils import parseaddr

    name, address = parseaddr(clean_line(words))
    local, at, domain = address.rpartition("@")
    if not (local and at and "." in domain) or " " in address:
        raise Invalid(N_("{item} is no address."), item=clean_line(words) or "–", next=N_("Such as: ana@example.org"))
    return name or local, fold(address)


def begin(unit: UnitOfWork, channel_id: str, to: str, subject: str) -> int:
    """Opens a ticket of the acting agent's to somebody, with nothing said in it yet; returns its number. Rules and
    routing are for what buyers begin. Raises Invalid for what is no address or an empty subject, Refused for an account
    that cannot begin."""
    name, address = address_of(to)
    words = clean_line(subject)
    if not words:
        raise Invalid(N_("A mail needs a subject."), next=N_("Say in a few words what it is about."))
    channel = next((c for c in accounts(unit.conn) if c.id == channel_id), None)
    if channel is None:
        raise Refused(N_("Nothing can be begun from {item}."), item=channel_id, next=N_("Choose a mail account."))
    key = f"email:{address}"
    known = people.customer_by_key(unit.conn, key)
    buyer = known or people.add_customer(unit.conn, key=key, name=name, email=address, now=unit.now)
    theirs = people.customer(unit.conn, buyer)
    ticket_id = tickets.insert(unit.conn, {
        "channel_id": channel.id, "platform": channel.platform, "customer_id": buyer, "subject": words, "status": "open",
        "status_since": unit.now, "assignee_id": unit.actor.id, "lang": theirs.lang if theirs else "",
        "country": theirs.country if theirs else "", "created_at": unit.now, "updated_at": unit.now,
    })  # fmt: skip
    unit.append("composed", {"channel": channel.id}, ticket_id=ticket_id)
    return ticket_id
