"""One account's web API: room in its quota, a live token, a signed call, and a verdict on the answer.

What differs between platforms is given as functions: `sign` turns a call and a token into what goes over the wire,
`judge` turns an answer into itself, or into one that holds more, or raises the fault it stands for (many platforms refuse
inside HTTP 200).
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, NamedTuple, NoReturn, TypeVar

from connectors.answer import Answer
from connectors.contract import AuthExpired, AuthRevoked, Fault, Ports, Renew, Throttled
from connectors.transport import Http


class Bucket(NamedTuple):
    """A limit of the platform: `rate` calls a second, `burst` at once."""

    name: str
    rate: float
    burst: float


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `safe` says that doing it twice does no harm."""

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    safe: bool = False

    def headed(self, **headers: str) -> Call:
        """With more headers; `_` in a name stands for `-`."""
        return replace(self, headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


A = TypeVar("A", bound=Answer)
Sign = Callable[[Call, str], Call]
Judge = Callable[[Answer], A]

AT_ONCE = 4
"""Questions on their way together; no more connections are kept than that."""
PATIENCE_MS = 2_000
"""A wait for quota no longer than this is waited for here; a longer one is the caller's business (`Throttled`)."""


class Api(Generic[A]):
    """Calls of one account. `renew` is None where calls carry no token that ends, `traded` names the secret it gets; `left`
    names the header that tells how many calls are left of a bucket."""

    def __init__(
        self, http: Http, ports: Ports, *, sign: Sign, judge: Judge[A], renew: Renew | None = None,
        traded: str = "refresh_token", left: str = "", sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._http, self._ports, self._sign, self._judge, self._renew = http, ports, sign, judge, renew
        self._traded, self._left, self._sleep = traded, left, sleep

    def ask(self, call: Call, bucket: Bucket | None = None, cost: float = 1.0) -> A:
        """A call that changes nothing there (or may safely be repeated). Raises faults."""
        return self._call(replace(call, safe=True), bucket, cost, None)

    def ask_all(self, calls: Iterable[Call], bucket: Bucket | None = None) -> Iterator[Callable[[], A]]:
        """`ask` for many calls, a few on their way at once, in their order. Each answer is called for, and raises what `ask`
        would. Room in the quota and the token are this thread's business: only the network is left to others."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking") as helpers:
            waiting: deque[Callable[[], A]] = deque()
            for call in calls:
                waiting.append(self._asked(helpers, replace(call, safe=True), bucket))
                if len(waiting) == AT_ONCE:
                    yield waiting.popleft()
            yield from waiting

    def act(
        self, call: Call, point_of_no_return: Callable[[], None], bucket: Bucket | None = None, cost: float = 1.0
    ) -> A:
        """A call that takes effect, made at most once. A token refused before it took effect is renewed and the call
        made then. Raises faults; `OutcomeUnknown` where it may have happened."""
        return self._call(replace(call, safe=False), bucket, cost, point_of_no_return)

    def close(self) -> None:
        self._http.close()

    def _call(self, call: Call, bucket: Bucket | None, cost: float, before: Callable[[], None] | None) -> A:
        if bucket is not None:
            self._take(bucket, cost)
        token = self._token("")
        if before is not None:
            before()
        try:
            return self._once(call, token, bucket)
        except AuthExpired:
            if self._renew is None:
                raise AuthRevoked("The platform does not accept the key; enter it again.") from None
        renewed = self._token(token)
        try:
            return self._once(call, renewed, bucket)
        except AuthExpired as exc:
            raise AuthRevoked("The platform refuses a fresh sign-in; sign in again.") from exc

    def _asked(self, helpers: ThreadPoolExecutor, call: Call, bucket: Bucket | None) -> Callable[[], A]:
        try:
            if bucket is not None:
                self._take(bucket, 1.0)
            coming = helpers.submit(self._sent, self._sign(call, self._token("")))
        except Fault as fault:
            return partial(_raise, fault)

        def answer() -> A:
            try:
                return self._judged(coming.result(), bucket)
            except AuthExpired:
                return self._call(call, None, 1.0, None)

        return answer

    def _once(self, call: Call, token: str, bucket: Bucket | None) -> A:
        return self._judged(self._sent(self._sign(call, token)), bucket)

    def _sent(self, signed: Call) -> Answer:
        return self._http.call(
            signed.method, signed.url, params=dict(signed.params) or None, headers=signed.headers,
            content=signed.content, safe=signed.safe,
        )  # fmt: skip

    def _judged(self, answer: Answer, bucket: Bucket | None) -> A:
        left = answer.headers.get(self._left, "") if self._left else ""
        if bucket is not None and re.fullmatch(r"\d{1,11}(\.\d+)?", left, re.ASCII):
            self._ports.quota.learn(bucket.name, float(left))
        return self._judge(answer)

    def _token(self, rejected: str) -> str:
        if self._renew is None:
            return ""
        return self._ports.tokens.fresh(self._renew, traded=self._traded, rejected=rejected).value

    def _take(self, bucket: Bucket, cost: float) -> None:
        waited = 0
        while wait := self._ports.quota.take(bucket.name, rate=bucket.rate, burst=bucket.burst, cost=cost):
            waited += wait
            if waited > PATIENCE_MS:
                raise Throttled("The platform's limit is used up for now.", self._ports.clock.now() + wait)
            self._sleep(wait / 1000)


def _raise(fault: Fault) -> NoReturn:
    raise fault
