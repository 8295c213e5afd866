"""A turn of a pretend conversation as intake takes it: a mail, or a message of a platform's API. Odd mails go through the
real reader, the rest is known."""

from __future__ import annotations

import hashlib

from connectors.sandbox.market import message_id, thread_id
from connectors.sandbox.voices import VOICES
from connectors.sandbox.world import Buyer, File, Talk
from desk.reading.keywords import ASKS, CAUSES, ESCALATION
from desk.reading.records import Attachment, Understanding
from desk.sync.inbound import Inbound
from store.values import Instant, clean, clean_line


def inbound(talk: Talk, turn: int, at: Instant, *, urgent: bool = False) -> Inbound:
    """The buyer's turn `turn` as it arrived at `at`. `urgent` is what reading would have said."""
    if talk.raw and turn == 0:
        return _read(talk.raw, at)
    said, buyer = talk.turns[turn], talk.buyer
    if not buyer.shop.by_mail:
        return _message(talk, turn, at, urgent=urgent)
    known = [talk.message_id(n).strip("<>") for n in range(turn) if not talk.turns[n].ours]
    return Inbound(
        remote_key=f"mail:{talk.message_id(turn).strip('<>')}", sender_key=f"email:{buyer.address}",
        sender_name=clean_line(buyer.name), sender_address=buyer.address,
        subject=clean_line(talk.subject if turn == 0 else f"Re: {talk.subject}"), text=clean(said.text).strip(),
        sent_at=at, arrived_at=at, recipients=(buyer.shop.address,),
        in_reply_to=known[-1] if known else "", references=tuple(known),
        order_numbers=(talk.order.number,) if talk.order else (), platform=buyer.shop.platform,
        attachments=tuple(_attachment(f) for f in said.files), understanding=_understanding(talk, urgent),
    )  # fmt: skip


def sender_key(buyer: Buyer) -> str:
    """What a buyer is known by: a platform's name for them, or the address their mail comes from."""
    platform = buyer.shop.platform
    return f"email:{buyer.address}" if buyer.shop.by_mail else f"{platform}:{VOICES[platform].author(buyer)}"


def _message(talk: Talk, turn: int, at: Instant, *, urgent: bool) -> Inbound:
    said, buyer, platform = talk.turns[turn], talk.buyer, talk.buyer.shop.platform
    voice = VOICES[platform]
    return Inbound(
        remote_key=f"{platform}:{message_id(talk.number, turn)}", sender_key=sender_key(buyer),
        sender_name=clean_line(buyer.name), sender_address=voice.author(buyer), subject=clean_line(talk.subject),
        text=clean(said.text).strip(), sent_at=at, arrived_at=at,
        thread_key=f"{platform}:{voice.before}{thread_id(talk.number)}",
        order_numbers=(talk.order.number,) if talk.order else (), platform=platform,
        attachments=tuple(_attachment(f) for f in said.files), understanding=_understanding(talk, urgent),
    )  # fmt: skip


def _understanding(talk: Talk, urgent: bool) -> Understanding:
    kind = talk.trouble if talk.order else "other"
    return Understanding(
        language=talk.lang, type=kind, cause=kind if kind in CAUSES else "", ask=kind if kind in ASKS else "",
        escalation=kind == ESCALATION, urgency=2 if urgent else 0,
    )  # fmt: skip


def _attachment(file: File) -> Attachment:
    return Attachment(file.name, file.type, len(file.data), hashlib.md5(file.data, usedforsecurity=False).hexdigest(),
                      hashlib.sha256(file.data).hexdigest(), file.data)  # fmt: skip


def _read(raw: bytes, at: Instant) -> Inbound:
    from desk.reading.parse import read_mail
    from desk.reading.understand import understand

    mail = read_mail(raw)
    return Inbound.from_mail(mail, understand(mail.text, mail.subject), raw, at)
