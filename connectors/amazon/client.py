"""An Amazon seller account as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from connectors import registry
from connectors.account import Waiting
from connectors.amazon import deeds, health, mapping, pulling
from connectors.amazon.account import Account, Settings, read_settings
from connectors.contract import Command, Health, Page, Permanent, Ports, Receipt, Record, SchemaSurprise
from connectors.fields import Unreadable
from store.values import Instant


class AmazonConnector(Waiting):
    """See `contract.Connector`."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._account = Account(settings, ports, sleep)
        self.capabilities = registry.manifest("amazon").capabilities

    def streams(self) -> tuple[str, ...]:
        return ("orders", "cases", "reviews")

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        pulls = {"orders": pulling.orders, "cases": pulling.returns, "reviews": pulling.feedback}
        if stream not in pulls:
            raise Permanent(f"Amazon has no stream {stream}.")
        with _read():
            yield from pulls[stream](self._account, cursor, since)

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        with _read():
            return deeds.send(self._account, command, point_of_no_return)

    def find(self, command: Command) -> Receipt | None:
        with _read():
            return deeds.find(self._account, command)

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        if kind != "order":
            raise Permanent(f"Amazon has no {kind} to fetch.")
        with _read():
            return tuple(mapping.records(deeds.raw_order(self._account, remote_id), self._account.settings.home))

    def test(self) -> Health:
        return health.look(self._account)

    def close(self) -> None:
        self.wake()
        self._account.close()


@contextmanager
def _read() -> Iterator[None]:
    """What cannot be read of an answer that changed nothing; a deed that took effect judges its answer itself."""
    try:
        yield
    except Unreadable as exc:
        raise SchemaSurprise(f"Amazon answered in a shape nobody knows ({exc}).") from exc


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> AmazonConnector:
    """Raises ValueError naming the setting that is wrong."""
    return AmazonConnector(read_settings(settings), ports, sleep)
