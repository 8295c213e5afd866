"""Amazon's orders as records. Pure; all raise Unreadable."""

from __future__ import annotations

import re
from datetime import UTC

from connectors import fields
from connectors.amazon.guesses import MARKETPLACES, Marketplace
from connectors.contract import Buyer, CaseRecord, Line, OrderRecord, Parcel, Record
from connectors.fields import Data, data, ident, many, money, part, text, unmasked, whole
from store.values import Instant, Money

ORDER_ID = re.compile(r"[0-9A-Z]{3}-\d{7}-\d{7}", re.ASCII)
_PARCELS = {"DELIVERED": "delivered", "UNDELIVERABLE": "exception", "IN_TRANSIT": "shipped", "SHIPPED": "shipped"}
OVER = frozenset({"SHIPPED", "CANCELLED", "UNFULFILLABLE"})


def records(raw: Data, home: Marketplace) -> list[Record]:
    """An order, and the wish to cancel it where its buyer has one."""
    made = order(raw, home)
    asked = cancellation(raw, made)
    return [made, asked] if asked else [made]


def order(raw: Data, home: Marketplace) -> OrderRecord:
    """`home` tells money and language where the order does not say its marketplace."""
    place = MARKETPLACES.get(text(part(raw, "salesChannel"), "marketplaceId"), home)
    items = [data(i, "item") for i in many(raw, "orderItems")]
    lines = tuple(_line(item, place.currency) for item in items)
    name = ident(raw, "orderId")
    return OrderRecord(
        remote_id=name,
        number=name,
        placed_at=moment(raw, "createdTime"),
        updated_at=moment(raw, "lastUpdatedTime"),
        status=text(part(raw, "fulfillment"), "fulfillmentStatus") or "UNKNOWN",
        buyer=buyer(raw, place),
        total=_total(raw, lines, place.currency),
        lines=lines,
        parcels=tuple(p for raw_ in many(raw, "packages") if (p := _parcel(data(raw_, "package")))),
        country=text(part(part(raw, "recipient"), "deliveryAddress"), "countryCode"),
    )


def buyer(raw: Data, place: Marketplace) -> Buyer:
    """The alias of a buyer is theirs for good, and told for seller-fulfilled orders only."""
    who = part(raw, "buyer")
    email = unmasked(text(who, "buyerEmail"))
    return Buyer(id=email.lower(), name=unmasked(text(who, "buyerName")), email=email, lang=place.lang)


def cancellation(raw: Data, made: OrderRecord) -> CaseRecord | None:
    """What a buyer's wish to cancel items says; None where there is none."""
    asked: dict[str, str] = {}
    for item in map(data, many(raw, "orderItems")):
        wish = part(part(item, "cancellation"), "cancellationRequest")
        if wish and text(wish, "requester") in ("BUYER", ""):
            asked[ident(item, "orderItemId")] = text(wish, "cancelReason")
    if not asked:
        return None
    return CaseRecord(
        remote_id=made.remote_id,
        kind="cancellation",
        order_id=made.remote_id,
        state=made.status,
        reason=next((reason for reason in asked.values() if reason), ""),
        opened_at=made.updated_at,
        updated_at=made.updated_at,
        open=made.status not in OVER,
        buyer=made.buyer,
        lines=tuple(asked),
    )


def amount(raw: Data) -> Money:
    return money(raw, "amount", ident(raw, "currencyCode"))


def moment(raw: Data, key: str) -> Instant:
    """A time in UTC that must be there; Amazon may leave its zone away."""
    return fields.moment(raw, key, zone=UTC)


def _total(raw: Data, lines: tuple[Line, ...], currency: str) -> Money:
    """Orders that are still pending tell no total: then what their items cost."""
    if told := part(part(raw, "proceeds"), "grandTotal"):
        return amount(told)
    prices = [Money(n.price.currency, n.price.minor * n.quantity) for n in lines if n.price.currency == currency]
    return sum(prices, Money(currency, 0))


def _line(item: Data, currency: str) -> Line:
    product = part(item, "product")
    price = part(part(product, "price"), "unitPrice")
    return Line(
        id=ident(item, "orderItemId"),
        sku=text(product, "sellerSku") or text(product, "asin"),
        title=text(product, "title"),
        quantity=whole(item, "quantityOrdered"),
        price=amount(price) if price else Money(currency, 0),
    )


def _parcel(raw: Data) -> Parcel | None:
    tracking, state = text(raw, "trackingNumber"), text(part(raw, "packageStatus"), "status")
    if not tracking or state == "CANCELLED":
        return None
    return Parcel(
        courier=text(raw, "carrier"),
        tracking=tracking,
        status=_PARCELS.get(state, ""),
        shipped_at=moment(raw, "shipTime") if raw.get("shipTime") else None,
    )
