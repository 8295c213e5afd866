"""Acts on tickets: what a script gets back, and what it is told when something refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def test_a_new_desk_has_views_policies_templates_and_agents(desk: Cli) -> None:
    assert [v["id"] for v in desk("view", "list", "--json").json["views"]][:3] == ["inbox", "urgent", "mine"]
    assert len(desk("sla", "list", "--json").json["policies"]) >= 6
    assert len(desk("template", "list", "--json").json["templates"]) >= 10
    assert [a["id"] for a in desk("agent", "list", "--json").json["agents"]] == ["ana", "bo"]


def test_a_second_desk_in_the_same_folder_is_refused(cli: Cli, folder: Path) -> None:
    found = cli("--desk", folder, "init", "--yes")
    assert found.code == 1 and "already" in found.err
    assert cli("--desk", folder, "--as", "ana", "list").code == 0


def test_an_encrypted_desk_opens_by_its_vault(cli: Cli, tmp_path: Path) -> None:
    place = tmp_path / "secret"
    assert cli("--desk", place, "init", "--yes", "--encrypt", "--agent", "ana:Ana").code == 0
    assert not (place / "desk.db").read_bytes().startswith(b"SQLite format 3")
    assert cli("--desk", place, "--as", "ana", "list").code == 0
    (place / "vault.json").unlink()
    found = cli("--desk", place, "--as", "ana", "list")
    assert found.code == 1 and "key is wrong" in found.err


def test_a_query_finds_and_counts(shop: Cli) -> None:
    assert shop("count", "is:open").out == "3\n"
    assert [t["id"] for t in shop("list", "is:open", "parcel", "--json").json["tickets"]] == [2]
    assert [t["id"] for t in shop("list", "is:open", "-parcel", "--json", "--limit", "1").json["tickets"]] != [2]
    assert shop("count", "is:closed", "--json").json == {"schema": "deskhand/count/1", "query": "is:closed", "count": 0}


def test_a_bad_query_names_the_column_and_the_nearest_word(shop: Cli) -> None:
    found = shop("list", "is:open", "stauts:new")
    assert found.code == 2
    assert "Column 9" in found.err and "status" in found.err


def test_pages_are_joined_without_gaps(shop: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cli import lists

    monkeypatch.setattr(lists, "_PAGE", 2)
    assert sorted(t["id"] for t in shop("list", "--json").json["tickets"]) == [1, 2, 3]
    found = shop("list", "--limit", "2")
    assert "--limit 0" in found.err and len(found.out.splitlines()) == 3


def test_a_ticket_whole(shop: Cli) -> None:
    found = shop("show", "#1", "--json").json
    assert found["schema"] == "deskhand/ticket/1"
    assert (found["id"], found["channel"], found["status"], found["customer"]["name"]) == (1, "mail", "new", "Anna")
    assert found["messages"][0]["text"].startswith("Hello")
    assert found["messages"][0]["sent"] == "2023-11-14T22:13:21Z"
    assert "Anna" in shop("show", "1").out


def test_a_ticket_that_is_not_there(shop: Cli) -> None:
    for argv in (["show", "99"], ["log", "99"], ["note", "99", "--text", "x"], ["set", "99", "status=open"]):
        found = shop(*argv)
        assert (found.code, found.err) == (1, "deskhand: There is no ticket #99. Look for it: deskhand list\n")


def test_fields_are_set_and_undone(shop: Cli) -> None:
    assert shop("set", "1", "2", "status=pending", "priority=high", "tags+=vip,late", "--json").json["changed"] == [
        1,
        2,
    ]
    found = shop("show", "1", "--json").json
    assert (found["status"], found["priority"], found["tags"]) == ("pending", "high", ["late", "vip"])
    assert shop("set", "1", "tags-=late").code == 0
    assert shop("undo", "--json").json["tickets"] == [1]
    assert shop("undo", "--json").json["tickets"] == [1, 2]
    assert shop("show", "2", "--json").json["tags"] == []
    assert shop("redo", "--json").json["tickets"] == [1, 2]


def test_a_batch_lists_each_refusal_and_does_the_rest(shop: Cli) -> None:
    found = shop("set", "1", "77", "status=open", "--json")
    assert found.code == 1
    assert found.json["changed"] == [1]
    assert found.json["refused"][0]["ticket"] == 77
    assert "#77: There is no ticket #77." in found.err


def test_a_version_guards_against_somebody_elses_change(shop: Cli) -> None:
    version = shop("show", "1", "--json").json["version"]
    assert shop("set", "1", "status=open", "--if-version", str(version)).code == 0
    found = shop("set", "1", "status=pending", "--if-version", str(version))
    assert found.code == 1 and "changed meanwhile" in found.err


@pytest.mark.parametrize(("words", "code", "said"), [
    (["1", "status=opn"], 1, "opn is no status"), (["1", "stattus=open"], 2, "Did you mean status?"),
    (["1", "status"], 2, "not FIELD=VALUE"), (["1", "status+=open"], 2, "Only tags"), (["1"], 2, "FIELD=VALUE"),
])  # fmt: skip
def test_a_bad_setting_is_named(shop: Cli, words: list[str], code: int, said: str) -> None:
    found = shop("set", *words)
    assert (found.code, said in found.err) == (code, True), found.err


def test_assigning_says_why_in_the_log(shop: Cli) -> None:
    assert shop("assign", "1", "bo", "--reason", "knows lamps {well}").code == 0
    assert shop("show", "1", "--json").json["assignee"] == "bo"
    last = shop("log", "1", "--json").json["events"][-1]
    assert (last["verb"], last["why"], last["actor"]) == (
        "assigned",
        "knows lamps {well}",
        {"kind": "agent", "id": "ana"},
    )
    assert shop("assign", "1", "none").code == 0
    assert shop("show", "1", "--json").json["assignee"] is None
    assert "There is no agent zoe" in shop("assign", "1", "zoe").err


def test_tags_come_and_go(shop: Cli) -> None:
    assert shop("tag", "1", "3", "VIP", "late").code == 0
    assert shop("tag", "1", "-late").code == 0
    assert shop("show", "1", "--json").json["tags"] == ["vip"]
    assert shop("count", "tag:vip").out == "2\n"


def test_snoozing(shop: Cli) -> None:
    assert shop("snooze", "1", "reply").code == 0
    assert shop("show", "1", "--json").json["snoozed_until"] == "reply"
    assert shop("snooze", "2", "2h").code == 0
    assert shop("count", "is:snoozed").out == "2\n"
    assert shop("snooze", "1", "2", "wake").code == 0
    assert shop("count", "is:snoozed").out == "0\n"
    assert shop("snooze", "1", "soon").code == 1


def test_a_note_from_standard_input(shop: Cli) -> None:
    assert shop("note", "1", "-", stdin="退款已同意\n").code == 0
    found = shop("show", "1", "--json").json["messages"][-1]
    assert (found["direction"], found["text"], found["author"]) == ("note", "退款已同意", "ana")


def test_a_mail_about_a_ticket_goes_to_a_supplier_and_a_copy_to_whom_one_says(shop: Cli) -> None:
    found = shop("reply", "1", "--text", "A shade, please.", "--to", "Parts <parts@supplier.example>", "--yes", "--json").json
    assert (found["to"], found["aside"], found["then"]) == (["parts@supplier.example"], True, "")
    found = shop("reply", "1", "--text", "On its way.", "--cc", "boss@shop.example", "--dry-run", "--json").json
    assert (found["cc"], found["aside"]) == (["boss@shop.example"], False)
    assert "is no address" in shop("reply", "1", "--text", "x", "--to", "nobody", "--yes").err


def test_a_reply_waits_in_the_outbox_and_can_be_taken_back(shop: Cli) -> None:
    dry = shop("reply", "1", "--text", "We send a new one.", "--dry-run", "--json").json
    assert (dry["outbox"], dry["to"], dry["subject"]) == (None, ["anna@buyer.example"], "Re: Lamp arrived broken")
    found = shop("reply", "1", "--text", "We send a new one.", "--then", "solved", "--yes", "--json").json
    assert (found["schema"], found["state"]) == ("deskhand/reply/1", "held")
    row = shop("outbox", "show", str(found["outbox"]), "--json").json
    assert (row["text"], row["then"], row["agent"]) == ("We send a new one.", "solved", "ana")
    assert shop("outbox", "list", "--state", "held", "--json").json["outbox"][0]["id"] == found["outbox"]
    assert shop("outbox", "cancel", str(found["outbox"])).code == 0
    again = shop("outbox", "cancel", str(found["outbox"]))
    assert again.code == 1 and "has left" in again.err


def test_nothing_is_sent_without_a_yes_where_nobody_can_be_asked(shop: Cli) -> None:
    found = shop("reply", "1", "--text", "Hi")
    assert found.code == 2 and "--yes" in found.err
    assert shop("outbox", "list", "--json").json["outbox"] == []


def test_a_template_with_an_empty_gap_blocks_sending(shop: Cli, folder: Path) -> None:
    from app.wire import open_desk

    store = open_desk(folder).store
    for name, text in (("t1", "Hi {{customer.name}}, parcel {{shipment.tracking}}."), ("t2", "Hi {{customer.name}}.")):
        texts = json.dumps({"en": text})
        store.conn.execute("INSERT INTO template (id, name, texts) VALUES (?, 'T', ?)", (name, texts))
    store.close()
    found = shop("reply", "1", "--template", "t1", "--yes")
    assert found.code == 1 and "shipment.tracking" in found.err
    assert shop("reply", "1", "--template", "t2", "--yes", "--json").json["text"] == "Hi Anna."
    assert "no template t3" in shop("reply", "1", "--template", "t3", "--yes").err


def test_a_ticket_by_hand_once(shop: Cli) -> None:
    argv = ("new", "--customer", "Dora", "--subject", "Called about a lamp", "--key", "call-7", "-", "--json")
    number = shop(*argv, stdin="It is broken.\n").json["ticket"]
    assert shop(*argv, stdin="It is broken.\n").json["ticket"] == number
    assert shop("show", str(number), "--json").json["customer"]["name"] == "Dora"
    assert shop("new", "--customer", "Dora", "--subject", "x").code == 1


def test_files_go_in_and_come_out_under_safe_names(shop: Cli, tmp_path: Path, folder: Path) -> None:
    from app.wire import open_desk

    source = tmp_path / "photo.jpg"
    source.write_bytes(b"\xff\xd8photo")
    assert shop("attachment", "put", "1", source, "--json").json["attachments"][0]["type"] == "image/jpeg"
    store = open_desk(folder).store
    store.conn.execute("UPDATE attachment SET name = '../../.bashrc'")
    store.close()
    out = tmp_path / "out"
    out.mkdir()
    found = shop("attachment", "get", "1", "--to", out, "--json").json["attachments"][0]
    assert Path(found["path"]).parent == out
    assert Path(found["path"]).read_bytes() == b"\xff\xd8photo"
    assert not Path(found["path"]).name.startswith(".")
    again = shop("attachment", "get", "1", "1", "--to", out)
    assert again.code == 1 and "stays as it is" in again.err
    assert shop("attachment", "get", "1", "none.txt", "--to", out).code == 1


def test_views_are_saved_checked_and_forgotten(desk: Cli) -> None:
    assert desk("view", "add", "broken", "is:open", "type:damaged", "--private").code == 0
    owners = {v["id"]: v["owner"] for v in desk("view", "list", "--json").json["views"]}
    assert owners["broken"] == "ana"
    assert "Column 1" in desk("view", "add", "bad", "tpye:damaged").err
    assert desk("view", "add", "broken", "is:open").code == 1
    assert desk("view", "remove", "broken").code == 0
    assert desk("view", "remove", "broken").code == 1


def test_views_are_renamed_moved_and_shared(desk: Cli) -> None:
    def listed(*options: str) -> list[str]:
        return [v["id"] for v in desk("view", "list", "--json", *options).json["views"] if not v["id"].startswith("channel:")]

    assert desk("view", "add", "vip", "is:open", "tag:vip", "--shared").code == 0
    assert "vip" in listed("--shared") and "vip" not in listed("--private")
    changed = desk("view", "set", "vip", "is:open", "tier:vip", "--name", "Best buyers", "--id", "best", "--private",
                   "--position", "2", "--json").json  # fmt: skip
    assert {k: changed[k] for k in ("id", "name", "query", "owner")} == {
        "id": "best", "name": "Best buyers", "query": "is:open tier:vip", "owner": "ana"}  # fmt: skip
    assert listed().index("best") == 1 and "vip" not in listed()
    assert listed("--private") == ["best"]
    assert desk("view", "list", "--private", "--shared").code == 2
    assert "Column 1" in desk("view", "set", "best", "tpye:damaged").err
    assert desk("view", "set", "best", "--json").json["query"] == "is:open tier:vip"
    assert "keeps its id" in desk("view", "set", "inbox", "--id", "in").err
    assert desk("view", "set", "best", "--id", "due").code == 1
    assert desk("view", "set", "best", "--position", "0").code == 1
    assert desk("--as", "bo", "view", "set", "best", "--shared").code == 1


def test_the_team(desk: Cli) -> None:
    assert desk("agent", "add", "cy", "--name", "Cy").code == 0
    made = desk("agent", "set", "cy", "languages=en:5,de:3", "skills=size,tech", "zone=Asia/Shanghai", "capacity=40",
                "shifts=mon-fri 09:00-18:00", "--json").json  # fmt: skip
    assert (made["languages"], made["skills"], made["zone"], made["capacity"]) == (
        {"en": 5, "de": 3},
        ["size", "tech"],
        "Asia/Shanghai",
        40,
    )
    assert desk("agent", "away", "cy", "--until", "2h", "--json").json["state"] == "away"
    assert desk("agent", "back", "cy", "--json").json["state"] == "auto"
    refused = (
        (["add", "cy"], "already"),
        (["add", "Cy B"], "cannot be"),
        (["set", "cy", "zone=Mars/One"], "not known"),
        (["set", "cy", "languages=en:9"], "levels 1 to 5"),
        (["set", "zoe", "name=Z"], "no agent zoe"),
    )
    for words, said in refused:
        found = desk("agent", *words)
        assert found.code == 1 and said in found.err, found.err


def test_the_team_reads_times_in_the_shops_zone(cli: Cli, tmp_path: Path) -> None:
    place = tmp_path / "berlin"
    cli("--desk", place, "init", "--yes", "--zone", "Europe/Berlin", "--agent", "ana:Ana")
    cli("--desk", place, "--as", "ana", "agent", "add", "bo")
    assert {a["zone"] for a in cli("--desk", place, "agent", "list", "--json").json["agents"]} == {"Europe/Berlin"}


def test_an_agent_nobody_knows_is_refused(cli: Cli, folder: Path) -> None:
    found = cli("--desk", folder, "--as", "zoe", "list")
    assert (found.code, found.err) == (1, "deskhand: There is no agent zoe. See: deskhand agent list\n")


def test_orders_and_customers(desk: Cli, tmp_path: Path) -> None:
    from tests.cli.conftest import line, write_lines

    extra = {
        "order_id": "701-22-33",
        "amount_minor": 1290,
        "currency": "EUR",
        "product": "Lamp",
        "sku": "L1",
        "tracking": "DE1234",
    }
    write_lines(tmp_path / "o.jsonl", [line(1, "anna@buyer.example", "Lamp", **extra)])
    assert desk("import", tmp_path / "o.jsonl").code == 0
    order = desk("order", "show", "7012233", "--json").json["orders"][0]
    assert (order["number"], order["total"], order["tickets"]) == ("701-22-33", {"currency": "EUR", "minor": 1290}, [1])
    assert order["items"][0]["title"] == "Lamp" and order["shipments"][0]["tracking"] == "DE1234"
    buyer = desk("customer", "show", "anna@buyer.example", "--json").json
    assert (buyer["name"], buyer["tickets"][0]["id"], buyer["orders"][0]["number"]) == ("Anna", 1, "701-22-33")
    assert desk("order", "show", "1").code == 1 and desk("customer", "show", "nobody").code == 1


def test_the_status_line(shop: Cli) -> None:
    found = shop("status", "--json").json
    assert (found["schema"], found["open"], found["overdue"], found["syncing"]) == ("deskhand/status/1", 3, 3, False)
    assert "3!" in shop("status", "--format", "tmux").out


def test_any_step_of_mine_is_undone_by_its_number_and_the_list_shows_it(shop: Cli) -> None:
    shop("set", "1", "priority=high")
    shop("set", "1", "type=damaged")
    found = shop("undo", "--list", "--json").json["steps"]
    step = next(s for s in found if "priority" in s["changes"])
    assert (step["state"], step["tickets"], step["changes"]["priority"]) == ("stands", [1], [1, 2])
    assert shop("undo", str(step["event"])).code == 0
    shown = shop("show", "1", "--json").json
    assert (shown["priority"], shown["type"]) == ("normal", "damaged")
    again = shop("undo", str(step["event"]))
    assert again.code == 1 and "undone already" in again.err
    assert [s["state"] for s in shop("undo", "--list", "--json").json["steps"] if s["event"] == step["event"]] == ["undone"]


def test_the_log_of_one_actor(shop: Cli) -> None:
    shop("set", "1", "priority=high")
    mine = shop("log", "1", "--by", "ana", "--json").json["events"]
    assert mine and {e["actor"]["id"] for e in mine} == {"ana"}
    assert shop("log", "1", "--by", "nobody", "--json").json["events"] == []
