"""Templates from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

TOML = """id = "mine"
names = { en = "Mine" }
suits = ["damaged"]

[text]
en = '''
Hello {{customer.first_name|or:"there"}},
it is on its way.
'''
"""


@pytest.fixture
def mine(desk: Cli, tmp_path: Path) -> Cli:
    """The desk with a template of its own."""
    (tmp_path / "mine.toml").write_text(TOML, "utf-8")
    found = desk("template", "import", str(tmp_path / "mine.toml"), "--json")
    assert found.code == 0, found.err
    assert found.json["templates"][0]["state"] == "new"
    return desk


def test_a_new_desk_has_templates_that_nothing_is_wrong_with(desk: Cli) -> None:
    rows = desk("template", "list", "--json").json["templates"]
    assert len(rows) == 29
    assert [r["id"] for r in rows if r["internal"]] == ["note_first_look", "note_handover"]
    assert all(len(r["languages"]) == 8 and r["review"] for r in rows)
    found = desk("template", "lint", "--json")
    assert (found.code, found.json["findings"]) == (0, [])


def test_writing_changing_and_restoring_one(desk: Cli) -> None:
    made = desk("template", "add", "hi", "--name", "Hello", "--text", "Hello {{customer.name}}", "--type", "damaged", "--json")
    assert (made.code, made.json["version"]) == (0, 1)
    assert desk("template", "add", "hi", "--text", "again").code == 1
    assert desk("template", "edit", "hi", "--language", "de", "--text", "Hallo", "--note", "German").code == 0
    assert desk("template", "edit", "hi", "--country", "us", "--text", "Howdy").code == 0
    shown = desk("template", "show", "hi", "--json").json
    assert shown["texts"] == {"en": "Hello {{customer.name}}", "de": "Hallo"}
    assert shown["variants"] == [{"language": "en", "country": "US", "platform": None, "text": "Howdy"}]
    versions = desk("template", "history", "hi", "--json").json["versions"]
    assert [(v["version"], v["by"], v["note"]) for v in versions] == [(3, "ana", None), (2, "ana", "German"), (1, "ana", None)]
    difference = desk("template", "diff", "hi", "1", "2").out
    assert '+de = "Hallo"' in difference
    assert desk("template", "restore", "hi", "1").code == 0
    assert desk("template", "show", "hi", "--json").json["texts"] == {"en": "Hello {{customer.name}}"}
    assert desk("template", "remove", "hi").code == 0
    assert desk("template", "show", "hi").code == 1
    assert desk("template", "restore", "hi", "2").code == 0
    assert desk("template", "edit", "hi").code == 2


def test_a_bad_text_is_refused_with_line_and_column_and_the_old_one_stays(mine: Cli, tmp_path: Path) -> None:
    for text, where in (
        (TOML.replace("first_name", "fist_name"), "line 7, column 7"),
        (TOML.replace('suits = ["damaged"]', "suits = ["), "line 5, column 2"),
    ):
        (tmp_path / "bad.toml").write_text(text, "utf-8")
        found = mine("template", "import", str(tmp_path / "bad.toml"))
        assert found.code == 1 and where in found.err, found.err
    found = mine("template", "edit", "mine", "--text", "{{customer.fist_name}}", "--language", "en")
    assert found.code == 1 and "line 1, column 1" in found.err and "customer.first_name" in found.err
    assert "first_name" in mine("template", "show", "mine", "--json").json["texts"]["en"]


def test_export_and_import_are_each_other_s_reverse(desk: Cli, tmp_path: Path) -> None:
    found = desk("template", "export", "--to", str(tmp_path / "out"), "--json")
    assert len(found.json["templates"]) == 29
    again = desk("template", "import", str(tmp_path / "out"), "--json").json["templates"]
    assert {row["state"] for row in again} == {"same"}
    one = desk("template", "export", "ack").out
    assert (tmp_path / "out" / "ack.toml").read_text("utf-8") == one
    assert desk("template", "export", "ack", "apology").code == 2
    assert desk("template", "edit", "ack", "-", stdin=one).out.startswith("ack is as it was")


def test_canned_replies_come_in_once_and_say_what_is_not_known_here(desk: Cli, tmp_path: Path) -> None:
    path = tmp_path / "macros.csv"
    path.write_text("title,body\nHello,<p>Hi {{ticket.requester.first_name}}</p>\nOdd,Hi {{ticket.foo}}\n", "utf-8")
    assert desk("template", "import", str(path), "--dry-run", "--json").json["templates"][0]["state"] == "new"
    assert desk("template", "show", "hello").code == 1
    rows = desk("template", "import", str(path), "--json").json["templates"]
    assert [(r["state"], r["id"], r["unknown"]) for r in rows] == [("new", "hello", []), ("new", "odd", ["ticket.foo"])]
    again = desk("template", "import", str(path), "--json").json["templates"]
    assert [r["state"] for r in again] == ["same", "same"]
    assert desk("template", "show", "hello", "--json").json["texts"]["en"] == "Hi {{customer.first_name}}"
    found = desk("template", "lint", "odd", "--json")
    assert found.code == 1 and "ticket.foo" in found.json["findings"][0]["problem"]
    assert desk("template", "import", str(tmp_path / "nothing.csv")).code == 1


def test_a_preview_says_the_languages_it_tried_and_what_is_missing(shop: Cli) -> None:
    found = shop("template", "preview", "1", "refund_done", "--language", "nl", "--json").json
    assert found["why"] == "in en; there is no text in nl"
    assert found["chain"][0] == "en"
    assert found["missing"] == ["case.amount", "order.number", "promise.refund_days"]
    assert found["sendable"] is False
    assert shop("template", "preview", "1", "photo_request", "--json").json["sendable"] is True
    assert shop("template", "preview", "1", "note_handover", "--json").json["sendable"] is False


def test_without_a_template_a_preview_suggests_some_and_says_why(shop: Cli) -> None:
    assert shop("set", "1", "type=cancel").code == 0
    rows = shop("template", "preview", "1", "--json").json["suggestions"]
    assert rows[0]["why"].startswith("for Cancel")
    assert {"cancel_reply", "cancellation"} <= {row["id"] for row in rows}


def test_statistics_and_reading_again(shop: Cli) -> None:
    assert shop("reply", "1", "--template", "photo_request", "--yes").code == 0
    rows = shop("template", "stats", "--json").json["templates"]
    assert [(r["template"], r["used"], r["sent"]) for r in rows] == [("photo_request", 1, 0)]
    assert shop("template", "stats", "--since", "soon").code == 2
    assert shop("template", "review", "--json").json["templates"] == []
    assert shop("template", "reviewed", "ack", "apology", "--json").json["templates"][0]["template"] == "ack"
    assert shop("template", "reviewed", "nothing").code == 1


def test_every_template_act_shows_in_a_table_and_as_a_document(mine: Cli) -> None:
    for words in (["list"], ["show", "mine"], ["history", "mine"], ["diff", "mine"], ["review"], ["stats"], ["lint"]):
        assert mine("template", *words).code == 0
        assert "schema" in json.loads(mine("template", *words, "--json").out)
