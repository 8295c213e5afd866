"""Pulls one channel: pages come from the connector, are read in worker processes, and are stored with their cursor in
one transaction each. A crash anywhere repeats at most one page, which is then already known."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

from connectors.contract import (
    BadRecord,
    Connector,
    MessageRecord,
    OrderRecord,
    Page,
    RawMail,
    Record,
    ReviewRecord,
    Throttled,
)
from desk.sync import conversations, facts, schedule
from desk.sync.inbound import Inbound
from desk.sync.intake import take
from desk.sync.lease import Holder
from desk.sync.pace import Pace
from desk.sync.reader import Reader
from store.errors import DeskError
from store.sql import messages, sync
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import Actor, clean_line

log = logging.getLogger("deskhand.sync")

Item = Inbound | BadRecord | facts.Fact


_OURS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""Faults of this program that one record can cause."""


@dataclass(slots=True)
class Pulled:
    """What a pull brought."""

    fresh: int = 0
    known: int = 0
    bad: int = 0
    tickets: int = 0


Progress = Callable[[Pulled], None]


def pull(
    store: Store, holder: Holder, channel: Channel, connector: Connector, reader: Reader, *,
    stop: Callable[[], bool] = lambda: False, progress: Progress | None = None,
) -> Pulled:  # fmt: skip
    """Everything new of every stream of a channel. Faults of the connector pass through; what came before is kept. Where
    the platform's limit ends it, the next call goes on with that stream: else the first ones would use up the limit
    every time."""
    total, pace = Pulled(), Pace(store)
    streams, reached = connector.streams(), sync.reached(store.conn, channel.id)
    for stream in streams[streams.index(reached) :] if reached in streams else streams:
        cursor = sync.cursor(store.conn, channel.id, stream)
        try:
            with closing(ahead(connector.pull(stream, cursor, since=channel.since), store.leave)) as pages:
                for page in pages:
                    store_page(store, holder, channel, stream, page, reader, total, pace)
                    if progress:
                        progress(total)
                    if stop():
                        return total
        except Throttled:
            _note_reached(store, holder, channel, reached, "" if stream in schedule.SELDOM else stream)
            raise
    _note_reached(store, holder, channel, reached, "")
    return total


def _note_reached(store: Store, holder: Holder, channel: Channel, before: str, now: str) -> None:
    if before != now:
        with store.write(Actor("connector", channel.id)) as unit:
            holder.check(unit)
            sync.put_reached(unit.conn, channel.id, now)


def ahead(pages: Iterator[Page], leave: Callable[[], None]) -> Generator[Page, None, None]:
    """The same pages; where more wait, the next one is fetched while this one is stored. `leave` is called in the thread
    that does so, at its end."""
    page = next(pages, None)
    if page is None or not page.more:
        while page is not None:
            yield page
            page = next(pages, None)
        return
    helper = ThreadPoolExecutor(1, thread_name_prefix="pages")
    try:
        while page is not None:
            coming = helper.submit(next, pages, None)
            yield page
            page = coming.result()
    finally:
        helper.submit(leave)
        helper.shutdown()


def store_page(
    store: Store, holder: Holder, channel: Channel, stream: str, page: Page, reader: Reader, total: Pulled,
    pace: Pace | None = None,
) -> None:  # fmt: skip
    """Stores a page in short transactions; the cursor moves in the last one."""
    pace = pace or Pace(store)
    items = deque(read(page.records, channel.platform, reader))
    done = False
    while not done:
        with store.write(Actor("connector", channel.id)) as unit:
            pace.begin()
            holder.check(unit)
            while items and not pace.over():
                some = _some(items, pace.room)
                left = take_many(unit, channel, some, total, pace.over)
                pace.took(len(some) - len(left))
                items.extendleft(reversed(left))
            if not items:
                sync.put_cursor(unit.conn, channel.id, stream, page.cursor, unit.now)
                done = True
        pace.done()


def _some(items: deque[Item], most: int) -> list[Item]:
    """The next records that go in together: of one kind, and no conversation parted without need."""
    found = [items.popleft()]
    while items and _together(found[-1], items[0]) and (len(found) < most or _of_one_talk(found[-1], items[0])):
        found.append(items.popleft())
    return found


def _together(one: Item, other: Item) -> bool:
    return any(isinstance(one, kind) and isinstance(other, kind) for kind in (Inbound, OrderRecord))


def _of_one_talk(one: Item, other: Item) -> bool:
    return isinstance(one, Inbound) and isinstance(other, Inbound) and one.thread_key == other.thread_key != ""


def read(records: Sequence[Record], platform: str, reader: Reader) -> Iterator[Item]:
    """Records with what reading found, in order."""
    mails = reader.mails([r.raw for r in records if isinstance(r, RawMail)])
    texts = reader.texts([words for r in records if (words := _words(r))])
    for record in records:
        if isinstance(record, ReviewRecord):
            yield replace(record, lang=next(texts).language) if _words(record) else record
        elif isinstance(record, BadRecord | facts.Fact):
            yield record
        elif isinstance(record, MessageRecord):
            yield Inbound.from_record(record, platform, next(texts))
        else:
            mail, understanding = next(mails)
            if isinstance(mail, str):
                yield BadRecord(record.ref, record.raw, mail)
            else:
                yield Inbound.from_mail(mail, understanding, record.raw, record.received_at, sent_copy=record.sent_copy)


def _words(record: Record) -> tuple[str, str] | None:
    """`(text, subject)` of what is to be read: a message, or a review whose language nobody told."""
    if isinstance(record, MessageRecord):
        return record.text, record.subject
    if isinstance(record, ReviewRecord) and record.text and not record.lang:
        return record.text, record.title
    return None


def take_many(
    unit: UnitOfWork, channel: Channel, items: Sequence[Item], total: Pulled, over: Callable[[], bool]
) -> Sequence[Item]:
    """Takes records in that belong together: all at once, or one by one until it is `over` where one of them cannot be.
    Returns those that are left."""
    rest: Sequence[Item] = items
    try:
        if all(isinstance(item, OrderRecord) for item in items):
            with unit.attempt():
                differed = facts.put_orders(unit, channel, [item for item in items if isinstance(item, OrderRecord)])
            total.fresh += sum(differed)
            total.known += len(differed) - sum(differed)
            rest = ()
        elif all(isinstance(item, Inbound) for item in items):
            messages = [item for item in items if isinstance(item, Inbound)]
            with unit.attempt():
                new, rest = conversations.take(unit, channel.id, messages, channel.since)
            total.fresh += len(items) - len(rest)
            total.tickets += new
    except (DeskError, *_OURS):
        rest = items
    left = deque(rest)
    while left and (len(left) == len(items) or not over()):
        take_one(unit, channel, left.popleft(), total)
    return left


def take_one(unit: UnitOfWork, channel: Channel, item: Item, total: Pulled) -> None:
    """Takes one record in and counts it; what cannot be is held in quarantine and stops no other."""
    if isinstance(item, BadRecord):
        _hold(unit, channel, item, total)
        return
    try:
        with unit.attempt():
            if isinstance(item, Inbound):
                taken = take(unit, channel.id, item, history=item.arrived_at < channel.since)
            else:
                taken = facts.put(unit, channel, item)
    except DeskError as error:
        _hold(unit, channel, _bad(item, error.english()), total)
    except _OURS as error:  # it stops no other
        bad = _bad(item, f"{type(error).__name__}: {clean_line(str(error))}")
        log.exception("%s", bad.ref)
        _hold(unit, channel, bad, total)
    else:
        total.fresh += taken.fresh
        total.known += not taken.fresh
        total.tickets += taken.opened


def _bad(item: Inbound | facts.Fact, reason: str) -> BadRecord:
    if isinstance(item, Inbound):
        return BadRecord(item.remote_key, item.raw or b"", reason)
    return BadRecord(facts.name(item), facts.raw(item), reason)


def _hold(unit: UnitOfWork, channel: Channel, bad: BadRecord, total: Pulled) -> None:
    raw = messages.put_blob(unit.conn, bad.raw)
    if sync.quarantine(unit.conn, channel.id, bad.ref, bad.reason, raw, unit.now):
        unit.append("quarantined", {"channel": channel.id, "ref": bad.ref, "reason": bad.reason})
        total.bad += 1


def release(
    unit: UnitOfWork, channel: Channel, held: sync.Held, items: Iterable[Item]
) -> bool:
    """Tries a quarantined record again after an update; True when it came in."""
    for item in items:
        if not isinstance(item, Inbound):
            return False
        take(unit, channel.id, item, history=item.arrived_at < channel.since)
    sync.settle_quarantine(unit.conn, held.id, "released")
    return True
