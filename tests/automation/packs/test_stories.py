"""What each pack does for a small shop: the right tickets, not the wrong ones, nothing twice, marketplaces safe."""

from __future__ import annotations

import pytest

from desk.automation.rules.timed import run_due
from desk.sync import timers
from store.sql import messages
from store.values import DAY, HOUR, SYSTEM
from tests.automation.packs.kit import (
    agrees,
    answers,
    buyer,
    case,
    enable,
    fired,
    given,
    order,
    tags,
    ticket,
    write,
)
from tests.desk.small import Desk

MACHINES = ("amazon", "shopee", "tiktok")
"""Where automatic answers do not count, or are not welcome."""


# Who gets it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "group"),
    [("damaged", "after_sales"), ("defective", "after_sales"), ("quality", "after_sales"), ("size_fit", "after_sales"),
     ("shipping_status", "after_sales"), ("return_exchange", "after_sales"), ("usage_warranty", "experts"),
     ("invoice_payment", None), ("other", None)],
)  # fmt: skip
def test_tickets_go_to_the_group_for_their_type(desk: Desk, type_: str, group: str | None) -> None:
    enable(desk, "dispatch-type")
    found = write(desk, type_)
    assert given(desk, found)[0] == group
    assert given(desk, found)[1] is not None, "the others have an owner by routing"
    assert write(desk, type_, automatic="reply") and len(fired(desk, found)) == (group is not None)
    agrees(desk)


def test_one_group_does_for_all_and_a_group_of_its_own_takes_its_part(desk: Desk) -> None:
    enable(desk, "dispatch-type", logistics="logistics")
    assert given(desk, write(desk, "not_received")) == ("logistics", "kim")
    assert given(desk, write(desk, "damaged"))[0] == "after_sales"


def test_disputes_and_expensive_orders_go_to_the_senior(desk: Desk) -> None:
    enable(desk, "dispatch-senior")
    assert given(desk, write(desk, "dispute_review")) == ("senior", "sia")
    assert given(desk, write(desk, "other", escalation=True)) == ("senior", "sia")
    dear, cheap = order(desk, "A-1", total=18_000), order(desk, "A-2", total=17_999)
    assert given(desk, write(desk, "damaged", about=dear)) == ("senior", "sia")
    assert given(desk, write(desk, "damaged", about=cheap))[0] is None
    assert given(desk, write(desk, "invoice_payment", about=order(desk, "A-3", total=90_000)))[0] is None
    agrees(desk)


def test_key_buyers_and_those_with_a_record_have_their_person(desk: Desk) -> None:
    enable(desk, "key-buyers")
    buyer(desk, "vera", tier="vip")
    lost = buyer(desk, "lee")
    case(desk, lost, "not_received"), case(desk, lost, "not_received")
    assert given(desk, write(desk, "other", by="vera"))[1] == "kim"
    assert given(desk, write(desk, "other", by="lee"))[1] == "kim"
    plain = write(desk, "other", by="paul")
    assert fired(desk, plain) == []
    agrees(desk)


def test_a_key_buyer_gets_the_stand_in_while_their_person_is_away(desk: Desk) -> None:
    from desk import agents

    enable(desk, "key-buyers")
    buyer(desk, "vera", tier="vip")
    with desk.acting(SYSTEM) as unit:
        agents.set_presence(unit, "kim", "away")
    assert given(desk, write(desk, by="vera"))[1] == "sia"


def test_language_and_country_find_whoever_fits(desk: Desk) -> None:
    from desk import agents, groups

    with desk.acting(SYSTEM) as unit:
        agents.change(unit, "wei", {"languages": {"ja": 5, "en": 4}})
    enable(desk, "dispatch-language")
    assert given(desk, write(desk, lang="ja")) == ("experts", "wei")
    enable(desk, "dispatch-country")
    buyer(desk, "uwe", country="AT")
    assert given(desk, write(desk, by="uwe", lang=""))[0] == "after_sales"
    team = groups.get(desk.store.conn, "team")
    assert team is not None and team.country_from == ("order", "customer", "registration", "ip")


def test_the_order_of_regions_is_the_teams_to_choose(desk: Desk) -> None:
    enable(desk, "dispatch-country", country_from="customer,order")
    uwe = buyer(desk, "uwe", country="AT")
    number = order(desk, "B-1", uwe)
    desk.store.conn.execute("UPDATE orders SET country = 'US'")
    assert given(desk, write(desk, by="uwe", about=number))[0] == "after_sales"
    enable(desk, "dispatch-country", country_from="order,customer")
    assert given(desk, write(desk, by="ute", about=number))[0] is None


def test_a_promotion_has_its_days_and_its_weights(desk: Desk) -> None:
    from desk.agents import change

    with desk.acting(SYSTEM) as unit:
        for agent in ("ana", "wei"):
            change(unit, agent, {"capacity": 0})
    enable(desk, "promotion")
    got = [given(desk, write(desk))[1] for _ in range(8)]
    assert (got.count("ana"), got.count("wei")) == (6, 2)
    agrees(desk)
    desk.clock.at += 3 * DAY
    later = write(desk)
    assert fired(desk, later) == [] and tags(desk, later) == set()


# What is answered ------------------------------------------------------------------------------------


def test_a_first_message_is_acknowledged_once_with_a_time(desk: Desk) -> None:
    enable(desk, "acknowledge")
    found = write(desk, by="ana1", subject="Hello")
    assert answers(desk, found) == ["ack"]
    sql = "SELECT json_extract(payload, '$.text') FROM outbox"
    assert "2026-11-17 14:00 UTC" in desk.store.conn.execute(sql).fetchone()[0]
    desk.clock.at += HOUR
    again = write(desk, by="ana1", answers=_first(desk, found))
    assert again == found and answers(desk, found) == ["ack"]
    assert ticket(desk, found).first_reply_at is None, "it stops no clock"
    agrees(desk)


def _first(desk: Desk, ticket_id: int) -> str:
    return messages.of_ticket(desk.store.conn, ticket_id)[0].remote_key.removeprefix("mail:")


@pytest.mark.parametrize("pack", ["acknowledge", "where-is-my-order", "small-refund"])
@pytest.mark.parametrize("platform", MACHINES)
def test_no_machine_answers_where_marketplaces_do_not_want_it(desk: Desk, pack: str, platform: str) -> None:
    enable(desk, pack)
    parcel = order(desk, "C-1", total=1000, shipped=-5, eta=2)
    for type_ in ("other", "not_received", "damaged"):
        found = write(desk, type_, about=parcel, platform=platform)
        assert answers(desk, found) == [] and fired(desk, found) == []


@pytest.mark.parametrize("kind", ["reply", "list", "bounce", "spam"])
def test_no_machine_is_answered(desk: Desk, kind: str) -> None:
    for pack in ("acknowledge", "where-is-my-order", "small-refund"):
        enable(desk, pack)
    found = write(desk, "damaged", about=order(desk, "C-2", total=500), automatic=kind)
    assert answers(desk, found) == [] and fired(desk, found) == []


def test_the_parcel_decides_what_is_said(desk: Desk) -> None:
    enable(desk, "where-is-my-order")
    moving = write(desk, "shipping_status", about=order(desk, "D-1", shipped=-4, eta=3))
    late = write(desk, "shipping_status", about=order(desk, "D-2", shipped=-9, eta=-4))
    silent = write(desk, "not_received", about=order(desk, "D-3", shipped=-15))
    there = write(desk, "not_received", about=order(desk, "D-4", shipped=-9, delivered=-2))
    fresh = write(desk, "shipping_status", about=order(desk, "D-5", shipped=-2))
    unsent = write(desk, "shipping_status", about=order(desk, "D-6"))
    other = write(desk, "damaged", about=order(desk, "D-7", shipped=-4, eta=3))
    assert [answers(desk, t) for t in (moving, late, silent, there, fresh, unsent, other)] == [
        ["in_transit"], ["stalled"], ["stalled"], ["delivered_missing"], [], [], [],
    ]  # fmt: skip
    assert ticket(desk, moving).status == "new", "a person still sees it"
    tasks = desk.store.conn.execute("SELECT ticket_id, group_id FROM task ORDER BY ticket_id").fetchall()
    assert tasks == [(late, "logistics"), (silent, "logistics")]
    agrees(desk)


def test_a_small_order_with_a_flaw_is_offered_half_and_nothing_is_paid(desk: Desk) -> None:
    enable(desk, "small-refund")
    small = write(desk, "quality", about=order(desk, "E-1", total=1799))
    large = write(desk, "quality", about=order(desk, "E-2", total=1801))
    other = write(desk, "shipping_status", about=order(desk, "E-3", total=900))
    angry = write(desk, "damaged", about=order(desk, "E-4", total=900), escalation=True)
    assert [answers(desk, t) for t in (small, large, other, angry)] == [["partial_offer"], [], [], []]
    (text,) = desk.store.conn.execute("SELECT json_extract(payload, '$.text') FROM outbox").fetchone()
    assert "EUR 9.00" in text
    assert "Nothing was refunded yet" in desk.said(small)[-1]
    assert desk.store.conn.execute("SELECT group_id FROM task").fetchall() == [("after_sales",)]
    agrees(desk)


def test_two_packs_never_both_answer(desk: Desk) -> None:
    for pack in ("acknowledge", "small-refund", "where-is-my-order"):  # whatever the order they come in
        enable(desk, pack)
    for type_, total, wanted in (("not_received", 900, "in_transit"), ("damaged", 900, "partial_offer"),
                                 ("other", 900, "ack")):  # fmt: skip
        found = write(desk, type_, about=order(desk, f"F-{type_}", total=total, shipped=-3, eta=2))
        assert answers(desk, found) == [wanted]
    agrees(desk)


# What is looked at twice -----------------------------------------------------------------------------


def test_a_complaint_gets_its_checklist_and_a_person(desk: Desk) -> None:
    enable(desk, "complaint")
    found = write(desk, "damaged", escalation=True)
    t = ticket(desk, found)
    assert (t.priority, t.flagged, t.assignee_id) == (2, 1, "sia")
    steps = desk.store.conn.execute("SELECT count(*) FROM check_item WHERE ticket_id = ?", (found,)).fetchone()[0]
    assert steps == 9 and answers(desk, found) == []
    write(desk, "damaged", by="x", escalation=True)
    calm = write(desk, "damaged")
    assert fired(desk, calm) == []
    assert desk.count("check_item") == 18
    agrees(desk)


def test_a_ticket_that_becomes_a_complaint_counts_too_and_once(desk: Desk) -> None:
    from desk.changes import change

    enable(desk, "complaint")
    found = write(desk, "damaged", by="zoe")
    for type_ in ("dispute_review", "damaged", "dispute_review"):
        with desk.acting() as unit:
            change(unit, found, {"type": type_})
    write(desk, "damaged", by="zoe", answers=_first(desk, found))
    assert fired(desk, found) == ["complaint.checklist"] and desk.count("check_item") == 9


def test_returns_of_buyers_with_a_record_are_reviewed_with_the_reason(desk: Desk) -> None:
    enable(desk, "risk-return")
    often, many, claims, fine = (buyer(desk, name) for name in ("often", "many", "claims", "fine"))
    for n in range(4):
        order(desk, f"G-{n}", often, status="refunded" if n < 3 else "delivered")
        order(desk, f"H-{n}", fine, status="refunded" if n < 1 else "delivered")
    for _ in range(3):
        case(desk, many)
        case(desk, fine, days_ago=400)
    case(desk, claims, "not_received"), case(desk, claims, "not_received")
    found = {name: write(desk, "return_exchange", by=name) for name in ("often", "many", "claims", "fine")}
    assert {n: fired(desk, t) for n, t in found.items()} == {
        "often": ["risk.refunds"], "many": ["risk.returns"], "claims": ["risk.claims"], "fine": [],
    }  # fmt: skip
    assert all("Look twice" in desk.said(found[n])[-1] for n in ("often", "many", "claims"))
    assert all(given(desk, found[n])[1] == "sia" and ticket(desk, found[n]).flagged for n in ("often", "many"))
    assert ticket(desk, found["often"]).status == "new" and desk.count("outbox") == 0, "nothing is refused"
    assert fired(desk, write(desk, "usage_warranty", by="often")) == []
    agrees(desk)


@pytest.mark.parametrize(("refunded", "of", "risky"), [(3, 4, True), (5, 8, True), (6, 10, True), (3, 10, False),
                                                       (2, 2, False), (0, 5, False)])  # fmt: skip
def test_a_share_of_refunds_counts_only_where_it_is_sure(desk: Desk, refunded: int, of: int, risky: bool) -> None:
    from desk import inbox

    who = buyer(desk, "joe")
    for n in range(of):
        order(desk, f"I-{n}", who, status="Partially_Refunded" if n < refunded else "delivered")
    found = write(desk, "other", by="joe")
    ctx = inbox.context(desk.store.conn, "ana", desk.clock.now())
    lines = inbox.page(desk.store.conn, inbox.resolve("is:often_refunded", ctx), "ana")
    assert [line.id for line in lines] == ([found] if risky else [])


def test_a_risk_tag_by_a_person_sends_a_return_to_review_once(desk: Desk) -> None:
    from desk.tickets import tag

    enable(desk, "risk-return")
    found = write(desk, "refund")
    with desk.acting() as unit:
        tag(unit, found, add=["risk"])
    assert fired(desk, found) == ["risk.tagged"] and given(desk, found)[1] == "sia"
    with desk.acting() as unit:
        tag(unit, found, add=["seen"])
    assert fired(desk, found) == ["risk.tagged"]


# What time does --------------------------------------------------------------------------------------


def _tick(desk: Desk) -> None:
    timers.tick(desk.store, desk.holder)


def test_a_clock_that_runs_out_is_told_raised_and_passed_on(desk: Desk) -> None:
    enable(desk, "sla")
    found = write(desk)
    desk.clock.at += 91 * 60_000
    _tick(desk)
    assert fired(desk, found) == ["sla.warning"] and ticket(desk, found).priority == 2
    assert desk.said(found)[-1].startswith("@sia")
    desk.clock.at += HOUR
    _tick(desk), _tick(desk)
    assert fired(desk, found) == ["sla.warning", "sla.breach"]
    assert given(desk, found) == ("senior", "sia") and ticket(desk, found).flagged


def test_key_buyers_have_stricter_clocks_until_the_pack_is_disabled(desk: Desk) -> None:
    from desk.automation import packs

    enable(desk, "key-buyer-clocks")
    buyer(desk, "vera", tier="vip")
    key, plain = write(desk, by="vera"), write(desk)
    assert ticket(desk, key).due_at - desk.clock.at == HOUR
    assert ticket(desk, plain).due_at - desk.clock.at == 2 * HOUR
    desk.clock.at += 31 * 60_000
    _tick(desk)
    assert fired(desk, key) == ["key.warning"] and fired(desk, plain) == []
    with desk.acting(SYSTEM) as unit:
        packs.disable(unit, "key-buyer-clocks")
    assert ticket(desk, write(desk, by="vera")).due_at - desk.clock.at == 2 * HOUR


def test_what_lies_still_is_told_once_then_passed_on(desk: Desk) -> None:
    enable(desk, "stuck")
    found, touched = write(desk), write(desk)
    desk.clock.at += 3 * DAY + HOUR
    with desk.acting() as unit:
        from desk.tickets import note

        note(unit, touched, "called them")
    desk.holder = desk.held()
    run_due(desk.store, desk.holder)
    assert fired(desk, found) == ["stuck.flag"] and fired(desk, touched) == []
    for _ in range(8):
        desk.clock.at += 13 * HOUR
        desk.holder = desk.held()
        run_due(desk.store, desk.holder)
    assert fired(desk, found) == ["stuck.flag", "stuck.senior"]
    assert given(desk, found) == ("senior", "sia")
