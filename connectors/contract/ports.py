"""What a connector is given by the desk, and what it offers: its capabilities, its health, its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connectors.contract.commands import Command, Receipt
from connectors.contract.records import Page, Record
from store.values import Instant

# What it is given -----------------------------------------------------------------------------------


class Secrets(Protocol):
    """Secrets of one channel by short name ("password", "refresh_token"). Raises KeyError when there is none."""

    def get(self, name: str) -> str: ...
    def put(self, name: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when it dies."""

    value: str
    expires_at: Instant


class Tokens(Protocol):
    """Single-flight token refresh across processes: `fresh` runs `renew` in at most one of them at a time, and stores
    what it brought (a rotated refresh token included) before anybody may use it."""

    def fresh(self, renew: Renew, *, traded: str = "refresh_token", rejected: str = "") -> Token:
        """A token that is not `rejected` and lives on; `traded` names the secret that `renew` gets."""


class Renew(Protocol):
    """Trades a stored secret for a token: `(token, what is kept in the secret's place, or "")`."""

    def __call__(self, secret: str, /) -> tuple[Token, str]: ...


class Quota(Protocol):
    """How often a platform may be asked: token buckets of one account, shared by all processes."""

    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        """Takes `cost` from a bucket that refills `rate` a second up to `burst`. Returns 0 when it was there, else the
        milliseconds until it will be, having taken nothing."""

    def learn(self, bucket: str, left: float) -> None:
        """The platform said how much is left: less than thought counts, more does not."""


class Clock(Protocol):
    """UTC milliseconds."""

    def now(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class Followed:
    """A parcel on its way. `key` is its place among them; `courier` what the shop calls its carrier, "" if unknown."""

    key: str
    tracking: str
    courier: str = ""


class Parcels(Protocol):
    """The parcels of all accounts that are still on their way, for those who ask carriers about them."""

    def underway(self, after: str, most: int, since: Instant) -> tuple[Followed, ...]:
        """At most `most` with keys behind `after` ("" for the first), by key, each number once; none shipped before
        `since`."""


class NoParcels:
    """Where nobody has any."""

    def underway(self, after: str, most: int, since: Instant) -> tuple[Followed, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a connector gets from the desk."""

    secrets: Secrets
    tokens: Tokens
    clock: Clock
    quota: Quota
    parcels: Parcels = field(default_factory=NoParcels)


# What it offers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; the workstation greys out the rest and says why."""

    messages_in: bool = False
    reply: bool = False
    attachments: bool = False
    live: bool = False
    orders: bool = False
    returns: bool = False
    refunds: bool = False
    tracking: bool = False
    reviews: bool = False
    products: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    """Capability → why it is missing, or why what is there is only read and nothing done about it."""


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of `test`: one line per thing checked, in order. `wrong` are the bad ones among them; each names its
    cure, and the first is the one to mend."""

    ok: bool
    lines: tuple[str, ...]
    wrong: tuple[str, ...] = ()

    @property
    def mend(self) -> str:
        """The line to mend first; "" where all is well."""
        return "" if self.ok else next(iter((*self.wrong, *self.lines[-1:])), "")


class OffersForms(Protocol):
    """A connector of a platform whose manifest has forms of message (`registry.Form`). One is sent as a `SendReply` with
    the order, no thread, and the form's id as subject."""

    def forms(self, order_id: str) -> tuple[str, ...]:
        """Ids of those that this order allows now. Changes nothing remote."""


class Connector(Protocol):
    """One connected account. Blocking calls; every one has a total deadline."""

    capabilities: Capabilities

    def streams(self) -> tuple[str, ...]:
        """Names of what is pulled separately (mailboxes, conversations, orders), each with a cursor of its own."""

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        """Pages after `cursor` ("" = from the beginning, nothing older than `since`). Never changes anything remote."""

    def wait(self, timeout: float) -> bool:
        """Blocks until something new may be there (True) or `timeout` seconds passed. Platforms without push just wait."""

    def wake(self) -> None:
        """Ends a running `wait` from another thread."""

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        """Does it once. Calls `point_of_no_return` right before the first byte that can take effect, so that a crash
        before it is known to have left nothing. Raises `OutcomeUnknown` when the platform may have taken it."""

    def find(self, command: Command) -> Receipt | None:
        """Looks at the platform whether `command` happened: its receipt, None if surely not. Raises `OutcomeUnknown`
        where the platform cannot tell."""

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        """One `order`, `case` or `thread` as it is there now. Raises `Permanent` where the platform has no such call."""

    def test(self) -> Health: ...

    def close(self) -> None: ...
