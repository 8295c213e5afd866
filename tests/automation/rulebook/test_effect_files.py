"""What a rule changed, and rules as text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.automation.rules import files, keep
from desk.automation.rules.effect import LEAST, Effect, effect, hits
from desk.automation.rules.model import Rule, rule_to_table, rules_from_text
from desk.automation.rules.trial import shop_context
from desk.tickets import set_status
from store.errors import Invalid, NotFound, Refused
from store.values import DAY, HOUR, SYSTEM
from tests.automation.rulebook.helping import Mail, put, rule, tag, write
from tests.automation.rulebook.test_trial import ACTS, CONDITIONS
from tests.desk.small import ANA, Desk


def switch(desk: Desk, ident: str, state: str) -> None:
    with desk.acting(SYSTEM) as unit:
        keep.set_state(unit, ident, state)


def found(desk: Desk, ident: str = "r") -> Effect:
    return effect(desk.store, ident, shop_context(desk.store.conn, desk.clock.at))


def answered(desk: Desk, ticket_id: int, after: int) -> None:
    """As if the first answer had left so long after the buyer wrote."""
    desk.store.conn.execute("UPDATE ticket SET first_reply_at = first_buyer_at + ? WHERE id = ?", (after, ticket_id))


def test_before_and_after(desk: Desk) -> None:
    put(desk, [rule("r", [tag("x")], if_="type:damaged", state="off")])
    for ticket_id in write(desk, [Mail(n, "damaged") for n in range(LEAST)]):
        answered(desk, ticket_id, 4 * HOUR)
    write(desk, [Mail(900, "refund")])
    desk.clock.at += 2 * HOUR
    switch(desk, "r", "on")
    desk.clock.at += HOUR
    ids = write(desk, [Mail(100 + n, "damaged") for n in range(LEAST)])
    for ticket_id in ids:
        answered(desk, ticket_id, HOUR)
    desk.clock.at += DAY
    for ticket_id, states in zip(ids, (["solved"], ["solved", "open"]), strict=False):
        for state in states:
            with desk.acting(ANA) as unit:
                set_status(unit, ticket_id, state)
    seen = found(desk)
    assert seen.before is not None and seen.telling and seen.before.tickets == LEAST == seen.after.tickets
    assert (seen.before.first_response_ms, seen.after.first_response_ms) == (4 * HOUR, HOUR)
    assert (seen.after.solved, seen.after.resolution_ms, seen.after.reopened, seen.after.reopen_share) == (2, DAY, 1, 0.5)
    assert seen.before.solved == 0 and seen.before.reopen_share is None
    assert [n.english() for n in seen.notes] == ["Satisfaction is not measured on this desk."]


def test_few_cases_are_said_to_be_few(desk: Desk) -> None:
    put(desk, [rule("r", [tag("x")])])
    write(desk, [Mail(1)])
    seen = found(desk)
    assert not seen.telling and "Too few" in seen.notes[0].english()


def test_a_rule_that_was_never_on_has_no_effect(desk: Desk) -> None:
    put(desk, [rule("r", [tag("x")], state="shadow")])
    with pytest.raises(Refused):
        found(desk)
    with pytest.raises(NotFound):
        found(desk, "nothing")


def test_a_rule_that_was_switched_off_is_measured_while_it_was_on(desk: Desk) -> None:
    put(desk, [rule("r", [tag("x")])])
    desk.clock.at += HOUR
    write(desk, [Mail(1)])
    desk.clock.at += HOUR
    switch(desk, "r", "off")
    desk.clock.at += DAY
    write(desk, [Mail(2)])
    seen = found(desk)
    assert seen.after.tickets == 1 and seen.disabled_at == desk.clock.at - DAY


def test_a_rule_for_later_moments_has_nothing_to_compare_with(desk: Desk) -> None:
    put(desk, [rule("r", [tag("x")], when=["sla_breach"])])
    assert found(desk).before is None


def test_hits_of_a_week(desk: Desk) -> None:
    put(desk, [rule("r", [tag("x")])])
    write(desk, [Mail(1)])
    desk.clock.at += 8 * DAY
    write(desk, [Mail(2), Mail(3)])
    assert hits(desk.store.conn, ["r", "none"], desk.clock.at) == {"r": 2, "none": 0}


RULES = st.lists(st.builds(
    lambda n, when, then, condition, stop, state, channel, name: rule(
        f"r{n}", then, when=when, if_=condition or "is:open", stop=stop, state=state, name=name,
        **({"channel": channel} if channel else {}), **({"every": "90m"} if "timer" in when else {})),
    st.integers(0, 99), st.sampled_from([["created"], ["buyer_message", "manual"], ["timer"]]),
    st.lists(st.sampled_from(ACTS), min_size=1, max_size=3), st.sampled_from([*CONDITIONS, '"cracked screen" it\'s']),
    st.booleans(), st.sampled_from(["on", "off", "shadow"]), st.sampled_from(["", "mail"]),
    st.sampled_from(["Plain", "Größe „x“", "退货优先", 'with "quotes" and \\ slashes']),
), max_size=5, unique_by=lambda r: r.id)  # fmt: skip


@given(rules=RULES)
def test_what_is_written_reads_back_as_the_same(rules: list[Rule]) -> None:
    text = files.rules_to_text(rules)
    assert rules_from_text(text, "rules.toml") == rules if rules else text == ""
    assert files.rules_to_text(rules_from_text(text, "rules.toml")) == text if rules else True
    tomllib.loads(text)


def test_an_import_puts_everything_back_in_its_order(desk: Desk, tmp_path: Path) -> None:
    put(desk, [rule("a", [tag("x")]), rule("b", [tag("y")], state="shadow"), rule("c", [tag("z")], state="off")])
    text = files.rules_to_text(keep.every(desk.store.conn))
    with desk.acting(SYSTEM) as unit:
        keep.move(unit, "c", 0)
        keep.save(unit, {**rule_to_table(rule("a", [tag("other")])), "state": "off"})
        keep.remove(unit, "b")
    with desk.acting(SYSTEM) as unit:
        files.save_all(unit, text, "rules.toml")
    assert files.rules_to_text(keep.every(desk.store.conn)) == text
    assert [c.kind for c in files.compare(desk.store.conn, text, "rules.toml", desk.clock.at).changes] == ["same"] * 3


def test_a_text_that_is_wrong_changes_nothing_and_names_the_place(desk: Desk) -> None:
    put(desk, [rule("a", [tag("x")])])
    before = files.rules_to_text(keep.every(desk.store.conn))
    bad = before.replace('add = ["x"]', 'add = ["y"]') + '\n[[rule]]\nid = "b"\nwhen = ["created"]\nif = "type:nonsense"\n' \
        '[[rule.then]]\ndo = "flag"\n'  # fmt: skip
    with pytest.raises(Invalid), desk.acting(SYSTEM) as unit:
        files.save_all(unit, bad, "rules.toml")
    assert files.rules_to_text(keep.every(desk.store.conn)) == before
    with pytest.raises(Invalid, match=r"line 11, column 1"):
        rules_from_text(before + '\n[[rule]]\nid = "b"\nwhen = ["created"]\n\n', "rules.toml")
