"""How a person likes to work: small choices of each agent, kept in the desk so that they follow them to any terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.words import use
from store.errors import N_, Invalid

if TYPE_CHECKING:
    from store.connection import Connection
    from store.unit import UnitOfWork

AFTER: Mapping[str, str] = {
    "next": N_("on to the next ticket"),
    "list": N_("back to the list"),
    "stay": N_("stay with it"),
}
"""Where one goes when a ticket is solved, put away or answered; the first unless chosen otherwise."""

HABITS: Mapping[str, tuple[str, ...]] = {
    "after": tuple(AFTER),
    "theme": (),
    "lang": (),
    "mouse": ("on", "off"),
    "first": ("done",),
}
"""What is kept of a person, by key, and the values it may have; none: any. `first` is whether they have put the first
steps away."""


def chosen(conn: Connection, key: str, agent_id: str) -> str:
    """What an agent chose, "" for nothing."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_key(key, agent_id),)).fetchone()
    known = HABITS[key]
    return row[0] if row and (not known or row[0] in known) else ""


def keep(unit: UnitOfWork, key: str, agent_id: str, value: str) -> None:
    """Keeps a choice; "" goes back to the usual. Raises Invalid for a value the habit cannot have."""
    known = HABITS[key]
    if value and known and value not in known:
        raise Invalid(N_("{item} is no {field}."), item=value, field=key, next=N_("Known: {known}"),
                      known=", ".join(known))  # fmt: skip
    if not value:
        unit.conn.execute("DELETE FROM meta WHERE key = ?", (_key(key, agent_id),))
        return
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_key(key, agent_id), value),
    )


def speak(conn: Connection, agent_id: str, asked: str | None) -> None:
    """Speaks the language this person chose for the workstation, unless another was asked for."""
    language = "" if asked or os.environ.get("DESKHAND_LANG") else chosen(conn, "lang", agent_id)
    if language:
        use(language)


def after(conn: Connection, agent_id: str) -> str:
    """One of `AFTER`."""
    return chosen(conn, "after", agent_id) or "next"


def keep_after(unit: UnitOfWork, agent_id: str, choice: str) -> None:
    """Raises Invalid for what is none of `AFTER`."""
    keep(unit, "after", agent_id, choice or "-")


def _key(key: str, agent_id: str) -> str:
    return f"{key}:{agent_id}"
