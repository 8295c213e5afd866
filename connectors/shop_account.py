"""A web account whose calls are one object: what a platform does is then a handful of functions over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from connectors.account import Reached
from connectors.contract import Command, Health, Page, Receipt, Record
from connectors.web_account import Pull, WebAccount
from store.values import Instant

Before = Callable[[], None]
S = TypeVar("S", bound=Reached)


def _no_forms(_shop: object, _order_id: str) -> tuple[str, ...]:
    return ()


class Ways(NamedTuple, Generic[S]):
    """What a platform does, each over its `Shop`; see the method of `contract.Connector` of that name. `pulls` are the
    streams in their order; `fetch` gives None for a kind the platform has no call for; `look` is `test`."""

    pulls: Mapping[str, Callable[[S, str, Instant], Iterator[Page]]]
    send: Callable[[S, Command, Before], Receipt]
    find: Callable[[S, Command], Receipt | None]
    fetch: Callable[[S, str, str], tuple[Record, ...] | None]
    look: Callable[[S], Health]
    forms: Callable[[S, str], tuple[str, ...]] = _no_forms


class ShopAccount(WebAccount, Generic[S]):
    """See `WebAccount`."""

    def __init__(self, platform: str, name: str, shop: S, ways: Ways[S]) -> None:
        self.platform, self.name = platform, name
        super().__init__()
        self._shop, self._ways = shop, ways

    def test(self) -> Health:
        return self._ways.look(self._shop)

    def forms(self, order_id: str) -> tuple[str, ...]:
        """See `contract.OffersForms`."""
        with self._reading():
            return self._ways.forms(self._shop, order_id)

    def close(self) -> None:
        self.wake()
        self._shop.close()

    def _pulls(self) -> Mapping[str, Pull]:
        return {stream: partial(pull, self._shop) for stream, pull in self._ways.pulls.items()}

    def _send(self, command: Command, point_of_no_return: Before) -> Receipt:
        return self._ways.send(self._shop, command, point_of_no_return)

    def _find(self, command: Command) -> Receipt | None:
        return self._ways.find(self._shop, command)

    def _fetch(self, kind: str, remote_id: str) -> tuple[Record, ...] | None:
        return self._ways.fetch(self._shop, kind, remote_id)
