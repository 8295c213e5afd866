"""Accounts and sync, by a stand-in mail server on loopback; explain, deadlines, the doctor, completion, the page."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from app.cli import docs
from app.cli.completion import bash, fish, zsh
from app.cli.logs import Lines
from connectors.sandbox.mail import MailStandIn
from tests.cli.conftest import Cli

PASSWORD = "pra tice"
MAIL = b"""From: Anna <anna@buyer.example>\r
To: care@shop.example\r
Subject: Lamp arrived broken\r
Date: Mon, 08 Jun 2026 09:00:00 +0000\r
Message-ID: <%s@buyer.example>\r
\r
Hello, my lamp arrived broken, please refund order 701-1234567-1234567.\r
"""


@pytest.fixture
def server() -> MailStandIn:
    with MailStandIn(users={"care@shop.example": PASSWORD}) as running:
        yield running  # type: ignore[misc]


def settings(server: MailStandIn) -> list[str]:
    return ["imap_host=127.0.0.1", "smtp_host=127.0.0.1", "imap_tls=plain", "smtp_tls=plain", "user=care@shop.example",
            f"imap_port={server.imap_port}", f"smtp_port={server.smtp_port}"]  # fmt: skip


def add(desk: Cli, server: MailStandIn, password: str = PASSWORD) -> object:
    return desk("channel", "add", "--id", "mail", "--name", "Care", "--since", "all", "--secret-stdin", "password",
                *settings(server), stdin=password + "\n")  # fmt: skip


def test_an_account_is_tested_before_it_is_kept(desk: Cli, server: MailStandIn, folder: Path) -> None:
    found = add(desk, server)
    assert found.code == 0, found.err
    assert "is let in" in found.err
    assert PASSWORD not in (folder / "vault.json").read_text()
    assert desk("channel", "test", "mail", "--json").json["ok"] is True
    assert desk("channel", "list", "--json").json["channels"][0]["settings"]["user"] == "care@shop.example"


def test_a_wrong_password_keeps_nothing(desk: Cli, server: MailStandIn) -> None:
    found = add(desk, server, "wrong")
    assert found.code == 1
    assert "Nothing was kept" in found.err and "wrong" not in found.err.replace("wrong password", "")
    assert desk("channel", "list", "--json").json["channels"] == []


def test_a_server_that_is_not_there(desk: Cli, server: MailStandIn) -> None:
    words = [w for w in settings(server) if not w.startswith("imap_port")]
    found = desk("channel", "add", "--id", "mail", "--secret-stdin", "password", *words, "imap_port=1", stdin="x\n")
    assert found.code == 1
    assert "127.0.0.1" in found.err and "Traceback" not in found.err


@pytest.mark.parametrize(("words", "code", "said"), [
    (["imap_prot=993"], 2, "Did you mean imap_port?"), (["password=x"], 2, "no place for password"),
    (["imap_host=h"], 1, "smtp_host"), (["nonsense"], 2, "nonsense is not a platform"),
])  # fmt: skip
def test_bad_settings_are_named(desk: Cli, words: list[str], code: int, said: str) -> None:
    found = desk("channel", "add", "--id", "mail", "--no-test", *words)
    assert (found.code, said in found.err) == (code, True), found.err


def test_a_setting_of_the_wrong_kind_is_named(desk: Cli, server: MailStandIn) -> None:
    found = desk("channel", "add", "--id", "mail", "--no-test", *settings(server), "imap_tls=maybe")
    assert found.code == 1 and "imap_tls" in found.err


def test_one_account_is_not_connected_twice(desk: Cli, server: MailStandIn) -> None:
    add(desk, server)
    found = desk("channel", "add", "--id", "second", "--no-test", *settings(server))
    assert found.code == 1 and "reads this account already" in found.err


def test_a_mail_is_fetched_answered_and_sent_once(desk: Cli, server: MailStandIn, folder: Path) -> None:
    add(desk, server)
    server.deliver(MAIL % b"one")
    came = desk("sync", "--once", "--json").json["channels"][0]
    assert (came["fresh"], came["tickets"], came["fault"]) == (1, 1, None)
    assert desk("sync", "--once", "--json").json["channels"][0]["fresh"] == 0
    row = desk("reply", "1", "--text", "A new one leaves today.", "--yes", "--json").json["outbox"]
    _let_go(folder)
    assert desk("sync", "--once").code == 0
    assert desk("outbox", "show", str(row), "--json").json["state"] == "sent"
    assert len(server.sent) == 1 and b"A new one leaves today." in server.sent[0].raw
    assert b"In-Reply-To: <one@buyer.example>" in server.sent[0].raw
    assert desk("sync", "--once").code == 0
    assert len(server.sent) == 1
    assert [m["direction"] for m in desk("show", "1", "--json").json["messages"]] == ["in", "out"]


def _let_go(folder: Path) -> None:
    """Ends the time in which a reply can be taken back."""
    from app.wire import open_desk

    store = open_desk(folder).store
    store.conn.execute("UPDATE outbox SET hold_until = 0")
    store.close()


def test_a_fault_is_told_and_the_exit_code_says_so(desk: Cli, server: MailStandIn) -> None:
    add(desk, server)
    server.faults.refuse_auth = True
    found = desk("sync", "--once", "--json")
    assert found.code == 1 and found.json["channels"][0]["fault"]
    assert desk("doctor", "--json").json["ok"] is False


def test_pausing_and_removing(desk: Cli, server: MailStandIn, folder: Path) -> None:
    add(desk, server)
    assert desk("channel", "pause", "mail", "--json").json["state"] == "paused"
    assert desk("sync", "--once", "--json").json["channels"] == []
    assert desk("channel", "resume", "mail", "--json").json["state"] == "active"
    assert desk("channel", "remove", "mail").code == 2
    assert desk("channel", "remove", "mail", "--yes").code == 0
    assert desk("channel", "list", "--json").json["channels"] == []
    assert json.loads((folder / "vault.json").read_text())["secrets"] == {}


def test_a_secret_is_replaced(desk: Cli, server: MailStandIn) -> None:
    add(desk, server)
    assert desk("secret", "set", "mail/password", stdin="other\n").code == 0
    assert desk("channel", "test", "mail").code == 1
    assert desk("secret", "set", "mail/password", stdin="\n").code == 1
    assert desk("secret", "set", "nowhere/password", stdin="x\n").code == 1


# Explain ----------------------------------------------------------------------------------------------

FIELDS = [
    "file",
    "from",
    "to",
    "cc",
    "reply_to",
    "subject",
    "date",
    "text",
    "quoted",
    "attachments",
    "automatic",
    "language",
    "type",
    "cause",
    "ask",
    "escalation",
    "urgency",
    "scores",
    "needs_review",
    "orders",
    "tracking",
    "rule",
    "assignee",
    "why",
    "due",
    "error",
]


def test_explain_needs_no_desk(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_DESK", str(tmp_path / "none"))
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "b.eml").write_bytes(MAIL % b"one")
    (folder / "a.eml").write_bytes(b"")
    found = cli("explain", folder, "--json")
    bad, good = (json.loads(text) for text in found.out.splitlines())
    assert found.code == 1
    assert list(good) == FIELDS and list(bad) == FIELDS
    assert Path(bad["file"]).name == "a.eml" and bad["error"]
    assert good["from"] == {"name": "Anna", "address": "anna@buyer.example"}
    assert (good["type"], good["language"], good["orders"], good["error"]) == (
        "damaged",
        "en",
        ["701-1234567-1234567"],
        None,
    )
    assert (good["rule"], good["assignee"], good["due"]) == (None, None, None)
    assert good["date"] == "2026-06-08T09:00:00Z"


def test_with_a_desk_it_says_who_and_until_when_and_stores_nothing(shop: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(MAIL % b"nine")
    found = json.loads(shop("explain", tmp_path / "x.eml", "--json").out)
    assert found["assignee"] in ("ana", "bo") and found["due"] and found["why"]
    assert shop("count", "id:1..").out == "3\n"


def test_a_ticket_explains_itself(shop: Cli) -> None:
    found = json.loads(shop("explain", "1", "--json").out)
    assert (found["file"], found["subject"], found["error"]) == ("#1", "Lamp arrived broken", None)
    assert found["assignee"] in ("ana", "bo") and len(found["why"]) == 2


def test_each_line_is_a_message(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_text("Where is my parcel?\n我要退款\n\nDie Lampe ist kaputt\n", "utf-8")
    found = [json.loads(text) for text in cli("explain", "--lines", tmp_path / "l.txt", "--json").out.splitlines()]
    assert [r["text"] for r in found] == ["Where is my parcel?", "我要退款", "", "Die Lampe ist kaputt"]
    assert [r["language"] for r in found if r["text"]] == ["en", "zh-CN", "de"]
    assert found[1]["type"] == "refund"


def test_for_a_person_it_is_a_page(shop: Cli) -> None:
    found = shop("explain", "1", "--format", "table").out
    assert "Type:" in found and "Owner:" in found


# Deadlines --------------------------------------------------------------------------------------------


SHANGHAI = """name = "B"
zone = "Asia/Shanghai"
[week]
mon-fri = "09:00-18:00"
[dates]
off = ["2026-10-01..2026-10-07"]
extra = { "2026-10-10" = "09:00-18:00" }
"""


@pytest.mark.parametrize(("start", "target", "pauses", "due"), [
    ("2026-06-05T17:30+08:00", "2h", [], "2026-06-08T02:30:00Z"),
    ("2026-06-05T17:30", "2h", [], "2026-06-08T02:30:00Z"),
    ("2026-09-30T16:00+08:00", "8h", [], "2026-10-08T07:00:00Z"),
    ("2026-06-08T10:00+08:00", "8h", ["2026-06-08T11:00+08:00..2026-06-09T10:00+08:00"], "2026-06-09T09:00:00Z"),
    ("2026-06-08T09:00", "2bd", [], "2026-06-10T15:59:59Z"),
])  # fmt: skip
def test_due_times_on_a_calendar_from_a_file(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str, target: str, pauses: list[str], due: str
) -> None:
    monkeypatch.setenv("DESKHAND_DESK", str(tmp_path / "none"))
    (tmp_path / "b.toml").write_text(SHANGHAI)
    extra = [word for p in pauses for word in ("--pause", p)]
    found = cli("sla", "due", "--calendar", tmp_path / "b.toml", "--start", start, "--target", target, *extra, "--json")
    assert found.json["due"] == due, found.err


def test_bad_deadlines_are_refused(desk: Cli) -> None:
    due = ["sla", "due", "--start", "2026-06-08T09:00Z", "--target"]
    assert desk(*due, "8h", "--calendar", "24x7").code == 0
    assert "no calendar nowhere" in desk(*due, "8h", "--calendar", "nowhere").err
    assert desk(*due, "soon").code == 1
    assert desk(*due, "8h", "--pause", "now").code == 2
    assert "Never" in desk(*due, "8h", "--pause", "2026-06-08T09:30Z..").out


# The doctor -------------------------------------------------------------------------------------------


def test_a_well_desk_is_well(desk: Cli) -> None:
    found = desk("doctor", "--json")
    assert found.code == 0 and found.json["ok"] is True
    assert {c["check"] for c in found.json["checks"]} >= {
        "sqlite",
        "place",
        "permissions",
        "vault",
        "desk",
        "integrity",
        "events",
    }


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "cure"),
    [
        (0o755, 0o644, "chmod 700"),
        (0o770, 0o660, "chmod 2770"),
        (0o2770, 0o644, "chmod 660"),
        (0o2777, 0o660, "chmod 2770"),
        (0o2750, 0o660, "chmod 2770"),
        (0o3770, 0o660, "chmod -t"),
    ],
)
def test_wrong_permissions_name_the_exact_command(
    desk: Cli, folder: Path, folder_mode: int, file_mode: int, cure: str
) -> None:
    os.chmod(folder / "desk.db", file_mode)
    os.chmod(folder, folder_mode)
    found = desk("doctor", "--json")
    cures = [c["cure"] for c in found.json["checks"] if c["check"] == "permissions"]
    assert found.code == 1 and any(c.startswith(cure) for c in cures), cures
    assert folder.stat().st_mode & 0o7777 == folder_mode


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o700, 0o600), (0o700, 0o644), (0o2770, 0o660)])
def test_right_permissions_are_right(desk: Cli, folder: Path, folder_mode: int, file_mode: int) -> None:
    os.chmod(folder / "desk.db", file_mode)
    os.chmod(folder, folder_mode)
    assert [c["ok"] for c in desk("doctor", "--json").json["checks"] if c["check"] == "permissions"] == [True]


def test_an_open_vault_is_refused_with_its_cure(desk: Cli, server: MailStandIn, folder: Path) -> None:
    add(desk, server)
    os.chmod(folder / "vault.json", 0o644)
    found = desk("channel", "test", "mail")
    assert found.code == 1 and f"chmod 600 {folder / 'vault.json'}" in found.err
    assert any("chmod 600" in c["text"] for c in desk("doctor", "--json").json["checks"])


def test_the_bundle_holds_no_secret_and_no_address(
    desk: Cli, server: MailStandIn, folder: Path, tmp_path: Path
) -> None:
    add(desk, server)
    (folder / "log").mkdir()
    (folder / "log" / "sync.jsonl").write_text('{"text": "anna@buyer.example token=abcdef"}\n')
    assert desk("doctor", "--bundle", tmp_path / "b.tar.gz").code == 0
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        texts = [tar.extractfile(m).read().decode() for m in tar.getmembers()]  # type: ignore[union-attr]
    whole = "".join(texts)
    assert PASSWORD not in whole and "anna@" not in whole and "care@" not in whole and "abcdef" not in whole
    assert '"ticket": 0' in whole
    assert desk("doctor", "--bundle", tmp_path / "b.tar.gz").code == 1


def test_a_log_line_is_json_without_addresses() -> None:
    import logging

    made = logging.LogRecord(
        "deskhand.sync", logging.WARNING, "x", 1, "channel %s: anna@buyer.example password=hunter2", ("mail",), None
    )
    found = json.loads(Lines().format(made))
    assert found["text"] == "channel mail: a***@buyer.example password=***"
    assert set(found) == {"at", "level", "logger", "text"}


# Completion and the page ------------------------------------------------------------------------------


def test_words_of_the_desk_complete(shop: Cli) -> None:
    assert {text.split("\t")[0] for text in shop("__complete", "tickets", "").out.splitlines()} == {"1", "2", "3"}
    assert shop("__complete", "agents", "a").out == "ana\tAna\n"
    assert shop("__complete", "views", "inb").out.startswith("inbox\t")
    assert shop("__complete", "nonsense", "--x").out == ""


def test_completion_never_complains(cli: Cli, tmp_path: Path) -> None:
    found = cli("--desk", tmp_path / "none", "__complete", "tickets", "")
    assert (found.code, found.out, found.err) == (0, "", "")


def test_the_scripts_are_whole(tmp_path: Path) -> None:
    for make in (bash, zsh, fish):
        assert "__complete" in make() and "outbox" in make()
    script = tmp_path / "c.bash"
    script.write_text(
        bash() + 'COMP_WORDS=(deskhand out); COMP_CWORD=1; _deskhand; echo "${COMPREPLY[@]}"\n'
        'COMP_WORDS=(deskhand --json outbox res); COMP_CWORD=3; _deskhand; echo "${COMPREPLY[@]}"\n'
    )
    run = subprocess.run(["bash", script], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["outbox", "resolve"]


def test_the_page_of_the_command_line_is_current(root: Path) -> None:
    """Mend with: python -m app.cli.docs > docs/cli.md"""
    assert (root / "docs" / "cli.md").read_text("utf-8") == docs.page()


def test_sync_forever_logs_json_and_ends_on_a_signal(desk: Cli, server: MailStandIn, folder: Path, root: Path) -> None:
    import signal
    import sys
    import time

    add(desk, server)
    server.deliver(MAIL % b"one")
    run = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--desk", folder, "--as", "ana", "sync", "--forever"],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while desk("count", "id:1..").out == "0\n" and time.monotonic() < deadline:
        assert run.poll() is None
    assert desk("sync", "--once").code == 1  # one at a time
    assert desk("status", "--json").json["syncing"] is True
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=60) == 0
    texts = [json.loads(text)["text"] for text in (folder / "log" / "sync.jsonl").read_text().splitlines()]
    assert texts[0].startswith("started") and texts[-1] == "stopped"
    assert desk("status", "--json").json["syncing"] is False
