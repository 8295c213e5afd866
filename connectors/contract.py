"""What every platform package offers and what it is given. It knows nothing of the desk.

Inbound records come in pages with an opaque cursor; the desk stores the cursor only after the page is committed.
Outbound commands carry an idempotency key; a connector answers with a `Receipt` or raises one of the faults, and a
lost answer is `OutcomeUnknown`, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from store.values import Instant

# Inbound --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as the server holds it. `ref` names it there ("INBOX;uidvalidity;uid"); `sent_copy` marks a Sent folder."""

    ref: str
    raw: bytes
    received_at: Instant
    sent_copy: bool = False


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record that could not be read; it is quarantined with what there is of it, and the rest goes on."""

    ref: str
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message of a platform that delivers messages ready parsed (chat, marketplace APIs, imports)."""

    remote_id: str
    thread_id: str
    outbound: bool
    author: str
    author_id: str
    text: str
    sent_at: Instant
    subject: str = ""
    order_id: str = ""


Record = RawMail | BadRecord | MessageRecord


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order they arrived, the cursor that comes after them, and whether more wait right now."""

    records: tuple[Record, ...]
    cursor: str
    more: bool = False


# Outbound -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """An attachment that goes out: safe name, MIME type, content."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SendReply:
    """A reply to a buyer. `message_id` is ours and is also the idempotency key by which a copy is recognised."""

    key: str
    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    cc: tuple[str, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_id: str = ""
    files: tuple[File, ...] = ()
    automatic: bool = False
    at: Instant = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took it. `remote_id` is its name there; `warning` is something a person should know (Sent copy failed)."""

    remote_id: str
    at: Instant
    warning: str = ""


# Faults ---------------------------------------------------------------------------------------------


class Fault(Exception):
    """A platform said no, or did not answer. The text is for people; it never holds a secret or buyer data."""


class AuthExpired(Fault):
    """The credential must be renewed and may then work."""


class AuthRevoked(Fault):
    """A person must sign in again (wrong password, consent withdrawn)."""


class Throttled(Fault):
    """Too many calls; `until` is when to try again."""

    def __init__(self, text: str, until: Instant) -> None:
        super().__init__(text)
        self.until = until


class Temporary(Fault):
    """Nothing happened there; the same call may work later."""


class Permanent(Fault):
    """The same call will never work."""


class OutcomeUnknown(Fault):
    """The request left and no answer came: it may or may not have happened."""


class SchemaSurprise(Fault):
    """The platform answered in a shape nobody knows."""


# Ports a connector is given -------------------------------------------------------------------------


class Secrets(Protocol):
    """Secrets of one channel by short name ("password", "refresh_token"). Raises KeyError when there is none."""

    def get(self, name: str) -> str: ...
    def put(self, name: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when it dies."""

    value: str
    expires_at: Instant


class Tokens(Protocol):
    """Single-flight token refresh across processes: `fresh` runs `renew` in at most one of them at a time, and stores
    what it brought (a rotated refresh token included) before anybody may use it."""

    def fresh(self, renew: Renew, *, rejected: str = "") -> Token: ...


class Renew(Protocol):
    """Trades the stored refresh token for a new pair: `(token, new refresh token or "")`."""

    def __call__(self, refresh_token: str) -> tuple[Token, str]: ...


class Clock(Protocol):
    """UTC milliseconds."""

    def now(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a connector gets from the desk."""

    secrets: Secrets
    tokens: Tokens
    clock: Clock


# Connectors -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; the workstation greys out the rest and says why."""

    messages_in: bool = False
    reply: bool = False
    attachments: bool = False
    live: bool = False
    orders: bool = False
    returns: bool = False
    refunds: bool = False
    tracking: bool = False
    reviews: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    """Capability → why it is missing."""


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of `test`: one line per thing checked, in order; the first bad one is the one to mend."""

    ok: bool
    lines: tuple[str, ...]


class Connector(Protocol):
    """One connected account. Blocking calls; every one has a total deadline."""

    capabilities: Capabilities

    def streams(self) -> tuple[str, ...]:
        """Names of what is pulled separately (mailboxes, conversations, orders), each with a cursor of its own."""

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        """Pages after `cursor` ("" = from the beginning, nothing older than `since`). Never changes anything remote."""

    def wait(self, timeout: float) -> bool:
        """Blocks until something new may be there (True) or `timeout` seconds passed. Platforms without push just wait."""

    def wake(self) -> None:
        """Ends a running `wait` from another thread."""

    def send(self, command: SendReply, point_of_no_return: Callable[[], None]) -> Receipt:
        """Does it once. Calls `point_of_no_return` right before the first byte that can take effect, so that a crash
        before it is known to have left nothing. Raises `OutcomeUnknown` when the platform may have taken it."""

    def find(self, command: SendReply) -> Receipt | None:
        """Looks at the platform whether `command` happened: its receipt, None if surely not. Raises `OutcomeUnknown`
        where the platform cannot tell."""

    def test(self) -> Health: ...

    def close(self) -> None: ...
