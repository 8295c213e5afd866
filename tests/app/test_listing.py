"""The list as a window on the desk: whole, in order, each ticket once, whatever size the desk has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.listing import WINDOW, Listing
from desk import inbox
from desk.changes import change
from store.values import SYSTEM
from tests.app.desks import NOON, TestDesk

MANY = 2300


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path_factory.mktemp("list"))
    with made.store.write(SYSTEM) as unit:
        unit.conn.executemany(
            "INSERT INTO ticket (channel_id, platform, subject, status, created_at, updated_at, due_at) "
            "VALUES ('mail', 'email', ?, 'open', 1, 1, ?)",
            [(f"ticket {n}", NOON + (n * 7919 % MANY) * 60_000) for n in range(MANY)],
        )
    yield made
    made.store.close()


def listing(desk: TestDesk) -> Listing:
    made = Listing(desk.store.conn, "ana")
    made.show(inbox.resolve("is:open", inbox.context(desk.store.conn, "ana", NOON)))
    return made


def test_moving_down_and_up_again_visits_every_ticket_in_order(desk: TestDesk) -> None:
    rows = listing(desk)
    down = []
    while True:
        here = rows.current
        assert here is not None
        if down and here.id == down[-1]:
            break
        down.append(here.id)
        rows.move(1)
    assert len(down) == len(set(down)) == MANY
    assert len(rows.lines) <= WINDOW + 200
    up = [down[-1]]
    for _ in range(MANY - 1):
        rows.move(-1)
        assert rows.current is not None
        up.append(rows.current.id)
    assert up == down[::-1]


def test_the_end_is_one_key_away_and_so_is_the_top(desk: TestDesk) -> None:
    rows = listing(desk)
    first = rows.current
    rows.bottom()
    last = rows.current
    assert first is not None and last is not None and last.due_at == NOON + (MANY - 1) * 60_000
    rows.move(-150)
    rows.top()
    assert rows.current == first


def test_a_row_that_moves_away_does_not_shift_the_next_page(desk: TestDesk) -> None:
    rows = listing(desk)
    end = rows.lines[-1]
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("UPDATE ticket SET due_at = due_at + 6000000000 WHERE id = ?", (end.id,))
    try:
        rows.changed([end.id])
        rows.move(inbox.PAGE + 20)
        ids = [line.id for line in rows.lines]
        assert len(ids) == len(set(ids))
        dues = [line.due_at for line in rows.lines if line.id != end.id]
        assert dues == sorted(dues) and dues[-1] - dues[0] < (len(dues) + 2) * 60_000
    finally:
        with desk.store.write(SYSTEM) as unit:
            unit.conn.execute("UPDATE ticket SET due_at = ? WHERE id = ?", (end.due_at, end.id))


def test_reloading_keeps_the_cursor_on_its_ticket(desk: TestDesk) -> None:
    rows = listing(desk)
    rows.move(30)
    here = rows.current
    assert here is not None
    gone = rows.lines[29].id
    with desk.store.write(SYSTEM) as unit:
        change(unit, gone, {"status": "closed"})
    rows.changed([gone])
    assert rows.current == here and gone in rows.gone
    rows.reload()
    assert rows.current is not None and rows.current.id == here.id and rows.cursor == 29
    with desk.store.write(SYSTEM) as unit:
        change(unit, gone, {"status": "open"})


def test_marking_all_reaches_what_was_not_scrolled_to(desk: TestDesk) -> None:
    rows = listing(desk)
    seen = len(rows.lines)
    rows.mark_all()
    assert len(rows.marks) == WINDOW > seen
    assert rows.cursor == 0
