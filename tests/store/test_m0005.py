"""A desk of the fourth revision lists what cannot wait, once, and knows of buyers and parcels what a new desk does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from alembic import command

import store.migrate
from store.connection import begin
from store.orm import engine_on
from store.sql import parcels, people, reviews, shop
from store.sql.parcels import News, Noted
from store.sql.reviews import About
from store.unit import HEAD_REVISION, Store
from store.values import SYSTEM
from tests.desk.small import Clock_

SHIPPED = ("inbox", "due", "mine", "unassigned", "new", "waiting", "snoozed", "solved", "notices", "spam")
"""What a desk of the fourth revision listed, in that order."""


def opened(folder: Path) -> Store:
    return Store.open(folder, clock=Clock_(), ids=lambda: "an-id")


def older(folder: Path, views: Iterable[tuple[str, int]]) -> Path:
    """A desk of the fourth revision with these views, a buyer, a review and its order's parcel."""
    folder.mkdir()
    made = Store(folder, clock=Clock_(), ids=lambda: "an-id")
    begin(made.conn, made.folder)
    config = store.migrate._config()
    with engine_on(made.conn).connect() as bound:
        config.attributes["connection"] = bound
        command.upgrade(config, "0004")
    for ident, place in views:
        sql = "INSERT INTO view (id, name, query, position) VALUES (?, ?, 'is:open', ?)"
        made.conn.execute(sql, (ident, ident.title(), place))
    for sql in (
        "INSERT INTO customer (id, name, created_at) VALUES (7, 'Ann', 1)",
        "INSERT INTO orders (id, channel_id, number, number_key, customer_id, placed_at) VALUES (3, 'm', '1', '1', 7, 1)",
        "INSERT INTO shipment (order_id, tracking, tracking_key) VALUES (3, 'JD-1', 'jd1')",
        "INSERT INTO review (id, channel_id, remote_id, at) VALUES (5, 'm', 'r', 1)",
        "INSERT INTO meta (key, value) VALUES ('parcel/3/jd1', '{}'), ('review/5', '{}'), ('name', 'Shop')",
    ):
        made.conn.execute(sql)
    made.conn.execute("COMMIT")
    made.close()
    return folder


def listed(desk: Store) -> list[str]:
    return [v.id for v in shop.views(desk.conn, "ana")]


def test_what_cannot_wait_is_listed_behind_the_inbox_as_a_new_desk_has_it(tmp_path: Path) -> None:
    from desk.inbox import SHIPPED_VIEWS

    views = [*((ident, place) for place, ident in enumerate(SHIPPED)), ("class:order", 20)]
    desk = opened(older(tmp_path / "d", views))
    assert desk.revision() == HEAD_REVISION
    assert listed(desk) == ["inbox", "urgent", *SHIPPED[1:], "class:order"]
    urgent = next(v for v in shop.views(desk.conn, "ana") if v.id == "urgent")
    assert (urgent.id, urgent.query, urgent.position) in SHIPPED_VIEWS
    assert (urgent.name, urgent.owner) == ("Urgent", "")
    desk.close()


@pytest.mark.parametrize(
    ("had", "has"),
    [
        (["mine", "inbox", "late", "new"], ["mine", "inbox", "urgent", "late", "new"]),
        (["mine", "late"], ["urgent", "mine", "late"]),
        (["inbox", "late", "urgent"], ["inbox", "late", "urgent"]),
        ([], []),
    ],
)
def test_the_order_a_team_chose_stays(tmp_path: Path, had: list[str], has: list[str]) -> None:
    desk = opened(older(tmp_path / "d", [(ident, place) for place, ident in enumerate(had)]))
    assert listed(desk) == has
    desk.close()


def test_a_view_that_the_team_takes_off_its_list_stays_off(tmp_path: Path) -> None:
    from app.wire import open_desk

    folder = older(tmp_path / "d", [("inbox", 0), ("mine", 1)])
    for had in (["inbox", "urgent", "mine"], ["inbox", "mine"]):
        wired = open_desk(folder)
        assert listed(wired.store) == had
        with wired.store.write(SYSTEM) as unit:
            unit.conn.execute("DELETE FROM view WHERE id = 'urgent'")
        wired.store.close()


def test_news_of_parcels_and_reviews_begin_empty_and_are_kept(tmp_path: Path) -> None:
    desk = opened(older(tmp_path / "d", [("inbox", 0)]))
    conn = desk.conn
    assert conn.execute("SELECT key FROM meta WHERE key LIKE '%/%'").fetchall() == []
    assert desk.meta("name") == "Shop"
    assert (parcels.news(conn, 3, "jd1"), reviews.about(conn, [5])) == (None, {})
    news = News(9, "17", (Noted(9, "Arrivé", "Lyon"),), True, "odd")
    about = About(True, "Desk lamp", "https://shop.example/lamp")
    with desk.write(SYSTEM) as unit:
        parcels.put_news(unit.conn, 3, "jd1", News(1, "17"))
        parcels.put_news(unit.conn, 3, "jd1", news)
        assert [reviews.put_about(unit.conn, 5, about) for _ in range(2)] == [True, False]
    assert parcels.news(conn, 3, "jd1") == parcels.news_of_orders(conn, [3])[3, "JD-1"] == news
    assert reviews.about(conn, [4, 5]) == {5: about}
    ann = people.customer(conn, 7)
    assert ann is not None and (ann.tags, ann.consent) == ("[]", "")
    desk.close()
