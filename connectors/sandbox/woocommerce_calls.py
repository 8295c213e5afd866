"""What the stand-in of WooCommerce tells and does: orders, their notes and refunds, reviews, products, gateways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from connectors.sandbox.market_records import MarketOrder, MarketReview
from connectors.sandbox.web import Request, Response, as_json
from connectors.sandbox.woocommerce_shapes import (
    gateway_of,
    iso,
    order_shape,
    product_ids,
    product_shape,
    review_shape,
    variation_shapes,
)
from store.values import Instant, Money, exponent

if TYPE_CHECKING:
    from connectors.sandbox.woocommerce import WooCommerceSite

_ROOT = "/wp-json/wc/v3"
_ORDER = r"/orders/(?P<order>\d+)"
MOST = 100
_BY = frozenset({"date", "modified", "id", "include", "title", "slug"})
_REVIEWS_BY = frozenset({"date", "date_gmt", "id", "include", "product"})
GATEWAYS = {"stripe": ["products", "refunds"], "bacs": ["products"]}


class BadParam(Exception):
    """A parameter WordPress does not take; its text is the name."""


class Calls:
    """`notes` are customer notes and others, per order; `paid_at` when a refund was made, by its id."""

    def __init__(self, site: WooCommerceSite) -> None:
        self.site, self.market = site, site.market
        self.notes: dict[str, list[dict[str, Any]]] = {}
        self.paid_at: dict[str, Instant] = {}
        for method, path, handler in (
            ("GET", "/orders", self._orders), ("GET", _ORDER, self._order),
            ("GET", f"{_ORDER}/notes", self._notes), ("POST", f"{_ORDER}/notes", self._write),
            ("GET", f"{_ORDER}/refunds", self._refunds), ("POST", f"{_ORDER}/refunds", self._refund),
            ("GET", "/products/reviews", self._reviews), ("GET", "/products", self._products),
            ("GET", r"/products/(?P<product>\d+)/variations", self._variations),
            ("GET", r"/payment_gateways/(?P<way>\w+)", self._gateway),
        ):  # fmt: skip
            site.route(method, _ROOT + path, handler)

    # Lists --------------------------------------------------------------------------------------------

    def _orders(self, request: Request) -> Response:
        try:
            if request.arg("orderby", "date") not in _BY:
                raise BadParam("orderby")
            local = 0 if request.arg("dates_are_gmt") == "true" else self.site.zone_ms
            after, before = _time(request, "modified_after"), _time(request, "modified_before")
            found = [o for o in self.market.orders
                     if (after is None or _s(o.updated_at + local) > after)
                     and (before is None or _s(o.updated_at + local) < before)]  # fmt: skip
            changed = request.arg("orderby") == "modified"
            found.sort(key=lambda o: (o.updated_at if changed else o.placed_at, int(o.id)),
                       reverse=request.arg("order", "desc") == "desc")  # fmt: skip
            return self._listed(request, found, lambda o: order_shape(o, self.site.zone_ms))
        except BadParam as exc:
            return _invalid(str(exc))

    def _reviews(self, request: Request) -> Response:
        """`after` counts in the shop's own time."""
        try:
            if request.arg("orderby", "date_gmt") not in _REVIEWS_BY:
                raise BadParam("orderby")
            after = _time(request, "after")
            found = [r for r in self.market.reviews if after is None or _s(r.at + self.site.zone_ms) > after]
            found.sort(key=lambda r: (r.at, int(r.id)), reverse=request.arg("order", "desc") == "desc")
            ids = product_ids(self.market)

            def shape(review: MarketReview) -> dict[str, Any]:
                return review_shape(review, ids[review.sku], self.site.zone_ms)

            return self._listed(request, found, shape)
        except BadParam as exc:
            return _invalid(str(exc))

    def _products(self, request: Request) -> Response:
        """Those that `include` names, all on one page, or those that changed."""
        try:
            if request.arg("orderby", "date") not in _BY:
                raise BadParam("orderby")
            wanted = {int(n) for n in request.arg("include").split(",") if n.isdecimal()}
            after, before = _time(request, "modified_after"), _time(request, "modified_before")
            local = 0 if request.arg("dates_are_gmt") == "true" else self.site.zone_ms
            ids = product_ids(self.market)
            found = [p for p in self.market.products
                     if (not wanted or ids[p.sku] in wanted)
                     and (after is None or _s(p.updated_at + local) > after)
                     and (before is None or _s(p.updated_at + local) < before)]  # fmt: skip
            found.sort(key=lambda p: (p.updated_at, ids[p.sku]), reverse=request.arg("order", "desc") == "desc")
            asked = [name for name in request.arg("_fields").split(",") if name]
            shown = [{k: v for k, v in product_shape(p, ids[p.sku]).items() if not asked or k in asked} for p in found]
            if wanted:
                return as_json(shown, x_wp_total=str(len(found)), x_wp_totalpages="1")
            return self._listed(request, shown, lambda told: told)
        except BadParam as exc:
            return _invalid(str(exc))

    def _variations(self, request: Request) -> Response:
        ids = product_ids(self.market)
        product = next((p for p in self.market.products if str(ids[p.sku]) == request.match["product"]), None)
        if product is None:
            return _refusal("woocommerce_rest_product_invalid_id", "Invalid ID.", 404)
        try:
            return self._listed(request, variation_shapes(product), lambda told: told)
        except BadParam as exc:
            return _invalid(str(exc))

    def _listed(self, request: Request, found: list[Any], shape: Any) -> Response:
        size, page = _number(request, "per_page", 10), _number(request, "page", 1)
        if not 1 <= size <= MOST:
            raise BadParam("per_page")
        size = self.site.paged(size)
        shown = self.site.shown(request, [shape(x) for x in found[(page - 1) * size : page * size]])
        if not self.site.totals:
            return as_json(shown)
        return as_json(shown, x_wp_total=str(len(found)), x_wp_totalpages=str(-(-len(found) // size)))

    # One order ----------------------------------------------------------------------------------------

    def _order(self, request: Request) -> Response:
        order = self._of(request)
        return as_json(order_shape(order, self.site.zone_ms)) if order else _no_order()

    def _notes(self, request: Request) -> Response:
        order = self._of(request)
        if order is None:
            return _no_order()
        wanted = {"customer": (True,), "internal": (False,)}.get(request.arg("type", "any"), (True, False))
        return as_json([n for n in reversed(self.notes.get(order.id, [])) if n["customer_note"] in wanted])

    def _write(self, request: Request) -> Response:
        order, body = self._of(request), request.json()
        if order is None:
            return _no_order()
        if not isinstance(body, Mapping) or not isinstance(body.get("note"), str) or not body["note"]:
            return _missing("note")
        note = {
            "id": 500_000 + sum(map(len, self.notes.values())), "author": "WooCommerce", "note": body["note"],
            "date_created": iso(self.site.now() + self.site.zone_ms), "date_created_gmt": iso(self.site.now()),
            "customer_note": body.get("customer_note") is True,
        }  # fmt: skip
        self.notes.setdefault(order.id, []).append(note)
        order.notes.append(body["note"])
        return as_json(note, 201)

    def _refunds(self, request: Request) -> Response:
        order = self._of(request)
        if order is None:
            return _no_order()
        try:
            return self._listed(request, list(range(len(order.refunds)))[::-1], lambda n: self._refund_shape(order, n))
        except BadParam as exc:
            return _invalid(str(exc))

    def _refund(self, request: Request) -> Response:
        order, body = self._of(request), request.json()
        if order is None:
            return _no_order()
        if not isinstance(body, Mapping) or not isinstance(body.get("amount"), str):
            return _invalid("amount")
        try:
            minor = Decimal(body["amount"]).scaleb(exponent(order.total.currency))
        except InvalidOperation:
            return _invalid("amount")
        left = order.total.minor - order.refunded.minor
        lines = {str(n + 1): item for n, item in enumerate(order.lines)}
        if any(str(line.get("id"))[len(order.id) :] not in lines for line in body.get("line_items", ())):
            return _failed("Invalid item.", 400)
        if not 0 < minor <= left or minor != int(minor):
            return _failed("Invalid refund amount.", 400)
        if body.get("api_refund", True) and (self.site.gateway_refuses or "refunds" not in GATEWAYS[gateway_of(order)]):
            return _failed("The bank refused: insufficient funds.", 500)
        key = next((m.get("value", "") for m in body.get("meta_data", ()) if m.get("key") == "_deskhand_key"), "")
        self.market.refund(order, key, Money(order.total.currency, int(minor)))
        last = len(order.refunds) - 1
        self.paid_at[f"{order.id}{last:03d}"] = self.site.now()
        return as_json(self._refund_shape(order, last), 201)

    def _refund_shape(self, order: MarketOrder, n: int) -> dict[str, Any]:
        key, amount = order.refunds[n]
        ident = f"{order.id}{n:03d}"
        places = exponent(amount.currency)
        meta = [{"id": int(ident), "key": "_deskhand_key", "value": key}] if "-" in key else []
        return {
            "id": int(ident), "date_created_gmt": iso(self.paid_at.get(ident, order.updated_at)), "reason": "",
            "amount": f"{Decimal(amount.minor).scaleb(-places):.{places}f}", "meta_data": meta, "line_items": [],
        }  # fmt: skip

    def _gateway(self, request: Request) -> Response:
        way = request.match["way"]
        if way not in GATEWAYS:
            return _refusal("woocommerce_rest_payment_gateway_invalid", "Resource does not exist.", 404)
        return as_json({"id": way, "title": way, "enabled": True, "method_supports": GATEWAYS[way]})

    def _of(self, request: Request) -> MarketOrder | None:
        return next((o for o in self.market.orders if o.id == request.match["order"]), None)


# Refusals and parameters ------------------------------------------------------------------------------


def _refusal(code: str, message: str, status: int) -> Response:
    return as_json({"code": code, "message": message, "data": {"status": status}}, status)


def _no_order() -> Response:
    return _refusal("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)


def _invalid(name: str) -> Response:
    return _refusal("rest_invalid_param", f"Invalid parameter(s): {name}", 400)


def _missing(name: str) -> Response:
    return _refusal("rest_missing_callback_param", f"Missing parameter(s): {name}", 400)


def _failed(message: str, status: int) -> Response:
    return _refusal("woocommerce_rest_cannot_create_order_refund", message, status)


def _number(request: Request, name: str, default: int) -> int:
    value = request.arg(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise BadParam(name)
    return int(value)


def _time(request: Request, name: str) -> int | None:
    """Seconds; None where it is not asked for."""
    if not (value := request.arg(name)):
        return None
    try:
        return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
    except ValueError as exc:
        raise BadParam(name) from exc


def _s(at: Instant) -> int:
    return at // 1000
