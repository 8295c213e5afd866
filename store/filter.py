"""Conditions on tickets, and the SQL they become. The one evaluator there is: lists, counts, rules, dry runs.

Two-valued: a leaf is never NULL, an absent value fails every comparison, and only `Has` asks for absence. Values arrive
already typed (instants, minor units, folded text); reading a query is the business of `desk.query`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.values import NEVER


@dataclass(frozen=True, slots=True)
class Column:
    """A ticket column or expression over alias `t`; `absent` is the value that stands for "none" (None = SQL NULL)."""

    sql: str
    absent: object = None

    @property
    def present(self) -> str:
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
    "country": Column("t.country", absent=""),
    "automatic": Column("t.automatic", absent=""),
    "escalation": Column("t.escalation", absent=0),
    "needs_review": Column("t.needs_review", absent=0),
    "due": Column("t.due_at", absent=NEVER),
    "snoozed": Column("t.snoozed_until", absent=0),
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
class Linked:
    """The ticket's `key` is among those a related table yields: `key IN (SELECT column FROM … WHERE …)`."""

    key: str
    select: str
    params: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A message of the ticket matches this full-text expression."""

    expression: str


Condition = All | Any_ | Not | Is | Between | Has | Linked | Words
EVERYTHING = All()
NOTHING = Any_()


def tagged(tag: str) -> Linked:
    """Tickets that carry `tag` (already folded)."""
    return Linked("t.id", "SELECT ticket_id FROM ticket_tag WHERE tag = ?", (tag,))


def has_tags() -> Linked:
    return Linked("t.id", "SELECT ticket_id FROM ticket_tag")


def ordered(number_key: str) -> Linked:
    """Tickets about the order with this key."""
    return Linked(
        "t.id",
        "SELECT x.ticket_id FROM ticket_order x JOIN orders o ON o.id = x.order_id WHERE o.number_key = ?",
        (number_key,),
    )


def named(prefix: str) -> Linked:
    """Tickets of customers whose folded name begins with `prefix`, or who have this address."""
    high = prefix + "\U0010ffff"
    return Linked(
        "t.customer_id",
        "SELECT id FROM customer WHERE name_key >= ? AND name_key < ? UNION ALL "
        "SELECT customer_id FROM customer_key WHERE key >= ? AND key < ?",
        (prefix, high, f"email:{prefix}", f"email:{high}"),
    )


def compile_condition(condition: Condition) -> tuple[str, list[Any]]:
    """`(sql, params)`: a boolean expression over `ticket t` that is never NULL."""
    params: list[Any] = []
    return _sql(condition, params), params


def _sql(c: Condition, params: list[Any]) -> str:
    match c:
        case All(parts):
            return _joined(parts, " AND ", "1", params)
        case Any_(parts):
            return _joined(parts, " OR ", "0", params)
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
        case Linked(key, select, bound):
            params.extend(bound)
            return f"({key} IS NOT NULL AND {key} IN ({select}))"
        case Words(expression):
            params.append(expression)
            return (
                "(t.id IN (SELECT m.ticket_id FROM message_fts f JOIN message m ON m.id = f.rowid "
                "WHERE f.message_fts MATCH ?))"
            )


def _joined(parts: tuple[Condition, ...], by: str, empty: str, params: list[Any]) -> str:
    if not parts:
        return empty
    pieces = [_sql(p, params) for p in parts]
    return pieces[0] if len(pieces) == 1 else "(" + by.join(pieces) + ")"


def top_level(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold."""
    return condition.parts if isinstance(condition, All) else (condition,)
