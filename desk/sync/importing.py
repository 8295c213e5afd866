"""Import: mail and conversations from files. Idempotent; a bad item is told by name and the rest goes in; stopping it
keeps what is in, and the same command goes on from there.

History before the cut-off comes in closed, without clock, owner or any automatic act. While somebody works on the desk
the steps are small with pauses between; else they are large.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from itertools import islice
from typing import NamedTuple

from desk import channels
from desk.sync import importing_bulk as bulk
from desk.sync.importing_helper import elsewhere, here
from desk.sync.importing_lines import Bad, Conversation, Message
from desk.sync.importing_sources import Source, line_batches
from desk.sync.inbound import Inbound
from desk.sync.intake import Door, Taken, admit, door
from desk.sync.reader import Reader
from store.errors import N_, DeskError, NotFound
from store.sql import people, shop
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import SECOND, Actor, Instant

IMPORTER = Actor("connector", "import")
QUIET_BATCH, BUSY_BATCH = 16_000, 8
"""Messages per transaction: on a desk nobody looks at, and beside somebody's open session."""
LIVE_BATCH = 1_000
"""Messages per transaction where tickets come in open: each gets a clock and an owner."""
MOST_BAD = 1_000
"""Unreadable things kept by name."""
PAUSE_S = 0.010
_LINES, _BYTES = 4_000, 32 << 20
_SMALL = 1 << 20
"""Bytes of lines below which another process is not worth its start."""
_PRESENT = 30 * SECOND
_ROOMY = ("cache_size = -262144", "wal_autocheckpoint = 50000")
"""Memory and a long log, while it lasts: a page that many batches touch is written once."""
_USUAL = ("cache_size = -2000", "wal_autocheckpoint = 16000")


class TableRead(NamedTuple):
    """How a .csv file is understood: the profile's id and name, what it holds, column → field, columns nobody knows."""

    name: str
    profile: str
    title: str
    kind: str
    encoding: str
    separator: str
    columns: dict[str, str]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class Imported:
    """What an import brought so far. `size` of `total` bytes are done."""

    total: int = 0
    size: int = 0
    fresh: int = 0
    known: int = 0
    tickets: int = 0
    open: int = 0
    bad: list[Bad] = field(default_factory=list)
    orders: int = 0
    customers: int = 0
    returns: int = 0
    reviews: int = 0
    products: int = 0
    changed: int = 0
    """Orders and whatever else is no message that were here and are brought up to date."""
    tables: list[TableRead] = field(default_factory=list)
    bad_count: int = 0
    """`bad` holds the first `MOST_BAD` of them."""


Progress = Callable[[Imported], None]


@dataclass(slots=True)
class Import:
    """One run. `channel` takes everything; without it lines go to the channels they name and mail to the first mail
    channel, made where missing. `since`: what is older comes in closed. `done` is true to what is stored at any time.
    """

    store: Store
    reader: Callable[[], Reader]
    since: Instant
    channel: str = ""
    classify: bool = False
    profile: str = ""
    """What a .csv file is, as a person says; "" to look at its columns."""
    zone: tzinfo = UTC
    """Of times in a .csv file that name none."""
    dry_run: bool = False
    progress: Progress = lambda done: None
    done: Imported = field(default_factory=Imported)
    _channels: dict[str, Channel] = field(default_factory=dict)
    _looked_at: float = -1.0
    _somebody: bool = False

    def run(self, found: Sequence[Source]) -> Imported:
        """Everything in `found`. Raises NotFound for an unknown channel; KeyboardInterrupt passes, `done` stays."""
        if self.channel and shop.channel(self.store.conn, self.channel) is None:
            raise NotFound(N_("There is no channel {item}."), item=self.channel, next=N_("See: deskhand channel list"))
        self.done.total = sum(s.size for s in found)
        self._tune(_ROOMY)
        collecting = gc.isenabled()
        gc.disable()  # hundreds of thousands of rows without a cycle among them
        try:
            if tables := [s for s in found if s.kind == "csv"]:
                from desk.sync.importing_tables import bring

                bring(self, tables)
            self._lines([s for s in found if s.kind == "lines"])
            if mails := [s for s in found if s.kind not in ("csv", "lines")]:
                from desk.sync.importing_mails import bring_mails

                bring_mails(self, mails)
        finally:
            self._tune(_USUAL)
            if collecting:
                gc.enable()
        return self.done

    def _tune(self, pragmas: Sequence[str]) -> None:
        for pragma in pragmas:
            self.store.conn.execute(f"PRAGMA {pragma}")

    # Lines ---------------------------------------------------------------------------------------------

    def _lines(self, found: Sequence[Source]) -> None:
        classify_from = 0 if self.classify else self.since
        batches = ((b, sum(len(line) for _name, line in b)) for s in found for b in line_batches(s, _LINES, _BYTES))
        small = sum(s.size for s in found) < _SMALL
        for (made, bad), size in (here if small else elsewhere)(batches, classify_from):
            self.set_aside(bad)
            self.put(made)
            self.done.size += size
            self.progress(self.done)

    def put(self, made: Sequence[Conversation]) -> None:
        """Stores conversations; a dry run counts them."""
        if self.dry_run:
            self._count(made)
        else:
            self._store(made)

    def _count(self, made: Sequence[Conversation]) -> None:
        parts = bulk.split(self.store.conn, made)
        self.done.fresh += sum(len(c.messages) for c in parts.new) + len(parts.single)
        self.done.tickets += len(parts.new)
        self.done.open += sum(c.newest >= self.since for c in parts.new)
        self.done.known += parts.again

    def _store(self, made: Sequence[Conversation]) -> None:
        rest = deque(made)
        while rest:
            slice_: list[Conversation] = []
            room = self.room(any(c.newest >= self.since for c in islice(rest, LIVE_BATCH)))
            while rest and (not slice_ or room >= len(rest[0].messages)):
                room -= len(rest[0].messages)
                slice_.append(rest.popleft())
            self._store_slice(slice_)
            self.pause()

    def _store_slice(self, made: Sequence[Conversation]) -> None:
        singles: list[tuple[Conversation, Message]] = []
        with self.store.write(IMPORTER) as unit:
            by_name = {c.channel: self.channel_for(unit, c.channel) for c in made}
            parts = bulk.split(unit.conn, made)
            brought = bulk.store(unit, parts.new, by_name, self.since)
            singles = parts.single
            doors = {name: door(unit, channel.id) for name, channel in by_name.items()} if singles else {}
            outcome = [self.take(unit, doors[c.channel], bulk.inbound(c, m), m.key) for c, m in singles]
        self.done.fresh += brought.messages
        self.done.tickets += brought.tickets
        self.done.open += len(brought.live)
        self.done.known += parts.again
        self.settle(outcome)

    # Both ----------------------------------------------------------------------------------------------

    def came(self, size: int) -> None:
        """`size` bytes of all files are done."""
        self.done.size = max(self.done.size, size)
        self.progress(self.done)

    def take(self, unit: UnitOfWork, at: Door, item: Inbound, name: str) -> Taken | Bad:
        """One message; why it does not go in, where it does not."""
        try:
            with unit.attempt():
                return admit(unit, at, item, history=item.arrived_at < self.since)
        except DeskError as error:
            return Bad(name, error.english())

    def settle(self, outcome: Iterable[Taken | Bad]) -> None:
        """Counts what is committed."""
        for one in outcome:
            if isinstance(one, Bad):
                self.set_aside([one])
            else:
                self.done.fresh += one.fresh
                self.done.known += not one.fresh
                self.done.tickets += one.opened

    def set_aside(self, found: Iterable[Bad]) -> None:
        """What cannot be read; of millions only the first are kept by name."""
        for one in found:
            self.done.bad_count += 1
            if len(self.done.bad) < MOST_BAD:
                self.done.bad.append(one)

    def forget_channels(self) -> None:
        """After a trial: those it made are gone."""
        self._channels.clear()

    def channel_for(self, unit: UnitOfWork, named: str, platform: str = "") -> Channel:
        """Where what names a channel belongs; what names none goes to the only account of its platform. A channel made here
        fetches nothing and sends nothing."""
        wanted = self.channel or named
        if not wanted and platform:
            own = [c.id for c in shop.channels(unit.conn) if c.platform == platform]
            wanted = own[0] if len(own) == 1 else platform
        if wanted not in self._channels:
            self._channels[wanted] = channels.of_import(unit, wanted)
        return self._channels[wanted]

    def room(self, live: bool) -> int:
        """Messages for the next transaction."""
        return BUSY_BATCH if self.watched() else LIVE_BATCH if live else QUIET_BATCH

    def pause(self) -> None:
        """Lets others write."""
        if self.watched():
            time.sleep(PAUSE_S)
            self.store.tidy()

    def watched(self) -> bool:
        """Whether a session is open, looked up once a second."""
        if time.monotonic() - self._looked_at > 1:
            self._somebody = bool(people.present(self.store.conn, self.store.clock.now() - _PRESENT))
            self._looked_at = time.monotonic()
        return self._somebody
