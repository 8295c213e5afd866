"""A reply as the mail that leaves: headers nobody can inject into, UTF-8 safe for every relay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import PurePosixPath

from connectors.contract import File, Permanent, SendReply
from connectors.email.settings import ADDRESS
from connectors.redaction import mask_address
from store.values import Instant, clean_line

MAX_REFERENCES = 40
"""The first mail of a thread and the newest ones; enough for every client, small enough for every relay."""

_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+\-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+\-]{0,62}")
_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_POLICY = SMTP.clone(cte_type="7bit")


def recipients(command: SendReply) -> tuple[str, ...]:
    """The addresses of the envelope, each once. Raises `Permanent` for one that mail cannot be sent to."""
    found = tuple(dict.fromkeys(_address(text) for text in (*command.to, *command.cc)))
    if not found:
        raise Permanent("The reply has no recipient; add an address.")
    return found


def compose(command: SendReply, *, from_address: str, from_name: str, now: Instant) -> bytes:
    """The mail, CRLF line ends, every byte ASCII. `now` dates it if the command does not. Raises `Permanent`."""
    mail = EmailMessage(policy=_POLICY)
    local, _, domain = from_address.rpartition("@")
    mail["From"] = Address(clean_line(from_name), local, domain)
    mail["To"] = [_mailbox(text) for text in command.to]
    if command.cc:
        mail["Cc"] = [_mailbox(text) for text in command.cc]
    mail["Subject"] = _line(command.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp((command.at or now) / 1000, UTC))
    if command.automatic:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(_body(command.text), charset="utf-8")
    for file in command.files:
        _attach(mail, file)
    return _threading(command) + mail.as_bytes()


def _threading(command: SendReply) -> bytes:
    # Written by hand: EmailMessage would fold a long id into an encoded word, which breaks the buyer's thread.
    own = _ids([command.message_id])
    if not own:
        raise Permanent("The reply has no proper Message-ID.")
    parent = _ids([command.in_reply_to])
    chain = _ids([*command.references, *parent])
    if len(chain) > MAX_REFERENCES:
        chain = [chain[0], *chain[1 - MAX_REFERENCES :]]
    lines = [f"Message-ID: {own[0]}\r\n"]
    if parent:
        lines.append(f"In-Reply-To: {parent[0]}\r\n")
    if chain:
        lines.append("References: " + "\r\n ".join(chain) + "\r\n")
    return "".join(lines).encode("ascii")


def _ids(texts: Iterable[str]) -> list[str]:
    """The well-formed ids among `texts`, each once, at its last place."""
    found = [text.strip() for text in texts if _ID.fullmatch(text.strip())]
    return list(reversed(dict.fromkeys(reversed(found))))


def _address(text: str) -> str:
    bare = text.strip()
    if not ADDRESS.fullmatch(bare):
        raise Permanent(f"{mask_address(clean_line(bare))[:80]} is not an address mail can be sent to.")
    local, _, domain = bare.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not local.isascii() or not domain:
        raise Permanent(f"{mask_address(bare)} has letters before the @ or a domain that mail servers do not take.")
    return f"{local}@{domain}"


def _mailbox(text: str) -> Address:
    local, _, domain = _address(text).rpartition("@")
    return Address("", local, domain)


def _line(text: str) -> str:
    return clean_line(text)[:900]


def _body(text: str) -> str:
    return _UNSENDABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n") + "\n"


def _attach(mail: EmailMessage, file: File) -> None:
    kind = file.type.casefold()
    if not _MIME.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    major, _, minor = kind.partition("/")
    name = PurePosixPath(clean_line(file.name).replace("\\", "/")).name or "file"
    mail.add_attachment(file.data, maintype=major, subtype=minor, filename=name)
