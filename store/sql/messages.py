"""Messages, what they point at, their files and raw bytes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from store import search
from store.connection import Connection
from store.sql.rows import Attachment, Message, columns
from store.values import Instant

_MESSAGE = f"SELECT {columns(Message)} FROM message"


def of_ticket(conn: Connection, ticket_id: int, *, limit: int = 200, before: int | None = None) -> list[Message]:
    """The newest `limit` messages (older than message `before`), oldest first."""
    sql = f"{_MESSAGE} WHERE ticket_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    return [Message(*r) for r in conn.execute(sql, (ticket_id, before or 1 << 62, limit))][::-1]


def further(conn: Connection, ticket_id: int, message_id: int, count: int) -> int | None:
    """The message of a ticket that comes `count` after message `message_id` (0: after none); None where there are not so
    many."""
    sql = "SELECT id FROM message WHERE ticket_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?"
    row = conn.execute(sql, (ticket_id, message_id, count - 1)).fetchone()
    return row[0] if row else None


def texts(
    conn: Connection, ticket_id: int, after: int, before: int, *, newest_first: bool
) -> Iterator[tuple[int, str, str]]:  # fmt: skip
    """(id, body, quoted) of a ticket's messages between two others, read as one goes through them."""
    order = "DESC" if newest_first else "ASC"
    sql = ("SELECT id, body, quoted FROM message WHERE ticket_id = ? AND id > ? AND id < ? AND direction <> 'removed' "
           f"ORDER BY id {order}")  # fmt: skip
    yield from conn.execute(sql, (ticket_id, after, before))


def get(conn: Connection, message_id: int) -> Message | None:
    row = conn.execute(f"{_MESSAGE} WHERE id = ?", (message_id,)).fetchone()
    return Message(*row) if row else None


def by_remote_key(conn: Connection, key: str) -> Message | None:
    row = conn.execute(f"{_MESSAGE} WHERE remote_key = ?", (key,)).fetchone()
    return Message(*row) if row else None


def by_any_remote_key(conn: Connection, keys: Iterable[str]) -> list[Message]:
    wanted = list(keys)
    if not wanted:
        return []
    sql = f"{_MESSAGE} WHERE remote_key IN ({', '.join('?' * len(wanted))})"
    return [Message(*r) for r in conn.execute(sql, wanted)]


def pointing_at(conn: Connection, ref: str) -> list[Message]:
    """Messages already here that answer a message which is only now arriving."""
    sql = f"SELECT {columns(Message, 'm')} FROM message_ref r JOIN message m ON m.id = r.message_id WHERE r.ref = ? LIMIT 5"
    return [Message(*r) for r in conn.execute(sql, (ref,))]


def pointing_at_thread(conn: Connection, ref: str, prefix: str) -> list[Message]:
    """Messages of a conversation whose remote key begins with `prefix`, oldest first."""
    sql = (
        f"SELECT {columns(Message, 'm')} FROM message_ref r JOIN message m ON m.id = r.message_id "
        "WHERE r.ref = ? AND substr(m.remote_key, 1, length(?)) = ? ORDER BY m.id"
    )
    return [Message(*r) for r in conn.execute(sql, (ref, prefix, prefix))]


def sharing(conn: Connection, refs: Iterable[str]) -> list[Message]:
    """Messages already here that point at any of `refs`: answers whose common parent is not here (yet)."""
    wanted = list(refs)
    if not wanted:
        return []
    sql = (
        f"SELECT DISTINCT {columns(Message, 'm')} FROM message_ref r JOIN message m ON m.id = r.message_id "
        f"WHERE r.ref IN ({', '.join('?' * len(wanted))}) ORDER BY m.id LIMIT 20"
    )
    return [Message(*r) for r in conn.execute(sql, wanted)]


def oldest_unseen(conn: Connection, reply_id: int, ticket_id: int, written_at: Instant) -> Instant | None:
    """When the oldest buyer message arrived that a reply written at `written_at` cannot have answered; None without
    any. What the reply itself points at it has answered, whatever two machines' clocks say."""
    sql = (
        "SELECT min(m.received_at) FROM message m WHERE m.ticket_id = ? AND m.direction = 'in' AND m.automatic = '' AND "
        "m.received_at > ? AND NOT EXISTS (SELECT 1 FROM message_ref r WHERE r.ref = substr(m.remote_key, 6) "
        "AND r.message_id = ?)"
    )
    found: Instant | None = conn.execute(sql, (ticket_id, written_at, reply_id)).fetchone()[0]
    return found


def answered_at(conn: Connection, message_id: int) -> Instant | None:
    """When a buyer message that comes in late was answered already: by a reply that points at it, or by one that was
    given elsewhere after it had arrived there. None where it is still open."""
    sql = (
        "SELECT min(o.sent_at) FROM message m JOIN message o ON o.ticket_id = m.ticket_id AND o.direction = 'out' "
        "AND o.automatic = '' WHERE m.id = ? AND ((o.author_id = '' AND o.sent_at >= m.received_at) OR EXISTS "
        "(SELECT 1 FROM message_ref r WHERE r.ref = substr(m.remote_key, 6) AND r.message_id = o.id))"
    )
    found: Instant | None = conn.execute(sql, (message_id,)).fetchone()[0]
    return found


def unanswered_since(conn: Connection, ticket_id: int) -> Instant | None:
    """When the oldest message in arrived that no later one of ours answered, spam included; None without any."""
    sql = (
        "SELECT min(received_at) FROM message WHERE ticket_id = ? AND direction = 'in' AND automatic IN ('', 'spam') "
        "AND received_at > coalesce((SELECT max(sent_at) FROM message WHERE ticket_id = ? AND direction = 'out'), 0)"
    )
    found: Instant | None = conn.execute(sql, (ticket_id, ticket_id)).fetchone()[0]
    return found


def noted_to(conn: Connection, ticket_id: int) -> list[str]:
    """The recipients of each mail that left about a ticket to somebody who is not its buyer."""
    sql = "SELECT recipients FROM message WHERE ticket_id = ? AND direction = 'note' AND recipients <> ''"
    return [r[0] for r in conn.execute(sql, (ticket_id,))]


def insert(
    conn: Connection, values: Mapping[str, Any], *, refs: Iterable[str] = (), files: str = "", known: str = ""
) -> int:
    """Stores and indexes one message; returns its id. `remote_key` must be new; `files` and `known` go into the search
    index as `store.search.put` says."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    message_id = conn.execute(f"INSERT INTO message ({names}) VALUES ({marks})", tuple(values.values())).lastrowid
    conn.executemany(
        "INSERT OR IGNORE INTO message_ref (ref, message_id) VALUES (?, ?)", [(r, message_id) for r in refs]
    )
    people = f"{values.get('sender_name', '')} {values.get('sender_address', '')}"
    search.put(conn, message_id, subject=values.get("subject", ""), body=values.get("body", ""), people=people,
               files=files, known=known, quoted=values.get("quoted", ""),
               note=values.get("direction") == "note")  # fmt: skip
    return message_id


def attach(conn: Connection, message_id: int, *, name: str, type: str, sha256: str, size: int, inline: bool) -> None:
    conn.execute(
        "INSERT INTO attachment (message_id, name, type, size, sha256, inline) VALUES (?, ?, ?, ?, ?, ?)",
        (message_id, name, type, size, sha256, int(inline)),
    )


def attachments(conn: Connection, ticket_id: int) -> list[Attachment]:
    """Files of a ticket's messages in order."""
    sql = (
        f"SELECT {columns(Attachment, 'a')} FROM message m JOIN attachment a ON a.message_id = m.id "
        "WHERE m.ticket_id = ? ORDER BY a.id"
    )
    return [Attachment(*r) for r in conn.execute(sql, (ticket_id,))]


def put_blob(conn: Connection, data: bytes) -> str:
    """Stores bytes once by hash, compressed where it pays; returns the sha256."""
    digest = hashlib.sha256(data).hexdigest()
    if not conn.execute("SELECT 1 FROM blob WHERE sha256 = ?", (digest,)).fetchone():
        packed = zlib.compress(data, 1)
        codec, kept = ("zlib", packed) if len(packed) < len(data) * 0.9 else ("", data)
        conn.execute(
            "INSERT INTO blob (sha256, size, codec, data) VALUES (?, ?, ?, ?)", (digest, len(data), codec, kept)
        )
    return digest


def blob(conn: Connection, sha256: str) -> bytes | None:
    row = conn.execute("SELECT codec, data FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        return None
    return zlib.decompress(row[1]) if row[0] == "zlib" else bytes(row[1])
