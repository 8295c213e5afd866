"""What a desk had before can be asked for by the newer fields, and what comes keeps them true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command

import store.migrate
from store.connection import begin
from store.orm import engine_on
from store.sql import known
from store.unit import HEAD_REVISION, Store
from tests.desk.small import Clock_


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Store]:
    """A desk of the second revision with a customer's order, a mail with a quote and a file, and a note; opened now."""
    folder = tmp_path / "d"
    folder.mkdir()
    made = Store(folder, clock=Clock_(), ids=lambda: "an-id")
    begin(made.conn, made.folder)
    config = store.migrate._config()
    with engine_on(made.conn).connect() as bound:
        config.attributes["connection"] = bound
        command.upgrade(config, "0002")
    for sql in (
        "INSERT INTO ticket (id, channel_id, platform, country, lang, created_at, updated_at) "
        "VALUES (1, 'm', 'email', 'DE', 'zh-CN', 1, 1)",
        "INSERT INTO customer (id, name, name_key, tier, created_at) VALUES (7, 'Ann', 'ann', 'VIP', 1)",
        "INSERT INTO orders (id, channel_id, number, number_key, customer_id, placed_at) VALUES (3, 'm', '1', '1', 7, 1)",
        "INSERT INTO order_item (order_id, sku, title) VALUES (3, 'L-1', 'Desk LAMP'), (3, 'L-2', 'Desk LAMP')",
        "INSERT INTO message (id, ticket_id, channel_id, direction, body, quoted, sent_at, received_at, remote_key) VALUES "
        "(1, 1, 'm', 'in', 'hello', 'earlier 退款', 1, 1, 'a'), (2, 1, 'm', 'note', 'call them', '', 1, 1, 'b')",
        "INSERT INTO attachment (message_id, name) VALUES (1, 'Invoice.pdf')",
    ):
        made.conn.execute(sql)
    made.conn.execute("COMMIT")
    made.close()
    opened = Store.open(folder, clock=Clock_(), ids=lambda: "an-id")
    assert opened.revision() == HEAD_REVISION
    yield opened
    opened.close()


def test_quotes_notes_and_files_that_were_there_are_found(desk: Store) -> None:
    def found(expression: str) -> list[int]:
        sql = "SELECT rowid FROM message_fts_aside WHERE message_fts_aside MATCH ?"
        return [r[0] for r in desk.conn.execute(sql, (expression,))]

    assert found('{quoted} : ("退 款")') == [1]
    assert found('{files} : ("invoice")') == [1]
    assert found('{note} : ("call")') == [2]
    assert found('{note} : ("hello")') == []


def test_orders_are_counted_and_titles_stand_once(desk: Store) -> None:
    def count() -> list[int]:
        return [r[0] for r in desk.conn.execute("SELECT order_count FROM customer ORDER BY id")]

    conn = desk.conn
    assert count() == [1]
    conn.execute("INSERT INTO customer (id, name, created_at) VALUES (8, 'Bo', 1)")
    conn.execute("INSERT INTO orders (id, channel_id, number, number_key, customer_id, placed_at) "
                 "VALUES (4, 'm', '2', '2', 7, 1), (5, 'm', '3', '3', NULL, 1)")  # fmt: skip
    assert count() == [2, 0]
    conn.execute("UPDATE orders SET customer_id = 8 WHERE id IN (4, 5)")
    assert count() == [1, 2]
    conn.execute("DELETE FROM orders WHERE id = 4")
    assert count() == [1, 1]
    conn.execute("INSERT INTO order_item (order_id, title) VALUES (5, 'desk lamp'), (5, 'Chair')")
    conn.execute("UPDATE order_item SET title = 'Stool' WHERE title = 'Chair'")
    assert {r[0] for r in conn.execute("SELECT title FROM item_title")} == {"desk lamp", "chair", "stool"}


def test_what_the_desk_has_is_offered(desk: Store) -> None:
    desk.conn.execute("INSERT INTO ticket_tag (ticket_id, tag) VALUES (1, 'vip'), (1, 'late')")
    wanted = {"tags": ["late", "vip"], "langs": ["zh"], "countries": ["DE"], "tiers": ["vip"], "skus": ["l-1", "l-2"],
              "couriers": [], "nonsense": []}  # fmt: skip
    assert {what: list(known.words(desk.conn, what)) for what in wanted} == wanted
