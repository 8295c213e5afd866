"""A small real desk without a face: an injected clock, two agents, two mailboxes and a chat; buyers write by intake."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from desk import agents, channels, outbox, setup
from desk.agents import NewAgent
from desk.reading.records import Understanding
from desk.sync import lease
from desk.sync.inbound import Inbound
from desk.sync.intake import Taken, take
from store import events
from store.events import Event
from store.sql import clocks, messages, tickets
from store.sql.rows import Clock, Ticket
from store.unit import Store, UnitOfWork
from store.values import HOUR, SYSTEM, Actor, Instant

NOON: Instant = 1_794_916_800_000
"""2026-11-17T12:00Z, a Tuesday inside the shop's hours."""
ANA, WEI = Actor("agent", "ana"), Actor("agent", "wei")
MAIL = Actor("connector", "mail")
CARE, HELP = "care@shop.example", "help@shop.example"


class Clock_:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> Instant:
        return self.at


def _ids() -> Callable[[], str]:
    made = itertools.count(1)
    return lambda: f"id{next(made):06d}"


@lru_cache(maxsize=1)
def _template() -> Path:
    """One furnished desk per process; every other is a copy of its file."""
    folder = Path(tempfile.mkdtemp()) / "template"
    store = Store.create(folder, clock=Clock_(), ids=_ids(), name="Nordlicht")
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=[NewAgent("ana", "Ana"), NewAgent("wei", "Wei")])
        for ident, address, kind in (("mail", CARE, "email"), ("second", HELP, "email"), ("chat", "", "chat")):
            channels.add(unit, ident, platform="email", name=ident, label=ident, settings={"from_address": address},
                         since=0, kind=kind)  # fmt: skip
        for agent in ("ana", "wei"):
            agents.set_presence(unit, agent, "on")
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return folder


class Desk:
    """`store` with agents ana and wei on duty; `mail` lets a buyer write, `act` does something as an agent."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.ids = Clock_(), _ids()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_template() / "desk.db", folder / "desk.db")
        self.store = Store.open(folder, clock=self.clock, ids=self.ids)
        self.holder = self.held()
        self._n = itertools.count(1)

    def held(self, name: str = "here") -> lease.Holder:
        self.store.conn.execute("UPDATE lease SET expires_at = 0")
        found = lease.take(self.store, lease.SYNC, name)
        assert found is not None
        return found

    def take(self, item: Inbound, channel: str = "mail", *, history: bool = False) -> Taken:
        with self.store.write(MAIL) as unit:
            return take(unit, channel, item, history=history)

    def mail(self, *, channel: str = "mail", history: bool = False, **values: Any) -> Taken:
        return self.take(self.inbound(**values), channel, history=history)

    def inbound(
        self, text: str = "Where is my parcel?", *, sender: str = "anna@buyer.example", key: str = "",
        answers: str = "", refs: tuple[str, ...] = (), hours_ago: float = 0.0, to: tuple[str, ...] = (CARE,),
        subject: str = "Question", urgency: int = 0, lang: str = "en", **more: Any,
    ) -> Inbound:  # fmt: skip
        """A buyer's mail; its Message-ID is `key`."""
        at = more.pop("at", self.clock.at - int(hours_ago * HOUR))
        return Inbound(
            remote_key=f"mail:{key or f'm{next(self._n)}@buyer.example'}",
            sender_key=f"email:{sender}" if sender else "",
            sender_name=sender.partition("@")[0], sender_address=sender, subject=subject, text=text,
            sent_at=more.pop("sent_at", at), arrived_at=at, recipients=to, in_reply_to=answers,
            references=refs or ((answers,) if answers else ()),
            understanding=Understanding(lang, "other", urgency=urgency), **more,
        )  # fmt: skip

    @contextmanager
    def acting(self, actor: Actor = ANA) -> Iterator[UnitOfWork]:
        with self.store.write(actor) as unit:
            yield unit

    def reply(self, ticket_id: int, text: str = "It is on its way.", *, by: Actor = ANA, then: str = "open",
              base_seq: int | None = None) -> int:  # fmt: skip
        """Queues a reply; returns its row."""
        with self.acting(by) as unit:
            seen = self.ticket(ticket_id).thread_seq if base_seq is None else base_seq
            return outbox.queue(
                unit, outbox.Reply(ticket_id, text, ("anna@buyer.example",), "Re: Question", seen, then=then)
            )

    def ticket(self, ticket_id: int) -> Ticket:
        found = tickets.get(self.store.conn, ticket_id)
        assert found is not None
        return found

    def clocks(self, ticket_id: int) -> dict[str, Clock]:
        """The newest clock of each kind."""
        return {c.kind: c for c in clocks.of_ticket(self.store.conn, ticket_id)}

    def said(self, ticket_id: int) -> list[str]:
        return [m.body for m in messages.of_ticket(self.store.conn, ticket_id)]

    def told(self, ticket_id: int, verb: str) -> list[Event]:
        return [e for e in events.of_ticket(self.store.conn, ticket_id) if e.verb == verb]

    def count(self, table: str) -> int:
        n: int = self.store.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return n

    def close(self) -> None:
        self.store.close()
