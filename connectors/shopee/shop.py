"""One shop's calls: settings read, tokens renewed, requests signed, answers judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from connectors import account
from connectors.api import Api, Bucket, Call
from connectors.contract import OutcomeUnknown, Ports, SchemaSurprise, Token
from connectors.fields import Data, Unreadable, as_bytes, ident, whole
from connectors.refusals import Broke
from connectors.shopee import guesses
from connectors.shopee.sign import signed
from connectors.shopee.verdict import Verdict, judge
from store.values import SECOND

CALLS = Bucket("calls", guesses.CALLS_A_SECOND, guesses.CALLS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Settings:
    partner_id: int
    shop_id: int
    address: str
    chat: bool
    comments: bool
    email: str
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    kind = account.text(raw, "app_type", "in_house")
    if kind not in ("in_house", "erp", "customer_service"):
        raise ValueError("app_type must be in_house, erp or customer_service.")
    return Settings(
        partner_id=_number(raw, "partner_id"),
        shop_id=_number(raw, "shop_id"),
        address=account.address(raw, "api_url", "https://partner.shopeemobile.com"),
        chat=account.yes(raw, "chat", True),
        comments=kind != "customer_service",
        email=account.text(raw, "email"),
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


def _number(raw: Mapping[str, object], key: str) -> int:
    value = raw.get(key)
    text = str(value).strip() if isinstance(value, int | str) else ""
    if not (text.isascii() and text.isdecimal() and int(text) < 2**32):
        raise ValueError(f"{key} must be the number that Shopee's console shows.")
    return int(text)


class Shop(account.Reached):
    """Calls of one shop. `get` and `post` raise faults; `act` is for what takes effect, and is made at most once."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(ports, settings.address, timeout=settings.timeout, sleep=sleep)
        self.settings = settings
        self._api = Api(
            self._http, ports, sign=self._sign, judge=lambda answer: judge(answer, self.now()), renew=self._renew,
            sleep=sleep,
        )  # fmt: skip

    def get(self, path: str, **params: str | int) -> Verdict:
        """A question."""
        return self._api.ask(self._question(path, params), CALLS)

    def get_all(self, path: str, asked: Iterable[Mapping[str, str | int]]) -> Iterator[Callable[[], Verdict]]:
        """The same question about many things; see `connectors.api.Api.ask_all`."""
        return self._api.ask_all((self._question(path, params) for params in asked), CALLS)

    def _question(self, path: str, params: Mapping[str, str | int]) -> Call:
        return Call("GET", self.settings.address + path, tuple((key, str(value)) for key, value in params.items()))

    def act(self, path: str, body: Data, point_of_no_return: Callable[[], None]) -> Data:
        """Something that takes effect; what its answer holds, if anything. Raises `OutcomeUnknown` where it may have."""
        try:
            inner = self._api.act(self._post(path, body), point_of_no_return, CALLS).data.get("response")
            return inner if isinstance(inner, Mapping) else {}
        except Broke as exc:
            raise OutcomeUnknown("Shopee broke down while it was asked; it may have done it.") from exc

    def _post(self, path: str, body: Data) -> Call:
        call = Call("POST", self.settings.address + path, content=as_bytes(body))
        return call.headed(content_type="application/json")

    def _sign(self, call: Call, token: str) -> Call:
        s = self.settings
        key = self._ports.secrets.get("partner_key")
        return signed(call, key, str(s.partner_id), self.now() // 1000, token, str(s.shop_id))

    def _renew(self, refresh_token: str) -> tuple[Token, str]:
        """Trades a refresh token, good for one use, or the code of a first authorisation."""
        s = self.settings
        who = {"partner_id": s.partner_id, "shop_id": s.shop_id}
        if refresh_token.startswith(account.CODE):
            path, body = "/api/v2/auth/token/get", {"code": refresh_token.removeprefix(account.CODE).strip(), **who}
        else:
            path, body = "/api/v2/auth/access_token/get", {"refresh_token": refresh_token, **who}
        call = self._sign(self._post(path, body), "")
        asked = self.now()
        answer = account.traded("Shopee", lambda: self._http.call(
            call.method, call.url, params=dict(call.params), headers=call.headers, content=call.content))  # fmt: skip
        got = judge(answer, self.now()).data
        try:
            lives = whole(got, "expire_in") * SECOND
            return Token(ident(got, "access_token"), asked + lives), ident(got, "refresh_token")
        except Unreadable as exc:
            raise SchemaSurprise("Shopee renewed the token with an answer nobody knows.") from exc
