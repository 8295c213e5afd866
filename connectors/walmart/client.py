"""A Walmart seller as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from connectors import registry
from connectors.account import Waiting
from connectors.contract import Command, Health, Page, Permanent, Ports, Receipt, Record, SchemaSurprise
from connectors.fields import Unreadable
from connectors.walmart import deeds, health, mapping, pulling
from connectors.walmart.shop import Settings, Shop, read_settings
from store.values import Instant


class WalmartConnector(Waiting):
    """See `contract.Connector`."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._shop = Shop(settings, ports, sleep)
        self.capabilities = registry.manifest("walmart").capabilities

    def streams(self) -> tuple[str, ...]:
        return ("orders", "cases")

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        pulls = {"orders": pulling.orders, "cases": pulling.cases}
        if stream not in pulls:
            raise Permanent(f"Walmart has no stream {stream}.")
        with _read():
            yield from pulls[stream](self._shop, cursor, since)

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        with _read():
            return deeds.send(self._shop, command, point_of_no_return)

    def find(self, command: Command) -> Receipt | None:
        with _read():
            return deeds.find(self._shop, command)

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        with _read():
            match kind:
                case "order":
                    return (mapping.order(deeds.order_of(self._shop, remote_id)),)
                case "case":
                    return (mapping.case(deeds.return_of(self._shop, remote_id)),)
        raise Permanent(f"Walmart has no {kind} to fetch.")

    def test(self) -> Health:
        return health.look(self._shop)

    def close(self) -> None:
        self.wake()
        self._shop.close()


@contextmanager
def _read() -> Iterator[None]:
    """What cannot be read of an answer that changed nothing; `Shop.act` reads those of deeds itself."""
    try:
        yield
    except Unreadable as exc:
        raise SchemaSurprise(f"Walmart answered in a shape nobody knows ({exc}).") from exc


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> WalmartConnector:
    """Raises ValueError naming the setting that is wrong."""
    return WalmartConnector(read_settings(settings), ports, sleep)
