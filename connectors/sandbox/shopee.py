"""A stand-in for the Shopee Open Platform v2: one shop of one app, refused what Shopee refuses.

Who may call is decided here (signature, time, tokens, source address, app type); what is told is in `shopee_calls`.
HTTP statuses beside 200 and the order of the checks are assumptions.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from connectors.sandbox import shopee_calls
from connectors.sandbox.market import Market
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import DAY, HOUR, MINUTE, SECOND, Clock, Instant

AUTH = "/api/v2/auth/"
APP_TYPES = ("Seller In House System", "ERP System", "Customer Service")
NOT_FOR_SERVICE = frozenset(
    {"/api/v2/product/get_comment", "/api/v2/product/reply_comment", "/api/v2/order/cancel_order"}
)
"""What a Customer Service app may not call, by `api_permission` of the documentation."""


class ShopeeSite(Site):
    """`declared` says that the caller's address is on the app's list; `chat` that seller chat was opened to the app;
    `per_day` limits the app's calls (0: no limit); `skew` is by how many ms the platform's clock is ahead of ours;
    `own_courier` that the seller ships without Shopee's couriers."""

    def __init__(self, clock: Clock, market: Market) -> None:
        super().__init__(clock)
        self.market = market
        self.partner_id, self.shop_id, self.partner_key = 1_000_001, 600_100, "shpk_stand_in_key_0001"
        self.app_type, self.chat, self.declared, self.linked, self.per_day = APP_TYPES[0], True, True, True, 0
        self.shop_status, self.region, self.skew, self.own_courier = "NORMAL", "SG", 0, True
        self.codes: dict[str, Instant] = {}
        self.refresh_tokens: dict[str, Instant] = {"refresh0": clock.now() + 30 * DAY}
        self.tokens: dict[str, Instant] = {}
        self._serial, self._day, self._calls = 0, 0, 0
        self.route("POST", f"{AUTH}access_token/get", self._refresh)
        self.route("POST", f"{AUTH}token/get", self._first)
        self.calls = shopee_calls.Calls(self)
        shopee_calls.mount(self)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        newest = list(self.refresh_tokens)[-1] if self.refresh_tokens else "none"
        settings: dict[str, object] = {
            "partner_id": str(self.partner_id), "shop_id": str(self.shop_id), "api_url": url,
            "email": "care@shop.example",
        }  # fmt: skip
        return settings, {"partner_key": self.partner_key, "refresh_token": newest}

    def code(self) -> str:
        """The seller authorises the app: the code in the address they are sent to, good for ten minutes."""
        self._serial += 1
        code = f"code{self._serial}"
        self.codes[code] = self.clock.now() + 10 * MINUTE
        return code

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        now = self.clock.now()
        if not request.path.startswith("/api/v2/"):
            return None
        if not self.declared:
            text = "Request Source IP (127.0.0.1) is undeclared. Please declare all your IP addresses in the Shopee Open Platform Console > App list > IP Address Whitelist"  # noqa: E501
            return problem("source_ip_undeclared", text, 403)
        for name, text in (("partner_id", "There is no partner_id in query."), ("timestamp", "no timestamp"),
                           ("sign", "There is no sign in query.")):  # fmt: skip
            if not request.arg(name):
                return problem("error_param", text)
        if request.arg("partner_id") != str(self.partner_id):
            return problem("invalid_partner_id", "Invalid partner_id, please have a check.", 403)
        stamp = request.arg("timestamp")
        if not stamp.isdecimal():
            return problem("error_param", "Invalid timestamp")
        if abs(int(stamp) * SECOND - now - self.skew) > 5 * MINUTE:
            return problem("error_param", "Timestamp is expired.", 403)
        public = request.path.startswith(AUTH)
        token, shop = ("", "") if public else (request.arg("access_token"), request.arg("shop_id"))
        base = f"{request.arg('partner_id')}{request.path}{stamp}{token}{shop}"
        good = hmac.new(self.partner_key.encode(), base.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(good, request.arg("sign")):
            return problem("error_sign", "Wrong sign.", 403)
        if public:
            return None
        return self._of_shop(request, token, shop, now)

    def _of_shop(self, request: Request, token: str, shop: str, now: Instant) -> Response | None:
        if not token:
            return problem("error_param", "There is no access_token in query.", 403)
        if shop != str(self.shop_id):
            return problem("partner_shop_no_link", "Invalid partner_id or shop_id, please have a check.", 403)
        if self.hit("expired", request):
            self.tokens.pop(token, None)
        if self.tokens.get(token, 0) <= now:
            return problem("invalid_acceess_token", "Invalid access_token, please have a check.", 403)
        if not self.linked:
            return problem("shop_no_linked", "Partner and shop has no linked.", 403)
        day = (now + 8 * HOUR) // DAY
        self._calls = self._calls + 1 if day == self._day else 1
        self._day = day
        if self.per_day and self._calls > self.per_day:
            return problem("error_limit", "The total API call number made by your APP has reached the daily API call "
                           "limit, please try again after 00: 00 (UTC+08:00)")  # fmt: skip
        service = self.app_type == "Customer Service" and request.path in NOT_FOR_SERVICE
        if service or (request.path.startswith("/api/v2/sellerchat/") and not self.chat):
            return problem("error_api_permission", "This app type has no permission to this API.", 403)
        return None

    def missing(self, request: Request) -> Response:
        return problem("error_param", "Permission denied. This API is currently offline or the request path is incorrect.",
                       404)  # fmt: skip

    def refused(self, fault: Fault) -> Response:
        if fault.status == 429:
            said = "Too many requests. You have reached the rate limit. Please try again later."
            return problem("error_rate_limit", said, 429)
        return problem("error_server", "Something wrong. Please try later.", fault.status)

    # Tokens -------------------------------------------------------------------------------------------

    def _refresh(self, request: Request) -> Response:
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("refresh_token"), str):
            return problem("error_param", "Wrong parameters, detail: refresh_token.")
        if (wrong := self._who(body)) is not None:
            return wrong
        if self.hit("revoked", request):
            self.refresh_tokens.clear()
        ends = self.refresh_tokens.pop(body["refresh_token"], None)
        if ends is None:
            return problem(
                "error_shop_refresh_token", "Your refresh token is error ,please check refresh token or shopid."
            )
        if ends <= self.clock.now():
            return problem("refresh_token_expired", "Your refresh_token expired.")
        return self._pair(shop_id=self.shop_id, partner_id=self.partner_id)

    def _first(self, request: Request) -> Response:
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("code"), str):
            return problem("error_param", "Wrong parameters, detail: code.")
        if (wrong := self._who(body)) is not None:
            return wrong
        if self.codes.pop(body["code"], 0) <= self.clock.now():
            return problem("invalid_code", "The code is expired or used or invalid, please check the code.")
        return self._pair(shop_id_list=[self.shop_id], merchant_id_list=[])

    def _who(self, body: dict[str, Any]) -> Response | None:
        """Ids in a body are numbers."""
        if body.get("partner_id") != self.partner_id:
            return problem("error_param", "Invalid partner_id.")
        if body.get("shop_id") != self.shop_id:
            return problem("error_param", "Wrong parameters, detail: shop_id.")
        return None

    def _pair(self, **who: object) -> Response:
        self._serial += 1
        access, refresh = f"access{self._serial}", f"refresh{self._serial}"
        self.tokens[access] = self.clock.now() + 4 * HOUR
        self.refresh_tokens[refresh] = self.clock.now() + 30 * DAY
        told = {"access_token": access, "refresh_token": refresh, "expire_in": 14_400, **who}
        return as_json({"request_id": "stand-in", "error": "", "message": "", **told})


def problem(code: str, message: str, status: int = 200, **headers: str) -> Response:
    return as_json({"request_id": "stand-in", "error": code, "message": message}, status, **headers)
