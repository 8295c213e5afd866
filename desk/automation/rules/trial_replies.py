"""Whether a rule's reply to a ticket of history would leave: the same guards and the same filling as when it is real."""

from __future__ import annotations

from collections.abc import Sequence

from desk import thread as threads
from desk.automation.templates import fill
from desk.reading.automatic import nobody
from desk.thread import Thread
from store.connection import Connection
from store.errors import N_, DeskError
from store.sql import shop
from store.values import fold

CHECKED = 500
"""Replies that are filled in; what is beyond counts as leaving and is said to."""

MACHINE = N_("no person wrote it")
NOBODY = N_("nobody reads mail to its address")
GAPS = N_("the template has gaps nothing fills")
NO_TEMPLATE = N_("there is no such template for buyers")
BY_THEN = {"promise.reply_by": "…", "promise.next_date": "…"}
"""What a ticket that has just come has and one of history has no more: a clock that runs."""


class Replies:
    """Judges replies on a connection with the tables of `trial_desk`; `checked` and `unchecked` count them."""

    def __init__(self, conn: Connection, ours: frozenset[str] = frozenset()) -> None:
        self.conn, self.ours = conn, ours
        self.checked = self.unchecked = 0
        self.templates = {t.id: t for t in shop.templates(conn)}

    def judge(self, tickets: Sequence[int], template_id: str, share: str) -> list[tuple[int, str]]:
        """Those of `tickets` to which the reply would not leave, each with the reason (a message id)."""
        some = tickets[: max(0, CHECKED - self.checked)]
        self.checked += len(some)
        self.unchecked += len(tickets) - len(some)
        judged = ((ticket_id, self._held_back(ticket_id, template_id, share)) for ticket_id in some)
        return [(ticket_id, why) for ticket_id, why in judged if why]

    def _held_back(self, ticket_id: int, template_id: str, share: str) -> str:
        template = self.templates.get(template_id)
        if template is None or template.internal:
            return NO_TEMPLATE
        read = threads.read(self.conn, ticket_id, shown=5)
        asked = next((m for m in reversed(read.messages) if m.direction == "in"), None)
        if asked is None or asked.automatic or read.ticket.automatic:
            return MACHINE
        address = asked.sender_address
        if not address or nobody(address) or fold(address) in self.ours:
            return NOBODY
        return GAPS if not self._fills(read, template_id, share) else ""

    def _fills(self, read: Thread, template_id: str, share: str) -> bool:
        name = shop.name(self.conn)
        owner = shop.agent(self.conn, read.ticket.assignee_id) if read.ticket.assignee_id else None
        try:
            variant, _how = threads.variant(self.templates[template_id], read.ticket)
            facts = threads.template_context(read, owner.name if owner else name, name, share)
        except DeskError:
            return False
        return fill(variant.text, {**BY_THEN, **facts}).sendable
