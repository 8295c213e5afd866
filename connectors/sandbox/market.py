"""What a stand-in marketplace knows: its orders, conversations, cases and reviews, and that they move by themselves.

Made from the pretend world; each platform's stand-in shows it in that platform's own shapes and words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from connectors.sandbox.market_records import (
    MarketCase,
    MarketMessage,
    MarketOrder,
    MarketParcel,
    MarketProduct,
    MarketReview,
    MarketThread,
    Told,
)
from connectors.sandbox.world import Buyer, Order, Talk, World, talks
from connectors.sandbox.world.data import texts
from store.values import DAY, HOUR, MINUTE, Clock, Instant, Money

_RETURNED = {
    "damaged": "return", "defective": "return", "quality": "return", "not_as_described": "return",
    "wrong_item": "return", "missing_parts": "refund", "size_fit": "exchange", "incompatible": "return",
    "changed_mind": "return", "return_exchange": "return", "refund": "refund", "not_received": "refund",
    "cancel": "cancellation", "dispute_review": "dispute",
}  # fmt: skip

_CASES, _REVIEWS = 500_000, 700_000
"""Ids of what is steadily beside a conversation begin here."""


class Market:
    """One account of the seller on a platform, by shop id ("ebay-uk"); `platform` takes all its shops together,
    "" those of all platforms.

    Ids are short and stand-ins dress them. Methods change what there is and set its `updated_at`.
    """

    def __init__(
        self, world: World, clock: Clock, *, platform: str, shop: str = "", told: Sequence[Told] | None = None
    ) -> None:
        """`told` is what was said so far; without it, everything the world has to say."""
        self.clock, self.platform = clock, platform
        self.on_answer: Callable[[MarketThread], None] | None = None
        """Called when the seller's words have reached a buyer."""
        self._rng = Random(f"{world.seed}/market/{platform}/{shop}")
        self._serial = 100_000
        self.threads: list[MarketThread] = []
        self.cases: list[MarketCase] = []
        self.reviews: list[MarketReview] = []
        self._coming = [(trouble, order) for trouble, order in world.coming if _of(order.buyer, platform, shop)]
        by_number: dict[str, MarketOrder] = {}
        for order in world.orders:
            if _of(order.buyer, platform, shop) and order.number not in by_number:
                by_number[order.number] = self._order(order)
        self.orders = sorted(by_number.values(), key=lambda o: o.placed_at)
        sold = {line.sku: line.title for o in self.orders for line in o.lines}
        self.products = [_product(n, *one, clock.now()) for n, one in enumerate(sold.items(), 1)]
        if told is None:
            for talk in world.talks:
                if _of(talk.buyer, platform, shop) and not talk.raw:
                    self._talk(talk, by_number.get(talk.order.number) if talk.order else None)
        else:
            troubles = {o.number: trouble for trouble, o in world.coming}
            troubles |= {t.order.number: t.trouble for t in world.talks if t.order}
            for one in told:
                if (about := by_number.get(one.order)) is not None:
                    self._again(one, about, troubles[one.order], f"{world.seed}/{one.order}")
            self._coming = [(trouble, order) for trouble, order in self._coming if order.number not in {t.order for t in told}]
            self._serial = clock.now() // 1000
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

    # What goes wrong by itself ------------------------------------------------------------------------

    def misprints(self) -> None:
        """A program of the shop's own spoils the total of its newest order, and the platform tells it on as it is."""
        if self.orders:
            order = self.orders[-1]
            order.misprint, order.updated_at = f"{order.total} incl. VAT", self.clock.now()

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

    def writes(self, bought: Order, trouble: str) -> MarketThread:
        """The buyer begins a conversation about an order, in their own words."""
        said = talks.fill(self._rng.choice(texts(bought.buyer.lang)[trouble]["says"])[1], bought)
        message = MarketMessage(self._id(), False, talks.letter(self._rng, bought.buyer, said), self.clock.now())
        thread = MarketThread(self._id(), bought.buyer, self.order(bought.number), [message], 1)
        self.threads.append(thread)
        return thread

    def answers(self, thread: MarketThread) -> MarketMessage:
        """The buyer answers what the seller wrote, content or not."""
        words = texts(thread.buyer.lang)["talk"]
        said = self._rng.choice([*words["pleased"], *words["again"]])
        return self.says(thread, talks.letter(self._rng, thread.buyer, said, short=True))

    def step(self) -> int:
        """What happened since: a parcel arrives, somebody nobody heard of yet writes, wants something back, or reviews.
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
            thread = self.writes(coming, trouble)
            assert thread.order is not None
            if trouble in _RETURNED and self._rng.random() < 0.5:
                self.asks_return(thread.order, trouble, thread.messages[0].text)
            elif self._rng.random() < 0.3:
                self.reviews_order(thread.order, self._rng.randint(1, 4), thread.messages[0].text)
            done += 1
        return done

    # What the seller does -----------------------------------------------------------------------------

    def answer(self, thread: MarketThread, text: str) -> MarketMessage:
        """The seller's words reach the buyer."""
        message = MarketMessage(self._id(), True, text, self.clock.now())
        thread.messages.append(message)
        if self.on_answer is not None:
            self.on_answer(thread)
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

    def relist(self, product: MarketProduct, title: str) -> None:
        """A product is described anew."""
        product.title, product.updated_at = title, self.clock.now()

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

    def _talk(self, talk: Talk, order: MarketOrder | None) -> None:
        """A conversation of the world, some time in the last weeks."""
        now = self.clock.now()
        first = now - self._rng.randint(1, 20 * 24) * HOUR
        messages = [
            MarketMessage(message_id(talk.number, i), turn.ours, turn.text.replace("{agent}", "Kim"),
                          min(now, first + i * 40 * MINUTE))
            for i, turn in enumerate(talk.turns)
        ]  # fmt: skip
        unread = 0 if messages[-1].ours else sum(not m.ours for m in messages)
        self.threads.append(MarketThread(thread_id(talk.number), talk.buyer, order, messages, unread))
        if order is None or talk.trouble not in _RETURNED:
            return
        if self._rng.random() < 0.45:
            case = MarketCase(self._id(), _RETURNED[talk.trouble], order, talk.trouble, messages[0].text, order.total, first,
                              first, first + 3 * DAY)  # fmt: skip
            if now - first > 3 * DAY:
                case.state, case.updated_at = self._rng.choice(("refunded", "declined", "closed")), first + 2 * DAY
            self.cases.append(case)
        if self._rng.random() < 0.25:
            self.reviews.append(MarketReview(self._id(), order, order.lines[0].sku, self._rng.randint(1, 4),
                                             messages[0].text, min(now, first + HOUR)))  # fmt: skip

    def _again(self, told: Told, order: MarketOrder, trouble: str, seed: str) -> None:
        """A conversation as the seller's desk knows it, and what is steadily beside it, whenever that is asked."""
        rng, last = Random(seed), told.messages[-1]
        unread = 0 if last.ours else sum(not m.ours for m in told.messages)
        self.threads.append(MarketThread(told.thread, order.buyer, order, list(told.messages), unread))
        heard = next((m for m in reversed(told.messages) if not m.ours), None)
        if heard is None or trouble not in _RETURNED:
            return
        if rng.random() < 0.4:
            case = MarketCase(str(_CASES + int(order.id)), _RETURNED[trouble], order, trouble, heard.text, order.total,
                              heard.at, heard.at, heard.at + 3 * DAY)  # fmt: skip
            if not told.open:
                case.state, case.updated_at = rng.choice(("refunded", "declined", "closed")), last.at
            self.cases.append(case)
        if rng.random() < 0.3:
            self.reviews.append(MarketReview(str(_REVIEWS + int(order.id)), order, order.lines[0].sku, rng.randint(1, 4),
                                             heard.text, heard.at))  # fmt: skip


def _product(number: int, sku: str, title: str, now: Instant) -> MarketProduct:
    """What the shop's page says of a thing it sells; described long ago."""
    worn = any(part in sku for part in ("JACK", "SHOE", "SHIRT"))
    specs = {"Material": ("wool", "oak", "steel", "cotton")[number % 4], "Colour": ("grey", "blue", "red")[number % 3]}
    sizes = ("S: 48 cm", "M: 52 cm", "L: 56 cm") if worn else ()
    return MarketProduct(sku, title, specs, sizes, f"https://img.shop.example/{number}.jpg", now - (300 + number) * DAY)


def thread_id(talk: int) -> str:
    """The conversation of a talk of the world, by its number."""
    return f"9{talk:06d}"


def message_id(talk: int, turn: int) -> str:
    """A turn of a talk of the world as a message."""
    return f"{talk}{turn:02d}"


def _of(buyer: Buyer, platform: str, shop: str) -> bool:
    return platform in ("", buyer.shop.platform) and shop in ("", buyer.shop.id)

