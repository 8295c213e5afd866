"""Whether something was said in a ticket since its writer looked, so that no reply leaves past what nobody has read."""

from __future__ import annotations

from typing import NamedTuple

from store import events
from store.errors import N_, Conflict
from store.sql import outbox
from store.sql.rows import Ticket
from store.unit import UnitOfWork


def stop_if_changed(unit: UnitOfWork, ticket: Ticket, base_seq: int) -> None:
    """Raises Conflict when the thread moved on since its writer looked."""
    news = news_since(unit, ticket, base_seq, unit.actor.id)
    if news is None:
        return
    if news.who:
        raise Conflict(N_("{who} has answered {item} since you opened it; your text is kept."), item=f"#{ticket.id}",
                       who=news.who, next=N_("Read it, then send again."))  # fmt: skip
    raise Conflict(N_("Something new arrived in {item} since you opened it; your text is kept."), item=f"#{ticket.id}",
                   next=N_("Read it, then send again."))  # fmt: skip


class News(NamedTuple):
    """Something was said: by colleague `who`, "" for anybody else."""

    who: str


def news_since(unit: UnitOfWork, ticket: Ticket, base_seq: int, agent_id: str) -> News | None:
    """The newest thing said since `base_seq` that `agent_id` did not say; their own replies are no news to them."""
    if ticket.thread_seq <= base_seq:
        return None
    for event in events.of_ticket_after(unit.conn, ticket.id, base_seq):
        if event.verb in ("received", "answered_elsewhere", "merged_in"):
            return News("")
        if event.verb == "reply_sent":
            row = outbox.get(unit.conn, event.payload["outbox_id"]) if event.payload else None
            if row is not None and row.automatic:
                continue  # what a rule said takes nobody's words away
            if row is None or row.agent_id != agent_id:
                return News(row.agent_id if row else "")
    return None


def answered_since(unit: UnitOfWork, ticket: Ticket, base_seq: int) -> bool:
    """Whether a person of ours spoke since."""
    for event in events.of_ticket_after(unit.conn, ticket.id, base_seq):
        if event.verb == "answered_elsewhere":
            return True
        if event.verb == "reply_sent" and event.payload:
            row = outbox.get(unit.conn, event.payload["outbox_id"])
            if row is not None and not row.automatic:
                return True
    return False
