"""Orders, parcels and messages of the Amazon stand-in."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any, NamedTuple

from connectors.sandbox.market_records import MarketCase, MarketOrder
from connectors.sandbox.web import Request, Response, as_json
from store.values import HOUR, MINUTE, Instant, Money, exponent

if TYPE_CHECKING:
    from connectors.sandbox.amazon import AmazonSite

Json = dict[str, Any]
_PART = {"BUYER": "buyer", "RECIPIENT": "recipient", "PROCEEDS": "proceeds", "PACKAGES": "packages", "FULFILLMENT": "fulfillment"}
FORMS = ("unexpectedProblem", "confirmOrderDetails", "confirmDeliveryDetails", "invoice", "digitalAccessKey")
LONGEST = {"digitalAccessKey": 400, "invoice": 0}
REVIEW_FORM = "productReviewAndSellerFeedback"


def iso(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def at(text: str) -> Instant | None:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return None


def money(value: Money) -> Json:
    places = exponent(value.currency)
    return {"amount": f"{Decimal(value.minor).scaleb(-places):.{places}f}", "currencyCode": value.currency}


def line_id(order: MarketOrder, n: int) -> str:
    return f"{order.id}{n:02d}"


class Place(NamedTuple):
    """A place in a list: made when, of which question, where it goes on, and what it lists."""

    made: Instant
    asked: str
    start: int
    found: list[MarketOrder]


class Orders:
    """`forms` are the messages that may be sent about orders, `sent` those that were, `amazon` the orders Amazon sends
    itself."""

    def __init__(self, site: AmazonSite) -> None:
        self.site = site
        self.forms: set[str] = {*FORMS, REVIEW_FORM}
        self.sent: list[tuple[str, str, str]] = []
        self.amazon: set[str] = set()
        self.attached: dict[str, bytes] = {}
        """Files by the name of their upload: those that are there, and those that were only asked for (empty)."""
        self.places: dict[str, Place] = {}

    def moved(self, order: MarketOrder) -> Instant:
        """When an order, or its buyer's wish to cancel, last changed; in whole seconds, as Amazon tells."""
        wish = self.wish(order)
        return max(order.updated_at, wish.updated_at if wish else 0) // 1000 * 1000

    def wish(self, order: MarketOrder) -> MarketCase | None:
        return next((c for c in self.site.market.cases if c.order is order and c.kind == "cancellation"), None)

    def search(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        created, changed = request.arg("createdAfter"), request.arg("lastUpdatedAfter")
        if bool(created) == bool(changed):
            return problem(400, "InvalidInput", "Exactly one of createdAfter and lastUpdatedAfter must be given.")
        since, size = at(created or changed), request.arg("maxResultsPerPage", "100")
        if since is None or since > self.site.clock.now() - 2 * MINUTE:
            return problem(400, "InvalidInput", "The date must be at least two minutes before now.")
        if not size.isdecimal() or not 1 <= int(size) <= 100:
            return problem(400, "InvalidInput", "maxResultsPerPage must be 1 to 100.")
        if unknown := set(request.arg("includedData").split(",")) - {*_PART, "CANCELLATION", ""}:
            return problem(400, "InvalidInput", f"includedData is invalid: {min(unknown)}")
        start, token = 0, request.arg("paginationToken")
        asked = f"{created}/{changed}/{request.arg('marketplaceIds')}"
        if token:
            place = self.places.get(token)
            if place is None or place.asked != asked or self.site.clock.now() - place.made > 24 * HOUR:
                return problem(400, "InvalidInput", "paginationToken is invalid or has expired.")
            start, found = place.start, place.found
        else:
            stamp = self.moved if changed else (lambda o: o.placed_at)
            mine = request.arg("marketplaceIds", self.site.marketplace).split(",")
            found = sorted((o for o in self.site.market.orders if stamp(o) >= since), key=lambda o: (stamp(o), o.id))
            found = found if self.site.marketplace in mine else []
        end = start + self.site.paged(int(size))
        shown = [self.show(o, request.arg("includedData")) for o in found[start:end]]
        told: Json = {"orders": self.site.shown(request, shown)}
        if end < len(found):
            token = f"place{len(self.places)}=="
            self.places[token] = Place(self.site.clock.now(), asked, end, found)
            told["pagination"] = {"nextToken": token}
        told["lastUpdatedBefore" if changed else "createdBefore"] = iso(self.site.clock.now() - 2 * MINUTE)
        return as_json(told, 200, x_amzn_RateLimit_Limit="0.0056")

    def get(self, request: Request) -> Response:
        order = self.find(request.match["id"])
        return as_json({"order": self.show(order, request.arg("includedData"))}) if order else _unknown()

    def find(self, name: str) -> MarketOrder | None:
        return next((o for o in self.site.market.orders if o.number == name), None)

    def show(self, o: MarketOrder, included: str) -> Json:
        status = {"processing": "UNSHIPPED", "cancelled": "CANCELLED"}.get(o.status, "SHIPPED")
        wish, wanted = self.wish(o), included.split(",")
        items: list[Json] = [
            {"orderItemId": line_id(o, n), "quantityOrdered": item.quantity,
             "product": {"asin": f"B0{o.id}{n:02d}", "title": item.title, "sellerSku": item.sku,
                         "price": {"unitPrice": money(item.price)}}}
            for n, item in enumerate(o.lines)
        ]  # fmt: skip
        if wish and "CANCELLATION" in wanted:
            asked = {"requester": "BUYER", "cancelReason": wish.trouble.upper()}
            items[0]["cancellation"] = {"cancellationRequest": asked}
        parcels = [
            {"packageReferenceId": str(n + 1), "carrier": p.courier, "trackingNumber": p.tracking, "shipTime": iso(p.shipped_at),
             "packageStatus": {"status": "DELIVERED" if p.delivered_at else "IN_TRANSIT"}}
            for n, p in enumerate(o.parcels)
        ]  # fmt: skip
        whole: Json = {
            "orderId": o.number, "createdTime": iso(o.placed_at), "lastUpdatedTime": iso(self.moved(o)),
            "salesChannel": {"channelName": "AMAZON", "marketplaceId": self.site.marketplace, "marketplaceName": "Amazon.de"},
            "buyer": {"buyerName": o.buyer.name, "buyerEmail": o.buyer.address},
            "recipient": {"deliveryAddress": {"name": o.buyer.name, "countryCode": o.buyer.country}},
            "proceeds": {"grandTotal": money(o.total)}, "orderItems": items, "packages": parcels,
            "fulfillment": {"fulfillmentStatus": status, "fulfilledBy": "AMAZON" if o.number in self.amazon else "MERCHANT"},
        }  # fmt: skip
        hidden = {_PART[name] for name in _PART if name not in wanted}
        return {key: value for key, value in whole.items() if key not in hidden}

    def ship(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        order, body = self.find(request.match["id"]), request.json()
        if order is None:
            return _unknown()
        parcel = body.get("packageDetail") if isinstance(body, dict) else None
        needs = ("packageReferenceId", "carrierCode", "trackingNumber", "shipDate", "orderItems")
        if not isinstance(parcel, dict) or any(not parcel.get(n) for n in needs):
            return problem(400, "InvalidInput", "Invalid Input")
        if body.get("marketplaceId") != self.site.marketplace:
            return problem(400, "InvalidInput", "Invalid Input")
        counts = {line_id(order, n): item.quantity for n, item in enumerate(order.lines)}
        if any(not 0 < i.get("quantity", 0) <= counts.get(i.get("orderItemId"), 0) for i in parcel["orderItems"]):
            return problem(400, "InvalidInput", "Invalid order item")
        if not re.fullmatch(r"[1-9]\d*", str(parcel["packageReferenceId"])) or at(parcel["shipDate"]) is None:
            return problem(400, "InvalidInput", "Invalid package reference or ship date")
        if parcel["carrierCode"] == "Other" and not parcel.get("carrierName"):
            return problem(400, "InvalidInput", "carrierName is required")
        self.site.market.ship(order, parcel.get("carrierName") or parcel["carrierCode"], parcel["trackingNumber"])
        return Response(204)

    # Forms of message ---------------------------------------------------------------------------------

    def actions(self, request: Request) -> Response:
        if self.find(request.match["id"]) is None or not request.arg("marketplaceIds"):
            return _unknown()
        solicits = request.match["family"] == "solicitations"
        names = sorted(n for n in self.forms if (n == REVIEW_FORM) == solicits)
        links = [{"name": n, "href": f"{request.path}/{n}"} for n in names]
        return as_json({"_links": {"self": {"href": request.path}, "actions": links}})

    def message(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        name, form, body = request.match["id"], request.match["form"], request.json()
        if self.find(name) is None or not request.arg("marketplaceIds"):
            return _unknown()
        if form not in self.forms:
            return problem(403, "Unauthorized", "This message type is not allowed for the order.")
        text = body.get("text", "") if isinstance(body, dict) else ""
        files = body.get("attachments", []) if isinstance(body, dict) else []
        longest = LONGEST.get(form, 2_000)
        if form != REVIEW_FORM and (bool(text) != bool(longest) or len(text) > longest or "<" in text or "@" in text):
            return problem(400, "InvalidInput", "Invalid Input")
        takes = form in ("invoice", "digitalAccessKey")
        if len(files) > (5 if takes else 0) or (form == "invoice" and not files):
            return problem(400, "InvalidInput", "Invalid attachments")
        if any(not f.get("fileName") or not self.attached.get(f.get("uploadDestinationId", "")) for f in files):
            return problem(400, "InvalidInput", "The upload destination is not known or empty.")
        self.sent.append((name, form, text))
        return as_json({}, 201)

    def attributes(self, request: Request) -> Response:
        order = self.find(request.match["id"])
        return as_json({"buyer": {"locale": f"{order.buyer.lang}-{order.buyer.country}"}}) if order else _unknown()

    def destination(self, request: Request) -> Response:
        """A place for a file of one message; the file must be what its MD5 says."""
        from connectors.sandbox.amazon import problem

        if not request.arg("marketplaceIds") or not request.arg("contentMD5"):
            return problem(400, "InvalidInput", "marketplaceIds and contentMD5 are required.")
        name = f"attached-{len(self.attached)}"
        self.attached[name] = b""
        headers = {"Content-MD5": request.arg("contentMD5")}
        place = {"uploadDestinationId": name, "url": f"{self.site.url}/documents/{name}", "headers": headers}
        return as_json({"payload": place}, 201)

    def attach(self, request: Request) -> Response:
        digest = b64encode(md5(request.body, usedforsecurity=False).digest()).decode()
        if request.match["name"] not in self.attached or request.headers.get("content-md5") != digest:
            return Response(403)
        self.attached[request.match["name"]] = request.body
        return Response(200)


def _unknown() -> Response:
    from connectors.sandbox.amazon import problem

    return problem(404, "NotFound", "The order does not exist.")


def mount(site: AmazonSite) -> None:
    orders = site.orders
    site.route("GET", "/orders/2026-01-01/orders", orders.search)
    site.route("GET", "/orders/2026-01-01/orders/(?P<id>[^/]+)", orders.get)
    site.route("POST", "/orders/v0/orders/(?P<id>[^/]+)/shipmentConfirmation", orders.ship)
    site.route("GET", "/messaging/v1/orders/(?P<id>[^/]+)/attributes", orders.attributes)
    site.route("POST", "/uploads/2020-11-01/uploadDestinations/messaging/v1/.+", orders.destination)
    site.route("PUT", r"/documents/(?P<name>attached-\d+)", orders.attach)
    site.route("GET", "/(?P<family>messaging|solicitations)/v1/orders/(?P<id>[^/]+)", orders.actions)
    site.route("POST", r"/(messaging|solicitations)/v1/orders/(?P<id>[^/]+)/\w+/(?P<form>\w+)", orders.message)
