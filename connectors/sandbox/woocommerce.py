"""A stand-in for one WooCommerce shop and its REST API v3, refused what WooCommerce refuses.

Who may call is here; what is told and done is in `woocommerce_calls`. Codes that WooCommerce does not document are
assumptions.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import quote

from connectors.sandbox import woocommerce_calls
from connectors.sandbox.market import Market
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import MINUTE, Clock, Instant

ROOT = "/wp-json/wc/v3"
WINDOW = 15 * MINUTE


class WooCommerceSite(Site):
    """`tls` says that it stands behind https (Basic then, else OAuth 1.0a); `permission` is read, write or read_write;
    `gateway_refuses` that the bank pays nothing back; `zone_ms` how far the shop's own time is from UTC; `totals`
    whether its host lets the headers of lists through."""

    shows = "email"

    def __init__(self, clock: Clock, market: Market) -> None:
        super().__init__(clock)
        self.market = market
        self.key, self.secret = "ck_stand_in_key_0001", "cs_stand_in_secret_0001"
        self.tls = self.gateway_refuses = False
        self.known, self.totals = True, True
        self.permission, self.zone_ms = "read_write", 60 * MINUTE
        self.nonces: dict[str, Instant] = {}
        woocommerce_calls.Calls(self)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        return {"shop_url": url, "consumer_key": self.key}, {"consumer_secret": self.secret}

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        if not request.path.startswith(ROOT):
            return None
        if self.hit("expired", request) or self.hit("revoked", request):
            self.known = False
        wrong = self._basic(request) if self.tls else self._oauth(request)
        if not wrong and self.permission != "read_write" and (request.method == "GET") != (self.permission == "read"):
            wrong = f"The API key provided does not have {'read' if request.method == 'GET' else 'write'} permissions."
        return refusal("woocommerce_rest_authentication_error", wrong, 401) if wrong else None

    def _basic(self, request: Request) -> str:
        known = "Basic " + b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if request.headers.get("authorization") != known or not self.known:
            return "Consumer secret is invalid."
        return ""

    def _oauth(self, request: Request) -> str:
        """What is wrong with a signature; "" where nothing is."""
        given = dict(request.query)
        for name in ("consumer_key", "timestamp", "nonce", "signature", "signature_method"):
            if not given.get(f"oauth_{name}"):
                return f"Missing OAuth parameter oauth_{name}"
        if given["oauth_consumer_key"] != self.key or not self.known:
            return "Consumer key is invalid."
        if given["oauth_signature_method"] != "HMAC-SHA256":
            return "Invalid signature - signature method is invalid."
        url = f"http://{request.headers.get('host', '')}{request.path}"
        signed = [(quote(k, safe="~"), quote(v, safe="~")) for k, v in request.query if k != "oauth_signature"]
        pairs = quote("&".join(f"{k}={v}" for k, v in sorted(signed)), safe="~")
        base = f"{request.method}&{quote(url, safe='~')}&{pairs}"
        wanted = b64encode(hmac.new(f"{self.secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()
        if given["oauth_signature"] != wanted:
            return "Invalid signature - provided signature does not match."
        at, now = int(given["oauth_timestamp"]) * 1000, self.now()
        if abs(now - at) > WINDOW:
            return "Invalid timestamp."
        if given["oauth_nonce"] in self.nonces:
            return "Invalid nonce - nonce has already been used."
        self.nonces[given["oauth_nonce"]] = at
        return ""

    # How it refuses -----------------------------------------------------------------------------------

    def missing(self, request: Request) -> Response:
        return refusal("rest_no_route", "No route was found matching the URL and request method.", 404)

    def refused(self, fault: Fault) -> Response:
        """The host speaks here, not the shop."""
        page = f"<html><head><title>{fault.status}</title></head><body><h1>Service Unavailable</h1></body></html>"
        return Response(fault.status, page.encode(), {"content-type": "text/html"})


def refusal(code: str, message: str, status: int) -> Response:
    return as_json({"code": code, "message": message, "data": {"status": status}}, status)
