"""Saving rules: what is wrong is refused by line, column and key, and what was in force stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import versions
from desk.automation.rules import keep
from desk.automation.rules.model import TRIGGERS, rule_from, rule_to_table, rules_from_text
from store.errors import DeskError, Invalid, NotFound
from store.values import SYSTEM
from tests.automation.rules.kit import fired, put, save, tag, tags
from tests.desk.small import Desk

TEXT = """
[[rule]]
id = "one"
name = "One"
when = ["created"]
if = "type:damaged"
[[rule.then]]
do = "tag"
add = ["x"]

[[rule]]
id = "two"
when = ["created"]
if = "is:open"
[[rule.then]]
do = "tag"
add = ["x"]
[[rule.then]]
do = "set"
status = "pendin"
"""


def test_wrong_values_are_told_by_line_and_column() -> None:
    with pytest.raises(Invalid) as told:
        rules_from_text(TEXT, "rules.toml")
    assert told.value.english().startswith("rules.toml, line 20, column 11: two: then[2].status cannot be 'pendin'.")
    assert "pending" in told.value.english()
    with pytest.raises(Invalid) as told:
        rules_from_text(TEXT.replace("is:open", "is:open (").replace('pendin"', 'open"'), "rules.toml")
    assert "line 14, column 15" in told.value.english()
    with pytest.raises(Invalid) as told:
        rules_from_text("id = \n", "x")
    assert told.value.gaps["line"] == 1


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"id": "A B"}, "id"),
        ({"when": []}, "when"),
        ({"when": ["creatd"]}, "when"),
        ({"then": []}, "then"),
        ({"then": [{"do": "fly"}]}, "then[1].do"),
        ({"then": [{"do": "set"}]}, "then[1].type, priority, status"),
        ({"then": [{"do": "tag", "add": ["x"], "ad": 1}]}, "then[1].ad"),
        ({"then": [{"do": "assign", "agent": "ana", "strategy": "random"}]}, "then[1].strategy"),
        ({"then": [{"do": "snooze", "until": "someday"}]}, "then[1].until"),
        ({"when": ["timer"], "if": "is:open"}, "every"),
        ({"when": ["timer"], "every": "1s", "if": "is:open"}, "every"),
        ({"when": ["timer"], "every": "1h"}, "if"),
        ({"fields": ["status"]}, "fields"),
        ({"from": "2026-12-01", "until": "2026-11-01"}, "until"),
        ({"from": "soon"}, "from"),
        ({"stop": "yes"}, "stop"),
        ({"iff": "is:open"}, "iff"),
        ({"state": "maybe"}, "state"),
        ({"name": "x" * 20_000}, "name"),
    ],
)
def test_every_wrong_key_is_named(table: dict[str, object], key: str) -> None:
    with pytest.raises(Invalid) as told:
        rule_from({"id": "r", "when": ["created"], "then": [tag("x")], **table})
    assert told.value.gaps["key"] == key
    assert told.value.english()


def test_the_old_rule_stays_in_force_when_the_new_one_is_refused(desk: Desk) -> None:
    save(desk, "one", then=[tag("old")])
    for wrong in ({"if_": "assignee:nobdy"}, {"if_": "assignee:me"}, {"channel": "gone"}, {"if_": "typ:x"}):
        with pytest.raises(DeskError):
            save(desk, "one", then=[tag("new")], **wrong)
    assert tags(desk, desk.mail().ticket_id) == ["old"]


def test_every_saving_is_a_version_that_can_come_back(desk: Desk) -> None:
    save(desk, "one", then=[tag("a")])
    save(desk, "one", then=[tag("b")])
    assert save(desk, "one", then=[tag("b")]).version == 2  # nothing new, no version
    with desk.acting(SYSTEM) as unit:
        assert keep.restore(unit, "one", 1).version == 3
    assert tags(desk, desk.mail().ticket_id) == ["a"]
    assert [v.number for v in versions.history(desk.store.conn, "rule", "one")] == [3, 2, 1]


def test_on_off_order_and_removal_are_in_force_at_once(desk: Desk) -> None:
    save(desk, "one", then=[tag("a")])
    save(desk, "two", then=[tag("b")])
    with desk.acting(SYSTEM) as unit:
        keep.arrange(unit, ["two", "one"])
    assert [r.id for r in keep.every(desk.store.conn)] == ["two", "one"]
    with desk.acting(SYSTEM) as unit:
        keep.set_state(unit, "two", "off")
    assert fired(desk, desk.mail().ticket_id) == ["one"]
    with desk.acting(SYSTEM) as unit:
        keep.remove(unit, "one")
    assert fired(desk, desk.mail(sender="b@buyer.example").ticket_id) == []
    with pytest.raises(NotFound, match="two"), desk.acting(SYSTEM) as unit:
        keep.set_state(unit, "tow", "on")


def test_a_rule_whose_agent_left_is_passed_over_and_the_others_run(desk: Desk) -> None:
    save(desk, "gone", if_="assignee:wei", when=["changed"], then=[tag("wei")])
    save(desk, "here", then=[tag("here")])
    desk.store.conn.execute("UPDATE agent SET active = 0 WHERE id = 'wei'")
    assert tags(desk, desk.mail().ticket_id) == ["here"]


def test_no_keyword_stalls_intake(desk: Desk) -> None:
    save(desk, "long", if_='"' + "ab " * 2_000 + '"', then=[tag("x")])
    save(desk, "evil", if_='"' + "(a+)+$" * 500 + '" OR ' + " OR ".join(["a*"] * 100), then=[tag("y")])
    begun = time.process_time()
    ticket = desk.mail(text="a" * 30_000 + "!").ticket_id
    assert time.process_time() - begun < 1.5
    assert tags(desk, ticket) == ["y"]


whens = st.lists(st.sampled_from([w for w in TRIGGERS if w != "timer"]), min_size=1, max_size=3, unique=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).map(str.strip)
tables = st.fixed_dictionaries(
    {"id": st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,10}", fullmatch=True), "when": whens,
     "then": st.lists(st.sampled_from([tag("x"), put(status="open"), {"do": "flag"}, {"do": "note", "text": "Look"}]),
                      min_size=1, max_size=3)},
    optional={"name": texts.filter(bool), "stop": st.booleans(), "from": st.dates().map(str), "channel": st.just("mail"),
              "names": st.just({"de": "Regel"}),
              "if": st.sampled_from(["is:open", "lang:de (type:refund OR 包)"])},
)  # fmt: skip


@given(table=tables)
def test_a_rule_written_back_reads_the_same(table: dict[str, object]) -> None:
    rule = rule_from(table)
    assert rule_from(rule_to_table(rule)) == rule
    assert [a.args for a in rule_from(rule_to_table(rule)).then] == [a.args for a in rule.then]


def test_an_act_in_one_line_is_found_by_its_place_too() -> None:
    text = 'id = "r"\nname = "R"\nwhen = ["created"]\nthen = [ { do = "tag", add = ["x"] }, { do = "asign" } ]\n'
    with pytest.raises(Invalid) as caught:
        rules_from_text(text, "r.toml")
    assert "r.toml, line 4, column 47" in caught.value.english()
