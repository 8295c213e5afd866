"""One person's session on a desk: what is read for the panes, and the one thread in which this session writes.

Knows no widget. Reads happen on the caller's thread (micro- to milliseconds, an index each); writes go one after the
other through `act`, because they may have to wait for another session's.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from app.listing import Listing
from desk import inbox
from store import events
from store.sql import outbox, people, shop, sync, tickets
from store.sql.people import Draft, Seen
from store.sql.rows import Agent, View
from store.unit import Store, UnitOfWork
from store.values import SECOND, Actor, Instant

if TYPE_CHECKING:
    from app.happened import Reader
    from desk.query import Context
    from desk.since import Since
    from desk.thread import Thread
    from store.events import Event
    from store.sql.mentions import Mention

_T = TypeVar("_T")

MENTIONS = View("mentions", "Mentions", "is:unseen", "", -1)
"""A view of this person's own that comes and goes."""

TOLD_OF = frozenset({"assigned", "noted", "unattended", "told", "channel_fault", "clock_warned", "clock_breached", "reply_failed",
                     "reply_unknown", "deed_failed", "deed_unknown"})  # fmt: skip
"""Verbs of events a person may want to be told of."""

FEED = 400
"""Events looked at one by one per poll; more than that and the panes are read anew."""
_HEARTBEAT = 10 * SECOND


class News(NamedTuple):
    """What changed since the last poll: tickets of the events, or `everything` when there were too many; `for_me` are
    events this person wants to be told of, each with the ways they chose. `stirred`: there was a commit without any
    event, as when a colleague goes elsewhere or sync begins."""

    tickets: tuple[int, ...] = ()
    everything: bool = False
    anything: bool = False
    stirred: bool = False
    for_me: tuple[tuple[Event, tuple[str, ...]], ...] = ()


class Session:
    """`session_id` names this terminal among all; `zone` is where its person is."""

    def __init__(self, store: Store, agent: Agent, zone: tzinfo, session_id: str) -> None:
        self.store, self.agent, self.zone, self.id = store, agent, zone, session_id
        self.actor = Actor("agent", agent.id)
        self.listing = Listing(store.conn, agent.id)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._version = store.changed()
        self._seq = events.head(store.conn).seq
        self._told: tuple[int | None, bool] | None = None
        self._told_at: Instant = 0
        self._names: tuple[int, dict[str, str]] | None = None

    @property
    def now(self) -> Instant:
        return self.store.clock.now()

    # Reading ------------------------------------------------------------------------------------

    def context(self) -> Context:
        return inbox.context(self.store.conn, self.agent.id, self.now, self.zone)

    def resolve(self, query: str) -> inbox.List:
        """Raises Invalid with the column in its gaps."""
        return inbox.resolve(query, self.context())

    def views(self) -> list[inbox.ViewLine]:
        """The views of the pane; notes that name this person stand first while there are unseen ones."""
        found, waiting = inbox.views(self.store.conn, self.context()), len(self.mentions())
        return [inbox.ViewLine(MENTIONS, waiting), *found] if waiting else found

    def quiet_views(self) -> list[View]:
        """Views the pane does not list."""
        return inbox.quiet_views(self.store.conn, self.agent.id)

    def summary(self) -> inbox.Summary:
        return inbox.summary(self.store.conn, self.now, inbox.midnight(self.now, self.zone))

    def urgent(self) -> int:
        return inbox.urgent(self.store.conn, self.now)

    def there(self) -> dict[int, tuple[str, bool]]:
        """Ticket → (colleague, writing)."""
        return inbox.writers(self.store.conn, self.id, self.now)

    def syncing(self) -> bool:
        lease = sync.lease(self.store.conn, "sync")
        return lease is not None and lease.expires_at > self.now

    def connected(self) -> bool:
        return any(c.settings != "{}" for c in shop.channels(self.store.conn))

    def thread(self, ticket_id: int, shown: int, before: int | None = None) -> Thread:
        """Raises NotFound."""
        from desk.thread import read

        return read(self.store.conn, ticket_id, shown=shown, before=before)

    def team(self) -> list[tuple[str, str]]:
        """Whom a ticket can be given to, id and name: the agents, then the groups."""
        from store.sql import teams

        conn = self.store.conn
        return [*((a.id, a.id) for a in shop.agents(conn)), *((g.id, g.name) for g in teams.groups(conn))]

    def since(self) -> Since | None:
        """What happened since this person was last here, where that is some time ago and anything did."""
        from desk import since

        conn, now = self.store.conn, self.now
        at = since.left_at(conn, self.agent.id, self.id)
        if at is None or now - at < since.AWAY:
            return None
        found = since.since(conn, self.agent.id, at, now)
        return found if found.anything else None

    def reader(self) -> Reader:
        """What this person needs to be told what happened: rules and groups by name, read anew after a change."""
        from app.happened import Reader
        from store.sql import rules, teams

        version = self.store.changed()
        if self._names is None or self._names[0] != version:
            conn = self.store.conn
            named = [*((r.id, r.name) for r in rules.listed(conn)), *((g.id, g.name) for g in teams.groups(conn))]
            self._names = version, dict(named)
        return Reader(self.now, self.zone, self._names[1])

    def mentions(self) -> list[Mention]:
        """Notes that name this person and were not looked at, oldest first."""
        from store.sql.mentions import unseen

        return unseen(self.store.conn, self.agent.id)

    def draft(self, ticket_id: int) -> Draft | None:
        return people.draft(self.store.conn, ticket_id, self.agent.id)

    # News ---------------------------------------------------------------------------------------

    def poll(self) -> News:
        """Whether anybody committed since the last poll, and which tickets that touched. Microseconds when nothing."""
        version = self.store.changed()
        if version == self._version:
            return News()
        self._version = version
        found = events.after(self.store.conn, self._seq, FEED)
        if not found:
            return News(stirred=True)
        if len(found) >= FEED:
            self._seq = events.head(self.store.conn).seq
            return News(everything=True, anything=True)
        self._seq = found[-1].seq
        mine = tuple((e, ways) for e in found if e.verb in TOLD_OF and (ways := self._ways(e)))
        return News(tuple(dict.fromkeys(e.ticket_id for e in found if e.ticket_id)), anything=True, for_me=mine)

    def _ways(self, event: Event) -> tuple[str, ...]:
        """How this person wants to be told of an event, if it is anything to them."""
        from app import notify

        conn, me = self.store.conn, self.agent.id

        def owner(ticket_id: int) -> str | None:
            ticket = tickets.get(conn, ticket_id)
            return ticket.assignee_id if ticket else None

        def writer(row_id: int) -> str:
            row = outbox.get(conn, row_id)
            return row.agent_id if row else ""

        kind = notify.kind_of(event, me, owner, writer)
        return notify.of_agent(conn, me).ways(kind, self.now, self.zone) if kind else ()

    # Writing ------------------------------------------------------------------------------------

    async def act(self, verb: Callable[[UnitOfWork], _T]) -> _T:
        """Runs a verb in one transaction on the writing thread. Raises what the verb or the store raises."""

        def run() -> _T:
            with self.store.write(self.actor) as unit:
                return verb(unit)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def work(self, job: Callable[[Store], _T]) -> _T:
        """Runs what takes several transactions, on the writing thread. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, job, self.store)

    def act_now(self, verb: Callable[[UnitOfWork], _T]) -> _T:
        """The same, waited for: for the last words of a dying session."""
        with self.store.write(self.actor) as unit:
            return verb(unit)

    async def present(self, ticket_id: int | None, writing: bool) -> None:
        """Tells the others where this person is, when it changed or every few seconds."""
        now = self.now
        if self._told == (ticket_id, writing) and now - self._told_at < _HEARTBEAT:
            return
        self._told, self._told_at = (ticket_id, writing), now
        seen = Seen(self.id, self.agent.id, ticket_id, int(writing), now)
        await self.act(lambda unit: people.put_presence(unit.conn, seen))
        await asyncio.get_running_loop().run_in_executor(self._writer, self.store.tidy)

    @contextmanager
    def staying(self, ticket_id: int | None) -> Iterator[None]:
        """Goes on telling the others that this person writes there, while the main thread waits for an editor."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(_HEARTBEAT / 1000):
                seen = Seen(self.id, self.agent.id, ticket_id, 1, self.now)
                self._writer.submit(self.act_now, lambda unit, seen=seen: people.put_presence(unit.conn, seen))

        if ticket_id is not None:
            threading.Thread(target=tell, name="presence", daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def leave(self) -> None:
        """Takes this session off the list of those present and ends the writing thread."""
        self._writer.shutdown(wait=True)

        def gone(unit: UnitOfWork) -> None:
            people.drop_presence(unit.conn, self.id)
            people.put_last_seen(unit.conn, self.agent.id, unit.now)

        self.act_now(gone)
