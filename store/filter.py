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
        return f"{self.sql} <> {self.literal}"

    @property
    def literal(self) -> str:
        """`absent` in SQL."""
        return f"'{self.absent}'" if isinstance(self.absent, str) else str(self.absent)


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
    # Where the language was said with its region: zh-CN, pt-BR.
    "region": Column("t.lang", presence="instr(t.lang, '-') > 0"),
    "country": Column("t.country", absent=""),
    "automatic": Column("t.automatic", absent=""),
    "escalation": Column("t.escalation", absent=0),
    "needs_review": Column("t.needs_review", absent=0),
    "flagged": Column("t.flagged", absent=0),
    "effort": Column("t.effort", absent=-1),
    "due": Column("t.due_at", absent=NEVER, presence=f"t.due_at < {NEVER}"),
    "due_kind": Column("t.due_kind", absent=""),
    "warn": Column("t.warn_at", absent=NEVER, presence=f"t.warn_at < {NEVER}"),
    "status_since": Column("t.status_since", absent=0),
    "snoozed": Column("t.snoozed_until", absent=0, presence="t.snoozed_until > 0"),
    "waiting": Column("t.waiting_since"),
    "first_reply": Column("t.first_reply_at"),
    "last_reply": Column("t.last_reply_at"),
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
    """Rows of the related table `source` for which `where` holds; `column` (never NULL) says which ticket a row belongs
    to. Where that stands in another table, `via` is that one, joined `on`. `sought` is `where` spelt so that an index
    over the whole desk finds the rows, where that is another spelling (same parameters). Without `seeks` no index does,
    and no list begins there."""

    source: str
    column: str
    where: str = "1"
    params: tuple[object, ...] = ()
    via: str = ""
    on: str = ""
    sought: str = ""
    seeks: bool = True

    def of_one(self, key: str) -> str:
        """SQL: whether the ticket with `key` has such a row."""
        if not self.via:
            return f"EXISTS (SELECT 1 FROM {self.source} WHERE {self.column} = {key} AND {self.where})"
        return (f"EXISTS (SELECT 1 FROM {self.via} CROSS JOIN {self.source} "
                f"WHERE {self.column} = {key} AND {self.on} AND {self.where})")  # fmt: skip

    def of_desk(self) -> str:
        """SQL: a SELECT of the keys of all tickets that have such a row."""
        joined = f"{self.source} CROSS JOIN {self.via} ON {self.on}" if self.via else self.source
        return f"SELECT {self.column} AS key FROM {joined} WHERE {self.sought or self.where}"

    def alone(self) -> str:
        """SQL: a SELECT of the rows, as many as they are."""
        return f"SELECT 1 FROM {self.source} WHERE {self.sought or self.where}"


@dataclass(frozen=True, slots=True)
class Linked:
    """The ticket's `key` (a column over alias `t`) is that of a row in one of `rows`."""

    key: str
    rows: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A message of the ticket matches this full-text expression in `table`."""

    expression: str
    table: str = "message_fts"


@dataclass(frozen=True, slots=True)
class Among:
    """The ticket's `key` is one of those that `select` (a SELECT of one column) finds for the whole desk, found once.
    Means the same as what it was made of; `store.sql.plan` uses it where many tickets are looked at."""

    key: str
    select: str
    params: tuple[object, ...]


Condition = All | Any_ | Not | Is | Between | Has | Linked | Words | Among
EVERYTHING = All()
NOTHING = Any_()


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
            f"SELECT m.ticket_id AS key FROM {part.table} f CROSS JOIN message m ON m.id = f.rowid "
            f"WHERE f.{part.table} MATCH ?",
            [part.expression],
        )
    return " UNION ALL ".join(r.of_desk() for r in part.rows), [p for r in part.rows for p in r.params]


def rows_of(part: Linked | Words) -> tuple[str, list[Any]]:
    """`(SELECT, params)` of the rows behind `part`, to count them."""
    if isinstance(part, Words):
        return f"SELECT 1 FROM {part.table} f WHERE f.{part.table} MATCH ?", [part.expression]
    return " UNION ALL ".join(r.alone() for r in part.rows), [p for r in part.rows for p in r.params]


def _sql(c: Condition, params: list[Any]) -> str:
    match c:
        case All(parts):
            return _joined(parts, " AND ", "1", params)
        case Any_(parts):
            return _joined(parts, " OR ", "0", params)
        case Not(Has(column)):  # the form an index serves
            return f"{column.sql} IS NULL" if column.absent is None else f"{column.sql} = {column.literal}"
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
                pieces.append(r.of_one(key))
            return pieces[0] if len(pieces) == 1 else "(" + " OR ".join(pieces) + ")"
        case Among(key, select, bound):
            params.extend(bound)
            return f"+{key} IN ({select})"
        case Words(expression, table):
            params.append(expression)
            return (
                f"EXISTS (SELECT 1 FROM message m CROSS JOIN {table} f ON f.rowid = m.id "
                f"WHERE m.ticket_id = t.id AND f.{table} MATCH ?)"
            )


def _joined(parts: tuple[Condition, ...], by: str, empty: str, params: list[Any]) -> str:
    if not parts:
        return empty
    pieces = [_sql(p, params) for p in parts]
    return pieces[0] if len(pieces) == 1 else "(" + by.join(pieces) + ")"


def top_level(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold."""
    return condition.parts if isinstance(condition, All) else (condition,)
