"""What stands in the way is said in one clear sentence, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli, line, write_lines


def one_sentence(err: str) -> bool:
    return err.startswith("deskhand: ") and err.count("\n") == 1 and "Traceback" not in err


def test_a_full_disk_says_so_and_keeps_what_was_there(
    shop: Cli, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store import connection, unit
    from store.connection import Connection

    def cramped(path: Path, key: bytes | None = None) -> Connection:
        conn = connection.connect(path, key)
        pages = conn.execute("PRAGMA page_count").fetchone()[0]
        conn.execute(f"PRAGMA max_page_count = {pages}")
        return conn

    lines = [line(n, f"b{n}@buyer.example", "Lamp", body="x" * 5000, message_id=f"<f{n}@x>") for n in range(50)]
    path = write_lines(tmp_path / "big.jsonl", lines)
    with monkeypatch.context() as patch:
        patch.setattr(unit, "connect", cramped)
        found = shop("import", path)
        assert found.code == 1 and "The disk is full" in found.err and one_sentence(found.err)
        assert shop("note", "1", "--text", "y" * 200_000).code == 1
    assert shop("count", "id:1..").out == "3\n"
    assert shop("audit", "verify").code == 0
    assert shop("import", path).code == 0


def test_a_desk_of_a_newer_deskhand_is_not_touched(shop: Cli, folder: Path) -> None:
    from app.wire import open_desk

    store = open_desk(folder).store
    store.conn.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    before = (folder / "desk.db").read_bytes()
    for argv in (["list"], ["migrate"], ["status"]):
        found = shop(*argv)
        assert found.code == 1 and "newer Deskhand" in found.err and one_sentence(found.err)
    assert (folder / "desk.db").read_bytes() == before
    assert shop("doctor").code == 1


def test_an_sqlite_that_is_too_old_is_refused(shop: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from store import connection

    monkeypatch.setattr(connection.dbapi2, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(connection.dbapi2, "sqlite_version", "3.40.1")
    found = shop("list")
    assert found.code == 1 and "3.40.1" in found.err and "pip install -U sqlcipher3" in found.err
    assert one_sentence(found.err)
    assert "3.40.1" in shop("doctor").out


def test_a_file_that_is_no_desk(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"not a database at all" * 100)
    found = cli("--desk", tmp_path, "list")
    assert found.code == 1 and "it is no desk" in found.err and one_sentence(found.err)


def test_a_folder_nobody_can_write(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = cli("--desk", tmp_path / "file" / "desk", "init", "--yes")
    assert found.code == 1 and "cannot be written" in found.err and one_sentence(found.err)


def test_a_network_disk_is_refused(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store import connection

    monkeypatch.setattr(connection, "mount_type", lambda folder: "nfs4")
    found = cli("--desk", folder, "--as", "ana", "list")
    assert found.code == 1 and "network disk" in found.err and one_sentence(found.err)


def test_a_desk_without_the_asker_names_the_cure(cli: Cli, folder: Path) -> None:
    found = cli("--desk", folder, "note", "1", "--text", "x")
    assert found.code == 1 and one_sentence(found.err)


def test_a_broken_chain_is_found(shop: Cli, folder: Path) -> None:
    from app.wire import open_desk

    assert shop("audit", "verify", "--json").json["fault"] is None
    store = open_desk(folder).store
    store.conn.execute("UPDATE event SET payload = '{}' WHERE seq = 3")
    store.close()
    found = shop("audit", "verify", "--json")
    assert found.code == 1 and found.json["intact"] is False and found.json["intact_to"] == 2
    assert "event 3" in found.err


def test_an_init_that_fails_leaves_nothing_behind(cli: Cli, tmp_path: Path) -> None:
    found = cli("--desk", tmp_path / "d", "init", "--yes", "--agent", "NOT OK:x")
    assert found.code == 1 and one_sentence(found.err)
    assert not (tmp_path / "d" / "desk.db").exists()
    assert cli("--desk", tmp_path / "d", "init", "--yes", "--zone", "Mars/Phobos").code == 1
    assert cli("--desk", tmp_path / "d", "init", "--yes").code == 0


def test_questions_need_somebody_to_ask(cli: Cli, tmp_path: Path) -> None:
    found = cli("--desk", tmp_path / "d", "init")
    assert found.code == 2 and "--yes" in found.err


def test_bytes_that_are_no_text_are_bad_usage(shop: Cli) -> None:
    found = shop("list", "caf\udce9")
    assert found.code in (0, 2) and "Traceback" not in found.err
    assert shop("show", "1").code == 0


def test_a_damaged_file_is_a_sentence(shop: Cli, folder: Path) -> None:
    path = folder / "desk.db"
    raw = bytearray(path.read_bytes())
    for page in range(2, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(raw)
    for argv in (["list"], ["show", "1"], ["status"], ["doctor"]):
        found = shop(*argv)
        assert found.code == 1 and "Traceback" not in found.err, found.err
