"""What the web accounts of all platforms do the same way: read their settings, reach their servers, wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from connectors.contract import Clock
from connectors.transport import Http


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


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def reach(
    clock: Clock, *addresses: str, deadline: float = 30.0, sleep: Callable[[float], None] = time.sleep
) -> Http:
    """HTTP for an account whose servers are `addresses`; private places only where all of them are this machine."""
    local = all(is_loopback(urlsplit(a).hostname or "") for a in addresses)
    return Http(clock, deadline=deadline, allow_private=local, sleep=sleep)


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
