"""What the TikTok Shop stand-in tells and does once a caller may call."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox import tiktok_shapes
from connectors.sandbox.market_records import MarketCase, MarketThread
from connectors.sandbox.web import Request, Response, as_json

if TYPE_CHECKING:
    from connectors.sandbox.tiktok import TikTokSite

COURIERS = ("USPS", "UPS", "DHL eCommerce")
REASONS = {"seller_reject_apply_product_has_been_packed": "The parcel has been packed",
           "seller_reject_buyer_misuse": "The item was used wrongly"}  # fmt: skip
MAX_TEXT = 2_000


class Wrong(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Calls:
    """`keys` are idempotency keys: the call each was used for and what was answered."""

    def __init__(self, site: TikTokSite) -> None:
        self._site = site
        self.keys: dict[str, tuple[str, dict[str, Any]]] = {}
        self.empty: dict[str, MarketThread] = {}
        """Conversations that were begun and in which nobody said anything yet, by the buyer."""

    # Lists --------------------------------------------------------------------------------------------

    def orders(self, request: Request) -> dict[str, Any]:
        found = [(o.updated_at // 1000, tiktok_shapes.order(o)) for o in self._site.market.orders]
        return self._search(request, found, "orders", 100)

    def returns(self, request: Request) -> dict[str, Any]:
        wanted = _body(request).get("return_ids")
        found = [(c.updated_at // 1000, tiktok_shapes.returned(c)) for c in self._site.market.cases
                 if c.kind != "cancellation" and (wanted is None or tiktok_shapes.case_id(c) in wanted)]  # fmt: skip
        return self._search(request, found, "return_orders", 50)

    def cancellations(self, request: Request) -> dict[str, Any]:
        wanted = _body(request).get("cancel_ids")
        found = [(c.updated_at // 1000, tiktok_shapes.cancelled(c)) for c in self._site.market.cases
                 if c.kind == "cancellation" and (wanted is None or tiktok_shapes.case_id(c) in wanted)]  # fmt: skip
        return self._search(request, found, "cancellations", 50)

    def _search(self, request: Request, found: list[tuple[int, dict[str, Any]]], key: str, most: int) -> dict[str, Any]:
        body = _body(request)
        for name in ("update_time_ge", "update_time_lt"):
            if name in body and (isinstance(body[name], bool) or not isinstance(body[name], int)):
                raise Wrong(36009011, f"{name} must be a number")
        low, high = body.get("update_time_ge", 0), body.get("update_time_lt", 2**62)
        found = sorted((x for x in found if low <= x[0] < high), key=lambda x: (x[0], str(x[1])))
        if request.arg("sort_order", "DESC") == "DESC":
            found.reverse()
        page, onwards = self._page(
            request, [shown for _, shown in found], most, request.body.decode("utf-8", "replace")
        )
        return {key: self._site.shown(request, page), "next_page_token": onwards, "total_count": len(found)}

    def _page(self, request: Request, found: list[Any], most: int, about: str) -> tuple[list[Any], str]:
        """A page, and the token of the next: "" at the end. A token belongs to the question it was given for."""
        size, token = request.arg("page_size", "10"), request.arg("page_token")
        if not size.isdecimal() or not 1 <= int(size) <= most:
            raise Wrong(36009012, f"page_size must be in [1,{most}]")
        start, mark = 0, str(tiktok_shapes.number_of(request.path + about))
        if token:
            try:
                offset, _, seal = base64.urlsafe_b64decode(token).decode().partition("/")
                start = int(offset)
            except ValueError:
                raise Wrong(36009013, "page_token is invalid") from None
            if seal != mark:
                raise Wrong(36009013, "page_token is invalid")
        end = start + self._site.paged(int(size))
        onwards = base64.urlsafe_b64encode(f"{end}/{mark}".encode()).decode() if end < len(found) else ""
        return found[start:end], onwards

    def order_detail(self, request: Request) -> dict[str, Any]:
        names = [n for n in request.arg("ids").split(",") if n]
        if not 1 <= len(names) <= 50:
            raise Wrong(36009014, "ids must be in [1,50]")
        return {
            "orders": [tiktok_shapes.order(o) for n in names if (o := self._site.market.order(n)) and o.number == n]
        }

    # Conversations ------------------------------------------------------------------------------------

    def conversations(self, request: Request) -> dict[str, Any]:
        found = sorted(self._site.market.threads, key=lambda t: (t.updated_at, t.id), reverse=True)
        page, onwards = self._page(request, found, 20, "")
        shown = self._site.shown(request, [tiktok_shapes.conversation(t) for t in page])
        return {"conversations": shown, "next_page_token": onwards}

    def begin(self, request: Request) -> dict[str, Any]:
        """The conversation with a buyer who bought something; the same for everybody who asks."""
        wanted = str(_body(request).get("buyer_user_id", ""))
        market = self._site.market
        buyer = next((o.buyer for o in market.orders if tiktok_shapes.user_id(o.buyer) == wanted), None)
        if buyer is None:
            raise Wrong(45101002, "The buyer does not exist")
        known = next((t for t in market.threads if t.buyer == buyer), None)
        thread = known or self.empty.setdefault(wanted, MarketThread(f"8{wanted[-6:]}", buyer, None, []))
        return {"conversation_id": tiktok_shapes.thread_id(thread)}

    def messages(self, request: Request) -> dict[str, Any]:
        thread = self._thread(request)
        found = [tiktok_shapes.message(thread, m) for m in thread.messages[::-1]]
        found += [tiktok_shapes.notice(thread)] if thread.messages else []
        page, onwards = self._page(request, found, 10, "")
        return {"messages": self._site.shown(request, page), "next_page_token": onwards}

    def send(self, request: Request) -> dict[str, Any]:
        thread, body = self._thread(request), _body(request)
        try:
            inner = json.loads(body["content"]) if isinstance(body.get("content"), str) else None
        except ValueError:
            inner = None
        words = inner.get("content") if isinstance(inner, dict) else None
        if body.get("type") != "TEXT" or not isinstance(words, str) or not 1 <= len(words) <= MAX_TEXT:
            raise Wrong(45101004, "The content of the message is invalid")
        if thread.closed_to_us:
            raise Wrong(45101010, "The conversation does not allow messages")
        if not thread.messages:
            self._site.market.threads.append(thread)
        return {"message_id": self._site.market.answer(thread, words).id}

    def read(self, request: Request) -> dict[str, Any]:
        self._thread(request).unread = 0
        return {}

    def _thread(self, request: Request) -> MarketThread:
        name = request.match["thread"]
        begun = (t for t in self.empty.values() if tiktok_shapes.thread_id(t) == name)
        found = self._site.market.thread(name[3:]) or next(begun, None) if name.startswith("739") else None
        if found is None:
            raise Wrong(45101001, "The conversation does not exist")
        return found

    # Deciding -----------------------------------------------------------------------------------------

    def reasons(self, request: Request) -> dict[str, Any]:
        self._case(request.arg("return_or_cancel_id"))
        return {"reasons": [{"name": name, "text": text} for name, text in REASONS.items()]}

    def decide(self, request: Request) -> dict[str, Any]:
        """Approve or reject, once for each idempotency key."""
        key, call = request.arg("idempotency_key"), f"{request.path} {request.body.decode('utf-8', 'replace')}"
        if len(key) > 255:
            raise Wrong(25001010, "idempotency_key is too long")
        if key in self.keys:
            before, told = self.keys[key]
            if before != call:
                raise Wrong(25001011, "The idempotency_key was used for another request")
            return told
        case = self._case(request.match["case"])
        cancels = case.kind == "cancellation"
        if cancels != (request.match["family"] == "cancellations"):
            raise Wrong(25001001, "The case does not exist")
        body, approves = _body(request), request.match["verb"] == "approve"
        if not approves and body.get("reject_reason") not in REASONS:
            raise Wrong(25001012, "reject_reason is invalid")
        if case.state not in (("requested",) if cancels else ("requested", "back")):
            raise Wrong(25001013, "The status of the case does not allow this")
        if not cancels:
            self._check_decision(case, str(body.get("decision", "")), approves)
        told = self._settle(case, approves)
        if key:
            self.keys[key] = (call, told)
        return told

    def _check_decision(self, case: MarketCase, decision: str, approves: bool) -> None:
        verb = "APPROVE" if approves else "REJECT"
        thing = {"refund": "REFUND", "exchange": "REPLACEMENT"}.get(case.kind, "RETURN")
        if decision != f"{verb}_{'RECEIVED_PACKAGE' if case.state == 'back' else thing}":
            raise Wrong(25001014, "decision is not allowed for this case")

    def _settle(self, case: MarketCase, approves: bool) -> dict[str, Any]:
        market = self._site.market
        if not approves:
            market.decide(case, "declined")
        elif case.kind == "cancellation":
            market.decide(case, "approved")
            market.cancel(case.order)
        elif case.kind == "refund" or case.state == "back":
            if not market.refund(case.order, tiktok_shapes.case_id(case), case.amount):
                raise Wrong(25001015, "The refund is more than what is left of the order")
            market.decide(case, "refunded")
        else:
            market.decide(case, "approved")
        return {}

    def _case(self, name: str) -> MarketCase:
        found = self._site.market.case(tiktok_shapes.market_id(name))
        if found is None:
            raise Wrong(25001001, "The case does not exist")
        return found

    # Shipping -----------------------------------------------------------------------------------------

    def providers(self, request: Request) -> dict[str, Any]:
        return {"shipping_providers": [{"id": str(7_117_000 + n), "name": name} for n, name in enumerate(COURIERS)]}

    def ship(self, request: Request) -> dict[str, Any]:
        body, order = _body(request), self._site.market.order(request.match["order"])
        if order is None or order.status != "processing":
            raise Wrong(21001001, "The order cannot be shipped")
        items = {i["id"] for i in tiktok_shapes.order(order)["line_items"]}
        courier = next(
            (c for n, c in enumerate(COURIERS) if str(7_117_000 + n) == body.get("shipping_provider_id")), ""
        )
        if not courier or not body.get("tracking_number") or set(body.get("order_line_item_ids") or ()) - items:
            raise Wrong(21001002, "tracking_number, shipping_provider_id or order_line_item_ids is invalid")
        self._site.market.ship(order, courier, str(body["tracking_number"]))
        return {"package_id": f"1153{order.number[-8:]}", "order_id": order.number}


def _body(request: Request) -> dict[str, Any]:
    body = request.json()
    if not isinstance(body, dict):
        raise Wrong(36009011, "The body is not JSON")
    return body


def mount(site: TikTokSite) -> None:
    def answered(do: Callable[[Request], dict[str, Any]]) -> Callable[[Request], Response]:
        def handler(request: Request) -> Response:
            try:
                told: dict[str, Any] | None = do(request)
                code, message = 0, "Success"
            except Wrong as wrong:
                told, code, message = None, wrong.code, wrong.message
            return as_json({"code": code, "message": message, "request_id": "stand-in", "data": told})

        return handler

    c, talk = site.calls, r"/customer_service/202309/conversations/(?P<thread>\w+)/messages"
    for method, path, do in (
        ("POST", "/order/202309/orders/search", c.orders), ("GET", "/order/202309/orders", c.order_detail),
        ("POST", "/return_refund/202309/returns/search", c.returns),
        ("POST", "/return_refund/202309/cancellations/search", c.cancellations),
        ("GET", "/return_refund/202309/reject_reasons", c.reasons),
        ("POST", r"/return_refund/202309/(?P<family>returns|cancellations)/(?P<case>\w+)/(?P<verb>approve|reject)", c.decide),
        ("GET", "/customer_service/202309/conversations", c.conversations), ("GET", talk, c.messages),
        ("POST", "/customer_service/202309/conversations", c.begin),
        ("POST", talk, c.send), ("POST", f"{talk}/read", c.read),
        ("GET", r"/logistics/202309/delivery_options/(?P<option>\w+)/shipping_providers", c.providers),
        ("POST", r"/fulfillment/202309/orders/(?P<order>\w+)/packages", c.ship),
    ):  # fmt: skip
        site.route(method, path, answered(do))
