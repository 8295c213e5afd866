"""A 17TRACK account as a connector. It brings news of parcels; of what they are about it knows nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from connectors.contract import Command, Fault, Health, Page, Permanent, Ports, Receipt, Record
from connectors.fields import Unreadable
from connectors.findings import Findings
from connectors.refusals import why_not
from connectors.services.seventeentrack import pulling
from connectors.services.seventeentrack.account import Account, Settings, read_settings
from connectors.web_account import Pull, WebAccount
from store.values import Instant

_FOLLOWS = "17TRACK follows parcels; tell the shop's own platform that one has left."


class SeventeenTrackConnector(WebAccount):
    """See `contract.Connector`. Its pull registers numbers there that are not followed yet: no buyer sees that."""

    platform = "17track"
    name = "17TRACK"

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._account = Account(settings, ports, sleep)

    def _pulls(self) -> Mapping[str, Pull]:
        return {"parcels": self._parcels}

    def _parcels(self, cursor: str, since: Instant) -> Iterator[Page]:
        return pulling.parcels(self._account, cursor, since)

    def _send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        raise Permanent(why_not("17track", command, tracking=_FOLLOWS))

    def _find(self, command: Command) -> Receipt | None:
        raise Permanent(why_not("17track", command, tracking=_FOLLOWS))

    def _fetch(self, kind: str, remote_id: str) -> tuple[Record, ...] | None:
        return None

    def test(self) -> Health:
        """Asks how much quota is left; changes nothing."""
        found = Findings()
        try:
            left, total = self._account.left()
        except Fault as fault:
            found.bad(f"17TRACK cannot be asked: {fault}")
            found.clock(self._account.ahead)
            return found.health()
        except Unreadable as exc:
            found.bad(f"17TRACK answered in a shape nobody knows ({exc}).")
            return found.health()
        found.good("17TRACK accepts the account key.")
        if left > 0:
            found.good(f"Quota: {left} of {total} parcels are left.")
        else:
            found.bad(f"Quota: none of {total} parcels is left; buy more at 17TRACK, or wait until it is renewed.")
        found.clock(self._account.ahead)
        return found.health()

    def close(self) -> None:
        self.wake()
        self._account.close()


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> SeventeenTrackConnector:
    """Raises ValueError naming the setting that is wrong."""
    return SeventeenTrackConnector(read_settings(settings), ports, sleep)
