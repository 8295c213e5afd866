"""What the Shopee stand-in tells and does once a caller may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.sandbox import shopee_chat, shopee_returns, shopee_shapes
from connectors.sandbox.market_records import MarketCase, MarketOrder, MarketReview
from connectors.sandbox.shopee_asked import Wrong, page_size, window
from connectors.sandbox.web import Request, Response, as_json

if TYPE_CHECKING:
    from connectors.sandbox.shopee import ShopeeSite

MOST_COMMENTS = 500


class Calls:
    """One shop's market by Shopee's names."""

    def __init__(self, site: ShopeeSite) -> None:
        self.site = site
        self.returns = shopee_returns.Returns(self)
        self.chat = shopee_chat.Chat(self)

    def wish(self, order: MarketOrder) -> MarketCase | None:
        """The buyer's newest wish to cancel an order."""
        wishes = [c for c in self.site.market.cases if c.kind == "cancellation" and c.order is order]
        return wishes[-1] if wishes else None

    def order(self, sn: str) -> MarketOrder | None:
        found = self.site.market.order(sn)
        return found if found is not None and found.number == sn else None

    # Orders -------------------------------------------------------------------------------------------

    def order_list(self, request: Request) -> dict[str, Any]:
        if request.arg("time_range_field") not in ("create_time", "update_time"):
            raise Wrong("error_param", "Wrong parameters, detail: time_range_field.")
        low, high = window(request, "time_from", "time_to", "order.order_list_invalid_time",
                           "Start time must be earlier than end time and diff in 15days.")  # fmt: skip
        size = self.site.paged(page_size(request))
        wishes = {c.order.number: c for c in self.site.market.cases if c.kind == "cancellation"}
        if request.arg("time_range_field") == "update_time":
            moved = [(o, o.updated_at) for o in self.site.market.orders_since(low * 1000, high * 1000 + 999)
                     if o.number not in wishes]  # fmt: skip
            moved += [(c.order, max(c.order.updated_at, c.updated_at)) for c in wishes.values()]
        else:
            moved = [(o, o.placed_at) for o in self.site.market.orders]
        within = sorted(((at, o.number, o) for o, at in moved if low <= at // 1000 <= high), key=lambda x: x[:2])
        names = [{"order_sn": o.number} for _, _, o in within]
        status = request.arg("order_status")
        if status:
            names = [{"order_sn": o.number} for _, _, o in within
                     if shopee_shapes.order_status(o, wishes.get(o.number)) == status]  # fmt: skip
        cursor = request.arg("cursor")
        if cursor and not cursor.isdecimal():
            raise Wrong("error_param", "Wrong parameters, detail: cursor.")
        start = int(cursor or 0)
        page = names[start : start + size]
        more = start + size < len(names)
        return {"more": more, "next_cursor": str(start + size) if more else "",
                "order_list": self.site.shown(request, page)}  # fmt: skip

    def order_detail(self, request: Request) -> dict[str, Any]:
        names = [n for n in request.arg("order_sn_list").split(",") if n]
        if not 1 <= len(names) <= 50:
            raise Wrong("error_param", "Wrong parameters, detail: order_sn_list size must be in [1,50].")
        wanted = {f.strip() for f in request.arg("response_optional_fields").split(",")}
        found = [o for n in names if (o := self.order(n)) is not None]
        if not found:
            raise Wrong("error_not_found", "Wrong parameters, detail: the order is not found.")
        shown = [shopee_shapes.order_detail(o, self.wish(o), wanted) for o in found]
        return {"order_list": self.site.shown(request, shown)}

    def cancellation(self, body: dict[str, Any]) -> dict[str, Any]:
        order = self.order(str(body.get("order_sn", "")))
        if order is None or body.get("operation") not in ("ACCEPT", "REJECT"):
            raise Wrong("error_param", "parameter invalid")
        wish = self.wish(order)
        if wish is None or wish.state != "requested":
            raise Wrong("order.order_status_invalid", "Invalid order_status.The order status should be IN_CANCEL.")
        accepted = body["operation"] == "ACCEPT"
        self.site.market.decide(wish, "approved" if accepted else "declined")
        if accepted:
            self.site.market.cancel(order)
        return {"update_time": self.site.clock.now() // 1000}

    def tracking_number(self, request: Request) -> dict[str, Any]:
        order = self._packed(request)
        number = order.parcels[-1].tracking if order.parcels else ""
        return {"tracking_number": number, "plp_number": "", "hint": "", "pickup_code": ""}

    def shipping_parameter(self, request: Request) -> dict[str, Any]:
        """`own_courier` of the site says whether sellers ship by themselves."""
        self._packed(request)
        if self.site.own_courier:
            return {"info_needed": {"non_integrated": ["tracking_number"]}}
        return {"info_needed": {"pickup": ["address_id", "pickup_time_id"]}, "pickup": {"address_list": []}}

    def ship(self, body: dict[str, Any]) -> dict[str, Any]:
        order, own = self.order(str(body.get("order_sn", ""))), body.get("non_integrated")
        if order is None:
            raise Wrong("logistics.invalid_error", "The order is not exist.")
        if order.status != "processing":
            raise Wrong("logistics.error_status_limit", "The order status is invalid. Please check the order status.")
        if not self.site.own_courier or not isinstance(own, dict) or not own.get("tracking_number"):
            raise Wrong("error_param", "Wrong parameters, detail: the shipping method.")
        self.site.market.ship(order, order.buyer.courier, str(own["tracking_number"]))
        return {}

    def tracking_info(self, request: Request) -> dict[str, Any]:
        order = self._packed(request)
        steps = []
        for parcel in order.parcels[-1:]:
            steps = [
                {"update_time": parcel.shipped_at // 1000, "description": "Picked up", "logistics_status": "PICKED_UP"}
            ]
            if parcel.delivered_at is not None:
                steps.insert(0, {"update_time": parcel.delivered_at // 1000, "description": "Delivered",
                                 "logistics_status": "DELIVERED"})  # fmt: skip
        status = "LOGISTICS_DELIVERY_DONE" if len(steps) == 2 else "LOGISTICS_PICKUP_DONE"
        return {"order_sn": order.number, "package_number": "", "logistics_status": status, "tracking_info": steps}

    def _packed(self, request: Request) -> MarketOrder:
        order = self.order(request.arg("order_sn"))
        if order is None:
            raise Wrong("logistics.invalid_error", "The order is not exist.")
        named = any(key == "package_number" for key, _ in request.query)
        if named and request.arg("package_number") != shopee_shapes.package(order):
            raise Wrong("logistics.package_not_exist", "The package is not exist.")
        return order

    # Products -----------------------------------------------------------------------------------------

    def items(self, request: Request) -> dict[str, Any]:
        offset, size = request.arg("offset"), self.site.paged(page_size(request))
        if not offset.isdecimal() or request.arg("item_status") not in ("NORMAL", "UNLIST"):
            raise Wrong("error_param_item_status", "Item status error.")
        low, high = (int(request.arg(f"update_time_{way}") or 0) for way in ("from", "to"))
        if high and high <= low:
            raise Wrong("error_update_time_range", "Update_time_to should be later than update_time_from.")
        found = [p for p in self.site.market.products
                 if request.arg("item_status") == "NORMAL" and low <= p.updated_at // 1000 <= (high or low + 10**12)]  # fmt: skip
        found.sort(key=lambda p: (p.updated_at, p.sku))
        page = found[int(offset) : int(offset) + size]
        told = [{"item_id": shopee_shapes.number_of(p.sku), "item_status": "NORMAL", "update_time": p.updated_at // 1000}
                for p in page]  # fmt: skip
        after = int(offset) + len(page)
        return {"item": self.site.shown(request, told), "total_count": len(found), "has_next_page": after < len(found),
                "next_offset": after}  # fmt: skip

    def item_info(self, request: Request) -> dict[str, Any]:
        wanted = request.arg("item_id_list").split(",")
        if not 1 <= len(wanted) <= 50:
            raise Wrong("error_param", "Wrong parameters, detail: item_id_list.")
        return {"item_list": [shopee_shapes.product(p) for p in self.site.market.products
                              if str(shopee_shapes.number_of(p.sku)) in wanted]}  # fmt: skip

    def models(self, request: Request) -> dict[str, Any]:
        ident = request.arg("item_id")
        found = next((p for p in self.site.market.products if str(shopee_shapes.number_of(p.sku)) == ident), None)
        if found is None:
            raise Wrong("error_item_not_found", "Product not found")
        return shopee_shapes.models(found)

    # Comments -----------------------------------------------------------------------------------------

    def comments(self, request: Request) -> dict[str, Any]:
        size, cursor = self.site.paged(page_size(request)), request.arg("cursor")
        if not any(key == "cursor" for key, _ in request.query) or (cursor and not cursor.isdecimal()):
            raise Wrong("error_param", "Wrong parameters, detail: cursor.")
        found = sorted(self.site.market.reviews, key=lambda r: (r.at, r.id), reverse=True)
        if wanted := request.arg("comment_id"):
            found = [r for r in found if r.id == wanted]
            if not found:
                raise Wrong("product.cmt_not_exist", "The comment is not exist. Please check the comment.")
        start, shown = int(cursor or 0), found[:MOST_COMMENTS]
        more = start + size < len(shown)
        page = [shopee_shapes.comment(r) for r in shown[start : start + size]]
        return {"more": more, "next_cursor": str(start + size) if more else "",
                "item_comment_list": self.site.shown(request, page)}  # fmt: skip

    def reply(self, body: dict[str, Any]) -> dict[str, Any]:
        wanted = body.get("comment_list")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
            raise Wrong("error_param", "Wrong parameters, detail: comment_list.")
        results = []
        for one in wanted:
            if not isinstance(one, dict) or not isinstance(one.get("comment_id"), int):
                raise Wrong("error_param", "Wrong parameters, detail: comment_id.")
            results.append({"comment_id": one["comment_id"], **self._replied(one)})
        return {"result_list": results}

    def _replied(self, one: dict[str, Any]) -> dict[str, str]:
        review: MarketReview | None = self.site.market.review(str(one["comment_id"]))
        text = one.get("comment")
        if review is None:
            return {"fail_error": "product.error_not_exist", "fail_message": "The Comment you replied does not exist."}
        if not isinstance(text, str) or not 1 <= len(text) <= 500:
            return {"fail_error": "product.comment_length_invalid",
                    "fail_message": "Comment length should be between 1 and 500. Please update the comment."}  # fmt: skip
        if review.reply:
            return {"fail_error": "product.duplicate_request", "fail_message": "You has replied this comment already."}
        review.reply = text
        return {}

    def shop_info(self) -> dict[str, Any]:
        now = self.site.clock.now() // 1000
        return {"shop_name": "nordlicht", "region": self.site.region, "status": self.site.shop_status, "is_cb": False,
                "auth_time": now - 86_400, "expire_time": now + 300 * 86_400}  # fmt: skip


def mount(site: ShopeeSite) -> None:
    calls = site.calls

    def asked(tell: Callable[[Request], dict[str, Any]], blank: str = "") -> Callable[[Request], Response]:
        def handler(request: Request) -> Response:
            try:
                return _good({"response": tell(request)}, blank)
            except Wrong as wrong:
                return _bad(wrong)

        return handler

    def done(do: Callable[[dict[str, Any]], dict[str, Any]], blank: str = "") -> Callable[[Request], Response]:
        def handler(request: Request) -> Response:
            body = request.json()
            try:
                if not isinstance(body, dict) or "json" not in request.headers.get("content-type", ""):
                    raise Wrong("error_param", "Wrong parameters, detail: body is not json.")
                return _good({"response": do(body)}, blank)
            except Wrong as wrong:
                return _bad(wrong)

        return handler

    api, r, c = "/api/v2/", calls.returns, calls.chat
    site.route("GET", f"{api}shop/get_shop_info", lambda _: _good(calls.shop_info()))
    for name, tell in (("order/get_order_list", calls.order_list), ("order/get_order_detail", calls.order_detail),
                       ("logistics/get_shipping_parameter", calls.shipping_parameter),
                       ("logistics/get_tracking_number", calls.tracking_number),
                       ("product/get_item_list", calls.items), ("product/get_item_base_info", calls.item_info),
                       ("product/get_model_list", calls.models),
                       ("logistics/get_tracking_info", calls.tracking_info), ("product/get_comment", calls.comments),
                       ("sellerchat/get_conversation_list", c.conversations),
                       ("sellerchat/get_one_conversation", c.conversation), ("sellerchat/get_message", c.messages),
                       ("returns/get_return_list", r.list), ("returns/get_return_detail", r.detail),
                       ("returns/get_available_solutions", r.solutions),
                       ("returns/get_return_dispute_reason", r.reasons)):  # fmt: skip
        site.route("GET", api + name, asked(tell))
    for name, do in (("order/handle_buyer_cancellation", calls.cancellation), ("product/reply_comment", calls.reply),
                     ("logistics/ship_order", calls.ship),
                     ("sellerchat/send_message", c.send), ("sellerchat/read_conversation", c.read)):  # fmt: skip
        site.route("POST", api + name, done(do))
    for name, do in (("confirm", r.confirm), ("offer", r.offer), ("accept_offer", r.accept_offer),
                     ("dispute", r.dispute)):  # fmt: skip
        site.route("POST", f"{api}returns/{name}", done(do, " "))  # the documentation's samples have a space there


def _good(told: dict[str, Any], blank: str = "") -> Response:
    return as_json({"request_id": "stand-in", "error": blank, "message": blank, **told})


def _bad(wrong: Wrong) -> Response:
    return as_json({"request_id": "stand-in", "error": wrong.code, "message": wrong.message})
