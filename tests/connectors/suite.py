"""What every API platform is put through against its stand-in: the Case it plugs in, and the Lab it is tested in.

A platform takes part by a file `tests/connectors/<platform>/case.py` with one name, `CASE`, an instance of a subclass
of `Case`. The tests are `tests/connectors/test_contract_*.py`; run those of one platform with `-k <platform>`. A platform's
own tests get the same Lab from a fixture `lab` in `tests/connectors/<platform>/conftest.py` that opens `CASE`.

What the stand-in offers (`connectors/sandbox/<platform>.py`, a `web.Site`):
- `site.market`: the `Market` it shows. All it tells comes from there, so that a test changes the market and looks.
- `site.page_cap`: 0, or the most records a page holds whatever was asked for (an attribute of `web.Site`). Tests set it
  to 2 to get many pages; a connector must go on by what it got, never by what it asked for.
- `site.link(url)`: `(settings, secrets)` a seller would enter to use the stand-in served at `url`. Secrets that renew
  are called "refresh_token".
- the faults of `web.Fault`: "expired" (looked for in `guard` with `self.hit("expired", request)`; the token used is
  dead from then on and answered as the platform answers that), "revoked" (looked for where tokens are renewed, or in
  `guard` where nothing renews), "page_twice" and "page_reversed" (looked for where a page of records is made).

What the connector offers: `create(settings, ports, *, sleep=time.sleep)` named in the manifest, an integer setting
"timeout_seconds", and `capabilities` equal to the manifest's, with a note for each one that is missing.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.contract import (
    BadRecord,
    CaseRecord,
    Command,
    Connector,
    CustomerRecord,
    MessageRecord,
    NoParcels,
    OrderRecord,
    Page,
    Parcels,
    Ports,
    ProductRecord,
    Record,
    ReviewRecord,
    ShipmentRecord,
)
from connectors.sandbox.market import Market
from connectors.sandbox.standing import shown
from connectors.sandbox.web import Fault, Request, Response, Site, served
from connectors.sandbox.world import World, make_world
from store.values import DAY, HOUR, MINUTE, Instant
from tests.connectors.ports import NOW, Counting, FrozenClock, MemoryTokens, OffClock, Vault

SINCE: Instant = NOW - 90 * DAY


class Case(ABC):
    """One platform. `streams` and `acts` are read when tests are collected; everything else when they run."""

    platform: str
    """The id in the registry."""
    streams: Mapping[str, str]
    """Stream → regular expression over "METHOD path" of the call that brings one page of it."""
    acts: Mapping[str, str] = {}
    """Deed → regular expression over "METHOD path" of the call that takes effect. Deeds are "reply", "refunds",
    "returns" (a Decide), "tracking" (a Ship), "reviews" (an AnswerReview), "read" (a MarkRead); more of a kind
    are told apart by what follows a colon: "returns:cancellation". A deed that is not here is refused by the connector."""
    cannot_tell: frozenset[str] = frozenset()
    """Deeds of which the platform never tells whether they happened: `find` raises OutcomeUnknown."""
    parcels: bool = False
    """Whether parcels come with orders (or as ShipmentRecords): "tracking" is then exercised without a Ship."""
    renews: bool = True
    """Whether calls carry a token that ends and is renewed (else "expired" means that the key is dead)."""
    rotates: bool = False
    """Whether a refresh token is good for one use."""
    renewing: str = ""
    """Regular expression over "METHOD path" of the call that renews a token."""
    tells_again: bool = False
    """Whether it has a header of its own for when calls come back (`web.Fault.again`)."""
    tells_left: bool = False
    """Whether its answers tell how many calls are left."""
    web: bool = True
    """Whether it is reached over HTTP; tests of what a network does are skipped where it is not."""
    also: frozenset[str] = frozenset()
    """Capabilities whose records come in a stream of another name."""

    def market(self, world: World, clock: FrozenClock) -> Market:
        return Market(world, clock, platform=shown(self.platform))

    def prepare(self, market: Market, clock: FrozenClock) -> None:
        """Makes sure that there are some of everything; leaves the clock as it was."""
        orders = [o for o in market.orders if o.status == "delivered"]
        troubles = ("damaged", "not_received", "cancel", "changed_mind", "defective", "refund", "wrong_item", "cancel")
        end = clock.time
        for n, trouble in enumerate(troubles):
            clock.time = end - 5 * HOUR + n * 10 * MINUTE
            market.asks_return(orders[-1 - n], trouble, f"It went wrong, part {n}.")
            market.reviews_order(orders[-1 - n], 1 + n % 5, f"Review {n}")
        clock.time = end

    @abstractmethod
    def site(self, market: Market, clock: FrozenClock) -> Site:
        """The stand-in."""

    def link(self, site: Any, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """Settings and secrets of an account on the stand-in served at `url`."""
        settings, secrets = site.link(url)
        return dict(settings), dict(secrets)

    def connect(self, settings: Mapping[str, object], ports: Ports, sleep: Callable[[float], None]) -> Connector:
        factory: Any = registry.factory(self.platform)
        made: Connector = factory(settings, ports, sleep=sleep)
        return made

    def underway(self, lab: Lab) -> Parcels:
        """The parcels the desk knows, for a platform that follows them."""
        return NoParcels()

    @abstractmethod
    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        """Stream → `name_of` every record that a first pull with `since` brings, exactly."""

    @abstractmethod
    def commands(self, lab: Lab) -> Mapping[str, Command]:
        """Deed → a command that can be carried out now, with `key` set and `at` (where it has one) the lab's time. Called
        once in a test, before anything is done."""

    @abstractmethod
    def done(self, lab: Lab, deed: str, command: Command) -> int:
        """How often the command's effect is there in the market (0, 1, or 2 where it was done twice)."""

    @abstractmethod
    def spoil(self, stream: str, page: Any) -> str:
        """Makes one record of a page's JSON (parsed; changed in place) unreadable, such as an amount "abc" or a missing
        id. Returns a text that its raw bytes still hold. The page is the answer to `spoils[stream]`."""

    spoils: Mapping[str, str] = {}
    """Stream → regular expression of the call whose answer `spoil` gets, where it is not that of `streams`."""

    @abstractmethod
    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        """What can be wrong → (make it wrong, a word of the health line that says so). "revoked" should be among them
        and what else the platform knows: clock, scope, region, ip."""

    @abstractmethod
    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        """`(kind, remote id)` that `fetch` must bring; kinds are order, case, thread."""


@dataclass
class Lab:
    """One account at one running stand-in."""

    case: Case
    clock: FrozenClock
    site: Any
    url: str
    settings: dict[str, object]
    vault: Vault
    tokens: MemoryTokens
    quota: Counting = field(default_factory=Counting)
    sleeps: list[float] = field(default_factory=list)
    _made: list[Connector] = field(default_factory=list)

    @property
    def market(self) -> Market:
        market: Market = self.site.market
        return market

    @property
    def ports(self) -> Ports:
        return Ports(self.vault, self.tokens, self.clock, self.quota, self.case.underway(self))

    def connect(self, *, ahead: int = 0, **changes: object) -> Connector:
        """A fresh connector of the account, as after a restart (tokens and secrets stay), on a machine whose clock is
        `ahead` of everybody's (milliseconds)."""
        ports = replace(self.ports, clock=OffClock(self.clock, ahead)) if ahead else self.ports
        made = self.case.connect({**self.settings, **changes}, ports, self.sleeps.append)
        self._made.append(made)
        return made

    def pull(self, stream: str, cursor: str = "", *, since: Instant = SINCE) -> tuple[list[Record], str]:
        """All pages there are now, and the cursor after them."""
        records: list[Record] = []
        for page in self.connect().pull(stream, cursor, since=since):
            records += page.records
            cursor = page.cursor
        return records, cursor

    def pages(self, stream: str, cursor: str = "", *, since: Instant = SINCE) -> Iterator[Page]:
        """One page per connector, each begun at the cursor of the one before."""
        while True:
            pulled = self.connect().pull(stream, cursor, since=since)
            page = next(iter(pulled), None)
            if page is None:
                return
            yield page
            if not page.more:
                return
            assert page.cursor != cursor, "more waits, and the cursor stands still"
            cursor = page.cursor

    def needs_web(self) -> None:
        """Skips a test of what only a network can do."""
        if not self.case.web:
            pytest.skip("this platform is not reached over a network; its own tests have its faults")

    def fault(self, kind: str, where: str = "", **values: Any) -> Fault:
        self.needs_web()
        made = Fault(kind, where, **values)
        self.site.faults.append(made)
        return made

    def state(self) -> str:
        """All that could be changed there."""
        m = self.market
        return repr((m.orders, m.threads, m.cases, m.reviews))

    def change_answers(self, change: Callable[[Request, Response], Response]) -> None:
        """Every answer of the stand-in goes through `change`."""
        self.needs_web()
        answer = type(self.site).answer
        self.site.answer = lambda request: change(request, answer(self.site, request))

    def close(self) -> None:
        for connector in self._made:
            connector.close()


@lru_cache(maxsize=1)
def world() -> World:
    return make_world(7, NOW)


class Stage:
    """One server for all stand-ins of a test run, one after another: starting one takes longer than most tests."""

    def __init__(self) -> None:
        self.site: Site | None = None
        self._server = ExitStack()
        self._url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.site is not None:
            await self.site(scope, receive, send)

    @contextmanager
    def showing(self, site: Site) -> Iterator[str]:
        if not self._url:
            self._url = self._server.enter_context(served(self))  # type: ignore[arg-type]  # it answers as a site does
        if self.site is not None:  # a lab within a lab
            with served(site) as url:
                yield url
            return
        self.site = site
        try:
            yield self._url
        finally:
            self.site = None


STAGE = Stage()


@contextmanager
def opened(case: Case) -> Iterator[Lab]:
    """A lab with the platform's stand-in served on loopback; nothing of it is shared with another."""
    clock = FrozenClock(NOW - 10 * MINUTE)
    market = case.market(world(), clock)
    case.prepare(market, clock)
    clock.time = NOW
    site = case.site(market, clock)
    with STAGE.showing(site) as url:
        settings, secrets = case.link(site, url)
        vault = Vault(secrets)
        lab = Lab(case, clock, site, url, settings, vault, MemoryTokens(vault, clock))
        try:
            yield lab
        finally:
            lab.close()


def name_of(record: Record) -> str:
    """What tests call a record."""
    match record:
        case CaseRecord():
            return f"{record.kind}:{record.remote_id}"
        case OrderRecord() | MessageRecord() | ReviewRecord():
            return f"{type(record).__name__.removesuffix('Record').lower()}:{record.remote_id}"
        case ShipmentRecord():
            return f"shipment:{record.order_id}:{record.parcel.tracking}"
        case ProductRecord():
            return f"product:{record.sku}"
        case CustomerRecord():
            return f"customer:{record.buyer.id}"
        case BadRecord():
            return f"bad:{record.ref}"
    return f"mail:{record.ref}"


def names(records: list[Record]) -> set[str]:
    return {name_of(record) for record in records}


def spoilt(lab: Lab, stream: str) -> list[str]:
    """Makes the first page of a stream hold one unreadable record from now on; the list gets what its raw must hold."""
    import re

    where = lab.case.spoils.get(stream) or lab.case.streams[stream]
    marks: list[str] = []

    def change(request: Request, response: Response) -> Response:
        if marks or response.status != 200 or not re.search(where, f"{request.method} {request.path}"):
            return response
        page = json.loads(response.body)
        try:
            marks.append(lab.case.spoil(stream, page))
        except (LookupError, StopIteration):  # this page holds no record that would do
            return response
        return Response(200, json.dumps(page, ensure_ascii=False).encode(), response.headers)

    lab.change_answers(change)
    return marks


def platforms() -> tuple[str, ...]:
    """Platforms that have a Case, by the files there are."""
    named = {at: platform for platform, at in _FOLDERS.items()}
    return tuple(sorted(named.get(at := path.parent.name, at) for path in Path(__file__).parent.glob("*/case.py")))


_FOLDERS = {"17track": "seventeentrack"}
"""Where a platform's name is none that a package can have."""


def folder(platform: str) -> str:
    """Where a platform's Case and its own tests are, beside this file."""
    return _FOLDERS.get(platform, platform)


def case_of(platform: str) -> Case:
    made: Case = import_module(f"tests.connectors.{folder(platform)}.case").CASE
    return made
