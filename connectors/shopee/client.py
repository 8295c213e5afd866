"""A Shopee shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

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
from connectors.fields import Unreadable, each, ident, text
from connectors.shopee import deeds, guesses, health, looking, mapping, pulling
from connectors.shopee.shop import Settings, Shop, read_settings
from connectors.shopee.verdict import NotAllowed, Refusal
from store.values import Instant


class ShopeeConnector(Waiting):
    """See `contract.Connector`."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._shop = Shop(settings, ports, sleep)
        able = registry.manifest("shopee").capabilities
        notes = dict(able.notes)
        if not settings.chat:
            notes["messages_in"] = notes["reply"] = "Chat is switched off in this channel's settings."
        if not settings.comments:
            notes["reviews"] = "Apps for customer service may not read comments."
        self.capabilities = replace(
            able, messages_in=settings.chat, reply=settings.chat, reviews=settings.comments, notes=notes
        )

    def streams(self) -> tuple[str, ...]:
        s = self._shop.settings
        return ("orders", "cases", *(("messages",) if s.chat else ()), *(("reviews",) if s.comments else ()))

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        pulls = {"orders": pulling.orders, "cases": pulling.cases, "messages": pulling.messages,
                 "reviews": pulling.reviews}  # fmt: skip
        if stream not in pulls:
            raise Permanent(f"Shopee has no stream {stream}.")
        try:
            yield from pulls[stream](self._shop, cursor, since)
        except Unreadable as exc:
            raise SchemaSurprise(f"Shopee answered in a shape nobody knows ({exc}).") from exc

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        crossed: list[bool] = []

        def before() -> None:
            crossed.append(True)
            point_of_no_return()

        try:
            return deeds.send(self._shop, command, before)
        except (Unreadable, SchemaSurprise) as exc:
            if crossed:
                raise OutcomeUnknown("Shopee took it and gave an answer nobody can read; it may have done it.") from exc
            raise SchemaSurprise(f"Shopee answered in a shape nobody knows ({exc}).") from exc

    def find(self, command: Command) -> Receipt | None:
        try:
            return looking.find(self._shop, command)
        except Unreadable as exc:
            raise SchemaSurprise(f"Shopee answered in a shape nobody knows ({exc}).") from exc

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        try:
            match kind:
                case "order":
                    return tuple(pulling.order_records(self._shop, [remote_id], track_all=True))
                case "case":
                    return self._case(remote_id)
                case "thread":
                    return self._thread(remote_id)
        except Unreadable as exc:
            raise SchemaSurprise(f"Shopee answered in a shape nobody knows ({exc}).") from exc
        raise Permanent(f"Shopee has no call for one {kind}.")

    def test(self) -> Health:
        return health.look(self._shop)

    def close(self) -> None:
        self._shop.close()

    def _case(self, name: str) -> tuple[Record, ...]:
        """A return by its own number, or the cancellation of an order by the order's."""
        try:
            return (mapping.case(deeds.return_of(self._shop, name)),)
        except NotAllowed:
            raise
        except Refusal as refusal:
            found = pulling.order_records(self._shop, [name], track_all=True)
            if not any(getattr(r, "kind", "") == "cancellation" for r in found):
                raise Permanent(f"Shopee does not know the case {name}.") from refusal
            return tuple(found)

    def _thread(self, name: str) -> tuple[Record, ...]:
        talk = self._shop.get(guesses.CONVERSATION, conversation_id=name).response
        buyer_id, buyer_name = ident(talk, "to_id"), text(talk, "to_name")
        records: list[Record] = []
        try:
            for raws in pulling.pages_of(self._shop, name):
                records += each(
                    raws, lambda r: mapping.message(r, thread=name, buyer_id=buyer_id, buyer_name=buyer_name),
                    lambda r: f"message:{ident(r, 'message_id')}",
                )  # fmt: skip
        except pulling.NotThere as exc:
            raise Permanent(str(exc)) from exc
        return tuple(records[::-1])


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopeeConnector:
    """Raises ValueError naming the setting that is wrong."""
    return ShopeeConnector(read_settings(settings), ports, sleep)
