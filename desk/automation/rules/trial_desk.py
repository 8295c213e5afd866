"""History as it arrived, in TEMP tables that hide the desk's own: the very SQL a rule set runs on the desk runs on them.

A ticket stands there as it was when its first message came: new, without an owner, a tag or an answer. What was changed
about it later (its type, its priority) is taken back by the event log, which keeps the value before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from desk.vocabulary import OPEN_STATUSES
from store.connection import Connection
from store.values import NEVER, Instant

CHUNK = 10_000
"""Tickets looked at together: enough that the cost of a statement does not show, few enough to be broken off quickly."""
BEGINNING = 500
"""Tickets of the first chunk, from which most of the differences come that anybody looks at: later ones are only counted."""

EMPTY = ("field_value", "incident_ticket", "check_item", "task", "ticket_link", "mention")
"""What a ticket has only after its arrival. A room that hangs more on tickets adds its table."""

_THEN: dict[str, str] = {
    "status": "CASE WHEN coalesce(m.automatic, t.automatic) = 'spam' THEN 'closed' "
              "WHEN m.direction = 'out' THEN 'pending' ELSE 'new' END",
    "assignee_id": "NULL", "group_id": "NULL", "snoozed_until": "0", "wake_on": "''", "flagged": "0",
    "first_waived": "0", "first_reply_at": "NULL", "last_reply_at": "NULL", "answered_from": "NULL",
    "first_buyer_at": "CASE WHEN m.direction = 'in' AND m.automatic = '' THEN m.received_at END",
    "waiting_since": "CASE WHEN m.direction = 'in' AND m.automatic = '' THEN m.received_at END",
    "updated_at": "t.created_at", "status_since": "t.created_at", "version": "1",
    "last_message_id": "coalesce(m.id, 0)", "message_count": "m.id IS NOT NULL",
    "automatic": "coalesce(m.automatic, t.automatic)",
    "due_at": f"coalesce(c.due_at, {NEVER})", "warn_at": f"coalesce(c.warn_at, {NEVER})",
    "due_kind": "coalesce(c.kind, '')",
}  # fmt: skip
"""Columns that differ from what the ticket is now; `m` is its first message, `c` that message's first clock."""

_ASKED_MOST = ("status", "type", "priority", "lang", "platform", "channel_id", "country", "assignee_id", "created_at")
_TAKEN_BACK = ("type", "priority", "cause", "ask", "escalation", "needs_review", "subject", "lang", "order_number",
               "customer_id", "effort")  # fmt: skip


class Slice(NamedTuple):
    """Tickets of one chunk, by number: first, last, how many."""

    first: int
    last: int
    many: int


def prepare(conn: Connection) -> None:
    """Makes the empty tables. The connection is the caller's alone (`Store.aside`)."""
    conn.execute("PRAGMA cache_size = -65536")
    columns = [name for name in _columns(conn, "ticket") if name != "is_open"]
    kinds = {row[1]: row[2] for row in conn.execute("PRAGMA main.table_xinfo(ticket)")}
    opens = ", ".join(f"'{s}'" for s in OPEN_STATUSES)
    asked = [*_ASKED_MOST, *(name for name in columns if name not in (*_ASKED_MOST, "id", "subject")), "subject"]
    made = ", ".join(f"{name} {kinds[name]}" for name in asked)  # SQLite reads a row from its front
    conn.execute(
        "CREATE TEMP TABLE ticket (id INTEGER PRIMARY KEY, trial_ended INTEGER DEFAULT 0, trial_said TEXT DEFAULT '', "
        f"{made}, is_open AS (CASE WHEN status IN ({opens}) THEN 1 ELSE 0 END))"
    )
    conn.execute("CREATE TEMP TABLE trial_first (ticket_id INTEGER PRIMARY KEY, message_id INTEGER)")
    conn.execute("CREATE INDEX temp.trial_first_message ON trial_first (message_id, ticket_id)")
    theirs = ", ".join(f"{'f' if name == 'ticket_id' else 'm'}.{name} AS {name}" for name in _columns(conn, "message"))
    conn.execute(
        f"CREATE TEMP VIEW message AS SELECT {theirs} FROM trial_first f CROSS JOIN main.message m ON m.id = f.message_id"
    )
    have = {row[0] for row in conn.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    for name in EMPTY:
        if name in have:
            conn.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM main.{name} WHERE 0")
            conn.execute(f"CREATE INDEX temp.trial_{name} ON {name} (ticket_id)")
    for name, held in _OWN.items():
        conn.execute(f"CREATE TEMP TABLE {name} ({held}) WITHOUT ROWID")
    conn.execute(
        "CREATE TEMP TABLE trial_diff (depth INTEGER, rule INTEGER, field TEXT, ticket_id INTEGER, before, after)"
    )


_OWN = {
    "ticket_tag": "ticket_id INTEGER, tag TEXT, PRIMARY KEY (ticket_id, tag)",
    "trial_words": "word INTEGER, ticket_id INTEGER, PRIMARY KEY (word, ticket_id)",
    "trial_hit": "rule INTEGER, ticket_id INTEGER, depth INTEGER, PRIMARY KEY (rule, ticket_id)",
}


def _columns(conn: Connection, table: str) -> list[str]:
    return [row[1] for row in conn.execute(f"PRAGMA main.table_xinfo({table})")]


def count(conn: Connection, since: Instant, until: Instant) -> int:
    """Tickets that arrived in the window (half open)."""
    sql = "SELECT count(*) FROM main.ticket WHERE created_at >= ? AND created_at < ?"
    n: int = conn.execute(sql, (since, until)).fetchone()[0]
    return n


def slices(conn: Connection, since: Instant, until: Instant) -> Iterator[Slice]:
    """Fills the tables with one chunk after the other, by number."""
    columns = [name for name in _columns(conn, "ticket") if name != "is_open"]
    values = ", ".join(_THEN.get(name, f"t.{name}") for name in columns)
    fill = (
        f"INSERT INTO temp.ticket ({', '.join(columns)}, trial_said) SELECT {values}, "
        "CASE WHEN m.id IS NULL OR m.automatic <> '' THEN '' ELSE m.direction END FROM main.ticket t "
        "LEFT JOIN trial_first f ON f.ticket_id = t.id LEFT JOIN main.message m ON m.id = f.message_id "
        "LEFT JOIN main.clock c ON c.id = (SELECT k.id FROM main.clock k WHERE k.ticket_id = t.id "
        "AND k.started_at <= t.created_at + 60000 ORDER BY k.due_at LIMIT 1) "
        "WHERE t.id > ? AND t.id <= ? AND t.created_at >= ? AND t.created_at < ?"
    )
    first = "SELECT min(id) FROM main.ticket INDEXED BY ticket_created WHERE created_at >= ? AND created_at < ?"
    after = (conn.execute(first, (since, until)).fetchone()[0] or 1) - 1
    size = min(BEGINNING, CHUNK)
    while True:
        clear(conn)
        found = conn.execute(
            "SELECT max(id), count(*) FROM (SELECT id FROM main.ticket NOT INDEXED WHERE id > ? AND created_at >= ? "
            "AND created_at < ? ORDER BY id LIMIT ?)",
            (after, since, until, size),
        ).fetchone()
        if not found[1]:
            return
        window = (after, found[0], since, until)
        conn.execute(
            "INSERT INTO trial_first SELECT t.id, (SELECT min(m.id) FROM main.message m WHERE m.ticket_id = t.id) "
            "FROM main.ticket t "
            "WHERE t.id > ? AND t.id <= ? AND t.created_at >= ? AND t.created_at < ?",
            window,
        )
        conn.execute(fill, window)
        _take_back(conn, after, found[0])
        yield Slice(after + 1, found[0], found[1])
        size = CHUNK
        after = found[0]


def clear(conn: Connection) -> None:
    """Empties what a chunk filled."""
    for name in ("ticket", "trial_first", "trial_diff", *_OWN):
        conn.execute(f"DELETE FROM temp.{name}")


def _take_back(conn: Connection, after: int, last: int) -> None:
    """Puts fields back to what they were before somebody changed them for the first time."""
    changed = conn.execute(
        "SELECT e.ticket_id, e.payload FROM main.ticket t CROSS JOIN main.event e ON e.ticket_id = t.id "
        "WHERE t.id > ? AND t.id <= ? AND t.version > 1 AND t.id IN (SELECT id FROM temp.ticket) "
        "AND e.payload LIKE '%\"changes\":%' ORDER BY e.ticket_id, e.seq",
        (after, last),
    )
    first: dict[tuple[int, str], Any] = {}
    for ticket_id, payload in changed:
        for field, pair in json.loads(payload).get("changes", {}).items():
            if field in _TAKEN_BACK:
                first.setdefault((ticket_id, field), pair[0])
    for field in _TAKEN_BACK:
        rows = [(before, ticket_id) for (ticket_id, name), before in first.items() if name == field]
        if rows:
            conn.executemany(f"UPDATE temp.ticket SET {field} = ? WHERE id = ?", rows)


def find_words(conn: Connection, number: int, expression: str, table: str) -> None:
    """Looks up a full-text expression once for the whole chunk."""
    conn.execute(
        f"INSERT OR IGNORE INTO trial_words SELECT ?, f.ticket_id FROM main.{table} w "
        f"CROSS JOIN trial_first f ON f.message_id = w.rowid WHERE w.{table} MATCH ? "
        "AND w.rowid BETWEEN (SELECT min(message_id) FROM trial_first) AND (SELECT max(message_id) FROM trial_first)",
        (number, expression),
    )
