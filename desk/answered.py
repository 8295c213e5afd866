"""What changes in a ticket once a text of ours has left: facts and clocks for a reply, a note for mail to others."""

from __future__ import annotations

import json
from typing import Any

from desk.changes import change, require
from store import events
from store.errors import N_
from store.sql import messages, people, tickets
from store.sql.rows import OutboxRow, Ticket
from store.unit import UnitOfWork
from store.values import Instant


def answered(
    unit: UnitOfWork, ticket_id: int, message_id: int, seq: int, at: Instant, *, automatic: bool, unseen: Instant | None
) -> None:
    """A reply of ours, written at `at`, reached the thread: the ticket's facts and clocks follow. An automatic one
    satisfies no clock. `unseen` is when the oldest buyer message arrived that this reply cannot have answered."""
    from desk.clocks.keep import keep

    ticket = require(unit, ticket_id)
    facts: dict[str, Any] = {"last_message_id": message_id, "message_count": ticket.message_count + 1,
                             "thread_seq": seq, "updated_at": unit.now}  # fmt: skip
    if not automatic:
        waited = ticket.waiting_since
        still = max(waited, unseen) if waited is not None and unseen is not None else None
        facts |= {"waiting_since": still, "last_reply_at": max(ticket.last_reply_at or at, at)}
        if still is None or still != waited:
            facts["answered_from"] = waited
        first = ticket.first_buyer_at
        if first is not None and (unseen is None or first < unseen):
            facts["first_reply_at"] = min(ticket.first_reply_at or at, at)
    tickets.update(unit.conn, ticket_id, facts, bump=False)
    keep(unit, ticket_id)


def unseen_by(unit: UnitOfWork, row: OutboxRow) -> Instant | None:
    """When the oldest buyer message arrived that came in after this reply's writer looked."""
    arrived = [
        message.received_at
        for event in events.of_ticket_after(unit.conn, row.ticket_id, row.base_seq)
        if event.verb == "received" and event.payload
        and (message := messages.get(unit.conn, event.payload["message_id"])) and not message.automatic
    ]  # fmt: skip
    return min(arrived, default=None)


def noted(unit: UnitOfWork, row: OutboxRow, ticket: Ticket, message_id: int) -> None:
    """Mail to somebody else has left: a note of the team's, which answers nothing to the buyer."""
    unit.conn.execute("UPDATE message SET direction = 'note' WHERE id = ?", (message_id,))
    unit.append("noted", {"message_id": message_id, "outbox_id": row.id}, ticket_id=ticket.id)
    facts = {"message_count": ticket.message_count + 1, "updated_at": unit.now}
    tickets.update(unit.conn, ticket.id, facts, bump=False)
    people.mark_read(unit.conn, row.agent_id, ticket.id, message_id)
    status = json.loads(row.after).get("status", "")
    if status and status != ticket.status:
        change(unit, ticket.id, {"status": status}, why={"text": N_("after the mail was sent")})
