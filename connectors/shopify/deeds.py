"""What can be done in a shop, each once: decide a return, refund, ship. How things stand is read before."""

from __future__ import annotations

from connectors.contract import (
    Command,
    Decide,
    Permanent,
    Receipt,
    Refund,
    Ship,
)
from connectors.fields import Data, data, decimal, ident, many, moment, part, text, whole
from connectors.refunds import check, mark_of
from connectors.refusals import why_not
from connectors.shopify import guesses, queries
from connectors.shopify.mapping import amount, tail
from connectors.shopify.shop import Before, Shop, one
from store.values import Money

LONGEST_NOTE = 2_000
RETURNS_ONLY = "Shopify knows returns only; decide anything else in its admin."
DECLINE_REASONS = ("RETURN_PERIOD_ENDED", "FINAL_SALE", "OTHER")
OPEN_TO_SHIP = frozenset({"OPEN", "IN_PROGRESS"})


def send(shop: Shop, command: Command, before: Before) -> Receipt:
    """See `contract.Connector.send`."""
    match command:
        case Decide():
            return _decide(shop, command, before)
        case Refund():
            return _refund(shop, command, before)
        case Ship():
            return _ship(shop, command, before)
    raise Permanent(why_not("shopify", command, returns=RETURNS_ONLY))


# Returns --------------------------------------------------------------------------------------------


def return_of(shop: Shop, command: Decide | Refund) -> Data:
    """The return a command is about. Raises Permanent where there is none, or it is of another order."""
    if isinstance(command, Decide) and command.kind != "return":
        raise Permanent(why_not("shopify", command, returns=RETURNS_ONLY))
    raw = one(shop, queries.RETURN, "Return", command.case_id, people=False)
    _insist_on_order(raw, command)
    return raw


def _insist_on_order(raw: Data, command: Decide | Refund) -> None:
    if command.order_id and command.order_id != text(part(raw, "order"), "legacyResourceId"):
        raise Permanent(f"The return {command.case_id} is not of the order {command.order_id}.")


def to_process(shop: Shop, command: Decide) -> tuple[Data, dict[str, list[dict[str, object]]]]:
    """A return, and what of it can be processed: goods that come back, and goods that go out in exchange."""
    raw = one(shop, queries.TO_PROCESS, "Return", command.case_id)
    _insist_on_order(raw, command)
    found: dict[str, list[dict[str, object]]] = {}
    for key in ("returnLineItems", "exchangeLineItems"):
        items = [(ident(n, "id"), whole(n, guesses.PROCESSABLE)) for n in map(data, many(part(raw, key), "nodes"))]
        found[key] = [{"id": name, "quantity": count} for name, count in items if count]
    return raw, found


def _process(shop: Shop, command: Decide, before: Before) -> Receipt:
    """The goods are back: exchanges go out, and the return may be paid back. No money moves by this."""
    raw, items = to_process(shop, command)
    if text(raw, "status") != "OPEN":
        raise Permanent(f"Only an open return can be processed: this one is {text(raw, 'status')}.")
    if not any(items.values()):
        raise Permanent("Nothing of this return is left to process.")
    wanted = {"returnId": text(raw, "id"), "notifyCustomer": shop.settings.notify, **items}
    shop.act(queries.PROCESS, "returnProcess", "return", before, input=wanted)
    return Receipt(command.case_id, shop.now())


def _decide(shop: Shop, command: Decide, before: Before) -> Receipt:
    if command.kind == "return" and command.decision == "process":
        return _process(shop, command, before)
    if command.decision not in ("approve", "decline"):
        raise Permanent("A return can be approved, declined or processed.")
    raw = return_of(shop, command)
    if text(raw, "status") != "REQUESTED":
        raise Permanent(f"The return can no longer be decided: it is {text(raw, 'status')}.")
    wanted: dict[str, object] = {"id": text(raw, "id"), "notifyCustomer": shop.settings.notify}
    if command.decision == "approve":
        shop.act(queries.APPROVE, "returnApproveRequest", "return", before, input=wanted)
    else:
        reason = command.reason.strip().upper()
        wanted["declineReason"] = reason if reason in DECLINE_REASONS else "OTHER"
        if command.note.strip():
            wanted["declineNote"] = command.note.strip()
        shop.act(queries.DECLINE, "returnDeclineRequest", "return", before, input=wanted)
    return Receipt(command.case_id, shop.now())


# Money ----------------------------------------------------------------------------------------------


def _refund(shop: Shop, command: Refund, before: Before) -> Receipt:
    check(command)
    if command.case_id:
        return_of(shop, command)
    order = one(shop, queries.MONEY, "Order", command.order_id)
    mark = mark_of(command.key)
    note = f"{command.note.strip()[:LONGEST_NOTE]} [{mark}]".strip()
    wanted: dict[str, object] = {
        "orderId": ident(order, "id"), "note": note, "notify": shop.settings.notify,
        "transactions": _transactions(order, command.amount),
    }  # fmt: skip
    made = shop.act(queries.REFUND, "refundCreate", "refund", before, input=wanted, key=mark)
    warning = "The return stays open at Shopify; process it when the goods are back." if command.case_id else ""
    return Receipt(made, shop.now(), warning)


def _transactions(order: Data, wanted: Money) -> list[dict[str, str]]:
    """The payments an amount is paid back to, the first that have something left. Raises Permanent where there is not
    so much left."""
    left = payments_left(order)
    if left and left[0][2].currency != wanted.currency:
        raise Permanent(f"The order was paid in {left[0][2].currency}.")
    missing, parts = wanted.minor, []
    for name, gateway, rest in left:
        taken = min(missing, rest.minor)
        if taken > 0:
            parts.append({"orderId": ident(order, "id"), "parentId": name, "gateway": gateway, "kind": "REFUND",
                          "amount": decimal(Money(wanted.currency, taken))})  # fmt: skip
            missing -= taken
    if missing:
        raise Permanent(f"Only {Money(wanted.currency, wanted.minor - missing)} of this order are left to refund.")
    return parts


def payments_left(order: Data) -> list[tuple[str, str, Money]]:
    """Payments of an order by id and gateway, and what of each has not been paid back."""
    moves = [data(t, "transaction") for t in many(order, "transactions")]
    left: dict[str, tuple[str, Money]] = {}
    for move in moves:
        if text(move, "kind") in ("SALE", "CAPTURE") and text(move, "status") == "SUCCESS":
            left[ident(move, "id")] = (text(move, "gateway"), amount(part(move, "amountSet")))
    for move in moves:
        parent = text(part(move, "parentTransaction"), "id")
        if text(move, "kind") == "REFUND" and text(move, "status") in guesses.REFUND_DONE and parent in left:
            gateway, rest = left[parent]
            left[parent] = (gateway, rest - amount(part(move, "amountSet")))
    return [(name, gateway, rest) for name, (gateway, rest) in left.items()]


# Parcels --------------------------------------------------------------------------------------------


def shipped_with(order: Data, tracking: str) -> Receipt | None:
    """The parcel of an order that has this tracking number."""
    for raw in map(data, many(order, "fulfillments")):
        if any(text(data(n), "number") == tracking for n in many(raw, "trackingInfo")):
            return Receipt(tail(ident(raw, "id")), moment(raw, "createdAt"))
    return None


def _ship(shop: Shop, command: Ship, before: Before) -> Receipt:
    tracking = command.tracking.strip()
    if not tracking:
        raise Permanent("A parcel needs its tracking number.")
    order = one(shop, queries.TO_SHIP, "Order", command.order_id)
    if shipped_with(order, tracking):
        raise Permanent(f"Shopify has a parcel {tracking} of this order already.")
    wanted = {
        "lineItemsByFulfillmentOrder": _what_leaves(order, dict(command.lines)),
        "trackingInfo": {"company": command.courier.strip(), "number": tracking},
        "notifyCustomer": shop.settings.notify,
    }
    made = shop.act(queries.SHIP, "fulfillmentCreate", "fulfillment", before, fulfillment=wanted)
    return Receipt(made.rpartition("/")[2], shop.now())


def _what_leaves(order: Data, lines: dict[str, int]) -> list[dict[str, object]]:
    """Lines that are still to be sent, by the fulfilment orders they are in; all of them where `lines` is empty."""
    missing = dict(lines)
    leaves: list[dict[str, object]] = []
    for raw in map(data, many(part(order, "fulfillmentOrders"), "nodes")):
        if text(raw, "status") not in OPEN_TO_SHIP:
            continue
        taken = []
        for item in map(data, many(part(raw, "lineItems"), "nodes")):
            rest, line = whole(item, "remainingQuantity"), tail(ident(part(item, "lineItem"), "id"))
            count = min(rest, missing.get(line, 0)) if lines else rest
            if count > 0:
                taken.append({"id": ident(item, "id"), "quantity": count})
                if lines:
                    missing[line] -= count
        if taken:
            leaves.append({"fulfillmentOrderId": ident(raw, "id"), "fulfillmentOrderLineItems": taken})
    if short := next((line for line, count in missing.items() if count > 0), ""):
        raise Permanent(f"Not so much of line {short} is left to send.")
    if not leaves:
        raise Permanent("Nothing of this order is left to send.")
    return leaves

