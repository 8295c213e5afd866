"""The team's own fields and what tickets have in them."""

from __future__ import annotations

from typing import NamedTuple

from store.connection import Connection


class CustomField(NamedTuple):
    """A definition. `names` and `options` are JSON: language → text, and the words it takes ([] for any)."""

    id: str
    name: str
    names: str
    kind: str
    options: str
    position: int
    shipped: int


class Value(NamedTuple):
    """What a ticket has in a field: `word` is folded, `number` whole units, `unit` the currency of money."""

    word: str
    number: int | None
    unit: str
    shown: str


_COLUMNS = "id, name, names, kind, options, position, shipped"


def all_fields(conn: Connection) -> list[CustomField]:
    """Every definition, in order."""
    return [CustomField(*r) for r in conn.execute(f"SELECT {_COLUMNS} FROM custom_field ORDER BY position, id")]


def field(conn: Connection, field_id: str) -> CustomField | None:
    row = conn.execute(f"SELECT {_COLUMNS} FROM custom_field WHERE id = ?", (field_id,)).fetchone()
    return CustomField(*row) if row else None


def save(conn: Connection, f: CustomField) -> None:
    """Adds or replaces a definition."""
    marks = ", ".join("?" * len(f))
    conn.execute(f"INSERT OR REPLACE INTO custom_field ({_COLUMNS}) VALUES ({marks})", f)


def remove(conn: Connection, field_id: str) -> bool:
    """False when there is none. Values go with it."""
    conn.execute("DELETE FROM field_value WHERE field_id = ?", (field_id,))
    return bool(conn.execute("DELETE FROM custom_field WHERE id = ?", (field_id,)).rowcount)


def used(conn: Connection, field_id: str) -> int:
    """How many tickets have a value in it."""
    n: int = conn.execute("SELECT count(*) FROM field_value WHERE field_id = ?", (field_id,)).fetchone()[0]
    return n


def value(conn: Connection, ticket_id: int, field_id: str) -> Value | None:
    sql = "SELECT word, number, unit, shown FROM field_value WHERE ticket_id = ? AND field_id = ?"
    row = conn.execute(sql, (ticket_id, field_id)).fetchone()
    return Value(*row) if row else None


def put(conn: Connection, ticket_id: int, field_id: str, v: Value | None) -> None:
    """Sets a value; None takes it away."""
    conn.execute("DELETE FROM field_value WHERE ticket_id = ? AND field_id = ?", (ticket_id, field_id))
    if v is not None:
        sql = "INSERT INTO field_value (ticket_id, field_id, word, number, unit, shown) VALUES (?, ?, ?, ?, ?, ?)"
        conn.execute(sql, (ticket_id, field_id, *v))


def of_ticket(conn: Connection, ticket_id: int) -> list[tuple[CustomField, Value]]:
    """What a ticket has in its fields, in their order."""
    sql = (
        "SELECT f.id, f.name, f.names, f.kind, f.options, f.position, f.shipped, v.word, v.number, v.unit, v.shown "
        "FROM field_value v JOIN custom_field f ON f.id = v.field_id WHERE v.ticket_id = ? ORDER BY f.position, f.id"
    )
    return [(CustomField(*r[:7]), Value(*r[7:])) for r in conn.execute(sql, (ticket_id,))]
