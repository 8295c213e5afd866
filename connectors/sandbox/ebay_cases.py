"""Post-Order and payment disputes on the stand-in: returns, cancellations, inquiries, chargebacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from connectors.sandbox.ebay_shapes import (
    Json,
    amount,
    at,
    iso,
    item_id,
    line_id,
    number,
    paged,
    problem,
    username,
    whole,
)
from connectors.sandbox.market_records import MarketCase
from connectors.sandbox.web import Request, Response, as_json
from store.values import DAY, Money

if TYPE_CHECKING:
    from connectors.sandbox.ebay import EbaySite

_OLD = "/post-order/v2"
_DISPUTE = "/sell/fulfillment/v1/payment_dispute"
REASONS = {
    "damaged": "ARRIVED_DAMAGED", "defective": "DEFECTIVE_ITEM", "quality": "DEFECTIVE_ITEM",
    "not_as_described": "DIFFERENT_FROM_LISTING", "wrong_item": "ORDERED_DIFFERENT_ITEM",
    "missing_parts": "MISSING_PARTS", "size_fit": "WRONG_SIZE", "incompatible": "DOES_NOT_FIT",
    "changed_mind": "NO_LONGER_NEED_ITEM", "return_exchange": "NO_LONGER_NEED_ITEM", "refund": "DEFECTIVE_ITEM",
}  # fmt: skip
_DECISIONS = ("APPROVE", "DECLINE", "OFFER_PARTIAL_REFUND", "PROVIDE_RMA")


def family(case: MarketCase) -> str:
    """Which of eBay's lists a case is in."""
    if case.kind == "dispute":
        return "payment_dispute"
    if case.kind == "cancellation":
        return "cancellation"
    return "inquiry" if case.kind == "refund" and case.trouble == "not_received" else "return"


class Cases:
    """`responses` is how the seller answered disputes, `evidence` which of them (ids of the market) have any; `paid` what a
    case paid back."""

    def __init__(self, site: EbaySite) -> None:
        self.site = site
        self.responses: dict[str, str] = {}
        self.evidence: set[str] = set()
        self.paid: dict[str, Money] = {}

    def ident(self, case: MarketCase) -> str:
        return f"53{case.id}"

    def of(self, name: str) -> list[MarketCase]:
        return [c for c in self.site.market.cases if family(c) == name]

    def find(self, name: str, request: Request) -> MarketCase | None:
        return next((c for c in self.of(name) if self.ident(c) == request.match["id"]), None)

    # Looking ------------------------------------------------------------------------------------------

    def search(self, name: str, key: str, window: str, show: Callable[[MarketCase], Json]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            now, start = self.site.now(), at(request.arg(f"{window}_from"))
            if request.arg(f"{window}_from") and start is None:
                return _no(1600, "The date is malformed.")
            start = now - 90 * DAY if start is None else start
            end = at(request.arg(f"{window}_to")) or start + 90 * DAY
            if start < now - 549 * DAY or end < start or end - start > 90 * DAY:
                return _no(1601, "The date range is out of bounds.")
            limit, offset = whole(request, "limit", 25), whole(request, "offset", 0)
            if not 1 <= limit <= 200 or offset < 0:
                return _no(1602, "The limit or offset is out of range.")
            limit = self.site.paged(limit)
            found = [c for c in self.of(name) if start <= c.opened_at <= end]
            if name == "cancellation" and request.arg("role", "SELLER") != "BUYER":
                found = []
            found.sort(key=lambda c: (-c.opened_at, c.id))
            members = self.site.shown(request, [show(c) for c in found[offset : offset + limit]])
            pages = {"limit": limit, "offset": offset, "totalEntries": len(found), "totalPages": -(-len(found) // limit)}
            return as_json({key: members, "total": len(found), "paginationOutput": pages})

        return answer

    def one(self, name: str, wrap: str, show: Callable[[MarketCase], Json]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            case = self.find(name, request)
            return as_json({wrap: show(case)}) if case else _no(1603, "The id is unknown.", 404)

        return answer

    def show_return(self, c: MarketCase) -> Json:
        asked = c.state == "requested"
        options = ["SELLER_APPROVE_REQUEST", "SELLER_DECLINE_REQUEST"] if asked else []
        options += ["SELLER_ISSUE_REFUND"] if c.state in ("requested", "approved") else []
        refund = {"estimatedRefundAmount": number(c.amount)}
        if c.state == "refunded":
            refund["actualRefundAmount"] = number(self.paid.get(c.id, c.amount))
        state = {"requested": "RETURN_REQUESTED", "approved": "READY_FOR_SHIPPING"}.get(c.state, "CLOSED")
        shown: Json = {
            "returnId": self.ident(c), "orderId": c.order.number, "state": state, "status": state,
            "currentType": "MONEY_BACK", "buyerLoginName": username(c.order.buyer), "sellerLoginName": "nordlicht",
            "creationInfo": {
                "item": {"itemId": item_id(c.order), "transactionId": line_id(c.order), "returnQuantity": 1},
                "reason": REASONS.get(c.trouble, "OTHER"), "reasonType": "SNAD", "type": "MONEY_BACK",
                "comments": {"content": c.text}, "creationDate": {"value": iso(c.opened_at)}},
            "sellerTotalRefund": refund, "buyerTotalRefund": refund,
            "sellerAvailableOptions": [{"actionType": o, "actionURL": "https://www.ebay.com/rtn"} for o in options],
        }  # fmt: skip
        if asked:
            shown["sellerResponseDue"] = {"activityDue": options[0], "respondByDate": {"value": iso(c.due_at)}}
        return shown

    def show_cancellation(self, c: MarketCase) -> Json:
        status = {"requested": "CANCEL_REQUESTED", "declined": "CANCEL_REJECTED"}.get(c.state, "CANCEL_CLOSED_WITH_REFUND")
        shown: Json = {
            "cancelId": self.ident(c), "legacyOrderId": c.order.number, "marketplaceId": "EBAY_DE",
            "requestorType": "BUYER", "cancelReason": "BUYER_ASKED_CANCEL", "cancelStatus": status,
            "cancelState": "APPROVAL_PENDING" if c.state == "requested" else "CLOSED", "paymentStatus": "ONLINE_PAID",
            "buyerLoginName": username(c.order.buyer), "requestRefundAmount": number(c.amount),
            "cancelRequestDate": {"value": iso(c.opened_at)},
        }  # fmt: skip
        if c.state == "requested":
            shown["sellerResponseDueDate"] = {"value": iso(c.due_at)}
        else:
            shown["cancelCloseDate"] = {"value": iso(c.updated_at)}
        return shown

    def show_inquiry(self, c: MarketCase) -> Json:
        return {
            "inquiryId": self.ident(c), "inquiryStatusEnum": "OPEN" if c.state in ("requested", "approved") else "CLOSED",
            "orderId": c.order.number, "itemId": item_id(c.order), "transactionId": line_id(c.order),
            "buyer": username(c.order.buyer), "seller": "nordlicht", "claimAmount": number(c.amount),
            "creationDate": {"value": iso(c.opened_at)}, "lastModifiedDate": {"value": iso(c.updated_at)},
            "respondByDate": {"value": iso(c.due_at)}, "sellerResponse": "REFUND" if c.state == "refunded" else "",
        }  # fmt: skip

    def show_dispute(self, c: MarketCase) -> Json:
        states = {"requested": "ACTION_NEEDED", "approved": "CLOSED", "declined": "OPEN"}
        shown: Json = {
            "paymentDisputeId": self.ident(c), "orderId": c.order.number, "buyerUsername": username(c.order.buyer),
            "amount": amount(c.amount), "reason": "ITEM_NOT_RECEIVED", "openDate": iso(c.opened_at),
            "paymentDisputeStatus": states.get(c.state, "CLOSED"), "respondByDate": iso(c.due_at),
        }  # fmt: skip
        if states.get(c.state, "CLOSED") == "CLOSED":
            shown["closedDate"] = iso(c.updated_at)
        return shown

    def disputes(self, request: Request) -> Response:
        now, start = self.site.now(), at(request.arg("open_date_from"))
        start = now - 90 * DAY if start is None else start
        end = at(request.arg("open_date_to")) or min(now, start + 90 * DAY)
        if end - start > 90 * DAY or start < now - 549 * DAY or end < start:
            return problem(400, 33001, "API_FULFILLMENT", "Invalid input request")
        found = [c for c in self.of("payment_dispute") if start <= c.opened_at <= end]
        found.sort(key=lambda c: (-c.opened_at, c.id))
        return paged(self.site, request, "paymentDisputeSummaries", found, self.show_dispute, default=200, most=200,
                     refuse=lambda what: problem(400, 33001, "API_FULFILLMENT", f"Invalid {what}"))  # fmt: skip

    def dispute(self, request: Request) -> Response:
        case = self.find("payment_dispute", request)
        if case is None:
            return problem(404, 33002, "API_FULFILLMENT", "Unknown payment dispute")
        extra: Json = {"revision": 1 + (case.id in self.responses)}
        if case.id in self.responses:
            extra["sellerResponse"] = self.responses[case.id]
        else:
            extra["availableChoices"] = ["ACCEPT", "CONTEST"]
        if case.id in self.evidence:
            extra["evidence"] = [{"evidenceId": "1", "evidenceType": "PROOF_OF_DELIVERY", "files": [{"fileId": "1"}]}]
        return as_json({**self.show_dispute(case), **extra})

    # Deciding -----------------------------------------------------------------------------------------

    def decide(self, request: Request) -> Response:
        case, body = self.find("return", request), request.json()
        if case is None:
            return _no(1603, "The id is unknown.", 404)
        if not isinstance(body, dict) or body.get("decision") not in _DECISIONS:
            return _no(1604, "The decision is missing or unknown.")
        if case.state != "requested":
            return _no(1605, "The action is not allowed in this state.", 409)
        self.site.market.decide(case, "approved" if body["decision"] == "APPROVE" else "declined")
        return as_json({})

    def cancel(self, state: str) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            case = self.find("cancellation", request)
            if case is None:
                return _no(1603, "The id is unknown.", 404)
            if case.state != "requested":
                return _no(1605, "The action is not allowed in this state.", 409)
            self.site.market.decide(case, state)
            if state == "approved":
                self.site.market.cancel(case.order)
                self.site.orders.pay_back(case.order, case.amount)
            return Response(200)

        return answer

    def refund(self, name: str) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            case, body = self.find(name, request), request.json()
            if case is None:
                return _no(1603, "The id is unknown.", 404)
            if case.state not in ("requested", "approved"):
                return _no(1605, "The action is not allowed in this state.", 409)
            money = case.amount
            if name == "return":
                detail = body.get("refundDetail", {}) if isinstance(body, dict) else {}
                total, parts = detail.get("totalAmount", {}), detail.get("itemizedRefundDetail", [])
                if not parts or sum(p["refundAmount"]["value"] for p in parts) != total.get("value"):
                    return _no(1606, "The amounts do not equal the total.")
                money = Money.parse(str(total["value"]), total["currency"])
            if money.currency != case.amount.currency or money.minor > case.amount.minor or money.minor <= 0:
                return _no(1607, "The amount is not allowed.")
            self.paid[case.id] = money
            self.site.market.decide(case, "refunded")
            self.site.orders.pay_back(case.order, money)
            return as_json({"refundStatus": "PENDING"})

        return answer

    def respond(self, answer: str, request: Request) -> Response:
        """The seller's one answer to a dispute: ACCEPT or CONTEST."""
        case, body = self.find("payment_dispute", request), request.json()
        if case is None:
            return problem(404, 33002, "API_FULFILLMENT", "Unknown payment dispute")
        if case.state != "requested":
            return problem(409, 33101, "API_FULFILLMENT", "Invalid payment dispute state")
        if not isinstance(body, dict) or body.get("revision") != 1:
            return problem(409, 33011, "API_FULFILLMENT", "There was a change in payment dispute attributes.")
        if answer == "CONTEST" and case.id not in self.evidence:
            return problem(409, 33102, "API_FULFILLMENT", "No evidence available for contest")
        if len(body.get("note", "")) > 1_000:
            return problem(400, 33100, "API_FULFILLMENT", "Invalid input request")
        self.responses[case.id] = answer
        self.site.market.decide(case, "approved" if answer == "ACCEPT" else "declined")
        return Response(204)


def _no(ident: int, text: str, status: int = 400) -> Response:
    return problem(status, ident, "returnErrorDomain", text, old=True)


def mount(site: EbaySite) -> None:
    c = site.cases
    lists = (("return", "members", "creation_date_range", "summary", c.show_return),
             ("cancellation", "cancellations", "creation_date_range", "cancelDetail", c.show_cancellation),
             ("inquiry", "members", "inquiry_creation_date_range", "inquiryDetails", c.show_inquiry))  # fmt: skip
    for name, key, window, wrap, show in lists:
        site.route("GET", f"{_OLD}/{name}/search", c.search(name, key, window, show))
        site.route("GET", rf"{_OLD}/{name}/(?P<id>\d+)", c.one(name, wrap, show))
    site.route("POST", rf"{_OLD}/return/(?P<id>\d+)/decide", c.decide)
    site.route("POST", rf"{_OLD}/cancellation/(?P<id>\d+)/approve", c.cancel("approved"))
    site.route("POST", rf"{_OLD}/cancellation/(?P<id>\d+)/reject", c.cancel("declined"))
    for name in ("return", "inquiry"):
        site.route("POST", rf"{_OLD}/{name}/(?P<id>\d+)/issue_refund", c.refund(name))
    site.route("GET", f"{_DISPUTE}_summary", c.disputes)
    site.route("GET", rf"{_DISPUTE}/(?P<id>\d+)", c.dispute)
    site.route("POST", rf"{_DISPUTE}/(?P<id>\d+)/accept", partial(c.respond, "ACCEPT"))
    site.route("POST", rf"{_DISPUTE}/(?P<id>\d+)/contest", partial(c.respond, "CONTEST"))
