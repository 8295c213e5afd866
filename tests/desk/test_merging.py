"""Merging and splitting: everything goes along, clocks stay right, and undo brings back what was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Receipt
from desk import linking, merging, outbox, splitting, tickets, undo
from desk.changes import change
from desk.spoken import Facts, facts, said, stored
from store import events
from store.errors import Conflict, Invalid, Refused
from store.sql import links, messages, moving, people
from store.sql import tickets as rows
from store.values import HOUR, MINUTE
from tests.desk.small import MAIL, WEI, Desk

_GROWS = ("updated_at", "version", "status_since")


def state(desk: Desk, number: int) -> list[Any]:
    """Everything of a ticket that undo has to bring back."""
    conn = desk.store.conn
    columns = {k: v for k, v in desk.ticket(number)._asdict().items() if k not in _GROWS}
    running = [(c.kind, c.started_at, c.due_at) for c in desk.clocks(number).values() if c.state == "running"]
    hanging = {table: conn.execute(f"SELECT count(*) FROM {table} WHERE ticket_id = ?", (number,)).fetchone()[0]
               for table in ("ticket_order", "task", "check_item", "mention", "draft", "incident_ticket")}  # fmt: skip
    linked = [(k.ticket_id, k.other_id, k.kind) for k in links.of(conn, number)]
    said_there = [(m.id, m.body, m.direction) for m in messages.of_ticket(conn, number)]
    return [columns, rows.tags(conn, number), running, hanging, linked, said_there]


def merge(desk: Desk, source: int, target: int, **more: Any) -> int:
    with desk.acting() as unit:
        return merging.merge(unit, source, target, **more)


def split(desk: Desk, ticket: int, *numbers: int) -> int:
    with desk.acting() as unit:
        return splitting.split(unit, ticket, numbers)


def undone(desk: Desk) -> undo.Step:
    with desk.acting() as unit:
        return undo.undo(unit)


def redone(desk: Desk) -> undo.Step:
    with desk.acting() as unit:
        return undo.redo(unit)


def send(desk: Desk, ticket: int, text: str = "It is on its way.") -> None:
    row = desk.reply(ticket, text, by=WEI, then="open")
    with desk.acting(MAIL) as unit:
        outbox.sent(unit, row, Receipt(f"r{row}", desk.clock.at))


def numbers(desk: Desk, ticket: int) -> list[int]:
    return [m.id for m in messages.of_ticket(desk.store.conn, ticket)]


def waits(desk: Desk, ticket: int) -> list[tuple[str, int]]:
    return [(c.kind, c.started_at) for c in desk.clocks(ticket).values() if c.state == "running"]


@pytest.fixture
def two(desk: Desk) -> tuple[int, int]:
    """Two tickets of one buyer, an hour apart."""
    first = desk.mail(text="Where is it?", key="one@x", subject="Parcel").ticket_id
    desk.clock.at += HOUR
    second = desk.mail(text="It is broken.", key="two@x", subject="Lamp").ticket_id
    desk.clock.at += HOUR // 2
    return first, second


# Merging --------------------------------------------------------------------------------------------


def test_messages_move_and_the_source_is_closed(desk: Desk, two: tuple[int, int]) -> None:
    second, first = two[1], two[0]
    merge(desk, second, first)
    assert desk.said(first) == ["Where is it?", "It is broken."] and desk.said(second) == []
    shell, whole = desk.ticket(second), desk.ticket(first)
    assert (shell.status, shell.message_count, shell.waiting_since) == ("closed", 0, None)
    assert (whole.status, whole.message_count, whole.last_message_id) == ("new", 2, 2)
    assert links.standing(desk.store.conn, second) == first
    assert [e.payload["into"] for e in desk.told(second, "merged") if e.payload] == [first]
    assert [e.payload["from"] for e in desk.told(first, "merged_in") if e.payload] == [second]
    batches = {desk.told(second, "merged")[0].batch_id, desk.told(first, "merged_in")[0].batch_id}
    assert len(batches) == 1 and "" not in batches


def test_the_clock_counts_from_the_oldest_message_of_both(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    start = desk.ticket(first).first_buyer_at
    merge(desk, first, second)
    assert waits(desk, second) == [("first_response", start)] and waits(desk, first) == []
    send(desk, second)
    assert waits(desk, second) == [] and desk.ticket(second).first_reply_at == desk.clock.at


def test_an_answered_ticket_that_takes_in_a_waiting_one_waits_again(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    send(desk, first)
    with desk.acting() as unit:
        tickets.set_status(unit, first, "solved")
    since = desk.ticket(second).waiting_since
    merge(desk, second, first)
    found = desk.ticket(first)
    assert (found.status, found.waiting_since) == ("open", since)
    assert waits(desk, first) == [("next_response", since)]
    undone(desk)
    assert desk.ticket(first).status == "solved" and waits(desk, first) == []


def test_what_hangs_on_the_source_goes_along(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    conn = desk.store.conn
    conn.execute("INSERT INTO orders (id, channel_id, number, number_key, placed_at) VALUES (1, 'mail', 'A-1', 'a1', 0)")
    conn.execute("INSERT INTO ticket_order (ticket_id, order_id) VALUES (?, 1)", (second,))
    conn.execute("INSERT INTO task (ticket_id, title, state, created_at, updated_at) VALUES (?, 'Call', 'open', 1, 1)",
                 (second,))  # fmt: skip
    conn.execute("INSERT INTO task (ticket_id, title, state, created_at, updated_at) VALUES (?, 'Told', 'done', 1, 1)",
                 (second,))  # fmt: skip
    conn.execute("INSERT INTO check_item (ticket_id, checklist_id, title) VALUES (?, 'refund', 'Ask')", (second,))
    with desk.acting() as unit:
        tickets.tag(unit, second, add=["vip"])
        tickets.tag(unit, first, add=["late"])
        tickets.note(unit, second, "ask @wei")
        change(unit, second, {"priority": "urgent", "escalation": 1})
        people.put_draft(unit.conn, people.Draft(second, "ana", "reply", "Dear", "", 0, unit.now))
    before = [state(desk, first), state(desk, second)]
    merge(desk, second, first)
    whole = desk.ticket(first)
    assert (whole.priority, whole.escalation, rows.tags(conn, first)) == (3, 1, ["late", "vip"])
    hanging = state(desk, first)[3]
    assert hanging == {"ticket_order": 1, "task": 1, "check_item": 1, "mention": 1, "draft": 1, "incident_ticket": 0}
    assert state(desk, second)[3]["task"] == 1  # what is done stays where it was done
    undone(desk)
    assert [state(desk, first), state(desk, second)] == before


def test_answers_and_the_relay_alias_follow_the_target(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    merge(desk, second, first)
    assert desk.mail(text="Hello?", answers="two@x").ticket_id == first
    assert desk.mail(text="And?", refs=("two@x",)).ticket_id == first
    alias: dict[str, Any] = {"sender": "k3j4@marketplace.amazon.com", "platform": "amazon",
                             "order_numbers": ("701-1234567-1234567",)}  # fmt: skip
    one = desk.mail(text="a", key="r1@x", **alias).ticket_id
    other = desk.mail(text="b", key="r2@x", **{**alias, "order_numbers": ("701-7654321-7654321",)}).ticket_id
    assert one != other
    merge(desk, other, one)
    assert desk.mail(text="c", **{**alias, "order_numbers": ("701-7654321-7654321",)}).ticket_id == one


def test_chains_are_followed_and_undone_from_their_end(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    third = desk.mail(text="third").ticket_id
    merge(desk, third, second)
    merge(desk, second, first)
    assert links.standing(desk.store.conn, third) == first
    assert desk.mail(text="again", answers="two@x").ticket_id == first
    undone(desk)
    undone(desk)
    assert desk.said(third) == ["third"] and desk.said(second) == ["It is broken."]


def test_a_ticket_into_itself_or_into_none_is_refused(desk: Desk, two: tuple[int, int]) -> None:
    with pytest.raises(Invalid, match=f"#{two[0]} cannot be merged into itself"):
        merge(desk, two[0], two[0])


def test_a_merged_ticket_is_refused_and_its_target_named(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    third = desk.mail(text="third").ticket_id
    merge(desk, second, first)
    for a, b in ((second, third), (third, second)):
        with pytest.raises(Refused, match=f"#{second} was merged into #{first} already"):
            merge(desk, a, b)


def test_two_buyers_are_refused_unless_somebody_says_so(desk: Desk, two: tuple[int, int]) -> None:
    stranger = desk.mail(text="Mine too", sender="bert@buyer.example").ticket_id
    with pytest.raises(Refused, match="different buyers"):
        merge(desk, stranger, two[0])
    merge(desk, stranger, two[0], other_buyer=True)
    assert desk.said(two[0])[-1] == "Mine too"


def test_nobody_answers_from_a_merged_ticket(desk: Desk, two: tuple[int, int]) -> None:
    merge(desk, two[1], two[0])
    with pytest.raises(Refused, match=f"#{two[1]} was merged into #{two[0]}"):
        desk.reply(two[1])


def test_a_reply_written_without_what_was_merged_in_does_not_leave(desk: Desk, two: tuple[int, int]) -> None:
    seen = desk.ticket(two[0]).thread_seq
    merge(desk, two[1], two[0])
    with pytest.raises(Conflict, match="Something new arrived"):
        desk.reply(two[0], by=WEI, base_seq=seen)
    desk.reply(two[0], by=WEI)


def test_a_reply_that_waits_is_named(desk: Desk, two: tuple[int, int]) -> None:
    row = desk.reply(two[1])
    with pytest.raises(Refused, match=f"reply to #{two[1]} waits in the outbox \\(row {row}\\)"):
        merge(desk, two[1], two[0])
    with desk.acting() as unit:
        outbox.take_back(unit, row)
    merge(desk, two[1], two[0])


def test_two_conversations_of_a_platform_stay_apart(desk: Desk, two: tuple[int, int]) -> None:
    chats = [desk.mail(channel="chat", text=f"chat {n}", key=f"c{n}@x").ticket_id for n in (1, 2)]
    for ticket, thread in zip(chats, ("t1", "t2"), strict=True):
        desk.store.conn.execute("UPDATE message SET thread_id = ? WHERE ticket_id = ?", (thread, ticket))
    with pytest.raises(Refused, match="two conversations at their platform"):
        merge(desk, *chats)
    with pytest.raises(Refused, match="two conversations at their platform"):
        merge(desk, two[0], chats[0])
    desk.store.conn.execute("UPDATE message SET thread_id = 't1' WHERE ticket_id = ?", (chats[1],))
    merge(desk, *chats)


# Undoing a merge ------------------------------------------------------------------------------------


def test_new_messages_stay_at_the_target_when_a_merge_is_undone(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    before = desk.ticket(second)
    merge(desk, second, first)
    desk.clock.at += HOUR
    desk.mail(text="One more thing", answers="two@x")
    step = undone(desk)
    assert step.tickets == (second, first) or set(step.tickets) == {first, second}
    assert desk.said(first) == ["Where is it?", "One more thing"] and desk.said(second) == ["It is broken."]
    found = desk.ticket(second)
    assert stored(found) == stored(before) and found.status == before.status
    assert (desk.ticket(first).message_count, desk.ticket(first).last_message_id) == (2, 3)


def test_what_was_answered_at_the_target_waits_no_more_after_undo(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    merge(desk, second, first)
    desk.clock.at += MINUTE
    send(desk, first)
    with desk.acting(WEI) as unit:
        tickets.note(unit, first, "told them")
    assert undone(desk).verb == "merged"
    assert desk.ticket(second).waiting_since is None and desk.ticket(first).waiting_since is None


def test_a_source_that_was_changed_since_stays_merged_and_who_is_named(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    merge(desk, second, first)
    with desk.acting(WEI) as unit:
        tickets.set_status(unit, second, "open")
    with pytest.raises(Conflict, match=f"#{second}: status was changed by wei since"):
        undone(desk)
    assert desk.said(second) == []


def test_messages_that_went_on_keep_a_merge_from_being_undone(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    third = desk.mail(text="third").ticket_id
    merge(desk, second, first)
    with desk.acting(WEI) as unit:
        merging.merge(unit, first, third)
    with pytest.raises(Conflict, match=f"gone on from #{first} to #{third}"):
        undone(desk)


def test_a_reply_written_since_has_to_go_first(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    merge(desk, second, first)
    with desk.acting(WEI) as unit:
        outbox.queue(unit, outbox.Reply(first, "Hello", ("anna@buyer.example",), "Re", desk.ticket(first).thread_seq))
    with pytest.raises(Refused, match=f"reply to #{first} that was written since waits"):
        undone(desk)


def test_redo_refuses_what_is_new_in_the_source(desk: Desk, two: tuple[int, int]) -> None:
    first, second = two
    merge(desk, second, first)
    undone(desk)
    desk.mail(text="new", answers="two@x")
    with pytest.raises(Conflict, match=f"Something new came into #{second}"):
        redone(desk)


# Splitting ------------------------------------------------------------------------------------------


@pytest.fixture
def long(desk: Desk) -> int:
    """A ticket with two questions, the first answered."""
    ticket = desk.mail(text="Where is it?", key="one@x").ticket_id
    desk.clock.at += HOUR
    send(desk, ticket)
    desk.clock.at += HOUR
    desk.mail(text="It is broken, too.", answers="one@x")
    desk.clock.at += MINUTE
    return ticket


def test_a_part_becomes_a_ticket_with_its_own_clock(desk: Desk, long: int) -> None:
    third = numbers(desk, long)[2]
    made = split(desk, long, third)
    new, old = desk.ticket(made), desk.ticket(long)
    since = messages.get(desk.store.conn, third)
    assert since is not None
    assert (new.status, new.waiting_since, new.message_count, new.last_message_id) == ("open", since.received_at, 1, third)
    assert (old.waiting_since, old.message_count, old.last_message_id) == (None, 2, numbers(desk, long)[1])
    assert waits(desk, made) == [("first_response", since.received_at)] and waits(desk, long) == []
    assert (new.assignee_id, new.customer_id, new.type) == (old.assignee_id, old.customer_id, old.type)
    assert [(k.ticket_id, k.other_id, k.kind) for k in links.of(desk.store.conn, long)] == [(made, long, "split")]
    assert not desk.told(made, "created")  # nobody wrote to us just now: no rule greets anybody


def test_a_split_is_undone_and_done_again(desk: Desk, long: int) -> None:
    before, third = state(desk, long), numbers(desk, long)[2]
    made = split(desk, long, third)
    after = [state(desk, long), state(desk, made)]
    undone(desk)
    found = state(desk, long)
    assert [found[0], found[1], found[2], found[5]] == [before[0], before[1], before[2], before[5]]
    assert desk.ticket(made).status == "closed" and links.standing(desk.store.conn, made) == long
    redone(desk)
    assert [state(desk, long), state(desk, made)] == after
    undone(desk)
    assert state(desk, long)[5] == before[5]


def test_a_split_with_something_new_is_not_undone(desk: Desk, long: int) -> None:
    made = split(desk, long, numbers(desk, long)[2])
    with desk.acting(WEI) as unit:
        tickets.note(unit, made, "look")
    with pytest.raises(Conflict, match=f"#{made} is not as it was split off"):
        undone(desk)


def test_splits_that_make_no_sense_are_refused(desk: Desk, long: int) -> None:
    with pytest.raises(Invalid, match=f"#{long} has no message 99"):
        split(desk, long, 99)
    with pytest.raises(Refused, match=f"Nothing would be left of #{long}"):
        split(desk, long, *numbers(desk, long))
    with desk.acting() as unit:
        tickets.note(unit, long, "mine")
    with pytest.raises(Refused, match="notes only"):
        split(desk, long, numbers(desk, long)[-1])


# Links ----------------------------------------------------------------------------------------------


def test_links_show_on_both_and_are_undone(desk: Desk, two: tuple[int, int]) -> None:
    conn = desk.store.conn
    with desk.acting() as unit:
        assert linking.link(unit, *two) > 0
        assert linking.link(unit, two[1], two[0]) == 0
    assert links.of(conn, two[0]) == links.of(conn, two[1]) != []
    undone(desk)
    assert links.of(conn, two[0]) == []
    redone(desk)
    with desk.acting() as unit:
        linking.unlink(unit, two[1], two[0])
    assert links.of(conn, two[0]) == []


# Whatever happened before ---------------------------------------------------------------------------

_STEPS = st.lists(st.sampled_from(["buyer", "reply", "machine", "note", "waive", "solve"]), min_size=1, max_size=6)


def live(desk: Desk, steps: list[str], key: str) -> int:
    ticket = desk.mail(text=f"{key} begins", key=f"{key}@x").ticket_id
    for n, step in enumerate(steps):
        desk.clock.at += 7 * MINUTE
        if step == "buyer":
            desk.mail(text=f"{key} {n}", answers=f"{key}@x")
        elif step == "machine":
            desk.mail(text=f"{key} away {n}", answers=f"{key}@x", automatic="reply")
        elif step == "reply":
            send(desk, ticket, f"{key} answer {n}")
        with desk.acting() as unit:
            if step == "note":
                tickets.note(unit, ticket, f"note {n}")
            elif step == "waive":
                tickets.no_reply_needed(unit, ticket)
            elif step == "solve":
                tickets.set_status(unit, ticket, "solved")
    desk.clock.at += MINUTE
    return ticket


@settings(max_examples=20)
@given(a=_STEPS, b=_STEPS)
def test_a_merge_undone_is_as_if_it_never_was(
    a: list[str], b: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("merge"))
    first, second = live(desk, a, "a"), live(desk, b, "b")
    before = [state(desk, first), state(desk, second)]
    owed = {t.waiting_since for t in (desk.ticket(first), desk.ticket(second)) if t.waiting_since}
    merge(desk, second, first)
    after = [state(desk, first), state(desk, second)]
    assert desk.ticket(first).waiting_since == min(owed, default=None)
    undone(desk)
    assert [state(desk, first), state(desk, second)] == before
    redone(desk)
    again = [state(desk, first), state(desk, second)]
    assert [s[1:] for s in again] == [s[1:] for s in after]
    undone(desk)
    assert [state(desk, first), state(desk, second)] == before
    assert events.verify(desk.store.conn).problem == ""
    desk.close()


@settings(max_examples=20)
@given(steps=st.lists(st.sampled_from(["buyer", "reply", "machine", "note", "waive"]), min_size=2, max_size=8),
       data=st.data())  # fmt: skip
def test_a_part_split_off_and_merged_back_is_as_before(
    steps: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("split"))
    ticket = live(desk, steps, "a")
    before, said_before = stored(desk.ticket(ticket)), desk.said(ticket)
    part = data.draw(st.sets(st.sampled_from(numbers(desk, ticket)), min_size=1))
    try:
        made = split(desk, ticket, *part)
    except Refused:
        desk.close()
        return
    both = [stored(desk.ticket(t)) for t in (ticket, made)]
    assert sum(f.message_count for f in both) == before.message_count
    assert min((f.waiting_since for f in both if f.waiting_since), default=None) == before.waiting_since
    merge(desk, made, ticket)
    assert (desk.said(ticket), stored(desk.ticket(ticket))) == (said_before, before)
    desk.close()


def test_facts_of_nothing_are_none() -> None:
    assert facts([]) == Facts(None, None, None, None, None, 0, 0, 0)


def test_facts_of_a_whole_ticket_are_the_ticket_s(desk: Desk, long: int) -> None:
    ticket = desk.ticket(long)
    assert facts(said(ticket, moving.voices(desk.store.conn, long))) == stored(ticket)


def test_only_the_agent_who_merged_undoes_it(desk: Desk, two: tuple[int, int]) -> None:
    merge(desk, two[1], two[0])
    with pytest.raises(Refused, match="nothing of yours"), desk.acting(WEI) as unit:
        undo.undo(unit)
    assert undone(desk).verb == "merged"
