"""The hashes of the event log. Apart, because only who writes or verifies needs them."""

from __future__ import annotations

import hashlib
import json
import os

SALT_LENGTH = 16
"""Characters; fixed, so that no byte can move from the payload into the salt unseen."""


def salted() -> str:
    """A fresh salt: without it, a short payload that was erased could be guessed from its digest."""
    return os.urandom(SALT_LENGTH // 2).hex()


def digest(salt: str, payload: str) -> str:
    return hashlib.sha256((salt + payload).encode()).hexdigest()


def link(header: tuple[object, ...], payload_digest: str, prev: str) -> str:
    """Hash over every header column in order, the payload's digest and the previous hash."""
    return hashlib.sha256(json.dumps([*header, payload_digest, prev], ensure_ascii=False).encode()).hexdigest()
