"""One shop's calls: settings read, requests signed, answers judged."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connectors import account
from connectors.answer import Answer
from connectors.api import Api, Bucket, Call
from connectors.contract import AuthRevoked, Permanent, Ports, SchemaSurprise
from connectors.fields import Data, as_bytes, data, ident
from connectors.woocommerce import guesses
from connectors.woocommerce.sign import signed
from connectors.woocommerce.verdict import KeyRefused, judge

CALLS = Bucket("calls", guesses.CALLS_A_SECOND, guesses.CALLS_AT_ONCE)
ROOT = "/wp-json/wc/v3"
Before = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    key: str
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    account.required(raw, "shop_url")
    return Settings(
        url=account.address(raw, "shop_url").removesuffix("/wp-json/wc/v3").removesuffix("/wp-json"),
        key=account.required(raw, "consumer_key"),
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Listed(NamedTuple):
    """One page of a list, the number of the page after it ("" after the last), and how many the list holds (0 where it
    does not tell)."""

    items: list[object]
    next: str
    total: int


class Shop(account.Reached):
    """Calls of one shop, by their path behind /wp-json/wc/v3. They raise faults."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(ports, settings.url, timeout=settings.timeout, sleep=sleep)
        self.settings = settings
        self._api = Api(self._http, ports, sign=self._sign, judge=lambda answer: judge(answer, self.now()), sleep=sleep)

    def page(self, path: str, page: str = "", **params: str | int) -> Listed:
        """One page of a list. How many there are is told in X-WP-TotalPages; an answer without it is not WordPress's, and
        its empty list would not mean that nothing is there."""
        size = int(params.pop("per_page", guesses.A_PAGE))
        number = int(page) if page.isascii() and page.isdecimal() else 1
        answer = self._ask(path, {**params, "per_page": size, "page": number})
        items, total = _items(answer), answer.headers.get("x-wp-totalpages", "").strip()
        if not (total.isascii() and total.isdecimal()):
            raise SchemaSurprise("The shop's list has no X-WP-TotalPages; its host or a plugin must let it through.")
        held = answer.headers.get("x-wp-total", "").strip()
        whole = int(held) if held.isascii() and held.isdecimal() else 0
        return Listed(items, str(number + 1) if number < int(total) and items else "", whole)

    def all(self, path: str, **params: str | int) -> list[Data]:
        """All pages of a list."""
        found, page = [], "1"
        while page:
            items, page, _ = self.page(path, page, **params)
            found += [data(item) for item in items]
        return found

    def whole(self, path: str, **params: str | int) -> list[Data]:
        """A list that is not paged."""
        return [data(item) for item in _items(self._ask(path, params))]

    def get(self, path: str, **params: str | int) -> Data:
        """One thing."""
        return data(self._ask(path, params).json())

    def act(self, path: str, body: Data, before: Before) -> tuple[str, Data]:
        """Something that takes effect, once: the id of what it made, and the answer. Raises SchemaSurprise or Unreadable for
        an answer that does not tell."""
        call = Call("POST", self._url(path), content=as_bytes(body)).headed(content_type="application/json")
        made = data(self._api.act(call, before, CALLS).json())
        return ident(made, "id"), made

    def _ask(self, path: str, params: Mapping[str, str | int]) -> Answer:
        call = Call("GET", self._url(path), tuple((key, str(value)) for key, value in params.items()))
        try:
            return self._api.ask(call, CALLS)
        except KeyRefused:
            if self.settings.url.startswith("https://"):
                raise
        # The first try may have been lost on its way back, and its repetition refused because a nonce is good once.
        return self._api.ask(call, CALLS)

    def _sign(self, call: Call, token: str) -> Call:
        try:
            secret = self._ports.secrets.get("consumer_secret")
        except KeyError:
            raise AuthRevoked("The consumer secret is missing; enter it.") from None
        return signed(call, self.settings.key, secret, self.now() // 1000, secrets.token_hex(16))

    def _url(self, path: str) -> str:
        return f"{self.settings.url}{ROOT}{path}"


def _items(answer: Answer) -> list[object]:
    items = answer.json()
    if not isinstance(items, list):
        raise SchemaSurprise("The shop answered with something that is no list.")
    return items


def number(ident_: str, what: str) -> str:
    """An id as part of a path. Raises Permanent for one that is none."""
    if not (ident_.isascii() and ident_.isdecimal() and len(ident_) < 20):
        raise Permanent(f"The shop has no {what} {ident_}.")
    return ident_
