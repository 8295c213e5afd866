"""The practice shop in Walmart's words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.market_records import MarketCase, MarketOrder
from store.values import Instant, exponent

STATUS = {"processing": "Created", "shipped": "Shipped", "delivered": "Delivered", "cancelled": "Cancelled"}
REASONS = {"damaged": "DAMAGED", "defective": "DEFECTIVE", "wrong_item": "INCORRECT_ITEM", "changed_mind": "NO_LONGER_WANTED"}
RETURNED = ("return", "refund", "exchange")
TAX = Decimal("0.08")


def iso(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def number(minor: int, currency: str) -> float:
    return float(Decimal(minor).scaleb(-exponent(currency)))


def charges(order: MarketOrder, n: int) -> tuple[int, int]:
    """Price and tax of a line, in cents."""
    whole = order.lines[n].price.minor * order.lines[n].quantity
    goods = int((whole / (1 + TAX)).to_integral_value())
    return goods, whole - goods


def charge(currency: str, goods: int, tax: int) -> dict[str, Any]:
    return {
        "chargeType": "PRODUCT", "chargeName": "ItemPrice",
        "chargeAmount": {"currency": currency, "amount": number(goods, currency)},
        "tax": {"taxName": "Tax1", "taxAmount": {"currency": currency, "amount": number(tax, currency)}},
    }  # fmt: skip


def order_shape(order: MarketOrder, refunds: list[tuple[int, str, int]], moved: Instant, wish: bool) -> dict[str, Any]:
    """`refunds` are line, comment and cents of each; `moved` is when it last changed, `wish` whether its buyer wants the
    first line cancelled."""
    buyer = order.buyer
    address = {"name": buyer.name, "address1": buyer.street, "city": "Austin", "state": "TX", "postalCode": "78704",
               "country": "USA"}  # fmt: skip
    shipping = {"phone": "5550100", "estimatedDeliveryDate": order.placed_at, "estimatedShipDate": order.placed_at,
                "methodCode": "Value", "postalAddress": address}  # fmt: skip
    return {
        "purchaseOrderId": order.id, "customerOrderId": order.number, "customerEmailId": buyer.address,
        "orderType": "REGULAR", "orderDate": order.placed_at, "shippingInfo": shipping,
        "orderLines": {"orderLine": [_line(order, n, refunds, moved, wish and n == 0) for n in range(len(order.lines))]},
    }  # fmt: skip


def _line(
    order: MarketOrder, n: int, refunds: list[tuple[int, str, int]], moved: Instant, wish: bool
) -> dict[str, Any]:
    item, currency = order.lines[n], order.total.currency
    status: dict[str, Any] = {
        "status": STATUS[order.status], "statusQuantity": {"unitOfMeasurement": "EACH", "amount": str(item.quantity)},
    }  # fmt: skip
    if order.parcels:
        parcel = order.parcels[-1]
        status["trackingInfo"] = {
            "shipDateTime": parcel.shipped_at, "carrierName": {"otherCarrier": parcel.courier}, "methodCode": "Standard",
            "trackingNumber": parcel.tracking, "trackingURL": "https://carrier.example",
        }  # fmt: skip
    given = [
        {"refundId": str(i), "refundComments": comment, "refundCharges": {"refundCharge": [
            {"refundReason": "General adjustment", "charge": charge(currency, -minor, 0)}]}}
        for i, (line, comment, minor) in enumerate(refunds) if line == n
    ]  # fmt: skip
    return {
        "lineNumber": str(n + 1), "item": {"productName": item.title, "sku": item.sku},
        "charges": {"charge": [charge(currency, *charges(order, n))]},
        "orderLineQuantity": {"unitOfMeasurement": "EACH", "amount": str(item.quantity)}, "statusDate": moved,
        "orderLineStatuses": {"orderLineStatus": [status]}, "refunds": {"refund": given},
        **({"intentToCancel": "CUSTOMER_REQUESTED"} if wish else {}),
    }  # fmt: skip


def return_shape(case: MarketCase, back: int) -> dict[str, Any]:
    """`back` is how many pieces of it were paid back."""
    order, item = case.order, case.order.lines[0]
    currency, over = order.total.currency, case.state != "requested"
    first, _, last = order.buyer.name.partition(" ")
    return {
        "returnOrderId": case.id, "customerEmailId": order.buyer.address,
        "customerName": {"firstName": first, "lastName": last}, "customerOrderId": order.number,
        "refundMode": "POST_DELIVERY", "returnOrderDate": iso(case.opened_at),
        "returnType": "REPLACEMENT" if case.kind == "exchange" else "REFUND", "returnByDate": iso(case.due_at),
        "totalRefundAmount": {"currencyAmount": number(case.amount.minor, currency), "currencyUnit": currency},
        "returnLineGroups": [{"groupNo": 1, "returnLines": [{"returnOrderLineNumber": 1}], "labels": [
            {"carrierInfoList": [{"carrierName": "FEDEX", "trackingNo": f"7856{case.id}"}]}]}],
        "returnOrderLines": [{
            "returnOrderLineNumber": 1, "salesOrderLineNumber": 1, "returnReason": REASONS.get(case.trouble, "OTHER"),
            "purchaseOrderId": order.id, "purchaseOrderLineNumber": 1,
            "item": {"sku": item.sku, "productName": item.title}, "status": "COMPLETED" if over else "INITIATED",
            "statusTime": iso(case.updated_at), "currentRefundStatus": "REFUND_COMPLETED" if back else "REFUND_INITIATED",
            "quantity": {"unitOfMeasure": "EACH", "measurementValue": item.quantity}, "refundedQty": back,
        }],
    }  # fmt: skip
