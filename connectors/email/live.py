"""Waiting for new mail: IDLE where the server has it, else the clock. Another thread can end it at any moment."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from connectors.contract import Fault
from connectors.email.imap import Box, Imap
from connectors.email.imap_conversation import Garbled, No
from connectors.email.sessions import Sessions

RENEW = 540.0
"""Seconds of one IDLE. Servers end it after 29 minutes (RFC 2177), routers forget idle connections far earlier."""


class Waker:
    """A flag that a waiting thread can select on; raised before the wait it ends the next one."""

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        self.reader.setblocking(False)
        self._writer.setblocking(False)
        self._closed = False

    def wake(self) -> None:
        try:
            self._writer.send(b"!")
        except OSError:
            return  # full of flags, or closed: either way nobody needs one more

    def lower(self) -> bool:
        """Whether it was raised; it is not any more. Once closed it is raised for good."""
        try:
            return bool(self.reader.recv(4096)) or self._closed
        except OSError:
            return self._closed

    def wait(self, seconds: float) -> bool:
        with suppress(ValueError, OSError):  # closed meanwhile
            select.select([self.reader], [], [], max(seconds, 0.0))
        return self.lower()

    def close(self) -> None:
        """Ends every wait, now and later. The reader stays open for those who still select on it."""
        self._closed = True
        self._writer.close()


class Watch:
    """Waits on one mailbox. `seen` gives what the last completed pull saw of it, None if there was none."""

    def __init__(
        self, sessions: Sessions, waker: Waker, mailbox: str, seen: Callable[[], Box | None], renew: float
    ) -> None:
        self._sessions = sessions
        self._waker = waker
        self._mailbox = mailbox
        self._seen = seen
        self._renew = min(renew, 1700.0)
        self._pushes = True

    def wait(self, timeout: float, poll: float) -> bool:
        """True when something may be new, was announced, or `poll` seconds went by unwatched; False at `timeout`.

        Never raises: what is wrong with the server the next pull says, with its cure.
        """
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            if self._waker.lower():
                return True
            if not self._pushes:
                return self._waker.wait(min(left, poll)) or left > poll
            began = time.monotonic()
            try:
                with self._sessions.use() as held:
                    assert held.imap is not None
                    if self._idle(held.imap, min(left, self._renew)):
                        return True
            except (No, Garbled, OSError, Fault):
                # A server that cuts every IDLE at once must not make us run in circles.
                rest = min(until - time.monotonic(), poll - (time.monotonic() - began))
                self._waker.wait(rest)
                return True
        return False

    def _idle(self, imap: Imap, seconds: float) -> bool:
        if "IDLE" not in imap.capabilities:
            self._pushes = False
            return False
        # What came between the last pull and this moment will never be announced.
        if _differ(imap.examine(self._mailbox), self._seen()):
            return True
        try:
            return imap.idle(seconds, self._waker.reader)
        except No:
            self._pushes = False
            return False


def _differ(box: Box, seen: Box | None) -> bool:
    if seen is None or box.uidvalidity != seen.uidvalidity:
        return True
    return box.uidnext != seen.uidnext if box.uidnext is not None else box.exists != seen.exists
