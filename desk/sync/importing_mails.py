"""Mails of a maildir, an mbox or .eml files go in: read in worker processes, stored a handful at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from desk.reading.records import Mail, Understanding
from desk.sync.importing import IMPORTER, Import
from desk.sync.importing_lines import Bad
from desk.sync.importing_sources import LARGEST_MAIL, RawItem, Source, mails
from desk.sync.inbound import Inbound
from desk.sync.intake import Taken, admit, door
from desk.sync.reader import Read
from store.errors import DeskError
from store.sql import messages, sync

BUSY_MAILS = 3
"""Mails per transaction beside an open session: each finds its thread, its clock and its owner, about 3 ms."""
MAIL_BATCH, MAIL_BYTES = 500, 16 << 20
"""The same on a desk nobody looks at, and the bytes of them."""


def bring_mails(job: Import, found: Sequence[Source]) -> None:
    """Every mail of `found`, read in worker processes."""
    taken: deque[RawItem] = deque()

    def raws() -> Iterator[bytes]:
        for source in found:
            for item in mails(source):
                taken.append(item)
                yield item.raw

    read = job.reader().mails(raws())
    while batch := list(_handful(taken, read, BUSY_MAILS if job.watched() else MAIL_BATCH)):
        inbound = [_inbound(job, item, mail, meaning) for item, mail, meaning in batch]
        if job.dry_run:
            _count(job, inbound)
        else:
            _store(job, inbound)
            job.pause()
        job.done.size += sum(item.size for item, _mail, _meaning in batch)
        job.progress(job.done)


def _inbound(
    job: Import, item: RawItem, mail: Mail | str, meaning: Understanding | None
) -> Inbound | tuple[RawItem, str]:
    if not item.raw:
        return item, f"larger than {LARGEST_MAIL >> 20} MB" if item.size else "empty"
    if isinstance(mail, str):
        return item, mail
    at = item.at or mail.date or job.store.clock.now()
    return Inbound.from_mail(mail, meaning, item.raw, min(at, job.store.clock.now()), sent_copy=item.sent)


def _count(job: Import, found: Iterable[Inbound | tuple[RawItem, str]]) -> None:
    for item in found:
        if not isinstance(item, Inbound):
            job.set_aside([Bad(item[0].name, item[1])])
        elif messages.by_remote_key(job.store.conn, item.remote_key):
            job.done.known += 1
        else:
            job.done.fresh += 1


def _store(job: Import, found: Sequence[Inbound | tuple[RawItem, str]]) -> None:
    outcome: list[Taken | Bad] = []
    with job.store.write(IMPORTER) as unit:
        at = door(unit, job.channel_for(unit, "").id)
        good = [item for item in found if isinstance(item, Inbound)]
        try:
            with unit.attempt():
                outcome += [admit(unit, at, item, history=item.arrived_at < job.since) for item in good]
        except DeskError:  # one of them does not go in: each by itself finds out which
            outcome = [job.take(unit, at, item, item.remote_key) for item in good]
        for item in found:
            if not isinstance(item, Inbound):
                raw, reason = item
                sha = messages.put_blob(unit.conn, raw.raw)
                if sync.quarantine(unit.conn, at.channel.id, raw.name, reason, sha, unit.now):
                    unit.append("quarantined", {"channel": at.channel.id, "ref": raw.name, "reason": reason})
                outcome.append(Bad(raw.name, reason))
    job.settle(outcome)


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
