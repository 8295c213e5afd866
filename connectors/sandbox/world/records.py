"""What a pretend world is made of. Instants are UTC milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.values import Instant, Money

LANGUAGES = ("en", "de", "fr", "es", "it", "ja", "zh-CN", "zh-TW", "pt", "nl")

TROUBLES = (
    "shipping_status", "not_received", "damaged", "defective", "quality", "not_as_described", "wrong_item",
    "missing_parts", "size_fit", "incompatible", "changed_mind", "cancel", "address", "return_exchange", "refund",
    "customs_tax", "invoice_payment", "counterfeit_safety", "usage_warranty", "dispute_review",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shop:
    """One place where the seller sells. `address` is where its mail arrives, `folder` the mailbox it arrives in;
    `account` is the `Account` that has its orders. What its buyers write comes by mail, or where the account is its own
    (`by_mail` is False), through the platform's API."""

    id: str
    platform: str
    name: str
    label: str
    kind: str
    address: str
    folder: str
    account: str

    @property
    def by_mail(self) -> bool:
        return self.account != self.id


@dataclass(frozen=True, slots=True)
class Account:
    """A platform's API as one channel of the desk."""

    id: str
    platform: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person. `address` is the one the seller sees: their own, or the platform's alias for them."""

    shop: Shop
    name: str
    first: str
    address: str
    lang: str
    country: str
    currency: str
    courier: str
    street: str
    vip: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    title: str
    quantity: int
    price: Money


@dataclass(frozen=True, slots=True)
class Parcel:
    """`delivered_at` is None while it travels. The check digit of `tracking` holds."""

    courier: str
    tracking: str
    shipped_at: Instant
    delivered_at: Instant | None


@dataclass(frozen=True, slots=True)
class Order:
    """`status` is processing, shipped or delivered."""

    number: str
    buyer: Buyer
    placed_at: Instant
    status: str
    items: tuple[Item, ...]
    parcel: Parcel | None

    @property
    def total(self) -> Money:
        first, *rest = (Money(i.price.currency, i.price.minor * i.quantity) for i in self.items)
        return sum(rest, first)


@dataclass(frozen=True, slots=True)
class File:
    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `ours` is a reply of the shop, in which `{agent}` is still to be filled."""

    text: str
    ours: bool = False
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation about one trouble. `trouble` is one of `TROUBLES`, or "hostile" or "machine", whose one turn is
    then also there as `raw` mail. `number` makes its message ids."""

    number: int
    buyer: Buyer
    order: Order | None
    trouble: str
    lang: str
    subject: str
    turns: tuple[Turn, ...]
    raw: bytes = field(default=b"", repr=False)

    def message_id(self, turn: int) -> str:
        return f"<talk-{self.number}-{turn}@{self.buyer.address.rpartition('@')[2]}>"


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything; `orders` include those of `talks` and of `coming`."""

    seed: int
    now: Instant
    shops: tuple[Shop, ...]
    accounts: tuple[Account, ...]
    buyers: tuple[Buyer, ...]
    orders: tuple[Order, ...]
    talks: tuple[Talk, ...]
    coming: tuple[tuple[str, Order], ...]
    """Troubles nobody has written about yet, with their orders."""

    def by_address(self) -> Mapping[str, Buyer]:
        return {b.address: b for b in self.buyers}
