"""The Feedback API on the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.ebay_shapes import Json, iso, item_id, line_id, problem, username, whole
from connectors.sandbox.market_records import MarketReview
from connectors.sandbox.web import Request, Response, as_json

if TYPE_CHECKING:
    from connectors.sandbox.ebay import EbaySite

_HERE = "/commerce/feedback/v1"
_KINDS = ("NEGATIVE", "NEGATIVE", "NEUTRAL", "POSITIVE", "POSITIVE")


class Feedback:
    """What buyers said, the newest first."""

    def __init__(self, site: EbaySite) -> None:
        self.site = site

    def search(self, request: Request) -> Response:
        if request.arg("user_id") != "nordlicht":
            return _no("The user_id is missing or unknown.")
        if request.arg("feedback_type") not in ("FEEDBACK_RECEIVED", "FEEDBACK_SENT"):
            return _no("The feedback_type is missing or unknown.")
        limit, offset = whole(request, "limit", 25), whole(request, "offset", 0)
        if not 1 <= limit <= 200 or offset < 0:
            return _no("The limit or offset is out of range.")
        limit = self.site.paged(limit)
        found = sorted(self.site.market.reviews, key=lambda r: (-r.at, r.id))
        entries = self.site.shown(request, [_entry(r) for r in found[offset : offset + limit]])
        pages: Json = {"count": len(entries), "limit": limit, "offset": offset, "total": len(found)}
        if offset + limit < len(found):
            pages["next"] = f"{request.path}?offset={offset + limit}&limit={limit}"
        return as_json({"feedbackEntries": entries, "pagination": pages})

    def respond(self, request: Request) -> Response:
        body = request.json()
        if not isinstance(body, dict) or body.get("responseType") != "REPLY" or not body.get("responseText"):
            return _no("The response is missing or malformed.")
        if len(body["responseText"]) > 500:
            return _no("The response is too long.")
        review = self.site.market.review(str(body.get("feedbackId")))
        if review is None or body.get("recipientUserId") != username(review.order.buyer):
            return _no("There is no such feedback of this user.")
        if review.reply:
            return problem(409, 36002, "API_FEEDBACK", "A reply was left already.", category="BUSINESS")
        review.reply = body["responseText"]
        return as_json({})


def _entry(review: MarketReview) -> Json:
    shown: Json = {
        "feedbackId": review.id, "commentType": _KINDS[max(1, min(5, review.rating)) - 1], "feedbackState": "ENTERED",
        "feedbackComment": {"commentText": review.text, "state": "ENTERED"}, "feedbackEnteredDate": iso(review.at),
        "providerUserDetail": {"userId": username(review.order.buyer), "role": "BUYER"},
        "orderLineItemSummary": {"listingId": item_id(review.order), "listingTitle": review.order.lines[0].title,
                                 "orderLineItemId": f"{item_id(review.order)}-{line_id(review.order)}"},
    }  # fmt: skip
    if review.reply:
        shown["replyComment"] = {"commentText": review.reply, "state": "ENTERED"}
    return shown


def _no(text: str) -> Response:
    return problem(400, 36001, "API_FEEDBACK", text)


def mount(site: EbaySite) -> None:
    here = site.feedback
    site.route("GET", f"{_HERE}/feedback", here.search)
    site.route("POST", f"{_HERE}/respond_to_feedback", here.respond)
