"""eBay's orders, messages and feedback as records. Pure; what cannot be read becomes a `BadRecord` with its raw JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit
from zlib import crc32

from connectors.contract import BadRecord, Buyer, Line, MessageRecord, OrderRecord, Parcel, Record, ReviewRecord
from connectors.ebay.wire import Json, instant, items, maybe, money, needed, part, word
from store.values import Money

RATINGS = {"POSITIVE": 5, "NEUTRAL": 3, "NEGATIVE": 1}


def each(found: Iterable[object], kind: str, key: str, read: Callable[[Json], Record]) -> list[Record]:
    """Every item as a record. `kind` and the item's `key` name a bad one."""
    records: list[Record] = []
    for item in found:
        try:
            if not isinstance(item, dict):
                raise ValueError("not an object")
            records.append(read(item))
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as exc:
            records.append(bad(item, kind, key, exc))
    return records


def bad(item: object, kind: str, key: str, why: Exception) -> BadRecord:
    raw = json.dumps(item, ensure_ascii=False, default=str).encode()
    ident = item.get(key) if isinstance(item, dict) else None
    return BadRecord(f"{kind}:{ident or crc32(raw)}", raw, f"{type(why).__name__}: {why}")


# Orders ---------------------------------------------------------------------------------------------


def order(raw: Json) -> OrderRecord:
    """An order of getOrders or getOrder. Its parcels are known by number alone until `parcels` are asked for."""
    number = needed(raw.get("orderId"))
    steps = [part(step, "shippingStep") for step in items(raw.get("fulfillmentStartInstructions"))]
    to = next((part(step, "shipTo") for step in steps if step.get("shipTo")), {})
    due = next((step.get("maxEstimatedDeliveryDate") for step in items(raw.get("fulfillmentStartInstructions"))), None)
    hints = [word(step.get("shippingCarrierCode")) for step in steps]
    carrier = hints[0] if hints else ""
    registered = part(raw, "buyer", "buyerRegistrationAddress")
    email = word(to.get("email"))
    buyer = Buyer(
        id=word(part(raw, "buyer").get("username")),
        name=word(to.get("fullName")) or word(registered.get("fullName")),
        email=email if "@" in email else "",
        country=word(part(registered, "contactAddress").get("countryCode")),
    )
    hrefs = [word(href) for href in items(raw.get("fulfillmentHrefs"))]
    return OrderRecord(
        remote_id=number, number=number,
        placed_at=instant(raw["creationDate"]), updated_at=instant(raw["lastModifiedDate"]),
        status=_status(raw), buyer=buyer, total=money(part(raw, "pricingSummary").get("total")),
        lines=tuple(_line(line) for line in items(raw.get("lineItems"))),
        parcels=tuple(_known(href, carrier, maybe(due)) for href in hrefs if _tracking(href)),
        country=word(part(to, "contactAddress").get("countryCode")),
    )  # fmt: skip


def _status(raw: Json) -> str:
    """eBay keeps three; what ended an order counts before what was shipped."""
    cancelled = word(part(raw, "cancelStatus").get("cancelState"))
    paid = word(raw.get("orderPaymentStatus"))
    if cancelled not in ("", "NONE_REQUESTED"):
        return cancelled
    return paid if paid.endswith("REFUNDED") or paid == "FAILED" else word(raw.get("orderFulfillmentStatus"))


def _line(raw: Json) -> Line:
    quantity, cost = int(raw.get("quantity") or 1), money(raw["lineItemCost"])
    if quantity < 1:
        raise ValueError(f"not a quantity: {quantity}")
    return Line(needed(raw.get("lineItemId")), word(raw.get("sku")), word(raw.get("title")), quantity,
                Money(cost.currency, cost.minor // quantity))  # fmt: skip


def _tracking(href: str) -> str:
    """An href ends in the fulfillment's id, which is the tracking number; 999 stands for none."""
    last = unquote(urlsplit(href).path.rstrip("/").rpartition("/")[2])
    return "" if last == "999" else last


def _known(href: str, carrier: str, eta: int | None) -> Parcel:
    return Parcel(carrier, _tracking(href), "shipped", eta=eta)


def parcels(raw: Json) -> tuple[Parcel, ...]:
    """getShippingFulfillments: with carrier and day."""
    return tuple(
        Parcel(word(item.get("shippingCarrierCode")), word(item["shipmentTrackingNumber"]), "shipped",
               shipped_at=maybe(item.get("shippedDate")))
        for item in items(raw.get("fulfillments")) if item.get("shipmentTrackingNumber")
    )  # fmt: skip


# Messages -------------------------------------------------------------------------------------------


def message(raw: Json, *, thread: str, title: str, ours: str) -> MessageRecord:
    """One message of a conversation; `ours` is the seller's user name. Media come as their addresses."""
    sender, recipient = word(raw.get("senderUsername")), word(raw.get("recipientUsername"))
    outbound = sender.casefold() == ours.casefold()
    media = [f"{word(m.get('mediaName'))}: {word(m.get('mediaUrl'))}" for m in items(raw.get("messageMedia"))]
    text = "\n".join([word(raw.get("messageBody")), *media]).strip()
    if not text:
        raise ValueError("a message without text")
    return MessageRecord(
        remote_id=needed(raw.get("messageId")), thread_id=thread, outbound=outbound, author=sender or "eBay",
        author_id=recipient if outbound else needed(sender), text=text, sent_at=instant(raw["createdDate"]),
        subject=word(raw.get("subject")) or title, reply_to=recipient if outbound else sender,
    )  # fmt: skip


# Feedback -------------------------------------------------------------------------------------------


def review(raw: Json) -> ReviewRecord:
    """Feedback of a buyer. eBay names the line of an order, never the order itself."""
    kind = needed(raw.get("commentType"))
    return ReviewRecord(
        remote_id=needed(raw.get("feedbackId")), rating=RATINGS.get(kind, 0), at=instant(raw["feedbackEnteredDate"]),
        text=word(part(raw, "feedbackComment").get("commentText")),
        title=word(part(raw, "orderLineItemSummary").get("listingTitle")),
        author=_who(raw), author_id=_who(raw), reply=reply_of(raw),
    )  # fmt: skip


def _who(raw: Json) -> str:
    user = part(raw, "providerUserDetail")
    return word(user.get("userId")) or word(user.get("username"))


def reply_of(raw: Json) -> str:
    """What the seller answered; the field holds a text or an object with it."""
    said: Any = raw.get("replyComment")
    return word(said.get("commentText")) if isinstance(said, dict) else word(said)
