"""A stand-in for Amazon's Selling Partner API: one seller account and its app, refused what Amazon refuses.

Who may call, tokens, roles and limits are here; what is told and done is in `amazon_orders` and `amazon_papers`. Codes and
statuses that Amazon does not document are assumptions.
"""

from __future__ import annotations

import re

from connectors.sandbox import amazon_orders, amazon_papers
from connectors.sandbox.market import Market
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import SECOND, Clock, Instant

ROLES = frozenset({"orders", "reports", "feeds", "messaging", "solicitations", "uploads", "sellers"})
LIMITS = {
    r"GET /orders/2026-01-01/orders": (0.0056, 20), r"GET /orders/2026-01-01/orders/[^/]+": (0.5, 30),
    r"POST /reports/2021-06-30/reports": (0.0167, 15), r"GET /reports/2021-06-30/documents/[^/]+": (0.0167, 15),
    r"GET /reports/2021-06-30/reports/[^/]+": (2, 15), r"POST /feeds/2021-06-30/feeds": (0.0083, 15),
    r"\w+ /(messaging|solicitations)/.*": (1, 5), r"POST .*/shipmentConfirmation": (2, 10),
}  # fmt: skip
"""Rate a second and burst, by call."""


class AmazonSite(Site):
    """`limited` says whether calls are counted; `marketplace` is where the seller sells, `roles` what the app may do."""

    def __init__(self, clock: Clock, market: Market, *, marketplace: str = "A1PA6795UKMFR9") -> None:
        super().__init__(clock)
        self.market, self.marketplace, self.limited = market, marketplace, False
        self.seller_id, self.client_id = "A2STANDIN0001", "amzn1.application-oa2-client.stand-in"
        self.client_secret, self.refresh_token, self.consent = "amzn1.oa2-cs.v1.stand-in", "Atzr|stand-in-refresh", True
        self.roles = set(ROLES)
        self.tokens: dict[str, Instant] = {}
        self.url = ""
        self._made = 0
        self._buckets: dict[str, tuple[float, Instant]] = {}
        self.route("POST", "/auth/o2/token", self._token)
        self.route("GET", "/sellers/v1/marketplaceParticipations", self._sellers)
        self.orders, self.papers = amazon_orders.Orders(self), amazon_papers.Papers(self)
        amazon_orders.mount(self)
        amazon_papers.mount(self)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        self.url = url
        settings: dict[str, object] = {
            "seller_id": self.seller_id, "marketplaces": self.marketplace, "client_id": self.client_id, "api_url": url,
            "auth_url": url,
        }  # fmt: skip
        return settings, {"client_secret": self.client_secret, "refresh_token": self.refresh_token}

    def _token(self, request: Request) -> Response:
        form = request.form()
        if self.hit("revoked", request):
            self.consent = False
        if form.get("client_id") != self.client_id or form.get("client_secret") != self.client_secret:
            return as_json({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        if form.get("grant_type") != "refresh_token":
            return as_json({"error": "unsupported_grant_type", "error_description": "Unsupported grant type"}, 400)
        if form.get("refresh_token") != self.refresh_token or not self.consent:
            return as_json({"error": "invalid_grant", "error_description": "The request has an invalid grant parameter"}, 400)
        self._made += 1
        token = f"Atza|stand-in-{self._made}"
        self.tokens[token] = self.clock.now() + 3_600 * SECOND
        told = {"access_token": token, "token_type": "bearer", "expires_in": 3_600, "refresh_token": self.refresh_token}
        return as_json(told)

    def guard(self, request: Request) -> Response | None:
        family = request.path.split("/")[1]
        if family in ("auth", "documents"):
            if "x-amz-access-token" in request.headers and family == "documents":
                return problem(400, "InvalidArgument", "Only one auth mechanism allowed")
            return None
        token = request.headers.get("x-amz-access-token", "")
        if not token:
            text = "Access token is missing in the request header."
            return problem(403, "MissingToken", "Access to requested resource is denied.", text)
        if self.hit("expired", request):
            self.tokens.pop(token, None)
        if self.tokens.get(token, 0) <= self.clock.now() or not self.consent:
            text = "The access token you provided has expired."
            return problem(403, "Unauthorized", "Access to requested resource is denied.", text)
        if family not in self.roles:
            return problem(403, "Unauthorized", "Access to requested resource is denied.")
        return self._count(request) if self.limited else None

    def _count(self, request: Request) -> Response | None:
        """One bucket for each kind of call; an answer over the limit does not tell it."""
        call = f"{request.method} {request.path}"
        name = next((pattern for pattern in LIMITS if re.fullmatch(pattern, call)), "")
        if not name:
            return None
        rate, burst = LIMITS[name]
        left, at = self._buckets.get(name, (float(burst), self.clock.now()))
        left = min(burst, left + (self.clock.now() - at) / SECOND * rate)
        self._buckets[name] = (left - 1 if left >= 1 else left, self.clock.now())
        return None if left >= 1 else problem(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")

    def _sellers(self, request: Request) -> Response:
        place = {"id": self.marketplace, "countryCode": "DE", "name": "Amazon.de", "defaultCurrencyCode": "EUR",
                 "defaultLanguageCode": "de_DE", "domainName": "www.amazon.de"}  # fmt: skip
        taking = {"isParticipating": True, "hasSuspendedListings": False}
        return as_json({"payload": [{"marketplace": place, "storeName": "Nordlicht", "participation": taking}]})

    def missing(self, request: Request) -> Response:
        return problem(404, "NotFound", "Resource not found")

    def refused(self, fault: Fault) -> Response:
        code = "QuotaExceeded" if fault.status == 429 else "InternalFailure"
        return problem(fault.status, code, "We encountered an internal error. Please try again.")


def problem(status: int, code: str, text: str, details: str = "") -> Response:
    return as_json({"errors": [{"code": code, "message": text, "details": details}]}, status)
