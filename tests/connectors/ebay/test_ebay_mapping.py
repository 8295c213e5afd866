"""Every field that eBay tells and a record has a place for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import BadRecord, Buyer, CaseRecord, Line, MessageRecord, OrderRecord, Parcel, ReviewRecord
from connectors.ebay import mapping, mapping_cases
from connectors.ebay.pull import case_record
from connectors.ebay.rounds import Round
from connectors.ebay.wire import decimal, instant, iso, money
from store.values import Money

T0, T1, T2 = 1_790_000_000_000, 1_790_003_600_000, 1_790_090_000_000


def an_order() -> dict[str, Any]:
    return {
        "orderId": "12-34567-89012", "creationDate": iso(T0), "lastModifiedDate": iso(T1),
        "orderFulfillmentStatus": "IN_PROGRESS", "orderPaymentStatus": "PAID",
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "buyer": {"username": "ann_b", "buyerRegistrationAddress": {"fullName": "Ann Berg",
                                                                   "contactAddress": {"countryCode": "CH"}}},
        "pricingSummary": {"total": {"value": "25.90", "currency": "EUR"}},
        "fulfillmentStartInstructions": [{
            "maxEstimatedDeliveryDate": iso(T2),
            "shippingStep": {"shippingCarrierCode": "DHL", "shipTo": {
                "fullName": "Anna Berg", "email": "x1@members.ebay.com", "contactAddress": {"countryCode": "DE"}}}}],
        "fulfillmentHrefs": ["https://api.ebay.com/sell/fulfillment/v1/order/1/shipping_fulfillment/JJD01",
                             "https://api.ebay.com/sell/fulfillment/v1/order/1/shipping_fulfillment/999"],
        "lineItems": [{"lineItemId": "10", "sku": "LAMP", "title": "Lamp", "quantity": 2,
                       "lineItemCost": {"value": "20.00", "currency": "EUR"}}],
    }  # fmt: skip


def test_an_order() -> None:
    assert mapping.order(an_order()) == OrderRecord(
        "12-34567-89012", "12-34567-89012", T0, T1, "IN_PROGRESS",
        Buyer("ann_b", "Anna Berg", "x1@members.ebay.com", country="CH"), Money("EUR", 2590),
        (Line("10", "LAMP", "Lamp", 2, Money("EUR", 1000)),), (Parcel("DHL", "JJD01", "shipped", eta=T2),), country="DE",
    )  # fmt: skip


@pytest.mark.parametrize(("change", "status"), [
    ({"cancelStatus": {"cancelState": "CANCELED"}}, "CANCELED"), ({"orderPaymentStatus": "FULLY_REFUNDED"}, "FULLY_REFUNDED"),
    ({"orderPaymentStatus": "PENDING"}, "IN_PROGRESS"), ({"cancelStatus": None}, "IN_PROGRESS"),
])  # fmt: skip
def test_what_ended_an_order_is_its_status(change: dict[str, Any], status: str) -> None:
    assert mapping.order({**an_order(), **change}).status == status


def test_a_masked_buyer_is_known_by_user_name_alone() -> None:
    raw = {**an_order(), "buyer": {"username": "u-7"}, "fulfillmentStartInstructions": []}
    assert mapping.order(raw).buyer == Buyer("u-7")


def test_parcels() -> None:
    raw = {"fulfillments": [{"fulfillmentId": "J1", "shipmentTrackingNumber": "J1", "shippingCarrierCode": "DHL",
                             "shippedDate": iso(T1)}, {"fulfillmentId": "999"}]}  # fmt: skip
    assert mapping.parcels(raw) == (Parcel("DHL", "J1", "shipped", T1),)


def test_messages_of_both_sides() -> None:
    raw = {"messageId": "m1", "messageBody": "Hello", "senderUsername": "ann_b", "recipientUsername": "Nordlicht",
           "createdDate": iso(T1), "subject": "", "messageMedia": [{"mediaName": "a.jpg", "mediaUrl": "https://x/a.jpg"}]}
    theirs = mapping.message(raw, thread="c1", title="About a lamp", ours="nordlicht")
    assert theirs == MessageRecord("m1", "c1", False, "ann_b", "ann_b", "Hello\na.jpg: https://x/a.jpg", T1,
                                   "About a lamp", reply_to="ann_b")  # fmt: skip
    swapped = {**raw, "senderUsername": "NORDLICHT", "recipientUsername": "ann_b", "messageMedia": None, "subject": "Re"}
    ours = mapping.message(swapped, thread="c1", title="", ours="nordlicht")
    assert (ours.outbound, ours.author_id, ours.reply_to, ours.subject) == (True, "ann_b", "ann_b", "Re")


def test_feedback() -> None:
    raw = {"feedbackId": "f1", "commentType": "NEUTRAL", "feedbackEnteredDate": iso(T1),
           "feedbackComment": {"commentText": "Late"}, "providerUserDetail": {"userId": "ann_b", "role": "BUYER"},
           "orderLineItemSummary": {"listingTitle": "Lamp"}, "replyComment": {"commentText": "Sorry"}}  # fmt: skip
    assert mapping.review(raw) == ReviewRecord("f1", 3, T1, "Late", "Lamp", author="ann_b", author_id="ann_b", reply="Sorry")
    assert [mapping.review({**raw, "commentType": k}).rating for k in ("POSITIVE", "NEGATIVE", "NEW")] == [5, 1, 0]
    assert mapping.review({**raw, "replyComment": "Text"}).reply == "Text"


def test_a_return() -> None:
    raw = {"returnId": "51", "orderId": "12-1", "state": "RETURN_REQUESTED", "buyerLoginName": "ann_b",
           "creationInfo": {"item": {"transactionId": "10"}, "reason": "DEFECTIVE_ITEM", "comments": {"content": "Dark"},
                            "creationDate": {"value": iso(T0)}},
           "sellerTotalRefund": {"estimatedRefundAmount": {"value": Decimal("12.9"), "currency": "EUR"}},
           "sellerResponseDue": {"respondByDate": {"value": iso(T2)}},
           "sellerAvailableOptions": [{"actionType": "SELLER_APPROVE_REQUEST"}, {"actionType": "SELLER_SEND_MESSAGE"}],
           }  # fmt: skip
    assert mapping_cases.return_(raw) == CaseRecord(
        "return/51", "return", "12-1", "RETURN_REQUESTED", "DEFECTIVE_ITEM", T0, T0, True, Buyer("ann_b"),
        Money("EUR", 1290), T2, "Dark", ("10",), allowed=("approve",),
    )  # fmt: skip
    assert case_record("return", {"summary": raw}).remote_id == "return/51"


def test_a_cancellation() -> None:
    raw = {"cancelId": "52", "legacyOrderId": "12-1", "cancelState": "APPROVAL_PENDING", "cancelStatus": "CANCEL_REQUESTED",
           "cancelReason": "BUYER_ASKED_CANCEL", "buyerLoginName": "ann_b", "cancelRequestDate": {"value": iso(T0)},
           "sellerResponseDueDate": {"value": iso(T2)}, "requestRefundAmount": {"value": 41, "currency": "EUR"}}  # fmt: skip
    assert mapping_cases.cancellation(raw) == CaseRecord(
        "cancellation/52", "cancellation", "12-1", "CANCEL_REQUESTED", "BUYER_ASKED_CANCEL", T0, T0, True, Buyer("ann_b"),
        Money("EUR", 4100), T2, allowed=("approve", "decline"),
    )  # fmt: skip
    closed = {**raw, "cancelState": "CLOSED", "cancelCloseDate": {"value": iso(T1)}}
    done = mapping_cases.cancellation(closed)
    assert (done.open, done.updated_at, done.allowed) == (False, T1, ())


def test_an_inquiry_and_a_dispute() -> None:
    raw = {"inquiryId": "53", "inquiryStatusEnum": "OPEN", "orderId": "12-1", "transactionId": "10", "buyer": "ann_b",
           "claimAmount": {"value": "9.00", "currency": "GBP"}, "creationDate": {"value": iso(T0)},
           "lastModifiedDate": {"value": iso(T1)}, "respondByDate": {"value": iso(T2)}}  # fmt: skip
    assert mapping_cases.inquiry(raw) == CaseRecord(
        "inquiry/53", "refund", "12-1", "OPEN", "ITEM_NOT_RECEIVED", T0, T1, True, Buyer("ann_b"), Money("GBP", 900), T2,
        lines=("10",), allowed=("refund",),
    )  # fmt: skip
    dispute = {"paymentDisputeId": "54", "orderId": "12-1", "paymentDisputeStatus": "ACTION_NEEDED", "reason": "FRAUD",
               "openDate": iso(T0), "buyerUsername": "ann_b", "amount": {"value": "9.00", "currency": "GBP"},
               "respondByDate": iso(T2)}  # fmt: skip
    assert mapping_cases.dispute(dispute) == CaseRecord(
        "payment_dispute/54", "dispute", "12-1", "ACTION_NEEDED", "FRAUD", T0, T0, True, Buyer("ann_b"), Money("GBP", 900),
        T2, allowed=("approve", "decline"),
    )  # fmt: skip
    assert mapping_cases.dispute({**dispute, "availableChoices": ["ACCEPT"]}).allowed == ("approve",)


@pytest.mark.parametrize("wrong", [None, 7, "text", {}, {"orderId": "1"}, {**an_order(), "creationDate": "soon"},
                                   {**an_order(), "lineItems": {}}, {**an_order(), "pricingSummary": None},
                                   {**an_order(), "lineItems": [{"lineItemId": "1", "quantity": -1, "lineItemCost": {
                                       "value": "1", "currency": "EUR"}}]}])  # fmt: skip
def test_what_cannot_be_read_is_kept_as_it_is(wrong: object) -> None:
    (bad,) = mapping.each([wrong], "order", "orderId", mapping.order)
    assert isinstance(bad, BadRecord)
    assert bad.reason
    assert bad.ref.startswith("order:")


def test_times_and_amounts_go_there_and_back() -> None:
    assert instant(iso(T1 + 7)) == T1 + 7
    assert instant({"value": iso(T1)}) == T1
    assert decimal(Money("JPY", 1200)) == "1200"
    assert decimal(Money("EUR", 5)) == "0.05"
    for wrong in ({"value": True, "currency": "EUR"}, {"value": "x", "currency": "EUR"}, None):
        with pytest.raises((ValueError, TypeError)):
            money(wrong)
    with pytest.raises(ValueError, match="zone"):
        instant("2026-01-01T00:00:00")


@pytest.mark.parametrize("cursor", ["", "x", "[]", "null", '{"first": "a"}', '{"later": 1}', '{"first": 1}'])
def test_a_cursor_nobody_can_read_begins_anew(cursor: str) -> None:
    assert Round.read(cursor) is None
