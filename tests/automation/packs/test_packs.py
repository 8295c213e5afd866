"""Packs as they ship, and enabling and disabling them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.sandbox.world import make_world
from desk import groups, practice, template_book
from desk.automation import packs
from desk.automation.pack_form import gaps, pack_from
from desk.automation.rules import keep
from desk.automation.rules.causes import Cause
from desk.automation.rules.lint import lint
from desk.automation.rules.run import Chain
from desk.automation.rules.trial import shop_context
from desk.clocks.keep_setup import policy_table
from desk.reason import reason_from
from store.errors import Invalid, NotFound, Refused
from store.values import SYSTEM
from tests.automation.packs.kit import ANSWERS, enable, order, tags, write
from tests.desk.small import Desk
from tests.practice.conftest import NOON, new_store

ALL = tuple(packs.shipped_packs())


def _no_choice(desk: Desk, pack: str) -> list[str]:
    return [m.choice.id for m in packs.plan(desk.store.conn, pack, {}).chosen.missing]


@pytest.mark.parametrize("pack", ALL)
def test_it_is_whole_and_speaks_both_languages(desk: Desk, pack: str) -> None:
    found = packs.need(pack)
    for texts in (found.names, found.about, *(c.names for c in found.choices), *found.texts.values(),
                  *(rule["names"] for rule in found.rules)):  # fmt: skip
        assert set(texts) == {"en", "zh_CN"} and all(texts.values())
    used = gaps(found.rules) | {g.choice for g in found.groups} | {c.other for c in found.choices if c.other}
    assert {c.id for c in found.choices} - used <= {"from", "until"}, "every choice is for something"
    assert set(found.texts) <= used
    for template in found.templates:
        assert template_book.need(desk.store.conn, template)
    assert enable(desk, pack).rules


@pytest.mark.parametrize("pack", ALL)
def test_lint_has_nothing_to_say(desk: Desk, pack: str) -> None:
    for number, type_ in enumerate(("damaged", "not_received", "other")):
        write(desk, type_, about=order(desk, f"L-{number}", total=900, shipped=-3, eta=2))
    enable(desk, pack)
    found = lint(desk.store.conn, shop_context(desk.store.conn, desk.clock.now()), date(2026, 11, 17))
    assert [f"{f.rule}: {f.what.english()}" for f in found] == []


@pytest.mark.parametrize("pack", ALL)
def test_enabling_again_changes_nothing_and_disabling_leaves_nothing_on(desk: Desk, pack: str) -> None:
    team = [groups.table_of(g) for g in groups.every(desk.store.conn)]
    first = enable(desk, pack)
    before = desk.count("event")
    again = enable(desk, pack)
    assert desk.count("event") == before
    assert [r.id for r in again.rules] == [r.id for r in first.rules] and not again.groups and not again.policies
    assert packs.standing(desk.store.conn, pack).state == "on"
    with desk.acting(SYSTEM) as unit:
        assert packs.disable(unit, pack) == tuple(r.id for r in first.rules)
    assert packs.standing(desk.store.conn, pack).state == "off"
    assert [groups.table_of(g) for g in groups.every(desk.store.conn)] == team
    assert not any(policy_table(desk.store.conn, p)["enabled"] for p in packs.need(pack).policies)
    enable(desk, pack)
    assert packs.standing(desk.store.conn, pack).state == "on"


@pytest.mark.parametrize("state", ["off", "shadow", "on"])
def test_rules_come_in_the_state_asked_for(desk: Desk, state: str) -> None:
    enable(desk, "acknowledge", state)
    found = write(desk)
    assert [r.state for r in keep.every(desk.store.conn)] == [state]
    assert len(desk.told(found, "rule_fired")) == (state != "off")
    assert desk.count("outbox") == (state == "on") and bool(tags(desk, found)) == (state == "on")


def test_rules_run_in_the_order_of_the_packs_however_they_came(desk: Desk) -> None:
    with desk.acting(SYSTEM) as unit:
        keep.save(unit, {"id": "mine", "when": ["manual"], "then": [{"do": "flag"}]})
    for pack in reversed(ALL):
        enable(desk, pack)
    ids = [r.id for r in keep.every(desk.store.conn)]
    assert ids[0] == "mine"
    assert ids[1:] == [ident for pack in ALL for ident in packs.need(pack).rule_ids]


@pytest.mark.parametrize(
    ("pack", "choices", "said"),
    [
        ("key-buyers", {}, "person"),
        ("promotion", {}, "from, until, weights"),
        ("key-buyers", {"person": "nobody"}, "nobody"),
        ("dispatch-type", {"grop": "senior"}, "grop"),
        ("dispatch-senior", {"high_value": "200"}, "200"),
        ("small-refund", {"share": "0%"}, "0%"),
        ("promotion", {"from": "soon"}, "soon"),
        ("promotion", {"from": "2026-11-01", "until": "2026-11-02", "weights": "max:1"}, "max:1"),
        ("acknowledge", {"platforms": "email,amazon"}, "amazon"),
        ("dispatch-country", {"regions": "DACH:berlin"}, "berlin"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_said_and_nothing_is_changed(
    desk: Desk, pack: str, choices: dict[str, str], said: str
) -> None:
    before = desk.count("event")
    with pytest.raises((Invalid, Refused)) as error, desk.acting(SYSTEM) as unit:
        packs.enable(unit, pack, choices)
    assert said in error.value.english()
    assert desk.count("event") == before and desk.count("rule") == 0


def test_without_its_group_it_says_which_to_choose(desk: Desk) -> None:
    with desk.acting(SYSTEM) as unit:
        groups.remove(unit, "after_sales")
    with pytest.raises(Refused) as error, desk.acting(SYSTEM) as unit:
        packs.enable(unit, "dispatch-type", {})
    assert "group" in error.value.english() and "senior" in error.value.english()
    assert enable(desk, "dispatch-type", group="senior").chosen.values["group"] == "senior"


def test_without_its_template_it_is_refused(desk: Desk) -> None:
    with desk.acting(SYSTEM) as unit:
        unit.conn.execute("DELETE FROM template WHERE id = 'ack'")
    with pytest.raises(Refused, match="ack"), desk.acting(SYSTEM) as unit:
        packs.enable(unit, "acknowledge", {})


def test_what_was_chosen_is_kept_and_what_is_left_open_is_left_out(desk: Desk) -> None:
    enable(desk, "dispatch-type", logistics="logistics", size="senior")
    enable(desk, "dispatch-type", size="after_sales")
    values = packs.standing(desk.store.conn, "dispatch-type").chosen
    assert (values["logistics"], values["size"]) == ("logistics", "after_sales")
    with desk.acting(SYSTEM) as unit:  # a group a rule names cannot be removed any more; older desks may have done it
        unit.conn.execute("DELETE FROM agent_group WHERE id = 'experts'")
    with pytest.raises(Invalid, match="experts"):
        packs.plan(desk.store.conn, "dispatch-type", {})
    with desk.acting(SYSTEM) as unit:
        packs.disable(unit, "dispatch-type")
    assert "stuck.senior" in [r.id for r in packs.plan(desk.store.conn, "stuck", {}).rules]


def test_a_setting_somebody_changed_since_is_left_alone(desk: Desk) -> None:
    enable(desk, "dispatch-country")
    with desk.acting(SYSTEM) as unit:
        groups.save(unit, "after_sales", {"countries": ["FR"]})
        packs.disable(unit, "dispatch-country")
    found = groups.get(desk.store.conn, "after_sales")
    assert found is not None and found.countries == ("FR",)


def test_notes_and_tasks_are_in_the_language_of_whoever_enables(desk: Desk) -> None:
    with desk.acting(SYSTEM) as unit:
        packs.enable(unit, "sla", {}, language="zh_CN")
    act = next(a for r in keep.every(desk.store.conn) for a in r.then if a.do == "notify")
    assert act.args["text"] == "此工单时限将到"
    assert keep.one(desk.store.conn, "sla.warning").title("zh_CN").startswith("时限将到")


def test_unknown_packs_and_gaps_are_refused() -> None:
    with pytest.raises(NotFound, match="acknowledge"):
        packs.need("acknowledg").name("en") or None
    table: dict[str, Any] = {
        "id": "p", "place": 1, "names": {"en": "P"}, "about": {"en": "P"},
        "rule": [{"id": "a", "when": ["created"], "then": [{"do": "assign", "group": "<nobody>"}]}],
    }  # fmt: skip
    with pytest.raises(Invalid, match="nobody"):
        pack_from(table)


def test_all_packs_at_once_on_the_practice_shop_make_no_loop_and_explain_themselves(tmp_path: Any) -> None:
    world = make_world(5, NOON, conversations=120)
    store = new_store(tmp_path / "desk", NOON)
    practice.furnish(store, world, NOON)
    with store.write(SYSTEM) as unit:
        have = {g.id for g in groups.every(unit.conn)}
        for ident, agent in (("after_sales", "ana"), ("senior", "tom"), ("experts", "wei"), ("logistics", "tom")):
            if ident not in have:
                groups.save(unit, ident, {"members": {agent: 1}})
        for pack in ALL:
            given = {**ANSWERS.get(pack, {}), **({"person": "ana"} if pack == "key-buyers" else {})}
            if pack == "promotion":
                given["weights"] = "ana:3,wei:1"
            packs.enable(unit, pack, given)
    last = store.conn.execute("SELECT max(seq) FROM event").fetchone()[0]
    with store.write(SYSTEM) as unit:
        tickets = [row[0] for row in unit.conn.execute("SELECT id FROM ticket WHERE is_open = 1 ORDER BY id")]
        for ticket_id in tickets:
            chain = Chain(unit)
            for rule in chain.book.rules:
                if chain.book.holds(unit.conn, rule, ticket_id, unit.now):
                    chain.fire(replace(rule), ticket_id, Cause(0, rule.when[0]))
            told = list(unit.told)
            unit.told.clear()
            chain.go_on(told)
            unit.told.clear()
    rows = store.conn.execute(
        "SELECT seq, verb, actor_kind, actor_id, cause_seq, payload FROM event WHERE seq > ?", (last,)
    ).fetchall()
    known = {r.id: r.version for r in keep.every(store.conn)}
    assert not [r for r in rows if r[1] == "rules_stopped"]
    fired = {seq: json.loads(p) for seq, verb, *_rest, p in rows if verb == "rule_fired"}
    assert len(fired) > 50
    assert all(known[f["rule"]] == f["version"] and f["when"] for f in fired.values())
    failed = [reason_from(x["why"]).english() for f in fired.values() for x in f["failed"]]
    assert all("cap" in text or "no value" in text for text in failed), failed
    for _seq, verb, kind, actor, cause, payload in rows:
        if kind == "rule" and actor != "router" and verb != "rule_fired":
            assert cause in fired, (verb, payload)
        if verb == "assigned" and json.loads(payload)["changes"].get("assignee_id", [0, None])[1]:
            assert json.loads(payload)["why"]["text"]
    sql = "SELECT ticket_id FROM outbox WHERE automatic = 1 GROUP BY ticket_id HAVING count(*) > 1"
    assert store.conn.execute(sql).fetchall() == []
    store.close()
