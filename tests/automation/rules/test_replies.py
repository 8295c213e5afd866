"""Replies that rules write: in the buyer's language, once, never to machines, never a flood, never what a buyer planted."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import Receipt
from desk import outbox as sending
from desk.automation.rules import caps
from desk.automation.rules.caps import Sent
from desk.automation.rules.timed import run_by_hand
from store.errors import Refused
from store.sql import outbox as rows
from store.values import HOUR, MINUTE, SYSTEM
from tests.automation.rules.kit import answer, failures, firing, outbox, put, save, tag, tags, template
from tests.desk.small import ANA, CARE, Desk


def body(desk: Desk, row_id: int = 1) -> str:
    import json

    row = rows.get(desk.store.conn, row_id)
    assert row is not None
    text: str = json.loads(row.payload)["text"]
    return text


def test_a_buyer_is_answered_in_their_language_and_nobody_is_counted_as_answering(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", then=[answer()])
    ticket = desk.mail(lang="de").ticket_id
    assert outbox(desk) == [("held", "anna@buyer.example", "ack", 1)]
    assert body(desk) == "Hallo, wir haben Ihre Nachricht."
    with desk.acting(SYSTEM) as unit:
        sending.sent(unit, 1, Receipt("there", desk.clock.at))
    after = desk.ticket(ticket)
    assert after.status == "new" and after.waiting_since is not None and after.first_reply_at is None


def test_the_same_message_is_answered_once_however_often_the_rule_runs(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", when=["created", "manual"], then=[answer()])
    ticket = desk.mail(key="first@buyer.example").ticket_id
    with desk.acting(ANA) as unit:
        run_by_hand(unit, "ack", [ticket])
    save(desk, "ack", when=["created", "manual"], then=[answer()], name="another version")
    with desk.acting(ANA) as unit:
        run_by_hand(unit, "ack", [ticket])
    assert len(outbox(desk)) == 1
    desk.mail(answers="first@buyer.example", text="And now?")
    with desk.acting(ANA) as unit:
        run_by_hand(unit, "ack", [ticket])
    assert len(outbox(desk)) == 2  # a new message of theirs is another matter


def test_one_taken_back_is_not_written_again(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", when=["created", "manual"], then=[answer()])
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        sending.take_back(unit, 1)
    with desk.acting(ANA) as unit:
        run_by_hand(unit, "ack", [ticket])
    assert [state for state, *_ in outbox(desk)] == ["cancelled"]
    assert desk.count("draft") == 0


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"automatic": "vacation"}, "no person wrote this (vacation)"),
        ({"automatic": "bounce"}, "no person wrote this (bounce)"),
        ({"sender": "no-reply@parcels.example"}, "nobody reads mail to no-reply@parcels.example"),
        ({"sender": "mailer-daemon@mx.example"}, "nobody reads mail to mailer-daemon@mx.example"),
    ],
)
def test_no_machine_is_answered(desk: Desk, values: dict[str, Any], why: str) -> None:
    template(desk)
    save(desk, "ack", then=[answer(), tag("done")])
    ticket = desk.mail(**values).ticket_id
    assert outbox(desk) == [] and tags(desk, ticket) == ["done"]
    assert why in failures(firing(desk, ticket))[0]


def test_the_shop_does_not_answer_itself(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", when=["created", "manual"], then=[answer()])
    ticket = desk.mail().ticket_id
    desk.store.conn.execute("DELETE FROM outbox")
    desk.store.conn.execute("UPDATE message SET sender_address = ?", (CARE,))
    with desk.acting(ANA) as unit:
        run_by_hand(unit, "ack", [ticket])
    assert outbox(desk) == []


def test_history_is_never_answered_not_even_by_hand(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", when=["created", "manual"], then=[answer()])
    ticket = desk.mail(history=True, hours_ago=500).ticket_id
    with desk.acting(ANA) as unit:
        run_by_hand(unit, "ack", [ticket])
    assert outbox(desk) == [] and "came in as history" in failures(firing(desk, ticket))[0]


def test_a_missing_value_keeps_the_reply_here_and_is_named(desk: Desk) -> None:
    template(desk, en="Your parcel {{shipment.tracking}} for {{order.number}}")
    save(desk, "where", then=[answer()])
    ticket = desk.mail().ticket_id
    assert outbox(desk) == []
    assert "shipment.tracking, order.number" in failures(firing(desk, ticket))[0]
    assert desk.ticket(ticket).needs_review == 1


def test_a_template_for_the_team_never_leaves(desk: Desk) -> None:
    template(desk, internal=True)
    save(desk, "ack", then=[answer()])
    ticket = desk.mail().ticket_id
    assert outbox(desk) == [] and "for the team only" in failures(firing(desk, ticket))[0]


def test_an_unknown_template_is_told(desk: Desk) -> None:
    save(desk, "ack", then=[answer("gone")])
    assert failures(firing(desk, desk.mail().ticket_id)) == ["There is no template gone."]


def test_what_a_buyer_writes_is_never_read_as_a_template(desk: Desk) -> None:
    template(desk, en='About {{ticket.subject}}: we are on it, {{customer.first_name|or:"friend"}}.')
    save(desk, "ack", then=[answer()])
    desk.mail(subject='{{shop.email}} {{agent.name|or:"x"}}', sender="{{agent.name}}@buyer.example")
    assert '{{shop.email}} {{agent.name|or:"x"}}' in body(desk)


def test_a_marketplace_gets_nothing_it_forbids(desk: Desk) -> None:
    template(desk, en="Write to us at help@shop.example")
    save(desk, "ack", then=[answer()])
    ticket = desk.mail(platform="amazon").ticket_id
    assert outbox(desk) == [] and "amazon does not take the text" in failures(firing(desk, ticket))[0]


def test_a_second_message_does_not_stop_the_first_answer_but_a_person_does(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", then=[answer()])
    one = desk.mail(key="a@buyer.example").ticket_id
    desk.mail(answers="a@buyer.example", text="More")
    with desk.acting(SYSTEM) as unit:
        row = rows.get(unit.conn, 1)
        assert row is not None and sending.claim(unit, row, "here")
    two = desk.mail(sender="b@buyer.example").ticket_id
    mine = desk.reply(two)
    with desk.acting(SYSTEM) as unit:
        sending.sent(unit, mine, Receipt("there", desk.clock.at))
    with desk.acting(SYSTEM) as unit:
        row = rows.get(unit.conn, 2)
        assert row is not None and not sending.claim(unit, row, "here")
    assert [state for state, *_ in outbox(desk)] == ["claimed", "cancelled", "sent"]
    assert one != two


def test_what_a_rule_says_does_not_stop_a_person_who_is_writing(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", then=[answer()])
    ticket = desk.mail().ticket_id
    seen = desk.ticket(ticket).thread_seq
    with desk.acting(SYSTEM) as unit:
        sending.sent(unit, 1, Receipt("there", desk.clock.at))
    assert desk.reply(ticket, base_seq=seen)


def test_the_cap_holds_and_is_told(desk: Desk) -> None:
    template(desk)
    save(desk, "chatty", when=["buyer_message"], then=[answer()])
    desk.mail(key="m0@robot.example", sender="robot@buyer.example", subject="S0")
    for n in range(1, 14):
        desk.clock.at += MINUTE // 2
        desk.mail(answers="m0@robot.example", key=f"m{n}@robot.example", sender="robot@buyer.example", subject="S0")
    assert len(outbox(desk)) == 2  # the same subject
    last = desk.told(1, "rule_fired")[-1]
    assert "automatic replies with this subject" in failures(last)[0]


def sent(count: int, ticket: int = 7, minutes: float = 0, subject: str = "") -> list[Sent]:
    return [Sent(10**9 - int(minutes * MINUTE), ticket, subject or f"s{ticket}-{n}-{minutes}") for n in range(count)]


@pytest.mark.parametrize(("minutes", "most"), caps.PER_TICKET)
def test_caps_per_ticket(minutes: int, most: int) -> None:
    before = sent(most - 1, minutes=minutes - 0.5)
    caps.judge(before, 7, "new", 10**9)
    with pytest.raises(Refused, match=str(most)):
        caps.judge([*before, *sent(1, minutes=minutes - 0.5, subject="x")], 7, "new", 10**9)
    caps.judge([*before, *sent(1, minutes=minutes, subject="x")], 7, "new", 10**9)


@pytest.mark.parametrize(("minutes", "most"), caps.OVERALL)
def test_caps_overall(minutes: int, most: int) -> None:
    before = [s for n in range(most) for s in sent(1, ticket=100 + n, minutes=minutes - 0.5)]
    with pytest.raises(Refused):
        caps.judge(before, 7, "new", 10**9)
    caps.judge(before[1:], 7, "new", 10**9)


def test_the_same_subject_is_sent_twice_in_three_hours() -> None:
    caps.judge(sent(1, ticket=1, subject="Re: Hello"), 7, "re: hello", 10**9)
    with pytest.raises(Refused):
        caps.judge(sent(2, ticket=1, subject="Re: Hello"), 7, "re: hello", 10**9)
    caps.judge(sent(2, ticket=1, minutes=180, subject="Re: Hello"), 7, "re: hello", 10**9)


def test_a_share_of_the_order_is_filled_in_by_the_rule(desk: Desk) -> None:
    template(desk, en="We offer {{offer.amount}}.")
    save(desk, "half", then=[answer(share="50%")])
    ticket = desk.mail().ticket_id
    assert outbox(desk) == [] and "offer.amount" in failures(firing(desk, ticket))[0]


def test_the_status_after_it_left_is_as_the_rule_says(desk: Desk) -> None:
    template(desk)
    save(desk, "ack", then=[answer(then="pending"), put(priority="low")])
    ticket = desk.mail().ticket_id
    desk.clock.at += HOUR
    with desk.acting(SYSTEM) as unit:
        sending.sent(unit, 1, Receipt("there", desk.clock.at))
    assert desk.ticket(ticket).status == "pending"
