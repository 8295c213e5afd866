"""Returns, cancellations, inquiries and payment disputes as cases. Pure.

A case's id says which list it is from ("return/5100001"), since each has calls of its own.
"""

from __future__ import annotations

from connectors.contract import Buyer, CaseRecord
from connectors.ebay.guesses import CANCELLATION_ASKED, CLOSED_STATES, DISPUTE_DECISIONS, RETURN_ASKED
from connectors.ebay.wire import Json, instant, items, maybe, money, needed, part, word
from store.values import Money


def return_(raw: Json) -> CaseRecord:
    """A member of a return search, or the summary of one return."""
    made = part(raw, "creationInfo")
    state = needed(raw.get("state"))
    opened = instant(made["creationDate"])
    closed = maybe(raw.get("closedDate"))
    options = tuple(word(option.get("actionType")) for option in items(raw.get("sellerAvailableOptions")))
    allowed = tuple(
        name
        for name, wanted in (("approve", "SELLER_APPROVE_REQUEST"), ("decline", "SELLER_DECLINE_REQUEST"),
                             ("refund", "SELLER_ISSUE_REFUND"))
        if wanted in options
    )  # fmt: skip
    return CaseRecord(
        remote_id=f"return/{needed(raw.get('returnId'))}", kind="return", order_id=word(raw.get("orderId")),
        state=state, reason=word(made.get("reason")), opened_at=opened, updated_at=closed or opened,
        open=not is_closed(state), buyer=_buyer(raw.get("buyerLoginName")), amount=_refund(raw),
        due_at=maybe(part(raw, "sellerResponseDue").get("respondByDate")),
        text=word(part(made, "comments").get("content")), lines=_lines(part(made, "item").get("transactionId")),
        allowed=allowed,
    )  # fmt: skip


def cancellation(raw: Json) -> CaseRecord:
    """A cancellation that a buyer asked for."""
    state = needed(raw.get("cancelState"))
    opened = instant(raw["cancelRequestDate"])
    closed = maybe(raw.get("cancelCloseDate"))
    asked = state in CANCELLATION_ASKED and closed is None
    return CaseRecord(
        remote_id=f"cancellation/{needed(raw.get('cancelId'))}", kind="cancellation",
        order_id=word(raw.get("legacyOrderId")), state=word(raw.get("cancelStatus")) or state,
        reason=word(raw.get("cancelReason")), opened_at=opened, updated_at=closed or opened,
        open=closed is None and not is_closed(state), buyer=_buyer(raw.get("buyerLoginName")),
        amount=_maybe_money(raw.get("requestRefundAmount")), due_at=maybe(raw.get("sellerResponseDueDate")),
        allowed=("approve", "decline") if asked else (),
    )  # fmt: skip


def inquiry(raw: Json) -> CaseRecord:
    """A buyer says that nothing came."""
    state = word(raw.get("inquiryStatusEnum")) or needed(raw.get("status"))
    opened = instant(raw["creationDate"])
    open_ = not is_closed(state)
    return CaseRecord(
        remote_id=f"inquiry/{needed(raw.get('inquiryId'))}", kind="refund", order_id=word(raw.get("orderId")),
        state=state, reason="ITEM_NOT_RECEIVED", opened_at=opened,
        updated_at=maybe(raw.get("lastModifiedDate")) or opened, open=open_, buyer=_buyer(raw.get("buyer")),
        amount=_maybe_money(raw.get("claimAmount")), due_at=maybe(raw.get("respondByDate")),
        lines=_lines(raw.get("transactionId")), allowed=("refund",) if open_ else (),
    )  # fmt: skip


def dispute(raw: Json) -> CaseRecord:
    """A buyer went to their bank."""
    state = needed(raw.get("paymentDisputeStatus"))
    opened = instant(raw["openDate"])
    closed = maybe(raw.get("closedDate"))
    choices = {word(choice) for choice in items(raw.get("availableChoices"))} or set(DISPUTE_DECISIONS.values())
    asked = state == "ACTION_NEEDED"
    return CaseRecord(
        remote_id=f"payment_dispute/{needed(raw.get('paymentDisputeId'))}", kind="dispute",
        order_id=word(raw.get("orderId")), state=state, reason=word(raw.get("reason")), opened_at=opened,
        updated_at=closed or opened, open=closed is None and not is_closed(state),
        buyer=_buyer(raw.get("buyerUsername")), amount=_maybe_money(raw.get("amount")),
        due_at=maybe(raw.get("respondByDate")),
        allowed=tuple(name for name, choice in DISPUTE_DECISIONS.items() if asked and choice in choices),
    )  # fmt: skip


def is_closed(state: str) -> bool:
    """Whether nobody has to act any more."""
    return state in CLOSED_STATES or state.endswith(("CLOSED", "REFUNDED"))


def is_asked(state: str) -> bool:
    """Whether a return still waits for the seller's decision."""
    return state in RETURN_ASKED


def refunded(raw: Json) -> Money | None:
    """What a return or inquiry has paid back; None while it has not."""
    return _maybe_money(part(raw, "sellerTotalRefund").get("actualRefundAmount"))


def _refund(raw: Json) -> Money | None:
    return refunded(raw) or _maybe_money(part(raw, "sellerTotalRefund").get("estimatedRefundAmount"))


def _maybe_money(value: object) -> Money | None:
    return money(value) if value not in (None, {}) else None


def _buyer(name: object) -> Buyer | None:
    return Buyer(word(name)) if word(name) else None


def _lines(transaction: object) -> tuple[str, ...]:
    return (word(transaction),) if word(transaction) else ()
