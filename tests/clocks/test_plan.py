"""Which clocks a ticket has, which policy rules, and what starts, stops, stands and breaches them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.clocks.calendar_files import calendar_from, shipped_calendars
from desk.clocks.plan import (
    ClockPlan,
    StatusSpan,
    Step,
    TicketFacts,
    next_due,
    plan,
)
from desk.clocks.policies import Policy, policies_from_text, policy_from, shop_policies
from desk.clocks.presets import presets, without_clock
from desk.clocks.talk import Spoken, Talk
from desk.clocks.targets import Target, deadline
from store.errors import Invalid, Refused
from store.values import DAY, HOUR, MINUTE, NEVER, SECOND
from tests.clocks.test_calendars import CALENDARS, at

T = at("2026-06-08T10:00+08:00")  # a Monday in Shanghai
SHOP = shipped_calendars("Asia/Shanghai")


def talk(*said: tuple[int, str]) -> Talk:
    """(minutes after T, who): buyer, agent, note, auto (an automatic answer), robot (an automatic buyer), waive."""
    made = Talk()
    for minute, who in said:
        when = T + minute * MINUTE
        if who == "waive":
            made = made.waive()
        else:
            by = "buyer" if who in ("buyer", "robot") else "agent"
            made = made.hear(Spoken(when, by, public=who != "note", automatic=who in ("auto", "robot")))  # type: ignore[arg-type]
    return made


def policy(kind: str, target: str, **more: object) -> Policy:
    return policy_from({"id": kind, "name": kind, "kind": kind, "target": target, **more})


def clocks(facts: TicketFacts, *policies: Policy, now: int = T) -> dict[str, ClockPlan]:
    return {p.kind: p for p in plan(facts, policies, {**SHOP, **CALENDARS}, now)}


def facts(said: Talk, **more: object) -> TicketFacts:
    return replace(TicketFacts(created_at=T, talk=said), **more)  # type: ignore[arg-type]


def spans(*parts: tuple[str, int, int | None]) -> tuple[StatusSpan, ...]:
    return tuple(StatusSpan(s, T + a * MINUTE, None if b is None else T + b * MINUTE) for s, a, b in parts)


@pytest.mark.parametrize(
    ("priority", "channel", "due", "who"),
    [
        ("urgent", "", 2 * HOUR, "shop.urgent"),
        ("normal", "", 12 * HOUR, "shop.first"),
        ("normal", "chat", 30 * SECOND, "shop.chat"),
        ("urgent", "chat", 30 * SECOND, "shop.chat"),
        ("normal", "email", 2 * HOUR, "shop.email"),
    ],
)
def test_the_strictest_shop_policy_rules_and_says_so(priority: str, channel: str, due: int, who: str) -> None:
    made = clocks(facts(talk((0, "buyer")), priority=priority, channel_kind=channel), *shop_policies())
    clock = made["first_response"]
    assert (clock.due - T, clock.policy_id, clock.state) == (due, who, "running")
    assert "due first of" in clock.reason.english()
    assert "next_response" not in made  # one message, one clock


def test_strictest_means_due_first_and_not_the_smaller_number() -> None:
    friday_night = at("2026-06-05T21:00+08:00")
    late = TicketFacts(created_at=friday_night, talk=Talk().hear(Spoken(friday_night, "buyer")), channel_kind="email")
    (clock,) = plan(late, shop_policies(), SHOP, friday_night)
    assert clock.policy_id == "shop.first"  # 12 h on the clock beat 2 working hours that begin on Monday
    assert "due first of 3 that match" in clock.reason.english()


def test_normal_policy_reminds_at_20_of_24_hours() -> None:
    normal = next(p for p in shop_policies() if p.id == "shop.normal")
    clock = clocks(facts(talk((0, "buyer"))), normal)["first_response"]
    assert (clock.warn_at - T, clock.due - T) == (20 * HOUR, 24 * HOUR)


def test_only_a_person_s_public_reply_stops_the_first_clock() -> None:
    first = policy("first_response", "1h")
    quiet = clocks(facts(talk((0, "buyer"), (5, "note"), (6, "auto"))), first, now=T + 30 * MINUTE)
    assert quiet["first_response"].open
    said = clocks(facts(talk((0, "buyer"), (5, "note"), (40, "agent"))), first, now=T + 2 * HOUR)["first_response"]
    assert (said.state, said.stopped_at, said.left) == ("met", T + 40 * MINUTE, 20 * MINUTE)
    late = clocks(facts(talk((0, "buyer"), (90, "agent"))), first, now=T + 2 * HOUR)["first_response"]
    assert (late.state, late.open) == ("breached", False)
    over = clocks(facts(talk((0, "buyer"))), first, now=T + 2 * HOUR)["first_response"]
    assert (over.state, over.open, over.left) == ("breached", True, -HOUR)


def test_an_automatic_mail_of_the_buyer_s_side_starts_nothing() -> None:
    assert clocks(facts(talk((0, "robot"))), *shop_policies()) == {}


def test_a_reply_exactly_when_due_is_in_time() -> None:
    first = policy("first_response", "1h")
    assert clocks(facts(talk((0, "buyer"))), first, now=T + HOUR)["first_response"].state == "running"
    assert clocks(facts(talk((0, "buyer"), (60, "agent"))), first, now=T + DAY)["first_response"].state == "met"


def test_first_response_never_waits_for_a_status() -> None:
    with pytest.raises(Invalid, match="cannot be paused"):
        policy("first_response", "1h", pauses=["pending"])
    pending = facts(talk((0, "buyer")), spans=spans(("pending", 1, None)))
    assert clocks(pending, policy("first_response", "1h"))["first_response"].due == T + HOUR


def test_the_next_reply_is_owed_from_the_oldest_unanswered_message() -> None:
    rules = policy("first_response", "1h"), policy("next_response", "24h")
    said = talk((0, "buyer"), (10, "agent"), (100, "buyer"), (500, "buyer"), (510, "note"))
    made = clocks(facts(said), *rules, now=T + 600 * MINUTE)
    assert made["next_response"].start == T + 100 * MINUTE
    assert made["first_response"].state == "met"
    answered = clocks(facts(said.hear(Spoken(T + 700 * MINUTE, "agent"))), *rules, now=T + 800 * MINUTE)
    assert (answered["next_response"].state, answered["next_response"].stopped_at) == ("met", T + 700 * MINUTE)


def test_no_reply_needed_clears_until_the_next_message() -> None:
    rules = policy("first_response", "1h"), policy("next_response", "24h"), policy("platform", "24h", platform="amazon")
    cleared = facts(talk((0, "buyer"), (5, "waive")), platform="amazon")
    assert clocks(cleared, *rules) == {}
    again = facts(talk((0, "buyer"), (5, "waive"), (60, "buyer")), platform="amazon")
    made = clocks(again, *rules, now=T + 2 * HOUR)
    assert set(made) == {"next_response", "platform"}
    assert made["platform"].start == T + HOUR
    replied = facts(talk((0, "buyer"), (5, "waive"), (3000, "agent")))
    assert "first_response" not in clocks(replied, *rules, now=T + 60 * HOUR)


def test_a_ticket_solved_in_time_owes_no_reply_but_the_platform_still_counts() -> None:
    rules = policy("first_response", "1h"), policy("platform", "24h", platform="amazon")
    solved = facts(talk((0, "buyer")), platform="amazon", spans=spans(("open", 0, 30), ("solved", 30, None)))
    made = clocks(solved, *rules, now=T + 2 * HOUR)
    assert set(made) == {"platform"}
    assert made["platform"].open
    late = replace(solved, spans=spans(("open", 0, 90), ("solved", 90, None)))
    assert clocks(late, *rules, now=T + 2 * HOUR)["first_response"].state == "breached"  # a breach is not forgiven


def test_resolution_stands_while_the_buyer_is_waited_for() -> None:
    rule = policy("resolution", "10h", calendar="B", pauses=["pending"])
    waiting = facts(talk((0, "buyer")), spans=spans(("open", 0, 60), ("pending", 60, None)))
    paused = clocks(waiting, rule, now=T + 5 * HOUR)["resolution"]
    assert (paused.state, paused.due, paused.warn_at, paused.left) == ("paused", NEVER, NEVER, 9 * HOUR)
    assert paused.reason.english().endswith("It stands while the ticket is pending; 9 h are left.")
    resumed = replace(waiting, spans=spans(("open", 0, 60), ("pending", 60, 24 * 60), ("open", 24 * 60, None)))
    assert clocks(resumed, rule, now=T + 25 * HOUR)["resolution"].due == at("2026-06-10T10:00+08:00")


def test_a_breach_before_the_pause_stays_one() -> None:
    rule = policy("resolution", "1h", pauses=["pending"])
    late = facts(talk((0, "buyer")), spans=spans(("open", 0, 90), ("pending", 90, None)))
    assert clocks(late, rule, now=T + 5 * HOUR)["resolution"].state == "breached"


def test_reopening_resumes_the_old_clock_with_a_grace() -> None:
    bare, kind = policy("resolution", "2h"), policy("resolution", "2h", reopen_grace="4h")
    reopened = facts(talk((0, "buyer")), spans=spans(("open", 0, 110), ("solved", 110, 600), ("open", 600, None)))
    now = T + 601 * MINUTE
    assert clocks(reopened, bare, now=now)["resolution"].due == T + 610 * MINUTE
    assert clocks(reopened, kind, now=now)["resolution"].due == T + 840 * MINUTE
    solved = replace(reopened, spans=reopened.spans[:2] and spans(("open", 0, 110), ("solved", 110, None)))
    met = clocks(solved, kind, now=now)["resolution"]
    assert (met.state, met.due, met.stopped_at) == ("met", T + 2 * HOUR, T + 110 * MINUTE)


def test_updates_are_owed_from_each_public_reply() -> None:
    rule = policy("periodic_update", "24h", pauses=["pending"])
    made = clocks(facts(talk((0, "buyer"), (10, "agent"), (60, "agent"), (70, "note"))), rule)
    assert made["periodic_update"].start == T + HOUR


def test_a_refund_has_48_hours_for_a_decision() -> None:
    asked = facts(talk((0, "buyer")), steps=(Step("refund_requested", T),))
    step = clocks(asked, *shop_policies())["step"]
    assert (step.due - T, step.warn_at - T) == (48 * HOUR, 40 * HOUR)
    decided = replace(asked, steps=(Step("refund_requested", T, done_at=T + HOUR),))
    assert clocks(decided, *shop_policies(), now=T + 60 * HOUR)["step"].state == "met"


def test_the_platform_s_own_date_beats_ours() -> None:
    ours = replace(presets()["ebay.return"].policy(), enabled=True)
    told = Step("return_requested", T, due=T + DAY, by_platform=True)
    clock = clocks(facts(Talk(), platform="ebay", steps=(told,)), ours)["platform"]
    assert (clock.due, clock.policy_id) == (T + DAY, "")
    assert "earlier than ours" in clock.reason.english()
    silent = replace(told, due=None)
    assert clocks(facts(Talk(), platform="ebay", steps=(silent,)), ours)["platform"].policy_id == "ebay.return"
    assert clocks(facts(Talk(), steps=(told,)))["platform"].reason.english() == "The platform's own date."


def test_a_policy_with_a_scope_needs_its_query_to_have_matched() -> None:
    vip = policy("first_response", "30m", scope="tag:vip")
    plain = policy_from({"id": "all", "name": "all", "kind": "first_response", "target": "12h"})
    assert clocks(facts(talk((0, "buyer"))), vip, plain)["first_response"].policy_id == "all"
    matched = facts(talk((0, "buyer")), matched=frozenset({vip.id}))
    assert clocks(matched, vip, plain)["first_response"].policy_id == vip.id
    assert clocks(matched, replace(vip, enabled=False), plain)["first_response"].policy_id == "all"


def test_a_change_recomputes_from_the_start_and_a_breach_by_it_is_told_apart() -> None:
    nine, two = at("2026-06-08T09:00+08:00"), at("2026-06-08T14:00+08:00")
    said = TicketFacts(created_at=nine, talk=Talk().hear(Spoken(nine, "buyer")))
    before = clocks(said, policy("first_response", "16h", calendar="B"), now=two)["first_response"]
    assert before.due == at("2026-06-09T16:00+08:00")
    after = clocks(said, policy("first_response", "2h", calendar="B"), now=two)["first_response"]
    assert after.due == at("2026-06-08T11:00+08:00")
    assert after.state == "breached"


def test_a_missing_calendar_counts_round_the_clock() -> None:
    rule = policy("first_response", "2h", calendar="nowhere")
    assert clocks(facts(talk((0, "buyer"))), rule)["first_response"].due == T + 2 * HOUR


def test_the_list_shows_the_open_clock_due_first() -> None:
    rules = policy("first_response", "1h"), policy("next_response", "24h"), policy("resolution", "30h")
    made = plan(facts(talk((0, "buyer"), (10, "agent"), (20, "buyer"))), rules, SHOP, T + HOUR)
    assert [p.kind for p in made] == ["next_response", "resolution", "first_response"]
    shown = next_due(made)
    assert shown is not None
    assert shown.kind == "next_response"
    assert next_due([]) is None


@given(st.lists(st.sampled_from(["buyer", "agent", "note", "auto", "waive"]), max_size=12), st.integers(0, 3000))
def test_every_open_reply_clock_has_a_buyer_waiting(said: list[str], later: int) -> None:
    heard = talk(*[(n * 10, who) for n, who in enumerate(said)])
    for clock in plan(facts(heard), shop_policies(), SHOP, T + later * MINUTE):
        if clock.open:
            assert heard.oldest_unanswered == clock.start
        assert clock.warn_at <= clock.due


# Presets ----------------------------------------------------------------------------------------------


def test_all_34_presets_ship_with_a_source_and_those_from_memory_say_so() -> None:
    assert len(presets()) == 34
    assert without_clock() == ("temu",)
    assert all(p.source and p.stops for p in presets().values())
    assert all({p.calendar, *dict(p.calendars).values()} <= set(SHOP) for p in presets().values())
    memory = {p.id for p in presets().values() if p.checked is None}
    assert memory == {"amz.safet", "amz.chargeback", "pdd.chat", "douyin.chat", "jd.chat"}
    doubt = presets()["jd.chat"].doubt(date(2026, 11, 23))
    assert doubt is not None
    assert "memory" in doubt.english()


def test_a_preset_past_its_date_says_so() -> None:
    rule = presets()["amz.msg"]
    assert rule.doubt(date(2027, 2, 1)) is None
    doubt = rule.doubt(date(2027, 6, 1))
    assert doubt is not None
    assert "2026-11-22" in doubt.english()


def due(preset: str, start: str, country: str = "") -> int:
    rule = presets()[preset]
    target = rule.target_in(country)
    assert target is not None
    return deadline(target, SHOP[rule.calendar_in(country)], at(start))


def test_presets_fall_due_as_their_platforms_count() -> None:
    assert due("amz.refund_us", "2026-03-06T12:00-08:00") == at("2026-03-10T23:59:59-07:00")
    assert due("amz.msg", "2026-12-24T22:00Z") == at("2026-12-25T22:00Z")
    assert due("ebay.refund", "2026-11-25T10:00-08:00") == at("2026-11-30T23:59:59-08:00")
    assert due("ml.question", "2026-05-04T19:30-06:00") == at("2026-05-05T14:30-06:00")
    assert due("pdd.chat", "2026-06-08T22:58+08:00") == at("2026-06-09T08:01+08:00")
    assert due("tts.return", "2026-06-05T10:00+07:00", "th") == at("2026-06-08T23:59:59+07:00")
    assert due("tts.return", "2026-06-05T10:00+07:00", "ID") == at("2026-06-07T10:00+07:00")


def test_weekend_chats_may_wait_until_monday_noon_with_a_chatbot() -> None:
    rule = presets()["tts.chat_us"]
    assert due(rule.id, "2026-03-07T10:00-05:00") == at("2026-03-08T11:00-04:00")  # without one
    assert rule.alternative is not None
    zone = SHOP[rule.calendar]
    assert deadline(rule.alternative, zone, at("2026-03-07T10:00-05:00")) == at("2026-03-09T12:00-04:00")
    assert deadline(rule.alternative, zone, at("2026-03-06T10:00-05:00")) == at("2026-03-07T10:00-05:00")


def test_a_preset_only_the_platform_can_date_needs_a_country() -> None:
    with pytest.raises(Refused, match="no fixed target"):
        presets()["shp.return"].policy()
    brazil = presets()["shp.return"].policy("BR")
    assert (brazil.target, brazil.enabled) == (Target(3, "calendar_day"), False)


# Policies as text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "reply"}, "reply"),
        ({"target": "soon"}, "soon"),
        ({"target": "0h"}, "0h"),
        ({"target": "99999d"}, "99999d"),
        ({"warn": "3/0"}, "3/0"),
        ({"warn": 2}, "warn"),
        ({"scoop": "x"}, "scoop"),
        ({"name": 3}, "name"),
        ({"enabled": "yes"}, "enabled"),
        ({"kind": "step"}, "starts"),
    ],
)
def test_a_wrong_policy_names_the_key(change: dict[str, object], said: str) -> None:
    good: dict[str, object] = {"id": "mine", "name": "Mine", "kind": "first_response", "target": "2h"}
    assert policy_from(good).warn == (Fraction(4, 5),)
    with pytest.raises(Invalid) as caught:
        policy_from({**good, **change})
    assert said in caught.value.english()
    assert "mine" in caught.value.english()


def test_policies_come_as_a_list_with_ids_of_their_own() -> None:
    one = '[[policy]]\nid = "a"\nname = "A"\nkind = "resolution"\ntarget = "3bd"\ncalendar = "B"\n'
    assert policies_from_text(one)[0].target == Target(3, "working_day")
    with pytest.raises(Invalid, match="id"):
        policies_from_text(one + one)
    with pytest.raises(Invalid, match="line 1, column"):
        policies_from_text("[[policy")


def test_shop_policies_are_named_in_both_languages_of_the_face() -> None:
    for rule in shop_policies():
        assert rule.title("zh_CN") != rule.title("en") == rule.name


def test_a_calendar_without_hours_on_the_way_is_told_not_waited_for() -> None:
    past = calendar_from({"name": "past", "week": {}, "dates": {"extra": {"2020-01-01": "09:00-10:00"}}})
    with pytest.raises(Invalid, match="too rarely"):
        plan(facts(talk((0, "buyer"))), [policy("first_response", "2h", calendar="past")], {"past": past}, T)
