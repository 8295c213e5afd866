"""What happened, as rules see it: events of a transaction → for each ticket the triggers they pull."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from store.connection import Connection
from store.sql import outbox
from store.unit import Told


class Cause(NamedTuple):
    """One event as a trigger. `fields` are those a change touched; `message_id` the buyer's message it is about (0
    without one); `path` the rules that led here, first to last; `by` who ran a rule by hand. A `seq` of 0 is no event:
    time passed, or a hand."""

    seq: int
    when: str
    fields: frozenset[str] = frozenset()
    message_id: int = 0
    path: tuple[str, ...] = ()
    by: str = ""


def causes(
    conn: Connection, told: Sequence[Told], paths: Mapping[int, tuple[str, ...]]
) -> dict[int, list[Cause]]:  # fmt: skip
    """Triggers by ticket, in the order in which they happened. `paths` are those of events that rules caused."""
    found: dict[int, list[Cause]] = {}
    wrote: dict[int, int] = {}
    for event in told:
        if event.ticket_id is None:
            continue
        if event.verb == "received":
            wrote[event.ticket_id] = event.payload["message_id"]
        for when in _triggers(conn, event):
            fields = frozenset(event.payload.get("changes", ())) if when == "changed" else frozenset()
            found.setdefault(event.ticket_id, []).append(
                Cause(event.seq, when, fields, wrote.get(event.ticket_id, 0), paths.get(event.seq, ()))
            )
    return {  # `created` comes before the message it was created by
        ticket_id: [c._replace(message_id=c.message_id or wrote.get(ticket_id, 0)) for c in many]
        for ticket_id, many in found.items()
    }


def _triggers(conn: Connection, event: Told) -> Iterable[str]:
    verb, payload = event.verb, event.payload
    if payload.get("history"):
        return  # what came in as history never pulls anything
    if verb == "created":
        yield "created"
    elif verb == "received":
        if _by_person(conn, payload["message_id"]):
            yield "buyer_message"
    elif verb == "answered_elsewhere":
        if _by_person(conn, payload["message_id"]):
            yield "agent_reply"
    elif verb == "reply_sent":
        row = outbox.get(conn, payload["outbox_id"])
        if row is not None and not row.automatic:
            yield "agent_reply"
    elif verb == "clock_warned":
        yield "sla_warning"
    elif verb == "clock_breached":
        yield "sla_breach"
    elif verb.startswith("case_"):
        yield "case"
    if "changes" in payload:
        yield "changed"


def _by_person(conn: Connection, message_id: int) -> bool:
    row = conn.execute("SELECT automatic FROM message WHERE id = ?", (message_id,)).fetchone()
    return row is not None and row[0] == ""
