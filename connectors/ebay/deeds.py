"""What can be done on eBay, each once: answer, decide, refund, ship, mark read, answer feedback.

eBay takes no idempotency key. What is there already is read before a deed, and looked for again when its outcome is
not known (`remote.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from connectors.contract import (
    AnswerReview,
    Decide,
    MarkRead,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Refund,
    SendReply,
    Ship,
    Temporary,
)
from connectors.ebay import remote
from connectors.ebay.calls import DISPUTES, FEEDBACK, MESSAGES, ORDERS, POST_ORDER, Calls, safe
from connectors.ebay.errors import Refused
from connectors.ebay.guesses import CARRIERS, DISPUTE_NOTE, FEEDBACK_REPLY, RETURN_ADDRESS_WANTED
from connectors.ebay.remote import Remote
from connectors.ebay.settings import Settings
from connectors.ebay.wire import Json, amount, iso, items, word
from connectors.refunds import check
from store.values import Clock

Before = Callable[[], None]

LONGEST_MESSAGE = 2_000
LONGEST_COMMENT = 100
_REASONS = frozenset({"BUYER_CANCEL", "SELLER_CANCEL", "ITEM_NOT_RECEIVED", "BUYER_RETURN", "ITEM_NOT_AS_DESCRIBED",
                      "OTHER_ADJUSTMENT", "SHIPPING_DISCOUNT"})  # fmt: skip


class Deeds:
    """`keys` brings the signing key, or raises Permanent."""

    def __init__(self, calls: Calls, remote: Remote, settings: Settings, clock: Clock, keys: Callable[[], object]) -> None:
        self._calls, self._remote, self._settings, self._clock, self._keys = calls, remote, settings, clock, keys

    # Words --------------------------------------------------------------------------------------------

    def reply(self, command: SendReply, before: Before) -> Receipt:
        if command.files:
            raise Permanent("eBay takes files only as addresses on a web server of your own.")
        text = command.text.strip()
        if not text or len(text) > LONGEST_MESSAGE:
            raise Permanent(f"eBay takes messages of 1 to {LONGEST_MESSAGE:,} characters; this one has {len(text):,}.")
        content = {"messageText": text}
        if command.thread_id:
            content["conversationId"] = command.thread_id
        elif command.to:
            content["otherPartyUsername"] = command.to[0]
        else:
            raise Permanent("eBay wants to know the conversation or the buyer's user name.")
        answer, _ = self._calls.post(f"{MESSAGES}/send_message", content, before)
        return Receipt(word(answer.get("messageId")), self._clock.now())

    def read(self, command: MarkRead, before: Before) -> Receipt:
        content = {"conversationId": command.thread_id, "conversationType": "FROM_MEMBERS", "read": True}
        self._calls.post(f"{MESSAGES}/update_conversation", content, before)
        return Receipt(command.thread_id, self._clock.now())

    def answer_review(self, command: AnswerReview, before: Before) -> Receipt:
        text = command.text.strip()
        if not text or len(text) > FEEDBACK_REPLY:
            raise Permanent(f"eBay takes answers of 1 to {FEEDBACK_REPLY} characters; this one has {len(text)}.")
        entry = self._remote.feedback(command.review_id)
        if entry is None:
            raise Permanent("eBay does not show this feedback any more.")
        if remote.answered(entry):
            raise Permanent("This feedback was answered already; eBay takes one answer.")
        content = {"feedbackId": command.review_id, "recipientUserId": remote.author(entry), "responseText": text,
                   "responseType": "REPLY"}  # fmt: skip
        self._calls.post(f"{FEEDBACK}/respond_to_feedback", content, before)
        return Receipt(command.review_id, self._clock.now())

    # Cases --------------------------------------------------------------------------------------------

    def decide(self, command: Decide, before: Before) -> Receipt:
        family, ident = remote.case_of(command.case_id)
        if command.decision not in ("approve", "decline"):
            raise Permanent(f"eBay knows no decision {command.decision}.")
        if family == "inquiry":
            raise Permanent("An inquiry is settled by a refund or a tracking number, not by a decision.")
        raw = self._remote.case(family, ident)
        if not remote.offers(family, raw, command.decision):
            raise Permanent("eBay does not offer this decision any more; fetch the case again.")
        approve = command.decision == "approve"
        if family == "return":
            self._ready_to_sign()
            content: dict[str, object] = {"decision": "APPROVE" if approve else "DECLINE"}
            if command.note.strip():
                content["comments"] = {"content": command.note.strip()}
            self._calls.post(f"{POST_ORDER}/return/{safe(ident)}/decide", content, before)
        elif family == "cancellation":
            if approve:
                self._ready_to_sign()
            verb = "approve" if approve else "reject"
            self._calls.post(f"{POST_ORDER}/cancellation/{safe(ident)}/{verb}", None if approve else {}, before)
        elif approve:
            self._calls.post(f"{DISPUTES}/{safe(ident)}/accept", {"revision": raw.get("revision")}, before)
        else:
            self._calls.post(f"{DISPUTES}/{safe(ident)}/contest", _contest(raw, command.note.strip()), before)
        return Receipt(command.case_id, self._clock.now())

    # Money --------------------------------------------------------------------------------------------

    def refund(self, command: Refund, before: Before) -> Receipt:
        check(command)
        self._ready_to_sign()
        if command.case_id:
            return self._refund_case(command, before)
        order = self._remote.order(command.order_id)
        left = remote.left(order)
        if command.amount.currency != left.currency:
            raise Permanent(f"The order is in {left.currency}.")
        if command.amount.minor > left.minor:
            raise Permanent(f"Only {left} of this order are left to refund.")
        self._remote.remember(command.key, order)
        content: dict[str, object] = {"reasonForRefund": _reason(command.reason)}
        if command.note.strip():
            content["comment"] = command.note.strip()[:LONGEST_COMMENT]
        if command.lines:
            content["refundItems"] = [{"lineItemId": n, "refundAmount": amount(m)} for n, m in command.lines]
        else:
            content["orderLevelRefundAmount"] = amount(command.amount)
        try:
            answer, _ = self._calls.post(f"{ORDERS}/{safe(command.order_id)}/issue_refund", content, before)
        except Refused as fault:
            if 34922 in fault.ids:  # nothing happened; another refund of the order is under way
                raise Temporary(str(fault)) from fault
            raise
        return self._taken(word(answer.get("refundId")) or command.order_id, answer)

    def _refund_case(self, command: Refund, before: Before) -> Receipt:
        family, ident = remote.case_of(command.case_id)
        if family not in ("return", "inquiry"):
            raise Permanent("eBay refunds returns and inquiries; a cancellation is approved, a dispute accepted.")
        raw = self._remote.case(family, ident)
        if remote.is_paid(family, raw):
            raise Permanent("eBay has refunded this case already.")
        content: dict[str, object] = {}
        if family == "return":
            sum_ = {"value": float(amount(command.amount)["value"]), "currency": command.amount.currency}
            content["refundDetail"] = {
                "itemizedRefundDetail": [{"refundAmount": sum_, "refundFeeType": "PURCHASE_PRICE"}],
                "totalAmount": sum_,
            }
        if command.note.strip():
            content["comments"] = {"content": command.note.strip()}
        answer, _ = self._calls.post(f"{POST_ORDER}/{family}/{safe(ident)}/issue_refund", content, before)
        return self._taken(command.case_id, answer)

    def _taken(self, ident: str, answer: Json) -> Receipt:
        status = word(answer.get("refundStatus"))
        if status == "FAILED":
            raise Permanent("eBay could not carry out the refund; see Seller Hub.")
        warning = "eBay has taken the refund and carries it out later." if status == "PENDING" else ""
        return Receipt(ident, self._clock.now(), warning)

    def _ready_to_sign(self) -> None:
        """Raises Permanent where a signature is wanted and there is no key, before anything is asked."""
        if self._settings.signs:
            self._keys()

    # Parcels ------------------------------------------------------------------------------------------

    def ship(self, command: Ship, before: Before) -> Receipt:
        tracking, carrier = plain_tracking(command.tracking), carrier_code(command.courier)
        if not tracking or not carrier:
            raise Permanent("eBay wants carrier and tracking number (letters and digits) together.")
        order = self._remote.order(command.order_id)
        ordered = [(word(n.get("lineItemId")), n.get("quantity")) for n in order.get("lineItems") or ()]
        lines = command.lines or tuple((n, q if isinstance(q, int) else 1) for n, q in ordered)
        if unknown := {n for n, _ in lines} - {n for n, _ in ordered}:
            raise Permanent(f"The order has no line {min(unknown)}.")
        content = {
            "lineItems": [{"lineItemId": n, "quantity": q} for n, q in lines],
            "shippedDate": iso(min(command.shipped_at, self._clock.now())),
            "shippingCarrierCode": carrier, "trackingNumber": tracking,
        }  # fmt: skip
        path = f"{ORDERS}/{safe(command.order_id)}/shipping_fulfillment"
        _, answer = self._calls.post(path, content, before)
        place = answer.headers.get("location", "")
        if not place:
            raise OutcomeUnknown("eBay did not say where it put the parcel.")
        return Receipt(place.rstrip("/").rpartition("/")[2], self._clock.now())


def _contest(raw: Json, note: str) -> dict[str, object]:
    """What is said to the bank. Once said nothing can be added, so what it rests on must be there already."""
    if not items(raw.get("evidence")):
        raise Permanent("eBay wants evidence before a dispute is contested: add it in Seller Hub, then decline again.")
    if word(raw.get("reason")) == RETURN_ADDRESS_WANTED:
        raise Permanent("eBay wants a return address to contest this dispute: contest it in Seller Hub.")
    if len(note) > DISPUTE_NOTE:
        raise Permanent(f"eBay takes notes of at most {DISPUTE_NOTE:,} characters with a dispute; this one has {len(note):,}.")
    return {"revision": raw.get("revision"), **({"note": note} if note else {})}


def plain_tracking(text: str) -> str:
    """eBay takes letters and digits only; "" for what has others than separators."""
    bare = re.sub(r"[\s\-./]", "", text)
    return bare if re.fullmatch(r"[A-Za-z0-9]+", bare, re.ASCII) else ""


def carrier_code(courier: str) -> str:
    return CARRIERS.get(re.sub(r"[^a-z0-9]", "", courier.lower()), courier.strip())


def _reason(reason: str) -> str:
    word_ = reason.strip().upper()
    return word_ if word_ in _REASONS else "OTHER_ADJUSTMENT"

