"""Reaching other machines: names resolved under a deadline, private addresses refused, certificates verified."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from connectors.contract import Permanent, Temporary
from store.values import clean_line

if TYPE_CHECKING:
    import httpcore

Address = tuple[socket.AddressFamily, str, int]


def resolve(host: str, port: int, seconds: float) -> list[Address]:
    """Addresses of `host`, in the system's order. Raises `Temporary` when there is none or no answer in `seconds`.

    The system's resolver knows no deadline, so it runs beside us; one that never returns is left behind.
    """
    found: list[Address] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            for family, _, _, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                if family in (socket.AF_INET, socket.AF_INET6):
                    found.append((family, str(place[0]), port))
        except (OSError, UnicodeError) as exc:
            failed.append(OSError(str(exc)))

    asker = threading.Thread(target=ask, daemon=True, name="resolve")
    asker.start()
    asker.join(max(seconds, 0.0))
    if asker.is_alive():
        raise Temporary(f"No answer about the name {clean_line(host)}; check the network and its name server.")
    if failed or not found:
        raise Temporary(f"The name {clean_line(host)} is not known; check its spelling and the network.")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet (also when a private one is wrapped in an IPv6 form)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.sixtofour or ip.teredo:
            return False
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in ipaddress.IPv6Network("64:ff9b::/96"):
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast


def is_loopback(host: str) -> bool:
    """Whether `host` means this machine, by its name or address alone."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """TLS ≥ 1.2, names and chains always verified; `ca_file` adds an authority. Raises `Permanent` if unreadable."""
    return _usual_tls() if not ca_file else _tls(ca_file)


@cache
def _usual_tls() -> ssl.SSLContext:
    """One for all connections: reading the system's authorities takes a tenth of a second."""
    return _tls("")


def _tls(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as exc:
            raise Permanent("The certificate file named in ca_file cannot be read; check its path.") from exc
    return context


class Budget(threading.local):
    """The time one call has left, seen by every read and write made in its thread."""

    until = float("inf")

    @contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        self.until = time.monotonic() + seconds
        try:
            yield
        finally:
            self.until = float("inf")

    def left(self) -> float:
        """Seconds; 0.0 when it is over."""
        return max(self.until - time.monotonic(), 0.0)


def guarded_pool(tls: ssl.SSLContext, budget: Budget, *, allow_private: bool) -> httpcore.ConnectionPool:
    """An HTTP connection pool that connects only where it may and whose every read and write ends with `budget`.

    The address checked is the address connected to, so a name that changes its mind in between gains nothing.
    """
    import httpcore

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            if not budget.left():
                raise httpcore.ReadTimeout("deadline")
            return self._inner.read(max_bytes, budget.left())

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            for start in range(0, len(buffer), 65536):
                if not budget.left():
                    raise httpcore.WriteTimeout("deadline")
                self._inner.write(buffer[start : start + 65536], budget.left())

        def close(self) -> None:
            self._inner.close()

        def start_tls(
            self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
        ) -> httpcore.NetworkStream:
            return Stream(self._inner.start_tls(ssl_context, server_hostname, budget.left()))

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
        ) -> httpcore.NetworkStream:
            addresses = [ip for _, ip, _ in resolve(host, port, budget.left())]
            if not allow_private and not all(is_public(ip) for ip in addresses):
                raise Permanent(f"{clean_line(host)} is an address inside a private network; nothing was sent there.")
            failure: Exception = httpcore.ConnectTimeout("deadline")
            for number, ip in enumerate(addresses):
                # A first address that swallows everything must leave time for the second.
                share = budget.left() / (len(addresses) - number)
                try:
                    return Stream(httpcore.SyncBackend().connect_tcp(ip, port, share, None, socket_options))
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                    failure = exc
            raise failure

    return httpcore.ConnectionPool(
        ssl_context=tls, max_connections=4, keepalive_expiry=30.0, retries=0, network_backend=Backend()
    )
