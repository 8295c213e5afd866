"""Mails as buyers' programs write them: new ones, answers with what they answer below, and marketplace relays."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr

from connectors.sandbox.world.data import texts
from connectors.sandbox.world.records import Buyer, File, Talk
from store.values import Instant

PROGRAMS = ("gmail", "phone", "outlook")
_POLICY = SMTP.clone(max_line_length=400)  # a Message-ID is never broken
_AMAZON = "------------- Message: -------------\n\n{text}\n\n------------- End message -------------\n"


def new_mail(
    buyer: Buyer, subject: str, text: str, *, message_id: str, at: Instant, order: str = "", files: Sequence[File] = (),
    program: str = "gmail",
) -> bytes:  # fmt: skip
    """A buyer's first mail. Where a platform passes it on, its words stand in that platform's wrapping."""
    mail = _begin(buyer, message_id, at)
    if buyer.shop.platform == "amazon":
        mail["Subject"] = f"Inquiry from customer {buyer.name} (Order: {order})"
        text = _AMAZON.format(text=text)
    elif buyer.shop.platform in ("ebay", "walmart") and order and order not in subject:
        mail["Subject"] = f"{subject} ({order})"
    else:
        mail["Subject"] = subject
    _body(mail, text, program, buyer)
    for file in files:
        major, _, minor = file.type.partition("/")
        mail.add_attachment(file.data, maintype=major, subtype=minor, filename=file.name)
    return mail.as_bytes()


def answer(buyer: Buyer, ours: bytes, text: str, *, message_id: str, at: Instant, program: str = "gmail") -> bytes:
    """A buyer's answer to a mail of ours: threaded by References, with what we wrote below as `program` quotes it."""
    read = message_from_bytes(ours, policy=default)
    mail = _begin(buyer, message_id, at)
    subject = str(read["Subject"] or "")
    mail["Subject"] = subject if subject.casefold().startswith("re:") else f"Re: {subject}"
    parent = str(read["Message-ID"] or "").strip()
    mail["In-Reply-To"] = parent
    mail["References"] = " ".join([*str(read["References"] or "").split(), parent])
    quoted = _quoted(buyer, read, program)
    _body(mail, f"{text}\n\n{quoted}", program, buyer, signed=text)
    return mail.as_bytes()


def odd_mail(talk: Talk, headers: Mapping[str, str], at: Instant) -> bytes:
    """A mail written by hand, byte for byte what it says: no program would let such a name pass."""

    def word(text: str) -> str:
        return " ".join(f"=?utf-8?B?{b64encode(text[i : i + 12].encode()).decode()}?=" for i in range(0, len(text), 12))

    lines = [
        f"From: {word(talk.buyer.name)} <{talk.buyer.address}>", f"To: <{talk.buyer.shop.address}>",
        f"Subject: {word(talk.subject)}", f"Message-ID: {talk.message_id(0)}",
        f"Date: {format_datetime(datetime.fromtimestamp(at / 1000, UTC))}", *(f"{k}: {v}" for k, v in headers.items()),
        "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
    ]  # fmt: skip
    body = b64encode(talk.turns[0].text.encode()).decode()
    lines += [body[i : i + 76] for i in range(0, len(body), 76)]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _begin(buyer: Buyer, message_id: str, at: Instant) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    mail["Message-ID"] = message_id
    mail["From"] = formataddr((buyer.name, buyer.address))
    mail["To"] = buyer.shop.address
    mail["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
    return mail


def _body(mail: EmailMessage, text: str, program: str, buyer: Buyer, *, signed: str = "") -> None:
    device = texts(buyer.lang)["talk"].get("device", "")
    if program == "phone" and device and buyer.shop.platform == "email":
        text = text.replace(signed, f"{signed}\n\n{device}", 1) if signed else f"{text}\n\n{device}"
    mail.set_content(text, charset="utf-8", cte="base64" if not text.isascii() else "7bit")


def _quoted(buyer: Buyer, ours: EmailMessage, program: str) -> str:
    part = ours.get_body(("plain",))
    written = str(part.get_content()).rstrip() if part is not None else ""
    sender = buyer.shop.address
    sent = ours["Date"].datetime if ours["Date"] is not None else datetime.fromtimestamp(0, UTC)
    if program == "outlook":
        return (
            f"-----Original Message-----\nFrom: {sender}\nSent: {sent:%d %B %Y %H:%M}\nTo: {buyer.address}\n"
            f"Subject: {ours['Subject']}\n\n{written}"
        )
    wrote: str = texts(buyer.lang)["talk"]["wrote"].format(
        date=f"{sent:%Y-%m-%d %H:%M}", who="Nordlicht", address=sender
    )
    return wrote + "\n\n" + "\n".join(f"> {line}".rstrip() for line in written.splitlines())
