"""Merging, splitting, own fields, checklists, tasks and mentions at the shell."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli, line, write_lines


def test_tickets_are_merged_and_undo_says_what_came_back(shop: Cli) -> None:
    refused = shop("merge", "2", "1")
    assert refused.code == 1 and "different buyers" in refused.err and "--other-buyer" in refused.err
    assert shop("merge", "2", "3", "1", "--other-buyer", "--json").json["changed"] == [2, 3]
    found = shop("show", "1", "--json").json
    assert len(found["messages"]) == 3 and {k["ticket"] for k in found["links"]} == {2, 3}
    assert "was merged into #1" in shop("show", "2").out and "holds what was in #3" in shop("show", "1").out
    assert "merged into another" in shop("log", "2").out or shop("log", "2", "--json").json["events"][-1]["verb"] == "merged"
    out = shop("undo").out
    assert "#2  status: closed → new" in out and "#3  status: closed → new" in out
    assert len(shop("show", "1", "--json").json["messages"]) == 1


def test_merging_into_itself_and_twice(shop: Cli) -> None:
    assert "cannot be merged into itself" in shop("merge", "1", "1").err
    shop("merge", "2", "1", "--other-buyer")
    found = shop("merge", "2", "3", "--other-buyer")
    assert found.code == 1 and found.err == "deskhand: #2 was merged into #1 already. Name #1 instead.\n"


def test_a_message_becomes_a_ticket(shop: Cli, tmp_path: Path) -> None:
    more = line(9, "anna@buyer.example", "Another thing", conv=1, seq=1, in_reply_to="<m1@corpus.example>",
                references="<m1@corpus.example>")  # fmt: skip
    shop("import", write_lines(tmp_path / "more.jsonl", [more]), "--since", "all", "--channel", "mail")
    ids = [m["id"] for m in shop("show", "1", "--json").json["messages"]]
    assert len(ids) == 2
    assert f"[{ids[1]}]" in shop("show", "1").out
    made = shop("split", "1", str(ids[1]), "--subject", "Second matter", "--json").json
    assert made == {"schema": "deskhand/split/1", "ticket": 1, "into": 4, "messages": [ids[1]]}
    assert shop("show", "4", "--json").json["subject"] == "Second matter"
    assert "has no message 99" in shop("split", "1", "99").err
    assert shop("undo").code == 0
    assert [m["id"] for m in shop("show", "1", "--json").json["messages"]] == ids


def test_links(shop: Cli) -> None:
    assert shop("link", "1", "2", "3", "--json").json["changed"] == [1, 2]
    assert "belongs to #3" in shop("show", "1").out and "belongs to #1" in shop("show", "3").out
    assert shop("unlink", "3", "1").code == 0
    assert shop("show", "1", "--json").json["links"] == []
    assert "are not linked" in shop("unlink", "3", "1").err


def test_own_fields(shop: Cli) -> None:
    assert [f["id"] for f in shop("field", "list", "--json").json["fields"]] == ["urgency", "expected_duration"]
    made = shop("field", "add", "batch", "word", "--name", "Batch", "--name", "zh-CN=批次", "--json").json
    assert (made["name"], made["names"]) == ("Batch", {"zh-CN": "批次"})
    assert shop("set", "1", "2", "batch=A-17", "urgency=HIGH", "expected_duration=1h30m", "priority=high").code == 0
    found = shop("show", "1", "--json").json
    assert found["fields"] == {"urgency": "high", "expected_duration": 5_400_000, "batch": "A-17"}
    assert "Batch: A-17" in shop("show", "1").out and "批次" in shop("--lang", "zh_CN", "show", "1").out
    wrong = shop("set", "1", "urgency=hgih")
    assert wrong.code == 1 and wrong.err == "deskhand: urgency does not take hgih. Known: low, normal, high, critical\n"
    assert "It takes a length of time such as 1d12h." in shop("set", "1", "expected_duration=soon").err
    assert shop("set", "1", "btach=1").code == 2 and "Did you mean batch?" in shop("set", "1", "btach=1").err
    assert "2 tickets have something in batch" in shop("field", "remove", "batch").err
    assert shop("field", "set", "1", "batch").code == 0
    assert "batch" not in shop("show", "1", "--json").json["fields"]
    assert "batch: – → A-17" in shop("undo").out
    assert "#1  batch: A-17 → –" in shop("undo").out
    assert shop("field", "remove", "batch", "--values").code == 0
    assert "already" in shop("field", "add", "status", "word").err


def test_the_type_it_has_says_that_it_is_right(shop: Cli) -> None:
    kind = shop("show", "1", "--json").json["type"]
    shop("set", "1", "needs_review=yes")
    assert shop("set", "1", f"type={kind}", "--json").json["changed"] == [1]
    assert shop("show", "1", "--json").json["needs_review"] is False
    assert shop("set", "1", f"type={kind}", "--json").json["unchanged"] == [1]
    assert "needs_review: no → yes" in shop("undo").out


def test_flags_and_effort(shop: Cli) -> None:
    assert shop("set", "1", "flagged=yes", "effort=5").code == 0
    found = shop("show", "1", "--json").json
    assert (found["flagged"], found["effort"]) == (True, 5)
    assert "effort" in shop("set", "1", "effort=0").err and "1 to 100" in shop("set", "1", "effort=0").err


def test_checklists(shop: Cli) -> None:
    assert [c["id"] for c in shop("checklist", "list", "--json").json["checklists"]] == [
        "refund", "escalation", "negative_comment",
    ]  # fmt: skip
    assert "核对订单" in shop("--lang", "zh_CN", "checklist", "show", "refund").out
    assert len(shop("checklist", "attach", "1", "refund", "--json").json["steps"]) == 8
    ticked = shop("checklist", "tick", "1", "1", "3", "--json").json["steps"]
    assert [s["number"] for s in ticked if s["done"]] == [1, 3] and ticked[0]["by"] == "ana"
    assert "Checklist: 2 of 8" in shop("show", "1").out
    assert "核对订单" in shop("--lang", "zh_CN", "show", "1").out
    shop("undo")
    assert "Checklist: 0 of 8" in shop("show", "1").out
    assert "has no step 9" in shop("checklist", "tick", "1", "9").err
    assert shop("checklist", "add", "opening", "Look", "Answer", "--name", "Opening").code == 0
    assert "  2. Answer" in shop("checklist", "show", "opening").out
    assert shop("checklist", "remove", "opening").code == 0


def test_tasks(shop: Cli) -> None:
    made = shop("task", "add", "1", "Call", "the", "carrier", "--agent", "bo", "--due", "2h", "--json").json
    assert (made["title"], made["agent"], made["state"]) == ("Call the carrier", "bo", "open") and made["due"]
    assert [t["id"] for t in shop("task", "list", "--json").json["tasks"]] == [made["id"]]
    assert shop("task", "list", "--mine", "--json").json["tasks"] == []
    assert "Call the carrier" in shop("show", "1").out
    assert shop("task", "done", str(made["id"]), "--json").json["state"] == "done"
    assert "state: done → open" in shop("undo").out
    assert shop("task", "set", str(made["id"]), "--agent", "none", "--due", "none", "--json").json["agent"] is None
    assert "There is no task 99" in shop("task", "done", "99").err
    assert "There is no agent zoe" in shop("task", "add", "1", "x", "--agent", "zoe").err


def test_a_ticket_sleeps_until_its_task_is_done(shop: Cli) -> None:
    made = shop("task", "add", "1", "Ask the supplier", "--json").json
    assert shop("snooze", "1", "3d", "task_done").code == 0
    found = shop("show", "1", "--json").json
    assert found["wake_on"] == "task_done" and found["snoozed_until"]
    assert shop("task", "done", str(made["id"])).code == 0
    assert shop("show", "1", "--json").json["snoozed_until"] is None
    assert shop("log", "1", "--json").json["events"][-1]["why"] == "its task is done"
    assert shop("snooze", "1", "task_dnoe").code == 1


def test_mentions(shop: Cli, cli: Cli, folder: Path) -> None:
    def bo(*argv: str) -> object:
        return cli("--desk", str(folder), "--as", "bo", *argv).json

    shop("note", "1", "--text", "@bo and @nobody please, not a@bo.example")
    found = cli("--desk", str(folder), "--as", "bo", "mention", "list", "--json").json["mentions"]
    assert [(m["ticket"], m["author"]) for m in found] == [(1, "ana")]
    assert bo("mention", "seen", "1", "--json") == {"schema": "deskhand/changed/1", "changed": [1], "unchanged": [],
                                                    "refused": []}  # fmt: skip
    assert cli("--desk", str(folder), "--as", "bo", "mention", "list", "--json").json["mentions"] == []


def test_a_ticket_without_files_says_so(shop: Cli) -> None:
    found = shop("attachment", "get", "1")
    assert (found.code, found.err) == (1, "deskhand: #1 has no files. Nothing was written.\n")


def test_a_part_of_a_name_finds_a_customer(shop: Cli) -> None:
    assert shop("customer", "show", "ann", "--json").json["name"] == "Anna"
    assert shop("customer", "show", "nn", "--json").json["name"] == "Anna"
    assert "no customer zzz" in shop("customer", "show", "zzz").err
    assert "no customer %" in shop("customer", "show", "%").err
