"""Conditions on tickets, and the SQL they become. The one evaluator there is: lists, counts, rules, dry runs.

Two-valued: a leaf is never NULL, an absent value fails every comparison, and only `Has` asks for absence. Values arrive
already typed (instants, minor units, folded text); reading a query is the business of `desk.query`.

What depends on related rows (`Linked`, `Words`) can be asked two ways: of one ticket ("is there such a row for this
one"), which costs the same on any desk and is what `compile_condition` writes, or of the desk ("which tickets have such
a row"), which `drive` writes for a list that begins there. `store.sql.plan` chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.values import NEVER


@dataclass(frozen=True, slots=True)
class Column:
    """A ticket column or expression over alias `t`; `absent` is the value that stands for "none" (None = SQL NULL).
    `presence` is the test for a value where "differs from `absent`" would hide a partial index."""

    sql: str
    absent: object = None
    presence: str = ""

    @property
    def present(self) -> str:
        if self.presence:
            return self.presence
        if self.absent is None:
            return f"{self.sql} IS NOT NULL"
        literal = f"'{self.absent}'" if isinstance(self.absent, str) else str(self.absent)
        return f"{self.sql} <> {literal}"


TICKET_COLUMNS: dict[str, Column] = {
    "id": Column("t.id", absent=0),
    "is_open": Column("t.is_open", absent=-1),
    "status": Column("t.status", absent=""),
    "priority": Column("t.priority", absent=-1),
    "type": Column("t.type", absent=""),
    "cause": Column("t.cause", absent=""),
    "ask": Column("t.ask", absent=""),
    "platform": Column("t.platform", absent=""),
    "channel": Column("t.channel_id", absent=""),
    "assignee": Column("t.assignee_id"),
    "group": Column("t.group_id"),
    "lang": Column("t.lang", absent=""),
    # The primary subtag: zh of zh-CN.
    "language": Column("substr(t.lang, 1, instr(t.lang || '-', '-') - 1)", absent=""),
    "country": Column("t.country", absent=""),
    "automatic": Column("t.automatic", absent=""),
    "escalation": Column("t.escalation", absent=0),
    "needs_review": Column("t.needs_review", absent=0),
    "due": Column("t.due_at", absent=NEVER),
    "snoozed": Column("t.snoozed_until", absent=0, presence="t.snoozed_until > 0"),
    "waiting": Column("t.waiting_since"),
    "replied": Column("t.first_reply_at"),
    "created": Column("t.created_at", absent=0),
    "updated": Column("t.updated_at", absent=0),
    "customer": Column("t.customer_id"),
    "messages": Column("t.message_count", absent=-1),
}


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; no parts is everything."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one part holds; no parts is nothing."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Is:
    """The column is one of `values`."""

    column: Column
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """low ≤ column ≤ high; None leaves a side open."""

    column: Column
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """The column holds something."""

    column: Column


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a related table: `FROM source WHERE where`; `column` (never NULL) says which ticket a row belongs to.
    `seeks` tells whether an index finds them, so that a list may begin there."""

    source: str
    column: str
    where: str = "1"
    params: tuple[object, ...] = ()
    seeks: bool = True


@dataclass(frozen=True, slots=True)
class Linked:
    """The ticket's `key` (a column over alias `t`) is that of a row in one of `rows`."""

    key: str
    rows: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A message of the ticket matches this full-text expression."""

    expression: str


Condition = All | Any_ | Not | Is | Between | Has | Linked | Words
EVERYTHING = All()
NOTHING = Any_()


def tagged(tag: str, prefix: bool = False) -> Linked:
    """Tickets that carry `tag` (already folded), or one that begins with it."""
    test, params = within("x.tag", tag, prefix)
    return Linked("t.id", (Rows("ticket_tag x", "x.ticket_id", test, params),))


def has_tags() -> Linked:
    return Linked("t.id", (Rows("ticket_tag x", "x.ticket_id"),))


def ordered(number_key: str, written: str) -> Linked:
    """Tickets about the order with this key, or that name it (as a key or as `written`) while it is not known yet."""
    linked = Rows("orders o CROSS JOIN ticket_order x", "x.ticket_id", "x.order_id = o.id AND o.number_key = ?",
                  (number_key,))  # fmt: skip
    mentioned = Rows("ticket n", "n.id", "n.order_number <> '' AND n.order_number IN (?, ?)",
                     (number_key, written))  # fmt: skip
    return Linked("t.id", (linked, mentioned))


def shipped(tracking_key: str) -> Linked:
    """Tickets about an order with a parcel of this number (casefolded, without dashes)."""
    rows = Rows("shipment s CROSS JOIN ticket_order x", "x.ticket_id", "x.order_id = s.order_id AND s.tracking_key = ?",
                (tracking_key,))  # fmt: skip
    return Linked("t.id", (rows,))


def named(prefix: str) -> Linked:
    """Tickets of customers whose folded name begins with `prefix`, or whose address does."""
    name, of_name = within("c.name_key", prefix, True)
    mail, of_mail = within("k.key", f"email:{prefix}", True)
    of_customer, of_key = (
        Rows("customer c", "c.id", name, of_name),
        Rows("customer_key k", "k.customer_id", mail, of_mail),
    )
    return Linked("t.customer_id", (of_customer, of_key))


def within(column: str, text: str, prefix: bool) -> tuple[str, tuple[object, ...]]:
    """SQL that `column` is `text` or, with `prefix`, begins with it; an index serves both."""
    return (f"{column} >= ? AND {column} < ?", (text, text + "\U0010ffff")) if prefix else (f"{column} = ?", (text,))


def compile_condition(condition: Condition) -> tuple[str, list[Any]]:
    """`(sql, params)`: a boolean expression over `ticket t` that is never NULL."""
    params: list[Any] = []
    return _sql(condition, params), params


def drive(part: Linked | Words) -> tuple[str, list[Any]]:
    """`(SELECT, params)` of the keys (`Linked.key`, or ticket ids) for which `part` holds; a key may come twice."""
    if isinstance(part, Words):
        return (
            "SELECT m.ticket_id AS key FROM message_fts f CROSS JOIN message m ON m.id = f.rowid "
            "WHERE f.message_fts MATCH ?",
            [part.expression],
        )
    selects = [f"SELECT {r.column} AS key FROM {r.source} WHERE {r.where}" for r in part.rows]
    return " UNION ALL ".join(selects), [p for r in part.rows for p in r.params]


def _sql(c: Condition, params: list[Any]) -> str:
    match c:
        case All(parts):
            return _joined(parts, " AND ", "1", params)
        case Any_(parts):
            return _joined(parts, " OR ", "0", params)
        case Not(Has(Column(sql, None))):
            return f"{sql} IS NULL"  # the form an index serves
        case Not(part):
            return f"NOT ({_sql(part, params)})"
        case Is(column, values):
            if not values:
                return "0"
            params.extend(values)
            test = "= ?" if len(values) == 1 else f"IN ({', '.join('?' * len(values))})"
            guard = f"{column.present} AND " if column.absent is None else ""
            return f"({guard}{column.sql} {test})" if guard else f"{column.sql} {test}"
        case Between(column, low, high):
            tests = []
            if low is not None:
                tests.append(f"{column.sql} >= ?")
                params.append(low)
            if high is not None:
                tests.append(f"{column.sql} <= ?")
                params.append(high)
            return "(" + " AND ".join([column.present, *tests]) + ")"
        case Has(column):
            return f"({column.present})"
        case Linked(key, rows):
            pieces = []
            for r in rows:
                params.extend(r.params)
                pieces.append(f"EXISTS (SELECT 1 FROM {r.source} WHERE {r.column} = {key} AND {r.where})")
            return pieces[0] if len(pieces) == 1 else "(" + " OR ".join(pieces) + ")"
        case Words(expression):
            params.append(expression)
            return (
                "EXISTS (SELECT 1 FROM message m CROSS JOIN message_fts f ON f.rowid = m.id "
                "WHERE m.ticket_id = t.id AND f.message_fts MATCH ?)"
            )


def _joined(parts: tuple[Condition, ...], by: str, empty: str, params: list[Any]) -> str:
    if not parts:
        return empty
    pieces = [_sql(p, params) for p in parts]
    return pieces[0] if len(pieces) == 1 else "(" + by.join(pieces) + ")"


def top_level(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold."""
    return condition.parts if isinstance(condition, All) else (condition,)
