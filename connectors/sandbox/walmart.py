"""A stand-in for Walmart's marketplace (US): one seller, refused what Walmart refuses.

Statuses and codes that Walmart does not document are assumptions.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketCase, MarketOrder
from connectors.sandbox.walmart_shapes import RETURNED, order_shape, return_shape
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import SECOND, Clock, Instant, Money

MOST = 200
LIVES_S = 900


class WalmartSite(Site):
    """`scopes` are what the keys may do. `partial` are the returns of which only so many pieces were paid back."""

    def __init__(self, clock: Clock, market: Market) -> None:
        super().__init__(clock)
        self.market = market
        self.client_id, self.client_secret, self.known = "client-0001", "stand_in_secret_0001", True
        self.scopes = {"orders", "returns"}
        self.tokens: dict[str, Instant] = {}
        self.partial: dict[str, int] = {}
        self.split: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self._cursors: dict[str, int] = {}
        self._made = 0
        self.route("POST", "/v3/token", self._token)
        self.route("GET", "/v3/orders", self._orders)
        self.route("GET", "/v3/orders/(?P<id>[^/]+)", self._order)
        self.route("POST", "/v3/orders/(?P<id>[^/]+)/refund", self._refund)
        self.route("POST", "/v3/orders/(?P<id>[^/]+)/shipping", self._ship)
        self.route("POST", "/v3/orders/(?P<id>[^/]+)/cancel", self._cancel)
        self.route("GET", "/v3/returns", self._returns)
        self.route("POST", "/v3/returns/(?P<id>[^/]+)/refund", self._settle)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        return {"client_id": self.client_id, "api_url": url}, {"client_secret": self.client_secret}

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        try:
            UUID(request.headers.get("wm_qos.correlation_id", ""))
        except ValueError:
            return problem("MISSING_HEADER.GMP_GATEWAY_API", "WM_QOS.CORRELATION_ID is missing or no UUID.", 400)
        if not request.headers.get("wm_svc.name") or "json" not in request.headers.get("accept", ""):
            return problem("MISSING_HEADER.GMP_GATEWAY_API", "WM_SVC.NAME or Accept is missing.", 400)
        if request.path == "/v3/token":
            return None
        token = request.headers.get("wm_sec.access_token", "")
        if self.hit("expired", request):
            self.tokens.pop(token, None)
        if self.tokens.get(token, 0) <= self.clock.now():
            return problem("UNAUTHORIZED.GMP_GATEWAY_API", "Unauthorized token or incorrect authorization header.", 401)
        if request.path.split("/")[2] not in self.scopes:
            return problem("FORBIDDEN.GMP_GATEWAY_API", "Access is not allowed.", 403)
        return None

    def _token(self, request: Request) -> Response:
        if self.hit("revoked", request):
            self.known = False
        who = "Basic " + b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != who or not self.known:
            return problem("UNAUTHORIZED.GMP_GATEWAY_API", "Client ID or secret is wrong.", 401)
        if request.form() != {"grant_type": "client_credentials"}:
            return problem("INVALID_REQUEST_PARAM.GMP_GATEWAY_API", "grant_type is not supported.", 400)
        self._made += 1
        self.tokens[f"stand_in_token_{self._made}"] = self.clock.now() + LIVES_S * SECOND
        return as_json({"access_token": f"stand_in_token_{self._made}", "token_type": "Bearer", "expires_in": LIVES_S})

    # Lists --------------------------------------------------------------------------------------------

    def _orders(self, request: Request) -> Response:
        return self._listed(request, "lastModified", self.market.orders, self.moved, self._shown_order, lambda meta, shown: {
            "list": {"meta": meta, "elements": {"order": shown}}})  # fmt: skip

    def _returns(self, request: Request) -> Response:
        found = self.returns()
        if ident := request.arg("returnOrderId"):
            shown = [self._shown_return(c) for c in found if c.id == ident]
            return as_json({"meta": {"totalCount": len(shown), "limit": 10, "nextCursor": ""}, "returnOrders": shown})
        return self._listed(request, "returnLastModified", found, _changed, self._shown_return, lambda meta, shown: {
            "meta": meta, "returnOrders": shown})  # fmt: skip

    def returns(self) -> list[MarketCase]:
        return [c for c in self.market.cases if c.kind in RETURNED]

    def wish(self, order: MarketOrder) -> MarketCase | None:
        """The buyer's wish to cancel an order."""
        return next((c for c in self.market.cases if c.order is order and c.kind == "cancellation"), None)

    def moved(self, order: MarketOrder) -> Instant:
        """When an order last changed; a wish to cancel is a change."""
        wish = self.wish(order)
        return max(order.updated_at, wish.updated_at) if wish else order.updated_at

    def _listed(
        self, request: Request, filter_: str, found: list[Any], at: Callable[[Any], Instant], shape: Any, wrap: Any
    ) -> Response:
        """By the time of change. A cursor is the whole query of the next page, good only as it was given."""
        found = sorted(found, key=lambda x: (at(x), x.id))
        begin, asked = 0, f"?{request.query_string}"
        if request.arg("hasMoreElements"):
            if asked not in self._cursors:
                return problem("INVALID_REQUEST_PARAM.GMP_ORDER_API", "The cursor is not valid.", 400)
            begin = self._cursors[asked]
        if not request.arg("limit").isdecimal() or not 1 <= int(request.arg("limit")) <= MOST:
            return problem("INVALID_REQUEST_PARAM.GMP_ORDER_API", "limit is not valid.", 400)
        start, end = _time(request.arg(f"{filter_}StartDate")), _time(request.arg(f"{filter_}EndDate"))
        kept = [x for x in found if (start is None or at(x) > start) and (end is None or at(x) < end)]
        if not kept:
            return problem("CONTENT_NOT_FOUND.GMP_ORDER_API", "No content found.", 404)
        size = self.paged(int(request.arg("limit")))
        meta: dict[str, Any] = {"totalCount": len(kept), "limit": size, "nextCursor": ""}
        if begin + size < len(kept):
            window = "&".join(f"{k}={v}" for k, v in request.query if k.startswith(filter_))
            meta["nextCursor"] = f"?limit={size}&hasMoreElements=true&soIndex={len(kept)}&poIndex={begin + size}&{window}"
            self._cursors[meta["nextCursor"]] = begin + size
        shown = self.shown(request, [shape(x) for x in kept[begin : begin + size]])
        return as_json(wrap(meta, shown), x_current_token_count="900", x_next_replenishment_time="0")

    # One ----------------------------------------------------------------------------------------------

    def _order(self, request: Request) -> Response:
        order = self._of(request)
        return as_json({"order": self._shown_order(order)}) if order else _no_order()

    def _refund(self, request: Request) -> Response:
        """Charges are negative; only lines that have left are paid back."""
        order, body = self._of(request), request.json()
        if order is None:
            return _no_order()
        try:
            lines = [self._charged(order, line) for line in body["orderRefund"]["orderLines"]["orderLine"]]
            if body["orderRefund"]["purchaseOrderId"] != order.id or not lines:
                raise ValueError("purchaseOrderId")
        except (KeyError, ValueError, TypeError, IndexError) as exc:
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", f"Invalid: {exc}", 400)
        comment = body["orderRefund"]["orderLines"]["orderLine"][0]["refunds"]["refund"][0].get("refundComments", "")
        total = Money(order.total.currency, sum(minor for _, minor in lines))
        if order.status not in ("shipped", "delivered") or not self.market.refund(order, comment, total):
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", "This line cannot be refunded so much.", 400)
        self.split[(order.id, len(order.refunds) - 1)] = lines
        return as_json({"order": self._shown_order(order)})

    def _charged(self, order: MarketOrder, line: Mapping[str, Any]) -> tuple[int, int]:
        n, total = int(line["lineNumber"]) - 1, Decimal(0)
        if not 0 <= n < len(order.lines):
            raise ValueError("lineNumber")
        for one in line["refunds"]["refund"][0]["refundCharges"]["refundCharge"]:
            charge = one["charge"]
            amounts = charge["chargeAmount"], charge["tax"]["taxAmount"]
            if charge["chargeAmount"]["amount"] >= 0 or charge["tax"]["taxAmount"]["amount"] > 0:
                raise ValueError("a refund's charge must be negative")
            if any(a["currency"] != order.total.currency for a in amounts) or not one["refundReason"]:
                raise ValueError("currency or reason")
            total -= sum(Decimal(str(a["amount"])) for a in amounts)
        return n, int(total * 100)

    def _ship(self, request: Request) -> Response:
        order, body = self._of(request), request.json()
        if order is None:
            return _no_order()
        try:
            status = body["orderShipment"]["orderLines"]["orderLine"][0]["orderLineStatuses"]["orderLineStatus"][0]
            info = status["trackingInfo"]
            courier = info["carrierName"].get("carrier") or info["carrierName"]["otherCarrier"]
            tracking, _, _ = info["trackingNumber"], info["methodCode"], info["shipDateTime"]
        except (KeyError, TypeError, IndexError) as exc:
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", f"Missing: {exc}", 400)
        if order.status != "processing":
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", "The line has left already.", 400)
        first = body["orderShipment"]["orderLines"]["orderLine"][0]
        if self.wish(order) and first["lineNumber"] == "1" and first.get("intentToCancelOverride") is not True:
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", "The customer wants this line cancelled.", 400)
        self.market.ship(order, courier, tracking)
        return as_json({"order": self._shown_order(order)})

    def _cancel(self, request: Request) -> Response:
        """The reason a buyer's wish has is for lines with one; there is one here, of the first line."""
        order, body = self._of(request), request.json()
        if order is None:
            return _no_order()
        try:
            lines = body["orderCancellation"]["orderLines"]["orderLine"]
            told = [s for line in lines for s in line["orderLineStatuses"]["orderLineStatus"]]
            units = {s["statusQuantity"]["unitOfMeasurement"] for s in told}
            wrong = units - {"EACH", "EA"} or {s["status"] for s in told} != {"Cancelled"}
            asked = {s["cancellationReason"] for s in told} == {"CUSTOMER_REQUESTED_SELLER_TO_CANCEL"}
        except (KeyError, TypeError, IndexError) as exc:
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", f"Missing: {exc}", 400)
        if wrong or order.status != "processing" or (asked and not self.wish(order)):
            return problem("INVALID_REQUEST_CONTENT.GMP_ORDER_API", "This line cannot be cancelled so.", 400)
        self.market.cancel(order)
        return as_json({"order": self._shown_order(order)})

    def _settle(self, request: Request) -> Response:
        case, body = self.market.case(request.match["id"]), request.json()
        if case is None or not isinstance(body, Mapping) or body.get("customerOrderId") != case.order.number:
            return problem("CONTENT_NOT_FOUND.GMP_RETURNS_API", "No such return.", 404)
        wanted = [line.get("quantity", {}).get("measurementValue") for line in body.get("refundLines", ())]
        if wanted != [case.order.lines[0].quantity] or case.state != "requested":
            return problem("INVALID_REQUEST_CONTENT.GMP_RETURNS_API", "This return cannot be refunded.", 400)
        self.market.decide(case, "refunded")
        self.market.refund(case.order, f"return {case.id}", case.amount)
        return as_json({"returnOrderId": case.id, "customerOrderId": case.order.number, "refundLines": body["refundLines"]})

    def _of(self, request: Request) -> MarketOrder | None:
        return next((o for o in self.market.orders if o.id == request.match["id"]), None)

    def _shown_order(self, order: MarketOrder) -> dict[str, Any]:
        given = [(line, comment, minor) for n, (comment, amount) in enumerate(order.refunds)
                 for line, minor in self.split.get((order.id, n), [(0, amount.minor)])]  # fmt: skip
        return order_shape(order, given, self.moved(order), self.wish(order) is not None)

    def _shown_return(self, case: MarketCase) -> dict[str, Any]:
        whole = case.order.lines[0].quantity if case.state == "refunded" else 0
        return return_shape(case, self.partial.get(case.id, whole))

    # How it refuses -----------------------------------------------------------------------------------

    def missing(self, request: Request) -> Response:
        return problem("CONTENT_NOT_FOUND.GMP_GATEWAY_API", "No such resource.", 404)

    def refused(self, fault: Fault) -> Response:
        told = problem("SYSTEM_ERROR.GMP_GATEWAY_API", "Out of order.", fault.status)
        if not fault.again:
            return told
        limits = {"x-current-token-count": "0", "x-next-replenishment-time": str(fault.again)}
        return Response(told.status, told.body, {**told.headers, **limits})


def _errors(code: str, text: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": text, "category": "DATA", "severity": "ERROR", "field": ""}]}


def problem(code: str, text: str, status: int) -> Response:
    return as_json(_errors(code, text), status)


def _changed(case: MarketCase) -> Instant:
    return case.updated_at


def _no_order() -> Response:
    return problem("CONTENT_NOT_FOUND.GMP_ORDER_API", "No such order.", 404)


def _time(text: str) -> Instant | None:
    return round(datetime.fromisoformat(text).timestamp() * 1000) if text else None
