"""What is known of how a ticket got its owner: the newest decision, who was considered, who was skipped and why."""

from __future__ import annotations

from typing import NamedTuple

from desk.reason import Reason, reason_from
from store import events
from store.connection import Connection
from store.values import Actor, Instant


class Explained(NamedTuple):
    """A decision as it was stored. `agent_id` is None for a ticket that waits; `considered` and `skipped` are empty where
    a person decided."""

    at: Instant
    by: Actor
    agent_id: str | None
    group_id: str | None
    strategy: str
    why: Reason | None
    considered: tuple[str, ...]
    skipped: tuple[tuple[str, Reason], ...]


def explained(conn: Connection, ticket_id: int) -> Explained | None:
    """The newest assignment or wait of a ticket; None where there was none."""
    for event in reversed(events.of_ticket(conn, ticket_id)):
        payload = event.payload
        if event.verb not in ("assigned", "queued") or payload is None:
            continue
        record = payload.get("routing", {})
        owner = payload.get("changes", {}).get("assignee_id", [None, None])[1]
        return Explained(
            event.at, event.actor, owner, record.get("group"), record.get("strategy", ""),
            reason_from(payload["why"]) if "why" in payload else None,
            tuple(record.get("considered", ())),
            tuple((s["agent"], reason_from(s["why"])) for s in record.get("skipped", ())),
        )  # fmt: skip
    return None
