"""Own fields, checklists, tasks, mentions, sleeping until an event, and a type confirmed: told, undone, refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import checklists, fields, learning, tasks, tickets, undo, versions, waking
from desk.automation import effort
from desk.changes import change
from store.errors import Conflict, Invalid, NotFound, Refused
from store.sql import fields as values
from store.sql import mentions
from store.sql import tasks as rows
from store.sql.fields import CustomField, Value
from store.unit import UnitOfWork
from store.values import DAY, HOUR, MINUTE, NEVER
from tests.desk.small import ANA, NOON, WEI, Desk


@pytest.fixture
def ticket(desk: Desk) -> int:
    return desk.mail(key="a@x").ticket_id


def do(desk: Desk, act: Callable[[UnitOfWork], Any], by: Any = ANA) -> Any:
    with desk.acting(by) as unit:
        found = act(unit)
        waking.wake(unit, unit.told)
        return found


def shown(desk: Desk, ticket: int) -> dict[str, str]:
    return {f.id: v.shown for f, v in values.of_ticket(desk.store.conn, ticket)}


# Fields ---------------------------------------------------------------------------------------------


def of(kind: str, *options: str) -> CustomField:
    import json

    return CustomField("f", "F", "{}", kind, json.dumps(options), 0, 0)


@pytest.mark.parametrize(("kind", "text", "value"), [
    ("word", "ABC", Value("abc", None, "", "ABC")),
    ("text", " Straße  7 ", Value("strasse 7", None, "", "Straße 7")),
    ("number", "-12", Value("", -12, "", "-12")),
    ("money", "12.5 EUR", Value("", 1250, "EUR", "EUR 12.50")),
    ("percent", "2.5%", Value("", 250, "", "2.5%")),
    ("duration", "1d12h", Value("", 36 * HOUR, "", "1d12h")),
    ("instant", "2026-11-18", Value("", NOON + 12 * HOUR, "", "2026-11-18")),
    ("bool", "是", Value("", 1, "", "yes")),
    ("bool", "No", Value("", 0, "", "no")),
])  # fmt: skip
def test_values_are_read_as_queries_read_them(kind: str, text: str, value: Value) -> None:
    assert fields.read(of(kind), text, NOON) == value


@pytest.mark.parametrize(("kind", "text"), [
    ("number", "twelve"), ("number", "1.5"), ("money", "12"), ("money", "12.345EUR"), ("percent", "half"),
    ("duration", "soon"), ("instant", "someday"), ("bool", "perhaps"),
])  # fmt: skip
def test_what_a_field_does_not_take_is_refused_with_an_example(kind: str, text: str) -> None:
    with pytest.raises(Invalid, match=f"f does not take {text}. It takes "):
        fields.read(of(kind), text, NOON)


def test_a_word_outside_the_list_is_refused_and_the_list_named() -> None:
    assert fields.read(of("word", "Low", "High"), "HIGH", NOON) == Value("high", None, "", "High")
    with pytest.raises(Invalid, match=r"does not take middling\. Known: Low, High"):
        fields.read(of("word", "Low", "High"), "middling", NOON)


@given(text=st.text(max_size=40), kind=st.sampled_from(sorted(fields.KINDS)))
def test_no_text_breaks_the_reading(text: str, kind: str) -> None:
    try:
        found = fields.read(of(kind), text, NOON)
    except Invalid:
        return
    assert found is None or found.number is not None or found.word


def test_setting_and_undoing_a_value(desk: Desk, ticket: int) -> None:
    do(desk, lambda u: fields.set_value(u, ticket, "urgency", "high"))
    do(desk, lambda u: fields.set_value(u, ticket, "urgency", "critical"))
    assert do(desk, lambda u: fields.set_value(u, ticket, "urgency", "Critical")) == 0
    assert shown(desk, ticket) == {"urgency": "critical"}
    told = desk.told(ticket, "field_set")[-1].payload
    assert told is not None and told["changes"] == {"urgency": ["high", "critical"]}
    do(desk, undo.undo)
    assert shown(desk, ticket) == {"urgency": "high"}
    do(desk, undo.undo)
    assert shown(desk, ticket) == {}
    do(desk, undo.redo)
    assert shown(desk, ticket) == {"urgency": "high"}
    do(desk, lambda u: fields.set_value(u, ticket, "urgency", "low"), by=WEI)
    with pytest.raises(Conflict, match="urgency was changed by wei since"):
        do(desk, undo.undo)


def test_the_expected_duration_is_the_effort(desk: Desk, ticket: int) -> None:
    do(desk, lambda u: fields.set_value(u, ticket, effort.EXPECTED, "1h"))
    assert desk.ticket(ticket).effort == HOUR // effort.POINT
    do(desk, undo.undo)
    assert desk.ticket(ticket).effort == 1


def test_definitions_are_versioned_and_guarded(desk: Desk, ticket: int) -> None:
    do(desk, lambda u: fields.add(u, "batch", "word", names={"en": "Batch", "zh-CN": "批次"}, options=["A", "B"]))
    for taken in ("batch", "status", "assignee_id"):
        with pytest.raises(Conflict, match=f"There is a field {taken} already"):
            do(desk, partial(fields.add, field_id=taken, kind="word"))
    with pytest.raises(Invalid, match="cannot be a field's id"):
        do(desk, lambda u: fields.add(u, "Batch No", "word"))
    with pytest.raises(Invalid, match="takes no list of words"):
        do(desk, lambda u: fields.add(u, "size", "number", options=["1"]))
    do(desk, lambda u: fields.set_value(u, ticket, "batch", "b"))
    with pytest.raises(Refused, match="1 tickets have b in batch"):
        do(desk, lambda u: fields.change(u, "batch", {"options": ["A"]}))
    do(desk, lambda u: fields.change(u, "batch", {"options": ["A", "B", "C"]}))
    assert [v.number for v in versions.history(desk.store.conn, "field", "batch")] == [2, 1]
    made = do(desk, lambda u: fields.restore(u, "batch", 1))
    assert fields.words(made) == ["A", "B"]
    assert (fields.title(made, "zh_CN"), fields.title(made, "fr")) == ("批次", "Batch")
    with pytest.raises(Refused, match="1 tickets have something in batch"):
        do(desk, lambda u: fields.remove(u, "batch"))
    do(desk, lambda u: fields.remove(u, "batch", values_too=True))
    assert shown(desk, ticket) == {}
    with pytest.raises(NotFound, match="There is no field batch"):
        do(desk, lambda u: fields.set_value(u, ticket, "batch", "a"))


# Checklists -----------------------------------------------------------------------------------------


def test_a_checklist_is_attached_ticked_and_undone(desk: Desk, ticket: int) -> None:
    conn = desk.store.conn
    assert do(desk, lambda u: checklists.attach(u, ticket, "escalation")) > 0
    assert do(desk, lambda u: checklists.attach(u, ticket, "escalation")) == 0
    first = rows.steps(conn, ticket)[0]
    desk.clock.at += MINUTE
    do(desk, lambda u: checklists.tick(u, first.id), by=WEI)
    assert do(desk, lambda u: checklists.tick(u, first.id)) == 0
    found = rows.steps(conn, ticket)
    assert (found[0].done_by, found[0].done_at) == ("wei", NOON + MINUTE)
    assert checklists.progress(found) == [checklists.Progress("escalation", 1, len(found))]
    with pytest.raises(Conflict, match="Work on the checklist escalation has begun"):
        do(desk, undo.undo)
    do(desk, undo.undo, by=WEI)
    do(desk, undo.undo)
    assert rows.steps(conn, ticket) == []
    do(desk, undo.redo)
    assert [s.title for s in rows.steps(conn, ticket)] == [s.title for s in found]


def test_a_tick_is_who_ticked_last(desk: Desk, ticket: int) -> None:
    do(desk, lambda u: checklists.attach(u, ticket, "refund"))
    first = rows.steps(desk.store.conn, ticket)[0].id
    do(desk, lambda u: checklists.tick(u, first))
    do(desk, lambda u: checklists.untick(u, first), by=WEI)
    with pytest.raises(Conflict, match="was changed since"):
        do(desk, undo.undo)


def test_steps_speak_the_reader_s_language_until_the_list_says_something_else(desk: Desk, ticket: int) -> None:
    conn = desk.store.conn
    do(desk, lambda u: checklists.attach(u, ticket, "refund"))
    found = rows.steps(conn, ticket)
    assert checklists.wording(conn, found, "zh_CN")[0] == "核对订单与买家一致"
    do(desk, lambda u: checklists.save(u, "refund", [{"en": "New step", "zh-CN": "新"}], names={"en": "Refund"}))
    assert checklists.wording(conn, found, "zh_CN")[0] == found[0].title == "Order and buyer match"
    do(desk, lambda u: checklists.restore(u, "refund", 1))
    assert checklists.wording(conn, found, "zh_CN")[0] == "核对订单与买家一致"
    with pytest.raises(Invalid, match="1 to 50 steps, not 0"):
        do(desk, lambda u: checklists.save(u, "empty", [{"en": " "}]))


# Tasks ----------------------------------------------------------------------------------------------


def test_a_task_is_added_changed_and_undone(desk: Desk, ticket: int) -> None:
    conn = desk.store.conn
    made = do(desk, lambda u: tasks.add(u, ticket, "Call the carrier", agent="wei", due=NOON + DAY))
    do(desk, lambda u: tasks.change(u, made, {"state": "doing", "assignee_id": ""}))
    assert do(desk, lambda u: tasks.change(u, made, {"state": "doing"})) == 0
    task = rows.task(conn, made)
    assert task is not None and (task.state, task.assignee_id, task.due_at) == ("doing", "", NOON + DAY)
    do(desk, undo.undo)
    assert [t.id for t in rows.of_agent(conn, "wei")] == [made]
    do(desk, undo.undo)
    assert rows.of_ticket(conn, ticket) == []
    do(desk, undo.redo)
    do(desk, lambda u: tasks.set_state(u, made, "dropped"), by=WEI)
    with pytest.raises(Conflict, match=f"Task {made} was changed since"):
        do(desk, undo.undo)


@pytest.mark.parametrize(("values", "error"), [
    ({"title": " "}, "needs a title"), ({"state": "finished"}, "finished is no state"),
    ({"assignee_id": "zoe"}, "no agent zoe"), ({"group_id": "x"}, "no group x"), ({"color": 1}, "no field color"),
])  # fmt: skip
def test_what_a_task_does_not_take(desk: Desk, ticket: int, values: dict[str, Any], error: str) -> None:
    made = do(desk, lambda u: tasks.add(u, ticket, "Call"))
    with pytest.raises((Invalid, NotFound), match=error):
        do(desk, lambda u: tasks.change(u, made, values))


# Sleeping until -------------------------------------------------------------------------------------


def test_a_done_task_wakes_the_ticket_and_a_begun_one_does_not(desk: Desk, ticket: int) -> None:
    made = do(desk, lambda u: tasks.add(u, ticket, "Call"))
    do(desk, lambda u: tickets.snooze(u, ticket, NEVER, "task_done"))
    do(desk, lambda u: tasks.set_state(u, made, "doing"))
    assert desk.ticket(ticket).snoozed_until == NEVER
    do(desk, lambda u: tasks.set_state(u, made, "done"))
    found = desk.ticket(ticket)
    assert (found.snoozed_until, found.wake_on) == (0, "")
    assert desk.told(ticket, "woke")


def test_a_ticket_that_waits_for_something_else_sleeps_on(desk: Desk, ticket: int) -> None:
    made = do(desk, lambda u: tasks.add(u, ticket, "Call"))
    do(desk, lambda u: tickets.snooze(u, ticket, NEVER, "delivered"))
    do(desk, lambda u: tasks.set_state(u, made, "done"))
    assert desk.ticket(ticket).snoozed_until == NEVER
    do(desk, lambda u: u.append("delivered", {}, ticket_id=ticket))
    assert desk.ticket(ticket).snoozed_until == 0


def test_a_reply_wakes_whatever_it_waits_for(desk: Desk, ticket: int) -> None:
    do(desk, lambda u: tickets.snooze(u, ticket, NOON + DAY, "task_done"))
    desk.mail(answers="a@x")
    assert desk.ticket(ticket).snoozed_until == 0


@pytest.mark.parametrize(("words", "found"), [
    ("2h", (NOON + 2 * HOUR, "")), ("task_done", (NEVER, "task_done")), ("3d Task_Done", (NOON + 3 * DAY, "task_done")),
    ("reply", (NEVER, "")), ("delivered reply", (NEVER, "delivered")),
])  # fmt: skip
def test_words_for_a_snooze(words: str, found: tuple[int, str]) -> None:
    assert tickets.snooze_words(words, NOON) == found


def test_a_word_nobody_tells_is_refused(desk: Desk, ticket: int) -> None:
    with pytest.raises(Invalid, match="full_moon is no event to wake on"):
        do(desk, lambda u: tickets.snooze(u, ticket, NEVER, "full_moon"))
    with pytest.raises(ValueError, match="task_done is taken"):
        waking.register("task_done", "x", "", "")


# Mentions -------------------------------------------------------------------------------------------


def test_a_note_names_agents_that_exist_and_not_its_writer(desk: Desk, ticket: int) -> None:
    conn = desk.store.conn
    do(desk, lambda u: tickets.note(u, ticket, "@Wei, @ana and @zoe: see wei@buyer.example, thanks @wei."))
    assert [(m.ticket_id, m.author_id) for m in mentions.unseen(conn, "wei")] == [(ticket, "ana")]
    assert mentions.unseen(conn, "ana") == []
    do(desk, undo.undo)
    assert mentions.unseen(conn, "wei") == []
    do(desk, undo.redo)
    assert do(desk, lambda u: tickets.see_mentions(u, ticket), by=WEI) == 1
    assert mentions.unseen(conn, "wei") == []


# The type is right ----------------------------------------------------------------------------------


def test_a_confirmed_type_needs_no_review_and_teaches(desk: Desk, ticket: int) -> None:
    conn = desk.store.conn
    do(desk, lambda u: change(u, ticket, {"needs_review": 1}), by=WEI)
    assert [c.ticket_id for c in learning.kept(conn, ())] == []
    assert do(desk, lambda u: tickets.confirm_type(u, ticket)) > 0
    assert desk.ticket(ticket).needs_review == 0
    assert [c.ticket_id for c in learning.kept(conn, ())] == [ticket]
    assert do(desk, lambda u: tickets.confirm_type(u, ticket)) == 0
    do(desk, undo.undo)
    assert desk.ticket(ticket).needs_review == 1
    assert [c.ticket_id for c in learning.kept(conn, ())] == []


def test_a_corrected_type_is_confirmed_already(desk: Desk, ticket: int) -> None:
    do(desk, lambda u: change(u, ticket, {"type": "damaged"}))
    assert do(desk, lambda u: tickets.confirm_type(u, ticket)) == 0
