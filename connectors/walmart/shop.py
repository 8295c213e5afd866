"""One seller's calls: settings read, tokens fetched, answers judged."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import uuid4

from connectors import account
from connectors.answer import Answer
from connectors.api import Api, Bucket, Call
from connectors.contract import AuthExpired, AuthRevoked, Permanent, Ports, SchemaSurprise, Token
from connectors.fields import Data, Unreadable, as_bytes, data
from connectors.refusals import Refusal
from connectors.walmart import guesses
from store.values import clean_line

ASKING = Bucket("asking", guesses.ASKED_A_SECOND, guesses.ASKED_AT_ONCE)
DOING = Bucket("doing", guesses.DONE_A_SECOND, guesses.DONE_AT_ONCE)
TOKEN_LIVES_S = 900
Before = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Settings:
    client_id: str
    url: str
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    return Settings(
        client_id=account.required(raw, "client_id"),
        url=account.address(raw, "api_url", "https://marketplace.walmartapis.com"),
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Shop(account.Reached):
    """Calls by their path. They raise faults."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(ports, settings.url, timeout=settings.timeout, sleep=sleep, again=guesses.REPLENISHED)
        self.settings = settings
        self._api = Api(
            self._http, ports, sign=_sign, judge=judge, renew=self._renew, traded="client_secret", left=guesses.LEFT,
            sleep=sleep,
        )  # fmt: skip

    def get(self, path: str, **params: str | int) -> Data:
        """A question."""
        return self._ask(Call("GET", self.settings.url + path, tuple((k, str(v)) for k, v in params.items())))

    def onwards(self, path: str, cursor: str) -> Data:
        """The page a `nextCursor` names: it is a query string, and goes as it came."""
        if not cursor.startswith("?") or not cursor.isascii() or not cursor.isprintable() or "#" in cursor or " " in cursor:
            raise Unreadable("nextCursor is none")
        return self._ask(Call("GET", self.settings.url + path + cursor))

    def act(self, path: str, body: Data, before: Before) -> None:
        """Something that takes effect, once. Raises Unreadable for an answer that does not tell."""
        call = Call("POST", self.settings.url + path, content=as_bytes(body), headers={"content-type": "application/json"})
        data(self._api.act(call, before, DOING).json())

    def _ask(self, call: Call) -> Data:
        return data(self._api.ask(call, ASKING).json())

    def _renew(self, client_secret: str) -> tuple[Token, str]:
        """A token by client credentials. Nothing rotates, so doing it twice does no harm."""
        asked = self.now()
        who = b64encode(f"{self.settings.client_id}:{client_secret}".encode()).decode()
        answer = self._http.call(
            "POST", f"{self.settings.url}/v3/token", form={"grant_type": "client_credentials"}, safe=True,
            headers={**_common(), "authorization": f"Basic {who}"},
        )  # fmt: skip
        if answer.status in (400, 401, 403):
            raise AuthRevoked("Walmart does not accept the keys; copy Client ID and secret again.")
        return account.granted(judge(answer).json(), "Walmart", asked, lives=TOKEN_LIVES_S), ""


def judge(answer: Answer) -> Answer:
    """The answer if it is a success. Raises the fault it stands for."""
    if answer.ok:
        return answer
    if answer.status == 401:
        raise AuthExpired("Walmart refused the access token.")
    code, said = _error(answer)
    if answer.status == 403:
        raise Refusal("The keys may not do this; give them full access to orders and returns at Walmart.", code, 403)
    raise Refusal(f"Walmart refused: {said or code or answer.status}", code, answer.status)


def _error(answer: Answer) -> tuple[str, str]:
    try:
        body = answer.json()
        errors = body.get("errors") or body.get("error") if isinstance(body, Mapping) else None
        first = errors[0] if isinstance(errors, list) and errors else errors
    except SchemaSurprise:
        return "", ""
    if not isinstance(first, Mapping):
        return "", ""
    said = first.get("description") or first.get("message") or first.get("info") or ""
    return clean_line(str(first.get("code") or ""))[:100], clean_line(str(said))[:200]


def _common() -> dict[str, str]:
    return {"accept": "application/json", "WM_QOS.CORRELATION_ID": str(uuid4()), "WM_SVC.NAME": guesses.SERVICE}


def _sign(call: Call, token: str) -> Call:
    return replace(call, headers={**call.headers, **_common(), "WM_SEC.ACCESS_TOKEN": token})


def safe(ident_: str) -> str:
    """An id as one part of a path. Raises Permanent where there is none."""
    if not ident_.strip():
        raise Permanent("Walmart wants to know the order.")
    return quote(ident_, safe="")
