"""A Judge.me account as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from connectors.contract import (
    AnswerReview,
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
from connectors.fields import Unreadable
from connectors.findings import Findings
from connectors.refusals import why_not
from connectors.services.judgeme import deeds, pulling
from connectors.services.judgeme.account import Account, Settings, read_settings
from connectors.web_account import Pull, WebAccount
from store.values import Instant


class JudgeMeConnector(WebAccount):
    """See `contract.Connector`."""

    platform = "judgeme"
    name = "Judge.me"

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._account = Account(settings, ports, sleep)

    def _pulls(self) -> Mapping[str, Pull]:
        return {"reviews": self._reviews}

    def _reviews(self, cursor: str, since: Instant) -> Iterator[Page]:
        return pulling.reviews(self._account, cursor, since)

    def _send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        self._refuse(command)
        return deeds.send(self._account, command, point_of_no_return)

    def _find(self, command: Command) -> Receipt | None:
        self._refuse(command)
        return deeds.find(command)

    def _refuse(self, command: Command) -> None:
        """Raises Permanent for what Judge.me has nothing to do with."""
        if not isinstance(command, SendReply | AnswerReview):
            raise Permanent(why_not("judgeme", command))

    def _fetch(self, kind: str, remote_id: str) -> tuple[Record, ...] | None:
        return None

    def test(self) -> Health:
        """Asks for one review; changes nothing. Whether answers may be written only an answer would show."""
        found = Findings()
        try:
            self._account.reviews(1, 1)
            found.good("Reviews can be read.")
        except Fault as fault:
            found.bad(f"Reviews cannot be read: {fault}")
        except Unreadable as exc:
            found.bad(f"Judge.me answered in a shape nobody knows ({exc}).")
        found.clock(self._account.ahead)
        return found.health()

    def close(self) -> None:
        self.wake()
        self._account.close()


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> JudgeMeConnector:
    """Raises ValueError naming the setting that is wrong."""
    return JudgeMeConnector(read_settings(settings), ports, sleep)
