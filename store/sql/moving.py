"""What hangs on a ticket and goes along when its messages do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from store.connection import Connection
from store.values import Instant

_AT_ONCE = 500


class Voice(NamedTuple):
    """A message without its text. `direction` is in, out, note or removed."""

    id: int
    direction: str
    automatic: str
    sent_at: Instant
    received_at: Instant


def voices(conn: Connection, ticket_id: int) -> list[Voice]:
    """Every message of a ticket, in the order of their numbers."""
    sql = "SELECT id, direction, automatic, sent_at, received_at FROM message WHERE ticket_id = ? ORDER BY id"
    return [Voice(*r) for r in conn.execute(sql, (ticket_id,))]


def conversations(conn: Connection, ticket_id: int) -> list[tuple[str, str, str]]:
    """`(channel, source, thread)` of the platform conversations a ticket's messages belong to."""
    sql = (
        "SELECT DISTINCT channel_id, substr(remote_key, 1, instr(remote_key, ':') - 1), thread_id FROM message "
        "WHERE ticket_id = ? AND thread_id <> '' ORDER BY 1, 2, 3"
    )
    return conn.execute(sql, (ticket_id,)).fetchall()


def tickets_of(conn: Connection, message_ids: Iterable[int]) -> dict[int, int]:
    """Message → its ticket, of those there are."""
    found: dict[int, int] = {}
    for part, marks in _parts(message_ids):
        found.update(conn.execute(f"SELECT id, ticket_id FROM message WHERE id IN ({marks})", part).fetchall())
    return found


def messages(conn: Connection, message_ids: Iterable[int], to: int) -> None:
    """Moves messages; the mentions in them go along. Files and the search index are by message."""
    for part, marks in _parts(message_ids):
        conn.execute(f"UPDATE message SET ticket_id = ? WHERE id IN ({marks})", (to, *part))
        conn.execute(f"UPDATE mention SET ticket_id = ? WHERE message_id IN ({marks})", (to, *part))


SINGLE = ("task", "check_item", "case_file", "review")
"""Tables whose rows belong to one ticket, each with an id."""


def singles(conn: Connection, source: int, target: int) -> dict[str, list[int]]:
    """The rows of `SINGLE` that go from `source` to `target`: open tasks, checklists `target` lacks, cases, reviews."""
    which = {
        "task": ("state IN ('open', 'doing')", ()),
        "check_item": ("checklist_id NOT IN (SELECT checklist_id FROM check_item WHERE ticket_id = ?)", (target,)),
    }
    found = {}
    for table in SINGLE:
        where, params = which.get(table, ("1", ()))
        sql = f"SELECT id FROM {table} WHERE ticket_id = ? AND {where} ORDER BY id"
        found[table] = [r[0] for r in conn.execute(sql, (source, *params))]
    return {table: ids for table, ids in found.items() if ids}


def singles_to(conn: Connection, rows: dict[str, list[int]], came_from: int, to: int) -> None:
    """Moves rows that are still at `came_from`."""
    for table in SINGLE:
        for part, marks in _parts(rows.get(table, ())):
            sql = f"UPDATE {table} SET ticket_id = ? WHERE ticket_id = ? AND id IN ({marks})"
            conn.execute(sql, (to, came_from, *part))


PAIRED = {"ticket_order": ("order_id",), "incident_ticket": ("incident_id", "answered_at", "outbox_id")}
"""Tables that pair a ticket with something, whose id comes first."""


def pairs(conn: Connection, table: str, ticket_id: int) -> list[list[Any]]:
    """The rows of a ticket, without its number."""
    names = ", ".join(PAIRED[table])
    sql = f"SELECT {names} FROM {table} WHERE ticket_id = ? ORDER BY {PAIRED[table][0]}"
    return [list(r) for r in conn.execute(sql, (ticket_id,))]


def put_pairs(conn: Connection, table: str, ticket_id: int, rows: Iterable[Sequence[Any]]) -> None:
    names = PAIRED[table]
    marks = ", ".join("?" * (len(names) + 1))
    sql = f"INSERT OR IGNORE INTO {table} (ticket_id, {', '.join(names)}) VALUES ({marks})"
    conn.executemany(sql, [(ticket_id, *row) for row in rows])


def drop_pairs(conn: Connection, table: str, ticket_id: int, ids: Iterable[int]) -> None:
    sql = f"DELETE FROM {table} WHERE ticket_id = ? AND {PAIRED[table][0]} = ?"
    conn.executemany(sql, [(ticket_id, ident) for ident in ids])


def lacking_values(conn: Connection, source: int, target: int) -> list[str]:
    """Custom fields `source` has a value of and `target` has none."""
    sql = (
        "SELECT field_id FROM field_value WHERE ticket_id = ? AND field_id NOT IN "
        "(SELECT field_id FROM field_value WHERE ticket_id = ?) ORDER BY field_id"
    )
    return [r[0] for r in conn.execute(sql, (source, target))]


def copy_values(conn: Connection, source: int, target: int, field_ids: Iterable[str]) -> None:
    sql = (
        "INSERT OR IGNORE INTO field_value (ticket_id, field_id, word, number, unit, shown) "
        "SELECT ?, field_id, word, number, unit, shown FROM field_value WHERE ticket_id = ? AND field_id = ?"
    )
    conn.executemany(sql, [(target, source, ident) for ident in field_ids])


def drop_copies(conn: Connection, source: int, target: int, field_ids: Iterable[str]) -> None:
    """Takes values from `target` that are still as `source` has them."""
    sql = (
        "DELETE FROM field_value WHERE ticket_id = ? AND field_id = ? AND EXISTS (SELECT 1 FROM field_value s "
        "WHERE s.ticket_id = ? AND s.field_id = field_value.field_id AND s.word = field_value.word "
        "AND s.number IS field_value.number AND s.unit = field_value.unit)"
    )
    conn.executemany(sql, [(target, ident, source) for ident in field_ids])


def drafts(conn: Connection, source: int, target: int) -> list[str]:
    """Agents with a draft at `source` and none at `target`."""
    sql = (
        "SELECT agent_id FROM draft WHERE ticket_id = ? AND agent_id NOT IN "
        "(SELECT agent_id FROM draft WHERE ticket_id = ?) ORDER BY agent_id"
    )
    return [r[0] for r in conn.execute(sql, (source, target))]


def drafts_to(conn: Connection, agents: Iterable[str], came_from: int, to: int) -> None:
    """Moves drafts; where an agent has begun another one there, both stay."""
    sql = "UPDATE OR IGNORE draft SET ticket_id = ? WHERE ticket_id = ? AND agent_id = ?"
    conn.executemany(sql, [(to, came_from, agent) for agent in agents])


def _parts(ids: Iterable[Any]) -> list[tuple[tuple[Any, ...], str]]:
    """Ids in lots a statement takes, each with its question marks."""
    whole = list(ids)
    lots = [tuple(whole[at : at + _AT_ONCE]) for at in range(0, len(whole), _AT_ONCE)]
    return [(lot, ", ".join("?" * len(lot))) for lot in lots]
