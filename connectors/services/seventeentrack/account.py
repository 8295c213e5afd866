"""One 17TRACK account: settings read, calls made, answers judged. Everything asked of it may be asked twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connectors import account
from connectors.answer import Answer
from connectors.api import Api, Bucket, Call
from connectors.contract import (
    AuthRevoked,
    Parcels,
    Permanent,
    Ports,
    SchemaSurprise,
    Temporary,
)
from connectors.fields import Data, Unreadable, as_bytes, data, many, part, text, whole
from connectors.refusals import NotAllowed
from connectors.services.seventeentrack import guesses
from store.values import MINUTE, Instant, clean_line

CALLS = Bucket("calls", 3.0, 3.0)
ROOT = "/track/v2.2"
MOST = 40
"""Numbers in one call."""
LEFT = "registrations"
"""The bucket in which stands how many parcels may still be registered."""


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    again: Instant
    timeout: float


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    return Settings(
        url=account.address(raw, "api_url", "https://api.17track.net"),
        again=account.whole(raw, "again_minutes", 60, least=0, most=1440) * MINUTE,
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Answered(NamedTuple):
    """What came of each number. `rejected`: number, code, words."""

    accepted: list[object]
    rejected: list[tuple[str, int, str]]


class Account:
    """Calls of one account. They raise faults."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings, self._ports = settings, ports
        self._http = account.reach(ports.clock, settings.url, deadline=settings.timeout, sleep=sleep)
        self._api = Api(self._http, ports, sign=self._sign, judge=judge, sleep=sleep)

    @property
    def parcels(self) -> Parcels:
        return self._ports.parcels

    @property
    def ahead(self) -> Instant | None:
        """How much this machine's clock is ahead of 17TRACK's, as far as it was told."""
        return self._http.ahead

    def now(self) -> Instant:
        return self._ports.clock.now()

    def ask(self, path: str, numbers: list[dict[str, object]]) -> Answered:
        """`/register` or `/gettrackinfo` for up to `MOST` numbers."""
        found = part(data(self._post(path, numbers)), "data")
        rejected = []
        for item in map(data, many(found, "rejected")):
            error = part(item, "error")
            rejected.append((text(item, "number"), _code(error), clean_line(text(error, "message"))[:200]))
        return Answered(many(found, "accepted"), rejected)

    def left(self) -> tuple[int, int]:
        """How many parcels may still be registered, and of how many; the desk learns of it, too."""
        found = part(data(self._post(guesses.QUOTA, {})), "data")
        left, total = whole(found, "quota_remain"), whole(found, "quota_total")
        self.learn(left)
        return left, total

    def learn(self, left: int) -> None:
        """Tells the desk how many more parcels may be registered."""
        if left > 0:  # more than was thought is not learnt, it is refilled
            self._ports.quota.take(LEFT, rate=float(left), burst=float(left), cost=0.0)
        self._ports.quota.learn(LEFT, left)

    def close(self) -> None:
        self._api.close()

    def _post(self, path: str, body: object) -> object:
        call = Call("POST", f"{self.settings.url}{ROOT}{path}", content=as_bytes(body))
        return self._api.ask(call.headed(content_type="application/json"), CALLS).json()

    def _sign(self, call: Call, token: str) -> Call:
        try:
            return call.headed(**{"17token": self._ports.secrets.get("account_key")})
        except KeyError:
            raise AuthRevoked("The account key is missing; enter it.") from None


def judge(answer: Answer) -> Answer:
    """The answer where 17TRACK did what it was asked. Raises the fault it stands for."""
    if answer.status in (401, 403):
        raise AuthRevoked("17TRACK does not accept the account key; enter it again.")
    if not answer.ok:
        raise Permanent(f"17TRACK refused the request ({answer.status}).")
    try:
        body = data(answer.json())
        code = _code(body)
    except Unreadable as exc:
        raise SchemaSurprise(f"17TRACK answered in a shape nobody knows ({exc}).") from exc
    if code == 0:
        return answer
    if code in guesses.WRONG_KEY:
        raise AuthRevoked("17TRACK does not accept the account key; enter it again.")
    if code == guesses.WRONG_ADDRESS:
        raise NotAllowed("17TRACK does not know this machine's internet address; add it to the account's list.")
    if code == guesses.ACCOUNT_CLOSED:
        raise AuthRevoked("17TRACK has closed the account; its support says why.")
    if code == guesses.BROKE:
        raise Temporary("17TRACK broke down inside; it is tried again later.")
    words = "; ".join(clean_line(text(data(e), "message")) for e in many(part(body, "data"), "errors"))[:200]
    raise Permanent(f"17TRACK refused: {words or code}")


def _code(body: Data) -> int:
    """Codes of refusals are below zero."""
    value = body.get("code")
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable("code is no whole number")
    return value
