"""One shop's calls: settings read, tokens fetched, queries paid for in points, answers judged."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors import account
from connectors.api import Api, Bucket, Call
from connectors.contract import AuthRevoked, OutcomeUnknown, Permanent, Ports, SchemaSurprise, Token
from connectors.fields import Data, ident, part
from connectors.refusals import Broke, Refusal
from connectors.shopify import guesses
from connectors.shopify.verdict import OverBudget, Verdict, judge, user_errors
from store.values import SECOND

PATIENCE_MS = 5 * SECOND
"""A throttled question waits here no longer than this."""
TRIES = 3
Before = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Settings:
    shop: str
    client_id: str
    plan: str
    people: bool
    notify: bool
    version: str
    url: str
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    shop = account.required(raw, "shop").lower().removeprefix("https://").rstrip("/").removesuffix(".myshopify.com")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", shop):
        raise ValueError("shop must be the name before .myshopify.com.")
    plan = account.text(raw, "plan", "standard")
    if plan not in guesses.PLANS:
        raise ValueError("plan must be standard, advanced or plus.")
    version = account.text(raw, "api_version", "2026-04")
    if not re.fullmatch(r"20\d\d-\d\d", version):
        raise ValueError("api_version must be a month such as 2026-04.")
    return Settings(
        shop=shop,
        client_id=account.required(raw, "client_id"),
        plan=plan,
        people=account.yes(raw, "people", True),
        notify=account.yes(raw, "notify", True),
        version=version,
        url=account.address(raw, "api_url", f"https://{shop}.myshopify.com"),
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Shop(account.Reached):
    """`ask` and `act` send one document each and give what is inside `data`. They raise faults."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(ports, settings.url, timeout=settings.timeout, sleep=sleep)
        self.settings = settings
        self._api = Api(
            self._http, ports, sign=_sign, judge=lambda answer: judge(answer, self.now()), renew=self._renew,
            traded="client_secret", sleep=sleep,
        )  # fmt: skip
        self._points = Bucket("points", *guesses.PLANS[settings.plan])
        self._costs: dict[str, float] = {}

    def ask(self, document: str, **variables: object) -> Data:
        """A question. One that finds the budget used up waits a little."""
        return self.answer(document, **variables).data

    def answer(self, document: str, **variables: object) -> Verdict:
        """As `ask`, with the answer's headers."""
        for left in reversed(range(TRIES)):
            try:
                return self._paid(document, self._api.ask(self._call(document, variables), self._points, self._cost(document)))
            except OverBudget as fault:
                wait = fault.until - self.now()
                if not left or wait > PATIENCE_MS:
                    raise
                self._sleep(wait / 1000)
        raise AssertionError("unreachable")

    def act(self, document: str, payload: str, made: str, before: Before, **variables: object) -> str:
        """A deed, made at most once: the id of what it made or changed (`made` inside of `payload`). Raises Refusal for its
        userErrors, SchemaSurprise or Unreadable for an answer that does not tell, `OutcomeUnknown`."""
        try:
            answer = self._api.act(self._call(document, variables), before, self._points, self._cost(document))
        except Broke as exc:
            raise OutcomeUnknown("Shopify broke down while it was asked; it may have done it.") from exc
        told = self._paid(document, answer).data.get(payload)
        if not isinstance(told, Mapping):
            raise SchemaSurprise("Shopify did not say what it did.")
        user_errors(told)
        return ident(part(told, made), "id")

    def _call(self, document: str, variables: Mapping[str, object]) -> Call:
        body = {"query": document, "operationName": _name(document), "variables": variables}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        url = f"{self.settings.url}/admin/api/{self.settings.version}/graphql.json"
        return Call("POST", url, content=content).headed(content_type="application/json")

    def _cost(self, document: str) -> float:
        return self._costs.get(_name(document), guesses.FIRST_COST)

    def _paid(self, document: str, answer: Verdict) -> Verdict:
        if answer.cost is not None:
            self._costs[_name(document)] = min(max(answer.cost, 1.0), guesses.DEAREST_QUERY)
        if answer.left is not None:
            self._ports.quota.learn(self._points.name, answer.left)
        return answer

    def _renew(self, client_secret: str) -> tuple[Token, str]:
        """A token by client credentials. Nothing rotates, so doing it twice does no harm."""
        asked = self.now()
        answer = self._http.call(
            "POST", self.settings.url + guesses.TOKEN_PATH, safe=True,
            form={"grant_type": "client_credentials", "client_id": self.settings.client_id, "client_secret": client_secret},
        )  # fmt: skip
        if answer.status in (400, 401, 403):
            raise AuthRevoked(
                "Shopify does not accept the app: see that it is installed in this shop, and copy Client ID and secret again."
            )
        if answer.status == 404:
            raise Permanent("There is no such shop; correct its name.")
        if not answer.ok:
            raise Refusal(f"Shopify's sign-in refused ({answer.status}).", str(answer.status))
        return account.granted(answer.json(), "Shopify", asked, lives=guesses.TOKEN_LIVES_S), ""


def _sign(call: Call, token: str) -> Call:
    return call.headed(**{guesses.TOKEN_HEADER.replace("-", "_"): token})


def _name(document: str) -> str:
    found = re.match(r"(?:query|mutation) (\w+)", document)
    assert found
    return found[1]


def gid(kind: str, ident_: str) -> str:
    """Shopify's name of a thing. Raises Permanent for an id that is none."""
    if not (ident_.isascii() and ident_.isdecimal()):
        raise Permanent(f"Shopify has no {kind.lower()} {ident_}.")
    return f"gid://shopify/{kind}/{ident_}"


def one(shop: Shop, document: str, kind: str, ident_: str, **variables: object) -> Data:
    """The order or return of that id as it stands. Raises Permanent where there is none."""
    found = shop.ask(document, id=gid(kind, ident_), **variables)
    raw = part(found, kind.lower())
    if not raw:
        raise Permanent(f"Shopify has no {kind.lower()} {ident_}.")
    return raw
