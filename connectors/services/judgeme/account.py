"""One Judge.me account: settings read, calls made, answers judged. The token is part of the address of every call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from connectors import account
from connectors.answer import Answer
from connectors.api import Api, Bucket, Call
from connectors.contract import AuthRevoked, Ports, SchemaSurprise
from connectors.fields import Data, as_bytes, data, many
from connectors.refusals import NotAllowed, Refusal
from connectors.services.judgeme import guesses
from store.values import Instant, clean_line

CALLS = Bucket("calls", guesses.CALLS_A_SECOND, guesses.CALLS_AT_ONCE)
ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    shop: str
    storefront: str
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    shop = account.required(raw, "shop_domain").casefold().removeprefix("https://").rstrip("/")
    if "/" in shop or "." not in shop:
        raise ValueError("shop_domain must be a name such as nordlicht.myshopify.com.")
    return Settings(
        url=account.address(raw, "api_url", "https://judge.me"),
        shop=shop,
        storefront=account.address(raw, "storefront_url") if account.text(raw, "storefront_url") else "",
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Account:
    """Calls of one account. They raise faults."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings, self._ports = settings, ports
        self._http = account.reach(ports.clock, settings.url, deadline=settings.timeout, sleep=sleep)
        self._api = Api(self._http, ports, sign=self._sign, judge=judge, sleep=sleep)

    @property
    def ahead(self) -> Instant | None:
        """How much this machine's clock is ahead of Judge.me's, as far as it was told."""
        return self._http.ahead

    def now(self) -> Instant:
        return self._ports.clock.now()

    def reviews(self, page: int, size: int = guesses.A_PAGE) -> list[object]:
        """One page of reviews; the first is 1. Empty behind the last."""
        params = (("page", str(page)), ("per_page", str(size)))
        body = data(self._api.ask(Call("GET", self._url("/reviews"), params), CALLS).json())
        if "reviews" not in body:
            raise SchemaSurprise("Judge.me answered without reviews.")
        return many(body, "reviews")

    def post(self, path: str, body: Data, before: Callable[[], None]) -> Data:
        """Something that takes effect, once. Raises `OutcomeUnknown` where it may have happened."""
        call = Call("POST", self._url(path), content=as_bytes(body)).headed(content_type="application/json")
        return data(self._api.act(call, before, CALLS).json())

    def close(self) -> None:
        self._api.close()

    def _sign(self, call: Call, token: str) -> Call:
        try:
            key = self._ports.secrets.get("api_token")
        except KeyError:
            raise AuthRevoked("The private API token is missing; enter it.") from None
        return replace(call, params=(("shop_domain", self.settings.shop), ("api_token", key), *call.params))

    def _url(self, path: str) -> str:
        return f"{self.settings.url}{ROOT}{path}"


def judge(answer: Answer) -> Answer:
    """The answer if it is a success. Raises the fault it stands for."""
    if answer.ok:
        return answer
    if answer.status == 401:
        raise AuthRevoked("Judge.me does not accept the API token; enter the private one again.")
    if answer.status == 403:
        raise NotAllowed("Judge.me's token may not do this: enter the private token, and look what the plan allows.")
    words = _said(answer)
    if answer.status == 404 and guesses.NO_SHOP in words.lower():
        raise NotAllowed("Judge.me does not know the shop; check its address in the settings.")
    raise Refusal(f"Judge.me refused: {words or answer.status}", status=answer.status)


def _said(answer: Answer) -> str:
    try:
        body = answer.json()
    except SchemaSurprise:
        return ""
    found = body.get("error") or body.get("message") if isinstance(body, Mapping) else ""
    return clean_line(found)[:200] if isinstance(found, str) else ""
