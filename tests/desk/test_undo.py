"""Undo takes an agent's own steps back, newest first, and never what another did since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Receipt
from desk import outbox, tickets, undo, undo_history
from desk.changes import change
from store import events
from store.errors import Conflict, Refused
from store.sql import messages, people
from store.sql import tickets as rows
from store.unit import Store, UnitOfWork
from store.values import DAY, NEVER, SYSTEM
from tests.desk.small import ANA, NOON, WEI, Desk

Act = Callable[[UnitOfWork, int], Any]

ACTS: dict[str, Act] = {
    "assign": lambda u, t: tickets.assign(u, t, "wei"),
    "unassign": lambda u, t: tickets.assign(u, t, None),
    "tag": lambda u, t: tickets.tag(u, t, add=["vip", "x"]),
    "untag": lambda u, t: tickets.tag(u, t, remove=["x"]),
    "solve": lambda u, t: tickets.set_status(u, t, "solved"),
    "open": lambda u, t: tickets.set_status(u, t, "open"),
    "snooze": lambda u, t: tickets.snooze(u, t, NOON + DAY),
    "sleep": lambda u, t: tickets.snooze(u, t, NEVER),
    "urgent": lambda u, t: change(u, t, {"priority": "urgent", "type": "damaged"}),
    "low": lambda u, t: change(u, t, {"priority": "low"}),
    "waive": tickets.no_reply_needed,
    "note": lambda u, t: tickets.note(u, t, "a note"),
}


def state(desk: Desk) -> list[Any]:
    """Everything undo has to bring back; versions and the time of the last change only grow."""
    conn = desk.store.conn
    own = ("updated_at", "version", "status_since")
    found: list[Any] = []
    for (number,) in conn.execute("SELECT id FROM ticket ORDER BY id").fetchall():
        ticket = desk.ticket(number)
        running = [(c.kind, c.started_at, c.due_at) for c in desk.clocks(number).values() if c.state == "running"]
        said = [m.body for m in messages.of_ticket(conn, number) if m.direction != "removed"]
        found.append(
            [{k: v for k, v in ticket._asdict().items() if k not in own}, rows.tags(conn, number), running, said]
        )
    return found


def step(desk: Desk, do: Callable[[UnitOfWork], undo.Step] = undo.undo, by: Any = ANA) -> undo.Step:
    with desk.acting(by) as unit:
        return do(unit)


@settings(max_examples=25)
@given(
    plan=st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from([(1,), (2,), (1, 2)])), min_size=1, max_size=6
    )
)
def test_as_many_undos_as_steps_bring_everything_back_and_redos_forward(
    plan: list[tuple[str, tuple[int, ...]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("undo"))
    for n in range(2):
        desk.mail(sender=f"b{n}@x.example")
    history = [state(desk)]
    for name, numbers in plan:
        desk.clock.at += 1000
        before = events.head(desk.store.conn).seq
        with desk.acting() as unit:
            tickets.each(unit, numbers, lambda t, name=name, unit=unit: ACTS[name](unit, t))  # type: ignore[misc]
        if events.head(desk.store.conn).seq != before:
            history.append(state(desk))
    for past in reversed(history[:-1]):
        step(desk)
        assert state(desk) == past
    with pytest.raises(Refused, match="nothing of yours to undo"):
        step(desk)
    for future in history[1:]:
        step(desk, undo.redo)
        assert state(desk) == future
    with pytest.raises(Refused, match="nothing to do again"):
        step(desk, undo.redo)
    for past in reversed(history[:-1]):
        step(desk)
        assert state(desk) == past
    assert events.verify(desk.store.conn).problem == ""
    desk.close()


@pytest.fixture
def ticket(desk: Desk) -> int:
    return desk.mail(key="a@x").ticket_id


def act(desk: Desk, *numbers: int, do: Act, by: Any = ANA) -> None:
    with desk.acting(by) as unit:
        tickets.each(unit, numbers, lambda t: do(unit, t))


def test_what_another_changed_since_is_left_and_they_are_named(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=lambda u, t: change(u, t, {"priority": "high", "type": "damaged"}))
    act(desk, ticket, do=lambda u, t: change(u, t, {"priority": "low"}), by=WEI)
    with pytest.raises(Conflict, match=f"#{ticket}: priority was changed by wei since"):
        step(desk)
    found = desk.ticket(ticket)
    assert (found.priority, found.type) == (0, "damaged")


def test_a_field_another_did_not_touch_is_free(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["tag"])
    act(desk, ticket, do=ACTS["low"], by=WEI)
    step(desk)
    assert rows.tags(desk.store.conn, ticket) == []
    assert desk.ticket(ticket).priority == 0


def test_others_steps_cannot_be_undone(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["low"], by=WEI)
    with pytest.raises(Refused, match="nothing of yours"):
        step(desk)
    step(desk, by=WEI)
    assert desk.ticket(ticket).priority == 1


def test_undo_after_a_restart(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["low"])
    desk.store.close()
    desk.store = Store.open(desk.store.folder, clock=desk.clock, ids=desk.ids)
    step(desk)
    assert desk.ticket(ticket).priority == 1


def test_a_batch_is_one_step_and_says_what_it_could_not_take_back(desk: Desk) -> None:
    one, two, three = (desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(3))
    act(desk, one, do=ACTS["tag"])
    act(desk, one, two, three, do=ACTS["low"])
    act(desk, two, do=ACTS["urgent"], by=WEI)
    done = step(desk)
    assert done.tickets == (one, three)
    assert [n for n, _ in done.refused] == [two]
    assert [desk.ticket(n).priority for n in (one, two, three)] == [1, 3, 1]
    step(desk)
    assert rows.tags(desk.store.conn, one) == [], "the step before is reached, although part of the last one stands"
    step(desk, undo.redo)
    step(desk, undo.redo)
    assert [desk.ticket(n).priority for n in (one, two, three)] == [0, 3, 0]


def test_a_large_batch_is_undone_and_the_step_before_it_too(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["tag"])
    desk.store.conn.executemany("INSERT INTO ticket (channel_id, platform, created_at, updated_at) VALUES (?, ?, 0, 0)",
                                [("mail", "email")] * 999)  # fmt: skip
    act(desk, *range(1, 1001), do=ACTS["low"])
    assert len(step(desk).tickets) == 1000
    step(desk)
    assert rows.tags(desk.store.conn, ticket) == []
    step(desk, undo.redo)
    assert len(step(desk, undo.redo).tickets) == 1000


def test_a_breach_in_the_same_step_is_no_step_of_the_agent(desk: Desk) -> None:
    """Raising the priority of old tickets makes some overdue at once: that record stays, the priority goes back."""
    numbers = [desk.mail(sender=f"b{n}@x.example", hours_ago=1.9).ticket_id for n in range(2)]
    desk.clock.at += DAY
    act(desk, *numbers, do=ACTS["urgent"])
    assert all(len(desk.told(n, "clock_breached")) == 1 for n in numbers)
    step(desk)
    assert [desk.ticket(n).priority for n in numbers] == [1, 1]
    assert all(len(desk.told(n, "clock_breached")) == 1 for n in numbers)


def test_a_reply_is_undone_while_it_waits_and_not_after(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["tag"])
    row = desk.reply(ticket, "Dear Anna")
    step(desk)
    draft = people.draft(desk.store.conn, ticket, "ana")
    assert draft is not None
    assert draft.body == "Dear Anna"
    with pytest.raises(Refused, match="draft again"):
        step(desk, undo.redo)
    row = desk.reply(ticket, "Dear Anna")
    with desk.store.write(SYSTEM) as unit:
        outbox.sent(unit, row, Receipt("x", NOON))
    with pytest.raises(Refused, match="has left"):
        step(desk)


def test_a_reply_taken_back_in_the_outbox_is_passed_over(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["low"])
    row = desk.reply(ticket, "Dear Anna")
    queued = desk.told(ticket, "reply_queued")[-1].seq
    with desk.acting(ANA) as unit:
        outbox.take_back(unit, row)
    with pytest.raises(Refused, match="undone already"):
        step(desk, lambda unit: undo.undo_step(unit, queued))
    assert [s.state for s in undo_history.steps(desk.store.conn, ["ana"])] == ["undone", "stands"]
    step(desk)
    assert desk.ticket(ticket).priority == 1, "the step before it, not a word that it has left"


def test_a_waiver_the_buyer_overtook_is_not_undone(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["waive"])
    desk.clock.at += 1000
    desk.mail(answers="a@x")
    with pytest.raises(Conflict, match="waiting_since was changed by mail since"):
        step(desk)


def test_redo_is_over_once_something_else_was_done(desk: Desk, ticket: int) -> None:
    act(desk, ticket, do=ACTS["low"])
    step(desk)
    act(desk, ticket, do=ACTS["tag"])
    with pytest.raises(Refused, match="nothing to do again"):
        step(desk, undo.redo)


def test_what_was_erased_cannot_be_undone_and_is_passed_over(desk: Desk, ticket: int, tmp_path: Path) -> None:
    act(desk, ticket, do=ACTS["tag"])
    act(desk, ticket, do=ACTS["low"])
    seq = desk.told(ticket, "changed")[-1].seq
    desk.store.conn.execute("UPDATE event SET payload = NULL, salt = NULL WHERE seq = ?", (seq,))
    step(desk)
    assert rows.tags(desk.store.conn, ticket) == []
