"""Secrets lie beside the desk and never in it, for its owner only; whatever goes wrong, old secrets stay readable."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from store.errors import Invalid, Refused
from store.vault import ChannelSecrets, Vault
from tests.desk.small import Desk


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault(tmp_path, environ={})
    made.put("channel/mail/password", "s3cr3t-päß")
    return made


def again(tmp_path: Path, **more: object) -> Vault:
    return Vault(tmp_path, **{"environ": {}, **more})  # type: ignore[arg-type]


def test_a_secret_is_read_again_by_another_session(vault: Vault, tmp_path: Path) -> None:
    assert again(tmp_path).get("channel/mail/password") == "s3cr3t-päß"
    assert again(tmp_path).names() == ["channel/mail/password"]
    assert ChannelSecrets(again(tmp_path), "mail").get("password") == "s3cr3t-päß"
    with pytest.raises(KeyError):
        again(tmp_path).get("channel/mail/none")


def test_files_are_for_their_owner_only_and_hold_no_plain_text(vault: Vault, tmp_path: Path) -> None:
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert b"s3cr3t" not in path.read_bytes()


@pytest.mark.parametrize("name", ["vault.json", "vault.key"])
def test_a_file_others_can_read_is_refused_with_the_cure(vault: Vault, tmp_path: Path, name: str) -> None:
    (tmp_path / name).chmod(0o644)
    with pytest.raises(Refused, match=rf"can be read by others.*chmod 600 .*{name}"):
        again(tmp_path).get("channel/mail/password")
    with pytest.raises(Refused, match="chmod 600"):
        again(tmp_path).put("other", "x")
    (tmp_path / name).chmod(0o600)
    assert again(tmp_path).get("channel/mail/password") == "s3cr3t-päß"


@pytest.mark.parametrize("name", ["vault.json", "vault.key"])
def test_a_symbolic_link_is_refused(vault: Vault, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    os.rename(tmp_path / name, elsewhere)
    (tmp_path / name).symlink_to(elsewhere)
    with pytest.raises(Refused, match=name):
        again(tmp_path).get("channel/mail/password")


def test_a_passphrase_opens_what_it_sealed_and_another_does_not(tmp_path: Path) -> None:
    again(tmp_path, passphrase="correct horse").put("a", "1")
    assert not (tmp_path / "vault.key").exists()
    assert again(tmp_path, passphrase="correct horse").get("a") == "1"
    with pytest.raises(Invalid, match="does not open with this key"):
        again(tmp_path, passphrase="wrong").get("a")
    with pytest.raises(Refused, match="needs its passphrase"):
        again(tmp_path).get("a")


@pytest.mark.parametrize("opened_by", [{"passphrase": "wrong"}, {"passphrase": "correct horse"}])
def test_a_wrong_key_never_seals_beside_the_right_one(vault: Vault, tmp_path: Path, opened_by: dict[str, str]) -> None:
    """Else half of the vault would open with one key and half with another."""
    before = (tmp_path / "vault.json").read_bytes()
    with pytest.raises(Invalid, match="does not open with this key"):
        again(tmp_path, **opened_by).put("b", "2")
    assert (tmp_path / "vault.json").read_bytes() == before


def test_a_lost_key_file_is_said_and_not_replaced(vault: Vault, tmp_path: Path) -> None:
    key = (tmp_path / "vault.key").read_bytes()
    (tmp_path / "vault.key").unlink()
    with pytest.raises(Invalid, match=r"bring back vault\.key"):
        again(tmp_path).get("channel/mail/password")
    with pytest.raises(Invalid, match=r"bring back vault\.key"):
        again(tmp_path).put("b", "2")
    assert not (tmp_path / "vault.key").exists()
    (tmp_path / "vault.key").write_bytes(key)
    (tmp_path / "vault.key").chmod(0o600)
    assert again(tmp_path).get("channel/mail/password") == "s3cr3t-päß"


@pytest.mark.parametrize("content", [b"", b"not base64 !", b"QUJD"])
def test_a_damaged_key_file_is_one_sentence(vault: Vault, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault.key").write_bytes(content)
    with pytest.raises(Invalid, match=r"vault\.key"):
        again(tmp_path).get("channel/mail/password")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"secrets": {"a": 1}}', b'{"secrets": {"channel/mail/password": "AA"}}']
)
def test_a_damaged_vault_is_one_sentence(vault: Vault, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault.json").write_bytes(content)
    with pytest.raises(Invalid):
        again(tmp_path).get("channel/mail/password")


def test_the_environment_stands_above_the_file(vault: Vault, tmp_path: Path) -> None:
    environ = {"DESKHAND_SECRET_CHANNEL_MAIL_PASSWORD": "from outside"}
    assert Vault(tmp_path, environ=environ).get("channel/mail/password") == "from outside"
    assert Vault(tmp_path / "none", environ=environ).get("channel/mail/password") == "from outside"


def test_a_write_that_fails_leaves_the_old_vault(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            again(tmp_path).put("b", "2")
    assert again(tmp_path).names() == ["channel/mail/password"]
    again(tmp_path).put("b", "2")
    assert again(tmp_path).get("b") == "2"


def test_a_secret_moved_to_another_name_does_not_open(vault: Vault, tmp_path: Path) -> None:
    import json

    doc = json.loads((tmp_path / "vault.json").read_text())
    doc["secrets"]["channel/evil/password"] = doc["secrets"].pop("channel/mail/password")
    (tmp_path / "vault.json").write_text(json.dumps(doc))
    with pytest.raises(Invalid):
        again(tmp_path).get("channel/evil/password")


def test_two_writers_lose_nothing(vault: Vault, tmp_path: Path) -> None:
    threads = [threading.Thread(target=again(tmp_path).put, args=(f"n{n}", str(n))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {again(tmp_path).get(f"n{n}") for n in range(12)} == {str(n) for n in range(12)}


def test_forgetting_a_channel_forgets_its_secrets_only(vault: Vault, tmp_path: Path) -> None:
    vault.put("channel/mail2/password", "other")
    again(tmp_path).drop("channel/mail/")
    assert again(tmp_path).names() == ["channel/mail2/password"]


def test_no_secret_is_in_the_desk(desk: Desk) -> None:
    Vault(desk.store.folder, environ={}).put("channel/mail/password", "hunter2-hunter2")
    desk.mail()
    for path in desk.store.folder.iterdir():
        assert b"hunter2" not in path.read_bytes(), path
