"""One eBay account as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from connectors.account import Waiting, reach
from connectors.api import Api
from connectors.contract import (
    AnswerReview,
    Capabilities,
    Command,
    Decide,
    Health,
    MarkRead,
    Page,
    Permanent,
    Ports,
    Receipt,
    Record,
    Refund,
    SchemaSurprise,
    SendReply,
    Ship,
)
from connectors.ebay import mapping
from connectors.ebay.calls import Calls
from connectors.ebay.deeds import Deeds, plain_tracking
from connectors.ebay.errors import judge
from connectors.ebay.health import examine
from connectors.ebay.login import Login
from connectors.ebay.pull import Streams, case_record
from connectors.ebay.remote import Remote, case_of
from connectors.ebay.settings import Settings, read_settings
from connectors.ebay.sign import signer, signing
from connectors.registry import manifest
from store.values import Instant


class EbayConnector:
    """See `contract.Connector`."""

    capabilities: Capabilities

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        self.capabilities = manifest("ebay").capabilities
        self._settings, self._ports = settings, ports
        self._http = reach(ports.clock, settings.api_url, settings.disputes_url, deadline=settings.timeout, sleep=sleep)
        self._login = Login(settings, ports, self._http)
        sign = signer(ports.secrets, ports.clock, settings.marketplace, settings.signs)
        api = Api(self._http, ports, sign=sign, judge=judge, renew=self._login.renew, sleep=sleep)
        self._calls = Calls(api, settings, ports)
        self._streams = Streams(self._calls, settings, ports.clock)
        self._remote = Remote(self._calls, self._streams, settings, ports.clock)
        self._deeds = Deeds(self._calls, self._remote, settings, ports.clock, lambda: signing(ports.secrets))
        self._waiting = Waiting()

    def streams(self) -> tuple[str, ...]:
        return self._streams.names()

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        return self._streams.pull(stream, cursor, since)

    def wait(self, timeout: float) -> bool:
        return self._waiting.wait(timeout)

    def wake(self) -> None:
        self._waiting.wake()

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        with _read():
            match command:
                case SendReply():
                    return self._deeds.reply(command, point_of_no_return)
                case Decide():
                    return self._deeds.decide(command, point_of_no_return)
                case Refund():
                    return self._deeds.refund(command, point_of_no_return)
                case Ship():
                    return self._deeds.ship(command, point_of_no_return)
                case MarkRead():
                    return self._deeds.read(command, point_of_no_return)
                case AnswerReview():
                    return self._deeds.answer_review(command, point_of_no_return)

    def find(self, command: Command) -> Receipt | None:
        with _read():
            return self._found(command)

    def _found(self, command: Command) -> Receipt | None:
        match command:
            case SendReply():
                return self._remote.found_reply(command)
            case Decide():
                return self._remote.found_decision(command)
            case Refund():
                return self._remote.found_refund(command)
            case Ship():
                return self._remote.found_parcel(command, plain_tracking(command.tracking))
            case MarkRead():
                return self._remote.found_read(command)
            case AnswerReview():
                return self._remote.found_answer(command)

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        with _read():
            match kind:
                case "order":
                    order = mapping.order(self._remote.order(remote_id))
                    parcels = mapping.parcels(self._remote.parcels(remote_id)) if order.parcels else ()
                    return (replace(order, parcels=parcels or order.parcels),)
                case "case":
                    family, ident = case_of(remote_id)
                    return (case_record(family, self._remote.case(family, ident)),)
                case "thread":
                    return tuple(self._streams.thread(remote_id))
        raise Permanent(f"eBay has no {kind} to fetch.")

    def test(self) -> Health:
        return examine(self._settings, self._ports, self._http, self._calls,
                       lambda: self._ports.tokens.fresh(self._login.renew))  # fmt: skip

    def close(self) -> None:
        self._waiting.wake()
        self._http.close()


@contextmanager
def _read() -> Iterator[None]:
    """What cannot be read of an answer that changed nothing. Deeds read nothing after they took effect but by `Calls`,
    which knows that the outcome is then unknown."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as exc:
        raise SchemaSurprise("eBay answered in no known way.") from exc


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> EbayConnector:
    """See `registry.Factory`."""
    return EbayConnector(read_settings(settings), ports, sleep)
