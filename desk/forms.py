"""A platform's own forms of message about an order: which the order allows now, and sending one.

They are for their purpose only and answer nothing to the buyer, so that no clock stops; what was said stands in the ticket
as a note.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple, cast

from connectors.contract import Connector, OffersForms, Receipt, SendReply
from connectors.registry import Form, manifest
from desk import channels, deeds, enclosing, reach
from desk.answered import noted
from desk.changes import require
from desk.reason import Reason
from store.connection import Connection
from store.errors import N_, Invalid, Refused
from store.sql import messages, shop
from store.sql.rows import Channel, OutboxRow
from store.unit import UnitOfWork
from store.values import clean


class Place(NamedTuple):
    """Where a form goes: the account, and what its platform and people call the order."""

    channel: Channel
    remote_id: str
    number: str


def place(conn: Connection, ticket_id: int) -> Place:
    """By the newest order of a ticket whose platform has forms. Raises Refused where there is none."""
    reason = ""
    for order in shop.orders_of_ticket(conn, ticket_id):
        channel = channels.need_of(conn, order.channel_id, removed=True)
        if not known(channel):
            continue
        reason = reach.IMPORTED if channel.settings == "{}" or channel.state == "removed" else ""
        if not reason:
            return Place(channel, order.remote_id or order.number, order.number)
    if reason:
        raise Refused(N_("No form of message for {item}: {reason}"), item=f"#{ticket_id}", reason=Reason(reason))
    raise Refused(N_("{item} has no order of a platform with forms of message."), item=f"#{ticket_id}",
                  next=N_("Amazon has them: for orders it told, not for those a mail names."))  # fmt: skip


def known(channel: Channel) -> tuple[Form, ...]:
    """The forms of an account's platform."""
    try:
        return manifest(channel.platform).forms
    except KeyError:
        return ()


def allowed(connector: Connector, at: Place) -> tuple[Form, ...]:
    """Asks the platform which of them the order allows now. Faults of the connector pass through."""
    names = cast(OffersForms, connector).forms(at.remote_id)
    return tuple(form for form in known(at.channel) if form.id in names)


def check(form: Form, text: str, files: Sequence[enclosing.Enclosed | enclosing.Taken]) -> None:
    """Raises Invalid for what a form does not take, Refused for files it has no place for."""
    said = clean(text).strip()
    if form.longest and not said:
        raise Invalid(N_("This form needs a text."), next=N_("Write something, or press Esc."))
    if len(said) > form.longest:
        raise Invalid(N_("This form takes {most} characters of text; this is {count}."), most=form.longest, count=len(said),
                      next=N_("Make it shorter."))  # fmt: skip
    if files and not form.files:
        raise Refused(N_("This form takes no files."), next=N_("Send them in a reply by mail."))
    if not (files or form.longest or form.asks):
        raise Invalid(N_("This form needs a file."), next=N_("^f attaches one; on the command line --attach."))
    enclosing.fit(files)


def queue(
    unit: UnitOfWork, ticket_id: int, at: Place, form: Form, text: str, files: Sequence[enclosing.Enclosed] = (),
    *, then: str = "",
) -> int:  # fmt: skip
    """Puts one into the outbox; returns the row's id. `then` is the ticket's status once it has left ("": as it is).
    Raises what `check` raises, Conflict while the same one is under way for the order."""
    check(form, text, files)
    said = SendReply("", "", (), form.id, clean(text).strip(), order_id=at.remote_id, lang=require(unit, ticket_id).lang)
    return deeds.queue(unit, ticket_id, said, channel_id=at.channel.id, then=then, draft=f"form:{form.id}",
                       files=files)  # fmt: skip


def stood(unit: UnitOfWork, row: OutboxRow, said: SendReply, receipt: Receipt) -> None:
    """One has left: it stands in the ticket."""
    channel = channels.need(unit, row.channel_id, removed=True)
    agent = shop.agent(unit.conn, row.agent_id)
    title = next((form.title for form in known(channel) if form.id == said.subject), said.subject)
    files = enclosing.of_payload(json.loads(row.payload))
    message_id = messages.insert(unit.conn, {
        "ticket_id": row.ticket_id, "channel_id": channel.id, "direction": "note", "author_id": row.agent_id,
        "sender_name": agent.name if agent else row.agent_id, "subject": title,
        "body": f"{channel.name}: {title}\n\n{said.text}".strip(), "sent_at": receipt.at, "received_at": unit.now,
        "remote_key": f"{channel.platform}:form:{row.key}",
    }, files=" ".join(f.name for f in files))  # fmt: skip
    enclosing.attach(unit.conn, message_id, files)
    noted(unit, row, require(unit, row.ticket_id), message_id)
