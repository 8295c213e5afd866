"""`deskhand rule`: rules tried before they act, kept as text, looked back on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli, line, write_lines

RULES = """
[[rule]]  # a comment
id = "broken"
name = "Broken things first"
when = ["created"]
if = "broken"
[[rule.then]]
do = "set"
priority = "high"
[[rule.then]]
do = "tag"
add = ["broken"]

[[rule]]
id = "invoice"
when = ["created"]
if = "invoice"
[[rule.then]]
do = "assign"
agent = "bo"
"""
ALWAYS = "--days", "3000"  # the tickets of `shop` are of 2023


@pytest.fixture
def ruled(shop: Cli, tmp_path: Path) -> Cli:
    """The desk with three tickets and two rules that are off."""
    (tmp_path / "rules.toml").write_text(RULES, "utf-8")
    added = shop("rule", "add", tmp_path / "rules.toml", "--json")
    assert added.code == 0, added.err
    assert [(r["id"], r["change"], r["state"]) for r in added.json["rules"]] == [
        ("broken", "new", "off"), ("invoice", "new", "off")]  # fmt: skip
    return shop


def states(desk: Cli) -> dict[str, str]:
    return {r["id"]: r["state"] for r in desk("rule", "list", "--json").json["rules"]}


def test_rules_are_listed_and_shown(ruled: Cli) -> None:
    rows = ruled("rule", "list", "--json").json["rules"]
    assert [(r["id"], r["place"], r["hits"], r["if"]) for r in rows] == [("broken", 1, 0, "broken"), ("invoice", 2, 0, "invoice")]
    found = ruled("rule", "show", "broken", "--json").json
    assert found["schema"] == "deskhand/rule/1" and [a["do"] for a in found["then"]] == ["set", "tag"]
    assert "Broken things first" in ruled("rule", "show", "broken").out


def test_a_rule_is_tried_on_history_and_changes_nothing(ruled: Cli) -> None:
    found = ruled("rule", "test", "broken", *ALWAYS, "--json").json
    assert (found["arrived"], found["touched"], found["total"]["tagged"]) == (3, 1, {"broken": 1})
    assert found["tickets"][0]["changes"] == {"priority": [1, 2]}
    assert ruled("show", "1", "--json").json["tags"] == []
    assert "1 ticket" in ruled("rule", "test", "broken", *ALWAYS).out
    (row,) = ruled("rule", "test", "broken", *ALWAYS, "--format", "jsonl").out.splitlines()
    assert '"ticket":1' in row


def test_a_file_is_tried_without_being_saved(shop: Cli, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES, "utf-8")
    found = shop("rule", "test", tmp_path / "rules.toml", *ALWAYS, "--json").json
    assert [(r["id"], r["matched"]) for r in found["rules"]] == [("broken", 1), ("invoice", 1)]
    assert shop("rule", "list", "--json").json["rules"] == []


def test_enabling_shows_first_and_asks(ruled: Cli) -> None:
    refused = ruled("rule", "enable", "broken", *ALWAYS)
    assert refused.code == 2 and "--yes" in refused.err and "1 ticket" in refused.err
    assert states(ruled)["broken"] == "off"
    assert ruled("rule", "enable", "broken", "--dry-run", *ALWAYS, "--json").json["touched"] == 1
    assert states(ruled)["broken"] == "off"
    assert ruled("rule", "enable", "broken", "--yes", "--json").json["rules"] == [{"id": "broken", "state": "on", "place": 1}]
    assert ruled("rule", "shadow", "broken").code == 0 and states(ruled)["broken"] == "shadow"
    assert ruled("rule", "disable", "broken", "invoice").code == 0 and set(states(ruled).values()) == {"off"}


def test_a_rule_that_is_on_acts_and_explains_itself(ruled: Cli, tmp_path: Path) -> None:
    assert ruled("rule", "enable", "broken", "--yes").code == 0
    made = ruled("new", "--customer", "Dora <dora@buyer.example>", "--subject", "Vase", "-", stdin="It came broken\n")
    assert made.code == 0, made.err
    assert ruled("show", "4", "--json").json["tags"] == ["broken"]
    assert "broken" in ruled("log", "4").out
    told = ruled("explain", "4", "--json").json
    assert told["rule"] == "broken" and "rule broken, version 1: set, tag" in told["why"]
    assert ruled("rule", "list", "--json").json["rules"][0]["hits"] == 1
    effect = ruled("rule", "effect", "broken", "--json").json
    assert effect["after"]["tickets"] == 1 and not effect["telling"]


def test_an_unknown_rule_names_the_nearest(ruled: Cli) -> None:
    for argv in (["show", "brokn"], ["enable", "brokn", "--yes"], ["test", "brokn"], ["history", "brokn"],
                 ["move", "brokn", "1"], ["effect", "brokn"], ["restore", "brokn", "1"]):  # fmt: skip
        found = ruled("rule", *argv)
        assert found.code == 1 and ("brokn" in found.err), argv
    assert "Did you mean broken?" in ruled("rule", "show", "brokn").err


def test_a_bad_file_is_refused_with_its_place_and_the_old_rule_stays(ruled: Cli, tmp_path: Path) -> None:
    before = ruled("rule", "export").out
    (tmp_path / "bad.toml").write_text(RULES.replace('if = "broken"', 'if = "stauts:new"'), "utf-8")
    found = ruled("rule", "import", tmp_path / "bad.toml")
    assert found.code == 1 and "line" in found.err and "status" in found.err
    assert ruled("rule", "export").out == before
    assert ruled("rule", "import", tmp_path / "absent.toml").code == 1


def test_export_and_import_are_exact(ruled: Cli, tmp_path: Path) -> None:
    text = ruled("rule", "export").out
    path = tmp_path / "out.toml"
    assert ruled("rule", "export", path).code == 0 and path.read_text("utf-8") == text
    assert ruled("rule", "disable", "broken").code == 0
    assert [r["change"] for r in ruled("rule", "import", path, "--json").json["rules"]] == ["same", "same"]
    changed = text.replace('"high"', '"urgent"')
    seen = ruled("rule", "import", "-", "--dry-run", "--json", stdin=changed).json
    assert seen["dry_run"] and [r["change"] for r in seen["rules"]] == ["changed", "same"]
    assert ruled("rule", "export").out == text
    assert ruled("rule", "import", "-", stdin=changed).code == 0 and ruled("rule", "export").out == changed


def test_an_import_that_would_act_asks(ruled: Cli) -> None:
    on = ruled("rule", "export").out.replace('state = "off"', 'state = "on"')
    refused = ruled("rule", "import", "-", stdin=on)
    assert refused.code == 2 and "--yes" in refused.err and set(states(ruled).values()) == {"off"}
    assert ruled("rule", "import", "-", "--yes", stdin=on).code == 0 and set(states(ruled).values()) == {"on"}


def test_versions_are_kept_compared_and_restored(ruled: Cli) -> None:
    text = ruled("rule", "export", "--rule", "broken").out
    changed = text.replace('"high"', '"urgent"')
    assert ruled("rule", "edit", "broken", "-", "--note", "louder", stdin=changed).code == 0
    found = ruled("rule", "history", "broken", "--json").json["versions"]
    assert [(v["version"], v["by"], v["note"]) for v in found] == [(2, "ana", "louder"), (1, "ana", None)]
    diff = ruled("rule", "diff", "broken").out
    assert '-priority = "high"' in diff and '+priority = "urgent"' in diff
    assert ruled("rule", "restore", "broken", "1", "--json").json["version"] == 3
    assert ruled("rule", "export", "--rule", "broken").out == text
    assert ruled("rule", "restore", "broken", "9").code == 1
    wrong = ruled("rule", "edit", "broken", "-", stdin=text.replace('id = "broken"', 'id = "other"'))
    assert wrong.code == 1 and "other" in wrong.err
    assert ruled("rule", "edit", "broken").code == 2  # no terminal to edit in


def test_order_and_removal(ruled: Cli) -> None:
    assert ruled("rule", "move", "invoice", "1").code == 0
    assert list(states(ruled)) == ["invoice", "broken"]
    assert ruled("rule", "remove", "invoice").code == 0 and list(states(ruled)) == ["broken"]
    assert ruled("rule", "history", "invoice", "--json").json["versions"]


def test_a_rule_is_run_by_hand_on_tickets_it_is_for(ruled: Cli) -> None:
    text = ruled("rule", "export", "--rule", "broken").out.replace('["created"]', '["manual"]')
    assert ruled("rule", "edit", "broken", "-", stdin=text).code == 0
    assert ruled("rule", "run", "broken", "1").code == 1  # off
    assert ruled("rule", "enable", "broken", "--yes").code == 0
    found = ruled("rule", "run", "broken", "1", "2", "--json")
    assert found.json["changed"] == [1] and found.json["refused"][0]["ticket"] == 2 and found.code == 1
    assert ruled("show", "1", "--json").json["tags"] == ["broken"]


def test_lint_says_what_is_wrong_and_what_to_do(ruled: Cli) -> None:
    assert ruled("rule", "lint").code == 0
    bad = ruled("rule", "export", "--rule", "invoice").out.replace('"bo"', '"ghost"')
    assert ruled("rule", "edit", "invoice", "-", stdin=bad).code == 0
    found = ruled("rule", "lint", "--json")
    assert found.code == 1
    (one,) = found.json["findings"]
    assert (one["rule"], one["code"], one["severity"]) == ("invoice", "unknown", "error") and "ghost" in one["what"]
    assert ruled("rule", "lint", "broken", "--json").json["findings"] == []


def test_incidents_from_the_command_line(shop: Cli, tmp_path: Path) -> None:
    write_lines(tmp_path / "more.jsonl", [line(9, "dora@buyer.example", "Where is it", lang="fr")])
    found = shop("incident", "open", "port strike", "is:open", "parcel", "--json")
    assert found.code == 0 and found.json["changed"] == [2]
    assert shop("incident", "add", "1", "1", "3", "77", "--json").code == 1
    assert sorted(t["id"] for t in shop("list", "incident:1", "--json").json["tickets"]) == [1, 2, 3]
    written = shop("template", "add", "strike", "--text", "The port is on strike, {{customer.name}}.")
    assert written.code == 0, written.err
    dry = shop("incident", "answer", "1", "--template", "strike", "--dry-run", "--json").json
    assert len(dry["answered"]) == 3 and shop("outbox", "list", "--json").json["outbox"] == []
    assert shop("incident", "answer", "1", "--template", "strike").code == 2
    assert shop("incident", "answer", "1", "--template", "strike", "--yes", "--json").json["answered"] == [1, 2, 3]
    assert len(shop("outbox", "list", "--json").json["outbox"]) == 3
    assert shop("incident", "answer", "1", "--template", "strike", "--yes", "--json").json["already"] == [1, 2, 3]
    (row,) = shop("incident", "list", "--json").json["incidents"]
    assert (row["tickets"], row["answered"], row["state"]) == (3, 3, "open")
    assert shop("incident", "close", "1", "--yes").code == 0 and shop("count", "is:open").out == "0\n"
    assert shop("incident", "show", "1", "--json").json["state"] == "closed"
    assert shop("undo").code == 0 and shop("count", "is:open").out == "3\n"
    assert shop("incident", "remove", "1", "3").code == 0 and shop("count", "incident:1").out == "2\n"
    assert shop("incident", "add", "1").code == 2 and shop("incident", "show", "5").code == 1


LACKING = """
[[rule]]
id = "lacking"
when = ["created"]
{state}
[[rule.then]]
do = "reply"
template = "apologgy"
"""


def test_a_rule_that_names_what_there_is_not_never_comes_to_act(shop: Cli, tmp_path: Path) -> None:
    file = tmp_path / "lacking.toml"
    file.write_text(LACKING.format(state='state = "on"'), "utf-8")
    refused = shop("rule", "add", file, "--yes")
    assert refused.code == 1 and "line 7" in refused.err and "no template apologgy" in refused.err
    file.write_text(LACKING.format(state=""), "utf-8")
    assert shop("rule", "add", file, "--yes").code == 0  # as a draft it may wait for its template
    refused = shop("rule", "enable", "lacking", "--yes", *ALWAYS)
    assert refused.code == 1 and "no template apologgy" in refused.err and states(shop)["lacking"] == "off"


def test_what_a_rule_could_not_do_is_told_as_a_sentence(ruled: Cli, tmp_path: Path) -> None:
    file = tmp_path / "task.toml"
    file.write_text('id = "t"\nwhen = ["manual"]\nthen = [{ do = "reply", template = "apology" }]\n', "utf-8")
    assert ruled("rule", "add", file).code == 0 and ruled("rule", "enable", "t", "--yes", *ALWAYS).code == 0
    ruled("rule", "run", "t", "1", "--yes")
    said = ruled("log", "1").out
    assert "apology" in said and '"gaps"' not in said and "{item}" not in said


def test_a_wrong_word_is_answered_with_the_one_that_was_meant(shop: Cli, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('id = "w"\nwhen = ["createdd"]\nthen = [{ do = "tag", add = ["x"] }]\n', "utf-8")
    assert "Did you mean created?" in shop("rule", "add", file).err
    file.write_text('id = "w"\nwhen = ["created"]\nfrom = 2026-12-01\nuntil = 2026-11-01\n'
                    'then = [{ do = "tag", add = ["x"] }]\n', "utf-8")  # fmt: skip
    assert "until cannot be 2026-11-01." in shop("rule", "add", file).err


USING = """
[[rule]]
id = "using"
when = ["created"]
if = "broken batch:A-17"
then = [
  { do = "assign", group = "returns" },
  { do = "field", id = "shelf", value = "9" },
  { do = "checklist", id = "refund" },
]
"""


def test_what_a_rule_that_is_on_uses_is_not_taken_away_under_it(shop: Cli, tmp_path: Path) -> None:
    for words in (("group", "add", "returns"), ("field", "add", "batch", "word"), ("field", "add", "shelf", "number")):
        assert shop(*words).code == 0
    (tmp_path / "using.toml").write_text(USING, "utf-8")
    assert shop("rule", "add", tmp_path / "using.toml").code == 0
    assert shop("rule", "enable", "using", "--yes", *ALWAYS).code == 0
    removals = [("group", "remove", "returns"), ("field", "remove", "batch"), ("field", "remove", "shelf"),
                ("checklist", "remove", "refund")]  # fmt: skip
    for words in removals:
        refused = shop(*words)
        assert refused.code == 1 and "is used by rule using" in refused.err, words
    assert shop("rule", "disable", "using").code == 0
    assert [shop(*words).code for words in removals] == [0, 0, 0, 0]
