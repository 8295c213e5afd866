"""What reading finds: a parsed `Mail`, its `Understanding`. Every string in them went through `store.values.clean`.

Named tuples: they travel from the reading processes by the thousand, and cost nothing to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from store.values import Instant


class Address(NamedTuple):
    """A mailbox as people read it: display name ("" when there is none) and address in lower case."""

    name: str
    address: str


class Attachment(NamedTuple):
    """One file of a mail. `name` is safe to create in any folder; `data` is the decoded content."""

    name: str
    type: str
    size: int
    md5: str
    sha256: str
    data: bytes = b""
    inline: bool = False
    text: str = ""
    """What the search index reads of it."""

    def __repr__(self) -> str:
        return f"Attachment({self.name!r}, {self.type!r}, {self.size} bytes, {self.sha256[:12]})"


class Relay(NamedTuple):
    """A marketplace speaking by mail: whose words these are (`buyer` or, for a copy of our own answer, `seller`)."""

    platform: str
    author: str
    order: str = ""
    alias: str = ""
    buyer: str = ""
    notice: bool = False


class Origin(NamedTuple):
    """What a mail's head says of where it came from: per Authentication-Results from the top (the host that checked,
    whether it vouches for the From, whether it denies it); `inside` when it never came in from outside."""

    results: tuple[tuple[str, bool, bool], ...] = ()
    inside: bool = True


class Mail(NamedTuple):
    """One mail, read. `text` is what its author wrote now; `quoted` is what was folded away (quotes, signature,
    footers), line for line. `automatic` is None, bounce, vacation, list, no-reply, notice or other."""

    message_id: str
    sender: Address
    subject: str
    text: str
    quoted: str = ""
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: Instant | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    automatic: str | None = None
    bounced_id: str = ""
    """Message-ID of the mail a bounce answers, where it says so."""
    relay: Relay | None = None
    warnings: tuple[str, ...] = ()
    origin: Origin | None = None
    doubt: str = ""
    """Why a person should look at it (a message id), besides what it is about."""


class Tracking(NamedTuple):
    """A parcel number whose check digit holds, and the courier it belongs to."""

    number: str
    courier: str


class Understanding(NamedTuple):
    """What a text is about. `type` is one of the twenty ids of the taxonomy or `other`: the cause if there is one,
    else the ask. `scores` holds every type that scored; `needs_review` says the margin to the runner-up is thin.
    `urgency` is 0 (none), 1 (raised) or 2 (urgent)."""

    language: str
    type: str
    cause: str = ""
    ask: str = ""
    escalation: bool = False
    urgency: int = 0
    scores: tuple[tuple[str, float], ...] = ()
    needs_review: bool = False
    orders: tuple[str, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    instead_of: str = ""
    """The type the tables alone found, where what the team taught changed it."""
