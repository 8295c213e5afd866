"""Which rules that act name a thing: it is not taken away under them, since they would then fail on every ticket."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from store.connection import Connection
from store.errors import N_, Refused


def keep_used(conn: Connection, do: str, keys: tuple[str, ...], ident: str) -> None:
    """Raises Refused while an act of a rule that is on or in shadow names `ident` under one of `keys`; `do` is the only
    act that is asked, "" every one."""
    users = [name for name, body in _acting(conn)
             if any(do in ("", act["do"]) and ident in (act.get(key) for key in keys) for act in body["then"])]  # fmt: skip
    _refuse(ident, users)


def keep_asked(conn: Connection, field: str) -> None:
    """Raises Refused while the condition of a rule that is on or in shadow asks for a field of the desk's own."""
    asked = re.compile(rf"(?<![\w.-])(?:has:{re.escape(field)}(?![\w-])|{re.escape(field)}\s*[:<>=：])", re.I)
    _refuse(field, [name for name, body in _acting(conn) if asked.search(body.get("if", ""))])


def _acting(conn: Connection) -> list[tuple[str, Mapping[str, Any]]]:
    found = conn.execute("SELECT id, body FROM rule WHERE state <> 'off' ORDER BY position, id")
    return [(name, json.loads(body)) for name, body in found]


def _refuse(ident: str, users: list[str]) -> None:
    if users:
        raise Refused(N_("{item} is used by {users}."), item=ident, users=", ".join(f"rule {name}" for name in users),
                      next=N_("Give them another one first."))  # fmt: skip
