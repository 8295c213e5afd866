"""Every field of a record, from JSON as TikTok Shop writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import Buyer, CaseRecord, Line, MessageRecord, OrderRecord, Parcel
from connectors.fields import Unreadable
from connectors.tiktok import mapping
from store.values import Money

ITEM: dict[str, Any] = {
    "id": "1", "sku_id": "9", "seller_sku": "MUG", "product_name": "Mug", "sku_name": "Blue", "sale_price": "10.50",
    "currency": "USD", "tracking_number": "1Z", "shipping_provider_name": "UPS",
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": "576461413038785752", "user_id": "749", "status": "COMPLETED", "create_time": 1767225600,
    "update_time": 1767225700, "buyer_email": "x@scs.example", "rts_time": 1767225650, "delivery_time": 1767225690,
    "payment": {"currency": "USD", "total_amount": "33.99"}, "shipping_provider": "UPS", "tracking_number": "1Z",
    "recipient_address": {"region_code": "us", "name": "A***"},
    "line_items": [ITEM, {**ITEM, "id": "2"}, {**ITEM, "id": "3", "sku_id": "8", "sku_name": "Default", "seller_sku": ""}],
}  # fmt: skip
RETURN: dict[str, Any] = {
    "return_id": "4035", "order_id": "57", "return_type": "REFUND", "return_status": "RETURN_OR_REFUND_REQUEST_PENDING",
    "return_reason": "ecom_order_damaged", "return_reason_text": "Broken", "create_time": 1767225600,
    "update_time": 1767225700, "refund_amount": {"currency": "USD", "refund_total": "5.00"}, "return_tracking_number": "R1",
    "return_line_items": [{"order_line_item_id": "1"}],
    "seller_next_action_response": [{"action": "A", "deadline": 1767300000}],
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "id": "m", "type": "TEXT", "content": '{"content":"Hello"}', "create_time": 1767225600,
    "sender": {"role": "BUYER", "im_user_id": "9100", "nickname": "Ann"},
}  # fmt: skip


def test_an_order() -> None:
    usd = Money("USD", 1050)
    assert mapping.order(ORDER) == OrderRecord(
        "576461413038785752", "576461413038785752", 1767225600000, 1767225700000, "COMPLETED",
        Buyer("749", "", "x@scs.example"), Money("USD", 3399),
        (Line("1,2", "MUG", "Mug (Blue)", 2, usd), Line("3", "8", "Mug", 1, usd)),
        (Parcel("UPS", "1Z", "delivered", 1767225650000, 1767225690000),), "US",
    )  # fmt: skip


def test_cases() -> None:
    assert mapping.returned(RETURN) == CaseRecord(
        "4035", "refund", "57", "RETURN_OR_REFUND_REQUEST_PENDING", "ecom_order_damaged", 1767225600000, 1767225700000, True,
        None, Money("USD", 500), 1767300000000, "Broken", ("1",), "R1", ("approve", "decline", "refund"),
    )  # fmt: skip
    back = mapping.returned({**RETURN, "return_type": "RETURN_AND_REFUND", "return_status": "BUYER_SHIPPED_ITEM"})
    assert (back.kind, back.open, "refund" in back.allowed) == ("return", True, True)
    done = mapping.returned({**RETURN, "return_status": "NEW_WORD", "return_type": "NEW"})
    assert (done.kind, done.open, done.due_at, done.allowed) == ("return", False, None, ())
    wish = {k.replace("return_", "cancel_"): v for k, v in RETURN.items()} | {
        "cancel_status": "CANCELLATION_REQUEST_PENDING"
    }
    asked = mapping.cancellation(wish)
    assert (asked.kind, asked.reason, asked.text, asked.allowed) == (
        "cancellation", "ecom_order_damaged", "Broken", ("approve", "decline"),
    )  # fmt: skip


def test_messages() -> None:
    told = {"thread": "7", "known": {"9100": "749"}}
    assert mapping.message(MESSAGE, **told) == MessageRecord(  # type: ignore[arg-type]
        "m", "7", False, "Ann", "749", "Hello", 1767225600000
    )
    card = {**MESSAGE, "type": "ORDER_CARD", "content": '{"order_id":"57"}', "sender": {"role": "SHOP"}}
    shown = mapping.message(card, thread="7", known={})
    assert shown is not None
    assert (shown.outbound, shown.text, shown.order_id, shown.author_id) == (True, "[order_card] 57", "57", "SHOP")
    assert mapping.message({**MESSAGE, "sender": {"role": "SYSTEM"}}, thread="7", known={}) is None


@pytest.mark.parametrize("field", ["id", "status", "create_time", "update_time", "payment"])
def test_what_must_be_there_is_missed(field: str) -> None:
    value: object
    for value in (None, [], True, Decimal("1.5")):
        if not (field in ("id", "status") and isinstance(value, Decimal)):
            with pytest.raises(Unreadable):
                mapping.order({**ORDER, field: value})
