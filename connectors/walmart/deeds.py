"""What can be done at Walmart, each once: pay back, ship, cancel as the buyer wished. How things stand is read before.

Walmart takes no idempotency key; a refund's comment holds ours, by which it is found again.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from connectors.contract import (
    Command,
    Decide,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Refund,
    Ship,
)
from connectors.fields import Data, ident, many, money, part, text, whole
from connectors.refunds import check, mark_of
from connectors.refusals import settled, why_not
from connectors.walmart import guesses, mapping
from connectors.walmart.shop import Before, Shop, safe
from store.values import Money, exponent

REASONS = frozenset({
    "BillingError", "TaxExemptCustomer", "ItemNotAsAdvertised", "IncorrectItemReceived", "CancelledYetShipped",
    "ItemNotReceivedByCustomer", "IncorrectShippingPrice", "DamagedItem", "DefectiveItem", "CustomerChangedMind",
    "CustomerReceivedItemLate", "Missing Parts / Instructions", "Finance -> Goodwill", "Finance -> Rollback",
    "Buyer canceled", "Customer returned item", "General adjustment", "Merchandise not received",
    "Quality -> Missing Parts / Instructions", "Shipping & Delivery -> Damaged",
    "Shipping & Delivery -> Shipping Price Discrepancy", "Others",
})  # fmt: skip
LONGEST_COMMENT = 400
DECIDES_ITSELF = "Walmart decides returns itself; refund the return, or object to it in Seller Center."


def send(shop: Shop, command: Command, before: Before) -> Receipt:
    """See `contract.Connector.send`."""
    match command:
        case Refund(case_id=""):
            return _refund(shop, command, before)
        case Refund():
            return _settle(shop, command, before)
        case Ship():
            return _ship(shop, command, before)
        case Decide(kind="cancellation"):
            return _cancel(shop, command, before)
    raise Permanent(why_not("walmart", command, returns=DECIDES_ITSELF))


def find(shop: Shop, command: Command) -> Receipt | None:
    """See `contract.Connector.find`."""
    match command:
        case Refund(case_id=""):
            return _paid(shop, command)
        case Refund():
            return _settled(shop, command)
        case Ship():
            return _shipped(order_of(shop, command.order_id), command.tracking.strip())
        case Decide(kind="cancellation"):
            return _cancelled(shop, command)
    raise Permanent(why_not("walmart", command, returns=DECIDES_ITSELF))


def order_of(shop: Shop, ident_: str) -> Data:
    """An order as it stands. Raises Permanent where there is none."""
    return part(shop.get(f"/v3/orders/{safe(ident_)}"), "order")


def return_of(shop: Shop, ident_: str) -> Data:
    """A return as it stands. Raises Permanent where there is none."""
    if (raw := return_or_none(shop, ident_)) is None:
        raise Permanent(f"Walmart has no return {ident_}.")
    return raw


def return_or_none(shop: Shop, ident_: str) -> Data | None:
    """A return as it stands; None where there is none."""
    found = many(shop.get("/v3/returns", returnOrderId=ident_, replacementInfo="true"), "returnOrders")
    return next((r for r in found if isinstance(r, dict) and text(r, "returnOrderId") == ident_), None)


# Money ----------------------------------------------------------------------------------------------


def _refund(shop: Shop, command: Refund, before: Before) -> Receipt:
    check(command)
    order = order_of(shop, command.order_id)
    if _marked(order, command):
        raise Permanent("This refund was made already; look at the order.")
    mark = mark_of(command.key)
    comment = f"{command.note.strip()[:LONGEST_COMMENT]} [{mark}]".strip()
    reason = command.reason if command.reason in REASONS else guesses.OTHER_REASON
    lines = [_charge(line, amount, reason, comment) for line, amount in _shares(order, command)]
    body = {"orderRefund": {"purchaseOrderId": ident(order, "purchaseOrderId"), "orderLines": {"orderLine": lines}}}
    shop.act(f"/v3/orders/{safe(command.order_id)}/refund", body, before)
    return Receipt(mark, shop.now())


def _shares(order: Data, command: Refund) -> list[tuple[Data, Money]]:
    """What each line pays back; where nobody says, the first lines that have something left."""
    wanted, missing = dict(command.lines), command.amount.minor
    shares: list[tuple[Data, Money]] = []
    for line in mapping.order_lines(order):
        paid = mapping.line_paid(line)
        if paid.currency != command.amount.currency:
            raise Permanent(f"The order was paid in {paid.currency}.")
        if not guesses.SHIPPED & set(mapping.line_states(line)):
            continue  # what has not left is cancelled, not paid back
        left = paid.minor - sum(map(mapping.refunded, mapping.line_refunds(line)))
        taken = min(left, missing)
        if wanted:
            taken = wanted.pop(ident(line, "lineNumber"), Money(paid.currency, 0)).minor
            if taken > left:
                raise Permanent(f"Only {Money(paid.currency, left)} of this line are left to refund.")
        if taken > 0:
            shares.append((line, Money(paid.currency, taken)))
            missing -= taken
        if not missing:
            return shares
    raise Permanent("So much of what has left is not there to refund; what has not left is cancelled in Seller Center.")


def _charge(line: Data, amount: Money, reason: str, comment: str) -> dict[str, object]:
    """A line's refund: amounts are negative, and the tax stands beside the price."""
    goods, tax = mapping.line_charges(line)
    share = Decimal(amount.minor) * goods.minor / (goods.minor + tax.minor)
    price = int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    charge = {
        "chargeType": "PRODUCT", "chargeName": "Item Price", "chargeAmount": _minus(amount.currency, price),
        "tax": {"taxName": "Item Price Tax", "taxAmount": _minus(amount.currency, amount.minor - price)},
    }  # fmt: skip
    charges = {"refundCharge": [{"refundReason": reason, "charge": charge}]}
    return {
        "lineNumber": ident(line, "lineNumber"), "isFullRefund": False,
        "refunds": {"refund": [{"refundComments": comment, "refundCharges": charges}]},
    }  # fmt: skip


def _minus(currency: str, minor: int) -> dict[str, object]:
    return {"currency": currency, "amount": float(-Decimal(minor).scaleb(-exponent(currency)))}


def _marked(order: Data, command: Refund) -> bool:
    mark = mark_of(command.key)
    return any(mark in text(r, "refundComments") for n in mapping.order_lines(order) for r in mapping.line_refunds(n))


def _paid(shop: Shop, command: Refund) -> Receipt | None:
    """By our mark. A refund whose comment Walmart does not tell may be ours."""
    order = order_of(shop, command.order_id)
    if _marked(order, command):
        return Receipt(mark_of(command.key), shop.now())
    if any(not text(r, "refundComments") for n in mapping.order_lines(order) for r in mapping.line_refunds(n)):
        raise OutcomeUnknown("The order has a refund that does not tell who made it; look there.")
    return None


def _settle(shop: Shop, command: Refund, before: Before) -> Receipt:
    """Pays a return back, whole: Walmart knows pieces here, and no amounts."""
    raw = return_of(shop, command.case_id)
    lines, total = mapping.return_lines(raw), part(raw, "totalRefundAmount")
    whole_sum = money(total, "currencyAmount", ident(total, "currencyUnit"))
    if any(mapping.pieces(line)[1] for line in lines):
        raise Permanent("Some of this return was paid back already; see to the rest in Seller Center.")
    if command.amount != whole_sum:
        raise Permanent(f"Walmart refunds this return whole or not at all: {whole_sum}. Refund the order for another amount.")
    if command.order_id and command.order_id not in {text(line, "purchaseOrderId") for line in lines}:
        raise Permanent(f"The return {command.case_id} is not of the order {command.order_id}.")
    body = {"customerOrderId": ident(raw, "customerOrderId"), "refundLines": [
        {"returnOrderLineNumber": whole(line, "returnOrderLineNumber"),
         "quantity": {"unitOfMeasure": guesses.EACH_RETURN, "measurementValue": mapping.pieces(line)[0]}} for line in lines
    ]}  # fmt: skip
    shop.act(f"/v3/returns/{safe(command.case_id)}/refund", body, before)
    return Receipt(command.case_id, shop.now())


def _settled(shop: Shop, command: Refund) -> Receipt | None:
    counts = [mapping.pieces(line) for line in mapping.return_lines(return_of(shop, command.case_id))]
    if all(back >= count for count, back in counts):
        return Receipt(command.case_id, shop.now())
    if any(back for _, back in counts):
        raise OutcomeUnknown("Some of this return was paid back; look at it in Seller Center.")
    return None


# Wishes to cancel ---------------------------------------------------------------------------------------


def _cancel(shop: Shop, command: Decide, before: Before) -> Receipt:
    if command.decision != "approve":
        raise Permanent("Walmart takes no refusal of a wish to cancel: ship the order, and it stands.")
    order = order_of(shop, command.case_id)
    lines = [n for n in mapping.order_lines(order) if mapping.wished(n) and guesses.TO_SHIP & set(mapping.line_states(n))]
    if not lines:
        raise Permanent(f"The buyer's wish to cancel is no longer open: the order is {mapping.order(order).status}.")
    leaves = [
        {"lineNumber": ident(line, "lineNumber"), "orderLineStatuses": {"orderLineStatus": [{
            "status": guesses.CANCELLED, "cancellationReason": "CUSTOMER_REQUESTED_SELLER_TO_CANCEL",
            "statusQuantity": {"unitOfMeasurement": guesses.EACH_ORDER, "amount": str(mapping.quantity(line))}}]}}
        for line in lines
    ]  # fmt: skip
    body = {"orderCancellation": {"orderLines": {"orderLine": leaves}}}
    shop.act(f"/v3/orders/{safe(command.case_id)}/cancel", body, before)
    return Receipt(command.case_id, shop.now())


def _cancelled(shop: Shop, command: Decide) -> Receipt | None:
    lines = [n for n in mapping.order_lines(order_of(shop, command.case_id)) if mapping.wished(n)]
    states = [set(mapping.line_states(n)) for n in lines]
    if any(guesses.TO_SHIP & s for s in states):
        return None
    return settled(bool(states) and all(s == {guesses.CANCELLED} for s in states), command.case_id, shop.now())


# Parcels --------------------------------------------------------------------------------------------


def _shipped(order: Data, tracking: str) -> Receipt | None:
    for line in mapping.order_lines(order):
        for _, info in mapping.tracking_of(line):
            if text(info, "trackingNumber") == tracking:
                return Receipt(tracking, mapping.millis(info, "shipDateTime"))
    return None


def _ship(shop: Shop, command: Ship, before: Before) -> Receipt:
    tracking, missing = command.tracking.strip(), dict(command.lines)
    if not tracking:
        raise Permanent("A parcel needs its tracking number.")
    order = order_of(shop, command.order_id)
    if _shipped(order, tracking):
        raise Permanent(f"Walmart has a parcel {tracking} of this order already.")
    leaves = []
    for line in mapping.order_lines(order):
        name = ident(line, "lineNumber")
        open_ = guesses.TO_SHIP & set(mapping.line_states(line))
        count = min(missing.pop(name, 0) if command.lines else mapping.quantity(line), mapping.quantity(line))
        if open_ and count > 0:
            leaves.append({
                "lineNumber": name, "orderLineStatuses": {"orderLineStatus": [_status(command, tracking, count)]},
                # By the documentation, what a buyer wants cancelled leaves only so.
                **({"intentToCancelOverride": True} if mapping.wished(line) else {}),
            })  # fmt: skip
    if not leaves or missing:
        raise Permanent("Nothing of this order is left to send, or a line is not of it.")
    shop.act(f"/v3/orders/{safe(command.order_id)}/shipping", {"orderShipment": {"orderLines": {"orderLine": leaves}}}, before)
    return Receipt(tracking, shop.now())


def _status(command: Ship, tracking: str, count: int) -> dict[str, object]:
    courier = command.courier.strip()
    known = guesses.CARRIERS.get(courier.casefold())
    return {
        "status": "Shipped", "statusQuantity": {"unitOfMeasurement": guesses.EACH_ORDER, "amount": str(count)},
        "trackingInfo": {
            "shipDateTime": command.shipped_at, "carrierName": {"carrier": known} if known else {"otherCarrier": courier},
            "methodCode": guesses.METHOD, "trackingNumber": tracking,
        },
    }  # fmt: skip
