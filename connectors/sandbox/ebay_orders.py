"""Fulfillment on the stand-in: orders, parcels, refunds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.sandbox.ebay_shapes import Json, amount, at, iso, item_id, line_id, paged, problem, username
from connectors.sandbox.market_records import MarketOrder
from connectors.sandbox.web import Request, Response, as_json
from store.values import DAY, MINUTE, Instant, Money, exponent

if TYPE_CHECKING:
    from connectors.sandbox.ebay import EbaySite

_ORDER = r"/sell/fulfillment/v1/order/(?P<id>[^/]+)"
_REASONS = frozenset({"BUYER_CANCEL", "SELLER_CANCEL", "ITEM_NOT_RECEIVED", "BUYER_RETURN", "ITEM_NOT_AS_DESCRIBED",
                      "OTHER_ADJUSTMENT", "SHIPPING_DISCOUNT"})  # fmt: skip
SETTLES = 30 * MINUTE
"""How long a refund stays PENDING."""
SELLER = "nordlicht"


@dataclass(slots=True)
class PaidBack:
    id: str
    amount: Money
    at: Instant
    fails: bool

    def status(self, now: Instant) -> str:
        if now - self.at < SETTLES:
            return "PENDING"
        return "FAILED" if self.fails else "REFUNDED"


class Orders:
    """`fail_refunds` makes refunds taken from now on fail later."""

    def __init__(self, site: EbaySite) -> None:
        self.site = site
        self.refunds: dict[str, list[PaidBack]] = {}
        self.fail_refunds = False

    def search(self, request: Request) -> Response:
        window = re.fullmatch(r"lastmodifieddate:\[([^\]]*?)\.\.([^\]]*)\]", request.arg("filter"))
        if request.arg("filter") and not window:
            return _no(400, 30700, f"Invalid filter name: {request.arg('filter').partition(':')[0]}")
        start, end = (window[1], window[2]) if window else (iso(self.site.now() - 90 * DAY), "")
        since, until = at(start), at(end) if end else self.site.now()
        if not start:
            return _no(400, 30820, "Start date is missing")
        if since is None or until is None:
            return _no(400, 30810, "Invalid date format")
        if since > until:
            return _no(400, 30840, "Start date should be before end date")
        if since > self.site.now() or until > self.site.now():
            return _no(400, 30850, "Start and end dates can't be in the future")
        if since < self.site.now() - 731 * DAY:
            return _no(400, 30830, "Time range between start date and end date must be within '2' years.")
        found = [o for o in self.site.market.orders if since <= o.updated_at <= until]
        found.sort(key=lambda o: (-o.placed_at, o.id))
        return paged(self.site, request, "orders", found, self.show, default=50, most=200,
                     refuse=lambda what: _no(400, 31100 if what == "limit" else 31000, f"Invalid {what}"))  # fmt: skip

    def get(self, request: Request) -> Response:
        order = self.site.market.order(request.match["id"])
        return as_json(self.show(order)) if order else _no(404, 32100, f"Invalid order ID: {request.match['id']}")

    def show(self, order: MarketOrder) -> Json:
        lines = [
            {"lineItemId": line_id(order, i), "legacyItemId": item_id(order, i), "sku": item.sku, "title": item.title,
             "quantity": item.quantity, "lineItemCost": amount(Money(item.price.currency, item.price.minor * item.quantity)),
             "lineItemFulfillmentStatus": "FULFILLED" if order.parcels else "NOT_STARTED",
             "lineItemFulfillmentInstructions": {"shipByDate": iso(order.placed_at + 2 * DAY)}}
            for i, item in enumerate(order.lines)
        ]  # fmt: skip
        buyer = order.buyer
        place = {"countryCode": buyer.country, "addressLine1": buyer.street}
        refunds = [
            {"refundId": r.id, "amount": amount(r.amount), "refundDate": iso(r.at), "refundStatus": r.status(self.site.now())}
            for r in self.refunds.get(order.id, ())
        ]
        paid = "PAID"
        if order.refunds:
            paid = "FULLY_REFUNDED" if order.refunded == order.total else "PARTIALLY_REFUNDED"
        base = f"https://api.ebay.com/sell/fulfillment/v1/order/{order.number}/shipping_fulfillment/"
        return {
            "orderId": order.number, "legacyOrderId": order.number, "sellerId": SELLER,
            "creationDate": iso(order.placed_at), "lastModifiedDate": iso(order.updated_at),
            "orderFulfillmentStatus": "FULFILLED" if order.parcels else "NOT_STARTED", "orderPaymentStatus": paid,
            "cancelStatus": {"cancelState": "CANCELED" if order.status == "cancelled" else "NONE_REQUESTED",
                             "cancelRequests": []},
            "buyer": {"username": username(buyer), "buyerRegistrationAddress": {
                "fullName": buyer.name, "contactAddress": {"countryCode": buyer.country}}},
            "pricingSummary": {"priceSubtotal": amount(order.total), "total": amount(order.total)},
            "paymentSummary": {"totalDueSeller": amount(order.total), "refunds": refunds},
            "fulfillmentStartInstructions": [{
                "fulfillmentInstructionsType": "SHIP_TO", "maxEstimatedDeliveryDate": iso(order.placed_at + 10 * DAY),
                "shippingStep": {"shippingCarrierCode": buyer.courier,
                                 "shipTo": {"fullName": buyer.name, "email": buyer.address, "contactAddress": place}}}],
            "fulfillmentHrefs": [base + _plain(p.tracking) for p in order.parcels],
            "lineItems": lines,
        }  # fmt: skip

    # Parcels ------------------------------------------------------------------------------------------

    def parcels(self, request: Request) -> Response:
        order = self.site.market.order(request.match["id"])
        if order is None:
            return _no(400, 32100, "Invalid order ID")
        lines = [{"lineItemId": line_id(order, i), "quantity": n.quantity} for i, n in enumerate(order.lines)]
        found = [
            {"fulfillmentId": _plain(p.tracking), "shipmentTrackingNumber": _plain(p.tracking),
             "shippingCarrierCode": p.courier, "shippedDate": iso(p.shipped_at), "lineItems": lines}
            for p in order.parcels
        ]  # fmt: skip
        return as_json({"fulfillments": found, "total": len(found)})

    def ship(self, request: Request) -> Response:
        order, body = self.site.market.order(request.match["id"]), request.json()
        if order is None:
            return _no(400, 32100, "Invalid Order Id")
        if not isinstance(body, dict):
            return _no(400, 32600, "Invalid input data")
        tracking, carrier = body.get("trackingNumber", ""), body.get("shippingCarrierCode", "")
        known = {line_id(order, i): n.quantity for i, n in enumerate(order.lines)}
        asked = [line.get("lineItemId") for line in body.get("lineItems", ())]
        if len(asked) != len(set(asked)):
            return _no(400, 32210, "Duplicate line item in the request")
        if wrong := [n for n in asked if n not in known]:
            return _no(400, 32200, f"Invalid line item id: {wrong[0]}")
        if bool(tracking) != bool(carrier) or not re.fullmatch(r"[A-Za-z0-9]*", tracking):
            return _no(400, 32300, "Invalid shipment tracking number or carrier")
        shipped = body.get("shippedDate")
        if shipped is not None and (at(shipped) is None or (at(shipped) or 0) > self.site.now() + DAY):
            return _no(400, 32500, "Invalid shipped date")
        self.site.market.ship(order, carrier, tracking)
        place = f"https://api.ebay.com/sell/fulfillment/v1/order/{order.number}/shipping_fulfillment/{tracking or 999}"
        return Response(201, b"", {"location": place})

    # Refunds ------------------------------------------------------------------------------------------

    def refund(self, request: Request) -> Response:
        order, body = self.site.market.order(request.match["id"]), request.json()
        if order is None:
            return _no(404, 34913, "Can not find the order.")
        if not isinstance(body, dict) or not body:
            return _no(400, 34902, "Request can't be empty.")
        if body.get("reasonForRefund") not in _REASONS:
            return _no(400, 34903, "The refund reason must be specified.")
        if len(body.get("comment", "")) > 1000:
            return _no(400, 34921, "The comment exceeds the length limit, please make sure it doesn't exceed 1000 characters.")
        asked, refusal = _asked(order, body)
        if refusal or asked is None:
            return refusal or _no(400, 34905, "Either orderLevelRefundAmount or refundItems must be specified.")
        market = self.site.market
        if any(c.order is order and c.kind != "cancellation" and c.state == "requested" for c in market.cases):
            return _no(400, 34916, "A post-transaction case exists on this order, seller refund can't be triggered.")
        if order.refunded == order.total:
            return _no(400, 34917, "This order was already refunded.")
        if any(r.status(self.site.now()) == "PENDING" for r in self.refunds.get(order.id, ())):
            return _no(400, 34922, "Refund can't be issued while previous refund is processing.")
        if asked.minor > order.total.minor - order.refunded.minor:
            if body.get("refundItems"):
                return _no(409, 34924, "The item refund amount exceeds the item remaining amount.")
            return _no(400, 34915, "The refund amount exceeds order amount.")
        done = self.pay_back(order, asked)
        return as_json({"refundId": done.id, "refundStatus": "PENDING"})

    def pay_back(self, order: MarketOrder, money: Money) -> PaidBack:
        known = self.refunds.setdefault(order.id, [])
        done = PaidBack(f"52{order.id}{len(known)}", money, self.site.now(), self.fail_refunds)
        known.append(done)
        if not done.fails:
            self.site.market.refund(order, done.id, money)
        return done


def _asked(order: MarketOrder, body: dict[str, Any]) -> tuple[Money | None, Response | None]:
    parts = [body["orderLevelRefundAmount"]] if body.get("orderLevelRefundAmount") else []
    for item in body.get("refundItems") or ():
        if item.get("lineItemId") not in {line_id(order, i) for i in range(len(order.lines))}:
            return None, _no(400, 34914, "Can't find the item in the order.")
        parts.append(item.get("refundAmount"))
    total = Money(order.total.currency, 0)
    for part in parts:
        if not isinstance(part, dict) or not part.get("value"):
            return None, _no(400, 34906, "The amount value must be specified.")
        if part.get("currency") != order.total.currency:
            return None, _no(400, 34909, "The amount currency isn't correct.")
        if not isinstance(part["value"], str) or not re.fullmatch(r"\d+(\.\d{1,2})?", part["value"]) or not float(part["value"]):
            return None, _no(400, 34907, "The amount value must be positive and within two decimals.")
        total += Money(total.currency, round(float(part["value"]) * 10 ** exponent(total.currency)))
    return (total if parts else None), None


def _plain(tracking: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", tracking)


def _no(status: int, ident: int, text: str) -> Response:
    return problem(status, ident, "API_FULFILLMENT", text, category="BUSINESS" if status == 409 else "REQUEST")


def mount(site: EbaySite) -> None:
    orders = site.orders
    site.route("GET", "/sell/fulfillment/v1/order", orders.search)
    site.route("GET", _ORDER, orders.get)
    site.route("GET", f"{_ORDER}/shipping_fulfillment", orders.parcels)
    site.route("POST", f"{_ORDER}/shipping_fulfillment", orders.ship)
    site.route("POST", f"{_ORDER}/issue_refund", orders.refund)

