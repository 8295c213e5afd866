"""The append-only event log: hash chain, reading it as a timeline and as a change feed, and verifying it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.connection import Connection
from store.values import Actor, Instant

GENESIS = "0" * 64
_COLUMNS = (
    "seq, epoch, at, actor_kind, actor_id, verb, version, ticket_id, batch_id, cause_seq, "
    "payload, salt, digest, prev, hash"
)


class Event(NamedTuple):
    """One event. `payload` is None once its person was erased."""

    seq: int
    epoch: int
    at: Instant
    actor: Actor
    verb: str
    version: int
    ticket_id: int | None
    batch_id: str
    cause_seq: int | None
    payload: Mapping[str, Any] | None


class Head(NamedTuple):
    """The newest event: its seq and hash, and the epoch (raised by a restore)."""

    seq: int
    hash: str
    epoch: int


class Verdict(NamedTuple):
    """`intact_to` is the last seq whose chain holds; `problem` names the first break ("" if none)."""

    intact_to: int
    hash: str
    problem: str = ""


def head(conn: Connection) -> Head:
    row = conn.execute("SELECT seq, hash, epoch FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, GENESIS, 1)


def insert(
    conn: Connection, after: Head, at: Instant, actor: Actor, verb: str, payload: Mapping[str, Any], *,
    ticket_id: int | None, batch_id: str, cause_seq: int | None, version: int,
) -> Head:  # fmt: skip
    """Appends one event behind `after` and returns the new head. The caller holds the write lock."""
    from store.chain import digest, link, salted

    seq, salt = after.seq + 1, salted()
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    header = (seq, after.epoch, at, actor.kind, actor.id, verb, version, ticket_id, batch_id, cause_seq)
    summed = digest(salt, text)
    joined = link(header, summed, after.hash)
    conn.execute(
        f"INSERT INTO event ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (*header, text, salt, summed, after.hash, joined),
    )
    return Head(seq, joined, after.epoch)


def _event(row: tuple[Any, ...]) -> Event:
    payload = None if row[10] is None else json.loads(row[10])
    return Event(row[0], row[1], row[2], Actor(row[3], row[4]), row[5], row[6], row[7], row[8], row[9], payload)


def of_ticket(conn: Connection, ticket_id: int, limit: int = 500) -> list[Event]:
    """The newest `limit` events of a ticket, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE ticket_id = ? ORDER BY seq DESC LIMIT ?"
    return [_event(r) for r in conn.execute(sql, (ticket_id, limit))][::-1]


def of_ticket_after(conn: Connection, ticket_id: int, seq: int) -> list[Event]:
    """A ticket's events behind `seq`, newest first."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE ticket_id = ? AND seq > ? ORDER BY seq DESC LIMIT 500"
    return [_event(r) for r in conn.execute(sql, (ticket_id, seq))]


def caused(conn: Connection, ticket_id: int, seq: int) -> list[Event]:
    """What event `seq` of a ticket caused there, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE ticket_id = ? AND seq > ? AND cause_seq = ? ORDER BY seq"
    return [_event(r) for r in conn.execute(sql, (ticket_id, seq, seq))]


def one(conn: Connection, seq: int) -> Event | None:
    row = conn.execute(f"SELECT {_COLUMNS} FROM event WHERE seq = ?", (seq,)).fetchone()
    return _event(row) if row else None


def altered(conn: Connection, ticket_id: int) -> list[int]:
    """Seqs of a ticket's events that do not match their own hashes. It says nothing of events that were taken out, nor
    of a log written anew as a whole: `verify` walks the chain."""
    from store.chain import digest

    found = []
    for row in conn.execute(f"SELECT {_COLUMNS} FROM event WHERE ticket_id = ? ORDER BY seq", (ticket_id,)):
        emptied = row[10] is None and row[11] is None
        try:
            whole = emptied or digest(row[11], row[10]) == row[12]
        except TypeError:
            whole = False
        if not whole or _linked(row, row[13]) != row[14]:
            found.append(row[0])
    return found


def after(conn: Connection, seq: int, limit: int = 500) -> list[Event]:
    """Events behind `seq`, oldest first: the change feed."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
    return [_event(r) for r in conn.execute(sql, (seq, limit))]


def of_actor(conn: Connection, actor: Actor, limit: int = 200) -> Iterator[Event]:
    """What one actor did, newest first, read as far as the caller asks: where undo looks."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE actor_kind = ? AND actor_id = ? ORDER BY seq DESC LIMIT ?"
    return (_event(r) for r in conn.execute(sql, (actor.kind, actor.id, limit)))


def of_setup(conn: Connection, verb: str) -> Iterator[Event]:
    """Events about no ticket with this verb, newest first, read as far as the caller asks."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE ticket_id IS NULL AND verb = ? ORDER BY seq DESC"
    return (_event(r) for r in conn.execute(sql, (verb,)))


def of_batch(conn: Connection, batch_id: str) -> list[Event]:
    """Every event of one batch, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM event WHERE batch_id = ? ORDER BY seq"
    return [_event(r) for r in conn.execute(sql, (batch_id,))]


def verify(conn: Connection) -> Verdict:
    """Walks the whole chain. An event without payload is accepted only if a later `erased` event names its seq."""
    from store.chain import SALT_LENGTH, digest

    erased = _erased(conn)
    prev, last = GENESIS, 0
    for row in _rows(conn):
        seq = row[0]
        if seq != last + 1:
            return Verdict(last, prev, f"event {last + 1} is missing")
        payload, salt = row[10], row[11]
        if payload is None and salt is None:
            if erased.get(seq, 0) <= seq:
                return Verdict(last, prev, f"event {seq} was emptied without an erasure")
        else:
            texts = isinstance(payload, str) and isinstance(salt, str) and len(salt) == SALT_LENGTH
            if not texts or digest(salt, payload) != row[12]:
                return Verdict(last, prev, f"event {seq} was altered")
        if row[13] != prev or _linked(row, prev) != row[14]:
            return Verdict(last, prev, f"the chain breaks at event {seq}")
        prev, last = row[14], seq
    return Verdict(last, prev)


def empty(conn: Connection, seqs: Sequence[int]) -> None:
    """Takes away what events tell, which keep their place in the chain. The caller appends `erased` with their seqs."""
    conn.executemany("UPDATE event SET payload = NULL, salt = NULL WHERE seq = ?", [(seq,) for seq in seqs])


def _linked(row: tuple[Any, ...], prev: str) -> str:
    from store.chain import link

    try:
        return link(row[:10], row[12], prev)
    except TypeError:  # bytes where a text or number belongs
        return ""


def _erased(conn: Connection) -> dict[int, int]:
    """Seq of an erased event → seq of the event that says so."""
    named: dict[int, int] = {}
    for at, text in conn.execute("SELECT seq, payload FROM event WHERE verb = 'erased' AND payload IS NOT NULL"):
        try:
            named.update(dict.fromkeys(json.loads(text)["seqs"], at))
        except (ValueError, KeyError, TypeError):
            continue  # altered: the walk comes to it
    return named


def _rows(conn: Connection) -> Iterator[tuple[Any, ...]]:
    yield from conn.execute(f"SELECT {_COLUMNS} FROM event ORDER BY seq")
