"""Every field of a record, from JSON as Shopee writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import Buyer, CaseRecord, Line, MessageRecord, OrderRecord, Parcel, ReviewRecord
from connectors.fields import Unreadable
from connectors.shopee import mapping
from store.values import Money

ORDER: dict[str, Any] = {
    "order_sn": "2404098R48U37H", "region": "VN", "currency": "VND", "create_time": 1712601591,
    "update_time": 1713139948, "order_status": "COMPLETED", "buyer_user_id": 1170319091, "buyer_username": "xt4fdsf96j",
    "total_amount": 32119, "shipping_carrier": "Giao Hàng Nhanh", "pickup_done_time": 1712726577,
    "buyer_cancel_reason": "", "cancel_by": "", "cancel_reason": "", "dropshipper": None,
    "recipient_address": {"region": "VN", "name": "P******n", "phone": "******64", "full_address": "Ấp******"},
    "item_list": [
        {"item_id": 23620853561, "item_name": "Kem", "item_sku": "", "model_id": 221404189791, "model_name": "60g",
         "model_sku": "QAZ-05", "model_quantity_purchased": 1, "model_discounted_price": 48000,
         "model_original_price": 300000},
        {"item_id": 7, "item_name": "Hut", "item_sku": "HUT", "model_id": 0, "model_name": "", "model_sku": "",
         "model_quantity_purchased": 2, "model_discounted_price": Decimal("10.5")},
    ],
    "package_list": [{"package_number": "OFG166300791210964", "logistics_status": "LOGISTICS_DELIVERY_DONE",
                      "shipping_carrier": "5-Day Delivery (SPX)"}],
}  # fmt: skip

RETURN: dict[str, Any] = {
    "return_sn": "200203171852695", "order_sn": "200203C6W0AR27", "reason": "NOT_RECEIPT", "text_reason": "hộp rách",
    "reassessed_request_reason": "", "refund_amount": Decimal("13.97"), "currency": "SGD", "create_time": 1655205084,
    "update_time": 1655219544, "status": "REQUESTED", "due_date": 1655377883, "tracking_number": "RNSHS00177569",
    "return_seller_due_date": 1655438205, "negotiation_status": "PENDING_RESPOND", "return_solution": 0,
    "item": [{"item_id": 2700126223, "model_id": 2001586745, "amount": 1}],
}  # fmt: skip

MESSAGE: dict[str, Any] = {
    "message_id": "2212", "message_type": "text", "from_id": 9193214, "content": {"text": "Ada \"promo\"?\n"},
    "source_content": {"order_sn": "2404098R48U37H"}, "created_timestamp": 1712601591,
}  # fmt: skip

COMMENT: dict[str, Any] = {
    "comment_id": 120590834, "comment": "Very nice", "buyer_username": "tom", "order_sn": "200922CTK2J6KN",
    "item_id": 16509872, "create_time": 1603153057, "rating_star": 5,
    "cmt_reply": {"reply": "Thank you", "hidden": False},
}  # fmt: skip


def test_an_order() -> None:
    known = {"OFG166300791210964": {"number": "SPXVN1", "delivered_at": 1713000000000}}
    assert mapping.order(ORDER, known) == OrderRecord(
        remote_id="2404098R48U37H", number="2404098R48U37H", placed_at=1712601591000, updated_at=1713139948000,
        status="COMPLETED", buyer=Buyer("1170319091", "xt4fdsf96j"), total=Money("VND", 32119),
        lines=(Line("23620853561.221404189791", "QAZ-05", "Kem (60g)", 1, Money("VND", 48000)),
               Line("7.0", "HUT", "Hut", 2, Money("VND", 10))),
        parcels=(Parcel("5-Day Delivery (SPX)", "SPXVN1", "delivered", 1712726577000, 1713000000000),),
        country="VN",
    )  # fmt: skip


def test_a_parcel_without_a_number_is_left_out() -> None:
    assert mapping.order(ORDER).parcels == ()
    assert mapping.order(ORDER, {"OFG166300791210964": {"number": ""}}).parcels == ()
    assert mapping.travels(ORDER) == ("OFG166300791210964",)
    assert mapping.arrived(ORDER, "OFG166300791210964")


def test_a_hidden_buyer_has_neither_name_nor_id() -> None:
    assert mapping.order({**ORDER, "buyer_user_id": 0, "buyer_username": "****"}).buyer == Buyer("")
    assert mapping.order({**ORDER, "buyer_user_id": None, "buyer_username": None}).buyer == Buyer("")


def test_floats_are_rounded_to_what_the_currency_knows() -> None:
    order = mapping.order({**ORDER, "currency": "SGD", "total_amount": Decimal("31.990000000000002")})
    assert order.total == Money("SGD", 3199)


def test_a_wish_to_cancel_and_what_became_of_it() -> None:
    assert mapping.cancellation(ORDER) is None
    asked = {**ORDER, "order_status": "IN_CANCEL", "buyer_cancel_reason": "NO_LONGER_WANTED"}
    case = mapping.cancellation(asked)
    assert case == CaseRecord(
        "2404098R48U37H", "cancellation", "2404098R48U37H", "IN_CANCEL", "NO_LONGER_WANTED", 1713139948000,
        1713139948000, True, Buyer("1170319091", "xt4fdsf96j"), Money("VND", 32119), allowed=("approve", "decline"),
    )  # fmt: skip
    for status, state in (("CANCELLED", "ACCEPTED"), ("SHIPPED", "REJECTED")):
        over = mapping.cancellation({**asked, "order_status": status})
        assert over is not None
        assert (over.state, over.open, over.allowed) == (state, False, ())


def test_a_return() -> None:
    assert mapping.case(RETURN) == CaseRecord(
        "200203171852695", "return", "200203C6W0AR27", "REQUESTED", "NOT_RECEIPT", 1655205084000, 1655219544000, True,
        None, Money("SGD", 1397), 1655377883000, "hộp rách", ("2700126223.2001586745",), "RNSHS00177569",
        ("approve", "decline", "refund", "accept_offer"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "opened", "due"),
    [("ACCEPTED", False, None), ("PROCESSING", True, 1655438205000), ("JUDGING", True, 1655377883000),
     ("CLOSED", False, None), ("CANCELLED", False, None), ("SOMETHING_NEW", False, None)],
)  # fmt: skip
def test_who_must_act_on_a_return_and_until_when(status: str, opened: bool, due: int | None) -> None:
    case = mapping.case({**RETURN, "status": status, "reassessed_request_reason": "ITEM_MISSING"})
    assert (case.open, case.due_at, case.allowed, case.reason) == (opened, due, (), "ITEM_MISSING")


def test_messages_of_either_side() -> None:
    told = {"thread": "77", "buyer_id": "9193214", "buyer_name": "tom"}
    assert mapping.message(MESSAGE, **told) == MessageRecord(
        "2212", "77", False, "tom", "9193214", 'Ada "promo"?\n', 1712601591000, order_id="2404098R48U37H",
        reply_to="9193214",
    )  # fmt: skip
    ours = mapping.message({**MESSAGE, "from_id": 5, "source_content": None}, **told)
    assert (ours.outbound, ours.author, ours.order_id, ours.reply_to) == (True, "", "", "9193214")


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [("image", {"url": "https://cf.shopee.sg/file/1"}, "[image] https://cf.shopee.sg/file/1"),
     ("order", {"order_sn": "24"}, "[order] 24"), ("sticker", {"sticker_id": "1"}, "[sticker]"), ("video", {}, "[video]")],
)  # fmt: skip
def test_what_is_no_text_says_what_it_is(kind: str, content: dict[str, str], shown: str) -> None:
    raw = {**MESSAGE, "message_type": kind, "content": content}
    assert mapping.message(raw, thread="1", buyer_id="2", buyer_name="").text == shown


def test_a_comment() -> None:
    assert mapping.review(COMMENT) == ReviewRecord(
        "120590834", 5, 1603153057000, "Very nice", order_id="200922CTK2J6KN", sku="16509872", author="tom",
        reply="Thank you",
    )  # fmt: skip
    assert mapping.review({**COMMENT, "rating_star": 9, "comment_reply": {"reply": "B"}, "cmt_reply": None}).rating == 0


@pytest.mark.parametrize(
    ("read", "raw", "field"),
    [
        (mapping.order, ORDER, "order_sn"), (mapping.order, ORDER, "create_time"), (mapping.order, ORDER, "update_time"),
        (mapping.order, ORDER, "total_amount"), (mapping.order, ORDER, "order_status"), (mapping.order, ORDER, "currency"),
        (mapping.case, RETURN, "return_sn"), (mapping.case, RETURN, "order_sn"), (mapping.case, RETURN, "refund_amount"),
        (mapping.case, RETURN, "status"), (mapping.case, RETURN, "create_time"), (mapping.review, COMMENT, "comment_id"),
        (mapping.review, COMMENT, "create_time"),
    ],
)  # fmt: skip
def test_what_must_be_there_is_missed_by_name(read: Any, raw: dict[str, Any], field: str) -> None:
    value: object
    for value in (None, [], {}, "", True):
        with pytest.raises(Unreadable):
            read({**raw, field: value})
