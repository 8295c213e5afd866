"""A stand-in for eBay: one seller account, refused what eBay refuses.

Who may call is decided here (tokens, scopes, schemes, signatures, quotas); what is told is in the modules beside.
Statuses and codes that eBay does not document are assumptions.
"""

from __future__ import annotations

import base64
import re
from collections import Counter

from connectors.sandbox import ebay_cases, ebay_feedback, ebay_messages, ebay_orders
from connectors.sandbox.ebay_shapes import problem
from connectors.sandbox.ebay_sign import PRIVATE_KEY, SIGNING_JWE, unsigned
from connectors.sandbox.market import Market
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import DAY, SECOND, Clock, Instant

SELLER = "nordlicht"
_SCOPE = "https://api.ebay.com/oauth/api_scope"
SCOPES = frozenset(
    f"{_SCOPE}/{name}"
    for name in ("sell.fulfillment", "sell.finances", "sell.payment.dispute", "commerce.message", "commerce.feedback")
)
_NEEDS = (
    (r"POST /sell/fulfillment/v1/order/[^/]+/issue_refund", ("sell.finances",)),
    (r"\w+ /sell/fulfillment/v1/payment_dispute.*", ("sell.payment.dispute",)),
    (r"GET /sell/fulfillment/.*", ("sell.fulfillment", "sell.fulfillment.readonly")),
    (r"\w+ /sell/fulfillment/.*", ("sell.fulfillment",)),
    (r"\w+ /commerce/message/.*", ("commerce.message",)),
    (r"\w+ /commerce/feedback/.*", ("commerce.feedback",)),
    (r"\w+ /post-order/.*", ("sell.fulfillment",)),
)
_RESOURCES = (
    ("/sell/fulfillment/", "sell.fulfillment"), ("/commerce/message/", "commerce.message"),
    ("/commerce/feedback/", "commerce.feedback"), ("/post-order/v2/return/", "post-order.return"),
    ("/post-order/v2/cancellation/", "post-order.cancellation"), ("/post-order/v2/inquiry/", "post-order.inquiry"),
)  # fmt: skip


class EbaySite(Site):
    """`granted` is what the consent covers; `must_sign` says that the seller is of the EU or the UK; `daily` limits
    calls by resource; `removed` are calls that eBay has taken away (regular expressions over "METHOD path")."""

    def __init__(self, clock: Clock, market: Market, *, must_sign: bool = True) -> None:
        super().__init__(clock)
        self.market, self.must_sign = market, must_sign
        self.client_id, self.client_secret = "Nordlich-desk-PRD-0001", "PRD-cert-0001"
        self.refresh_token, self.consent = "v^1.1#i^1#refresh", True
        self.granted = set(SCOPES)
        self.tokens: dict[str, tuple[Instant, frozenset[str]]] = {}
        self.daily: dict[str, int] = {}
        self.removed: list[str] = []
        self._made, self._used, self._day = 0, Counter[str](), 0
        self.route("POST", "/identity/v1/oauth2/token", self._token)
        self.route("GET", "/developer/analytics/v1_beta/(?:user_)?rate_limit/", self._limits)
        self.orders, self.messages = ebay_orders.Orders(self), ebay_messages.Messages(self)
        self.cases, self.feedback = ebay_cases.Cases(self), ebay_feedback.Feedback(self)
        ebay_orders.mount(self)
        ebay_messages.mount(self)
        ebay_cases.mount(self)
        ebay_feedback.mount(self)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        settings: dict[str, object] = {
            "username": SELLER, "client_id": self.client_id, "api_url": url, "disputes_url": url,
            "marketplace": "EBAY_DE" if self.must_sign else "EBAY_US",
        }  # fmt: skip
        secrets = {"client_secret": self.client_secret, "refresh_token": self.refresh_token}
        if self.must_sign:
            secrets |= {"signing_jwe": SIGNING_JWE, "signing_key": PRIVATE_KEY}
        return settings, secrets

    # Sign-in ------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Response:
        form = request.form()
        known = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {known}":
            return _oauth("invalid_client", "client authentication failed", 401)
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return _oauth("invalid_request", "request is missing a required parameter or malformed")
        if form.get("grant_type") != "refresh_token":
            return _oauth("unsupported_grant_type", "grant type in request is not supported by the authorization server")
        if self.hit("revoked", request):
            self.consent = False
        if form.get("refresh_token") != self.refresh_token or not self.consent:
            return _oauth("invalid_grant", "the provided authorization refresh token is invalid or was issued to another client")
        asked = frozenset(form.get("scope", "").split()) or frozenset(self.granted)
        if not asked <= SCOPES:
            return _oauth("invalid_scope", "The requested scope is invalid, unknown, malformed, or exceeds the scope granted")
        self._made += 1
        token = f"v^1.1#i^1#access{self._made}"
        self.tokens[token] = (self.now() + 7200 * SECOND, asked & self.granted)
        return as_json({"access_token": token, "expires_in": 7200, "token_type": "User Access Token"})

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        call = f"{request.method} {request.path}"
        if request.path.startswith(("/identity/", "/developer/")):
            return None
        old = request.path.startswith("/post-order/")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != ("IAF" if old else "Bearer"):
            return problem(401, 1002 if old else 1001, "OAuth", f"Bad scheme: {scheme}", old=old)
        if self.hit("expired", request):
            self.tokens.pop(token, None)
        until, scopes = self.tokens.get(token, (0, frozenset()))
        if until <= self.now() or not self.consent:
            return problem(401, 1001, "OAuth", "Invalid access token", old=old)
        if old and not request.headers.get("x-ebay-c-marketplace-id"):
            return problem(400, 1610, "returnErrorDomain", "The marketplace id is missing.", old=True)
        needs = next((n for pattern, n in _NEEDS if re.fullmatch(pattern, call)), ())
        if needs and not any(f"{_SCOPE}/{n}" in scopes for n in needs):
            return problem(403, 1100, "ACCESS", "Insufficient permissions to fulfill the request.", old=old)
        if any(re.fullmatch(pattern, call) for pattern in self.removed):
            return problem(404, 2002, "ACCESS", "Resource not found", old=old)
        if (refusal := self._count(request)) is not None:
            return refusal
        if request.method == "POST" and request.body and "json" not in request.headers.get("content-type", ""):
            return problem(415, 2004, "ACCESS", "Invalid request", old=old)
        if self.must_sign and (why := unsigned(request, self.now())):
            return problem(400, *why, old=old)
        return None

    def _count(self, request: Request) -> Response | None:
        name = next((n for start, n in _RESOURCES if request.path.startswith(start)), "")
        if self._day != self.now() // DAY:
            self._day, self._used = self.now() // DAY, Counter()
        self._used[name] += 1
        if name in self.daily and self._used[name] > self.daily[name]:
            return problem(429, 2001, "ACCESS", "Too many requests.")
        return None

    def _limits(self, request: Request) -> Response:
        rates = [
            {"name": name, "rates": [{"limit": n, "remaining": max(0, n - self._used[name]), "timeWindow": 86400}]}
            for name, n in self.daily.items()
        ]
        return as_json({"rateLimits": [{"apiContext": "sell", "apiName": "all", "resources": rates}]})

    # How it refuses -----------------------------------------------------------------------------------

    def missing(self, request: Request) -> Response:
        return problem(404, 2002, "ACCESS", "Resource not found", old=request.path.startswith("/post-order/"))

    def refused(self, fault: Fault) -> Response:
        return problem(fault.status, 20500 if fault.status >= 500 else 2001, "ACCESS", "System error")


def _oauth(error: str, text: str, status: int = 400) -> Response:
    return as_json({"error": error, "error_description": text}, status)


def create(clock: Clock, market: Market) -> EbaySite:
    """The stand-in of a seller in the EU."""
    return EbaySite(clock, market)
