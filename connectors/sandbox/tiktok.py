"""A stand-in for TikTok Shop's API 202309: one shop of one app, refused what TikTok refuses.

Who may call is decided here (signature over the raw body, time, token, cipher, scopes); what is told is in
`tiktok_calls`. Codes that begin with 105 and 360 are about tokens; other codes and all HTTP statuses are assumptions.
"""

from __future__ import annotations

import hashlib
import hmac

from connectors.sandbox import tiktok_calls
from connectors.sandbox.market import Market
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import DAY, MINUTE, SECOND, Clock, Instant

SCOPES = {"/order/": "order", "/return_refund/": "return_refund", "/customer_service/": "customer_service",
          "/fulfillment/": "fulfillment", "/logistics/": "logistics"}  # fmt: skip
"""Beginning of a path → the scope it needs."""


class TikTokSite(Site):
    """`scopes` are what the app was given; `skew` is by how many ms the platform's clock is ahead of ours."""

    def __init__(self, clock: Clock, market: Market) -> None:
        super().__init__(clock)
        self.market, self.skew, self.scopes = market, 0, set(SCOPES.values())
        self.app_key, self.app_secret, self.cipher = "6a7b8c", "tts_stand_in_secret_01", "GCP_standInCipher"
        self.refresh_tokens: dict[str, Instant] = {"TTP_refresh0": clock.now() + 90 * DAY}
        self.tokens: dict[str, Instant] = {}
        self.codes: set[str] = set()
        self._serial = 0
        self.route("GET", "/api/v2/token/refresh", self._refresh)
        self.route("GET", "/api/v2/token/get", self._first)
        self.calls = tiktok_calls.Calls(self)
        tiktok_calls.mount(self)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        newest = list(self.refresh_tokens)[-1] if self.refresh_tokens else "none"
        settings: dict[str, object] = {
            "app_key": self.app_key, "shop_cipher": self.cipher, "api_url": url, "auth_url": url,
        }  # fmt: skip
        return settings, {"app_secret": self.app_secret, "refresh_token": newest}

    def code(self) -> str:
        """The seller authorises the app: the code in the address they are sent to."""
        self._serial += 1
        self.codes.add(f"TTP_code{self._serial}")
        return f"TTP_code{self._serial}"

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        if request.path.startswith("/api/v2/token/"):
            return None
        now = self.clock.now()
        if request.arg("app_key") != self.app_key:
            return problem(36009010, "Invalid app_key.", 401)
        stamp = request.arg("timestamp")
        if not stamp.isdecimal() or abs(int(stamp) * SECOND - now - self.skew) > 5 * MINUTE:
            return problem(106002, "Invalid timestamp, please check whether it is the current time.", 401)
        if not hmac.compare_digest(self._sign(request), request.arg("sign")):
            return problem(106001, "Invalid signature, please check the sign parameter.", 401)
        if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
            return problem(36009015, "The content type must be application/json.", 400)
        token = request.headers.get("x-tts-access-token", "")
        if self.hit("expired", request):
            self.tokens.pop(token, None)
        if self.tokens.get(token, 0) <= now:
            return problem(105002, "Expired credentials: the access_token is expired.")
        if request.arg("shop_cipher") != self.cipher:
            return problem(106011, "Invalid shop_cipher.")
        needs = next((scope for start, scope in SCOPES.items() if request.path.startswith(start)), "")
        if needs and needs not in self.scopes:
            return problem(105005, f"Access denied: the app lacks the scope {needs}.", 403)
        return None

    def _sign(self, request: Request) -> str:
        pairs = "".join(f"{k}{v}" for k, v in sorted(request.query) if k not in ("sign", "access_token"))
        body = b"" if request.method == "GET" else request.body
        text = self.app_secret.encode() + request.path.encode() + pairs.encode() + body + self.app_secret.encode()
        return hmac.new(self.app_secret.encode(), text, hashlib.sha256).hexdigest()

    def missing(self, request: Request) -> Response:
        return problem(36009009, "Invalid path.", 404)

    def refused(self, fault: Fault) -> Response:
        if fault.status == 429:
            return problem(36009002, "Too many requests.", 429)
        return problem(36009003, "Internal error, please try again.", fault.status)

    # Tokens -------------------------------------------------------------------------------------------

    def _refresh(self, request: Request) -> Response:
        if request.arg("app_key") != self.app_key or request.arg("app_secret") != self.app_secret:
            return problem(36004001, "The app_key and app_secret do not belong together.")
        if request.arg("grant_type") != "refresh_token":
            return problem(36004002, "grant_type must be refresh_token.")
        if self.hit("revoked", request):
            self.refresh_tokens.clear()
        if self.refresh_tokens.pop(request.arg("refresh_token"), 0) <= self.clock.now():
            return problem(36004004, "Invalid refresh_token.")
        return self._pair()

    def _first(self, request: Request) -> Response:
        if request.arg("app_key") != self.app_key or request.arg("app_secret") != self.app_secret:
            return problem(36004001, "The app_key and app_secret do not belong together.")
        if request.arg("grant_type") != "authorized_code" or request.arg("auth_code") not in self.codes:
            return problem(36004003, "Invalid auth_code.")
        self.codes.discard(request.arg("auth_code"))
        return self._pair()

    def _pair(self) -> Response:
        self._serial += 1
        now, access, refresh = self.clock.now(), f"TTP_access{self._serial}", f"TTP_refresh{self._serial}"
        self.tokens[access], self.refresh_tokens[refresh] = now + 7 * DAY, now + 90 * DAY
        return good({"access_token": access, "access_token_expire_in": (now + 7 * DAY) // 1000, "refresh_token": refresh,
                     "refresh_token_expire_in": (now + 90 * DAY) // 1000, "open_id": "7010736057180325637",
                     "seller_name": "nordlicht", "seller_base_region": "US", "user_type": 0})  # fmt: skip


def good(told: dict[str, object]) -> Response:
    return as_json({"code": 0, "message": "Success", "request_id": "stand-in", "data": told})


def problem(code: int, message: str, status: int = 200, **headers: str) -> Response:
    return as_json({"code": code, "message": message, "request_id": "stand-in", "data": None}, status, **headers)
