"""A market as large as one wants, for stand-ins: many orders and conversations, a buyer each, found by index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketMessage, MarketOrder, MarketParcel, MarketThread
from connectors.sandbox.world import Buyer, make_world
from store.values import DAY, MINUTE, Clock, Instant

SPAN = 80 * DAY
"""Over how long a time all of it happened."""
ORDERS_EACH = 2
"""How often a buyer orders, where there are no conversations."""


class BigMarket(Market):
    """`orders` orders and `conversations` conversations spread evenly over the last `SPAN`; it stands still."""

    def __init__(self, clock: Clock, *, platform: str, orders: int, conversations: int) -> None:
        now = clock.now()
        super().__init__(make_world(7, now), clock, platform=platform)
        models, talks = list(self.orders), list(self.threads)
        self.cases, self.reviews = [], []
        people = max(conversations, orders // ORDERS_EACH, 1)
        self.orders = [
            _order(models[n % len(models)], n, n % people, now - SPAN + SPAN * n // orders, now) for n in range(orders)
        ]
        self.orders.sort(key=lambda o: o.updated_at)
        self.threads = [
            _thread(talks[n % len(talks)], n, now - SPAN + SPAN * n // conversations) for n in range(conversations)
        ]
        self._times = [o.updated_at for o in self.orders]
        self._orders = {o.number: o for o in self.orders}
        self._threads = {t.id: t for t in self.threads}

    def order(self, ident: str) -> MarketOrder | None:
        return self._orders.get(ident)

    def thread(self, ident: str) -> MarketThread | None:
        return self._threads.get(ident)

    def orders_since(self, at: Instant, until: Instant | None = None) -> list[MarketOrder]:
        end = len(self._times) if until is None else bisect_right(self._times, until)
        return self.orders[bisect_left(self._times, at) : end]


def _buyer(model: Buyer, n: int) -> Buyer:
    """Buyer number `n`: on a platform everybody has one conversation with a shop."""
    name, _, host = model.address.partition("@")
    return replace(model, address=f"{name}-{n}@{host}")


def _order(model: MarketOrder, n: int, buyer: int, at: Instant, now: Instant) -> MarketOrder:
    shipped, there = at + DAY, at + 5 * DAY
    parcels = (
        [MarketParcel("SingPost", f"SP{n:09d}SG", shipped, there if there < now else None)] if shipped < now else []
    )
    status = "delivered" if there < now else "shipped" if parcels else "processing"
    moved = there if there < now else shipped if parcels else at
    return replace(
        model, id=str(500_000 + n), number=f"26{n:06d}BENCH{n % 10}", buyer=_buyer(model.buyer, buyer), placed_at=at,
        updated_at=moved, status=status, parcels=parcels, refunds=[], notes=[],
    )  # fmt: skip


def _thread(model: MarketThread, n: int, at: Instant) -> MarketThread:
    first = at - len(model.messages) * 20 * MINUTE
    said = [
        MarketMessage(f"{n:07d}{i:02d}", m.ours, m.text, first + i * 20 * MINUTE) for i, m in enumerate(model.messages)
    ]
    return MarketThread(f"8{n:07d}", _buyer(model.buyer, n), None, said)
