"""What a stand-in marketplace knows: its orders, conversations, cases and reviews, and that they move by themselves.

Made from the pretend world; each platform's stand-in shows it in that platform's own shapes and words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from connectors.sandbox.world import Buyer, Order, World
from connectors.sandbox.world.records import Item
from store.values import DAY, HOUR, MINUTE, Clock, Instant, Money

_RETURNED = {
    "damaged": "return", "defective": "return", "quality": "return", "not_as_described": "return",
    "wrong_item": "return", "missing_parts": "refund", "size_fit": "exchange", "incompatible": "return",
    "changed_mind": "return", "return_exchange": "return", "refund": "refund", "not_received": "refund",
    "cancel": "cancellation", "dispute_review": "dispute",
}  # fmt: skip


@dataclass(slots=True)
class MarketParcel:
    courier: str
    tracking: str
    shipped_at: Instant
    delivered_at: Instant | None


@dataclass(slots=True)
class MarketOrder:
    """`status` is processing, shipped, delivered or cancelled; `refunds` what was paid back, by the key that asked."""

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


class Market:
    """One account of the seller on a platform, by shop id ("ebay-uk"); `platform` takes all its shops together.

    Ids are short and stand-ins dress them. Methods change what there is and set its `updated_at`.
    """

    def __init__(self, world: World, clock: Clock, *, platform: str, shop: str = "") -> None:
        self.clock, self.platform = clock, platform
        self._rng = Random(f"{world.seed}/market/{platform}/{shop}")
        self._serial = 100_000
        self.orders: list[MarketOrder] = []
        self.threads: list[MarketThread] = []
        self.cases: list[MarketCase] = []
        self.reviews: list[MarketReview] = []
        self._coming = [(trouble, order) for trouble, order in world.coming if _of(order.buyer, platform, shop)]
        by_number: dict[str, MarketOrder] = {}
        for order in world.orders:
            if _of(order.buyer, platform, shop) and order.number not in by_number:
                by_number[order.number] = self._order(order)
        self.orders = sorted(by_number.values(), key=lambda o: o.placed_at)
        for talk in world.talks:
            if _of(talk.buyer, platform, shop) and not talk.raw:
                self._talk(talk.number, talk.buyer, by_number.get(talk.order.number) if talk.order else None, talk.trouble,
                           [(turn.text.replace("{agent}", "Kim"), turn.ours) for turn in talk.turns])  # fmt: skip
        self.threads.sort(key=lambda t: t.updated_at)

    # Looking ------------------------------------------------------------------------------------------

    def order(self, ident: str) -> MarketOrder | None:
        """By id or by number."""
        return next((o for o in self.orders if ident in (o.id, o.number)), None)

    def thread(self, ident: str) -> MarketThread | None:
        return next((t for t in self.threads if t.id == ident), None)

    def case(self, ident: str) -> MarketCase | None:
        return next((c for c in self.cases if c.id == ident), None)

    def review(self, ident: str) -> MarketReview | None:
        return next((r for r in self.reviews if r.id == ident), None)

    def orders_since(self, at: Instant, until: Instant | None = None) -> list[MarketOrder]:
        """Orders that changed in `at` to `until`, the oldest change first."""
        found = [o for o in self.orders if o.updated_at >= at and (until is None or o.updated_at <= until)]
        return sorted(found, key=lambda o: (o.updated_at, o.id))

    # What buyers do -----------------------------------------------------------------------------------

    def says(self, thread: MarketThread, text: str) -> MarketMessage:
        """The buyer writes."""
        message = MarketMessage(self._id(), False, text, self.clock.now())
        thread.messages.append(message)
        thread.unread += 1
        return message

    def asks_return(self, order: MarketOrder, trouble: str, text: str) -> MarketCase:
        """The buyer opens a case about an order."""
        now = self.clock.now()
        case = MarketCase(self._id(), _RETURNED.get(trouble, "return"), order, trouble, text, order.total, now, now,
                          now + 3 * DAY)  # fmt: skip
        self.cases.append(case)
        return case

    def reviews_order(self, order: MarketOrder, rating: int, text: str) -> MarketReview:
        review = MarketReview(self._id(), order, order.lines[0].sku, rating, text, self.clock.now())
        self.reviews.append(review)
        return review

    def step(self) -> int:
        """What happened since: a parcel arrives, somebody nobody heard of yet writes, asks to return, or reviews.
        Returns how many things happened."""
        done = 0
        now = self.clock.now()
        for order in self.orders:
            for parcel in order.parcels:
                if parcel.delivered_at is None and now - parcel.shipped_at > 5 * DAY and self._rng.random() < 0.2:
                    parcel.delivered_at, order.status, order.updated_at = now, "delivered", now
                    done += 1
        if self._coming and self._rng.random() < 0.5:
            trouble, coming = self._coming.pop(0)
            order = self.order(coming.number) or self._order(coming)
            self._talk(self._serial, coming.buyer, order, trouble, [(_first_words(trouble), False)], at=now)
            done += 1
        return done

    # What the seller does -----------------------------------------------------------------------------

    def answer(self, thread: MarketThread, text: str) -> MarketMessage:
        """The seller's words reach the buyer."""
        message = MarketMessage(self._id(), True, text, self.clock.now())
        thread.messages.append(message)
        return message

    def decide(self, case: MarketCase, state: str) -> None:
        case.state, case.updated_at = state, self.clock.now()

    def refund(self, order: MarketOrder, key: str, amount: Money) -> bool:
        """Pays back; False when that is more than is left."""
        if order.refunded.minor + amount.minor > order.total.minor or amount.minor <= 0:
            return False
        order.refunds.append((key, amount))
        order.updated_at = self.clock.now()
        return True

    def ship(self, order: MarketOrder, courier: str, tracking: str) -> None:
        now = self.clock.now()
        order.parcels.append(MarketParcel(courier, tracking, now, None))
        order.status, order.updated_at = "shipped", now

    def cancel(self, order: MarketOrder) -> None:
        order.status, order.updated_at = "cancelled", self.clock.now()

    # Making -------------------------------------------------------------------------------------------

    def _id(self) -> str:
        self._serial += 1
        return str(self._serial)

    def _order(self, order: Order) -> MarketOrder:
        parcels = [MarketParcel(p.courier, p.tracking, p.shipped_at, p.delivered_at) for p in (order.parcel,) if p]
        moves = (order.placed_at, *(x for p in parcels for x in (p.shipped_at, p.delivered_at) if x is not None))
        updated = max(m for m in moves if m <= max(self.clock.now(), order.placed_at))
        return MarketOrder(self._id(), order.number, order.buyer, order.items, order.total, order.status,
                           order.placed_at, updated, parcels)  # fmt: skip

    def _talk(
        self, number: int, buyer: Buyer, order: MarketOrder | None, trouble: str, turns: list[tuple[str, bool]], *,
        at: Instant | None = None,
    ) -> None:  # fmt: skip
        now = self.clock.now()
        first = at if at is not None else now - self._rng.randint(1, 20 * 24) * HOUR
        messages = [
            MarketMessage(f"{number}{i:02d}", ours, text, min(now, first + i * 40 * MINUTE))
            for i, (text, ours) in enumerate(turns)
        ]
        unread = 0 if messages[-1].ours else sum(not m.ours for m in messages)
        thread = MarketThread(f"9{number:06d}", buyer, order, messages, unread)
        self.threads.append(thread)
        if order is None or trouble not in _RETURNED:
            return
        if self._rng.random() < 0.45:
            case = MarketCase(self._id(), _RETURNED[trouble], order, trouble, messages[0].text, order.total, first, first,
                              first + 3 * DAY)  # fmt: skip
            if now - first > 3 * DAY:
                case.state, case.updated_at = self._rng.choice(("refunded", "declined", "closed")), first + 2 * DAY
            self.cases.append(case)
        if self._rng.random() < 0.25:
            self.reviews.append(MarketReview(self._id(), order, order.lines[0].sku, self._rng.randint(1, 4),
                                             messages[0].text, min(now, first + HOUR)))  # fmt: skip


def _of(buyer: Buyer, platform: str, shop: str) -> bool:
    return buyer.shop.platform == platform and shop in ("", buyer.shop.id)


def _first_words(trouble: str) -> str:
    return f"Hello, I have a question: {trouble.replace('_', ' ')}."
