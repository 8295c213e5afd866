"""The connector over a web API, as far as it is the same whatever the platform: streams by name, what cannot be read,
and a deed whose answer cannot be read after it may have taken effect."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from connectors import registry
from connectors.account import Waiting
from connectors.contract import (
    Capabilities,
    Command,
    Health,
    OutcomeUnknown,
    Page,
    Permanent,
    Receipt,
    Record,
    SchemaSurprise,
)
from connectors.fields import Unreadable
from store.values import Instant

Pull = Callable[[str, Instant], Iterator[Page]]
"""Pages of one stream behind a cursor, nothing older than an instant."""


class WebAccount(Waiting, ABC):
    """See `contract.Connector`. A platform says its name, its streams and what it does; see the methods with `_`."""

    platform: str
    """Its id in the registry."""
    name: str
    """What people call it, at the beginning of a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities: Capabilities = registry.manifest(self.platform).capabilities

    def streams(self) -> tuple[str, ...]:
        return tuple(self._pulls())

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        pulls = self._pulls()
        if stream not in pulls:
            raise Permanent(f"{self.name} has no stream {stream}.")
        with self._reading():
            yield from pulls[stream](cursor, since)

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        crossed: list[bool] = []

        def before() -> None:
            crossed.append(True)
            point_of_no_return()

        try:
            with self._reading():
                return self._send(command, before)
        except SchemaSurprise as exc:
            if crossed:
                unread = f"{self.name} took it and gave an answer nobody can read; it may have done it."
                raise OutcomeUnknown(unread) from exc
            raise

    def find(self, command: Command) -> Receipt | None:
        with self._reading():
            return self._find(command)

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        with self._reading():
            found = self._fetch(kind, remote_id)
        if found is None:
            raise Permanent(f"{self.name} has no {kind} to fetch.")
        return found

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except Unreadable as exc:
            raise SchemaSurprise(f"{self.name} answered in a shape nobody knows ({exc}).") from exc

    @abstractmethod
    def _pulls(self) -> Mapping[str, Pull]:
        """Stream → how it is pulled, in the order they are pulled."""

    @abstractmethod
    def _send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        """See `contract.Connector.send`."""

    @abstractmethod
    def _find(self, command: Command) -> Receipt | None:
        """See `contract.Connector.find`."""

    @abstractmethod
    def _fetch(self, kind: str, remote_id: str) -> tuple[Record, ...] | None:
        """See `contract.Connector.fetch`; None where the platform has no call for that kind."""

    @abstractmethod
    def test(self) -> Health:
        """See `contract.Connector.test`."""

    @abstractmethod
    def close(self) -> None:
        """See `contract.Connector.close`; ends a running `wait`, too."""
