"""Lost updates leave a trace: an event whose "before" is not what the event before it wrote."""

from __future__ import annotations

import json
from typing import Any

from store.unit import Store


def broken_chains(store: Store) -> list[str]:
    """Every place where a change of a field did not begin where the last one ended, or the row holds something else."""
    told: dict[tuple[int, str], Any] = {}
    broken = []
    rows = store.conn.execute("SELECT seq, ticket_id, payload FROM event WHERE ticket_id IS NOT NULL ORDER BY seq")
    for seq, ticket, text in rows:
        for field, (before, after) in json.loads(text).get("changes", {}).items():
            if (ticket, field) in told and told[ticket, field] != before:
                broken.append(f"event {seq}: {field} of #{ticket} was {told[ticket, field]!r}, not {before!r}")
            told[ticket, field] = after
    for (ticket, field), value in told.items():
        if field == "tags":
            sql = "SELECT tag FROM ticket_tag WHERE ticket_id = ? ORDER BY tag"
            stored: Any = [tag for (tag,) in store.conn.execute(sql, (ticket,))]
            value = sorted(value)
        else:
            stored = store.conn.execute(f"SELECT {field} FROM ticket WHERE id = ?", (ticket,)).fetchone()[0]
        if stored != value:
            broken.append(f"#{ticket}: {field} is {stored!r}, and the last event said {value!r}")
    return broken
