"""How things stand on eBay now, and whether a deed of unknown outcome happened."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import (
    AnswerReview,
    Decide,
    MarkRead,
    MessageRecord,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Refund,
    SendReply,
    Ship,
)
from connectors.ebay import mapping, mapping_cases
from connectors.ebay.calls import DISPUTES, MESSAGES, ORDERS, POST_ORDER, Calls, safe
from connectors.ebay.guesses import (
    CANCELLATION_ASKED,
    CANCELLATION_REJECTED,
    DISPUTE_DECISIONS,
    FEEDBACK_PAGE,
    INQUIRY_REFUNDED,
)
from connectors.ebay.pull import Streams, case_record, feedback_page
from connectors.ebay.settings import Settings
from connectors.ebay.wire import Json, items, maybe, money, part, word
from store.values import Clock, Instant, Money

FAMILIES = ("return", "cancellation", "inquiry", "payment_dispute")
FEEDBACK_PAGES = 50
"""How many pages are looked through for one feedback."""


class Remote:
    """Looks of one account. `remember` keeps which refunds an order had before one was asked for; `sent_from` as in
    `connectors.account`."""

    def __init__(
        self, calls: Calls, streams: Streams, settings: Settings, clock: Clock, sent_from: Callable[[Instant], Instant]
    ) -> None:
        self._calls, self._streams, self._settings, self._clock = calls, streams, settings, clock
        self._sent_from = sent_from
        self._refunds_before: dict[str, frozenset[str]] = {}

    def order(self, ident: str) -> Json:
        return self._calls.get(f"{ORDERS}/{safe(ident)}")

    def parcels(self, ident: str) -> Json:
        return self._calls.get(f"{ORDERS}/{safe(ident)}/shipping_fulfillment")

    def case(self, family: str, ident: str) -> Json:
        """What eBay says of one case, without its wrapping."""
        if family == "payment_dispute":
            return self._calls.get(f"{DISPUTES}/{safe(ident)}")
        answer = self._calls.get(f"{POST_ORDER}/{family}/{safe(ident)}",
                                 **({"fieldgroups": "SUMMARY"} if family == "return" else {}))  # fmt: skip
        return part(answer, "summary") or part(answer, "cancelDetail") or part(answer, "inquiryDetails") or answer

    def feedback(self, ident: str) -> Json | None:
        """One feedback; None where eBay shows it no more."""
        offset, limit = 0, FEEDBACK_PAGE
        for _ in range(FEEDBACK_PAGES):
            page = feedback_page(self._calls, self._settings.username, offset, limit)
            if found := next((e for e in page.items if word(part(e).get("feedbackId")) == ident), None):
                return part(found)
            if not page.more:
                break
            offset, limit = offset + page.limit, page.limit
        return None

    def remember(self, key: str, order: Json) -> None:
        self._refunds_before[key] = frozenset(word(r.get("refundId")) for r in _refunds(order))

    # Did it happen? -----------------------------------------------------------------------------------

    def found_reply(self, command: SendReply) -> Receipt | None:
        if command.thread_id:
            threads = [command.thread_id]
        else:
            answer = self._calls.get(f"{MESSAGES}/conversation", conversation_type="FROM_MEMBERS",
                                     other_party_username=command.to[0] if command.to else "")  # fmt: skip
            threads = [word(c.get("conversationId")) for c in items(answer.get("conversations"))]
        said = " ".join(command.text.split())
        for thread in threads:
            for record in self._streams.thread(thread):
                if (
                    isinstance(record, MessageRecord) and record.outbound and record.sent_at >= self._sent_from(command.at)
                    and " ".join(record.text.split()) == said
                ):  # fmt: skip
                    return Receipt(record.remote_id, record.sent_at)
        return None

    def found_read(self, command: MarkRead) -> Receipt | None:
        answer = self._calls.get(f"{MESSAGES}/conversation/{safe(command.thread_id)}", conversation_type="FROM_MEMBERS")
        theirs = [m for m in items(answer.get("messages"))
                  if word(m.get("senderUsername")).casefold() != self._settings.username.casefold()]  # fmt: skip
        unread = any(m.get("readStatus") is False for m in theirs)
        return None if unread else Receipt(command.thread_id, self._clock.now())

    def found_answer(self, command: AnswerReview) -> Receipt | None:
        entry = self.feedback(command.review_id)
        if entry is None:
            raise OutcomeUnknown("eBay does not show this feedback any more.")
        said = mapping.reply_of(entry)
        if not said:
            return None
        if " ".join(said.split()) != " ".join(command.text.split()):
            raise OutcomeUnknown("This feedback has another answer on eBay.")
        return Receipt(command.review_id, self._clock.now())

    def found_decision(self, command: Decide) -> Receipt | None:
        family, ident = case_of(command.case_id)
        raw = self.case(family, ident)
        if offers(family, raw, command.decision):
            return None
        if decided(family, raw) != command.decision:
            raise OutcomeUnknown("eBay shows another end of this case than the one asked for.")
        return Receipt(command.case_id, self._clock.now())

    def found_refund(self, command: Refund) -> Receipt | None:
        if command.case_id:
            return self._found_case_refund(command)
        same = [r for r in _refunds(self.order(command.order_id)) if money(r["amount"]) == command.amount]
        before = self._refunds_before.get(command.key)
        if before is not None:
            same = [r for r in same if word(r.get("refundId")) not in before]
        if not same:
            return None
        if before is None:  # from before a restart: an older one may look the same
            raise OutcomeUnknown(f"eBay shows a refund of {command.amount} on this order; look whether it is this one.")
        return Receipt(word(same[0].get("refundId")), maybe(same[0].get("refundDate")) or self._clock.now())

    def _found_case_refund(self, command: Refund) -> Receipt | None:
        family, ident = case_of(command.case_id)
        raw = self.case(family, ident)
        if is_paid(family, raw):
            return Receipt(command.case_id, self._clock.now())
        if not case_record(family, raw).open:
            raise OutcomeUnknown("eBay has closed this case and does not tell whether it was refunded.")
        return None

    def found_parcel(self, command: Ship, tracking: str) -> Receipt | None:
        for item in items(self.parcels(command.order_id).get("fulfillments")):
            if word(item.get("shipmentTrackingNumber")) == tracking:
                return Receipt(word(item.get("fulfillmentId")), maybe(item.get("shippedDate")) or self._clock.now())
        return None


def case_of(ident: str) -> tuple[str, str]:
    """Which list a case is of, and its id there. Raises Permanent."""
    family, _, rest = ident.partition("/")
    if family not in FAMILIES or not rest:
        raise Permanent(f"eBay has no case {ident}.")
    return family, rest


def offers(family: str, raw: Json, decision: str) -> bool:
    """Whether a decision can be made now."""
    return decision in case_record(family, raw).allowed


def decided(family: str, raw: Json) -> str:
    """What was decided on a case that no longer waits: "approve", "decline", or "" where eBay does not tell."""
    record = case_record(family, raw)
    if family == "return":
        if record.open:
            return "" if mapping_cases.is_asked(record.state) else "approve"
        return "approve" if mapping_cases.refunded(raw) else "decline"
    if family == "cancellation":
        if record.state == CANCELLATION_REJECTED:
            return "decline"
        return "" if word(raw.get("cancelState")) in CANCELLATION_ASKED else "approve"
    said = word(raw.get("sellerResponse"))
    return next((name for name, choice in DISPUTE_DECISIONS.items() if choice == said), "")


def is_paid(family: str, raw: Json) -> bool:
    """Whether a return or inquiry has been refunded, or is being."""
    record = case_record(family, raw)
    if family == "return":
        return mapping_cases.refunded(raw) is not None or "REFUND_INITIATED" in record.state
    return record.state.endswith("REFUNDED") or word(raw.get("sellerResponse")) == INQUIRY_REFUNDED


def left(order: Json) -> Money:
    """What of an order's total has not been paid back; refunds that failed do not count."""
    total = money(part(order, "pricingSummary").get("total"))
    return total - sum((money(r["amount"]) for r in _refunds(order)), Money(total.currency, 0))


def answered(entry: Json) -> bool:
    return bool(mapping.reply_of(entry))


def author(entry: Json) -> str:
    """Whom an answer to feedback is for."""
    return mapping.review(entry).author_id


def _refunds(order: Json) -> list[Json]:
    return [r for r in items(part(order, "paymentSummary").get("refunds")) if r.get("refundStatus") != "FAILED"]


