"""A dry run says what rules would do: exactly that, and without doing anything."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.automation.rules.model import Rule
from store.errors import Invalid, NotFound
from store.values import DAY, HOUR, SYSTEM
from tests.automation.rulebook.helping import Mail, dry, live, put, rule, tag, trial, write
from tests.desk.small import ANA, Desk


def test_totals_and_tickets(desk: Desk) -> None:
    ids = write(desk, [Mail(1, "damaged"), Mail(2, "damaged", "de"), Mail(3, "refund")])
    found = trial(desk, [rule("first", [{"do": "set", "priority": "high"}, tag("broken")], if_="type:damaged"),
                         rule("german", [{"do": "assign", "agent": "wei"}], if_="lang:de")])  # fmt: skip
    assert (found.arrived, found.tickets, found.touched) == (3, 3, 2)
    assert found.rules["first"].matched == 2 and found.rules["german"].assigned == {"wei": 1}
    one, two = found.differences
    assert (one.ticket_id, one.rules, dict(one.changes), one.tags) == (ids[0], ("first",), {"priority": (1, 2)}, ("+broken",))
    assert two.rules == ("first", "german") and two.changes["assignee_id"] == (None, "wei")


def test_nothing_is_written_and_nothing_sent(desk: Desk) -> None:
    write(desk, [Mail(n, "damaged") for n in range(5)])
    before = _content(desk)
    trial(desk, [rule("all", [{"do": "set", "type": "refund"}, tag("x"), {"do": "assign", "agent": "ana"},
                              {"do": "reply", "template": "ack"}, {"do": "note", "text": "hello"}])])  # fmt: skip
    assert _content(desk) == before


def _content(desk: Desk) -> str:
    """Everything in the desk's tables."""
    conn, digest = desk.store.conn, hashlib.sha256()
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'message_fts%'"):
        digest.update(repr(conn.execute(f"SELECT * FROM {name}").fetchall()).encode())
    return digest.hexdigest()


def test_the_connection_of_a_dry_run_cannot_write_the_desk(desk: Desk) -> None:
    with desk.store.aside() as conn, pytest.raises(Exception, match=r"not authorized|prohibited"):
        conn.execute("UPDATE main.ticket SET priority = 3")


def test_it_does_not_wait_for_a_writer_nor_make_one_wait(desk: Desk) -> None:
    write(desk, [Mail(1, "damaged")])
    with desk.acting(ANA) as unit:  # somebody holds the one write lock
        unit.append("noted", {}, ticket_id=1)
        seen: list[int] = []
        found = trial(desk, [rule("all", [tag("x")])], progress=lambda done, of: not seen.append(done))
    assert found.touched == 1 and seen == [1]


def test_earlier_acts_are_seen_by_later_rules_and_stopping_ends_it(desk: Desk) -> None:
    write(desk, [Mail(1, "damaged"), Mail(2, "refund")])
    found = trial(desk, [
        rule("mark", [tag("vip")], if_="type:damaged"),
        rule("vip", [{"do": "set", "priority": "urgent"}], if_="tag:vip", stop=True),
        rule("urgent", [tag("never")], if_="is:urgent"),
        rule("rest", [tag("rest")]),
    ])  # fmt: skip
    assert {k: t.matched for k, t in found.rules.items()} == {"mark": 1, "vip": 1, "urgent": 0, "rest": 1}


def test_a_rule_that_waits_for_a_change_is_set_off_by_one(desk: Desk) -> None:
    write(desk, [Mail(1, "damaged"), Mail(2, "refund")])
    found = trial(desk, [rule("after", [tag("retyped")], when=["changed"], fields=["type"]),
                         rule("retype", [{"do": "set", "type": "defective"}], if_="type:damaged")])  # fmt: skip
    assert found.rules["after"].matched == 1 and found.differences[0].rules == ("retype", "after")


def test_a_rule_in_shadow_finds_its_tickets_and_does_nothing(desk: Desk) -> None:
    write(desk, [Mail(1, "damaged")])
    found = trial(desk, [rule("shade", [tag("x")], state="shadow"), rule("sees", [tag("y")], if_="tag:x")])
    assert found.rules["shade"].matched == 1 and not found.rules["shade"].tagged and found.rules["sees"].matched == 0


def test_only_the_rules_asked_for_are_told(desk: Desk) -> None:
    write(desk, [Mail(1, "damaged"), Mail(2, "refund")])
    found = trial(desk, [rule("a", [tag("x")]), rule("b", [tag("y")], if_="tag:x type:refund")], asked=["b"])
    assert list(found.rules) == ["b"] and found.touched == 1 and found.total().tagged == {"y": 1}


def test_tickets_are_tried_as_they_arrived_not_as_they_are(desk: Desk) -> None:
    from desk.changes import change

    (ticket_id,) = write(desk, [Mail(1, "damaged", urgency=2)])
    with desk.acting(ANA) as unit:
        change(unit, ticket_id, {"type": "refund", "priority": 0, "status": "solved", "tags": ["done"], "assignee_id": "wei"})
    desk.clock.at += 30 * DAY
    found = trial(desk, [rule("was", [tag("x")], if_="type:damaged is:urgent is:new is:unassigned tag:none created:-1h..")])
    assert found.touched == 1


def test_times_are_counted_from_the_arrival(desk: Desk) -> None:
    write(desk, [Mail(1)])
    desk.clock.at += 10 * DAY
    rules = [rule("fresh", [tag("x")], if_="waiting:..1h created:-1d.."), rule("old", [tag("y")], if_="waiting:1d.."),
             rule("dated", [tag("z")], if_="created:2026-11-17"), rule("due", [tag("d")], if_="due:..5d"),
             rule("overdue", [tag("o")], if_="is:overdue")]  # fmt: skip
    found = trial(desk, rules)
    assert {k: t.matched for k, t in found.rules.items()} == {"fresh": 1, "old": 0, "dated": 1, "due": 1, "overdue": 0}


def test_the_window_is_days_back(desk: Desk) -> None:
    write(desk, [Mail(1)])
    desk.clock.at += 5 * DAY + HOUR
    write(desk, [Mail(2)])
    assert trial(desk, [rule("all", [tag("x")])], days=5).arrived == 1
    assert trial(desk, [rule("all", [tag("x")])], days=6).arrived == 2
    with pytest.raises(Invalid):
        trial(desk, [], days=0)


def test_imported_history_is_tried_like_anything_else(desk: Desk) -> None:
    write(desk, [Mail(1, "damaged")], history=True)
    found = trial(desk, [rule("all", [tag("x")], when=["buyer_message"], if_="is:new")])
    assert found.touched == 1


def test_it_can_be_broken_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from desk.automation.rules import trial_desk

    monkeypatch.setattr(trial_desk, "CHUNK", 2)
    write(desk, [Mail(n) for n in range(7)])
    seen: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> bool:
        seen.append((done, of))
        return done < 4

    found = trial(desk, [rule("all", [tag("x")])], progress=progress)
    assert seen == [(2, 7), (4, 7)] and found.stopped and (found.tickets, found.touched) == (4, 4)
    assert trial(desk, [rule("all", [tag("x")])]).tickets == 7


def test_what_cannot_be_tried_is_said(desk: Desk) -> None:
    write(desk, [Mail(1)])
    found = trial(desk, [rule("late", [tag("x")], when=["sla_breach"])])
    assert "cannot be tried" in found.not_tried["late"].english() and found.touched == 0


def test_a_rule_that_does_not_compile_is_named_or_left_out(desk: Desk) -> None:
    write(desk, [Mail(1)])
    bad = rule("bad", [tag("x")], if_="assignee:nobodyhere")
    with pytest.raises(Invalid):
        trial(desk, [bad], asked=["bad"])
    found = trial(desk, [bad, rule("good", [tag("y")])], asked=["good"])
    assert found.touched == 1 and "bad" in found.notes[0].english()


def test_a_reply_that_would_not_leave_is_counted_apart(desk: Desk) -> None:
    write(desk, [Mail(1), Mail(2, automatic="bulk")])
    found = trial(desk, [rule("answer", [{"do": "reply", "template": "ack"}])])
    assert found.total().replied == {"ack": 1} and found.total().held_back == {"no person wrote it": 1}


def test_money_is_added_up_per_currency(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from desk.automation.rules import registry
    from desk.automation.rules.registry import Effect
    from desk.automation.rules.trial_result import COSTS
    from store.values import Money

    monkeypatch.setattr(registry, "ACTS", registry.ACTS)  # put back what is registered here
    monkeypatch.setitem(registry.ACTS, "pay", registry.ActKind("pay", "", lambda t: {}, lambda d, a: None,
                                                               lambda a: Effect(money=True)))  # fmt: skip
    monkeypatch.setitem(COSTS, "pay", lambda args, total: Money(total.currency, total.minor // 2) if total else None)
    ids = write(desk, [Mail(1), Mail(2), Mail(3)])
    for n, (ticket_id, currency) in enumerate(zip(ids, ("EUR", "EUR", ""), strict=True)):
        if currency:
            row = desk.store.conn.execute(
                "INSERT INTO orders (channel_id, number, number_key, placed_at, currency, total_minor) "
                "VALUES ('mail', ?, ?, 0, ?, 1000)", (str(n), str(n), currency)).lastrowid  # fmt: skip
            desk.store.conn.execute("INSERT INTO ticket_order (ticket_id, order_id) VALUES (?, ?)", (ticket_id, row))
    total = trial(desk, [rule("half", [{"do": "pay"}])]).total()
    assert (total.refunded, total.money) == (2, {"EUR": 1000})


def test_the_window_of_a_dated_rule_holds_unless_it_is_the_one_asked_for(desk: Desk) -> None:
    write(desk, [Mail(1)])
    dated = rule("sale", [tag("x")], **{"from": "2027-01-01", "until": "2027-01-09"})
    assert trial(desk, [dated]).touched == 0
    asked = trial(desk, [dated], asked=["sale"])
    assert asked.touched == 1 and "dates" in asked.notes[0].english()


# The same as the real thing ---------------------------------------------------------------------------

MAILS = st.lists(st.builds(
    Mail, number=st.integers(1, 9_999), type=st.sampled_from(["damaged", "refund", "other", "shipping_status"]),
    lang=st.sampled_from(["en", "de", "zh-CN", ""]), urgency=st.sampled_from([0, 0, 2]),
    text=st.sampled_from(["It arrived broken", "Where is my parcel?", "我的包裹在哪里", "refund please"]),
    automatic=st.sampled_from(["", "", "", "bulk"]), channel=st.sampled_from(["mail", "mail", "second"]),
), min_size=1, max_size=8, unique_by=lambda m: m.number)  # fmt: skip

CONDITIONS = ["", "type:damaged", "lang:de", "lang:none", "priority:high..", "tag:vip", "not:tag:vip", "broken", "包裹",
              "is:unassigned", "assignee:ana", "is:new", "waiting:..1h", "waiting:1h..", "created:-1d..", "is:review",
              "status:open OR lang:de", "due:..2d", "is:automatic", "customer:b1", "(type:refund OR broken) not:lang:de",
              "is:snoozed", "messages:1", "channel:second", "has:due", "cause:none"]  # fmt: skip
SETS = [{"do": "set", "priority": p} for p in ("low", "high", "urgent")]
ACTS: list[dict[str, Any]] = [
    *SETS, {"do": "set", "status": "open"}, {"do": "set", "status": "on_hold"}, {"do": "set", "type": "defective"},
    tag("vip"), tag("late", "vip"), {"do": "tag", "remove": ["vip"]}, {"do": "assign", "agent": "ana"},
    {"do": "assign", "agent": "wei"}, {"do": "assign", "agent": "ghost"}, {"do": "flag"}, {"do": "unflag"},
    {"do": "snooze", "until": "2h"}, {"do": "note", "text": "look"}, {"do": "reply", "template": "ack"}, {"do": "stop"},
]  # fmt: skip
ARRIVING = st.builds(
    lambda when, then, condition, stop, state: {"when": when, "then": then, "if_": condition, "stop": stop, "state": state},
    st.sampled_from([["created"], ["buyer_message"], ["created", "buyer_message"]]),
    st.lists(st.sampled_from(ACTS), min_size=1, max_size=3), st.sampled_from(CONDITIONS), st.booleans(),
    st.sampled_from(["on", "on", "on", "shadow"]),
)  # fmt: skip
FOLLOWING = st.builds(
    lambda fields, then, condition: {"when": ["changed"], "fields": fields, "then": then, "if_": condition},
    st.sampled_from([["priority"], ["status", "type"]]),
    st.lists(st.sampled_from([tag("followed"), {"do": "flag"}]), min_size=1, max_size=2), st.sampled_from(CONDITIONS),
)  # fmt: skip
RULES = st.lists(st.one_of(ARRIVING, ARRIVING, FOLLOWING), min_size=1, max_size=6)


@settings(max_examples=40)
@given(mails=MAILS, tables=RULES)
def test_a_dry_run_is_what_the_desk_does_when_the_same_mail_arrives(mails: list[Mail], tables: list[dict[str, Any]]) -> None:
    rules: list[Rule] = [rule(f"r{n}", **table) for n, table in enumerate(tables)]
    with tempfile.TemporaryDirectory() as folder:
        acting, quiet = Desk(Path(folder) / "acting"), Desk(Path(folder) / "quiet")
        try:
            put(acting, rules)
            write(acting, mails)
            write(quiet, mails)
            quiet.clock.at += DAY
            assert dry(trial(quiet, rules)) == live(acting)
        finally:
            acting.close()
            quiet.close()


def test_an_unknown_rule_is_not_found(desk: Desk) -> None:
    from desk.automation.rules import keep

    with pytest.raises(NotFound), desk.acting(SYSTEM) as unit:
        keep.set_state(unit, "nothing", "on")
