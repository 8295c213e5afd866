"""What the web accounts of all platforms do the same way: read their settings, reach their servers, wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from connectors.answer import Answer
from connectors.contract import Clock, OutcomeUnknown, Ports, SchemaSurprise, Temporary, Token
from connectors.fields import Unreadable, data, ident
from connectors.fields import whole as whole_of
from connectors.network import is_loopback
from connectors.transport import Http
from store.values import DAY, MINUTE, SECOND, Instant


def text(settings: Mapping[str, object], key: str, default: str = "") -> str:
    """A setting that is a text, without white space around it. Raises ValueError naming it."""
    value = settings.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be a text.")
    return value.strip() or default


def required(settings: Mapping[str, object], key: str) -> str:
    """A text that must be there. Raises ValueError naming it."""
    if not (value := text(settings, key)):
        raise ValueError(f"{key} is missing.")
    return value


def whole(settings: Mapping[str, object], key: str, default: int, *, least: int = 1, most: int = 1_000_000) -> int:
    """A whole number from `least` to `most`. Raises ValueError naming it."""
    value = settings.get(key, default)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{key} must be a whole number from {least} to {most}.")
    return value


def yes(settings: Mapping[str, object], key: str, default: bool = False) -> bool:
    """A flag. Raises ValueError naming it."""
    value = settings.get(key, default)
    if isinstance(value, str) and value.strip().lower() in ("yes", "true", "no", "false"):
        value = value.strip().lower() in ("yes", "true")
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be yes or no.")
    return value


def address(settings: Mapping[str, object], key: str, default: str = "") -> str:
    """A server's address without a slash at its end: https, or http to this machine. Raises ValueError naming it."""
    value = text(settings, key, default).rstrip("/")
    parts = urlsplit(value)
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{key} must be an address such as https://api.example.com.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError(f"{key} must begin with https://.")
    return value


def reach(
    clock: Clock, *addresses: str, deadline: float = 30.0, again: str = "", sleep: Callable[[float], None] = time.sleep
) -> Http:
    """HTTP for an account whose servers are `addresses`; private places only where all of them are this machine. `again`
    as in `Http`."""
    local = all(is_loopback(urlsplit(a).hostname or "") for a in addresses)
    return Http(clock, deadline=deadline, allow_private=local, again=again, sleep=sleep)


EARLY = 5 * MINUTE
"""How much a platform's clock may be behind ours unnoticed."""


def sent_from(http: Http, at: Instant) -> Instant:
    """From when on, by the platform's clock, one must look for what was sent at `at` of ours: what is older was not it. A
    time that has not come there yet is of a clock that was wrong since, so that a day is looked through. To be asked
    after an answer came."""
    theirs = http.theirs(at)
    return (theirs if theirs <= http.now() else http.now() - DAY) // SECOND * SECOND - EARLY


class Reached:
    """The servers of one account, and what time it is here and there: what the calls of a platform begin with. `again` as in
    `Http`."""

    def __init__(
        self, ports: Ports, *addresses: str, timeout: float, sleep: Callable[[float], None], again: str = ""
    ) -> None:
        self._ports, self._sleep = ports, sleep
        self._http = reach(ports.clock, *addresses, deadline=timeout, again=again, sleep=sleep)

    @property
    def ahead(self) -> Instant | None:
        """See `connectors.transport.Http`."""
        return self._http.ahead

    def now(self) -> Instant:
        """Our time: tokens and receipts are of it."""
        return self._ports.clock.now()

    def there(self) -> Instant:
        """The platform's time, as far as it told it: windows of time end by it."""
        return self._http.now()

    def sent_from(self, at: Instant) -> Instant:
        """See the function."""
        return sent_from(self._http, at)

    def close(self) -> None:
        self._http.close()


CODE = "code:"
"""Stands before the code of a first authorisation in place of a refresh token."""


def granted(got: object, name: str, asked: Instant, *, lives: int, early: int = MINUTE) -> Token:
    """The access token of a sign-in in the words of OAuth; `lives` is how many seconds where it is not told. A token is
    taken for dead `early` before it is, so that it does not die on the way. Raises SchemaSurprise."""
    try:
        told = data(got)
        ends = whole_of(told, "expires_in", lives) * SECOND - early
        return Token(ident(told, "access_token"), asked + max(ends, early))
    except Unreadable as exc:
        raise SchemaSurprise(f"{name}'s sign-in gave an answer nobody knows.") from exc


def traded(name: str, trade: Callable[[], Answer]) -> Answer:
    """What a sign-in answered whose refresh token is good for one use, so that it is asked once. Raises faults."""
    try:
        return trade()
    except OutcomeUnknown as exc:
        raise Temporary(f"{name} did not answer when the token was renewed; it is tried again later.") from exc


class Waiting:
    """`wait` and `wake` of a platform that announces nothing."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def wait(self, timeout: float) -> bool:
        """See `contract.Connector`: never knows of anything new."""
        self._woken.wait(timeout)
        self._woken.clear()
        return False

    def wake(self) -> None:
        self._woken.set()
