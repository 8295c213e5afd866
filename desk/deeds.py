"""What is done at a platform besides replying: decide a case, refund, ship, mark read, answer a review, send one of its own
forms of message.

Each waits in the outbox like a reply, leaves once, and its receipt is an event of its ticket. Whether it should be done
is decided elsewhere. A refund that may have happened is looked for, and never tried again by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from connectors.contract import AnswerReview, Decide, File, MarkRead, Receipt, Refund, SendReply, Ship
from desk import enclosing, reach
from desk.changes import require
from store.errors import N_, Conflict, Invalid, Refused
from store.sql import outbox, shop
from store.sql.rows import Channel, OutboxRow
from store.unit import UnitOfWork
from store.values import NEVER, Money, clean, clean_line

Deed = Decide | Refund | Ship | MarkRead | AnswerReview | SendReply
"""A `SendReply` is a form of message; replies to buyers go by `desk.outbox`."""

KINDS = ("decide", "refund", "ship", "mark_read", "answer_review", "form")
_KIND: Mapping[type, str] = {
    Decide: "decide", Refund: "refund", Ship: "ship", MarkRead: "mark_read", AnswerReview: "answer_review",
    SendReply: "form",
}  # fmt: skip
_NEEDS = {"decide": "returns", "refund": "refunds", "ship": "tracking", "mark_read": "messages_in",
          "answer_review": "reviews"}  # fmt: skip
"""Kind → the capability it takes; who queues a form has asked whether the platform has it."""
_DECISIONS = ("approve", "decline", "process")
_ONCE = ("decide", "refund", "answer_review", "form")
"""Kinds of which one at a time may wait for one thing: two under way could both take effect."""


def queue(
    unit: UnitOfWork, ticket_id: int, deed: Deed, *, channel_id: str = "", then: str = "", draft: str = "",
    files: Sequence[enclosing.Enclosed] = (),
) -> int:  # fmt: skip
    """Puts a deed into the outbox, for an account or the ticket's own; returns the row's id. An empty `key` gets a fresh
    one; one that is there already is not written twice. `then` is the ticket's status once it is done ("": as it is),
    `draft` the kind of draft its text becomes again when it is taken back, `files` leave with it.

    Raises Refused where the account cannot do it, Invalid for a deed that lacks something, Conflict while the same is
    under way or its outcome unknown.
    """
    ticket = require(unit, ticket_id)
    kind = _KIND[type(deed)]
    channel = shop.channel(unit.conn, channel_id or ticket.channel_id)
    if channel is None or channel.state == "removed":
        raise Refused(N_("The channel of {item} is no longer connected."), item=f"#{ticket.id}",
                      next=N_("Add it again: deskhand channel add"))  # fmt: skip
    if kind in _NEEDS:
        reach.insist(channel, _NEEDS[kind])
    if deed.key and (known := outbox.by_key(unit.conn, deed.key)):
        return known.id
    done = replace(deed, key=deed.key or unit.ids())
    _check(done)
    _alone(unit, channel, kind, done)
    payload = {
        "command": asdict(done), "message_id": f"<{done.key}@deskhand.invalid>", "to": [channel.name], "cc": [],
        "subject": kind, "text": said(done), **({"draft": draft} if draft else {}), **({"files": files} if files else {}),
    }  # fmt: skip
    by_rule = unit.actor.id if unit.actor.kind == "rule" else ""
    row_id = outbox.insert(unit.conn, {
        "key": done.key, "kind": kind, "ticket_id": ticket.id, "channel_id": channel.id, "message_id": 0,
        "agent_id": unit.actor.id if unit.actor.kind == "agent" else "", "rule_id": by_rule,
        "hold_until": unit.now + (0 if kind == "mark_read" else channel.hold_ms), "base_seq": ticket.thread_seq,
        "payload": json.dumps(payload, ensure_ascii=False), "after": json.dumps({"status": then}),
        "created_at": unit.now, "updated_at": unit.now, "automatic": int(bool(by_rule)),
    })  # fmt: skip
    unit.append("deed_queued", {"outbox_id": row_id, "kind": kind, "about": about(done)}, ticket_id=ticket.id)
    return row_id


def about(deed: Deed) -> str:
    """What a deed is done to: a case, an order, a conversation, a review."""
    match deed:
        case Decide():
            return deed.case_id
        case Refund() | Ship():
            return deed.order_id
        case MarkRead():
            return deed.thread_id
        case AnswerReview():
            return deed.review_id
        case SendReply():
            return f"{deed.order_id}/{deed.subject}"


def said(deed: Deed) -> str:
    """A deed in facts, without words of any language; of one that says something, what it says."""
    match deed:
        case Decide():
            parts = (deed.decision, deed.case_id, deed.reason, deed.note)
        case Refund():
            parts = (str(deed.amount), deed.order_id, deed.reason, deed.note)
        case Ship():
            parts = (deed.courier, deed.tracking, deed.order_id, "")
        case MarkRead():
            parts = (deed.thread_id, "", "", "")
        case AnswerReview() | SendReply():
            parts = (deed.text, "", "", "")
    return " · ".join(clean(part).strip() for part in parts if part)


def command(row: OutboxRow, files: tuple[File, ...] = ()) -> Deed:
    """The row as the connector gets it; `files` are what `desk.enclosing.contents` finds for it."""
    p: dict[str, Any] = json.loads(row.payload)["command"]
    match row.kind:
        case "decide":
            return Decide(**p)
        case "refund":
            lines = tuple((line, Money(**money)) for line, money in p["lines"])
            return Refund(**{**p, "amount": Money(**p["amount"]), "lines": lines})
        case "ship":
            return Ship(**{**p, "lines": tuple((line, count) for line, count in p["lines"])})
        case "mark_read":
            return MarkRead(**p)
        case "form":
            return SendReply(**{**p, "to": tuple(p["to"]), "cc": (), "references": (), "files": files})
    return AnswerReview(**p)


def _check(deed: Deed) -> None:
    wanted = {"about": about(deed)}
    if isinstance(deed, Ship):
        wanted |= {"courier": deed.courier, "tracking": deed.tracking}
    if isinstance(deed, AnswerReview):
        wanted |= {"text": deed.text}
    if missing := [name for name, value in wanted.items() if not value.strip()]:
        raise Invalid(N_("{item} needs {missing}."), item=_KIND[type(deed)], missing=", ".join(missing))
    if isinstance(deed, Decide) and deed.decision not in _DECISIONS:
        raise Invalid(N_("{item} is no {field}."), item=deed.decision, field="decision", next=N_("Known: {known}"),
                      known=", ".join(_DECISIONS))  # fmt: skip
    if isinstance(deed, Refund):
        split = sum((money.minor for _, money in deed.lines), 0)
        currencies = {deed.amount.currency, *(money.currency for _, money in deed.lines)}
        if deed.amount.minor <= 0 or len(currencies) > 1 or (deed.lines and split != deed.amount.minor):
            raise Invalid(N_("{item} is no amount to refund."), item=str(deed.amount),
                          next=N_("Give more than nothing, in one currency; lines add up to the whole."))  # fmt: skip


def _alone(unit: UnitOfWork, channel: Channel, kind: str, deed: Deed) -> None:
    if kind not in _ONCE:
        return
    for row in outbox.unsettled(unit.conn, channel.id, kind):
        if about(command(row)) == about(deed):
            raise Conflict(N_("The same waits in the outbox for {item} (row {row})."), item=about(deed), row=row.id,
                           next=N_("Settle it first: deskhand outbox list"))  # fmt: skip


# How it went ---------------------------------------------------------------------------------------------


def done(unit: UnitOfWork, row: OutboxRow, receipt: Receipt) -> None:
    """Settles a row by its receipt. Safe to repeat."""
    if row.state == "sent":
        return
    outbox.move(unit.conn, row.id, row.state, "sent", unit.now, remote_id=receipt.remote_id, warning=receipt.warning, error="")
    more = {"warning": receipt.warning} if receipt.warning else {}
    _tell(unit, row, "deed_done", remote_id=receipt.remote_id, at=receipt.at, **more)
    deed = command(row)
    if isinstance(deed, AnswerReview):
        from desk.review_tickets import answered_here

        answered_here(unit, row, deed.review_id, deed.text, receipt)
    elif isinstance(deed, SendReply):
        from desk.forms import stood

        stood(unit, row, deed, receipt)


def failed(unit: UnitOfWork, row: OutboxRow, came_from: str, error: str) -> None:
    """It will not happen as it is; a person decides."""
    if outbox.move(unit.conn, row.id, came_from, "failed", unit.now, error=clean_line(error), hold_until=NEVER):
        _tell(unit, row, "deed_failed", error=clean_line(error))


def in_doubt(unit: UnitOfWork, row: OutboxRow, error: str) -> None:
    """Nobody can tell whether it happened."""
    if outbox.move(unit.conn, row.id, "claimed", "unknown", unit.now, error=clean_line(error)):
        _tell(unit, row, "deed_unknown", error=clean_line(error))


def taken_back(unit: UnitOfWork, row: OutboxRow) -> None:
    """It was taken back before it left."""
    _tell(unit, row, "deed_taken_back")


def resolve(unit: UnitOfWork, row: OutboxRow, decision: str) -> None:
    """A person settles a row that failed or is in doubt: it is `sent`, is tried `again`, or `cancel`led."""
    if decision == "sent":
        done(unit, row, Receipt("", row.handed_at or unit.now, "settled by a person"))
    elif decision == "again":
        outbox.move(unit.conn, row.id, row.state, "held", unit.now, hold_until=unit.now, next_try_at=0, error="",
                    handed_at=0, attempts=0)  # fmt: skip
        _tell(unit, row, "deed_queued", again=True)
    else:
        outbox.move(unit.conn, row.id, row.state, "cancelled", unit.now)
        _tell(unit, row, "deed_cancelled")


def _tell(unit: UnitOfWork, row: OutboxRow, verb: str, **facts: Any) -> None:
    unit.append(verb, {"outbox_id": row.id, "kind": row.kind, "about": about(command(row)), **facts}, ticket_id=row.ticket_id)
