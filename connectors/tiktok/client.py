"""A TikTok shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from connectors import registry
from connectors.account import Waiting
from connectors.contract import (
    Command,
    Health,
    OutcomeUnknown,
    Page,
    Permanent,
    Ports,
    Receipt,
    Record,
    SchemaSurprise,
)
from connectors.fields import Unreadable
from connectors.tiktok import deeds, health, looking, mapping, pulling
from connectors.tiktok.shop import Settings, Shop, read_settings
from store.values import Instant


class TikTokConnector(Waiting):
    """See `contract.Connector`."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._shop = Shop(settings, ports, sleep)
        self.capabilities = registry.manifest("tiktok").capabilities

    def streams(self) -> tuple[str, ...]:
        return ("orders", "cases", "cancellations", "messages")

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        pulls: dict[str, Callable[[Shop, str, Instant], Iterator[Page]]] = {
            "orders": pulling.orders, "cases": pulling.cases, "cancellations": pulling.cancellations,
            "messages": pulling.messages,
        }  # fmt: skip
        if stream not in pulls:
            raise Permanent(f"TikTok has no stream {stream}.")
        try:
            yield from pulls[stream](self._shop, cursor, since)
        except Unreadable as exc:
            raise SchemaSurprise(f"TikTok answered in a shape nobody knows ({exc}).") from exc

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        crossed: list[bool] = []

        def before() -> None:
            crossed.append(True)
            point_of_no_return()

        try:
            return deeds.send(self._shop, command, before)
        except (Unreadable, SchemaSurprise) as exc:
            if crossed:
                raise OutcomeUnknown("TikTok took it and gave an answer nobody can read; it may have done it.") from exc
            raise SchemaSurprise(f"TikTok answered in a shape nobody knows ({exc}).") from exc

    def find(self, command: Command) -> Receipt | None:
        try:
            return looking.find(self._shop, command)
        except Unreadable as exc:
            raise SchemaSurprise(f"TikTok answered in a shape nobody knows ({exc}).") from exc

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        try:
            match kind:
                case "order":
                    return (mapping.order(deeds.order_of(self._shop, remote_id)),)
                case "case":
                    return (deeds.case_of(self._shop, remote_id),)
                case "thread":
                    return self._thread(remote_id)
        except Unreadable as exc:
            raise SchemaSurprise(f"TikTok answered in a shape nobody knows ({exc}).") from exc
        raise Permanent(f"TikTok has no call for one {kind}.")

    def test(self) -> Health:
        return health.look(self._shop)

    def close(self) -> None:
        self._shop.close()

    def _thread(self, name: str) -> tuple[Record, ...]:
        if not name.isalnum():
            raise Permanent("TikTok does not know the conversation.")
        talk = pulling.conversation(self._shop, name)
        known = mapping.people(talk) if talk is not None else {}
        records: list[Record] = []
        try:
            for raws in pulling.pages_of(self._shop, name):
                records += pulling.told(raws, name, known)
        except pulling.NotThere as exc:
            raise Permanent(str(exc)) from exc
        return tuple(records[::-1])


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> TikTokConnector:
    """Raises ValueError naming the setting that is wrong."""
    return TikTokConnector(read_settings(settings), ports, sleep)
