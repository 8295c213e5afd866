"""`deskhand show`: one ticket whole, for a person or as one document."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli.cells import wrap
from app.cli.hanging import Hanging, hanging_of, hanging_page, hanging_record
from app.cli.lists import until
from app.cli.output import At, Record, local, record, shown, terminal_width
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.labels import OUTBOX, named, titled
from app.told import told
from app.words import _
from store.values import Money

if TYPE_CHECKING:
    from desk.thread import Thread
    from store.sql.rows import Message, Ticket

SCHEMA = "deskhand/ticket/1"
_WIDEST = 100


def arguments(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument(
        "--messages", type=int, default=200, metavar="N", help=_("at most N of the newest messages (200)")
    )
    parser.add_argument("--quoted", action="store_true", help=_("with what was folded away"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import thread

    found = thread.read(run.conn, args.ticket, shown=args.messages)
    hanging = hanging_of(run, args.ticket)
    record(run, SCHEMA, ticket_record(found, hanging), lambda: page(run, found, hanging, quoted=args.quoted))
    return 0


def ticket_record(found: Thread, hanging: Hanging) -> Record:
    """A ticket whole, in the house's words."""
    from desk.vocabulary import PRIORITIES

    t, customer = found.ticket, found.customer
    return {
        "id": t.id, "subject": t.subject, "status": t.status, "priority": list(PRIORITIES)[t.priority], "type": t.type,
        "cause": t.cause or None, "ask": t.ask or None, "escalation": bool(t.escalation),
        "needs_review": bool(t.needs_review), "automatic": t.automatic or None, "language": t.lang or None,
        "country": t.country or None, "channel": t.channel_id, "platform": t.platform, "assignee": t.assignee_id,
        "group": t.group_id, "tags": found.tags, "order": t.order_number or None, "due": At(t.due_at),
        "due_kind": t.due_kind or None, "snoozed_until": until(t.snoozed_until), "created": At(t.created_at),
        "updated": At(t.updated_at), "waiting_since": At(t.waiting_since or 0), "version": t.version,
        "wake_on": t.wake_on or None, "flagged": bool(t.flagged), "effort": t.effort, **hanging_record(hanging),
        "customer": {"id": customer.id, "name": customer.name, "email": customer.email or None,
                     "orders": found.customer_orders} if customer else None,
        "orders": [{"number": o.number, "status": o.status, "placed": At(o.placed_at),
                    "total": Money(o.currency, o.total_minor) if o.currency else None} for o in found.orders],
        "clocks": [{"kind": c.kind, "state": c.state, "started": At(c.started_at), "due": At(c.due_at),
                    "policy": c.policy_id} for c in found.clocks],
        "outbox": [{"id": o.id, "state": o.state, "hold_until": At(o.hold_until), "error": o.error or None}
                   for o in found.waiting],
        "older_messages": found.older,
        "messages": [_message(found, m) for m in found.messages],
    }  # fmt: skip


def _snooze(run: Run, t: Ticket) -> str:
    from desk.waking import WORDS

    parts = [shown(until(t.snoozed_until), run.zone)] if t.snoozed_until and not t.wake_on else []
    if t.snoozed_until and t.wake_on:
        parts = [_(WORDS[t.wake_on].help) if t.wake_on in WORDS else t.wake_on]
        parts += [local(t.snoozed_until, run.zone)] if At(t.snoozed_until).known else []
    return " / ".join(parts)


def _message(found: Thread, m: Message) -> Record:
    files = [{"name": a.name, "type": a.type, "size": a.size, "sha256": a.sha256}
             for a in found.attachments if a.message_id == m.id]  # fmt: skip
    return {
        "id": m.id,
        "direction": m.direction,
        "author": m.author_id or None,
        "from": {"name": m.sender_name, "address": m.sender_address},
        "to": [a for a in m.recipients.split(", ") if a],
        "subject": m.subject,
        "sent": At(m.sent_at),
        "language": m.lang or None,
        "automatic": m.automatic or None,
        "text": m.body,
        "quoted": m.quoted or None,
        "attachments": files,
        "remote_key": m.remote_key,
    }


def page(run: Run, found: Thread, hanging: Hanging, *, quoted: bool) -> Iterator[str]:
    """The ticket as a page for a person."""
    from desk.thread import speaker
    from desk.vocabulary import PRIORITIES, STATUSES, TYPES

    t, size = found.ticket, min(_WIDEST, terminal_width())
    yield f"#{t.id}  {t.subject}"
    facts = [
        (_("Status"), _(STATUSES.get(t.status, t.status))),
        (_("Priority"), _(list(PRIORITIES.values())[t.priority])),
        (_("Type"), _(TYPES.get(t.type, t.type))),
        (_("Agent"), t.assignee_id or _("nobody")),
        (_("Due"), local(t.due_at, run.zone) if At(t.due_at).known else ""),
        (_("Channel"), found.channel.name if found.channel else t.channel_id),
        (_("Customer"), found.customer.name if found.customer else ""),
        (_("Order"), t.order_number),
        (_("Tags"), ", ".join(found.tags)),
        (_("Snoozed until"), _snooze(run, t)),
        (_("Flagged"), _("yes") if t.flagged else ""),
    ]
    for title, value in facts:
        if value:
            yield titled(title, value)
    yield from hanging_page(run, hanging)
    if found.older:
        yield _("… older messages: --messages N")
    for m in found.messages:
        yield ""
        arrow = {"in": "<", "out": ">", "note": "*"}.get(m.direction, " ")
        yield f"{arrow} {speaker(found, m)}  {local(m.sent_at, run.zone)}  [{m.id}]"
        yield from (f"  {text}" for text in wrap(m.body, size - 2))
        if m.quoted and quoted:
            yield from (f"  | {text}" for text in wrap(m.quoted, size - 4))
        yield from (f"  [{a.name}, {a.size} B]" for a in found.attachments if a.message_id == m.id)
    for row in found.waiting:
        yield ""
        yield (
            _("In the outbox: {number}, {state} {error}")
            .format(number=row.id, state=named(OUTBOX, row.state), error=told(row.error))
            .rstrip()
        )
