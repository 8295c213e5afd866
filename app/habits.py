"""How a person likes to work: small choices of each agent, kept in the desk so that they follow them to any terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

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


def after(conn: Connection, agent_id: str) -> str:
    """One of `AFTER`."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_key(agent_id),)).fetchone()
    return row[0] if row and row[0] in AFTER else "next"


def keep_after(unit: UnitOfWork, agent_id: str, choice: str) -> None:
    """Raises Invalid for what is none of `AFTER`."""
    if choice not in AFTER:
        raise Invalid(N_("{item} is no {field}."), item=choice, field="after", next=N_("Known: {known}"),
                      known=", ".join(AFTER))  # fmt: skip
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_key(agent_id), choice),
    )


def _key(agent_id: str) -> str:
    return f"after:{agent_id}"
