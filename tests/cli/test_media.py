"""Files out of the desk and into replies, and what an agent is told of, by command."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def test_a_reply_takes_files_along(shop: Cli, tmp_path: Path) -> None:
    (tmp_path / "label.pdf").write_bytes(b"%PDF")
    (tmp_path / "chart.png").write_bytes(b"PNG")
    files = ("--attach", tmp_path / "label.pdf", "--attach", tmp_path / "chart.png")
    argv = ("reply", "1", "--text", "Here", *files, "--yes", "--json")
    assert [f["name"] for f in shop(*argv, "--dry-run").json["files"]] == ["label.pdf", "chart.png"]
    found = shop(*argv)
    assert found.code == 0, found.err
    assert [(f["name"], f["size"]) for f in found.json["files"]] == [("label.pdf", 4), ("chart.png", 3)]


def test_a_file_that_is_not_there_sends_nothing(shop: Cli, tmp_path: Path) -> None:
    found = shop("reply", "1", "--text", "Here", "--attach", tmp_path / "none.pdf", "--yes")
    assert found.code == 1 and "There is no file" in found.err
    assert shop("outbox", "list", "--json").json["outbox"] == []


def test_one_file_goes_to_stdout_byte_for_byte(shop: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 10
    (tmp_path / "a.bin").write_bytes(data)
    (tmp_path / "b.bin").write_bytes(b"b")
    assert shop("attachment", "put", "1", tmp_path / "a.bin", tmp_path / "b.bin").code == 0
    refused = shop("attachment", "get", "1", "--to", "-")
    assert refused.code == 1 and "Only one file" in refused.err
    out = io.TextIOWrapper(io.BytesIO())
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", out)
        from app.cli import main

        folder = tmp_path / "desk"
        assert main(["--desk", str(folder), "--as", "ana", "attachment", "get", "1", "1", "--to", "-"]) == 0
    assert out.buffer.getvalue() == data  # type: ignore[attr-defined]


def test_what_an_agent_is_told_of_is_set_in_words(desk: Cli) -> None:
    found = desk("agent", "set", "ana", "notify=assigned=bell mention=off quiet=22:00-07:00", "--json")
    assert found.code == 0, found.err
    assert "assigned=bell mention=off" in found.json["notify"] and found.json["notify"].endswith("quiet=22:00-07:00")
    again = desk("agent", "set", "ana", "notify=bell=off", "--json").json["notify"]
    assert "assigned=off" in again and "quiet=22:00-07:00" in again
    wrong = desk("agent", "set", "ana", "notify=horn=on")
    assert wrong.code == 1 and "nothing one is told of" in wrong.err


def test_the_status_for_tmux_is_one_line(shop: Cli) -> None:
    found = shop("status", "--format", "tmux")
    assert found.code == 0 and found.out.count("\n") == 1 and "open" in found.out
