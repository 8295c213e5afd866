"""Learning, spam and blocking from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli, line, write_lines


def test_spam_and_back(shop: Cli) -> None:
    assert shop("spam", "1", "#2").code == 0
    assert [t["id"] for t in shop("list", "is:spam", "--json", "--sort", "oldest").json["tickets"]] == [1, 2]
    assert shop("count", "is:open", "--json").json["count"] == 1
    assert shop("spam", "--not", "2").code == 0
    assert shop("show", "2", "--json").json["status"] == "open"
    assert shop("undo").code == 0
    assert shop("undo").code == 0
    assert shop("count", "is:spam", "--json").json["count"] == 0


def test_blocking_lists_and_lets_go(shop: Cli, tmp_path: Path) -> None:
    both = ["Anna@Buyer.example", "x@y.example"]
    assert shop("block", *both, "--json").json["changed"] == both
    assert shop("block", "anna@buyer.example", "--json").json["unchanged"] == ["anna@buyer.example"]
    assert {b["sender"] for b in shop("block", "--json").json["blocked"]} == {"anna@buyer.example", "x@y.example"}
    shop("import", write_lines(tmp_path / "a.jsonl", [line(7, "anna@buyer.example", "Again", ts=1_790_000_000)]),
         "--since", "all")  # fmt: skip
    assert shop("undo").code == 0, "both at once"
    assert shop("block", "--json").json["blocked"] == []
    wrong = shop("unblock", "anna@buyer.example")
    assert wrong.code == 1 and "not blocked" in wrong.err
    assert shop("block", "nonsense").code == 1


def test_spam_with_block_is_one_step(shop: Cli) -> None:
    assert shop("spam", "--block", "1").code == 0
    assert shop("block", "--json").json["blocked"][0]["sender"] == "anna@buyer.example"
    shop("undo")
    assert shop("block", "--json").json["blocked"] == []
    assert shop("show", "1", "--json").json["status"] != "closed"


def test_learning_is_switched_trained_and_explained(desk: Cli, tmp_path: Path) -> None:
    assert desk("learn", "--train").code == 1
    texts = [("The glow wavers when my cat walks past", "defective"),
             ("My aunt mentioned something about bananas", "invoice_payment")]  # fmt: skip
    lines = [line(n, f"b{n}@buyer.example", "", body=f"{texts[n % 2][0]}, number {n}.") for n in range(1, 13)]
    desk("import", write_lines(tmp_path / "a.jsonl", lines), "--since", "all")
    for n, text in enumerate(lines, 1):
        kind = next(k for t, k in texts if str(text["body"]).startswith(t))
        assert desk("set", str(n), f"type={kind}").code == 0
    found = desk("learn", "--json").json
    assert (found["corrections"], found["active"], found["choice"]) == (12, False, "auto")
    on = desk("learn", "--on", "--json").json
    assert on["active"] is True and on["accuracy"] == 1.0 and on["together"] > on["alone"]
    asked = tmp_path / "lines.txt"
    asked.write_text("The glow wavers again, my cat walks past it\n")
    (told,) = desk("explain", "--lines", str(asked), "--format", "json").out.splitlines()
    assert '"type": "defective"' in told or '"type":"defective"' in told
    assert "taught" in told
    assert "It is used." in desk("learn").out
    desk("learn", "--off")
    assert "defective" not in desk("explain", "--lines", str(asked), "--format", "json").out
