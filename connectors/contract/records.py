"""What comes in: records in pages. A cursor is opaque; the desk stores it only after its page is committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.contract.commands import File
from store.values import Instant, Money


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
    """One message of a platform that delivers messages ready parsed (chat, marketplace APIs, imports). `author_id` is the
    buyer's, also of what the seller said to them."""

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
    email: str = ""
    """Of its author, where the source vouches for it: a customer who is known by it is the same person."""
    files: tuple[File, ...] = ()


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
    """One shipment. `status` is announced, shipped, in_transit, out_for_delivery, collect (it waits for the buyer),
    delivered, exception, returned, expired (its carrier fell silent), or "" where nobody knows."""

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
class Scan:
    """One thing a carrier noted of a parcel, in its own words."""

    at: Instant
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    """News of a parcel whose order is known by `order_id` (remote id or number), or by its tracking number alone: then
    of every order it belongs to. `at` is when it came to its status."""

    order_id: str
    parcel: Parcel
    at: Instant
    scans: tuple[Scan, ...] = ()
    """What its carrier noted, the newest first; empty where a platform tells none."""
    over: bool = False
    """Nothing more will be heard of it there: it need not be followed any longer."""
    note: str = ""
    """Why nothing is known of it, for people."""


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
    email: str = ""
    """The author's own address, where the platform tells it."""
    verified: bool = False
    """Whether the platform knows that they bought it."""
    product: str = ""
    url: str = ""
    """Where the product is shown."""


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """Who a customer is, told by a source that knows them (a CRM, an own shop). What is empty is not known there. `consent`:
    whether they take marketing mail."""

    buyer: Buyer
    tier: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    consent: bool | None = None


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """What is known of a product: `specs` in the seller's words, `sizes` a size chart as text, `image` the address of its
    picture."""

    sku: str
    title: str
    specs: Mapping[str, str] = field(default_factory=dict, hash=False)
    sizes: str = ""
    updated_at: Instant = 0
    image: str = ""


Record = (
    RawMail
    | BadRecord
    | MessageRecord
    | OrderRecord
    | ShipmentRecord
    | CaseRecord
    | ReviewRecord
    | CustomerRecord
    | ProductRecord
)


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order they arrived, the cursor that comes after them, and whether more wait right now. `total` is
    how many there are from the beginning of this pull to its end, where the platform tells; 0 where it does not."""

    records: tuple[Record, ...]
    cursor: str
    more: bool = False
    total: int = 0
