"""A stand-in for Judge.me at one web shop: its reviews are those of the market. Refused is what Judge.me refuses.

Statuses, the bodies of refusals and of answers to reviews are assumptions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketReview
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import Clock

ROOT = "/api/v1"
MOST = 100
LONGEST = 5_000


class JudgeMeSite(Site):
    """`known` says whether the token is accepted, `full` whether it is the private one; `private` are answers that went to
    the author alone, by review id; `spam` ids of reviews that were found to be that."""

    shows = "shopify"

    def __init__(self, clock: Clock, market: Market) -> None:
        super().__init__(clock)
        self.market = market
        self.shop, self.token = "nordlicht.myshopify.com", "jdgm_stand_in_token_0001"
        self.known = self.full = True
        self.private: list[tuple[str, str]] = []
        self.spam: set[str] = set()
        self.route("GET", f"{ROOT}/reviews", self._reviews)
        self.route("POST", f"{ROOT}/replies", self._public)
        self.route("POST", f"{ROOT}/private_replies", self._private)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        return {"shop_domain": self.shop, "api_url": url, "storefront_url": "https://nordlicht.example"}, {
            "api_token": self.token
        }

    def guard(self, request: Request) -> Response | None:
        if self.hit("expired", request) or self.hit("revoked", request):
            self.known = False
        if request.arg("shop_domain") != self.shop:
            return _refusal(404, "Shop not found")
        if not self.known or request.arg("api_token") != self.token:
            return _refusal(401, "Invalid API token")
        if not self.full:
            return _refusal(403, "The public token cannot be used here")
        return None

    def missing(self, request: Request) -> Response:
        return _refusal(404, "Not found")

    def refused(self, fault: Fault) -> Response:
        extra = {"retry_after": fault.retry_after} if fault.retry_after else {}
        return as_json({"error": "Out of order"}, fault.status, **extra)

    def _reviews(self, request: Request) -> Response:
        page, size = request.arg("page", "1"), request.arg("per_page", "10")
        if not (page.isdecimal() and size.isdecimal() and int(page) > 0 and 0 < int(size) <= MOST):
            return _refusal(422, "page and per_page are out of range")
        length, number = self.paged(int(size)), int(page)
        found = sorted(self.market.reviews, key=lambda r: (r.at, int(r.id)), reverse=True)
        shown = [self._shape(r) for r in found[(number - 1) * length : number * length]]
        return as_json({"current_page": number, "per_page": length, "reviews": self.shown(request, shown)})

    def _public(self, request: Request) -> Response:
        review, words = self._answer(request, "reply")
        if review is None or not words:
            return _refusal(404 if review is None else 422, "Review not found" if review is None else "Content is missing")
        review.reply = words
        return as_json({"reply": {"id": 700_000 + int(review.id), "content": words}}, 201)

    def _private(self, request: Request) -> Response:
        review, words = self._answer(request, "private_reply")
        if review is None or not words:
            return _refusal(404 if review is None else 422, "Review not found" if review is None else "Content is missing")
        self.private.append((review.id, words))
        return as_json({"private_reply": {"id": 800_000 + len(self.private)}}, 201)

    def _answer(self, request: Request, key: str) -> tuple[MarketReview | None, str]:
        """The review a body names, and the words in it; "" where they cannot be taken."""
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("review_id"), int):
            return None, ""
        inner = body.get(key)
        words = inner.get("content") if isinstance(inner, dict) else None
        return self.market.review(str(body["review_id"])), words if isinstance(words, str) and len(words) <= LONGEST else ""

    def _shape(self, r: MarketReview) -> dict[str, Any]:
        at, buyer = _iso(r.at), r.order.buyer
        title = next((i.title for i in r.order.lines if i.sku == r.sku), r.sku)
        return {
            "id": int(r.id), "title": "", "body": r.text, "rating": r.rating, "product_external_id": 9_000_000,
            "product_handle": r.sku.lower(), "product_title": title, "source": "email", "verified": "buyer",
            "curated": "spam" if r.id in self.spam else "ok", "published": True, "hidden": False, "featured": False,
            "reviewer": {"id": 1_000_000 + sum(map(ord, buyer.address)), "email": buyer.address, "name": buyer.name},
            "created_at": at, "updated_at": at, "pictures": [], "has_published_pictures": False,
        }  # fmt: skip


def _refusal(status: int, message: str) -> Response:
    return as_json({"error": message}, status)


def _iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S+00:00}"
