"""What can be done on Amazon, each once: refund by feed, confirm a parcel, send one of Amazon's own forms of message."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from connectors.amazon import account as calls
from connectors.amazon import forms, mapping
from connectors.amazon.account import Account
from connectors.amazon.guesses import CARRIERS, FAILED, REASONS, REFUND_FEED
from connectors.amazon.pulling import INCLUDED
from connectors.contract import (
    Command,
    Fault,
    OrderRecord,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Refund,
    SendReply,
    Ship,
    Temporary,
)
from connectors.fields import Data, Unreadable, data, decimal, ident, iso, many, part, text
from connectors.refunds import check
from connectors.refusals import why_not
from store.values import Money

LOOKS = 4


def send(account: Account, command: Command, before: calls.Before) -> Receipt:
    """See `contract.Connector.send`."""
    match command:
        case SendReply(thread_id="") if command.order_id:
            return forms.send(account, command, before, _place(raw_order(account, command.order_id), account))
        case Refund():
            return _refund(account, command, before)
        case Ship():
            return _ship(account, command, before)
    raise Permanent(why_not("amazon", command))


def find(account: Account, command: Command) -> Receipt | None:
    """See `contract.Connector.find`. A feed does not tell which order it was about, a form leaves no trace."""
    match command:
        case SendReply(thread_id="") if command.order_id:
            raise OutcomeUnknown("Amazon does not tell which messages were sent; look at the order in Seller Central.")
        case Refund():
            raw_order(account, command.order_id)
            raise OutcomeUnknown("Amazon does not tell whether a refund was made; look at the order in Seller Central.")
        case Ship():
            return _parcel(mapping.order(raw_order(account, command.order_id), account.settings.home), command.tracking)
    raise Permanent(why_not("amazon", command))


def offered(account: Account, order_id: str) -> tuple[str, ...]:
    """See `contract.OffersForms`."""
    return forms.offered(account, order_id, _place(raw_order(account, order_id), account))


def raw_order(account: Account, name: str) -> Data:
    """An order as it stands. Raises Permanent where there is none."""
    if not mapping.ORDER_ID.fullmatch(name):
        raise Permanent(f"{name} is no order of Amazon.")
    found = part(account.get(f"/orders/2026-01-01/orders/{name}", calls.ORDER, includedData=INCLUDED), "order")
    if not found:
        raise Unreadable("there is no order")
    return found


def _place(raw: Data, account: Account) -> str:
    return text(part(raw, "salesChannel"), "marketplaceId") or account.settings.marketplaces[0]


# Money ----------------------------------------------------------------------------------------------


def _refund(account: Account, command: Refund, before: calls.Before) -> Receipt:
    check(command)
    raw = raw_order(account, command.order_id)
    order = mapping.order(raw, account.settings.home)
    if text(part(raw, "fulfillment"), "fulfilledBy") == "AMAZON":
        raise Permanent("Amazon sends this order itself, so only Amazon can refund it.")
    if command.amount.currency != order.total.currency or command.amount.minor > order.total.minor:
        raise Permanent(f"At most {order.total} of this order can be refunded.")
    split = _split(order, command)
    waiting = account.get("/feeds/2021-06-30/feeds", calls.FEEDS, feedTypes=REFUND_FEED,
                          processingStatuses="IN_QUEUE,IN_PROGRESS")  # fmt: skip
    if many(waiting, "feeds"):
        raise Temporary("Amazon is still carrying out an earlier refund; this one waits for it.")
    type_ = "text/xml; charset=UTF-8"
    place = account.prepare("/feeds/2021-06-30/documents", {"contentType": type_}, calls.FEED_DOCUMENT)
    account.put(place, adjustment(account.settings.seller_id, command, split).encode(), type_)
    wanted = {"feedType": REFUND_FEED, "marketplaceIds": [_place(raw, account)],
              "inputFeedDocumentId": ident(place, "feedDocumentId")}  # fmt: skip
    answer = account.act("/feeds/2021-06-30/feeds", wanted, calls.CREATE_FEED, before)
    return _carried_out(account, ident(data(answer.json()), "feedId"))


def _split(order: OrderRecord, command: Refund) -> list[tuple[str, Money]]:
    """What goes back on each item: as asked, or from the first on, each up to its price."""
    if command.lines:
        if unknown := {n for n, _ in command.lines} - {n.id for n in order.lines}:
            raise Permanent(f"The order has no item {min(unknown)}.")
        return list(command.lines)
    rest, parts = command.amount.minor, []
    for line in order.lines:
        taken = min(rest, line.price.minor * line.quantity)
        if taken:
            parts.append((line.id, Money(command.amount.currency, taken)))
            rest -= taken
    if rest:
        raise Permanent("The items of this order cost less than that; say how much goes back on which.")
    return parts


def adjustment(seller: str, command: Refund, split: list[tuple[str, Money]]) -> str:
    """The feed's text."""
    reason = command.reason if command.reason in REASONS else "CustomerReturn"
    items = "".join(
        f"<AdjustedItem><AmazonOrderItemCode>{escape(name)}</AmazonOrderItemCode><AdjustmentReason>{reason}</AdjustmentReason>"
        f'<ItemPriceAdjustments><Component><Type>Principal</Type><Amount currency="{money.currency}">{decimal(money)}</Amount>'
        "</Component></ItemPriceAdjustments></AdjustedItem>"
        for name, money in split
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><AmazonEnvelope><Header><DocumentVersion>1.01</DocumentVersion>'
        f"<MerchantIdentifier>{escape(seller)}</MerchantIdentifier></Header><MessageType>OrderAdjustment</MessageType>"
        f"<Message><MessageID>1</MessageID><OrderAdjustment><AmazonOrderID>{escape(command.order_id)}</AmazonOrderID>"
        f"<ActionType>Refund</ActionType>{items}</OrderAdjustment></Message></AmazonEnvelope>"
    )


def _carried_out(account: Account, feed: str) -> Receipt:
    """What became of a feed, waited for a little. Raises Permanent where Amazon says it refused it, `OutcomeUnknown` where
    it broke down over it."""
    warning = "Amazon carries out the refund later; look at the order in Seller Central."
    try:
        found = _result(account, feed)
        status, document = text(found, "processingStatus"), text(found, "resultFeedDocumentId")
    except (Fault, Unreadable):
        return Receipt(feed, account.now(), warning)
    if status == "FATAL":
        raise OutcomeUnknown("Amazon broke down over the refund; look at the order in Seller Central.")
    try:
        told = account.fetch(account.get(f"/feeds/2021-06-30/documents/{document}", calls.FEED)) if document else ""
    except (Fault, Unreadable):
        return Receipt(feed, account.now(), warning)
    refused = re.search(f"{FAILED[0]}\\s*([1-9]\\d*)\\s*{FAILED[1]}", told)
    if status == "CANCELLED" or refused:
        raise Permanent("Amazon refused the refund; see the order in Seller Central.")
    return Receipt(feed, account.now(), "" if status == "DONE" else warning)


def _result(account: Account, feed: str) -> Data:
    for left in reversed(range(LOOKS)):
        found = account.get(f"/feeds/2021-06-30/feeds/{feed}", calls.FEED)
        if text(found, "processingStatus") not in ("IN_QUEUE", "IN_PROGRESS") or not left:
            return found
        account.sleep(2.0)
    raise AssertionError("unreachable")


# Parcels --------------------------------------------------------------------------------------------


def _parcel(order: OrderRecord, tracking: str) -> Receipt | None:
    found = next((p for p in order.parcels if p.tracking == tracking.strip()), None)
    return Receipt(tracking.strip(), found.shipped_at or order.updated_at) if found else None


def _ship(account: Account, command: Ship, before: calls.Before) -> Receipt:
    tracking, courier = command.tracking.strip(), command.courier.strip()
    if not tracking or not courier:
        raise Permanent("Amazon wants the courier and the tracking number.")
    raw = raw_order(account, command.order_id)
    order = mapping.order(raw, account.settings.home)
    if _parcel(order, tracking):
        raise Permanent(f"Amazon has a parcel {tracking} of this order already.")
    lines = command.lines or tuple((n.id, n.quantity) for n in order.lines)
    if unknown := {n for n, _ in lines} - {n.id for n in order.lines}:
        raise Permanent(f"The order has no item {min(unknown)}.")
    code = CARRIERS.get(re.sub(r"[^a-z]", "", courier.lower()), "Other")
    parcel: dict[str, object] = {
        "packageReferenceId": str(len(many(raw, "packages")) + 1), "carrierCode": code, "carrierName": courier,
        "trackingNumber": tracking, "shipDate": iso(min(command.shipped_at, account.now())),
        "orderItems": [{"orderItemId": n, "quantity": q} for n, q in lines],
    }  # fmt: skip
    wanted = {"marketplaceId": _place(raw, account), "packageDetail": parcel}
    account.act(f"/orders/v0/orders/{command.order_id}/shipmentConfirmation", wanted, calls.SHIPMENT, before)
    return Receipt(tracking, account.now())
