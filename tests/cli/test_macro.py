"""Macros from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_macros_ship_for_every_kind_of_case(desk: Cli) -> None:
    rows = desk("macro", "list", "--json").json["macros"]
    assert [r["id"] for r in rows] == ["cancellation", "dispute", "exchange", "refund_only", "repair", "resend", "return"]
    assert all(r["by_hand"] == ["aftersales"] for r in rows)
    assert "room is not here yet: aftersales" in desk("macro", "show", "return").out


def test_a_macro_runs_on_several_tickets_and_undo_takes_it_back(shop: Cli) -> None:
    made = shop("macro", "add", "vip", "--name", "VIP", "--template", "photo_request", "--then", "pending",
                "--act", 'do = "tag", add = ["vip"]', "--act", 'do = "set", priority = "urgent"', "--json")  # fmt: skip
    assert (made.code, made.json["version"]) == (0, 1), made.err
    dry = shop("macro", "run", "vip", "1", "2", "--dry-run", "--json").json["tickets"]
    assert [(r["ticket"], r["acts"]) for r in dry] == [(1, ["tag", "set"]), (2, ["tag", "set"])]
    assert "photos" in dry[0]["text"]
    assert shop("macro", "run", "vip", "1").code == 2, "it sends, so somebody must say yes"
    ran = shop("macro", "run", "vip", "1", "2", "--yes", "--json")
    assert (ran.code, ran.json["changed"]) == (0, [1, 2]), ran.err
    assert shop("show", "2", "--json").json["tags"] == ["vip"]
    assert len(shop("outbox", "list", "--json").json["outbox"]) == 2
    assert shop("undo").code == 0
    assert shop("show", "2", "--json").json["tags"] == []
    assert {r["state"] for r in shop("outbox", "list", "--json").json["outbox"]} == {"cancelled"}


def test_what_refuses_is_listed_and_the_rest_is_done(shop: Cli) -> None:
    assert shop("set", "1", "order=701-1").code == 0
    found = shop("macro", "run", "return", "1", "2", "--yes", "--json")
    assert (found.code, found.json["changed"]) == (1, [1])
    assert "order.number" in found.json["refused"][0]["error"]
    assert found.json["by_hand"] == ["aftersales"]
    assert shop("macro", "run", "return", "2", "--yes").code == 1
    assert shop("macro", "run", "nothing", "2", "--yes").code == 1


def test_macros_go_out_and_come_in_as_text(desk: Cli, tmp_path: Path) -> None:
    assert desk("macro", "export", "--to", str(tmp_path / "m")).code == 0
    rows = desk("macro", "import", str(tmp_path / "m"), "--json").json["macros"]
    assert {r["state"] for r in rows} == {"same"}
    path = tmp_path / "m" / "return.toml"
    path.write_text(path.read_text("utf-8").replace('"return_howto"', '"apology"'), "utf-8")
    assert desk("macro", "import", str(path), "--json").json["macros"][0] == {"id": "return", "version": 1, "state": "saved"}
    path.write_text("id = \n", "utf-8")
    found = desk("macro", "import", str(path))
    assert found.code == 1 and "line 1" in found.err
    assert desk("macro", "remove", "return").code == 0
    assert desk("macro", "show", "return").code == 1


def test_a_bad_act_is_named(desk: Cli) -> None:
    found = desk("macro", "add", "x", "--act", 'do = "dance"')
    assert found.code == 1 and "acts[1].do" in found.err
    found = desk("macro", "add", "x", "--act", "do = ")
    assert found.code == 1 and "line 1" in found.err
    assert desk("macro", "add", "x", "--case", "gift").code == 2
