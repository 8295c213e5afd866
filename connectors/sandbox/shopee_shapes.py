"""A market in Shopee's words: orders, returns, conversations and comments as its API shows them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.market_records import (
    MarketCase,
    MarketMessage,
    MarketOrder,
    MarketProduct,
    MarketReview,
    MarketThread,
)
from connectors.sandbox.world import Buyer
from store.values import DAY, Instant, Money, exponent

SELLER_ID = 700_001

_STATUS = {"processing": "READY_TO_SHIP", "shipped": "SHIPPED", "delivered": "COMPLETED", "cancelled": "CANCELLED"}
_LOGISTICS = {
    "READY_TO_SHIP": "LOGISTICS_READY", "SHIPPED": "LOGISTICS_PICKUP_DONE", "COMPLETED": "LOGISTICS_DELIVERY_DONE",
    "CANCELLED": "LOGISTICS_INVALID", "IN_CANCEL": "LOGISTICS_READY",
}  # fmt: skip
_RETURN = {
    "requested": "REQUESTED", "approved": "ACCEPTED", "refunded": "ACCEPTED", "declined": "SELLER_DISPUTE",
    "closed": "CLOSED",
}  # fmt: skip
_REASON = {
    "damaged": "PHYSICAL_DMG", "defective": "FUNCTIONAL_DMG", "quality": "FUNCTIONAL_DMG",
    "not_as_described": "NOT_AS_DESC", "wrong_item": "WRONG_ITEM", "missing_parts": "ITEM_MISSING",
    "not_received": "NOT_RECEIPT", "changed_mind": "CHANGE_MIND",
}  # fmt: skip


def number_of(text: str) -> int:
    """A steady number for a name."""
    return zlib.crc32(text.encode())


def user_id(buyer: Buyer) -> int:
    return number_of(buyer.address)


def seconds(at: Instant) -> int:
    return at // 1000


def amount(money: Money) -> float:
    return float(money.minor / 10 ** exponent(money.currency))


def return_sn(case: MarketCase) -> str:
    return f"2511{int(case.id):011d}"


def case_id(sn: str) -> str:
    """The market's id of a return."""
    return str(int(sn[4:])) if len(sn) == 15 and sn.startswith("2511") and sn.isdecimal() else ""


def package(order: MarketOrder) -> str:
    return f"OFG{number_of(order.number):012d}"


def order_status(order: MarketOrder, wish: MarketCase | None) -> str:
    """`wish` is the buyer's wish to cancel, if there is one."""
    if wish is not None and wish.state == "requested":
        return "IN_CANCEL"
    return _STATUS[order.status]


def order_detail(order: MarketOrder, wish: MarketCase | None, wanted: set[str]) -> dict[str, Any]:
    """What get_order_detail tells: always the first part, of the rest what was `wanted`."""
    status = order_status(order, wish)
    moved = max(order.updated_at, wish.updated_at if wish else 0)
    shown: dict[str, Any] = {
        "order_sn": order.number, "region": order.buyer.country, "currency": order.total.currency, "cod": False,
        "order_status": status, "message_to_seller": "", "create_time": seconds(order.placed_at),
        "update_time": seconds(moved), "days_to_ship": 2, "ship_by_date": seconds(order.placed_at + 2 * DAY),
    }  # fmt: skip
    parcel = order.parcels[-1] if order.parcels else None
    carrier = parcel.courier if parcel else order.buyer.courier
    optional: dict[str, Any] = {
        "buyer_user_id": user_id(order.buyer),
        "buyer_username": order.buyer.address.partition("@")[0],
        "recipient_address": {"name": f"{order.buyer.name[:1]}******", "phone": "******64",
                              "region": order.buyer.country, "full_address": "******", "city": "", "zipcode": ""},
        "item_list": [item(i) for i in order.lines],
        "pay_time": seconds(order.placed_at),
        "buyer_cancel_reason": wish.trouble.upper() if wish else "",
        "cancel_by": "buyer" if wish and status == "CANCELLED" else "",
        "cancel_reason": "",
        "fulfillment_flag": "fulfilled_by_local_seller",
        "pickup_done_time": seconds(parcel.shipped_at) if parcel else 0,
        "package_list": [{"package_number": package(order), "logistics_status": _LOGISTICS[status],
                          "shipping_carrier": carrier, "logistics_channel_id": 18080}],
        "shipping_carrier": carrier,
        "total_amount": amount(order.total),
        "payment_method": "Bank Transfer",
    }  # fmt: skip
    return shown | {key: value for key, value in optional.items() if key in wanted}


def item(i: Any) -> dict[str, Any]:
    ident = number_of(i.sku)
    return {
        "item_id": ident, "item_name": i.title, "item_sku": i.sku, "model_id": 0, "model_name": "", "model_sku": "",
        "model_quantity_purchased": i.quantity, "model_original_price": amount(i.price),
        "model_discounted_price": amount(i.price), "order_item_id": ident, "promotion_group_id": 0,
    }  # fmt: skip


def returned(case: MarketCase, offer: tuple[str, Money] | None) -> dict[str, Any]:
    """A return as get_return_list shows it."""
    order = case.order
    return {
        "return_sn": return_sn(case), "order_sn": order.number, "reason": _REASON.get(case.trouble, "CHANGE_MIND"),
        "text_reason": case.text, "reassessed_request_reason": "", "refund_amount": amount(case.amount),
        "currency": case.amount.currency, "create_time": seconds(case.opened_at), "update_time": seconds(case.updated_at),
        "status": _RETURN[case.state], "due_date": seconds(case.due_at), "tracking_number": "", "image": [],
        "needs_logistics": case.kind != "refund", "amount_before_discount": amount(order.total),
        "user": {"username": order.buyer.address.partition("@")[0], "email": "********oo@shopee.com"},
        "item": [{"item_id": number_of(i.sku), "model_id": 0, "name": i.title, "amount": i.quantity,
                  "item_price": amount(i.price), "item_sku": i.sku, "variation_sku": ""} for i in order.lines],
        "return_ship_due_date": 0, "return_seller_due_date": seconds(case.due_at + 7 * DAY),
        "negotiation_status": "ONGOING" if offer else "PENDING_RESPOND" if case.state == "requested" else "TERMINATED",
        "return_solution": 1 if case.kind == "refund" else 0,
    }  # fmt: skip


def return_detail(case: MarketCase, offer: tuple[str, Money] | None) -> dict[str, Any]:
    talk: Mapping[str, Any] = {
        "negotiation_status": "ONGOING" if offer else "PENDING_RESPOND", "latest_solution": offer[0] if offer else "",
        "latest_offer_amount": amount(offer[1]) if offer else 0, "latest_offer_creator": "SELLER" if offer else "",
        "counter_limit": 3, "offer_due_date": seconds(case.due_at),
    }  # fmt: skip
    told = returned(case, offer) | {"negotiation": dict(talk), "return_address": {"whs_id": ""}}
    del told["negotiation_status"]
    return told


def nano(thread: MarketThread) -> int:
    """When a conversation last moved; no two at the same nanosecond."""
    return thread.updated_at * 1_000_000 + number_of(thread.id) % 1_000_000


def conversation(thread: MarketThread) -> dict[str, Any]:
    last = thread.messages[-1]
    return {
        "conversation_id": thread.id, "to_id": user_id(thread.buyer), "to_name": thread.buyer.address.partition("@")[0],
        "to_avatar": "", "shop_id": 0, "unread_count": thread.unread, "pinned": False, "mute": False,
        "last_message_timestamp": nano(thread), "latest_message_id": last.id, "latest_message_type": "text",
        "latest_message_content": {"text": last.text}, "latest_message_from_id":
            SELLER_ID if last.ours else user_id(thread.buyer),
    }  # fmt: skip


def message(thread: MarketThread, m: MarketMessage, shop_id: int) -> dict[str, Any]:
    buyer = user_id(thread.buyer)
    return {
        "message_id": m.id, "message_type": "text", "from_id": SELLER_ID if m.ours else buyer,
        "to_id": buyer if m.ours else SELLER_ID, "from_shop_id": shop_id if m.ours else 0,
        "to_shop_id": 0 if m.ours else shop_id, "conversation_id": thread.id, "created_timestamp": seconds(m.at),
        "region": thread.buyer.country, "status": "normal", "content": {"text": m.text},
        "source_content": {"order_sn": thread.order.number} if thread.order else {},
    }  # fmt: skip


def comment(review: MarketReview) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "comment_id": int(review.id), "comment": review.text, "rating_star": review.rating,
        "order_sn": review.order.number, "item_id": number_of(review.sku), "model_id": 0,
        "buyer_username": review.order.buyer.address.partition("@")[0], "create_time": seconds(review.at),
        "editable": "EDITABLE", "hidden": False,
    }  # fmt: skip
    return shown | ({"comment_reply": {"reply": review.reply, "hidden": False}} if review.reply else {})


def product(p: MarketProduct) -> dict[str, Any]:
    """A thing with a size chart comes in sizes."""
    attributes = [
        {"attribute_id": n, "original_attribute_name": name, "is_mandatory": True,
         "attribute_value_list": [{"value_id": n, "original_value_name": value, "value_unit": ""}]}
        for n, (name, value) in enumerate(p.specs.items())
    ]  # fmt: skip
    return {
        "item_id": number_of(p.sku), "item_name": p.title, "item_sku": p.sku, "description": "Made to last.",
        "update_time": seconds(p.updated_at), "attribute_list": attributes, "image": {"image_url_list": [p.image]},
        "weight": "1.2", "dimension": {"package_length": 20, "package_width": 10, "package_height": 5},
        "brand": {"brand_id": 0, "original_brand_name": "NoBrand"}, "has_model": bool(p.sizes), "item_status": "NORMAL",
        "size_chart": "https://img.shop.example/sizes.jpg" if p.sizes else "",
    }  # fmt: skip


def models(p: MarketProduct) -> dict[str, Any]:
    names = [size.partition(":")[0] for size in p.sizes]
    return {
        "tier_variation": [{"name": "Size", "option_list": [{"option": name} for name in names]}],
        "model": [{"model_id": n, "model_sku": f"{p.sku}-{name}", "tier_index": [n]} for n, name in enumerate(names)],
    }
