"""What is taken out of a conversation, and off a customer, when a person's data must go; figures stay.

Of a ticket stay: numbers, times, type, status, owner, clocks, orders, and that somebody wrote and was answered. Go: subject,
texts, quotes, senders, original mails, files, drafts, notes, the words of what was sent, tasks' titles, fields of free text,
and of the log what names people or repeats texts: those events keep their place in the chain, emptied, and an event
`erased` names them (see `store.events.verify`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from store import events, search
from store.connection import Connection
from store.unit import UnitOfWork
from store.values import fold

CLEARED = "buyer_cleared"
"""The event a cleared ticket shows."""
_PLAIN = frozenset({"assigned", "queued", "received", "answered_elsewhere", "clock_warned", "clock_breached", "reply_queued",
                    "reply_taken_back", "reply_sent", "noted", "woke", "case_changed", CLEARED})  # fmt: skip
"""Events that hold ids, times and codes; one that names the person all the same is emptied, too."""
_CODES = frozenset({"status", "priority", "type", "cause", "ask", "escalation", "needs_review", "assignee_id", "group_id",
                    "flagged", "effort", "snoozed_until", "wake_on", "lang", "country", "due_at"})  # fmt: skip
"""Fields of a ticket whose values tell nothing about a person."""
_WORDS = frozenset({"text", "subject", "to", "cc", "references", "note", "reason", "files", "title", "lines", "address"})
"""What of an outbox row's payload people wrote, or says whom it went to."""
_AT_WORK = ("held", "claimed", "unknown")
"""States of outbox rows that are still to be settled: what they hold is needed for it."""


def conversation(unit: UnitOfWork, ticket_id: int) -> None:
    """Takes all that people wrote, and who they are, out of a ticket. Of its outbox, what is not settled stays; it can be
    called again when it is."""
    conn = unit.conn
    names = _names(conn, ticket_id)
    found = conn.execute("SELECT id, raw FROM message WHERE ticket_id = ?", (ticket_id,)).fetchall()
    ids = [int(row[0]) for row in found]
    files = _column(conn, "SELECT sha256 FROM attachment WHERE message_id IN ({})", ids)
    conn.execute(
        "UPDATE message SET sender_name = '', sender_address = '', recipients = '', subject = '', body = '', quoted = '', "
        "raw = '', reply_to = '' WHERE ticket_id = ?",
        (ticket_id,),
    )
    for table, key in (("attachment", "message_id"), (search.MAIN, "rowid"), (search.ASIDE, "rowid")):
        conn.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(n,) for n in ids])
    _drop_blobs(conn, [str(row[1]) for row in found if row[1]], files)
    conn.execute("UPDATE ticket SET subject = '' WHERE id = ?", (ticket_id,))
    conn.execute("UPDATE task SET title = '' WHERE ticket_id = ?", (ticket_id,))
    conn.execute("UPDATE case_file SET note = '' WHERE ticket_id = ?", (ticket_id,))
    conn.execute("DELETE FROM draft WHERE ticket_id = ?", (ticket_id,))
    conn.execute("DELETE FROM meta WHERE key >= ? AND key < ?", (f"draft:{ticket_id}:", f"draft:{ticket_id};"))
    conn.execute(
        "DELETE FROM field_value WHERE ticket_id = ? AND field_id IN (SELECT id FROM custom_field WHERE kind = 'text')",
        (ticket_id,),
    )
    tags = _column(conn, "SELECT tag FROM ticket_tag WHERE ticket_id IN ({})", [ticket_id])
    conn.executemany("DELETE FROM ticket_tag WHERE ticket_id = ? AND tag = ?",
                     [(ticket_id, t) for t in tags if _names_one(t, names)])  # fmt: skip
    _empty_outbox(conn, ticket_id)
    _empty_log(unit, ticket_id, names)
    unit.append(CLEARED, {}, ticket_id=ticket_id)


def customer(unit: UnitOfWork, customer_id: int) -> None:
    """Takes a customer's name, addresses, notes and keys away; their orders and tickets stay theirs."""
    conn = unit.conn
    names = _of_customer(conn, customer_id)
    keys = _column(conn, "SELECT key FROM customer_key WHERE customer_id IN ({})", [customer_id])
    conn.execute(
        "UPDATE customer SET name = '', name_key = '', email = '', note = '', tags = '[]', consent = '' WHERE id = ?",
        (customer_id,),
    )
    conn.execute("DELETE FROM customer_key WHERE customer_id = ?", (customer_id,))
    conn.executemany("DELETE FROM blocked_sender WHERE key = ?", [(key,) for key in keys])
    said = conn.execute("SELECT id, title, body, reply FROM review WHERE customer_id = ?", (customer_id,)).fetchall()
    for number, *texts in said:
        kept = ["" if _names_one(text, names) else text for text in texts]
        conn.execute("UPDATE review SET author = '', title = ?, body = ?, reply = ? WHERE id = ?", (*kept, number))
    blocks = conn.execute(
        "SELECT seq, payload FROM event WHERE ticket_id IS NULL AND verb IN ('blocked', 'unblocked') AND payload IS NOT NULL"
    )
    _empty(unit, [seq for seq, payload in blocks if json.loads(payload).get("sender") in keys])


# Who is meant ---------------------------------------------------------------------------------------


def _names(conn: Connection, ticket_id: int) -> set[str]:
    """What the buyer of a ticket is called, folded: a reason that names them is told by it."""
    row = conn.execute("SELECT customer_id FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    told = conn.execute("SELECT sender_name, sender_address FROM message WHERE ticket_id = ? AND direction = 'in'", (ticket_id,))
    found = _parts(text for message in told for text in message)
    return found | (_of_customer(conn, row[0]) if row and row[0] else set())


def _of_customer(conn: Connection, customer_id: int) -> set[str]:
    row = conn.execute("SELECT name, email FROM customer WHERE id = ?", (customer_id,)).fetchone()
    keys = _column(conn, "SELECT key FROM customer_key WHERE customer_id IN ({})", [customer_id])
    return _parts((*(row or ()), *(key.partition(":")[2] for key in keys)))


def _parts(texts: Iterable[str]) -> set[str]:
    """Names, and their words of three characters and more."""
    folded = [fold(text) for text in texts if text]
    return {word for text in folded for word in (text, *text.split()) if len(word) > 2 or not word.isascii()}


def _names_one(text: str, names: Collection[str]) -> bool:
    folded = fold(text)
    return any(name in folded for name in names)


# Where it stands -----------------------------------------------------------------------------------


def _drop_blobs(conn: Connection, raws: Sequence[str], files: Sequence[str]) -> None:
    """An original mail is its message's alone; a file may be another's, too, or wait in the outbox."""
    lasting = set(_column(conn, "SELECT sha256 FROM attachment WHERE sha256 IN ({})", files))
    waiting = [row[0] for row in conn.execute("SELECT payload FROM outbox WHERE state IN ('held', 'claimed', 'unknown')")]
    gone = [*raws, *(f for f in files if f not in lasting and not any(f in payload for payload in waiting))]
    conn.executemany("DELETE FROM blob WHERE sha256 = ?", [(sha,) for sha in gone])


def _empty_outbox(conn: Connection, ticket_id: int) -> None:
    """One that failed is given up: nothing is left of it that could be sent again."""
    marks = ", ".join("?" * len(_AT_WORK))
    rows = conn.execute(
        f"SELECT id, payload FROM outbox WHERE ticket_id = ? AND state NOT IN ({marks})", (ticket_id, *_AT_WORK)
    ).fetchall()
    for number, payload in rows:
        emptied = json.dumps(_emptied(json.loads(payload)), ensure_ascii=False)
        conn.execute(
            "UPDATE outbox SET payload = ?, recipient = '', error = '', warning = '', "
            "state = iif(state = 'failed', 'cancelled', state) WHERE id = ?",
            (emptied, number),
        )


def _emptied(payload: Any) -> Any:
    """The same shape without what people wrote."""
    if isinstance(payload, dict):
        return {key: type(value)() if key in _WORDS and isinstance(value, str | list) else _emptied(value)
                for key, value in payload.items()}  # fmt: skip
    return [_emptied(value) for value in payload] if isinstance(payload, list) else payload


def _empty_log(unit: UnitOfWork, ticket_id: int, names: Collection[str]) -> None:
    rows = unit.conn.execute("SELECT seq, verb, payload FROM event WHERE ticket_id = ? AND payload IS NOT NULL", (ticket_id,))
    _empty(unit, [seq for seq, verb, payload in rows if not _harmless(verb, payload) or _names_one(payload, names)])


def _harmless(verb: str, payload: str) -> bool:
    changes = json.loads(payload).get("changes", {})
    return verb in _PLAIN or (bool(changes) and set(changes) <= _CODES)


def _empty(unit: UnitOfWork, seqs: Sequence[int]) -> None:
    if seqs:
        events.empty(unit.conn, seqs)
        unit.append("erased", {"seqs": list(seqs)})


def _column(conn: Connection, sql: str, values: Sequence[object]) -> list[str]:
    return [str(row[0]) for row in conn.execute(sql.format(", ".join("?" * len(values))), tuple(values))]
