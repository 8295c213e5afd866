"""Secrets of the team: outside the database, so that no backup of it holds one.

`vault.json` (0600) holds each secret sealed with AES-256-GCM under a master key; the master key lies in `vault.key`
(0600) of the account that owns the desk, or is derived from a passphrase by scrypt. A file that others can read is
refused, with the command that mends it. `DESKHAND_SECRET_<NAME>` in the environment stands above the file.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store.errors import N_, Invalid, Refused

_SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}
"""About 0.1 s on the machines this was measured on (2026-11)."""

TRUSTED_KEYRINGS = ("keyring.backends.SecretService", "keyring.backends.kwallet", "keyring.backends.macOS",
                    "keyring.backends.Windows")  # fmt: skip
"""Others may store plain text: merely installing keyrings.alt makes base64 the default."""


class Vault:
    """The secrets of one desk folder. Names are paths such as `channel/mail/password`."""

    def __init__(self, folder: Path, *, passphrase: str | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._file, self._key_file = folder / "vault.json", folder / "vault.key"
        self._passphrase, self._environ = passphrase or environ.get("DESKHAND_VAULT_PASSPHRASE"), environ
        self._master: bytes | None = None

    def get(self, name: str) -> str:
        """Raises KeyError when there is none, Refused when a file is open to others, Invalid for a wrong passphrase."""
        override = self._environ.get("DESKHAND_SECRET_" + re.sub(r"\W", "_", name).upper())
        if override is not None:
            return override
        sealed = self._read().get("secrets", {})[name]
        return self._open(name, sealed)

    def put(self, name: str, value: str) -> None:
        """Stores a secret; it is on disk when this returns."""
        with self._alone():
            doc = self._read()
            for known, sealed in list(doc.get("secrets", {}).items())[:1]:
                self._open(known, sealed)  # a key that does not open the old ones must not seal new ones
            doc.setdefault("secrets", {})[name] = self._seal(name, value, doc)
            self._write(self._file, json.dumps(doc, indent=1).encode())

    def drop(self, prefix: str) -> None:
        """Forgets every secret whose name begins with `prefix`."""
        with self._alone():
            doc = self._read()
            doc["secrets"] = {k: v for k, v in doc.get("secrets", {}).items() if not k.startswith(prefix)}
            self._write(self._file, json.dumps(doc, indent=1).encode())

    def names(self) -> list[str]:
        return sorted(self._read().get("secrets", {}))

    def has(self, name: str) -> bool:
        return name in self.names()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time over threads and processes: two channels may renew their tokens at the same instant."""
        fd = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _seal(self, name: str, value: str, doc: dict[str, Any]) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self._key(doc)).encrypt(nonce, value.encode(), name.encode())
        return base64.b64encode(nonce + sealed).decode()

    def _open(self, name: str, sealed: str) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = base64.b64decode(sealed)
            return AESGCM(self._key(self._read())).decrypt(raw[:12], raw[12:], name.encode()).decode()
        except (InvalidTag, ValueError) as exc:
            self._master = None
            raise self._shut(name) from exc

    def _key(self, doc: dict[str, Any]) -> bytes:
        if self._master is None:
            if self._passphrase is not None:
                salt = base64.b64decode(doc.setdefault("salt", base64.b64encode(secrets.token_bytes(16)).decode()))
                self._master = hashlib.scrypt(self._passphrase.encode(), salt=salt, dklen=32, **_SCRYPT)
            elif "salt" in doc:
                raise Refused(N_("The vault needs its passphrase."), next=N_("Say it in DESKHAND_VAULT_PASSPHRASE."))
            else:
                self._master = self._key_from_file(fresh=not doc.get("secrets"))
        return self._master

    def _key_from_file(self, *, fresh: bool) -> bytes:
        """The key in `vault.key`; a vault without secrets gets one, a vault with secrets never gets another."""
        if fresh and not self._key_file.exists():
            self._write(self._key_file, base64.b64encode(secrets.token_bytes(32)))
        try:
            guard(self._key_file)
            key = base64.b64decode(self._key_file.read_bytes(), validate=True)
        except (FileNotFoundError, ValueError):
            key = b""
        if len(key) != 32:
            raise self._shut(str(self._key_file))
        return key

    @staticmethod
    def _shut(item: str) -> Invalid:
        return Invalid(N_("The vault does not open with this key."), item=item,
                       next=N_("Check the passphrase, or bring back vault.key."))  # fmt: skip

    def _read(self) -> dict[str, Any]:
        if not self._file.exists():
            return {}
        guard(self._file)
        try:
            doc: dict[str, Any] = json.loads(self._file.read_text())
            if not all(isinstance(sealed, str) for sealed in doc.get("secrets", {}).values()):
                raise TypeError
        except (ValueError, TypeError, AttributeError, RecursionError) as exc:
            raise Invalid(N_("{item} is not readable as a vault."), item=str(self._file),
                          next=N_("Bring it back from a backup, or enter the secrets again.")) from exc  # fmt: skip
        return doc

    def _write(self, path: Path, data: bytes) -> None:
        fresh = path.with_suffix(path.suffix + ".new")
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(fd, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(fresh, path)
        folder = os.open(path.parent, os.O_RDONLY)  # the new name has to last as well
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def guard(path: Path) -> None:
    """Raises Refused when a secret file belongs to somebody else or others may read it."""
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode) or info.st_uid != os.getuid():
        raise Refused(
            N_("{item} does not belong to you."), item=str(path), next=N_("Run as the account that owns the desk.")
        )
    if info.st_mode & 0o077:
        raise Refused(N_("{item} can be read by others."), item=str(path), next=N_("Run: chmod 600 {item}"))


def trusted_keyring() -> Any | None:
    """The system's keyring if it is one that really keeps secrets, else None. Loads `keyring` (about 70 ms)."""
    import keyring

    backend = keyring.get_keyring()
    return backend if type(backend).__module__.startswith(TRUSTED_KEYRINGS) else None


class ChannelSecrets:
    """The secrets of one channel, as its connector's port."""

    def __init__(self, vault: Vault, channel_id: str) -> None:
        self._vault, self._prefix = vault, f"channel/{channel_id}/"

    def get(self, name: str) -> str:
        return self._vault.get(self._prefix + name)

    def put(self, name: str, value: str) -> None:
        self._vault.put(self._prefix + name, value)
