"""A desk whose disk, place, program or key is wrong: one clear sentence and exit code 1, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import store.connection
import store.unit
from app.cli import main
from app.wire import KEY_NAME
from store import events
from store.unit import Store
from store.vault import Vault
from tests.faults.kit import FrozenClock, Ids, with_a_channel

Says = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Says:
    """Runs a command in this process: exit code, stdout, stderr."""

    def run(*argv: str | Path) -> tuple[int, str, str]:
        code = main([str(a) for a in argv])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def desk(tmp_path: Path, say: Says) -> Path:
    return made(say, tmp_path / "desk")


def made(say: Says, folder: Path, *options: str) -> Path:
    assert say("--desk", folder, "init", "--yes", "--agent", "ana:Ana", "--zone", "UTC", *options)[0] == 0
    with_a_channel(folder)
    assert new(say, folder, "First")[0] == 0
    return folder


def new(say: Says, folder: Path, subject: str) -> tuple[int, str, str]:
    who = ("--desk", folder, "--as", "ana")
    return say(*who, "new", "--customer", "kim@buyer.example", "--subject", subject, "--text", "Hello")


def refused(answer: tuple[int, str, str], *words: str) -> None:
    """Exit code 1, nothing on stdout, one line that says all of `words`, and no traceback."""
    code, out, err = answer
    assert code == 1, err
    assert out == ""
    assert err.count("\n") == 1, err
    assert err.startswith("deskhand: ")
    for word in words:
        assert word in err, err


def subjects(say: Says, folder: Path) -> list[str]:
    code, out, err = say("--desk", folder, "--as", "ana", "list", "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return sorted(t["subject"] for t in found["tickets"])


def test_a_full_disk_keeps_every_change_it_confirmed(
    say: Says, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.unit.connect
    pages = 0

    def small(path: Path, key: bytes | None = None) -> Any:
        nonlocal pages
        conn = real(path, key)
        pages = pages or conn.execute("PRAGMA page_count").fetchone()[0] + 20
        conn.execute(f"PRAGMA max_page_count = {pages}")
        return conn

    monkeypatch.setattr(store.unit, "connect", small)
    confirmed, answer = 0, (0, "", "")
    for number in range(60):
        answer = say("--desk", desk, "--as", "ana", "note", "1", "--text", f"note {number} " + "x" * 4000)
        if answer[0]:
            break
        confirmed += 1
    refused(answer, "disk is full", "not saved", "Free some space")
    assert confirmed >= 1
    monkeypatch.setattr(store.unit, "connect", real)
    assert say("--desk", desk, "--as", "ana", "note", "1", "--text", "after")[0] == 0
    opened = Store.open(desk, clock=FrozenClock(), ids=Ids())
    assert opened.conn.execute("SELECT count(*) FROM message WHERE direction = 'note'").fetchone()[0] == confirmed + 1
    assert events.verify(opened.conn).problem == ""
    opened.close()


MOUNT = """
set -e
mount -t tmpfs -o size=3m none "$1"
cd "$2"
exec "$3" -m tests.faults.small_disk "$1"
"""


def on_its_own_disk(folder: Path) -> dict[str, Any]:
    """What `tests.faults.small_disk` found on a real disk of 3 MB that nobody else sees."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-Urm", "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk of their own (unshare -Urm)")
    done = subprocess.run([unshare, "-Urm", "sh", "-c", MOUNT, "sh", str(folder), str(ROOT), sys.executable],
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_really_full_disk_and_a_disk_that_turned_read_only(tmp_path: Path) -> None:
    found = on_its_own_disk(tmp_path)
    code, err = found["full"]
    assert code == 1
    assert "disk is full" in err and "Traceback" not in err
    assert found["kept"] == found["confirmed"] >= 1
    assert found["after"] == 0, "once space is free it goes on"
    assert found["problem"] == "" and found["integrity"] == "ok"
    for code, err in found["read_only"]:
        assert code == 1, err
        assert "cannot be written" in err and err.count("\n") == 1


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(say: Says, desk: Path) -> None:
    for path in desk.iterdir():
        path.chmod(0o400)
    desk.chmod(0o500)
    refused(new(say, desk, "Second"), "cannot be written", "doctor")
    desk.chmod(0o700)
    for path in desk.iterdir():
        path.chmod(0o600)
    assert subjects(say, desk) == ["First"]


def test_an_old_sqlite_is_refused_before_it_touches_anything(
    say: Says, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (desk / "desk.db").read_bytes()
    with monkeypatch.context() as old:
        old.setattr(store.connection.dbapi2, "sqlite_version_info", (3, 40, 1))
        old.setattr(store.connection.dbapi2, "sqlite_version", "3.40.1")
        refused(new(say, desk, "Second"), "3.40.1", "3.51.3", "pip install -U sqlcipher3")
    assert (desk / "desk.db").read_bytes() == before
    assert subjects(say, desk) == ["First"]


def test_a_desk_of_a_newer_deskhand_is_left_alone(say: Says, desk: Path) -> None:
    def revision(value: str) -> None:
        opened = Store(desk, clock=FrozenClock(), ids=Ids())
        opened.conn.execute("UPDATE alembic_version SET version_num = ?", (value,))
        opened.close()

    revision("9999")
    refused(new(say, desk, "Second"), "newer Deskhand", "9999", "not touched")
    revision(store.unit.HEAD_REVISION)
    assert subjects(say, desk) == ["First"]


def test_a_network_disk_is_refused(say: Says, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as far:
        far.setattr(store.connection, "mount_type", lambda folder: "nfs4")
        refused(new(say, desk, "Second"), "nfs4", "local disk")
        refused(say("--desk", tmp_path / "other", "init", "--yes"), "nfs4")
        assert not (tmp_path / "other" / "desk.db").exists()
    assert subjects(say, desk) == ["First"]


def test_a_folder_without_a_desk_and_a_file_that_is_none(say: Says, tmp_path: Path) -> None:
    refused(say("--desk", tmp_path, "list"), "no desk", "deskhand init")
    (tmp_path / "desk.db").write_bytes(b"something else entirely" * 400)
    refused(say("--desk", tmp_path, "list"), "does not open")


def test_an_encrypted_desk_opens_with_its_own_key_only(say: Says, tmp_path: Path) -> None:
    desk = made(say, tmp_path / "desk", "--encrypt")
    assert b"SQLite format 3" not in (desk / "desk.db").read_bytes()[:100]
    vault = Vault(desk)
    right = vault.get(KEY_NAME)
    vault.put(KEY_NAME, "ab" * 32)
    refused(new(say, desk, "Second"), "key is wrong", "vault")
    vault.put(KEY_NAME, right)
    aside = (desk / "vault.json").rename(tmp_path / "aside")
    refused(new(say, desk, "Second"), "key is wrong", "vault")
    aside.rename(desk / "vault.json")
    kept = (desk / "vault.key").read_bytes()
    (desk / "vault.key").write_bytes(b"A" * 43 + b"=")
    refused(new(say, desk, "Second"), "vault does not open", "vault.key")
    (desk / "vault.key").write_bytes(kept)
    assert subjects(say, desk) == ["First"]


@pytest.mark.parametrize("name", ["vault.json", "vault.key"])
def test_a_vault_that_others_can_read_is_refused_with_the_command_that_mends_it(
    say: Says, tmp_path: Path, name: str
) -> None:
    desk = made(say, tmp_path / "desk", "--encrypt")
    (desk / name).chmod(0o644)
    refused(new(say, desk, "Second"), name, "read by others", f"chmod 600 {desk / name}")
    (desk / name).chmod(0o600)
    assert subjects(say, desk) == ["First"]


def test_a_vault_that_is_garbage_says_so(say: Says, tmp_path: Path) -> None:
    desk = made(say, tmp_path / "desk", "--encrypt")
    kept = (desk / "vault.json").read_bytes()
    for garbage in (b"{", b"[]", b'{"secrets": {"desk/key": "?"}}', b"\xff\xfe"):
        (desk / "vault.json").write_bytes(garbage)
        refused(new(say, desk, "Second"), "vault")
    key = (desk / "vault.key").read_bytes()
    (desk / "vault.json").write_bytes(kept)
    (desk / "vault.key").write_bytes(b"short")
    refused(new(say, desk, "Second"), "vault")
    (desk / "vault.key").write_bytes(key)
    assert subjects(say, desk) == ["First"]


def test_a_damaged_desk_says_what_to_do(say: Says, desk: Path) -> None:
    opened = Store.open(desk, clock=FrozenClock(), ids=Ids())
    opened.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()
    whole = (desk / "desk.db").read_bytes()
    (desk / "desk.db").write_bytes(whole[:4096] + b"\x00" * (len(whole) - 4096))
    refused(say("--desk", desk, "--as", "ana", "list"), "damaged", "backup")
    (desk / "desk.db").write_bytes(whole)
    assert subjects(say, desk) == ["First"]
