"""Slow nouns as triage reads them: channels, agents, views, templates, policies, orders."""

from __future__ import annotations

from collections.abc import Iterable

from store.connection import Connection
from store.sql.rows import Agent, Channel, Order, OrderItem, Policy, Shipment, Template, View, columns


def channels(conn: Connection) -> list[Channel]:
    sql = f"SELECT {columns(Channel)} FROM channel WHERE state <> 'removed' ORDER BY position, id"
    return [Channel(*r) for r in conn.execute(sql)]


def channel(conn: Connection, channel_id: str) -> Channel | None:
    row = conn.execute(f"SELECT {columns(Channel)} FROM channel WHERE id = ?", (channel_id,)).fetchone()
    return Channel(*row) if row else None


def agents(conn: Connection) -> list[Agent]:
    return [Agent(*r) for r in conn.execute(f"SELECT {columns(Agent)} FROM agent WHERE active = 1 ORDER BY id")]


def owners_who_left(conn: Connection) -> dict[str, str]:
    """Id → name of those who are no longer of the team and still have tickets."""
    sql = (
        "SELECT id, name FROM agent WHERE active = 0 AND id IN (SELECT assignee_id FROM tally WHERE n > 0) ORDER BY id"
    )
    return dict(conn.execute(sql).fetchall())


def agent(conn: Connection, agent_id: str) -> Agent | None:
    row = conn.execute(f"SELECT {columns(Agent)} FROM agent WHERE id = ?", (agent_id,)).fetchone()
    return Agent(*row) if row else None


def name(conn: Connection) -> str:
    """The shop's name, as buyers read it; "" where it was given none."""
    row = conn.execute("SELECT value FROM meta WHERE key = 'name'").fetchone()
    return str(row[0]) if row else ""


def agent_of_user(conn: Connection, unix_user: str) -> Agent | None:
    row = conn.execute(
        f"SELECT {columns(Agent)} FROM agent WHERE unix_user = ? AND active = 1 ORDER BY id LIMIT 1", (unix_user,)
    ).fetchone()
    return Agent(*row) if row else None


def views(conn: Connection, owner: str) -> list[View]:
    """Shared views and those of `owner`, in order."""
    sql = f"SELECT {columns(View)} FROM view WHERE owner = '' OR owner = ? ORDER BY position, id"
    return [View(*r) for r in conn.execute(sql, (owner,))]


def templates(conn: Connection) -> list[Template]:
    return [Template(*r) for r in conn.execute(f"SELECT {columns(Template)} FROM template ORDER BY id")]


def template(conn: Connection, template_id: str) -> Template | None:
    row = conn.execute(f"SELECT {columns(Template)} FROM template WHERE id = ?", (template_id,)).fetchone()
    return Template(*row) if row else None


def policies(conn: Connection) -> list[Policy]:
    sql = f"SELECT {columns(Policy)} FROM policy WHERE enabled = 1 ORDER BY position, id"
    return [Policy(*r) for r in conn.execute(sql)]


def scoped_policies(conn: Connection) -> bool:
    """Whether a policy in force depends on a query, so that any field may matter to it."""
    sql = "SELECT 1 FROM policy WHERE enabled = 1 AND json_extract(body, '$.scope') > '' LIMIT 1"
    return conn.execute(sql).fetchone() is not None


def calendars(conn: Connection) -> list[tuple[str, str, int]]:
    """`(name, body, version)` of every calendar of the shop."""
    return conn.execute("SELECT name, body, version FROM calendar ORDER BY name").fetchall()


def orders_of_ticket(conn: Connection, ticket_id: int) -> list[Order]:
    sql = (
        f"SELECT {columns(Order, 'o')} FROM ticket_order x JOIN orders o ON o.id = x.order_id "
        "WHERE x.ticket_id = ? ORDER BY o.placed_at DESC"
    )
    return [Order(*r) for r in conn.execute(sql, (ticket_id,))]


def order(conn: Connection, order_id: int) -> Order | None:
    row = conn.execute(f"SELECT {columns(Order)} FROM orders WHERE id = ?", (order_id,)).fetchone()
    return Order(*row) if row else None


def orders_by_key(conn: Connection, number_key: str) -> list[Order]:
    sql = f"SELECT {columns(Order)} FROM orders WHERE number_key = ? ORDER BY id LIMIT 10"
    return [Order(*r) for r in conn.execute(sql, (number_key,))]


def orders_of_customer(conn: Connection, customer_id: int, limit: int = 50) -> list[Order]:
    """A customer's orders, newest first."""
    sql = f"SELECT {columns(Order)} FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT ?"
    return [Order(*r) for r in conn.execute(sql, (customer_id, limit))]


def link_order(conn: Connection, ticket_id: int, order_id: int) -> None:
    conn.execute("INSERT OR IGNORE INTO ticket_order (ticket_id, order_id) VALUES (?, ?)", (ticket_id, order_id))


def items(conn: Connection, order_ids: Iterable[int]) -> list[OrderItem]:
    ids = list(order_ids)
    sql = f"SELECT {columns(OrderItem)} FROM order_item WHERE order_id IN ({', '.join('?' * len(ids))}) ORDER BY id"
    return [OrderItem(*r) for r in conn.execute(sql, ids)]


def shipments(conn: Connection, order_ids: Iterable[int]) -> list[Shipment]:
    ids = list(order_ids)
    sql = f"SELECT {columns(Shipment)} FROM shipment WHERE order_id IN ({', '.join('?' * len(ids))}) ORDER BY id"
    return [Shipment(*r) for r in conn.execute(sql, ids)]


def order_count(conn: Connection, customer_id: int) -> int:
    n: int = conn.execute("SELECT count(*) FROM orders WHERE customer_id = ?", (customer_id,)).fetchone()[0]
    return n
