"""What the steps of the practice desk's story share: the scene they play on, and how a step fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.wire import Wired, acting
from app.words import N_, _
from connectors.sandbox.mail import MailStandIn
from connectors.sandbox.standing import Standing
from connectors.sandbox.world import Buyer, Order, World
from connectors.sandbox.world.buyers import Buyers
from desk import practice, thread
from store.sql import shop, tickets
from store.sql.rows import Clock, Ticket
from store.unit import Store
from store.values import Actor, Instant

LANG = "es"
_WAIT_S = 10.0


class Failed(Exception):
    """A step did not hold; the text says what was found instead."""


@dataclass(slots=True)
class MovedClock:
    """The machine's clock, and how far it was moved on."""

    ahead: int = 0

    def now(self) -> Instant:
        return time.time_ns() // 1_000_000 + self.ahead


@dataclass(slots=True)
class Scene:
    """What the steps hand on to each other; `facts` are those of the step at hand."""

    wired: Wired
    clock: MovedClock
    server: MailStandIn
    buyers: Buyers
    world: World
    bought: Order
    shops: Mapping[str, Standing]
    """The accounts at marketplaces, by channel."""
    message_id: str = ""
    ticket_id: int = 0
    text: str = ""
    template: str = ""
    row_id: int = 0
    ours: bytes = b""
    three: list[int] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def buyer(self) -> Buyer:
        return self.bought.buyer

    @property
    def store(self) -> Store:
        return self.wired.store

    @property
    def ticket(self) -> Ticket:
        found = tickets.get(self.store.conn, self.ticket_id)
        if found is None:
            raise Failed(_("the ticket is gone"))
        return found

    @property
    def owner(self) -> Actor:
        agent = shop.agent(self.store.conn, self.ticket.assignee_id or practice.PERSON)
        assert agent is not None
        return acting(agent)

    def clock_row(self, kind: str) -> Clock:
        """The ticket's newest clock of a kind."""
        found = [c for c in thread.read(self.store.conn, self.ticket_id).clocks if c.kind == kind]
        if not found:
            raise Failed(_("there is no clock of kind {kind}").format(kind=kind))
        return found[-1]

    def sync(self) -> None:
        self.wired.sync().once()


def must(holds: object, otherwise: str, **gaps: object) -> None:
    if not holds:
        raise Failed(_(otherwise).format(**gaps))


def until(holds: Callable[[], object]) -> None:
    """Waits for another thread's work, a few milliseconds at a time."""
    deadline = time.monotonic() + _WAIT_S
    while not holds():
        must(time.monotonic() < deadline, N_("the mail did not arrive"))
        time.sleep(0.005)
