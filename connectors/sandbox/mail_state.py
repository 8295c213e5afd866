"""What the stand-in mail server holds: folders, credentials, the fault dial, and what it saw."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """The dial. Every field off is a well-behaved server."""

    refuse_auth: bool = False
    withdraw_passwords: bool = False
    """SMTP says that basic authentication is gone (550 5.7.30)."""
    rcpt_reply: str = ""
    """Given to every RCPT instead of 250, such as "450 4.2.1 busy" or "550 5.1.1 no such user"."""
    data_reply: str = ""
    """Given after the final dot instead of 250; the mail is not taken then."""
    drop_after_data: bool = False
    """The mail is taken and the connection dropped before the answer."""
    drop_in_data: bool = False
    """The connection is dropped at DATA, before the mail is read."""
    drip_seconds: float = 0.0
    """Pause between single bytes of every answer."""
    no_idle: bool = False
    refuse_idle: bool = False
    cut_idle: bool = False
    refuse_append: bool = False
    drop_at_append: bool = False
    strip_starttls: bool = False
    inject_before_tls: bool = False
    """Answers STARTTLS together with a line that belongs after it, as a machine in between would."""
    refuse_fetch: set[int] = field(default_factory=set)
    """UIDs whose body is answered with NO."""
    drop_at_fetch: set[int] = field(default_factory=set)
    """UIDs whose body makes the connection break."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail that SMTP accepted."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(slots=True)
class Mail:
    uid: int
    raw: bytes
    at: float
    flags: set[str]


class Folder:
    """Mails by rising UID; sessions in IDLE learn of new ones through `changed`."""

    _validity = 1_000

    def __init__(self, attribute: str = "") -> None:
        self.attribute = attribute
        self.mails: list[Mail] = []
        self.uidnext = 1
        self.uidvalidity = Folder._next_validity()
        self.changed = asyncio.Event()

    @classmethod
    def _next_validity(cls) -> int:
        cls._validity += 1
        return cls._validity

    def add(self, raw: bytes, flags: set[str], at: float) -> int:
        uid = self.uidnext
        self.mails.append(Mail(uid, raw, at, flags))
        self.uidnext += 1
        self.changed.set()
        self.changed = asyncio.Event()
        return uid

    def renumber(self) -> None:
        self.uidvalidity = Folder._next_validity()
        for number, mail in enumerate(self.mails, 1):
            mail.uid = number
        self.uidnext = len(self.mails) + 1


class MailState:
    def __init__(self, users: dict[str, str], now: Callable[[], float]) -> None:
        self.users = users
        self.now = now
        self.tokens: set[str] = set()
        self.folders = {"INBOX": Folder(), "Sent": Folder("\\Sent"), "Archive": Folder("\\Archive")}
        self.sent: list[Envelope] = []
        self.seen: Counter[str] = Counter()
        self.faults = Faults()

    def knows(self, user: str, password: str) -> bool:
        return not self.faults.refuse_auth and bool(password) and self.users.get(user) == password

    def knows_token(self, response: str) -> bool:
        """An XOAUTH2 response: user=…^Aauth=Bearer …^A^A."""
        parts = response.split("\x01")
        if self.faults.refuse_auth or len(parts) != 4 or parts[2:] != ["", ""]:
            return False
        user, token = parts[0].removeprefix("user="), parts[1].removeprefix("auth=Bearer ")
        return parts[0].startswith("user=") and user in self.users and token in self.tokens
