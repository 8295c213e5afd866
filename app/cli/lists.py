"""`deskhand list`: tickets that fulfil a query, in the order of a list."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from app.cli import queries
from app.cli.output import At, Column, Record, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.labels import column
from app.words import _, ngettext
from store.values import NEVER, Instant

if TYPE_CHECKING:
    from desk.inbox import List
    from store.sql.rows import TicketLine

SCHEMA = "deskhand/tickets/1"
prepare = queries.words_first
_PAGE = 500


def arguments(parser: Parser) -> None:
    parser.add_argument("query", nargs="*", metavar="QUERY", help=_("what to look for; everything open unless said"))
    parser.add_argument("--limit", type=int, default=100, metavar="N", help=_("at most N tickets; 0 for all (100)"))
    parser.add_argument("--sort", metavar="ORDER", default="", choices=["", *_sorts()],
                        help=_("due, updated, newest, oldest, priority, or rank: best match first"))  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    if not args.query:
        args.query = ["is:open"]
    wanted = queries.resolved(run, args, args.sort)
    limit = args.limit or NEVER
    found = tickets(run, wanted)
    records(run, SCHEMA, "tickets", columns(run), (ticket_record(t) for t in islice(found, limit)),
            query=wanted.text)  # fmt: skip
    if args.limit and next(found, None) is not None:
        run.say(
            ngettext(
                "Only {count} ticket is shown; --limit 0 shows all.",
                "Only {count} tickets are shown; --limit 0 shows all.",
                limit,
            ).format(count=limit)
        )
    return 0


def tickets(run: Run, wanted: List) -> Iterator[TicketLine]:
    """Every ticket of a query, page by page."""
    from desk import inbox
    from store.sql.tickets import place

    after = None
    while found := inbox.page(run.conn, wanted, run.me, after=after, limit=_PAGE):
        yield from found
        if len(found) < _PAGE:
            return
        after = place(found[-1], wanted.sort)


def ticket_record(t: TicketLine) -> Record:
    """A line of a list, in the house's words."""
    from desk.vocabulary import PRIORITIES

    return {
        "id": t.id, "due": At(t.due_at), "due_kind": t.due_kind, "channel": t.label, "platform": t.platform,
        "type": t.type, "customer": t.customer, "subject": t.subject, "assignee": t.assignee_id, "status": t.status,
        "priority": list(PRIORITIES)[t.priority], "snoozed_until": until(t.snoozed_until), "updated": At(t.updated_at),
        "unread": bool(t.unread), "escalation": bool(t.escalation), "version": t.version,
    }  # fmt: skip


def until(at: Instant) -> At | str | None:
    """A snooze: an instant, `reply` until the buyer writes, None when awake."""
    return "reply" if at >= NEVER else At(at) if at else None


def columns(run: Run) -> list[Column]:
    from desk.clocks.countdown import cell
    from desk.vocabulary import PRIORITIES, STATUSES, TYPES

    now = run.now
    return [
        Column("due", _("Due"), lambda at: cell(at, now).text if at.known else "", right=True),
        Column("id", _("No."), lambda n: f"#{n}", right=True),
        Column("status", _("Status"), column(STATUSES)),
        Column("priority", _("Priority"), column(PRIORITIES)),
        Column("type", _("Type"), column(TYPES)),
        Column("channel", _("Channel")),
        Column("customer", _("Customer")),
        Column("subject", _("Subject")),
        Column("assignee", _("Agent")),
    ]


def _sorts() -> list[str]:
    from store.sql.tickets import SORTS

    return list(SORTS)
