"""What an agent does to tickets: checked, guarded, told as one event, one at a time or a thousand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.typed import snooze
from desk import outbox, outgoing, tickets
from desk.changes import change
from desk.tickets import BULK_LIMIT, each, snooze_until, snooze_words
from store import events
from store.errors import Conflict, DeskError, Invalid, NotFound, Refused
from store.sql import messages, people
from store.sql import tickets as rows
from store.values import DAY, HOUR, MINUTE, NEVER
from tests.desk.small import ANA, NOON, WEI, Desk


def test_a_change_is_one_event_with_before_and_after(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    before = desk.ticket(ticket)
    with desk.acting() as unit:
        seq = change(unit, ticket, {"status": "OPEN", "priority": "high", "type": "damaged"}, why={"text": "because"})
    (told,) = desk.told(ticket, "changed")
    assert (told.seq, told.actor) == (seq, ANA)
    assert told.payload == {
        "changes": {"status": ["new", "open"], "priority": [1, 2], "type": ["other", "damaged"]},
        "why": {"text": "because"},
    }  # fmt: skip
    assert desk.ticket(ticket).version == before.version + 1
    with desk.acting() as unit:
        assert change(unit, ticket, {"status": "open"}) == 0
    assert desk.ticket(ticket).version == before.version + 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"status": "done"}, Invalid), ({"priority": "shiny"}, Invalid), ({"priority": 4}, Invalid),
     ({"priority": -1}, Invalid), ({"type": "love"}, Invalid), ({"colour": "red"}, Invalid), ({"version": 3}, Invalid),
     ({"snoozed_until": -1}, Invalid), ({"snoozed_until": "2h"}, Invalid), ({"assignee_id": "nobody"}, NotFound)],
)  # fmt: skip
def test_what_no_field_takes_is_refused_and_changes_nothing(
    desk: Desk, changes: dict[str, Any], error: type[DeskError]
) -> None:
    ticket = desk.mail().ticket_id
    before, head = desk.ticket(ticket), events.head(desk.store.conn)
    with pytest.raises(error), desk.acting() as unit:
        change(unit, ticket, {"status": "open", **changes})
    assert (desk.ticket(ticket), events.head(desk.store.conn)) == (before, head)


def test_an_agent_who_left_gets_no_ticket(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    desk.store.conn.execute("UPDATE agent SET active = 0 WHERE id = 'wei'")
    with pytest.raises(NotFound, match="no agent wei"), desk.acting() as unit:
        tickets.assign(unit, ticket, "wei")


def test_a_version_guards_a_script_against_what_it_has_not_seen(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    seen = desk.ticket(ticket).version
    with desk.acting(WEI) as unit:
        change(unit, ticket, {"priority": "high"}, if_version=seen)
    with (
        pytest.raises(Conflict, match=f"#{ticket} was changed meanwhile.*version {seen + 1}, not {seen}"),
        desk.acting() as unit,
    ):
        change(unit, ticket, {"priority": "low"}, if_version=seen)
    assert desk.ticket(ticket).priority == 2


def test_tags_are_folded_sorted_and_each_once(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        tickets.tag(unit, ticket, add=["VIP", "big  order", "ｖｉｐ", " ", "größe"])
    assert rows.tags(desk.store.conn, ticket) == ["big-order", "grösse", "vip"]
    with desk.acting() as unit:
        tickets.tag(unit, ticket, add=["new"], remove=["Vip", "never-there"])
        assert tickets.tag(unit, ticket, add=["new"]) == 0
    assert rows.tags(desk.store.conn, ticket) == ["big-order", "grösse", "new"]


def test_a_note_is_kept_clean_and_stops_no_clock(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    before = desk.clocks(ticket)
    with desk.acting() as unit:
        tickets.note(unit, ticket, " ask \x1b[2J Wei \n")
    note = messages.of_ticket(desk.store.conn, ticket)[-1]
    assert (note.direction, note.author_id, note.sender_name) == ("note", "ana", "Ana")
    assert "\x1b" not in note.body
    assert desk.clocks(ticket) == before
    assert desk.ticket(ticket).waiting_since == NOON
    with pytest.raises(Invalid, match="empty"), desk.acting() as unit:
        tickets.note(unit, ticket, " \n ")


def test_no_reply_needed_stops_the_clock_until_the_buyer_writes_again(desk: Desk) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    with desk.acting() as unit:
        tickets.no_reply_needed(unit, ticket)
    found = desk.ticket(ticket)
    assert (found.waiting_since, found.due_at, found.first_reply_at) == (None, NEVER, None)
    assert desk.clocks(ticket)["first_response"].state == "met"
    desk.clock.at += HOUR
    desk.mail(answers="a@x")
    found = desk.ticket(ticket)
    assert (found.due_kind, found.due_at) == ("next_response", desk.clock.at + DAY)


@pytest.mark.parametrize(
    ("words", "until"),
    [("30m", NOON + 30 * MINUTE), ("2h", NOON + 2 * HOUR), (" 3D ", NOON + 3 * DAY), ("1w", NOON + 7 * DAY),
     ("reply", NEVER), ("wake", 0)],
)  # fmt: skip
def test_times_to_snooze_until(words: str, until: int) -> None:
    assert snooze_until(words, NOON) == until


@pytest.mark.parametrize(
    ("now", "morning"),
    [("2026-11-17T12:00", "2026-11-18T09:00"), ("2026-11-17T00:30", "2026-11-18T09:00"),
     ("2026-11-20T17:00", "2026-11-23T09:00"), ("2026-11-21T08:00", "2026-11-23T09:00")],
)  # fmt: skip
def test_tomorrow_is_nine_on_the_next_working_day_where_one_is(now: str, morning: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at, wanted = (round(datetime.fromisoformat(t).replace(tzinfo=zone).timestamp() * 1000) for t in (now, morning))
    assert snooze_until("tomorrow", at, zone) == wanted
    assert snooze("tomorrow", at, zone) == (wanted, "")  # typed in the workstation


def test_a_day_to_come_is_its_morning_and_may_have_an_hour() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert snooze_until("2099-12-24", NOON, zone) == round(datetime(2099, 12, 24, 9, tzinfo=zone).timestamp() * 1000)
    assert snooze_until("2099-12-24T14:30", NOON, zone) == round(
        datetime(2099, 12, 24, 14, 30, tzinfo=zone).timestamp() * 1000
    )


def test_a_time_or_an_answer_is_the_time_since_an_answer_ends_every_snooze() -> None:
    assert snooze_words("2h reply", NOON) == (NOON + 2 * HOUR, "")
    assert snooze_words("reply task_done", NOON) == (NEVER, "task_done")
    assert snooze_words("reply", NOON) == (NEVER, "")


@pytest.mark.parametrize("words", ["", "h", "soon", "-2h", "2", "99999h", "２h²", "2001-01-01", "2099-02-31"])
def test_what_is_no_time_is_refused(words: str) -> None:
    with pytest.raises(Invalid, match="not a time to snooze until"):
        snooze_until(words, NOON)


def test_a_bulk_act_does_what_it_can_and_names_what_it_could_not(desk: Desk) -> None:
    numbers = [desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(3)]
    with desk.acting() as unit:
        outcome = each(
            unit, [*numbers, 99, numbers[0]], lambda t: change(unit, t, {"priority": "high"}, if_version=_seen(desk, t))
        )
    assert outcome.done == tuple(numbers)
    ((refused, error),) = outcome.refused
    assert (refused, type(error)) == (99, NotFound)
    assert len({e.batch_id for n in numbers for e in desk.told(n, "changed")}) == 1


def _seen(desk: Desk, ticket: int) -> int | None:
    found = rows.get(desk.store.conn, ticket)
    return found.version if found else None


def test_a_ticket_a_bulk_act_refuses_stays_wholly_as_it_was(desk: Desk) -> None:
    good, bad = desk.mail().ticket_id, desk.mail(sender="ben@x.example").ticket_id
    before = desk.ticket(bad)

    def act(unit: Any, ticket: int) -> int:
        seq = change(unit, ticket, {"priority": "high"})
        if ticket == bad:
            raise Refused("Not this one.")
        return seq

    with desk.acting() as unit:
        outcome = each(unit, [bad, good], lambda t: act(unit, t))
    assert outcome.done == (good,)
    assert desk.ticket(bad) == before
    assert not desk.told(bad, "changed")
    assert events.verify(desk.store.conn).problem == ""


def test_one_step_changes_no_more_than_a_thousand(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"1001 tickets.*\(1000\)"), desk.acting() as unit:
        each(unit, range(BULK_LIMIT + 1), lambda _: 1)
    with desk.acting() as unit:
        assert len(each(unit, range(BULK_LIMIT), lambda _: 1).done) == BULK_LIMIT


def test_a_ticket_typed_in_is_a_buyers(desk: Desk) -> None:
    with desk.acting() as unit:
        number = tickets.open_by_hand(
            unit, channel_id="mail", customer="Kim@Buyer.example", subject="Call", text="Broken lamp"
        )
        again = tickets.open_by_hand(unit, channel_id="mail", customer="Kim", subject="C", text="T", key="call-1")
        assert (
            tickets.open_by_hand(unit, channel_id="mail", customer="Kim", subject="C", text="T", key="call-1") == again
        )
    found = desk.ticket(number)
    assert (found.status, found.waiting_since, found.assignee_id) == ("new", NOON, "ana")


# Replies ---------------------------------------------------------------------------------------------


def test_a_reply_taken_back_is_a_draft_again(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    row = desk.reply(ticket, "Dear Anna")
    with desk.acting() as unit:
        outbox.take_back(unit, row)
    draft = people.draft(desk.store.conn, ticket, "ana")
    assert draft is not None
    assert draft.body == "Dear Anna"
    with pytest.raises(Refused, match="cannot be taken back"), desk.acting() as unit:
        outbox.take_back(unit, row)


@pytest.mark.parametrize(("begun", "kept"), [("Something newer", "Something newer"), (" \n", "Dear Anna")])
def test_a_newer_draft_stays_and_the_text_taken_back_is_kept_in_the_outbox(desk: Desk, begun: str, kept: str) -> None:
    ticket = desk.mail().ticket_id
    row = desk.reply(ticket, "Dear Anna")
    with desk.acting() as unit:
        people.put_draft(unit.conn, people.Draft(ticket, "ana", "reply", begun, "", 0, NOON))
        outbox.take_back(unit, row)
    draft, cancelled = people.draft(desk.store.conn, ticket, "ana"), outbox.outbox.get(desk.store.conn, row)
    assert draft is not None
    assert cancelled is not None
    assert draft.body == kept
    assert (cancelled.state, outgoing.command(cancelled).text) == ("cancelled", "Dear Anna")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"text": " \n"}, "is empty"),
        ({"to": ()}, "no address"),
        ({"to": (" ",)}, "no address"),
        ({"then": "closed"}, "closed"),
    ],
)
def test_a_reply_that_cannot_leave_is_refused_at_once(desk: Desk, reply: dict[str, Any], error: str) -> None:
    ticket = desk.mail().ticket_id
    values = {"text": "Hi", "to": ("a@x.example",), "then": "open", **reply}
    with pytest.raises(Invalid, match=error), desk.acting() as unit:
        outbox.queue(unit, outbox.Reply(ticket, values["text"], values["to"], "Re", 1 << 40, then=values["then"]))
    assert desk.count("outbox") == 0


def test_a_reply_on_a_removed_channel_is_refused(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    desk.store.conn.execute("UPDATE channel SET state = 'removed' WHERE id = 'mail'")
    with pytest.raises(Refused, match="no longer connected"):
        desk.reply(ticket)


def test_no_header_can_be_smuggled_into_a_reply(desk: Desk) -> None:
    ticket = desk.mail(subject="Hi").ticket_id
    with desk.acting() as unit:
        row = outbox.queue(
            unit, outbox.Reply(ticket, "Hi", ("a@x.example\r\nBcc: all@x.example",), "Re\r\nBcc: x@y", 1 << 40)
        )
    found = outbox.outbox.get(desk.store.conn, row)
    assert found is not None
    left = outgoing.command(found)
    assert "\n" not in left.subject + "".join(left.to)
