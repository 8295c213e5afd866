"""What a stand-in marketplace's account holds: orders and parcels, cases, conversations, reviews, products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.sandbox.world import Buyer
from connectors.sandbox.world.records import Item
from store.values import Instant, Money


@dataclass(slots=True)
class MarketParcel:
    courier: str
    tracking: str
    shipped_at: Instant
    delivered_at: Instant | None


@dataclass(slots=True)
class MarketOrder:
    """`status` is processing, shipped, delivered or cancelled; `refunds` what was paid back, by the key that asked;
    `misprint` is what the shop's own program made of the total, where it is no number any more."""

    id: str
    number: str
    buyer: Buyer
    lines: tuple[Item, ...]
    total: Money
    status: str
    placed_at: Instant
    updated_at: Instant
    parcels: list[MarketParcel] = field(default_factory=list)
    refunds: list[tuple[str, Money]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    misprint: str = ""

    @property
    def refunded(self) -> Money:
        return sum((amount for _, amount in self.refunds), Money(self.total.currency, 0))


@dataclass(slots=True)
class MarketCase:
    """`trouble` is the house's word for the reason; `state` is requested, approved, declined, refunded or closed."""

    id: str
    kind: str
    order: MarketOrder
    trouble: str
    text: str
    amount: Money
    opened_at: Instant
    updated_at: Instant
    due_at: Instant
    state: str = "requested"


@dataclass(slots=True)
class MarketMessage:
    id: str
    ours: bool
    text: str
    at: Instant


@dataclass(slots=True)
class MarketThread:
    """A conversation. `closed_to_us` says that the platform takes no more messages from the seller."""

    id: str
    buyer: Buyer
    order: MarketOrder | None
    messages: list[MarketMessage]
    unread: int = 0
    closed_to_us: bool = False

    @property
    def updated_at(self) -> Instant:
        return self.messages[-1].at


@dataclass(slots=True)
class MarketReview:
    id: str
    order: MarketOrder
    sku: str
    rating: int
    text: str
    at: Instant
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation about an order (by number) as it stands with the seller, the oldest message first; `open` while it
    is not settled there."""

    thread: str
    order: str
    messages: tuple[MarketMessage, ...]
    open: bool


@dataclass(slots=True)
class MarketProduct:
    """What the shop sells, as its own page tells; `specs` are facts by name, `sizes` lines of a size chart."""

    sku: str
    title: str
    specs: Mapping[str, str]
    sizes: tuple[str, ...]
    image: str
    updated_at: Instant


def kinds_of(product: MarketProduct) -> tuple[str, ...]:
    """SKUs of a product where its sizes have their own."""
    return (product.sku, *(f"{product.sku}-{size.partition(':')[0]}" for size in product.sizes))
