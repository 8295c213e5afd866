"""Pulls one channel: pages come from the connector, are read in worker processes, and are stored with their cursor in
one transaction each. A crash anywhere repeats at most one page, which is then already known."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors.contract import BadRecord, Connector, MessageRecord, Page, RawMail, Record
from desk.sync import facts
from desk.sync.intake import Inbound, take
from desk.sync.lease import Holder
from desk.sync.reader import Reader
from store.errors import DeskError
from store.sql import messages, sync
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import Actor, clean_line

log = logging.getLogger("deskhand.sync")

HOLD_S = 0.010
"""How long one transaction may take messages in: an agent's save has to wait that long at most."""
PAUSE_S = 0.010
"""Least sleep between transactions; SQLite's lock is not fair, so the pause is as long as the hold was."""


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
    """Everything new of every stream of a channel. Faults of the connector pass through; what came before is kept."""
    total = Pulled()
    for stream in connector.streams():
        cursor = sync.cursor(store.conn, channel.id, stream)
        for page in connector.pull(stream, cursor, since=channel.since):
            store_page(store, holder, channel, stream, page, reader, total)
            if progress:
                progress(total)
            if stop():
                return total
    return total


def store_page(
    store: Store, holder: Holder, channel: Channel, stream: str, page: Page, reader: Reader, total: Pulled
) -> None:
    """Stores a page in short transactions; the cursor moves in the last one."""
    items = deque(read(page.records, channel.platform, reader))
    done = False
    while not done:
        with store.write(Actor("connector", channel.id)) as unit:
            began = time.monotonic()
            holder.check(unit)
            while items and time.monotonic() - began < HOLD_S:
                take_one(unit, channel, items.popleft(), total)
            if not items:
                sync.put_cursor(unit.conn, channel.id, stream, page.cursor, unit.now)
                done = True
        time.sleep(max(PAUSE_S, time.monotonic() - began))
        store.tidy()


def read(records: Sequence[Record], platform: str, reader: Reader) -> Iterator[Inbound | BadRecord | facts.Fact]:
    """Records with what reading found, in order."""
    mails = reader.mails([r.raw for r in records if isinstance(r, RawMail)])
    texts = reader.texts([(r.text, r.subject) for r in records if isinstance(r, MessageRecord)])
    for record in records:
        if isinstance(record, BadRecord | facts.Fact):
            yield record
        elif isinstance(record, MessageRecord):
            yield Inbound.from_record(record, platform, next(texts))
        else:
            mail, understanding = next(mails)
            if isinstance(mail, str):
                yield BadRecord(record.ref, record.raw, mail)
            else:
                yield Inbound.from_mail(mail, understanding, record.raw, record.received_at, sent_copy=record.sent_copy)


def take_one(unit: UnitOfWork, channel: Channel, item: Inbound | BadRecord | facts.Fact, total: Pulled) -> None:
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
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:  # it stops no other
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
    unit: UnitOfWork, channel: Channel, held: sync.Held, items: Iterable[Inbound | BadRecord | facts.Fact]
) -> bool:
    """Tries a quarantined record again after an update; True when it came in."""
    for item in items:
        if not isinstance(item, Inbound):
            return False
        take(unit, channel.id, item, history=item.arrived_at < channel.since)
    sync.settle_quarantine(unit.conn, held.id, "released")
    return True
