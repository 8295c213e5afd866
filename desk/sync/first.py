"""The first fetch of an account: how far each of its streams has come, and how long the rest may take.

Kept as one JSON text while it runs, so that every session can watch it. How far a stream has come is told by how many
there are, where the platform says so; else by the times of its records: from the newest back to where the fetch ends, or
the other way, as the platform tells them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from connectors.contract import (
    BadRecord,
    CaseRecord,
    CustomerRecord,
    MessageRecord,
    OrderRecord,
    Page,
    ProductRecord,
    RawMail,
    Record,
    ReviewRecord,
    ShipmentRecord,
)
from store.connection import Connection
from store.unit import UnitOfWork
from store.values import SECOND, Instant

_KEY = "first fetch {channel}"
LEAST_SHARE = 0.03
LEAST_TIME = 3 * SECOND
"""With less than this behind it nothing is said of the rest."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`begun_at` and `done_at` are 0 before that. `first` is the time of the newest record of the first page, `edge` how
    far it got; `total` is how many there are, where the platform tells; `share` is 0 to 1, None where neither tells."""

    name: str
    begun_at: Instant = 0
    done_at: Instant = 0
    read: int = 0
    first: Instant = 0
    edge: Instant = 0
    total: int = 0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class First:
    """`far` is where the fetch ends in the past, `at` when this was noted."""

    begun_at: Instant
    far: Instant
    at: Instant
    streams: tuple[Stream, ...]

    @property
    def done(self) -> bool:
        return all(s.done_at for s in self.streams)

    @property
    def read(self) -> int:
        """Records fetched so far."""
        return sum(s.read for s in self.streams)

    def on(self, name: str, page: Page, now: Instant) -> First:
        """After a page of a stream was stored."""
        return self._with(name, now, lambda s: _on(s, page, self.far, self.begun_at))

    def over(self, name: str, now: Instant) -> First:
        """After the last page of a stream."""
        return self._with(name, now, lambda s: replace(s, done_at=now, share=1.0))

    def begin(self, name: str, now: Instant) -> First:
        return self._with(name, now, lambda s: replace(s, begun_at=s.begun_at or now))

    def _with(self, name: str, now: Instant, change: Callable[[Stream], Stream]) -> First:
        return replace(self, at=now, streams=tuple(change(s) if s.name == name else s for s in self.streams))


def left(stream: Stream, now: Instant) -> int | None:
    """Milliseconds the rest of a running stream takes if it goes on as before; None while that is a guess."""
    gone = now - stream.begun_at
    if not stream.begun_at or stream.done_at or stream.share is None or stream.share < LEAST_SHARE or gone < LEAST_TIME:
        return None
    return round(gone * (1 - stream.share) / stream.share)


def time_of(record: Record) -> Instant:
    """When a record was last changed at its platform, 0 where it has no time."""
    match record:
        case RawMail():
            return record.received_at
        case MessageRecord():
            return record.sent_at
        case OrderRecord() | CaseRecord() | ProductRecord():
            return record.updated_at
        case ShipmentRecord() | ReviewRecord():
            return record.at
        case BadRecord() | CustomerRecord():
            return 0
    raise AssertionError(type(record).__name__)


def _on(stream: Stream, page: Page, far: Instant, begun_at: Instant) -> Stream:
    read = stream.read + len(page.records)
    if total := page.total or stream.total:
        return replace(stream, read=read, total=total, share=min(0.99, read / total))
    times = [t for t in map(time_of, page.records) if t]
    if not times:
        return replace(stream, read=read)
    newest = max(times)
    if not stream.first:  # one page does not tell which way they come
        return replace(stream, read=read, first=newest, edge=newest)
    whole = max(1, begun_at - far)
    onwards = newest > stream.first
    gone = newest - far if onwards else begun_at - newest
    share = min(0.99, max(stream.share or 0.0, gone / whole))
    return replace(stream, read=read, edge=newest, share=share)


def of(conn: Connection, channel_id: str) -> First | None:
    """The first fetch of an account, running or done; None where it did not begin, or nobody watched it."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_KEY.format(channel=channel_id),)).fetchone()
    try:
        body = json.loads(row[0]) if row else None
        return First(body["begun_at"], body["far"], body["at"], tuple(Stream(**s) for s in body["streams"])) if body else None
    except (ValueError, KeyError, TypeError):
        return None


def put(unit: UnitOfWork, channel_id: str, first: First) -> None:
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_KEY.format(channel=channel_id), json.dumps(asdict(first))),
    )


def forget(unit: UnitOfWork, channel_id: str) -> None:
    """An account that begins anew is watched anew."""
    unit.conn.execute("DELETE FROM meta WHERE key = ?", (_KEY.format(channel=channel_id),))
