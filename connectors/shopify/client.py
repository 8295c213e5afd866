"""A Shopify shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from connectors import registry
from connectors.account import Waiting
from connectors.contract import Command, Health, Page, Permanent, Ports, Receipt, Record, SchemaSurprise
from connectors.fields import Unreadable
from connectors.shopify import deeds, health, looking, pulling, queries
from connectors.shopify.shop import Settings, Shop, one, read_settings
from store.values import Instant


class ShopifyConnector(Waiting):
    """See `contract.Connector`."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._shop = Shop(settings, ports, sleep)
        self.capabilities = registry.manifest("shopify").capabilities

    def streams(self) -> tuple[str, ...]:
        return ("orders", "cases")

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        pulls = {"orders": pulling.orders, "cases": pulling.cases}
        if stream not in pulls:
            raise Permanent(f"Shopify has no stream {stream}.")
        with _read():
            yield from pulls[stream](self._shop, cursor, since)

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        with _read():
            return deeds.send(self._shop, command, point_of_no_return)

    def find(self, command: Command) -> Receipt | None:
        with _read():
            return looking.find(self._shop, command)

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        people = self._shop.settings.people
        with _read():
            match kind:
                case "order":
                    raw = one(self._shop, queries.ORDER, "Order", remote_id, people=people)
                    return tuple(pulling.order_records(self._shop, [raw]))
                case "case":
                    return (pulling.case_of(one(self._shop, queries.RETURN, "Return", remote_id, people=people)),)
        raise Permanent(f"Shopify has no {kind} to fetch.")

    def test(self) -> Health:
        return health.look(self._shop)

    def close(self) -> None:
        self.wake()
        self._shop.close()


@contextmanager
def _read() -> Iterator[None]:
    """What cannot be read of an answer that changed nothing; deeds read no more of theirs than texts that may be missing."""
    try:
        yield
    except Unreadable as exc:
        raise SchemaSurprise(f"Shopify answered in a shape nobody knows ({exc}).") from exc


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopifyConnector:
    """Raises ValueError naming the setting that is wrong."""
    return ShopifyConnector(read_settings(settings), ports, sleep)
