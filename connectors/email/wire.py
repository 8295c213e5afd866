"""A line-and-block byte stream under a total deadline, on which IMAP and SMTP are spoken.

smtplib and imaplib know only a time-out per read, so a server that sends a byte now and then holds them for ever, and
imaplib reads a block of any announced size. Here every exchange has `allow`ed seconds and bytes, and that is all.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import time

from connectors.contract import Permanent, Temporary
from connectors.email.settings import Server
from connectors.network import is_loopback, resolve

MAX_LINE = 16 << 20
"""Longest line taken, in bytes: a search answer over a million mails is 8 MB of numbers."""


class Gone(OSError):
    """The connection ended, or the other side took or sent more than was allowed."""


class Wire:
    """See the module. `file`-like enough (`readline`, `sendall`, `close`) for smtplib to speak over it."""

    def __init__(self, sock: socket.socket, host: str) -> None:
        self._sock = sock
        self._host = host
        self._buffer = bytearray()
        self._until = 0.0
        self._bytes = 0
        self.secure = False

    @classmethod
    def connect(cls, server: Server, tls: ssl.SSLContext | None, seconds: float) -> Wire:
        """Connects, and enters TLS at once if the server wants that. Raises `Temporary`, or `Permanent` for a
        certificate that cannot be trusted and for a "plain" server that is not on this machine."""
        until = time.monotonic() + seconds
        where = f"{server.host}:{server.port}"
        addresses = resolve(server.host, server.port, seconds)
        if server.tls == "plain" and not all(is_loopback(address) for _, address, _ in addresses):
            raise Permanent(f"{server.host} is not this machine; nothing is sent to it without TLS.")
        reason = ""
        for number, (family, address, port) in enumerate(addresses):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                # A first address that swallows everything must leave time for the second.
                sock.settimeout(max((until - time.monotonic()) / (len(addresses) - number), 0.01))
                sock.connect((address, port))
            except OSError as exc:
                sock.close()
                reason = "it refuses connections" if isinstance(exc, ConnectionRefusedError) else "it does not answer"
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            wire = cls(sock, server.host)
            wire.allow(until - time.monotonic())
            if server.tls == "tls":
                assert tls is not None
                wire.start_tls(tls)
            return wire
        raise Temporary(f"{where} cannot be reached: {reason}. Check host, port and network.")

    def allow(self, seconds: float, max_bytes: int = 32 << 20) -> None:
        """Starts the next exchange: it must end within `seconds` and read at most `max_bytes`."""
        self._until = time.monotonic() + seconds
        self._bytes = max_bytes

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Enters TLS. Raises `Permanent` if anything was said ahead of it (response injection), or the certificate is
        bad; `Temporary` if the handshake fails otherwise."""
        if self._buffer:
            self.close()
            raise Permanent(f"{self._host} sent data ahead of TLS; somebody may be in between. Nothing was sent.")
        try:
            self._sock.settimeout(self._left())
            self._sock = context.wrap_socket(self._sock, server_hostname=self._host)
        except ssl.SSLCertVerificationError as exc:
            self.close()
            raise Permanent(
                f"The certificate of {self._host} cannot be trusted ({exc.verify_message}); nothing was sent. "
                "Check the host name, or name the server's authority in ca_file."
            ) from exc
        except (OSError, ValueError) as exc:
            self.close()
            raise Temporary(
                f"TLS with {self._host} failed; check that the port is one for TLS and the tls setting fits it."
            ) from exc
        self.secure = True

    def readline(self, limit: int = MAX_LINE) -> bytes:
        """One line with its line feed; at most `limit` bytes of it. Raises `Gone`, TimeoutError."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0 and len(self._buffer) < limit:
            start = len(self._buffer)
            self._fill()
        return self._take(min(end + 1 if end >= 0 else limit, limit))

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises `Gone`, TimeoutError."""
        if size - len(self._buffer) > self._bytes:
            raise Gone("more than allowed")
        while len(self._buffer) < size:
            self._fill()
        return self._take(size)

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._sock.settimeout(self._left())
            view = view[self._sock.send(view[: 1 << 18]) :]

    def readable(self, seconds: float, waker: socket.socket | None = None) -> bool:
        """Waits until there is something to read (True), or `waker` has something or `seconds` are over (False)."""
        pending = self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0
        if self._buffer or pending:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            if waker is not None:
                selector.register(waker, selectors.EVENT_READ)
            return any(key.fileobj is self._sock for key, _ in selector.select(max(seconds, 0.0)))

    def close(self) -> None:
        self._sock.close()

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left

    def _fill(self) -> None:
        self._sock.settimeout(self._left())
        chunk = self._sock.recv(1 << 17)
        if not chunk:
            raise Gone("connection closed")
        self._bytes -= len(chunk)
        if self._bytes < 0:
            raise Gone("more than allowed")
        self._buffer += chunk

    def _take(self, size: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return taken


def bearer(user: str, token: str) -> str:
    """The initial response of SASL XOAUTH2, before base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
