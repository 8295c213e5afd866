"""Lost updates leave a trace: an event whose "before" is not what the event before it wrote."""

from __future__ import annotations

import json
from typing import Any

from store.connection import Connection

Field = tuple[int, str]
"""Ticket and field."""


def broken_chains(conn: Connection) -> list[str]:
    """Every place where a change of a field did not begin where the last one ended, or the row holds something else."""
    told: dict[Field, Any] = {}
    steps: dict[int, dict[Field, tuple[Any, Any]]] = {}
    broken = []
    rows = conn.execute("SELECT seq, ticket_id, verb, payload FROM event WHERE ticket_id IS NOT NULL ORDER BY seq")
    for seq, ticket, verb, text in rows:
        payload = json.loads(text)
        made = {(ticket, field): (before, after) for field, (before, after) in payload.get("changes", {}).items()}
        if verb in ("undone", "redone"):
            for old in sorted(payload["seqs"], reverse=verb == "undone"):
                for key, (before, after) in steps.get(old, {}).items():
                    made[key] = (after, before) if verb == "undone" else (before, after)
        for key, (before, after) in made.items():
            if key in told and told[key] != before:
                broken.append(f"event {seq} ({verb}): {key[1]} of #{key[0]} was {told[key]!r}, not {before!r}")
            told[key] = after
        steps[seq] = made
    return broken + [f"#{t}: {f} is {now!r}, and the last event said {v!r}"
                     for (t, f), v in told.items() if (now := _stored(conn, t, f)) != v]  # fmt: skip


def _stored(conn: Connection, ticket: int, field: str) -> Any:
    if field == "tags":
        rows = conn.execute("SELECT tag FROM ticket_tag WHERE ticket_id = ? ORDER BY tag", (ticket,))
        return [tag for (tag,) in rows]
    return conn.execute(f"SELECT {field} FROM ticket WHERE id = ?", (ticket,)).fetchone()[0]
