"""Import: mail and conversations from files. Idempotent; a bad item is told by name and the rest goes in; stopping it
keeps what is in, and the same command goes on from there.

History before the cut-off comes in closed, without clock, owner or any automatic act. While somebody works on the desk
the steps are small with pauses between; else they are large.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from desk import channels
from desk.reading.records import Mail, Understanding
from desk.sync import importing_bulk as bulk
from desk.sync.importing_lines import Bad, Conversation, Message, Prepared, prepare
from desk.sync.importing_sources import LARGEST_MAIL, RawItem, Source, line_batches, mails
from desk.sync.intake import Door, Inbound, Taken, admit, door
from desk.sync.reader import Read, Reader
from store.errors import N_, DeskError, NotFound
from store.sql import messages, people, shop, sync
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import SECOND, Actor, Instant

if TYPE_CHECKING:
    from desk.sync.importing_csv_rows import Customer, Order

IMPORTER = Actor("connector", "import")
QUIET_BATCH, BUSY_BATCH = 16_000, 8
"""Messages per transaction: on a desk nobody looks at, and beside somebody's open session."""
BUSY_MAILS = 3
"""Mails per transaction beside an open session: each finds its thread, its clock and its owner, about 3 ms."""
LIVE_BATCH = 1_000
"""Messages per transaction where tickets come in open: each gets a clock and an owner."""
MAIL_BATCH, MAIL_BYTES = 500, 16 << 20
"""The same for mails and the bytes of them."""
PAUSE_S = 0.010
_LINES, _BYTES = 4_000, 32 << 20
_SMALL = 1 << 20
"""Bytes of lines below which another process is not worth its start."""
_PRESENT = 30 * SECOND
_ROOMY = ("cache_size = -262144", "wal_autocheckpoint = 50000")
"""Memory and a long log, while it lasts: a page that many batches touch is written once."""
_USUAL = ("cache_size = -2000", "wal_autocheckpoint = 16000")


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
    changed: int = 0
    """Orders and customers that were here and are brought up to date."""
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By .csv file, the columns nobody knows."""


class _Undone(Exception):
    """Ends a trial: the transaction is rolled back."""


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
            self._tables([s for s in found if s.kind == "csv"])
            self._lines([s for s in found if s.kind == "lines"])
            self._mails([s for s in found if s.kind not in ("csv", "lines")])
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
        for (made, bad), size in (_here if small else _elsewhere)(batches, classify_from):
            self._bad(bad)
            if self.dry_run:
                self._count(made)
            else:
                self._store(made)
            self.done.size += size
            self.progress(self.done)

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
            room = self._room(any(c.newest >= self.since for c in islice(rest, LIVE_BATCH)))
            while rest and (not slice_ or room >= len(rest[0].messages)):
                room -= len(rest[0].messages)
                slice_.append(rest.popleft())
            self._store_slice(slice_)
            self._pause()

    def _store_slice(self, made: Sequence[Conversation]) -> None:
        singles: list[tuple[Conversation, Message]] = []
        with self.store.write(IMPORTER) as unit:
            by_name = {c.channel: self._channel(unit, c.channel) for c in made}
            parts = bulk.split(unit.conn, made)
            brought = bulk.store(unit, parts.new, by_name, self.since)
            singles = parts.single
            doors = {name: door(unit, channel.id) for name, channel in by_name.items()} if singles else {}
            outcome = [self._take(unit, doors[c.channel], bulk.inbound(c, m), m.key) for c, m in singles]
        self.done.fresh += brought.messages
        self.done.tickets += brought.tickets
        self.done.open += len(brought.live)
        self.done.known += parts.again
        self._settle(outcome)

    # Tables --------------------------------------------------------------------------------------------

    def _tables(self, found: Sequence[Source]) -> None:
        if not found:
            return
        from desk.sync import importing_csv_run as tables
        from desk.sync.importing_csv import table
        from desk.sync.importing_csv_columns import MESSAGES

        understood = tables.in_order([(s, table(s.path)) for s in found])
        self.done.unknown = {t.path.name: t.columns.unknown for _s, t in understood if t.columns.unknown}
        for source, one in understood:
            before = self.done.size
            if one.columns.kind == MESSAGES:
                for lines, bad, size in tables.lines(one, _LINES):
                    self._conversations(lines, bad)
                    self._came(before + min(size, source.size))
            else:
                for batch, bad, size in tables.things(one):
                    self._bad(bad)
                    self._put(batch)
                    self._came(before + min(size, source.size))
            self._came(before + source.size)

    def _came(self, size: int) -> None:
        self.done.size = max(self.done.size, size)
        self.progress(self.done)

    def _conversations(self, lines: Sequence[tuple[str, bytes]], bad: Sequence[Bad]) -> None:
        made, unreadable = prepare(lines, 0 if self.classify else self.since)
        self._bad([*bad, *unreadable])
        if self.dry_run:
            self._count(made)
        else:
            self._store(made)

    def _put(self, batch: Sequence[Order | Customer]) -> None:
        """Stores orders and customers; a dry run does it and takes it back."""
        from desk.sync.importing_csv_rows import Order
        from desk.sync.importing_csv_store import Came, put_customer, put_order

        rest = deque(batch)
        while rest:
            came: list[tuple[bool, Came]] = []
            try:
                with self.store.write(IMPORTER) as unit:
                    for one in [rest.popleft() for _ in range(min(len(rest), self._room(live=True)))]:
                        if isinstance(one, Order):
                            came.append((True, put_order(unit, self._channel(unit, one.channel).id, one)))
                        else:
                            came.append((False, put_customer(unit, one)))
                    if any(c is not Came.KNOWN for _o, c in came):
                        unit.append("shop_imported", {
                            "orders": sum(o and c is Came.NEW for o, c in came),
                            "customers": sum(not o and c is Came.NEW for o, c in came),
                            "changed": sum(c is Came.CHANGED for _o, c in came),
                        })  # fmt: skip
                    if self.dry_run:
                        self._channels.clear()  # one made here goes, too
                        raise _Undone
            except _Undone:
                pass
            self.done.orders += sum(o and c is Came.NEW for o, c in came)
            self.done.customers += sum(not o and c is Came.NEW for o, c in came)
            self.done.changed += sum(c is Came.CHANGED for _o, c in came)
            self.done.known += sum(c is Came.KNOWN for _o, c in came)
            self._pause()

    # Mail ----------------------------------------------------------------------------------------------

    def _mails(self, found: Sequence[Source]) -> None:
        if not found:
            return
        taken: deque[RawItem] = deque()

        def raws() -> Iterator[bytes]:
            for source in found:
                for item in mails(source):
                    taken.append(item)
                    yield item.raw

        read = self.reader().mails(raws())
        while batch := list(_handful(taken, read, self._mail_room())):
            inbound = [self._inbound(item, mail, meaning) for item, mail, meaning in batch]
            if self.dry_run:
                self._count_mails(inbound)
            else:
                self._store_mails(inbound)
                self._pause()
            self.done.size += sum(item.size for item, _mail, _meaning in batch)
            self.progress(self.done)

    def _inbound(self, item: RawItem, mail: Mail | str, meaning: Understanding | None) -> Inbound | tuple[RawItem, str]:
        if not item.raw:
            return item, f"larger than {LARGEST_MAIL >> 20} MB" if item.size else "empty"
        if isinstance(mail, str):
            return item, mail
        at = item.at or mail.date or self.store.clock.now()
        return Inbound.from_mail(mail, meaning, item.raw, min(at, self.store.clock.now()), sent_copy=item.sent)

    def _count_mails(self, found: Iterable[Inbound | tuple[RawItem, str]]) -> None:
        for item in found:
            if not isinstance(item, Inbound):
                self._bad([Bad(item[0].name, item[1])])
            elif messages.by_remote_key(self.store.conn, item.remote_key):
                self.done.known += 1
            else:
                self.done.fresh += 1

    def _store_mails(self, found: Sequence[Inbound | tuple[RawItem, str]]) -> None:
        outcome: list[Taken | Bad] = []
        with self.store.write(IMPORTER) as unit:
            at = door(unit, self._channel(unit, "").id)
            good = [item for item in found if isinstance(item, Inbound)]
            try:
                with unit.attempt():
                    outcome += [admit(unit, at, item, history=item.arrived_at < self.since) for item in good]
            except DeskError:  # one of them does not go in: each by itself finds out which
                outcome = [self._take(unit, at, item, item.remote_key) for item in good]
            for item in found:
                if not isinstance(item, Inbound):
                    raw, reason = item
                    sha = messages.put_blob(unit.conn, raw.raw)
                    if sync.quarantine(unit.conn, at.channel.id, raw.name, reason, sha, unit.now):
                        unit.append("quarantined", {"channel": at.channel.id, "ref": raw.name, "reason": reason})
                    outcome.append(Bad(raw.name, reason))
        self._settle(outcome)

    # Both ----------------------------------------------------------------------------------------------

    def _take(self, unit: UnitOfWork, at: Door, item: Inbound, name: str) -> Taken | Bad:
        try:
            with unit.attempt():
                return admit(unit, at, item, history=item.arrived_at < self.since)
        except DeskError as error:
            return Bad(name, error.english())

    def _settle(self, outcome: Iterable[Taken | Bad]) -> None:
        """Counts what is committed."""
        for one in outcome:
            if isinstance(one, Bad):
                self._bad([one])
            else:
                self.done.fresh += one.fresh
                self.done.known += not one.fresh
                self.done.tickets += one.opened

    def _bad(self, found: Iterable[Bad]) -> None:
        self.done.bad += found

    def _channel(self, unit: UnitOfWork, named: str) -> Channel:
        """Where messages that name a channel belong; a channel made here fetches nothing and sends nothing."""
        wanted = self.channel or named
        if wanted not in self._channels:
            self._channels[wanted] = channels.of_import(unit, wanted)
        return self._channels[wanted]

    def _room(self, live: bool) -> int:
        return BUSY_BATCH if self._watched() else LIVE_BATCH if live else QUIET_BATCH

    def _mail_room(self) -> int:
        return BUSY_MAILS if self._watched() else MAIL_BATCH

    def _pause(self) -> None:
        if self._watched():
            time.sleep(PAUSE_S)
            self.store.tidy()

    def _watched(self) -> bool:
        """Whether a session is open, looked up once a second."""
        if time.monotonic() - self._looked_at > 1:
            self._somebody = bool(people.present(self.store.conn, self.store.clock.now() - _PRESENT))
            self._looked_at = time.monotonic()
        return self._somebody


def _handful(
    taken: deque[RawItem], read: Iterator[Read], most: int
) -> Iterator[tuple[RawItem, Mail | str, Understanding | None]]:
    """The next mails of `read` with where they lay: `most` of them, or as many as make a large transaction."""
    size = 0
    for mail, meaning in islice(read, most):
        item = taken.popleft()
        yield item, mail, meaning
        size += item.size
        if size >= MAIL_BYTES:
            return


Batches = Iterator[tuple[Sequence[tuple[str, bytes]], int]]


def _here(batches: Batches, classify_from: Instant) -> Iterator[tuple[Prepared, int]]:
    for batch, size in batches:
        yield prepare(batch, classify_from), size


def _elsewhere(batches: Batches, classify_from: Instant) -> Iterator[tuple[Prepared, int]]:
    """Lines are prepared in another process while this one stores what came before."""
    waiting: deque[tuple[Future[Prepared], int]] = deque()
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_quiet)
    try:
        for batch, size in batches:
            waiting.append((pool.submit(prepare, batch, classify_from), size))
            if len(waiting) > 2:
                made, done = waiting.popleft()
                yield made.result(), done
        while waiting:
            made, done = waiting.popleft()
            yield made.result(), done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    """In the helper: Ctrl-C is the importer's business, and the helper never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
