"""What a team gets from its rules: order, once per chain, acts that show, nothing by surprise."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.automation.rules import keep
from store.sql import clocks
from store.values import HOUR, SYSTEM
from tests.automation.rules.kit import failures, fired, firing, put, save, tag, tags
from tests.desk.small import ANA, WEI, Desk


def test_a_rule_changes_what_it_is_about_and_says_so(desk: Desk) -> None:
    save(desk, "urgent", if_="lang:de", then=[put(priority="urgent"), tag("german")])
    one = desk.mail(lang="de").ticket_id
    other = desk.mail(lang="fr", sender="b@buyer.example").ticket_id
    assert desk.ticket(one).priority == 3 and tags(desk, one) == ["german"]
    assert desk.ticket(other).priority == 1 and fired(desk, other) == []
    event = firing(desk, one)
    assert event.payload is not None and event.actor.id == "urgent" and event.payload["when"] == "created"
    assert event.payload["version"] == 1 and event.payload["failed"] == [] and not event.payload["shadow"]
    (tagged,) = desk.told(one, "tagged")
    assert tagged.cause_seq == event.seq and tagged.actor == event.actor


def test_rules_run_from_top_to_bottom_and_see_what_was_done(desk: Desk) -> None:
    save(desk, "last", if_="tag:first", then=[tag("second")])
    save(desk, "first", then=[tag("first")])
    seen = desk.mail().ticket_id
    assert tags(desk, seen) == ["first"]  # "last" stood above it
    with desk.acting(SYSTEM) as unit:
        keep.move(unit, "last", 1)
    assert tags(desk, desk.mail(sender="b@buyer.example").ticket_id) == ["first", "second"]


def test_what_stops_keeps_every_later_rule_away(desk: Desk) -> None:
    save(desk, "one", then=[tag("one")], stop=True)
    save(desk, "two", when=["created", "changed"], then=[tag("two")])
    assert tags(desk, desk.mail().ticket_id) == ["one"]


def test_the_act_stop_ends_its_own_rule_too(desk: Desk) -> None:
    save(desk, "one", then=[tag("one"), {"do": "stop"}, tag("never")])
    save(desk, "two", then=[tag("two")])
    assert tags(desk, desk.mail().ticket_id) == ["one"]


def test_a_rule_off_does_nothing_and_one_for_a_channel_only_that(desk: Desk) -> None:
    save(desk, "off", state="off", then=[tag("off")])
    save(desk, "second", channel="second", then=[tag("there")])
    assert tags(desk, desk.mail().ticket_id) == []
    assert tags(desk, desk.mail(channel="second", sender="b@buyer.example").ticket_id) == ["there"]


def test_a_rule_is_in_force_on_its_days_in_the_zone_of_the_shop(desk: Desk) -> None:
    save(desk, "sale", **{"from": "2026-11-17", "until": "2026-11-17"}, then=[tag("sale")])
    assert tags(desk, desk.mail().ticket_id) == ["sale"]
    desk.clock.at += 13 * HOUR
    assert tags(desk, desk.mail(sender="b@buyer.example").ticket_id) == []


def test_triggers_are_told_apart(desk: Desk) -> None:
    for when in ("created", "buyer_message", "agent_reply", "changed"):
        save(desk, f"on-{when}", when=[when], then=[{"do": "note", "text": when}])
    ticket = desk.mail(key="first@buyer.example").ticket_id
    assert fired(desk, ticket) == ["on-created", "on-buyer_message", "on-changed"]  # changed: it got an owner
    desk.mail(answers="first@buyer.example", text="And?")
    assert fired(desk, ticket)[3:] == ["on-buyer_message"]
    from connectors.contract import Receipt
    from desk import outbox

    row = desk.reply(ticket)
    with desk.acting(SYSTEM) as unit:
        outbox.sent(unit, row, Receipt("there", desk.clock.at))
    assert fired(desk, ticket)[4:] == ["on-agent_reply", "on-changed"]  # it went from new to open


def test_a_changed_rule_looks_only_at_the_fields_it_names(desk: Desk) -> None:
    save(desk, "status", when=["changed"], fields=["status"], then=[tag("moved")])
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        from desk.tickets import assign, set_status

        assign(unit, ticket, "wei")
    assert tags(desk, ticket) == []
    with desk.acting(ANA) as unit:
        set_status(unit, ticket, "pending")
    assert tags(desk, ticket) == ["moved"]


def test_history_never_sets_anything_off(desk: Desk) -> None:
    save(desk, "all", when=["created", "buyer_message", "changed"], then=[tag("seen")])
    ticket = desk.mail(history=True, hours_ago=500).ticket_id
    assert fired(desk, ticket) == [] and tags(desk, ticket) == []


def test_a_failing_act_shows_and_hides_nothing_else(desk: Desk) -> None:
    save(
        desk,
        "two",
        then=[tag("before"), {"do": "assign", "agent": "wei"}, {"do": "checklist", "id": "nowhere"}, tag("after")],
    )
    save(desk, "next", then=[tag("next")])
    ticket = desk.mail().ticket_id
    assert tags(desk, ticket) == ["after", "before", "next"] and desk.ticket(ticket).assignee_id == "wei"
    assert desk.ticket(ticket).needs_review == 1
    event = desk.told(ticket, "rule_fired")[0]
    assert failures(event) == ["There is no checklist nowhere."]
    assert {e.cause_seq for e in desk.told(ticket, "tagged")[:2]} == {event.seq}


def test_shadow_tells_what_would_be_and_changes_nothing(desk: Desk) -> None:
    save(desk, "try", state="shadow", then=[put(priority="urgent"), tag("x"), {"do": "checklist", "id": "nowhere"}])
    ticket = desk.mail().ticket_id
    assert desk.ticket(ticket).priority == 1 and tags(desk, ticket) == [] and desk.ticket(ticket).needs_review == 0
    event = firing(desk, ticket)
    assert event.payload is not None and event.payload["shadow"]
    assert event.payload["acts"][0]["did"] == {"changes": {"priority": [1, 3]}}
    assert failures(event) == ["There is no checklist nowhere."]


def test_a_new_ticket_gets_its_owner_after_the_rules(desk: Desk) -> None:
    save(desk, "german", if_="lang:de", then=[{"do": "assign", "agent": "wei"}])
    ticket = desk.mail(lang="de").ticket_id
    assert desk.ticket(ticket).assignee_id == "wei"
    assert [e.actor.id for e in desk.told(ticket, "assigned")] == ["german"]
    other = desk.mail(lang="en", sender="b@buyer.example").ticket_id
    assert [e.actor.id for e in desk.told(other, "assigned")] == ["router"]


def test_rules_that_undo_each_other_are_stopped_and_named(desk: Desk) -> None:
    save(desk, "a", when=["changed"], if_="status:open", then=[put(status="pending")])
    save(desk, "b", when=["changed"], if_="status:pending", then=[put(status="open")])
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        from desk.tickets import set_status

        set_status(unit, ticket, "open")
    (stopped,) = desk.told(ticket, "rules_stopped")
    assert stopped.payload is not None and stopped.payload["rules"] == ["a", "b", "a"]
    assert desk.ticket(ticket).flagged == 1 and fired(desk, ticket) == ["a", "b"]


def test_a_long_chain_is_cut_at_the_cap_and_named(desk: Desk) -> None:
    for n in range(14, 0, -1):  # each sets off the one above it
        save(desk, f"r{n:02}", when=["changed"], if_=f"tag:t{n}", then=[tag(f"t{n + 1}")])
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        from desk.tickets import tag as tag_it

        tag_it(unit, ticket, add=["t1"])
    (stopped,) = desk.told(ticket, "rules_stopped")
    assert stopped.payload is not None
    assert stopped.payload["rules"] == [f"r{n:02}" for n in range(1, 12)]
    assert fired(desk, ticket) == [f"r{n:02}" for n in range(1, 11)] and desk.ticket(ticket).flagged == 1


def test_a_harmless_second_match_is_no_loop(desk: Desk) -> None:
    save(desk, "a", when=["created", "changed"], then=[tag("a")])
    save(desk, "b", when=["created", "changed"], if_="tag:a", then=[put(priority="high")])
    ticket = desk.mail().ticket_id
    assert fired(desk, ticket) == ["a", "b"] and desk.told(ticket, "rules_stopped") == []


def test_a_warning_and_a_breach_set_rules_off_once(desk: Desk) -> None:
    from desk.sync import timers

    save(desk, "warn", when=["sla_warning"], then=[put(priority="urgent")])
    save(desk, "late", when=["sla_breach"], then=[tag("late")])
    ticket = desk.mail().ticket_id
    clock = min(clocks.of_ticket(desk.store.conn, ticket), key=lambda c: c.due_at)
    desk.clock.at = clock.warn_at
    timers.tick(desk.store, desk.held())
    timers.tick(desk.store, desk.held())
    assert len(desk.told(ticket, "clock_warned")) == 1 and desk.ticket(ticket).priority == 3
    desk.clock.at = clocks.of_ticket(desk.store.conn, ticket)[0].due_at + 1
    timers.tick(desk.store, desk.held())
    assert tags(desk, ticket) == ["late"]
    assert clocks.of_ticket(desk.store.conn, ticket)[0].warned_at is not None


def test_a_query_that_knows_the_time_moves_with_it(desk: Desk) -> None:
    save(desk, "old", when=["changed"], if_="waiting:2h..", then=[tag("old")])
    ticket = desk.mail().ticket_id
    from desk.tickets import assign

    with desk.acting(ANA) as unit:
        assign(unit, ticket, "wei")
    assert tags(desk, ticket) == []
    desk.clock.at += 2 * HOUR
    with desk.acting(WEI) as unit:
        assign(unit, ticket, "ana")
    assert tags(desk, ticket) == ["old"]


acts = st.sampled_from(["red", "blue", "green"]).map(lambda word: tag(word)) | st.sampled_from(
    ["low", "normal", "high", "urgent"]
).map(lambda word: put(priority=word))
conditions = st.sampled_from(["", "tag:red", "not:tag:blue", "priority:high..", "priority:low", "tag:green OR tag:red"])
sets = st.lists(
    st.fixed_dictionaries({
        "when": st.sampled_from([["created"], ["changed"], ["created", "changed"]]), "if_": conditions,
        "then": st.lists(acts, min_size=1, max_size=2), "stop": st.booleans(),
    }),
    min_size=1, max_size=8,
)  # fmt: skip


@given(tables=sets)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_set_of_rules_ends_fires_each_once_and_in_order(desk: Desk, tables: list[dict[str, Any]]) -> None:
    with desk.acting(SYSTEM) as unit:
        for rule in keep.every(unit.conn):
            keep.remove(unit, rule.id)
    for n, table in enumerate(tables):
        save(desk, f"r{n}", **table)
    ticket = desk.mail(sender=f"b{desk.count('ticket')}@buyer.example").ticket_id
    ran = fired(desk, ticket)
    assert len(ran) == len(set(ran)) <= len(tables)
    events = desk.told(ticket, "rule_fired")
    by_cause: dict[int | None, list[str]] = {}
    for event in events:
        assert event.payload is not None
        by_cause.setdefault(event.cause_seq, []).append(event.actor.id)
    assert all(one == sorted(one, key=lambda r: int(r[1:])) for one in by_cause.values())
    stopping = [i for i, r in enumerate(ran) if tables[int(r[1:])]["stop"]]
    assert stopping in ([], [len(ran) - 1])
