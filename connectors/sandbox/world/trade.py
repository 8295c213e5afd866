"""Orders: numbers in the shape of their platform, goods that suit the trouble, totals in the buyer's money, parcels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from string import ascii_uppercase, digits
from typing import Any

from connectors.sandbox.world.data import table
from connectors.sandbox.world.parcels import tracking
from connectors.sandbox.world.records import Buyer, Item, Order, Parcel
from store.values import DAY, HOUR, Instant, Money

_NOT_SENT = ("cancel", "address")
_UNDERWAY = ("shipping_status", "customs_tax")


def order(rng: Random, buyer: Buyer, trouble: str, about: Instant, taken: set[str]) -> Order:
    """An order somebody writes about at `about`: placed before that, and as far as the trouble says."""
    goods = _goods(rng, trouble)
    items = [_item(goods, buyer, 2 if rng.random() < 0.12 else 1)]
    if rng.random() < 0.2:
        other = rng.choice([i for i in table("goods")["item"] if i is not goods])
        items.append(_item(other, buyer, 1))
    if trouble in _NOT_SENT:
        placed = about - rng.randint(HOUR // 6, 20 * HOUR)
        return Order(_number(rng, buyer, taken, placed), buyer, placed, "processing", tuple(items), None)
    days = rng.randint(9, 13) if trouble in _UNDERWAY else rng.randint(16, 40)
    placed = about - days * DAY - rng.randint(0, 12 * HOUR)
    shipped = placed + rng.randint(12, 50) * HOUR
    delivered = None if trouble in _UNDERWAY else shipped + rng.randint(3, 9) * DAY
    parcel = Parcel(buyer.courier, tracking(rng, buyer.courier, buyer.country), shipped, delivered)
    status = "delivered" if delivered else "shipped"
    return Order(_number(rng, buyer, taken, placed), buyer, placed, status, tuple(items), parcel)


def _goods(rng: Random, trouble: str) -> dict[str, Any]:
    kinds: Sequence[str] = table("goods")["suits"].get(trouble, ())
    all_items = table("goods")["item"]
    found: dict[str, Any] = rng.choice([i for i in all_items if not kinds or set(kinds) & set(i["kinds"])])
    return found


def _item(row: dict[str, Any], buyer: Buyer, quantity: int) -> Item:
    rate, step = table("goods")["rates"][buyer.currency]
    minor = max(step, round(row["price"] * rate / step) * step)
    return Item(row["sku"], row["title"][buyer.lang], quantity, Money(buyer.currency, minor))


def _number(rng: Random, buyer: Buyer, taken: set[str], placed: Instant) -> str:
    shape = next(row["number"] for row in table("shops")["shop"] if row["id"] == buyer.shop.id)
    day = datetime.fromtimestamp(placed / 1000, UTC)
    if "{day}" in shape:
        shape = f"{day:%y%m%d}" + shape.partition("{day}")[2]
    while True:
        head, tail = (shape[:6], shape[6:]) if shape[:6].isdigit() and "X" in shape else ("", shape)
        tail = "".join(rng.choice(digits) if c == "9" else rng.choice(ascii_uppercase) if c == "X" else c for c in tail)
        if head + tail not in taken:
            taken.add(head + tail)
            return head + tail
