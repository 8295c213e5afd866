"""A drop folder as a connector."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping

from connectors import registry
from connectors.contract import (
    Command,
    Fault,
    Health,
    Page,
    Permanent,
    Ports,
    Receipt,
    Record,
    SendReply,
)
from connectors.drop import answers, place
from connectors.drop.inbox import Inbox
from connectors.findings import Findings
from connectors.refusals import why_not
from store.values import Instant

LOOK_S = 1.0
"""How often the folder is looked at while waiting."""
_UNREAD = "A folder marks nothing read."


class DropConnector:
    """See `contract.Connector`. Older files than `since` come, too: whoever puts one in wants it in."""

    def __init__(self, at: place.Place, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        self._place, self._clock = at, ports.clock
        self._woken = threading.Event()
        self.inbox = Inbox(at, ports.clock)
        self.capabilities = registry.manifest("drop").capabilities

    def streams(self) -> tuple[str, ...]:
        return ("messages",)

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        if stream != "messages":
            raise Permanent(f"A folder has no {stream} of its own.")
        with place.opened(self._place) as dirs, place.reached(self._place):
            yield from self.inbox.pages(dirs, cursor)

    def wait(self, timeout: float) -> bool:
        """Looks every second; True when a file came, or one that is kept is to be moved."""
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0:
            if self._woken.wait(min(LOOK_S, left)):
                self._woken.clear()
                return False
            try:
                with place.opened(self._place) as dirs, place.reached(self._place):
                    if self.inbox.news(dirs):
                        return True
            except Fault:
                return True  # the next pull says what is wrong
        return False

    def wake(self) -> None:
        self._woken.set()

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        if not isinstance(command, SendReply):
            raise Permanent(why_not("drop", command, messages_in=_UNREAD))
        answers.insist(self._place, command)
        with place.opened(self._place) as dirs, place.reached(self._place):
            return answers.write(self._place, dirs, command, self._clock.now(), point_of_no_return)

    def find(self, command: Command) -> Receipt | None:
        if not isinstance(command, SendReply):
            raise Permanent(why_not("drop", command, messages_in=_UNREAD))
        with place.opened(self._place) as dirs, place.reached(self._place):
            return answers.find(self._place, dirs, command)

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        raise Permanent(f"A folder has no {kind} to ask for; put its file in again.")

    def test(self) -> Health:
        found = Findings()
        place.look(self._place, found)
        return found.health()

    def close(self) -> None:
        self.wake()


def create(settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep) -> DropConnector:
    """Raises ValueError naming the setting that is wrong."""
    return DropConnector(place.read_settings(settings), ports, sleep)
