"""A market in TikTok Shop's words: orders, after-sales cases and conversations as its API shows them."""

from __future__ import annotations

import json
import zlib
from typing import Any

from connectors.sandbox.market_records import MarketCase, MarketMessage, MarketOrder, MarketThread
from connectors.sandbox.world import Buyer
from store.values import Money, exponent

_STATUS = {
    "processing": "AWAITING_SHIPMENT",
    "shipped": "IN_TRANSIT",
    "delivered": "COMPLETED",
    "cancelled": "CANCELLED",
}
_TYPE = {"refund": "REFUND", "exchange": "REPLACEMENT"}
_RETURN = {
    "requested": "RETURN_OR_REFUND_REQUEST_PENDING", "approved": "AWAITING_BUYER_SHIP",
    "back": "BUYER_SHIPPED_ITEM", "refunded": "RETURN_OR_REFUND_REQUEST_COMPLETE",
    "declined": "REFUND_OR_RETURN_REQUEST_REJECT", "closed": "RETURN_OR_REFUND_REQUEST_CANCEL",
}  # fmt: skip
_CANCEL = {
    "requested": "CANCELLATION_REQUEST_PENDING", "approved": "CANCELLATION_REQUEST_SUCCESS",
    "refunded": "CANCELLATION_REQUEST_COMPLETE", "declined": "CANCELLATION_REQUEST_CANCEL",
    "closed": "CANCELLATION_REQUEST_CANCEL",
}  # fmt: skip


THREAD = "739"
"""What the id of a conversation begins with."""


def number_of(text: str) -> int:
    """A steady number for a name."""
    return zlib.crc32(text.encode())


def user_id(buyer: Buyer) -> str:
    return f"7494{number_of(buyer.address):010d}"


def im_id(buyer: Buyer) -> str:
    return f"9100{number_of(buyer.address):010d}"


def amount(money: Money) -> str:
    places = exponent(money.currency)
    return f"{money.minor / 10**places:.{places}f}"


def case_id(case: MarketCase) -> str:
    return f"4035{int(case.id):014d}"


def market_id(name: str) -> str:
    """The market's id of a case."""
    return str(int(name[4:])) if len(name) == 18 and name.startswith("4035") and name.isdecimal() else ""


def thread_id(thread: MarketThread) -> str:
    return f"{THREAD}{thread.id}"


def order(o: MarketOrder) -> dict[str, Any]:
    parcel, items = (o.parcels[-1] if o.parcels else None), []
    for n, i in enumerate(o.lines):
        for piece in range(i.quantity):
            items.append({
                "id": f"{o.number[-8:]}{n:02d}{piece:02d}", "product_id": str(number_of(i.title)), "product_name": i.title,
                "sku_id": str(number_of(i.sku)), "seller_sku": i.sku, "sku_name": "Default",
                "sale_price": amount(i.price), "original_price": amount(i.price), "currency": i.price.currency,
                "tracking_number": parcel.tracking if parcel else "",
                "shipping_provider_name": parcel.courier if parcel else "", "display_status": _STATUS[o.status],
            })  # fmt: skip
    shown: dict[str, Any] = {
        "id": o.number, "user_id": user_id(o.buyer), "status": _STATUS[o.status], "create_time": o.placed_at // 1000,
        "update_time": o.updated_at // 1000, "buyer_email": f"{user_id(o.buyer)}@scs.tiktokw.example",
        "payment": {"currency": o.total.currency, "total_amount": amount(o.total), "sub_total": amount(o.total)},
        "recipient_address": {"region_code": o.buyer.country, "name": f"{o.buyer.name[:1]}***", "full_address": "***"},
        "line_items": items, "delivery_option_id": "6956553", "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_provider": parcel.courier if parcel else "", "tracking_number": parcel.tracking if parcel else "",
    }  # fmt: skip
    if parcel:
        shown["rts_time"] = parcel.shipped_at // 1000
        if parcel.delivered_at is not None:
            shown["delivery_time"] = parcel.delivered_at // 1000
    return shown


def _case(c: MarketCase, prefix: str, opened: bool) -> dict[str, Any]:
    deadline = [{"action": "SELLER_RESPOND", "deadline": c.due_at // 1000}] if opened else []
    lines = [i["id"] for i in order(c.order)["line_items"]]
    return {
        f"{prefix}_id": case_id(c), "order_id": c.order.number, f"{prefix}_reason": f"ecom_order_{c.trouble}_reason",
        f"{prefix}_reason_text": c.text, "role": "BUYER", "create_time": c.opened_at // 1000,
        "update_time": c.updated_at // 1000, "seller_next_action_response": deadline,
        "refund_amount": {"currency": c.amount.currency, "refund_total": amount(c.amount)},
        f"{prefix}_line_items": [{f"{prefix}_line_item_id": f"1{x}", "order_line_item_id": x} for x in lines],
    }  # fmt: skip


def returned(c: MarketCase) -> dict[str, Any]:
    status = _RETURN[c.state]
    if c.kind == "exchange" and c.state == "requested":
        status = "REPLACEMENT_REQUEST_PENDING"
    told = _case(c, "return", c.state in ("requested", "approved", "back"))
    return told | {"return_type": _TYPE.get(c.kind, "RETURN_AND_REFUND"), "return_status": status,
                   "return_tracking_number": ""}  # fmt: skip


def cancelled(c: MarketCase) -> dict[str, Any]:
    return _case(c, "cancel", c.state == "requested") | {
        "cancel_type": "BUYER_CANCEL",
        "cancel_status": _CANCEL[c.state],
    }


def message(t: MarketThread, m: MarketMessage) -> dict[str, Any]:
    sender = {"role": "CUSTOMER_SERVICE", "im_user_id": "100", "nickname": "nordlicht"}
    if not m.ours:
        sender = {"role": "BUYER", "im_user_id": im_id(t.buyer), "nickname": t.buyer.first}
    words = json.dumps({"content": m.text}, ensure_ascii=False)
    return {
        "id": m.id,
        "type": "TEXT",
        "content": words,
        "create_time": m.at // 1000,
        "is_visible": True,
        "sender": sender,
    }


def notice(t: MarketThread) -> dict[str, Any]:
    """What the platform itself puts into every conversation."""
    return {"id": f"{t.messages[0].id}9", "type": "NOTIFICATION", "content": json.dumps({"content": "Chat began."}),
            "create_time": t.messages[0].at // 1000, "is_visible": True, "sender": {"role": "SYSTEM"}}  # fmt: skip


def conversation(t: MarketThread) -> dict[str, Any]:
    return {
        "id": thread_id(t), "participant_count": 2, "can_send_message": not t.closed_to_us, "unread_count": t.unread,
        "create_time": t.messages[0].at // 1000, "latest_message": message(t, t.messages[-1]),
        "participants": [
            {"role": "BUYER", "im_user_id": im_id(t.buyer), "user_id": user_id(t.buyer), "nickname": t.buyer.first},
            {"role": "SHOP", "im_user_id": "100", "nickname": "nordlicht"},
        ],
    }  # fmt: skip
