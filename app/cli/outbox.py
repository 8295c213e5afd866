"""`deskhand outbox`: what waits to leave, what left, what a person has to settle."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.labels import OUTBOX, column
from app.told import told
from app.words import _
from store.errors import N_, NotFound

if TYPE_CHECKING:
    from store.sql.rows import OutboxRow

LIST, ROW = "deskhand/outbox/1", "deskhand/outbox-row/1"
STATES = ("held", "claimed", "sent", "failed", "unknown", "cancelled")


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("rows of the outbox, newest first"), _list_arguments, _list),
        ("show", _("one row whole"), _row_argument, _show),
        ("cancel", _("take a reply back before it leaves; its text becomes a draft"), _row_argument, _cancel),
        ("resolve", _("settle a row that failed or whose outcome is unknown"), _resolve_arguments, _resolve),
    ))  # fmt: skip


run = perform_verb


def _list_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--state", action="append", default=[], choices=STATES, help=_("only rows in this state; may be repeated")
    )
    parser.add_argument("--limit", type=int, default=200, metavar="N", help=_("at most N rows (200)"))


def _row_argument(parser: Parser) -> None:
    parser.add_argument("row", type=int, metavar="ROW", help=_("its number in the outbox"))


def _resolve_arguments(parser: Parser) -> None:
    from desk.outbox import DECISIONS

    _row_argument(parser)
    parser.add_argument("decision", choices=DECISIONS, metavar="DECISION",
                        help=_("sent: it did leave; again: send it now; cancel: give up"))  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql import outbox

    rows = outbox.listed(run.conn, *args.state, limit=args.limit)
    columns = [
        Column("id", _("Row"), right=True), Column("ticket", _("Ticket"), lambda n: f"#{n}", right=True),
        Column("state", _("State"), column(OUTBOX)), Column("hold_until", _("Leaves")), Column("agent", _("Agent")),
        Column("to", _("To")), Column("subject", _("Subject")), Column("error", _("Error"), told),
    ]  # fmt: skip
    records(run, LIST, "outbox", columns, (_row(r) for r in rows))
    return 0


def _row(r: OutboxRow) -> Record:
    payload: dict[str, Any] = json.loads(r.payload)
    return {
        "id": r.id,
        "ticket": r.ticket_id,
        "kind": r.kind,
        "state": r.state,
        "hold_until": At(r.hold_until),
        "agent": r.agent_id,
        "channel": r.channel_id,
        "to": payload.get("to", []),
        "subject": payload.get("subject", ""),
        "attempts": r.attempts,
        "error": r.error or None,
        "warning": r.warning or None,
        "created": At(r.created_at),
        "updated": At(r.updated_at),
    }


def _show(run: Run, args: argparse.Namespace) -> int:
    from store.sql import outbox

    r = outbox.get(run.conn, args.row)
    if r is None:
        raise NotFound(N_("There is no outbox row {item}."), item=str(args.row), next=N_("See: deskhand outbox list"))
    payload = json.loads(r.payload)
    record(run, ROW, {**_row(r), "message_id": payload.get("message_id"), "cc": payload.get("cc", []),
                      "template": payload.get("template_id") or None, "then": json.loads(r.after).get("status"),
                      "remote_id": r.remote_id or None, "text": payload.get("text", "")})  # fmt: skip
    return 0


def _cancel(run: Run, args: argparse.Namespace) -> int:
    from desk.outbox import take_back

    with run.write() as unit:
        r = take_back(unit, args.row)
    record(run, ROW, {"id": r.id, "ticket": r.ticket_id, "state": "cancelled"},
           lambda: [_("Taken back; the text is your draft in {ticket}.").format(ticket=f"#{r.ticket_id}")])  # fmt: skip
    return 0


def _resolve(run: Run, args: argparse.Namespace) -> int:
    from desk.outbox import resolve
    from store.sql import outbox

    with run.write() as unit:
        resolve(unit, args.row, args.decision)
    r = outbox.get(run.conn, args.row)
    assert r is not None
    record(run, ROW, {"id": r.id, "ticket": r.ticket_id, "state": r.state}, lambda: [f"{r.id}: {r.state}"])
    return 0
