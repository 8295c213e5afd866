"""HTTP for connectors: one total deadline per call, nothing sent to places it should not go, faults as types.

This is the only module that imports httpx, and it does so on the first call only: a password mailbox never pays
for it. Error texts are written here and hold neither headers, query nor body, so no secret can be in them.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from connectors.answer import Answer, pause_of
from connectors.contract import Clock, Fault, OutcomeUnknown, Permanent, SchemaSurprise, Temporary, Throttled
from connectors.network import Budget, guarded_pool, tls_context
from store.values import MINUTE, Instant, clean_line

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 3
REDIRECTS = 3
USUAL = {"accept": "*/*", "user-agent": "Deskhand"}
NO_ANSWER = frozenset({500, 502, 504, 520, 522, 524})
"""Statuses a gateway gives when it cannot say whether the request was carried out."""


class Http:
    """HTTP calls of one connector.

    `deadline` bounds a call as a whole, retries and redirects included (seconds); `max_body` bounds the body after
    decompression (bytes). `allow_private` permits addresses inside a network and plain http to this machine (tests,
    own servers). `again` names the header by which the platform tells when calls come back, where that is not
    Retry-After. `sleep` and `jitter` (0 to 1) are injected; `transport` replaces the network in tests.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        deadline: float = 30.0,
        max_body: int = 20 << 20,
        allow_private: bool = False,
        ca_file: str = "",
        again: str = "",
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._deadline = deadline
        self._max_body = max_body
        self._allow_private = allow_private
        self._ca_file = ca_file
        self._again = again
        self._sleep = sleep
        self._jitter = jitter
        self._given = transport
        self._network: httpx.BaseTransport | None = None
        self._lock = threading.Lock()
        self._budget = Budget()
        self.ahead: Instant | None = None
        """How much this machine's clock was ahead of the server's when it last told its time (milliseconds)."""

    def now(self) -> Instant:
        """The platform's time; ours where the two are less than a minute apart, or it never told its own."""
        return self.theirs(self._clock.now())

    def theirs(self, at: Instant) -> Instant:
        """An instant of our clock by the platform's; see `now`."""
        return at - (self.ahead if self.ahead is not None and abs(self.ahead) >= MINUTE else 0)

    def call(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        safe: bool | None = None,
    ) -> Answer:
        """One answer below 500, other than 429.

        `safe` (GET and HEAD unless said) means that doing it twice does no harm: only such calls are repeated.
        Raises `Temporary` (nothing happened there), `Throttled`, `OutcomeUnknown` (an unsafe call that may have
        happened), `Permanent` (address or redirect refused), `SchemaSurprise` (body too big or badly packed).
        """
        repeatable = method in ("GET", "HEAD") if safe is None else safe
        self._check_url(url)
        with self._budget.running(self._deadline):
            for attempt in range(ATTEMPTS):
                try:
                    return self._once(method, url, params, headers, form, content, repeatable)
                except Throttled as fault:
                    pause = (fault.until - self._clock.now()) / 1000
                    fault_again: Fault = fault
                except Temporary as fault:
                    pause = 0.5 * 2**attempt * (0.5 + self._jitter())
                    fault_again = fault
                if not repeatable or attempt + 1 == ATTEMPTS or pause >= self._budget.left():
                    raise fault_again
                self._sleep(max(pause, 0.0))
            raise AssertionError("unreachable")

    def close(self) -> None:
        with self._lock:
            network, self._network = self._network, None
        if network is not None:
            network.close()

    def _check_url(self, url: str) -> None:
        parts = urlsplit(url)
        local = self._allow_private and parts.scheme == "http"
        if not parts.hostname or not (parts.scheme == "https" or local) or parts.username is not None:
            raise Permanent("Only https addresses are called; check the address in the settings.")

    def _once(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        content: bytes | None,
        repeatable: bool,
    ) -> Answer:
        import httpx

        network = self._open()
        for _ in range(REDIRECTS + 1):
            host = clean_line(urlsplit(url).hostname or "")
            request = httpx.Request(
                method,
                url,
                params=params,
                headers={**USUAL, **(headers or {}), "accept-encoding": "gzip"},
                data=dict(form) if form else None,
                content=content,
            )
            try:
                response = network.handle_request(request)
                try:
                    answer = self._read(response)
                finally:
                    response.close()
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                raise Temporary(_unreachable(host, exc)) from exc
            except httpx.HTTPError as exc:
                if repeatable:
                    raise Temporary(f"{host} did not answer in time; it is tried again later.") from exc
                raise OutcomeUnknown(f"{host} was asked and did not answer; it may have done it.") from exc
            except SchemaSurprise as exc:
                if repeatable:
                    raise
                raise OutcomeUnknown(f"{host} did it, or not: its answer cannot be read.") from exc
            if (told := answer.date) is not None:
                self.ahead = self._clock.now() - told
            if answer.status not in (301, 302, 303, 307, 308):
                return self._judge(answer, host, repeatable)
            url = self._next_place(method, url, answer)
            params = None
        raise Permanent(f"{host} redirects in circles.")

    def _next_place(self, method: str, url: str, answer: Answer) -> str:
        place = urljoin(url, answer.headers.get("location", ""))
        old, new = urlsplit(url), urlsplit(place)
        if method not in ("GET", "HEAD") or (old.scheme, old.netloc) != (new.scheme, new.netloc):
            raise Permanent(f"{clean_line(old.hostname or '')} redirects elsewhere; nothing was sent there.")
        return place

    def _judge(self, answer: Answer, host: str, repeatable: bool) -> Answer:
        if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
            wait = pause_of(answer.headers, self.now(), self._again)
            raise Throttled(f"{host} asks to wait.", self._clock.now() + wait)
        if answer.status >= 500:
            if not repeatable and answer.status in NO_ANSWER:
                raise OutcomeUnknown(f"{host} broke down ({answer.status}) while it was asked; it may have done it.")
            raise Temporary(f"{host} is out of order ({answer.status}); it is tried again later.")
        return answer

    def _read(self, response: httpx.Response) -> Answer:
        # A test's answer may come read and unpacked already.
        given = [response.content] if response.is_stream_consumed else None
        coding = response.headers.get("content-encoding", "").strip().lower() if given is None else ""
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise SchemaSurprise("The platform packed its answer in a way that was not asked for.")
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if coding.endswith("gzip") else None
        body = bytearray()
        try:
            for chunk in given or response.iter_raw():
                # One byte beyond the cap proves that it is exceeded; a bomb is never unpacked further.
                body += unpack.decompress(chunk, self._max_body - len(body) + 1) if unpack else chunk
                if len(body) > self._max_body:
                    raise SchemaSurprise("The platform's answer is larger than it may be.")
        except zlib.error as exc:
            raise SchemaSurprise("The platform's answer cannot be unpacked.") from exc
        if unpack and body and not unpack.eof:
            raise SchemaSurprise("The platform's answer was cut off.")
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body))

    def _open(self) -> httpx.BaseTransport:
        """Asked directly: httpx's client does as much work again for each call, none of which is wanted here."""
        with self._lock:
            if self._network is None:
                self._network = self._given or _network(tls_context(self._ca_file), self._budget, self._allow_private)
            return self._network


def _network(tls: ssl.SSLContext, budget: Budget, allow_private: bool) -> httpx.BaseTransport:
    """The guarded pool in the shape httpx wants."""
    import httpcore
    import httpx

    pool = guarded_pool(tls, budget, allow_private=allow_private)

    class Body(httpx.SyncByteStream):
        def __init__(self, inner: httpcore.Response) -> None:
            self._inner = inner

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from self._inner.iter_stream()
            except _httpcore_errors() as exc:
                raise httpx.ReadError(str(exc)) from exc

        def close(self) -> None:
            self._inner.close()

    class Network(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            try:
                inner = pool.handle_request(
                    httpcore.Request(
                        request.method,
                        httpcore.URL(
                            scheme=request.url.raw_scheme,
                            host=request.url.raw_host,
                            port=request.url.port,
                            target=request.url.raw_path,
                        ),
                        headers=request.headers.raw,
                        content=request.stream,
                        extensions=request.extensions,
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                raise httpx.ConnectError(str(exc)) from exc
            except _httpcore_errors() as exc:
                raise httpx.ReadError(str(exc)) from exc
            return httpx.Response(inner.status, headers=inner.headers, stream=Body(inner))

        def close(self) -> None:
            pool.close()

    return Network()


def _httpcore_errors() -> tuple[type[Exception], ...]:
    import httpcore

    return (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


def _unreachable(host: str, exc: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(exc):
        return f"The certificate of {host} cannot be trusted; nothing was sent."
    return f"{host} cannot be reached; check the network."
