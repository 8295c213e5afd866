"""A message gets its deadline by the shop's policies and an owner by who is there; both say why, both are told once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.contract import Receipt
from desk import agents, outbox, tickets
from desk.changes import change
from desk.reason import reason_from
from desk.sync import timers
from store.sql import clocks
from store.values import DAY, HOUR, MINUTE, NEVER, SECOND, SYSTEM
from tests.desk.small import ANA, NOON, Desk


def answer(desk: Desk, ticket: int, **more: Any) -> None:
    row = desk.reply(ticket, **more)
    with desk.store.write(SYSTEM) as unit:
        outbox.sent(unit, row, Receipt("x", desk.clock.at))


def at_dawn(desk: Desk) -> None:
    """Saturday 03:00, when the shop is closed: only what counts around the clock runs."""
    desk.clock.at = NOON + 4 * DAY - 9 * HOUR


# First and next replies ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "urgency", "open_hours", "night"),
    [("mail", 0, 2 * HOUR, 12 * HOUR), ("mail", 2, 2 * HOUR, 2 * HOUR), ("chat", 0, 30 * SECOND, 12 * HOUR),
     ("chat", 2, 30 * SECOND, 2 * HOUR)],
)  # fmt: skip
def test_the_first_reply_is_due_by_priority_and_channel(
    desk: Desk, channel: str, urgency: int, open_hours: int, night: int
) -> None:
    """Urgent 2 h, e-mail 2 working hours, chat 30 s, anything 12 h: the strictest wins."""
    by_day = desk.ticket(desk.mail(channel=channel, urgency=urgency).ticket_id)
    assert (by_day.due_kind, by_day.due_at - NOON) == ("first_response", open_hours)
    assert by_day.warn_at < by_day.due_at
    at_dawn(desk)
    by_night = desk.ticket(desk.mail(channel=channel, urgency=urgency, sender="ben@x.example").ticket_id)
    assert by_night.due_at - desk.clock.at == night


def test_a_policy_counts_from_when_the_server_had_the_mail(desk: Desk) -> None:
    ticket = desk.ticket(desk.mail(hours_ago=1, sent_at=NOON - 30 * DAY).ticket_id)
    assert ticket.due_at == NOON + HOUR


def test_a_clock_says_which_policy_it_follows(desk: Desk) -> None:
    (clock,) = desk.clocks(desk.mail().ticket_id).values()
    assert clock.policy_id == "shop.email"
    assert "E-mail: first reply within 2 working hours" in reason_from(json.loads(clock.reason)).english()


def test_another_priority_counts_from_the_original_start(desk: Desk) -> None:
    at_dawn(desk)
    start = desk.clock.at
    ticket = desk.mail().ticket_id
    desk.clock.at += HOUR
    with desk.acting() as unit:
        change(unit, ticket, {"priority": "urgent"})
    assert desk.ticket(ticket).due_at == start + 2 * HOUR
    with desk.acting() as unit:
        change(unit, ticket, {"priority": "normal"})
    assert desk.ticket(ticket).due_at == start + 12 * HOUR
    assert len(clocks.of_ticket(desk.store.conn, ticket)) == 1


@pytest.mark.parametrize("found_by", ["the timer", "the change itself"])
def test_a_recorded_breach_stays_whatever_is_changed_since(desk: Desk, found_by: str) -> None:
    at_dawn(desk)
    start = desk.clock.at
    ticket = desk.mail(urgency=2).ticket_id
    desk.clock.at += 3 * HOUR
    if found_by == "the timer":
        timers.tick(desk.store, desk.holder)
    with desk.acting() as unit:
        change(unit, ticket, {"type": "damaged"})
        change(unit, ticket, {"priority": "normal"})
    clock = desk.clocks(ticket)["first_response"]
    assert (clock.state, clock.due_at, clock.breached_at) == ("running", start + 12 * HOUR, start + 2 * HOUR)
    answer(desk, ticket)
    assert desk.clocks(ticket)["first_response"].state == "late"
    (told,) = desk.told(ticket, "clock_breached")
    assert told.actor == SYSTEM


def test_every_message_after_a_reply_is_a_cycle_of_its_own(desk: Desk) -> None:
    ticket = desk.mail(key="a@x", hours_ago=1).ticket_id
    answer(desk, ticket)
    for n in range(1, 4):
        desk.clock.at += DAY
        asked = desk.clock.at
        desk.mail(answers="a@x")
        desk.clock.at += HOUR
        desk.mail(answers="a@x", text="Hello??")
        found = desk.ticket(ticket)
        assert (found.due_kind, found.due_at, found.waiting_since) == ("next_response", asked + DAY, asked)
        answer(desk, ticket)
        assert desk.ticket(ticket).due_at == NEVER
        cycles = [c for c in clocks.of_ticket(desk.store.conn, ticket) if c.kind == "next_response"]
        assert [c.state for c in cycles] == ["met"] * n


def test_an_automatic_reply_of_ours_satisfies_no_clock(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        row = outbox.queue(unit, outbox.Reply(ticket, "We got it", ("a@x.example",), "Re", 1 << 40, automatic=True))
        outbox.sent(unit, row, Receipt("x", NOON))
    assert desk.ticket(ticket).due_kind == "first_response"
    assert desk.ticket(ticket).first_reply_at is None


def test_a_solved_ticket_is_not_due(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "solved")
    assert desk.ticket(ticket).due_at == NEVER
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, "open")
    assert desk.ticket(ticket).due_at == NOON + 2 * HOUR


# Timers ----------------------------------------------------------------------------------------------


def test_a_breach_is_told_once(desk: Desk) -> None:
    numbers = [desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(3)]
    desk.clock.at += 2 * HOUR
    assert timers.tick(desk.store, desk.holder) == 0, "due is not over"
    assert timers.next_tick(desk.store) == desk.clock.at
    desk.clock.at += 1
    assert timers.tick(desk.store, desk.holder) == 3
    assert timers.tick(desk.store, desk.holder) == 0
    for ticket in numbers:
        (told,) = desk.told(ticket, "clock_breached")
        assert told.payload == {"kind": "first_response", "policy": "shop.email", "due_at": NOON + 2 * HOUR}
    answer(desk, numbers[0])
    assert len(desk.told(numbers[0], "clock_breached")) == 1
    assert desk.clocks(numbers[0])["first_response"].state == "late"


def test_a_late_answer_is_told_as_a_breach_even_if_no_timer_ran(desk: Desk) -> None:
    """Sync slept over the weekend; the log tells the same as if it had not."""
    ticket = desk.mail().ticket_id
    desk.clock.at += DAY
    answer(desk, ticket)
    assert [e.verb for e in desk.told(ticket, "clock_breached")] == ["clock_breached"]
    assert timers.tick(desk.store, desk.holder) == 0


def test_an_answer_between_looking_and_writing_is_no_breach(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    ticket = desk.mail().ticket_id
    late = desk.clock.at + 2 * HOUR + 1
    really = desk.store.write

    @contextmanager
    def meanwhile(actor: Any) -> Any:
        desk.clock.at = late - 1000
        monkeypatch.undo()
        answer(desk, ticket)
        desk.clock.at = late
        with really(actor) as unit:
            yield unit

    desk.clock.at = late
    monkeypatch.setattr(desk.store, "write", meanwhile)
    timers.tick(desk.store, desk.holder)
    assert desk.told(ticket, "clock_breached") == []


def test_a_snoozed_ticket_wakes_when_its_time_comes(desk: Desk) -> None:
    soon, later, reply = (desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(3))
    with desk.acting() as unit:
        for number, until in ((soon, NOON + MINUTE), (later, NOON + DAY), (reply, NEVER)):
            tickets.snooze(unit, number, until)
    assert timers.next_tick(desk.store) == NOON + MINUTE
    desk.clock.at += MINUTE
    assert timers.tick(desk.store, desk.holder) == 1
    assert [desk.ticket(n).snoozed_until for n in (soon, later, reply)] == [0, NOON + DAY, NEVER]
    (woke,) = desk.told(soon, "woke")
    assert woke.payload is not None
    assert woke.payload["why"] == {"text": "its time came"}


# Owners ----------------------------------------------------------------------------------------------


def away(desk: Desk, *who: str, until: int = 0) -> None:
    with desk.acting() as unit:
        for agent in who:
            agents.set_presence(unit, agent, "away", until)


def why(desk: Desk, ticket: int, verb: str = "assigned") -> str:
    stored = (desk.told(ticket, verb)[-1].payload or {})["why"]
    assert set(stored) == {"text", "gaps"}
    return reason_from(stored).english()


def test_tickets_go_to_who_has_the_least_open_work(desk: Desk) -> None:
    owners = [desk.ticket(desk.mail(sender=f"b{n}@x.example").ticket_id).assignee_id for n in range(6)]
    assert owners == ["ana", "wei"] * 3
    with desk.acting() as unit:
        for number in (2, 4):  # two of wei's are done
            tickets.set_status(unit, number, "solved")
    more = [desk.mail(sender=f"c{n}@x.example").ticket_id for n in range(2)]
    assert [desk.ticket(n).assignee_id for n in more] == ["wei", "wei"]
    assert why(desk, more[0]) == "wei has the least to do: 1, without a limit."


def test_a_buyer_comes_back_to_who_had_them(desk: Desk) -> None:
    first = desk.mail(order_numbers=("1",)).ticket_id
    with desk.acting() as unit:
        tickets.assign(unit, first, "wei")
    for n in range(3):
        desk.mail(sender=f"b{n}@x.example")
    again = desk.mail(order_numbers=("2",)).ticket_id
    assert again != first
    assert desk.ticket(again).assignee_id == "wei"
    assert why(desk, again) == "wei had this buyer before."


def test_the_assignment_is_the_routers_and_not_the_connectors(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    assert (desk.told(ticket, "assigned")[0].actor.kind, desk.told(ticket, "created")[0].actor.kind) == (
        "rule",
        "connector",
    )


def test_with_nobody_on_duty_a_ticket_waits_and_says_for_whom(desk: Desk) -> None:
    away(desk, "ana", until=NOON + HOUR)
    away(desk, "wei")
    ticket = desk.mail().ticket_id
    assert desk.ticket(ticket).assignee_id is None
    assert why(desk, ticket, "queued") == "Nobody is on duty; next is ana, 2026-11-17 13:00 UTC."
    assert (desk.told(ticket, "queued")[0].payload or {})["next_at"] == NOON + HOUR


def test_a_language_is_a_wish_and_the_team_is_not_left_without(desk: Desk) -> None:
    with desk.acting(ANA) as unit:
        agents.change(unit, "wei", {"languages": {"de": 5}})
        agents.change(unit, "ana", {"languages": {"en": 5}})
    german = [desk.mail(sender=f"b{n}@x.example", lang="de").ticket_id for n in range(3)]
    assert {desk.ticket(n).assignee_id for n in german} == {"wei"}
    away(desk, "wei")
    alone = desk.mail(sender="c@x.example", lang="de").ticket_id
    assert desk.ticket(alone).assignee_id == "ana"
    assert "does not speak de" in why(desk, alone)


def test_who_is_full_gets_nothing_more(desk: Desk) -> None:
    with desk.acting() as unit:
        for agent in ("ana", "wei"):
            agents.change(unit, agent, {"capacity": 1})
    numbers = [desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(3)]
    assert [desk.ticket(n).assignee_id for n in numbers] == ["ana", "wei", None]
    assert why(desk, numbers[2], "queued") == "Everybody on duty is full."
