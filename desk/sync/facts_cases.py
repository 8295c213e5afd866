"""Returns, refunds, cancellations and disputes: a case somebody must act on becomes a ticket, or joins the buyer's. That
holds for one from before the first fetch, too: it is no history as long as it is open, but nothing answers it by itself."""

from __future__ import annotations

import json

from connectors.contract import CaseRecord
from desk.changes import change
from desk.clocks.keep import keep
from desk.sync.facts_buyers import customer_of, number_key, order_id_of
from desk.sync.inbound import Inbound
from desk.sync.intake import Taken, take
from desk.sync.reached import answered_from
from desk.sync.reasons import type_of
from store.connection import Connection
from store.errors import N_
from store.sql import people, tickets
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import NEVER, clean, clean_line

_SUBJECTS = {
    "return": N_("Return request {order}"),
    "refund": N_("Refund request {order}"),
    "exchange": N_("Exchange request {order}"),
    "repair": N_("Repair request {order}"),
    "resend": N_("Resend request {order}"),
    "cancellation": N_("Cancellation request {order}"),
    "dispute": N_("Dispute {order}"),
}


def put_case(unit: UnitOfWork, channel: Channel, c: CaseRecord) -> Taken:
    conn = unit.conn
    row = conn.execute(
        "SELECT id, updated_at, state, is_open, due_at, ticket_id, order_id FROM case_file WHERE channel_id = ? AND kind = ? "
        "AND remote_id = ?",
        (channel.id, c.kind, c.remote_id),
    ).fetchone()
    if row is not None and row[1] > c.updated_at:
        return Taken(row[5] or 0, 0, fresh=False)
    order_id = order_id_of(conn, channel, c.order_id)
    order = conn.execute("SELECT number, customer_id FROM orders WHERE id = ?", (order_id,)).fetchone()
    number, customer_id = order or (c.order_id, None)
    if c.buyer is not None:
        customer_id = customer_of(unit, channel, c.buyer, "") or customer_id
    facts = {
        "channel_id": channel.id, "remote_id": c.remote_id, "kind": c.kind, "order_id": order_id,
        "order_number": clean_line(number), "customer_id": customer_id, "state": clean_line(c.state),
        "reason": clean_line(c.reason), "type": type_of(channel.platform, c.reason), "is_open": int(c.open),
        "amount_minor": c.amount.minor if c.amount else None, "currency": c.amount.currency if c.amount else "",
        "opened_at": c.opened_at, "updated_at": c.updated_at, "due_at": NEVER if c.due_at is None else c.due_at,
        "note": clean(c.text).strip(), "lines": json.dumps(c.lines), "tracking": clean_line(c.tracking),
        "allowed": json.dumps(c.allowed),
    }  # fmt: skip
    if row is None:
        marks = ", ".join("?" * len(facts))
        case_id = conn.execute(
            f"INSERT INTO case_file ({', '.join(facts)}) VALUES ({marks})", tuple(facts.values())
        ).lastrowid
        if not c.open:
            return Taken(0, 0, fresh=True)
        return _ticket_of(unit, channel, c, case_id, str(facts["type"]), clean_line(number), customer_id)
    case_id, _, state, was_open, due_at, ticket_id, was_order = row
    same = (state, was_open, due_at, was_order) == (facts["state"], facts["is_open"], facts["due_at"], order_id)
    if same and row[1] == c.updated_at:
        return Taken(ticket_id or 0, 0, fresh=False)
    sets = ", ".join(f"{column} = ?" for column in facts)
    conn.execute(f"UPDATE case_file SET {sets} WHERE id = ?", (*facts.values(), case_id))
    if ticket_id is not None and (state, was_open, due_at) != (facts["state"], facts["is_open"], facts["due_at"]):
        due = {"due_at": [due_at, facts["due_at"]]} if due_at != facts["due_at"] else {}
        unit.append("case_changed", {"case": case_id, "kind": c.kind, "state": [state, facts["state"]], "open": c.open,
                                     **due}, ticket_id=ticket_id)  # fmt: skip
    if ticket_id is not None:
        keep(unit, ticket_id)
    elif c.open:  # it was over when it came in, and begins anew
        return _ticket_of(unit, channel, c, case_id, str(facts["type"]), clean_line(number), customer_id)
    return Taken(ticket_id or 0, 0, fresh=True)


def _ticket_of(
    unit: UnitOfWork, channel: Channel, c: CaseRecord, case_id: int, kind: str, number: str, customer_id: int | None
) -> Taken:
    """The ticket of a new case: the buyer's open one about the same order; where nobody knows the buyer, an open one of the
    platform about it; else a new one."""
    conn, same = unit.conn, number_key(number)
    theirs = (tickets.of_customer(conn, customer_id, limit=10) if customer_id
              else tickets.about_order(conn, channel.platform, number))  # fmt: skip
    known = next(
        (t for t in theirs if t.is_open and not t.automatic and same and number_key(t.order_number) == same), None
    )
    if known is not None:
        taken = Taken(known.id, 0, fresh=True)
    else:
        message = _as_message(channel, c, number, customer_id, conn)
        home = channel.id if message.sender_address else answered_from(unit, channel, customer_id) or channel.id
        old = c.opened_at < channel.since
        taken = take(unit, home, message, history=old)
        if kind != "other":
            change(unit, taken.ticket_id, {"type": kind, "cause": kind}, why={"text": N_("the platform's reason")})
        if old:
            _open_again(unit, taken.ticket_id)
    conn.execute(
        "UPDATE case_file SET ticket_id = ?1, customer_id = coalesce(customer_id, "
        "(SELECT customer_id FROM ticket WHERE id = ?1)) WHERE id = ?2",
        (taken.ticket_id, case_id),
    )
    keep(unit, taken.ticket_id)
    unit.append("case_opened", {"case": case_id, "kind": c.kind, "reason": c.reason}, ticket_id=taken.ticket_id)
    return taken


def _open_again(unit: UnitOfWork, ticket_id: int) -> None:
    """A ticket that came in as history is work after all: no answer is owed but the case's own, by its deadline."""
    from desk.automation.route import route

    tickets.update(unit.conn, ticket_id, {"first_waived": 1}, bump=False)
    change(unit, ticket_id, {"status": "open"}, why={"text": N_("its case is still open")})
    route(unit, ticket_id)


def _as_message(channel: Channel, c: CaseRecord, number: str, customer_id: int | None, conn: Connection) -> Inbound:
    """What the buyer wrote with a case, or else its reason, as the message that begins a ticket."""
    buyer = people.customer(conn, customer_id) if customer_id else None
    keys = people.keys_of(conn, customer_id) if customer_id else []
    key = f"{channel.platform}:{c.buyer.id}" if c.buyer and c.buyer.id else keys[0] if keys else ""
    return Inbound(
        remote_key=f"{channel.platform}:case:{c.kind}:{c.remote_id}", sender_key=key,
        sender_name=buyer.name if buyer else "", sender_address=c.buyer.id if c.buyer else "",
        subject=_SUBJECTS[c.kind].format(order=number).strip(),
        text=clean(c.text).strip() or clean_line(c.reason).replace("_", " ").lower(),
        sent_at=c.opened_at, arrived_at=c.opened_at, order_numbers=(number,) if number else (),
        platform=channel.platform,
    )  # fmt: skip
