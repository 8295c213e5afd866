"""A stand-in for 17TRACK, which follows the parcels of one market or several. Refused is what 17TRACK refuses.

The shapes of news are in `seventeentrack_shapes`. Codes other than that there are codes, and what quota is called, are
assumptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketParcel
from connectors.sandbox.seventeentrack_shapes import CARRIERS, news
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import MINUTE, Clock, Instant

ROOT = "/track/v2.2"
MOST = 40
SLOW = 5 * MINUTE
"""How long it takes until there is news of a number that was registered."""
_NUMBER = re.compile(r"[A-Za-z0-9-]{5,50}")


class SeventeenTrackSite(Site):
    """`registered` is what is followed, and since when; `quota` how many more may be; `known` and `declared` whether the
    key is accepted and the client's address known; `silent` numbers whose carrier it cannot tell."""

    shows, follows_all = "", True

    def __init__(self, clock: Clock, market: Market, *more: Market) -> None:
        super().__init__(clock)
        self.market, self.markets = market, (market, *more)
        self.key = "17token_stand_in_0001"
        self.known = self.declared = True
        self.quota, self.total = 1_000, 1_000
        self.registered: dict[str, Instant] = {}
        self.silent: set[str] = set()
        self.route("POST", f"{ROOT}/register", self._register)
        self.route("POST", f"{ROOT}/gettrackinfo", self._tell)
        self.route("POST", f"{ROOT}/getquota", self._quota)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        return {"api_url": url}, {"account_key": self.key}

    def parcels(self) -> Iterator[MarketParcel]:
        """Every parcel of the markets."""
        return (p for m in self.markets for o in m.orders for p in o.parcels)

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        if self.hit("expired", request) or self.hit("revoked", request):
            self.known = False
        if not self.known or request.headers.get("17token") != self.key:
            return _refusal(-18010002, "Invalid security key.", 401)
        if not self.declared:
            return _refusal(-18010001, "IP address is not in the whitelist.")
        return None

    def missing(self, request: Request) -> Response:
        return as_json({"code": 404, "data": {"errors": [{"code": 404, "message": "Not found."}]}}, 404)

    def refused(self, fault: Fault) -> Response:
        extra = {"retry_after": fault.retry_after} if fault.retry_after else {}
        return as_json({"code": -18010003, "data": {"errors": []}}, fault.status, **extra)

    # What it does -------------------------------------------------------------------------------------

    def _register(self, request: Request) -> Response:
        asked = _asked(request)
        if isinstance(asked, Response):
            return asked
        accepted, rejected = [], []
        for item in asked:
            number, carrier = item["number"], item.get("carrier", 0)
            if not _NUMBER.fullmatch(number):
                rejected.append(_rejected(number, -18010012, f"The format of '{number}' is invalid."))
            elif number in self.registered:
                rejected.append(_rejected(number, -18019901, f"The tracking number '{number}' has been registered."))
            elif carrier and carrier not in CARRIERS.values():
                rejected.append(_rejected(number, -18019910, f"The carrier '{carrier}' is incorrect."))
            elif not carrier and number in self.silent:
                rejected.append(_rejected(number, -18019903, "The carrier cannot be detected."))
            elif self.quota <= 0:
                rejected.append(_rejected(number, -18019908, "The quota has run out."))
            else:
                self.quota -= 1
                self.registered[number] = self.now()
                accepted.append({"origin": 1 if carrier else 2, "number": number, "carrier": carrier or 3011})
        return _taken(accepted, rejected)

    def _tell(self, request: Request) -> Response:
        asked = _asked(request)
        if isinstance(asked, Response):
            return asked
        here = {p.tracking: p for p in self.parcels()}
        accepted, rejected = [], []
        for number in dict.fromkeys(item["number"] for item in asked):
            at = self.registered.get(number)
            if at is None:
                rejected.append(_rejected(number, -18019902, f"The tracking number '{number}' is not registered."))
            elif self.now() < at + SLOW:
                rejected.append(_rejected(number, -18019909, "No tracking information at this moment."))
            else:
                accepted.append(news(number, here.get(number), self.now()))
        return _taken(self.shown(request, accepted), rejected)

    def _quota(self, request: Request) -> Response:
        used = self.total - self.quota
        return as_json({"code": 0, "data": {"quota_total": self.total, "quota_used": used, "quota_remain": self.quota,
                                            "today_used": used}})  # fmt: skip


def _asked(request: Request) -> list[dict[str, Any]] | Response:
    """The numbers of a call, or why it cannot be."""
    body = request.json()
    if not isinstance(body, list) or not body:
        return _refusal(-18010010, "Please provide the data.")
    if any(not isinstance(item, dict) or not isinstance(item.get("number"), str) for item in body):
        return _refusal(-18010013, "The submitted data is invalid.")
    if len(body) > MOST:
        return _refusal(-18010014, f"The number of tracking numbers exceeds the limit of {MOST}.")
    return body


def _rejected(number: str, code: int, message: str) -> dict[str, Any]:
    return {"number": number, "error": {"code": code, "message": message}}


def _taken(accepted: list[Any], rejected: list[Any]) -> Response:
    return as_json({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})


def _refusal(code: int, message: str, status: int = 200) -> Response:
    return as_json({"code": code, "data": {"errors": [{"code": code, "message": message}]}}, status)
