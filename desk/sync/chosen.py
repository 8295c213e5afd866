"""An account's connector as its schedule wants it: the streams that were chosen, as far back as was asked, and the first
fetch noted while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from connectors.contract import Connector, Page
from desk import reach
from desk.sync import first, schedule
from desk.sync.first import First
from desk.sync.lease import Holder
from store.sql import sync
from store.sql.rows import Channel
from store.unit import Store
from store.values import SECOND, SYSTEM, Instant

_NOTED = SECOND
"""How often the first fetch is noted at most (milliseconds)."""


class Chosen:
    """What `desk.sync.pull` asks of a connector, and nothing else."""

    def __init__(self, store: Store, holder: Holder, channel: Channel, connector: Connector, plan: schedule.Schedule) -> None:
        self._store, self._holder, self._channel, self._connector, self._plan = store, holder, channel, connector, plan
        self._far = channel.since if plan.history is None else plan.history
        if reach.is_api(channel):
            self._far = max(self._far, self._now() - schedule.FURTHEST)
        self._first = self._begun()
        self._noted_at: Instant = 0

    def streams(self) -> tuple[str, ...]:
        found = self._connector.streams()
        wanted = tuple(name for name in found if self._plan.wants(name)) or found
        return (*(n for n in wanted if n not in schedule.SELDOM), *(n for n in wanted if self._due(n)))

    def _due(self, stream: str) -> bool:
        """Whether one of the streams that are asked for seldom is due."""
        last = sync.through(self._store.conn, self._channel.id, stream)
        return stream in schedule.SELDOM and not 0 <= self._now() - last < schedule.SELDOM[stream]

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        """`since` gives way to how far back this account goes."""
        if self._first is not None:
            self._note(self._first.begin(stream, self._now()))
        for page in self._connector.pull(stream, cursor, since=self._far):
            yield page  # stored by the time this goes on
            if self._first is not None:
                self._note(self._first.on(stream, page, self._now()))
        if self._first is not None:
            self._note(self._first.over(stream, self._now()), last=True)
        if stream in schedule.SELDOM:
            with self._store.write(SYSTEM) as unit:
                self._holder.check(unit)
                sync.put_through(unit.conn, self._channel.id, stream, self._now())

    def _begun(self) -> First | None:
        """The first fetch, where this one is part of it."""
        known = first.of(self._store.conn, self._channel.id)
        if known is None:
            if self._channel.last_good_at:
                return None
            now = self._now()
            streams = tuple(first.Stream(name) for name in self.streams() if name not in schedule.SELDOM)
            return First(now, self._far, now, streams)
        return None if known.done else known

    def _now(self) -> Instant:
        return self._store.clock.now()

    def _note(self, found: First, *, last: bool = False) -> None:
        before, self._first = self._first, found
        moved = before is None or [s.begun_at for s in before.streams] != [s.begun_at for s in found.streams]
        if last or moved or found.at - self._noted_at >= _NOTED:
            self._noted_at = found.at
            with self._store.write(SYSTEM) as unit:
                self._holder.check(unit)
                first.put(unit, self._channel.id, found)


def chosen(store: Store, holder: Holder, channel: Channel, connector: Connector, plan: schedule.Schedule) -> Connector:
    """The connector for one fetch."""
    return cast(Connector, Chosen(store, holder, channel, connector, plan))
