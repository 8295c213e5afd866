"""What every stand-in marketplace is made of: routes over ASGI, a fault dial, and a server on loopback.

A stand-in sees the raw bytes it was sent, so that a client that signs one thing and sends another is refused.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from store.values import Clock, Instant


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived: header names in lower case, the query as pairs in their order and as it was written."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    match: Mapping[str, str] = field(default_factory=dict)
    """Named parts of the path."""

    def arg(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: object, status: int = 200, **headers: str) -> Response:
    """A JSON answer; `_` in a header's name stands for `-`."""
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"content-type": "application/json", **named})


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong. `where` is found in "METHOD path" (a regular expression); `times` calls are hit, after
    `after` were let through.

    `kind`: status (answers `status` with `retry_after`, or with the platform's own header for the instant `again`), drip
    (one byte per `seconds`), cut (half of the body), lost (does it, then drops the connection), drop (drops it before
    doing anything), page_twice and page_reversed (the records of a page doubled, or the other way round: the stand-in
    looks for it), expired and revoked (of the token: the stand-in looks for it).
    """

    kind: str
    where: str = ""
    times: int = 1
    after: int = 0
    status: int = 503
    retry_after: str = ""
    again: Instant = 0
    seconds: float = 0.05

    def hits(self, request: Request) -> bool:
        """Whether this call is hit; counts it."""
        if self.times <= 0 or not re.search(self.where, f"{request.method} {request.path}"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


Handler = Callable[[Request], Response]


class Dropped(Exception):
    """The connection ends without an answer."""


class Site:
    """A stand-in: `route` adds handlers, `faults` is the dial, `log` is what was asked. One request at a time.
    `page_cap` is the most records a page may hold, whatever was asked for; 0 leaves it to the platform's own limit.
    `skew` is how much its clock is ahead of the client's (milliseconds)."""

    shows: str | None = None
    """Whose market it shows, where the practice shop has no account of its own there; "" is all of them."""
    follows_all = False
    """Whether it is made of the markets of all that are served with it, too."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.page_cap = 0
        self.skew = 0
        self.faults: list[Fault] = []
        self.log: deque[Request] = deque(maxlen=5_000)
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._lock = threading.Lock()

    def route(self, method: str, path: str, handler: Handler) -> None:
        """`path` is a regular expression over the whole path; its named groups become `Request.match`."""
        self._routes.append((method, re.compile(path), handler))

    def now(self) -> Instant:
        """By its own clock, which its answers tell in their Date header."""
        return self.clock.now() + self.skew

    def guard(self, request: Request) -> Response | None:
        """A refusal before any handler (signature, token, headers); None lets it through."""
        return None

    def missing(self, request: Request) -> Response:
        """The platform's answer to an address it does not know."""
        return as_json({"error": "not found"}, 404)

    def refused(self, fault: Fault) -> Response:
        """The platform's way to answer a `status` fault; Retry-After is put in by others."""
        return as_json({"error": "out of order"}, fault.status)

    def paged(self, asked: int) -> int:
        """How many records a page holds when `asked` are wanted."""
        return min(asked, self.page_cap) if self.page_cap else asked

    def shown(self, request: Request, records: list[Any]) -> list[Any]:
        """A page's records as the dial wants them: doubled, turned round, or as they are."""
        if self.hit("page_twice", request):
            return [record for record in records for _ in range(2)]
        return records[::-1] if self.hit("page_reversed", request) else records

    def hit(self, kind: str, request: Request) -> bool:
        """For stand-ins: whether a fault of this kind is dialled for this call."""
        return any(f.kind == kind and f.hits(request) for f in self.faults)

    def answer(self, request: Request) -> Response:
        """What the platform answers. Raises Dropped."""
        with self._lock:
            self.log.append(request)
            for fault in self.faults:
                if fault.kind in ("status", "drop") and fault.hits(request):
                    if fault.kind == "drop":
                        raise Dropped
                    told = self.refused(fault)
                    extra = {"retry-after": fault.retry_after} if fault.retry_after else {}
                    return Response(told.status, told.body, {**told.headers, **extra})
            response = self._handled(request)
            if self.hit("lost", request):
                raise Dropped
            if self.hit("cut", request):
                return Response(response.status, response.body[: len(response.body) // 2], response.headers)
            return response

    def _handled(self, request: Request) -> Response:
        if (refusal := self.guard(request)) is not None:
            return refusal
        for method, path, handler in self._routes:
            if method == request.method and (found := path.fullmatch(request.path)):
                named = {k: v for k, v in found.groupdict().items() if v is not None}
                return handler(
                    Request(request.method, request.path, request.query, request.query_string, request.headers,
                            request.body, named)
                )  # fmt: skip
        return self.missing(request)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        text = scope["query_string"].decode("ascii", "replace")
        request = Request(
            scope["method"], scope["path"], tuple(parse_qsl(text, keep_blank_values=True)), text,
            {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}, body,
        )  # fmt: skip
        try:
            response = self.answer(request)
        except Dropped:
            send.__self__.transport.abort()  # type: ignore[attr-defined]  # uvicorn's cycle: ASGI has no way to say it
            return
        headers = [(k.lower().encode(), v.encode()) for k, v in response.headers.items()]
        headers.append((b"content-length", str(len(response.body)).encode()))
        headers.append((b"date", formatdate(self.now() / 1000, usegmt=True).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        drip = next((f for f in self.faults if f.kind == "drip" and f.hits(request)), None)
        if drip is None:
            await send({"type": "http.response.body", "body": response.body})
            return
        for byte in response.body:
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await asyncio.sleep(drip.seconds)
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(site: Site, port: int = 0) -> Iterator[str]:
    """Serves a stand-in on loopback for the block; yields its address, `http://127.0.0.1:PORT`."""
    import uvicorn

    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for its second half.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    config = uvicorn.Config(site, log_level="critical", lifespan="off", access_log=False,
                            date_header=False, timeout_graceful_shutdown=1)  # fmt: skip
    server = uvicorn.Server(config)
    ready, loop, over = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def run() -> None:
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.002)
        ready.set()
        await over.wait()
        serving.cancel()  # its own way to end takes a fifth of a second, for callers who are gone
        for one in server.servers:
            one.close()
        for connection in list(server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(5)
        listener.close()
