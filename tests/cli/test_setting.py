"""Settings on the command line, and what keeps sync running."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from app.settings.registry import SETTINGS
from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DESKHAND_THEME", "DESKHAND_LANG", "DESKHAND_CONFIG"):
        monkeypatch.delenv(name, raising=False)


def test_the_list_has_every_setting_with_its_default_and_who_says_so(desk: Cli) -> None:
    found = desk("setting", "list", "--json")
    rows = {row["key"]: row for row in found.json["settings"]}
    assert found.code == 0 and set(SETTINGS) <= set(rows) and "DESKHAND_DESK" in rows
    assert rows["after"]["default"] == "on to the next ticket" and rows["after"]["source"] == "default"


def test_one_is_set_read_and_given_back(desk: Cli) -> None:
    said = desk("setting", "set", "after", "list")
    assert said.code == 0 and "back to the list (chosen by you)" in said.err
    found = desk("setting", "get", "after", "--json").json
    assert (found["value"], found["source"], found["known"]) == ("list", "person", ["next", "list", "stay"])
    changed = desk("setting", "list", "--changed", "--group", "work", "--json").json["settings"]
    assert [row["key"] for row in changed] == ["after"]
    assert desk("setting", "set", "after", "").code == 0
    assert desk("setting", "get", "after", "--json").json["source"] == "default"


def test_what_is_wrong_is_said_with_what_would_be_right(desk: Cli) -> None:
    assert "Known: next, list, stay" in desk("setting", "set", "after", "sideways").err
    near = desk("setting", "get", "themee")
    assert near.code == 2 and "Did you mean theme" in near.err
    told = desk("setting", "set", "encrypted", "yes")
    assert told.code == 1 and "deskhand init" in told.err


def test_a_variable_above_a_choice_is_said(desk: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_THEME", "mono")
    assert "DESKHAND_THEME stands above it." in desk("setting", "set", "theme", "light").err


def test_the_shop_is_renamed_with_an_event(desk: Cli) -> None:
    assert desk("setting", "set", "name", "Südlicht").code == 0
    assert desk("setting", "get", "name", "--json").json["value"] == "Südlicht"
    assert desk("audit", "verify").code == 0


def test_a_person_is_needed_only_for_what_is_a_persons(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.wire.unix_user", lambda: "nobody-here")
    keys = [row["key"] for row in cli("--desk", folder, "setting", "list", "--json").json["settings"]]
    assert "name" in keys and "theme" not in keys


@pytest.mark.parametrize(("way", "says"), [("systemd", "ExecStart="), ("cron", "*/5 * * * *"), ("tmux", "tmux new-session")])
def test_sync_prints_what_keeps_it_running_and_runs_nothing(desk: Cli, way: str, says: str) -> None:
    found = desk("sync", "--print", way)
    assert found.code == 0 and says in found.out and "sync --forever" in found.out


# The wizard in a real terminal ----------------------------------------------------------------------------


class Terminal:
    """`deskhand init` at the other end of a line."""

    def __init__(self, home: Path, *argv: str, **environ: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 80))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DESKHAND_", "XDG_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *argv], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**kept, "HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC", **environ},
        )  # fmt: skip
        os.close(slave)
        self.seen = b""

    def until(self, text: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while text.encode() not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.master, 65536)
                except OSError:
                    return

    def type(self, text: str) -> None:
        self.seen = b""
        os.write(self.master, text.encode())

    def ended(self) -> int:
        """The exit status of a program that leaves by itself, once all it says is read."""
        self.until("\0")
        return self.close()

    def close(self) -> int:
        os.close(self.master)
        return self.process.wait(15)


def test_init_in_a_terminal_leads_through_it_and_a_dropped_line_keeps_what_was_filled_in(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init")
    terminal.until("step 1 of 9")
    terminal.type("n")
    terminal.until("step 2")
    terminal.type("Nordlicht\x13")
    terminal.until("Your name")
    terminal.close()
    assert not (tmp_path / ".local" / "share").exists()
    kept = json.loads((tmp_path / ".local" / "state" / "deskhand" / "new-desk.json").read_text())
    assert kept["step"] == "team" and kept["answers"]["desk"]["name"] == "Nordlicht"


def test_init_in_a_terminal_makes_the_desk_and_says_what_is_next(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init")
    terminal.until("step 1 of 9")
    terminal.type("n")
    terminal.until("step 2")
    terminal.type("Nordlicht\x13")
    terminal.until("Your name")
    terminal.type("Ana\x13")
    terminal.until("Working hours")
    for step in ("Reply times", "Rules", "First channel", "always on", "Make it"):
        terminal.type("n")
        terminal.until(step)
    terminal.type("\r")
    terminal.until("Sync does not run yet")
    assert (tmp_path / ".local" / "share" / "deskhand" / "desk" / "desk.db").exists()
    terminal.type("q")
    terminal.until("Next: deskhand channel add")
    assert terminal.ended() == 0


def test_init_with_options_in_a_terminal_asks_the_rest_as_it_always_did(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "--name", "Shop")
    terminal.until("Folder of the desk")
    terminal.process.send_signal(signal.SIGINT)
    terminal.process.wait(15)
    os.close(terminal.master)


def test_a_terminal_that_draws_nothing_is_asked_line_by_line(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", TERM="dumb")
    terminal.until("Folder of the desk")
    terminal.process.send_signal(signal.SIGINT)
    terminal.process.wait(15)
    os.close(terminal.master)


def test_the_workstation_speaks_the_language_that_was_chosen_and_the_one_asked_for_first(desk: Cli, folder: Path) -> None:
    assert desk("setting", "set", "lang", "zh_CN").code == 0
    terminal = Terminal(folder.parent, "--desk", str(folder), "--as", "ana")
    terminal.until("按键")
    terminal.close()
    terminal = Terminal(folder.parent, "--desk", str(folder), "--as", "ana", "--lang", "en")
    terminal.until(" keys")
    terminal.close()
