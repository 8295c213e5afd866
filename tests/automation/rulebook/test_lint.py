"""What is wrong with a rule is said before it meets a buyer: which rule, what it is, what to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import pytest

from desk.automation.rules import lint
from desk.automation.rules.lint import Finding
from desk.automation.rules.model import Rule
from desk.automation.rules.trial import shop_context
from tests.automation.rulebook.helping import Mail, put, rule, tag, write
from tests.desk.small import Desk


def findings(desk: Desk, rules: Sequence[Rule]) -> list[Finding]:
    context = shop_context(desk.store.conn, desk.clock.at)
    return list(lint.check(desk.store.conn, context, date(2026, 11, 22), rules))


def codes(desk: Desk, *rules: Rule) -> list[tuple[str, str]]:
    return [(f.rule, f.code) for f in findings(desk, rules)]


def template(desk: Desk, internal: int = 0, **texts: str) -> None:
    desk.store.conn.execute("INSERT INTO template (id, name, texts, internal) VALUES ('t', 't', ?, ?)",
                            (json.dumps(texts), internal))  # fmt: skip


REPLY = {"do": "reply", "template": "t"}


def test_a_sound_rule_has_no_finding(desk: Desk) -> None:
    write(desk, [Mail(n) for n in range(4)])
    template(desk, en="Hello {{customer.name}}.")
    assert codes(desk, rule("good", [REPLY, {"do": "assign", "agent": "ana", "fallback": "team"}], if_="type:other")) == []


@pytest.mark.parametrize(("first", "second"), [("", "type:damaged"), ("type:damaged", "type:damaged lang:de"),
                                               ("lang:de", "lang:de")])  # fmt: skip
def test_a_rule_behind_one_that_stops_everything_it_is_for_never_runs(desk: Desk, first: str, second: str) -> None:
    found = findings(desk, [rule("a", [tag("x")], if_=first, stop=True), rule("b", [tag("y")], if_=second)])
    assert [(f.rule, f.code) for f in found] == [("b", "unreachable")]
    assert "a stops before it" in found[0].what.english() and "rule move b" in found[0].next.english()


def test_what_can_still_run_is_not_called_unreachable(desk: Desk) -> None:
    stops = rule("a", [tag("x")], if_="type:damaged", stop=True)
    assert codes(desk, stops, rule("b", [tag("y")], if_="lang:de")) == []
    assert codes(desk, rule("a", [tag("x")], stop=True, channel="mail"), rule("b", [tag("y")])) == []
    assert codes(desk, rule("a", [tag("x")], stop=True, state="off"), rule("b", [tag("y")])) == []
    assert codes(desk, rule("a", [tag("x")], stop=True), rule("b", [tag("y")], when=["created", "buyer_message"])) == []


def test_a_stop_act_counts_as_stopping(desk: Desk) -> None:
    assert codes(desk, rule("a", [{"do": "stop"}]), rule("b", [tag("y")])) == [("b", "unreachable")]


def test_names_the_desk_does_not_have(desk: Desk) -> None:
    found = findings(desk, [rule("r", [
        {"do": "reply", "template": "ghost"}, {"do": "assign", "agent": "ghost"}, {"do": "assign", "group": "ghosts"},
        {"do": "field", "id": "colour", "value": "red"}, {"do": "checklist", "id": "steps"},
        {"do": "notify", "target": "phone"}, {"do": "assign", "agent": "ana", "fallback": "nobody9"},
    ])])  # fmt: skip
    said = [f.what.english() for f in found]
    assert all(f.code == "unknown" and f.severity == "error" for f in found)
    for kind, name in (("template", "ghost"), ("agent", "ghost"), ("group", "ghosts"), ("field", "colour"),
                       ("checklist", "steps"), ("notice target", "phone"), ("agent or group", "nobody9")):  # fmt: skip
        assert any(f"no {kind} {name}" in text for text in said), (kind, name, said)


def test_a_condition_that_does_not_compile(desk: Desk) -> None:
    assert codes(desk, rule("r", [tag("x")], if_="assignee:ghost")) == [("r", "condition")]


def test_a_gap_that_stays_empty_is_counted_on_the_desks_own_tickets(desk: Desk) -> None:
    write(desk, [Mail(n) for n in range(3)])
    template(desk, en="Your parcel {{shipment.tracking}} is on its way.")
    (found,) = findings(desk, [rule("r", [REPLY])])
    assert (found.code, found.severity) == ("missing", "error")
    assert "3 of 3" in found.what.english() and "shipment.tracking" in found.what.english()


def test_an_unknown_variable(desk: Desk) -> None:
    template(desk, en="Hello {{custmer.name}}.")
    assert ("r", "variable") in codes(desk, rule("r", [REPLY]))


def test_languages_the_buyers_write_and_the_template_lacks(desk: Desk) -> None:
    write(desk, [Mail(1, lang="de"), Mail(2, lang="de-AT"), Mail(3, lang="fr"), Mail(4), Mail(5, lang="zh-CN")])
    template(desk, en="Hello.", **{"zh-TW": "您好。"})
    (found,) = findings(desk, [rule("r", [REPLY])])
    assert found.code == "language" and "de (2)" in found.what.english() and "fr" not in found.what.english().split("write")[1]
    assert codes(desk, rule("r", [REPLY], if_="not:lang:de")) == []


def test_what_a_marketplace_forbids(desk: Desk) -> None:
    desk.store.conn.execute("UPDATE channel SET platform = 'ebay' WHERE id = 'second'")
    template(desk, en="See www.shop.example or write to care@shop.example.")
    assert ("r", "banned") in codes(desk, rule("r", [REPLY], channel="second"))
    assert codes(desk, rule("r", [REPLY], channel="mail")) == []


def test_a_template_for_the_team_is_no_reply(desk: Desk) -> None:
    template(desk, 1, en="Only us.")
    assert codes(desk, rule("r", [REPLY])) == [("r", "internal")]


def test_a_reply_to_our_own_reply_is_a_loop(desk: Desk) -> None:
    template(desk, en="Hello.")
    assert codes(desk, rule("r", [REPLY], when=["agent_reply"])) == [("r", "reply-loop")]


def test_money_on_what_does_not_hold(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from desk.automation.rules import registry
    from desk.automation.rules.registry import Effect

    kind = registry.ActKind("pay", "", lambda t: {}, lambda d, a: None, lambda a: Effect(money=True))
    monkeypatch.setitem(registry.ACTS, "pay", kind)
    assert codes(desk, rule("r", [{"do": "pay"}], if_="type:damaged not:tag:vip")) == [("r", "negated-money")]
    assert codes(desk, rule("r", [{"do": "pay"}], if_="type:damaged")) == []
    assert codes(desk, rule("r", [{"do": "pay"}])) == [("r", "unconditional-money")]


def test_dates_that_are_over(desk: Desk) -> None:
    assert codes(desk, rule("r", [tag("x")], until="2026-11-21")) == [("r", "expired")]
    assert codes(desk, rule("r", [tag("x")], until="2026-11-22")) == []
    assert codes(desk, rule("r", [tag("x")], until="2026-11-21", state="off")) == []


def test_rules_of_the_desk_are_checked_and_can_be_picked(desk: Desk) -> None:
    put(desk, [rule("a", [{"do": "assign", "agent": "ghost"}]), rule("b", [{"do": "assign", "agent": "ghost"}])])
    desk.store.conn.execute("INSERT INTO rule (id, name, position, body) VALUES ('odd', 'odd', 9, ?)",
                            (json.dumps({"name": "odd", "when": ["created"], "then": [{"do": "dance"}]}),))  # fmt: skip
    context, today = shop_context(desk.store.conn, desk.clock.at), date(2026, 11, 22)
    assert {f.rule for f in lint.lint(desk.store.conn, context, today)} == {"a", "b", "odd"}
    assert {(f.rule, f.code) for f in lint.lint(desk.store.conn, context, today, ["odd"])} == {("odd", "unreadable")}
