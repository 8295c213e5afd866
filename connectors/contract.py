"""What every platform package offers and what it is given. It knows nothing of the desk.

Inbound records come in pages with an opaque cursor; the desk stores the cursor only after the page is committed.
Outbound commands carry an idempotency key; a connector answers with a `Receipt` or raises one of the faults, and a
lost answer is `OutcomeUnknown`, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from store.values import Instant, Money

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
    reply_to: str = ""
    """What a reply must name there (the other party's id, the message answered); "" where the thread is enough."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer as the platform knows them. Names and addresses are often masked or absent; `id` is what holds."""

    id: str
    name: str = ""
    email: str = ""
    lang: str = ""
    country: str = ""
    """ISO 3166, of their registration where the platform tells."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order; `price` is of one piece."""

    id: str
    sku: str
    title: str
    quantity: int
    price: Money


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment. `status` is shipped, delivered, exception, returned, or "" where nobody knows."""

    courier: str
    tracking: str
    status: str = ""
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    eta: Instant | None = None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order whole: it replaces what was known. `remote_id` is what the API wants, `number` what people quote;
    `status` is the platform's own word."""

    remote_id: str
    number: str
    placed_at: Instant
    updated_at: Instant
    status: str
    buyer: Buyer
    total: Money
    lines: tuple[Line, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    country: str = ""
    """Where it is shipped to."""
    ip_country: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    """News of a parcel whose order is known by `order_id` (remote id or number), or by its tracking number alone."""

    order_id: str
    parcel: Parcel
    at: Instant


CASE_KINDS = ("return", "refund", "exchange", "repair", "resend", "cancellation", "dispute")


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A return, cancellation or dispute as the platform has it. `kind` is one of `CASE_KINDS`; `state` and `reason` are
    the platform's own words; `open` says whether somebody still has to act, `due_at` until when."""

    remote_id: str
    kind: str
    order_id: str
    state: str
    reason: str
    opened_at: Instant
    updated_at: Instant
    open: bool = True
    buyer: Buyer | None = None
    amount: Money | None = None
    due_at: Instant | None = None
    text: str = ""
    """What the buyer wrote with it."""
    lines: tuple[str, ...] = ()
    """Ids of the order lines it is about."""
    tracking: str = ""
    allowed: tuple[str, ...] = ()
    """What may be done with it now (approve, decline, refund …), where the platform tells."""


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A review or feedback. `rating` is 1 to 5, 0 where there is none."""

    remote_id: str
    rating: int
    at: Instant
    text: str = ""
    title: str = ""
    order_id: str = ""
    sku: str = ""
    author: str = ""
    author_id: str = ""
    lang: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """What is known of a product: `specs` in the seller's words, `sizes` a size chart as text."""

    sku: str
    title: str
    specs: Mapping[str, str] = field(default_factory=dict)
    sizes: str = ""
    updated_at: Instant = 0


Record = RawMail | BadRecord | MessageRecord | OrderRecord | ShipmentRecord | CaseRecord | ReviewRecord | ProductRecord


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
    order_id: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Decide:
    """Approves or declines a case (`approve` or `decline`); `reason` is one of the platform's own words, if it wants one."""

    key: str
    case_id: str
    kind: str
    decision: str
    order_id: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Pays `amount` back on an order. `lines` split it by order line id; `case_id` where it settles a case. Never
    repeated by itself once its outcome is unknown."""

    key: str
    order_id: str
    amount: Money
    reason: str
    note: str = ""
    lines: tuple[tuple[str, Money], ...] = ()
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Ship:
    """Tells the platform that an order (or those lines of it) left with this parcel."""

    key: str
    order_id: str
    courier: str
    tracking: str
    shipped_at: Instant
    lines: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Marks a conversation read there."""

    key: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """A public answer under a review."""

    key: str
    review_id: str
    text: str


Command = SendReply | Decide | Refund | Ship | MarkRead | AnswerReview


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


class Quota(Protocol):
    """How often a platform may be asked: token buckets of one account, shared by all processes."""

    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        """Takes `cost` from a bucket that refills `rate` a second up to `burst`. Returns 0 when it was there, else the
        milliseconds until it will be, having taken nothing."""

    def learn(self, bucket: str, left: float) -> None:
        """The platform said how much is left: less than thought counts, more does not."""


class Clock(Protocol):
    """UTC milliseconds."""

    def now(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a connector gets from the desk."""

    secrets: Secrets
    tokens: Tokens
    clock: Clock
    quota: Quota


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

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        """Does it once. Calls `point_of_no_return` right before the first byte that can take effect, so that a crash
        before it is known to have left nothing. Raises `OutcomeUnknown` when the platform may have taken it."""

    def find(self, command: Command) -> Receipt | None:
        """Looks at the platform whether `command` happened: its receipt, None if surely not. Raises `OutcomeUnknown`
        where the platform cannot tell."""

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        """One `order`, `case` or `thread` as it is there now. Raises `Permanent` where the platform has no such call."""

    def test(self) -> Health: ...

    def close(self) -> None: ...
