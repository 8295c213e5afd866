"""Signed-in IMAP sessions kept for the next use. Each is used by one thread at a time; who finds none opens one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors.email.imap import Imap
from connectors.email.imap_conversation import Garbled, No

FRESH = 10.0
"""A session used this many seconds ago is trusted without asking whether it still lives."""


@dataclass(slots=True)
class Held:
    """The session in use; set to None by the user when it broke, so that it is not kept."""

    imap: Imap | None


class Sessions:
    """Keeps one session at rest."""

    def __init__(self, open_session: Callable[[], Imap]) -> None:
        self.open_session = open_session
        self._lock = threading.Lock()
        self._resting: tuple[Imap, float] | None = None
        self._closed = False

    @contextmanager
    def use(self) -> Iterator[Held]:
        """A living session; it is dropped when the block fails in any way. Raises faults."""
        held = Held(self._resting_one() or self.open_session())
        try:
            yield held
        except BaseException:
            if held.imap is not None:
                held.imap.drop()
            raise
        if held.imap is not None:
            self._rest(held.imap)

    def close(self) -> None:
        with self._lock:
            resting, self._resting, self._closed = self._resting, None, True
        if resting:
            resting[0].logout()

    def _resting_one(self) -> Imap | None:
        with self._lock:
            resting, self._resting = self._resting, None
        if resting is None:
            return None
        imap, since = resting
        if time.monotonic() - since < FRESH:
            return imap
        try:
            imap.noop()
        except (No, Garbled, OSError):
            imap.drop()
            return None
        return imap

    def _rest(self, imap: Imap) -> None:
        with self._lock:
            if self._resting is None and not self._closed:
                self._resting = (imap, time.monotonic())
                return
        imap.logout()
