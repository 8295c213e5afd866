"""One eBay account as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from connectors.account import reach, sent_from
from connectors.api import Api
from connectors.contract import (
    AnswerReview,
    Command,
    Decide,
    Health,
    MarkRead,
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
from connectors.ebay.guesses import CALLS_LEFT
from connectors.ebay.health import examine
from connectors.ebay.login import Login
from connectors.ebay.pull import Streams, case_record
from connectors.ebay.remote import Remote, case_of
from connectors.ebay.settings import Settings, read_settings
from connectors.ebay.sign import signer, signing
from connectors.web_account import Pull, WebAccount


class EbayConnector(WebAccount):
    """See `contract.Connector`."""

    platform, name = "ebay", "eBay"

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._settings, self._ports = settings, ports
        self._http = reach(ports.clock, settings.api_url, settings.disputes_url, deadline=settings.timeout, sleep=sleep)
        self._login = Login(settings, ports, self._http)
        sign = signer(ports.secrets, ports.clock, settings.marketplace, settings.signs)
        api = Api(self._http, ports, sign=sign, judge=judge, renew=self._login.renew, left=CALLS_LEFT, sleep=sleep)
        self._calls = Calls(api, settings)
        self._streams = Streams(self._calls, settings, self._http)
        self._remote = Remote(self._calls, self._streams, settings, ports.clock, partial(sent_from, self._http))
        self._deeds = Deeds(self._calls, self._remote, settings, ports.clock, lambda: signing(ports.secrets))

    def test(self) -> Health:
        return examine(self._settings, self._ports, self._http, self._calls,
                       lambda: self._ports.tokens.fresh(self._login.renew))  # fmt: skip

    def close(self) -> None:
        self.wake()
        self._http.close()

    def _pulls(self) -> Mapping[str, Pull]:
        return {stream: partial(self._streams.pull, stream) for stream in self._streams.names()}

    def _send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
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

    def _find(self, command: Command) -> Receipt | None:
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

    def _fetch(self, kind: str, remote_id: str) -> tuple[Record, ...] | None:
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
        return None

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """`wire` reads eBay's JSON with Python's own errors."""
        with super()._reading():
            try:
                yield
            except (ValueError, KeyError, TypeError) as exc:
                raise SchemaSurprise("eBay answered in no known way.") from exc


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> EbayConnector:
    """See `registry.Factory`."""
    return EbayConnector(read_settings(settings), ports, sleep)
