"""One shop's calls: settings read, tokens renewed, requests signed, answers judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors import account
from connectors.api import Api, Bucket, Call
from connectors.contract import AuthExpired, AuthRevoked, OutcomeUnknown, Ports, SchemaSurprise, Token
from connectors.fields import Data, Unreadable, as_bytes, ident, whole
from connectors.refusals import Broke
from connectors.tiktok import guesses
from connectors.tiktok.sign import signed
from connectors.tiktok.verdict import judge
from store.values import SECOND

CALLS = Bucket("calls", guesses.CALLS_A_SECOND, guesses.CALLS_AT_ONCE)
EPOCH = 1_000_000_000
"""Expiries are seconds since 1970 [memory]; a number below this is taken for seconds from now."""


@dataclass(frozen=True, slots=True)
class Settings:
    app_key: str
    shop_cipher: str
    api_url: str
    auth_url: str
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    return Settings(
        app_key=account.required(raw, "app_key"),
        shop_cipher=account.required(raw, "shop_cipher"),
        api_url=account.address(raw, "api_url", "https://open-api.tiktokglobalshop.com"),
        auth_url=account.address(raw, "auth_url", "https://auth.tiktok-shops.com"),
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Shop(account.Reached):
    """Calls of one shop; what they return is `data` of the answer. All raise faults; `act` is made at most once."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(ports, settings.api_url, settings.auth_url, timeout=settings.timeout, sleep=sleep)
        self.settings = settings
        self._api = Api(
            self._http, ports, sign=self._sign, judge=lambda answer: judge(answer, self.now()), renew=self._renew,
            sleep=sleep,
        )  # fmt: skip

    def get(self, path: str, **params: str | int) -> Data:
        """A question by GET."""
        return self._api.ask(Call("GET", self.settings.api_url + path, _pairs(params)), CALLS).data

    def search(self, path: str, body: Data, **params: str | int) -> Data:
        """A question by POST."""
        return self._api.ask(self._post(path, body, params), CALLS).data

    def act(self, path: str, body: Data, point_of_no_return: Callable[[], None], **params: str) -> Data:
        """Something that takes effect. Raises `OutcomeUnknown` where it may have."""
        try:
            return self._api.act(self._post(path, body, params), point_of_no_return, CALLS).data
        except Broke as exc:
            raise OutcomeUnknown("TikTok broke down while it was asked; it may have done it.") from exc

    def _post(self, path: str, body: Data, params: Mapping[str, str | int]) -> Call:
        call = Call("POST", self.settings.api_url + path, _pairs(params), content=as_bytes(body))
        return call.headed(content_type="application/json")

    def _sign(self, call: Call, token: str) -> Call:
        s = self.settings
        common = (("app_key", s.app_key), ("timestamp", str(self.now() // 1000)), ("shop_cipher", s.shop_cipher))
        return signed(call, self._ports.secrets.get("app_secret"), common, token)

    def _renew(self, refresh_token: str) -> tuple[Token, str]:
        """Trades a refresh token, or the code of a first authorisation. It is asked once: the token may be used up."""
        params = {"app_key": self.settings.app_key, "app_secret": self._ports.secrets.get("app_secret")}
        if refresh_token.startswith(account.CODE):
            path = guesses.FIRST
            params |= {"auth_code": refresh_token.removeprefix(account.CODE).strip(), "grant_type": "authorized_code"}
        else:
            path = guesses.REFRESH
            params |= {"refresh_token": refresh_token, "grant_type": "refresh_token"}
        asked = self.now()
        try:
            answer = account.traded("TikTok", lambda: self._http.call(
                "GET", self.settings.auth_url + path, params=params, safe=False))  # fmt: skip
            got = judge(answer, self.now()).data
        except AuthExpired as exc:
            raise AuthRevoked("The authorisation has ended or was withdrawn; authorise the app again.") from exc
        try:
            ends = whole(got, "access_token_expire_in") * SECOND
            until = ends if ends >= EPOCH * SECOND else asked + ends
            return Token(ident(got, "access_token"), until), ident(got, "refresh_token")
        except Unreadable as exc:
            raise SchemaSurprise("TikTok renewed the token with an answer nobody knows.") from exc


def _pairs(params: Mapping[str, str | int]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in params.items() if value != "")
