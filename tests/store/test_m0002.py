"""A desk of the first revision, with a team's views and mail in it, comes to the second with nothing lost."""

from __future__ import annotations

from pathlib import Path

from alembic import command

import store.migrate
from store.connection import begin
from store.orm import engine_on
from store.sql import people, shop
from store.unit import HEAD_REVISION, Store
from tests.desk.small import Clock_

FIRST_VIEWS = ("inbox", "due", "mine", "unassigned", "new", "waiting", "snoozed", "solved", "notices")
"""What a desk of the first revision listed, in that order."""


def first_desk(folder: Path, views: list[tuple[str, str]]) -> None:
    folder.mkdir()
    made = Store(folder, clock=Clock_(), ids=lambda: "an-id")
    begin(made.conn, made.folder)
    config = store.migrate._config()
    with engine_on(made.conn).connect() as bound:
        config.attributes["connection"] = bound
        command.upgrade(config, "0001")
    made.conn.execute("INSERT INTO meta (key, value) VALUES ('name', 'Shop')")
    made.conn.executemany("INSERT INTO view (id, name, query, position) VALUES (?, ?, ?, ?)",
                          [(ident, ident.title(), query, place) for place, (ident, query) in enumerate(views)])  # fmt: skip
    made.conn.execute("INSERT INTO ticket (channel_id, platform, created_at, updated_at) VALUES ('m', 'email', 1, 1)")
    made.conn.execute("COMMIT")
    assert made.conn.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    made.close()


def opened(folder: Path) -> Store:
    return Store.open(folder, clock=Clock_(), ids=lambda: "an-id")


def test_the_new_views_and_the_table_of_blocked_senders_are_there(tmp_path: Path) -> None:
    first_desk(tmp_path / "d", [("inbox", "is:open")])
    desk = opened(tmp_path / "d")
    assert desk.revision() == HEAD_REVISION
    views = {v.id: v.query for v in shop.views(desk.conn, "ana")}
    assert views["inbox"] == "is:open"
    assert views["spam"] == "is:spam sort:updated"
    assert {"class:order", "class:after_sales", "class:return", "class:general"} < views.keys()
    assert people.block(desk.conn, "email:x@y.example", "ana", 1)
    assert desk.meta("name") == "Shop"
    assert desk.conn.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
    desk.close()


def test_a_view_of_the_teams_own_stays_as_it_is(tmp_path: Path) -> None:
    first_desk(tmp_path / "d", [("inbox", "is:open"), ("spam", "tag:spam")])
    desk = opened(tmp_path / "d")
    assert {v.id: v.query for v in shop.views(desk.conn, "ana")}["spam"] == "tag:spam"
    desk.close()


def test_the_shipped_views_are_the_same_on_a_new_desk(tmp_path: Path) -> None:
    from desk.inbox import QUIET_VIEWS, SHIPPED_VIEWS

    first_desk(tmp_path / "d", [(ident, "is:open") for ident in FIRST_VIEWS])
    desk = opened(tmp_path / "d")
    brought = {v.id: (v.query, v.position) for v in shop.views(desk.conn, "ana") if v.id in QUIET_VIEWS}
    assert brought == {ident: (query, position) for ident, query, position in SHIPPED_VIEWS if ident in QUIET_VIEWS}
    desk.close()


def test_an_old_desk_gets_what_ships_by_now_and_only_once(tmp_path: Path) -> None:
    from app.wire import open_desk

    first_desk(tmp_path / "d", [("inbox", "is:open")])
    for _ in range(2):
        wired = open_desk(tmp_path / "d")
        counts = [wired.store.conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
                  for t in ("template", "macro", "custom_field", "checklist")]  # fmt: skip
        assert min(counts[:1] + counts[2:]) > 0
        wired.store.conn.execute("DELETE FROM macro")
        wired.store.close()
    wired = open_desk(tmp_path / "d")
    assert wired.store.conn.execute("SELECT count(*) FROM macro").fetchone() == (0,)  # the team removed them
    wired.store.close()
