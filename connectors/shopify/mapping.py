"""Shopify's JSON as records. Pure: what a page holds is all that is known here. All raise Unreadable."""

from __future__ import annotations

from connectors.contract import Buyer, CaseRecord, Line, OrderRecord, Parcel, ProductRecord
from connectors.fields import Data, Unreadable, data, ident, many, moment, money, part, text, unmasked, whole
from connectors.shopify import guesses
from store.values import Instant, Money


def order(raw: Data) -> OrderRecord:
    """An order with all its lines."""
    total = amount(part(raw, "totalPriceSet"))
    buyer_ = buyer(raw)
    visit = part(part(part(raw, "customerJourneySummary"), "lastVisit"), "utmParameters")
    return OrderRecord(
        remote_id=ident(raw, "legacyResourceId"),
        number=ident(raw, "name").removeprefix("#"),
        placed_at=moment(raw, "createdAt"),
        updated_at=moment(raw, "updatedAt"),
        status=_status(raw),
        buyer=buyer_,
        total=total,
        lines=tuple(_line(data(n, "line")) for n in many(part(raw, "lineItems"), "nodes")),
        parcels=tuple(p for f in many(raw, "fulfillments") for p in _parcels(data(f, "fulfillment"))),
        country=text(part(raw, "shippingAddress"), "countryCodeV2"),
        campaign=text(visit, "campaign"),
    )


def buyer(raw: Data) -> Buyer:
    """The customer of an order; without an id where they bought as a guest, or the app may not know."""
    who = part(raw, "customer")
    return Buyer(
        id=text(who, "legacyResourceId"),
        name=unmasked(text(who, "displayName")),
        email=unmasked(text(who, "email") or text(raw, "email")),
        lang=text(raw, "customerLocale") or text(who, "locale"),
        country=text(part(who, "defaultAddress"), "countryCodeV2"),
    )


def case(raw: Data, of: Data) -> CaseRecord:
    """A return of the order `of`. It tells no time of change of its own, so the order's counts."""
    status = ident(raw, "status")
    lines = [data(n, "line") for n in many(part(raw, "returnLineItems"), "nodes")]
    sums = [amount(part(n, "withCodeDiscountedTotalPriceSet")) for n in lines if n.get("withCodeDiscountedTotalPriceSet")]
    said = [text(n, "customerNote") or text(n, "returnReasonNote") for n in lines]
    opened, updated = moment(raw, guesses.RETURN_OPENED), moment(of, "updatedAt")
    return CaseRecord(
        remote_id=tail(ident(raw, "id")),
        kind="return",
        order_id=ident(of, "legacyResourceId"),
        state=status,
        reason=text(lines[0], "returnReason") if lines else "",
        opened_at=opened,
        updated_at=max(opened, updated),
        open=status in ("REQUESTED", "OPEN"),
        buyer=buyer(of) if part(of, "customer") else None,
        amount=sum(sums[1:], sums[0]) if sums else None,
        text="\n".join(dict.fromkeys(s for s in said if s)),
        lines=tuple(
            tail(ident(part(part(n, "fulfillmentLineItem"), "lineItem"), "id")) for n in lines if n.get("fulfillmentLineItem")
        ),
        allowed={"REQUESTED": ("approve", "decline"), "OPEN": ("refund", "process")}.get(status, ()),
    )


def products(raw: Data) -> list[ProductRecord]:
    """A product with all its variants: each that has an SKU is one. Facts are the seller's own fields."""
    title, at = ident(raw, "title"), moment(raw, "updatedAt")
    facts = {"Vendor": text(raw, "vendor"), "Type": text(raw, "productType")}
    sizes = ""
    for told in (data(n, "field") for n in many(part(raw, "metafields"), "nodes")):
        key, value = ident(told, "key"), text(told, "value")
        if not any(word in text(told, "type") for word in guesses.TEXTS):
            continue
        if key in guesses.SIZE_CHARTS:
            sizes = value
        else:
            facts[key.replace("_", " ").capitalize()] = value
    facts["Description"] = text(raw, "description")
    picture = text(part(part(part(raw, "featuredMedia"), "preview"), "image"), "url")
    found = []
    for one in (data(n, "variant") for n in many(part(raw, "variants"), "nodes")):
        if not (sku := text(one, "sku").strip()):
            continue
        options = {text(o, "name"): text(o, "value") for o in map(data, many(one, "selectedOptions"))}
        own = {} if options == {"Title": "Default Title"} else options
        called = f"{title} ({text(one, 'title')})" if own else title
        specs = {name: value for name, value in {**own, **facts}.items() if name and value}
        found.append(ProductRecord(sku, called, specs, sizes, at, text(part(one, "image"), "url") or picture))
    return found


def maybe(raw: Data, key: str) -> Instant | None:
    return moment(raw, key) if raw.get(key) else None


def amount(both: Data) -> Money:
    """An amount in the money the buyer paid in, of a MoneyBag."""
    inner = part(both, "presentmentMoney")
    return money(inner, "amount", ident(inner, "currencyCode"))


def tail(name: str) -> str:
    """The number at the end of a gid."""
    number = name.rpartition("/")[2].partition("?")[0]
    if not number.isdecimal():
        raise Unreadable("an id is no gid")
    return number


def _status(raw: Data) -> str:
    if raw.get("cancelledAt"):
        return "CANCELLED"
    paid = text(raw, "displayFinancialStatus")
    return ident(raw, "displayFulfillmentStatus") + ("" if paid in guesses.WITHOUT_NOTE else f", {paid}")


def _line(raw: Data) -> Line:
    return Line(
        id=tail(ident(raw, "id")),
        sku=text(raw, "sku"),
        title=text(raw, "name"),
        quantity=whole(raw, "quantity"),
        price=amount(part(raw, "discountedUnitPriceSet")),
    )


def _parcels(raw: Data) -> list[Parcel]:
    state = text(raw, "displayStatus")
    status = "delivered" if state in guesses.DELIVERED else "exception" if state in guesses.TROUBLED else "shipped"
    return [
        Parcel(
            courier=text(info, "company"),
            tracking=text(info, "number"),
            status=status,
            shipped_at=moment(raw, "createdAt"),
            delivered_at=maybe(raw, "deliveredAt"),
            eta=maybe(raw, "estimatedDeliveryAt"),
        )
        for info in map(data, many(raw, "trackingInfo"))
        if text(info, "number")
    ]
