"""What a query may ask of a desk that was only imported: tags, customers' levels, parcels, own fields, tasks, notes.

Written by bulk SQL like the rest of the bench desk, spread by the ids so that every desk scatters alike: a tag on one
ticket in two, ten, a hundred, a thousand, and one on twenty tickets.
"""

from __future__ import annotations

from typing import Any

from bench.desks import Say
from store.connection import Connection
from store.unit import Store
from store.values import DAY, HOUR, SYSTEM, Instant

SPREAD = "(id * 2654435761 >> 9)"
"""Scatters ids so that what is drawn from it has nothing to do with what else was drawn from the id."""
SHARES = {"half": 2, "tenth": 10, "hundredth": 100, "thousandth": 1_000}
RARE = 20


def furnish(store: Store, say: Say) -> dict[str, Any]:
    """Does it in one transaction; returns when."""
    say("tags, parcels, fields, tasks …")
    with store.write(SYSTEM) as unit:
        for step in (_tags, _people, _parcels, _fields, _work):
            step(unit.conn, unit.now)
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"furnished_at": unit.now}


def _tags(conn: Connection, now: Instant) -> None:
    for name, share in SHARES.items():
        conn.execute("INSERT OR IGNORE INTO ticket_tag (ticket_id, tag) SELECT id, ? FROM ticket "
                     f"WHERE {SPREAD} % ? = 0",
                     (name, share))  # fmt: skip
    conn.execute("INSERT OR IGNORE INTO ticket_tag (ticket_id, tag) SELECT id, 'rare' FROM ticket WHERE is_open = 1 "
                 f"ORDER BY {SPREAD} % 100003 LIMIT ?", (RARE,))  # fmt: skip


def _people(conn: Connection, now: Instant) -> None:
    conn.execute(f"UPDATE customer SET tier = CASE WHEN {SPREAD} % 1000 = 0 THEN 'vip' ELSE 'plus' END "
                 f"WHERE {SPREAD} % 100 = 0")  # fmt: skip
    conn.execute("UPDATE customer SET note = 'asks for an invoice' WHERE id % 2000 = 0")
    conn.execute(
        f"UPDATE ticket SET country = CASE {SPREAD} % 9 WHEN 0 THEN 'MX' WHEN 1 THEN 'JP' ELSE 'DE' END, "
        f"flagged = {SPREAD} % 1000 = 2, cause = CASE {SPREAD} % 50 WHEN 0 THEN 'damaged' ELSE cause END, "
        f"effort = 1 + ({SPREAD} % 97 = 0), first_reply_at = CASE WHEN {SPREAD} % 3 = 0 THEN created_at + ? END, "
        f"last_reply_at = CASE WHEN {SPREAD} % 3 = 0 THEN updated_at END WHERE {SPREAD} % 2 = 0",
        (HOUR,),
    )


def _parcels(conn: Connection, now: Instant) -> None:
    conn.execute(
        f"UPDATE orders SET status = CASE {SPREAD} % 10 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'paid' ELSE 'shipped' END"
    )
    conn.execute(
        f"UPDATE shipment SET courier = CASE {SPREAD} % 5 WHEN 0 THEN 'DHL' WHEN 1 THEN 'UPS' ELSE 'Yun Express' END, "
        f"status = CASE {SPREAD} % 200 WHEN 0 THEN 'lost' ELSE 'delivered' END, shipped_at = ?1 - {SPREAD} % 900 * ?2, "
        f"delivered_at = CASE WHEN {SPREAD} % 200 > 0 THEN ?1 - {SPREAD} % 900 * ?2 + 5 * ?2 END",
        (now, DAY),
    )


def _fields(conn: Connection, now: Instant) -> None:
    conn.execute(
        "INSERT OR REPLACE INTO custom_field (id, name, kind, options) VALUES ('bench_urgency', 'Urgency', 'word', "
        """'["low", "high"]'), ('bench_rate', 'Rate', 'percent', '[]')"""
    )
    conn.execute("INSERT OR REPLACE INTO field_value (ticket_id, field_id, word) SELECT id, 'bench_urgency', "
                 f"CASE WHEN {SPREAD} % 1000 = 0 THEN 'high' ELSE 'low' END FROM ticket WHERE {SPREAD} % 20 = 0")  # fmt: skip
    conn.execute("INSERT OR REPLACE INTO field_value (ticket_id, field_id, number) SELECT id, 'bench_rate', "
                 f"{SPREAD} / 20 % 10000 FROM ticket WHERE {SPREAD} % 20 = 0")  # fmt: skip


def _work(conn: Connection, now: Instant) -> None:
    conn.execute("INSERT INTO task (ticket_id, title, state, assignee_id, created_at, updated_at) SELECT id, 'check', "
                 f"CASE {SPREAD} % 3000 WHEN 0 THEN 'open' ELSE 'done' END, 'ana', ?, ? FROM ticket WHERE {SPREAD} % 1000 = 0",
                 (now, now))  # fmt: skip
    conn.execute("INSERT OR IGNORE INTO mention (agent_id, message_id, ticket_id, at) SELECT 'kim', last_message_id, id, ? "
                 f"FROM ticket WHERE is_open = 1 AND {SPREAD} % 500 = 0", (now,))  # fmt: skip
    conn.execute("INSERT OR IGNORE INTO ticket_link (ticket_id, other_id, kind, at) SELECT id, id + 1, 'related', ? "
                 f"FROM ticket WHERE {SPREAD} % 5000 = 0", (now,))  # fmt: skip
    conn.execute(f"UPDATE clock SET breached_at = due_at WHERE due_at < ? AND {SPREAD} % 5 = 0", (now,))
    conn.execute(f"UPDATE message SET author_id = 'ana' WHERE direction = 'out' AND {SPREAD} % 100 = 0")
