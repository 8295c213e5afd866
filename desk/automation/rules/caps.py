"""How much automatic mail one person may get. Past a cap the reply is not written: two machines that answer each other
stop, and a rule that is wrong does not become a flood.

Figures: Zammad's per ticket and overall limits (app/models/ticket.rb, db/seeds/settings.rb); FreeScout's stop at the
second reply with one subject within three hours (app/Listeners/SendAutoReply.php).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from store.connection import Connection
from store.errors import N_, Refused
from store.values import MINUTE, Instant, fold

PER_TICKET = ((10, 10), (30, 15), (60, 25), (180, 50), (600, 100))
OVERALL = ((10, 30), (30, 60), (60, 120), (180, 240), (600, 360))
"""`(minutes, mails)`: so many to one recipient within so long."""
SAME_SUBJECT = (180, 2)

_WINDOW = max(minutes for minutes, _ in (*PER_TICKET, *OVERALL)) * MINUTE


class Sent(NamedTuple):
    """An automatic reply that left or is about to."""

    at: Instant
    ticket_id: int
    subject: str


def check(conn: Connection, recipient: str, ticket_id: int, subject: str, now: Instant) -> None:
    """Raises Refused naming the cap that one more automatic reply to `recipient` would pass."""
    rows = conn.execute(
        "SELECT created_at, ticket_id, payload FROM outbox WHERE automatic <> 0 AND recipient = ? AND created_at > ? "
        "AND state <> 'cancelled' ORDER BY created_at DESC LIMIT ?",
        (fold(recipient), now - _WINDOW, OVERALL[-1][1]),
    ).fetchall()
    judge([Sent(at, ticket, json.loads(payload)["subject"]) for at, ticket, payload in rows], ticket_id, subject, now)


def judge(sent: Sequence[Sent], ticket_id: int, subject: str, now: Instant) -> None:
    """The decision over what one recipient got. Raises Refused."""
    here = [s for s in sent if s.ticket_id == ticket_id]
    same = [s for s in sent if fold(s.subject) == fold(subject)]
    for rows, caps in ((here, PER_TICKET), (sent, OVERALL), (same, (SAME_SUBJECT,))):
        for minutes, most in caps:
            count = sum(s.at > now - minutes * MINUTE for s in rows)
            if count >= most:
                raise Refused(
                    _TEXTS[caps is OVERALL, rows is same],
                    item=f"#{ticket_id}",
                    next=N_("Answer by hand, or look for two machines that answer each other."),
                    count=count,
                    minutes=minutes,
                )


_TEXTS = {
    (False, False): N_("{item}: the buyer got {count} automatic replies here within {minutes} minutes; that is the cap."),
    (True, False): N_("{item}: the buyer got {count} automatic replies within {minutes} minutes; that is the cap."),
    (False, True): N_("{item}: the buyer got {count} automatic replies with this subject within {minutes} minutes."),
}  # fmt: skip
