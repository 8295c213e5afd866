"""Tickets: pages of a list, one whole ticket, inserting and changing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from store.connection import Connection
from store.filter import Condition, compile_condition
from store.sql import plan
from store.sql.plan import Order
from store.sql.rows import Ticket, TicketLine, columns
from store.values import Instant


class Sort(NamedTuple):
    """An order of the list: one column, then the id, both in one direction."""

    name: str
    column: str
    descending: bool = False


SORTS = {
    s.name: s
    for s in (
        Sort("due", "due_at"),
        Sort("updated", "updated_at", descending=True),
        Sort("newest", "id", descending=True),
        Sort("oldest", "id"),
        Sort("priority", "priority", descending=True),
        Sort("rank", "id", descending=True),
    )
}
"""`rank` is the order of relevance among hits of a search: `store.sql.search_pages.ranked`."""
DUE = SORTS["due"]

_LINE = """
SELECT t.id, t.due_at, t.due_kind, t.warn_at,
       t.platform, coalesce(h.label, ''), t.type, coalesce(c.name, ''), t.subject, t.assignee_id, t.status, t.priority,
       t.snoozed_until, t.updated_at, t.version,
       t.last_message_id > coalesce(r.message_id, 0), t.escalation
FROM {source}
LEFT JOIN customer c ON c.id = t.customer_id
LEFT JOIN channel h ON h.id = t.channel_id
LEFT JOIN read_mark r ON r.agent_id = ? AND r.ticket_id = t.id
"""


class Place(NamedTuple):
    """Where a page begins: the sort value and id of a row."""

    value: int
    id: int


def place(line: TicketLine, sort: Sort) -> Place:
    """The keyset position of a line under `sort`."""
    return Place(int(getattr(line, sort.column)), line.id)


def page(
    conn: Connection, condition: Condition, sort: Sort = DUE, *, agent: str = "", limit: int = 50,
    after: Place | None = None, before: Place | None = None,
) -> list[TicketLine]:  # fmt: skip
    """Up to `limit` lines that fulfil `condition`, in the order of `sort`, right behind `after` or right before
    `before` (at most one of them). The first and the thousandth page cost the same: an index gives the ids."""
    backwards = before is not None
    start = before if before is not None else after
    order = Order(sort.column, sort.descending != backwards, (start.value, start.id) if start else None)
    keys, params = plan.page(condition, order, limit, plan.counter(conn))
    sql = _LINE.format(source=f"({keys}) k JOIN ticket t ON t.id = k.id") + f" ORDER BY {order.by}"
    found = [_line(r) for r in conn.execute(sql, (*params, agent))]
    return found[::-1] if backwards else found


def last(
    conn: Connection, condition: Condition, sort: Sort = DUE, *, agent: str = "", limit: int = 50
) -> list[TicketLine]:
    """The end of the list, in its order."""
    end = Place(-(1 << 62), -(1 << 62)) if sort.descending else Place(1 << 62, 1 << 62)
    return page(conn, condition, sort, agent=agent, limit=limit, before=end)


def lines(conn: Connection, ids: Iterable[int], agent: str = "") -> dict[int, TicketLine]:
    """Lines of named tickets, by id; missing ones are left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    sql = _LINE.format(source="ticket t") + f" WHERE t.id IN ({', '.join('?' * len(wanted))})"
    return {r[0]: _line(r) for r in conn.execute(sql, (agent, *wanted))}


def _line(row: Any) -> TicketLine:
    return TicketLine(*row)


def holds(conn: Connection, condition: Condition, ids: Iterable[int]) -> set[int]:
    """Those of `ids` that fulfil `condition`."""
    wanted = list(ids)
    if not wanted:
        return set()
    where, params = compile_condition(condition)
    marks = ", ".join("?" * len(wanted))
    sql = f"SELECT t.id FROM ticket t WHERE t.id IN ({marks}) AND {where}"
    return {r[0] for r in conn.execute(sql, (*wanted, *params))}


def count(conn: Connection, condition: Condition, at_most: int) -> int:
    """Tickets that fulfil `condition`, counted up to `at_most`."""
    keys, params = plan.page(condition, Order(), at_most, plan.counter(conn))
    n: int = conn.execute(f"SELECT count(*) FROM ({keys})", params).fetchone()[0]
    return n


def tally(conn: Connection) -> list[tuple[str, str, str, int]]:
    """`(status, assignee or "", channel, tickets)` for the whole desk; a few hundred rows at most."""
    return conn.execute("SELECT status, assignee_id, channel_id, n FROM tally WHERE n > 0").fetchall()


_WHOLE = f"SELECT {columns(Ticket)} FROM ticket"


def get(conn: Connection, ticket_id: int) -> Ticket | None:
    row = conn.execute(f"{_WHOLE} WHERE id = ?", (ticket_id,)).fetchone()
    return Ticket(*row) if row else None


def of_customer(conn: Connection, customer_id: int, limit: int = 20) -> list[Ticket]:
    """A customer's tickets, newest first."""
    sql = f"{_WHOLE} WHERE customer_id = ? ORDER BY id DESC LIMIT ?"
    return [Ticket(*r) for r in conn.execute(sql, (customer_id, limit))]


def of_nobody(conn: Connection, platform: str, order_numbers: Sequence[str]) -> list[Ticket]:
    """Tickets of a platform about these orders, as they are spelt, whose buyer nobody knows; newest first."""
    marks = ", ".join("?" * len(order_numbers))
    sql = f"{_WHOLE} WHERE order_number IN ({marks}) AND platform = ? AND customer_id IS NULL ORDER BY id DESC LIMIT 10"
    return [Ticket(*r) for r in conn.execute(sql, (*order_numbers, platform))] if order_numbers else []


def about_order(conn: Connection, platform: str, order_number: str) -> list[Ticket]:
    """Open tickets of a platform about an order, as it is spelt; newest first."""
    sql = f"{_WHOLE} WHERE order_number = ? AND platform = ? AND is_open = 1 ORDER BY id DESC LIMIT 10"
    return [Ticket(*r) for r in conn.execute(sql, (order_number, platform))] if order_number else []


def insert(conn: Connection, values: Mapping[str, Any]) -> int:
    """A new ticket from column values; returns its number."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    return conn.execute(f"INSERT INTO ticket ({names}) VALUES ({marks})", tuple(values.values())).lastrowid


def update(conn: Connection, ticket_id: int, values: Mapping[str, Any], *, bump: bool = True) -> None:
    """Sets columns. `bump` counts the version up, which is what `--if-version` and optimistic saves compare."""
    sets = ", ".join(f"{name} = ?" for name in values) + (", version = version + 1" if bump else "")
    conn.execute(f"UPDATE ticket SET {sets} WHERE id = ?", (*values.values(), ticket_id))


def tags(conn: Connection, ticket_id: int) -> list[str]:
    return [r[0] for r in conn.execute("SELECT tag FROM ticket_tag WHERE ticket_id = ? ORDER BY tag", (ticket_id,))]


def set_tags(conn: Connection, ticket_id: int, wanted: Iterable[str]) -> None:
    conn.execute("DELETE FROM ticket_tag WHERE ticket_id = ?", (ticket_id,))
    conn.executemany(
        "INSERT INTO ticket_tag (ticket_id, tag) VALUES (?, ?)", [(ticket_id, t) for t in sorted(set(wanted))]
    )


def asleep_until(conn: Connection, now: Instant, limit: int = 200) -> list[int]:
    """Snoozed tickets whose time has come."""
    sql = "SELECT id FROM ticket WHERE snoozed_until > 0 AND snoozed_until <= ? ORDER BY snoozed_until LIMIT ?"
    return [r[0] for r in conn.execute(sql, (now, limit))]
