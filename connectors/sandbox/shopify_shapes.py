"""A market in the shapes of Shopify's Admin API. A function inside is a field that takes arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.market_records import MarketCase, MarketOrder, MarketProduct
from store.values import Instant, Money, exponent

REASONS = {
    "damaged": "DEFECTIVE", "defective": "DEFECTIVE", "quality": "DEFECTIVE", "not_as_described": "NOT_AS_DESCRIBED",
    "wrong_item": "WRONG_ITEM", "size_fit": "SIZE_TOO_SMALL", "changed_mind": "UNWANTED", "incompatible": "UNWANTED",
}  # fmt: skip
STATUSES = {"requested": "REQUESTED", "approved": "OPEN", "declined": "DECLINED", "refunded": "CLOSED", "closed": "CLOSED"}
"""The market's states of a case, in Shopify's words."""

Json = dict[str, Any]


def iso(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def gid(kind: str, ident: str) -> str:
    return f"gid://shopify/{kind}/{ident}"


def returns_of(cases: list[MarketCase], order: MarketOrder) -> list[MarketCase]:
    """What of an order's cases Shopify knows as returns: cancellations and disputes are something else there."""
    return [c for c in cases if c.order is order and c.kind not in ("cancellation", "dispute")]


def bag(money: Money) -> Json:
    places = exponent(money.currency)
    told = {"amount": f"{Decimal(money.minor).scaleb(-places):.{max(places, 1)}f}", "currencyCode": money.currency}
    return {"presentmentMoney": told, "shopMoney": told}


def connection(nodes: list[Any], cap: int = 0) -> Callable[..., Json]:
    """A list in pages, at most `cap` at once where that is not 0."""

    def page(first: int, after: str | None = None) -> Json:
        start = int(after or 0)
        end = start + (min(first, cap) if cap else first)
        more = end < len(nodes)
        return {"nodes": nodes[start:end], "pageInfo": {"hasNextPage": more, "endCursor": str(end) if nodes else None}}

    return page


def first_of(nodes: list[Any]) -> Callable[..., list[Any]]:
    """A list of which the first are asked for."""

    def some(first: int) -> list[Any]:
        return nodes[:first]

    return some


def order(o: MarketOrder, cases: list[MarketCase], refunds: list[Json], *, moved: Instant) -> Json:
    """`refunds` are those made here, with the payments they went to; `moved` is when anything of it last changed."""
    buyer, mine = o.buyer, returns_of(cases, o)
    ident = gid("Order", o.id)
    left = {"cancelled": "UNFULFILLED", "processing": "UNFULFILLED"}.get(o.status, "FULFILLED")
    paid = "PAID"
    if o.refunds:
        paid = "REFUNDED" if o.refunded == o.total else "PARTIALLY_REFUNDED"
    bare = {"id": ident, "legacyResourceId": o.id, "updatedAt": iso(moved), "customer": customer(o)}
    payment = {"id": gid("OrderTransaction", f"{o.id}0"), "kind": "SALE", "status": "SUCCESS", "gateway": "shopify_payments",
               "amountSet": bag(o.total), "parentTransaction": None}  # fmt: skip
    back = [
        {**payment, "id": gid("OrderTransaction", f"{o.id}9{n}"), "kind": "REFUND", "amountSet": bag(money),
         "parentTransaction": payment}
        for n, (_, money) in enumerate(o.refunds)
    ]  # fmt: skip
    return {
        **bare, "name": f"#{o.number}", "createdAt": iso(o.placed_at), "email": buyer.address, "customerLocale": buyer.lang,
        "cancelledAt": iso(o.updated_at) if o.status == "cancelled" else None, "displayFinancialStatus": paid,
        "displayFulfillmentStatus": left, "totalPriceSet": bag(o.total),
        "customerJourneySummary": {"lastVisit": {"utmParameters": {"campaign": "autumn"}}} if int(o.id) % 2 else None,
        "shippingAddress": {"countryCodeV2": buyer.country}, "lineItems": connection([line(o, i) for i in range(len(o.lines))]),
        "fulfillments": first_of([_fulfillment(o, n) for n in range(len(o.parcels))]),
        "fulfillmentOrders": connection([_to_ship(o)]), "returns": connection([return_(c, bare) for c in mine]),
        "transactions": first_of([payment, *back]), "refunds": first_of(refunds),
    }  # fmt: skip


def customer(o: MarketOrder) -> Json:
    buyer = o.buyer
    return {
        "legacyResourceId": str(7_000_000 + sum(map(ord, buyer.address)) * 1_000 + len(buyer.address)),
        "displayName": buyer.name, "email": buyer.address, "locale": buyer.lang,
        "defaultAddress": {"countryCodeV2": buyer.country},
    }  # fmt: skip


def product(p: MarketProduct, number: int) -> Json:
    """One product in one variant; its facts and size chart are fields of the seller's own."""
    fields = [{"key": name.lower(), "value": value, "type": "single_line_text_field"} for name, value in p.specs.items()]
    if p.sizes:
        fields.append({"key": "size_chart", "value": "\n".join(p.sizes), "type": "multi_line_text_field"})
    fields.append({"key": "twin", "value": gid("Product", "1"), "type": "product_reference"})
    variant = {"sku": p.sku, "title": "Default Title", "image": None,
               "selectedOptions": [{"name": "Title", "value": "Default Title"}]}  # fmt: skip

    def metafields(first: int, namespace: str) -> Json:
        return {"nodes": fields[:first] if namespace == "custom" else []}

    def description(truncateAt: int = 0) -> str:
        return f"{p.title}, made to last."

    return {
        "id": gid("Product", str(8_000 + number)), "title": p.title, "updatedAt": iso(p.updated_at), "vendor": "Nordlicht",
        "productType": "", "description": description, "featuredMedia": {"preview": {"image": {"url": p.image}}},
        "metafields": metafields, "variants": connection([variant]),
    }  # fmt: skip


def line_id(o: MarketOrder, n: int) -> str:
    return f"{o.id}{n:02d}"


def line(o: MarketOrder, n: int) -> Json:
    item = o.lines[n]
    return {"id": gid("LineItem", line_id(o, n)), "sku": item.sku, "name": item.title, "quantity": item.quantity,
            "discountedUnitPriceSet": bag(item.price)}  # fmt: skip


def return_(c: MarketCase, of: Json, processable: int = 0) -> Json:
    o = c.order
    item = {
        "id": gid("ReturnLineItem", f"{c.id}0"), "returnReason": REASONS.get(c.trouble, "OTHER"), "returnReasonNote": "",
        "processableQuantity": processable,
        "customerNote": c.text, "withCodeDiscountedTotalPriceSet": bag(c.amount),
        "fulfillmentLineItem": {"lineItem": {"id": gid("LineItem", line_id(o, 0))}},
    }  # fmt: skip
    return {
        "id": gid("Return", c.id), "name": f"#{o.number}-R1", "status": STATUSES[c.state], "createdAt": iso(c.opened_at),
        "decline": {"reason": "OTHER", "note": ""} if c.state == "declined" else None,
        "returnLineItems": connection([item]), "exchangeLineItems": connection([]), "order": of,
    }  # fmt: skip


def _fulfillment(o: MarketOrder, n: int) -> Json:
    parcel = o.parcels[n]
    arrived = parcel.delivered_at
    return {
        "id": gid("Fulfillment", f"{o.id}5{n}"), "createdAt": iso(parcel.shipped_at),
        "deliveredAt": iso(arrived) if arrived else None, "estimatedDeliveryAt": None,
        "displayStatus": "DELIVERED" if arrived else "IN_TRANSIT",
        "trackingInfo": first_of([{"company": parcel.courier, "number": parcel.tracking}]),
    }  # fmt: skip


def _to_ship(o: MarketOrder) -> Json:
    waits = o.status == "processing"
    items = [
        {"id": gid("FulfillmentOrderLineItem", line_id(o, n)), "remainingQuantity": item.quantity if waits else 0,
         "lineItem": line(o, n)}
        for n, item in enumerate(o.lines)
    ]  # fmt: skip
    return {"id": gid("FulfillmentOrder", o.id), "status": "OPEN" if waits else "CLOSED", "lineItems": connection(items)}


def tail(name: object) -> str:
    found = re.fullmatch(r"gid://shopify/\w+/(\d+)", name) if isinstance(name, str) else None
    return found[1] if found else ""
