"""A message of any source, read: what intake takes in. Made from a mail, from a platform's record, or by hand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email.utils import parseaddr

from connectors.contract import File, MessageRecord
from desk.reading.names import safe_name
from desk.reading.records import Attachment, Mail, Origin, Understanding
from store.unit import UnitOfWork
from store.values import Instant, clean, clean_line, fold


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message of any source, read. `outbound` marks a copy of our own answer given elsewhere."""

    remote_key: str
    sender_key: str
    sender_name: str
    sender_address: str
    subject: str
    text: str
    sent_at: Instant
    arrived_at: Instant
    """When its server had it: what clocks count from, since a Date header says what its writer's machine believed."""
    quoted: str = ""
    recipients: tuple[str, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_key: str = ""
    reply_key: str = ""
    """What a reply must name at the platform, besides the thread."""
    order_numbers: tuple[str, ...] = ()
    platform: str = ""
    outbound: bool = False
    automatic: str = ""
    bounced: str = ""
    attachments: tuple[Attachment, ...] = ()
    understanding: Understanding | None = None
    raw: bytes | None = field(default=None, repr=False)
    origin: Origin | None = None
    """What vouches for the sender of a mail; None where nothing needs to (a copy from a Sent folder, a platform)."""
    doubt: str = ""
    """Why a person should look at it, besides what it is about."""
    email: str = ""
    """The sender's address, where the source vouches for it: they are also known by it."""

    @classmethod
    def from_mail(cls, mail: Mail, understanding: Understanding | None, raw: bytes, received_at: Instant,
                  *, sent_copy: bool = False) -> Inbound:  # fmt: skip
        """A parsed mail. A relay's alias counts as the buyer's address, and its platform as where it came from."""
        relay = mail.relay
        answer_to = mail.reply_to[0].address if mail.reply_to else mail.sender.address
        buyer = (relay.alias or answer_to) if relay else mail.sender.address
        orders = understanding.orders if understanding else ()
        return cls(
            remote_key=f"mail:{mail.message_id}",
            sender_key=f"email:{buyer}" if buyer else "",
            sender_name=(relay.buyer if relay and relay.buyer else mail.sender.name) or buyer.partition("@")[0],
            sender_address=buyer,
            subject=mail.subject,
            text=mail.text,
            sent_at=min(mail.date or received_at, received_at),
            arrived_at=received_at,
            quoted=mail.quoted,
            recipients=tuple(a.address for a in (*mail.to, *mail.cc)),
            reply_to=answer_to,
            in_reply_to=mail.in_reply_to,
            references=mail.references,
            order_numbers=((relay.order, *orders) if relay and relay.order else orders),
            platform=relay.platform if relay else "",
            outbound=sent_copy or bool(relay and relay.author == "seller"),
            automatic=(mail.automatic or "") if not (relay and relay.notice) else "notice",
            bounced=mail.bounced_id,
            attachments=mail.attachments,
            understanding=understanding,
            raw=raw,
            origin=None if sent_copy else mail.origin,
            doubt=mail.doubt,
        )

    @classmethod
    def from_record(cls, record: MessageRecord, platform: str, understanding: Understanding | None) -> Inbound:
        """A message of a platform that delivers them parsed."""
        orders = (record.order_id,) if record.order_id else understanding.orders if understanding else ()
        return cls(
            remote_key=f"{platform}:{record.remote_id}", sender_key=f"{platform}:{record.author_id}",
            sender_name=clean_line(record.author), sender_address=clean_line(record.author_id),
            subject=clean_line(record.subject), text=clean(record.text).strip(), sent_at=record.sent_at,
            arrived_at=record.sent_at,
            thread_key=f"{platform}:{record.thread_id}" if record.thread_id else "", order_numbers=orders,
            reply_key=record.reply_to, platform=platform, outbound=record.outbound, understanding=understanding,
            attachments=tuple(_attached(f, n) for n, f in enumerate(record.files, 1)), email=fold(record.email),
        )  # fmt: skip

    @classmethod
    def by_hand(cls, unit: UnitOfWork, *, customer: str, subject: str, text: str, key: str = "") -> Inbound:
        """What an agent types in for a phone call or a platform without messages."""
        from desk.reading.understand import understand

        name, address = parseaddr(clean_line(customer))
        name, address = (name or address.partition("@")[0], address) if "@" in address else (clean_line(customer), "")
        body = clean(text).strip()
        return cls(
            remote_key=f"hand:{key or unit.ids()}", sender_key=f"email:{fold(address)}" if address else f"name:{fold(name)}",
            sender_name=name, sender_address=fold(address),
            subject=clean_line(subject), text=body, sent_at=unit.now, arrived_at=unit.now,
            understanding=understand(body, clean_line(subject)),
        )  # fmt: skip


def _attached(file: File, number: int) -> Attachment:
    """A file of a platform's message, as one of a mail is kept."""
    return Attachment(safe_name(file.name, file.type, number), file.type, len(file.data),
                      hashlib.md5(file.data, usedforsecurity=False).hexdigest(),
                      hashlib.sha256(file.data).hexdigest(), file.data)  # fmt: skip
