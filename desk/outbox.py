"""What leaves the desk. held → claimed → sent | failed | unknown | cancelled; nothing leaves any other way.

A reply waits `hold_ms` of its channel in the open, where it can be taken back. Sync claims it, marks the instant from
which the platform may have taken it, and settles it by the receipt. After a crash a claim without that mark is simply
held again; one with it is looked up remotely, and where that cannot tell a person is asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from connectors.contract import Receipt
from desk import aside as asides
from desk import deeds, enclosing, notices, platform_reply, reach
from desk.answered import answered, noted, unseen_by
from desk.changes import change, require
from desk.collision import News, answered_since, news_since, stop_if_changed
from desk.outgoing import domain, recipients, thread_headers
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import links, messages, outbox, people, shop, tickets
from store.sql.rows import OutboxRow
from store.unit import UnitOfWork
from store.values import NEVER, clean, clean_line, fold

AFTER_SENDING = ("open", "pending", "solved")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply ready to leave. `base_seq` is the ticket's `thread_seq` its writer had seen; `then` the status after it
    was sent ("": as it is). One of a rule is `automatic`, names its `rule_id`, and has a `key` by which it is told that
    it was written already; a person's gets a fresh one."""

    ticket_id: int
    text: str
    to: tuple[str, ...]
    subject: str
    base_seq: int
    cc: tuple[str, ...] = ()
    then: str = "open"
    template_id: str = ""
    automatic: bool = False
    rule_id: str = ""
    key: str = ""
    files: tuple[enclosing.Enclosed, ...] = ()
    """What leaves with it; its content is in the desk."""
    aside: bool = False
    """Goes to somebody who is not the buyer, outside the buyer's thread."""


def queue(unit: UnitOfWork, reply: Reply) -> int:
    """Puts a reply into the outbox, where it waits to be taken back; returns the row's id. A key that is there already
    is not written twice: its row's id comes back.

    Raises Invalid for an empty text, no recipient or files that are too large, Refused where the channel cannot send or
    takes no files, Conflict when something arrived or was answered since the writer opened the thread.
    """
    ticket = require(unit, reply.ticket_id)
    text = clean(reply.text).strip()
    if not text:
        raise Invalid(
            N_("The reply to {item} is empty."), item=f"#{ticket.id}", next=N_("Write something, or press Esc.")
        )
    if (into := links.merged_into(unit.conn, ticket.id)) is not None:
        raise Refused(N_("{item} was merged into {other}."), item=f"#{ticket.id}", other=f"#{into}",
                      next=N_("Answer there: deskhand reply {other}"))  # fmt: skip
    after = asides.AFTER if reply.aside else AFTER_SENDING
    if reply.then and reply.then not in after:
        raise Invalid(N_("{item} is no {field}."), item=reply.then, field="status", next=N_("Known: {known}"),
                      known=", ".join(filter(None, after)))  # fmt: skip
    channel = asides.channel_for(unit.conn, ticket) if reply.aside else shop.channel(unit.conn, ticket.channel_id)
    if channel is None or channel.state == "removed":
        raise Refused(
            N_("The channel of {item} is no longer connected."),
            item=f"#{ticket.id}",
            next=N_("Add it again: deskhand channel add"),
        )
    reach.insist(channel)
    thread = [] if reply.aside else messages.of_ticket(unit.conn, ticket.id, limit=20)
    way = platform_reply.way(unit.conn, channel, ticket, thread) if reach.is_api(channel) else None
    to = way.to if way else recipients(reply.to)
    if not to:
        raise Invalid(N_("{item} has no address to answer to."), item=f"#{ticket.id}",
                      next=N_("Answer in the shop's own console."))  # fmt: skip
    if way and recipients(reply.cc):
        raise Refused(N_("{item} takes no copies to others."), item=channel.name, next=N_("Take Cc away."))
    enclosing.check(channel, reply.files)
    if reply.key and (known := outbox.by_key(unit.conn, reply.key)):
        return known.id
    if reply.template_id and not reply.rule_id and not reply.aside:  # a rule looks before it fills in what a buyer wrote
        from desk.template_book import require_sendable

        require_sendable(unit.conn, ticket, reply.template_id, text)
    if not reply.aside:
        stop_if_changed(unit, ticket, reply.base_seq)
    unique = reply.key or unit.ids()
    others = asides.outsiders(unit.conn, ticket.id) if thread else ()
    thread = [m for m in thread if fold(m.sender_address) not in others]
    in_reply_to, references = thread_headers(thread)
    payload = {
        "message_id": f"<{unique}@{domain(channel.settings)}>", "to": list(to), "cc": list(recipients(reply.cc)),
        "subject": clean_line(reply.subject),
        "text": text, "in_reply_to": in_reply_to, "references": references,
        "template_id": reply.template_id, "automatic": reply.automatic,
        **({"files": reply.files} if reply.files else {}), **({"aside": True} if reply.aside else {}),
        **({"way": way._asdict()} if way else {}),
    }  # fmt: skip
    row_id = outbox.insert(unit.conn, {
        "key": unique, "ticket_id": ticket.id, "channel_id": channel.id, "message_id": 0,
        "agent_id": "" if reply.rule_id else unit.actor.id,
        "hold_until": unit.now + channel.hold_ms, "base_seq": ticket.thread_seq,
        "payload": json.dumps(payload, ensure_ascii=False), "after": json.dumps({"status": reply.then}),
        "created_at": unit.now, "updated_at": unit.now, "recipient": fold(to[0]),
        "automatic": int(reply.automatic), "template_id": reply.template_id, "rule_id": reply.rule_id,
    })  # fmt: skip
    unit.append("reply_queued", {"outbox_id": row_id, "template_id": reply.template_id}, ticket_id=ticket.id)
    if not reply.rule_id:
        people.drop_draft(unit.conn, ticket.id, unit.actor.id)
        enclosing.put(unit, ticket.id, unit.actor.id, ())
        asides.put(unit, ticket.id, unit.actor.id, None)
    if reply.template_id:
        unit.conn.execute("UPDATE template SET used = used + 1 WHERE id = ?", (reply.template_id,))
    return row_id


def take_back(unit: UnitOfWork, row_id: int) -> OutboxRow:
    """Cancels a reply that has not left; its text becomes the agent's draft again. Where they have begun another one
    since, that one stays and the text is kept in the cancelled row. Raises Refused once it has left."""
    row = need(unit, row_id)
    if not outbox.move(unit.conn, row_id, "held", "cancelled", unit.now):
        raise Refused(N_("The reply to {item} has left and cannot be taken back."), item=f"#{row.ticket_id}",
                      next=N_("Write a second message if something is wrong."))  # fmt: skip
    if row.kind in deeds.KINDS:
        deeds.taken_back(unit, row)
        _give_back(unit, row)
        return row
    _give_back(unit, row)
    unit.append("reply_taken_back", {"outbox_id": row_id}, ticket_id=row.ticket_id)
    return row


def _give_back(unit: UnitOfWork, row: OutboxRow) -> None:
    """Makes the text of a row its writer's draft, unless they have begun another; most deeds have none."""
    payload = json.loads(row.payload)
    if row.kind in deeds.KINDS and not payload.get("draft"):
        return
    draft = people.draft(unit.conn, row.ticket_id, row.agent_id)
    if row.agent_id and (draft is None or not draft.body.strip()):
        kind = payload.get("draft") or ("aside" if payload.get("aside") else "reply")
        people.put_draft(unit.conn, people.Draft(row.ticket_id, row.agent_id, kind, payload["text"],
                                                 payload.get("template_id", ""), row.base_seq, unit.now))  # fmt: skip
        enclosing.put(unit, row.ticket_id, row.agent_id, enclosing.of_payload(payload))
        if row.kind in deeds.KINDS:
            return
        heads = asides.Heads(tuple(payload["to"]), tuple(payload["cc"]), payload["subject"], kind == "aside")
        asides.put(unit, row.ticket_id, row.agent_id, heads)


def claim(unit: UnitOfWork, row: OutboxRow, holder: str) -> bool:
    """held → claimed for this sync process, unless the thread moved on meanwhile, which fails the row instead. What a
    rule wrote still leaves when the buyer adds something; once a person has answered it is not needed any more."""
    ticket = tickets.get(unit.conn, row.ticket_id)
    if row.kind in deeds.KINDS:  # what is said meanwhile is no reason not to do it
        return _claimed(unit, row, holder)
    news = news_since(unit, ticket, row.base_seq, row.agent_id) if ticket else News("")
    if ticket is not None and json.loads(row.payload).get("aside"):
        news = None  # what the buyer says meanwhile is none of a carrier's business
    if news is not None and row.automatic:
        if ticket is None or answered_since(unit, ticket, row.base_seq):
            outbox.move(unit.conn, row.id, "held", "cancelled", unit.now)
            unit.append("reply_cancelled", {"outbox_id": row.id, "why": {"text": N_("a person has answered")}},
                        ticket_id=row.ticket_id)  # fmt: skip
            return False
        news = None
    if news is not None:
        what = f"{news.who} answered" if news.who else "Something new arrived"
        fail(unit, row.id, "held", f"{what} before this left; read it and send again.")
        return False
    return _claimed(unit, row, holder)


def _claimed(unit: UnitOfWork, row: OutboxRow, holder: str) -> bool:
    return outbox.move(unit.conn, row.id, "held", "claimed", unit.now, claimed_by=holder, claimed_at=unit.now,
                       handed_at=0, attempts=row.attempts + 1)  # fmt: skip


def release(unit: UnitOfWork, row: OutboxRow, next_try_at: int, error: str) -> None:
    """claimed → held: nothing happened there, it is tried again at `next_try_at`."""
    outbox.move(unit.conn, row.id, "claimed", "held", unit.now, next_try_at=next_try_at, error=clean_line(error),
                handed_at=0)  # fmt: skip


def sent(unit: UnitOfWork, row_id: int, receipt: Receipt) -> int:
    """Settles a row as sent: the message joins the thread, clocks stop, the ticket takes its status. Safe to repeat:
    the copy of our mail coming back and the receipt may both tell. Returns the message's id."""
    row = need(unit, row_id)
    if row.kind == notices.KIND:
        notices.came_back(unit, row)
        return 0
    if row.kind in deeds.KINDS:
        deeds.done(unit, row, receipt)
        return 0
    payload = json.loads(row.payload)
    if row.state == "sent" and row.message_id:
        return row.message_id
    way = platform_reply.way_of(payload)
    key = platform_reply.key_of(way, row, receipt) if way else f"mail:{payload['message_id'].strip('<>')}"
    known = messages.by_remote_key(unit.conn, key)
    agent = shop.agent(unit.conn, row.agent_id)
    ticket = require(unit, row.ticket_id)
    refs = [*payload["references"], *([platform_reply.thread_ref(way)] if way and way.thread_id else [])]
    message_id = known.id if known else messages.insert(unit.conn, {
        "ticket_id": ticket.id, "channel_id": row.channel_id, "direction": "note" if payload.get("aside") else "out",
        "author_id": row.agent_id, "sender_name": agent.name if agent else row.agent_id or row.rule_id,
        "recipients": ", ".join((*payload["to"], *payload["cc"])),
        "subject": payload["subject"], "body": payload["text"], "sent_at": receipt.at, "received_at": unit.now,
        "automatic": "reply" if payload.get("automatic") else "", "remote_key": key,
        "in_reply_to": payload["in_reply_to"], "thread_id": way.thread_id if way else "",
    }, refs=refs, files=" ".join(f.name for f in enclosing.of_payload(payload)))  # fmt: skip
    if not known:  # the copy that came back brought its files along
        enclosing.attach(unit.conn, message_id, enclosing.of_payload(payload))
    unit.conn.execute(
        "UPDATE outbox SET state = 'sent', message_id = ?, remote_id = ?, warning = ?, error = '', updated_at = ? WHERE id = ?",
        (message_id, receipt.remote_id, receipt.warning, unit.now, row_id),
    )
    if payload.get("aside"):
        noted(unit, row, ticket, message_id)
        return message_id
    seq = unit.append("reply_sent", {"outbox_id": row_id, "message_id": message_id,
                                     **({"warning": receipt.warning} if receipt.warning else {})},
                      ticket_id=ticket.id)  # fmt: skip
    unseen = unseen_by(unit, row)
    if known and way:  # its copy came in as an answer given elsewhere, and has counted
        unit.conn.execute("UPDATE message SET author_id = ?, sender_name = ? WHERE id = ?",
                          (row.agent_id, agent.name if agent else row.agent_id, message_id))  # fmt: skip
    else:
        answered(unit, ticket.id, message_id, seq, receipt.at, automatic=bool(payload.get("automatic")),
                 unseen=unseen)  # fmt: skip
    status = json.loads(row.after).get("status", "open")
    if unseen is not None and status:
        status = "open"  # while this left, the buyer wrote again
    if status and status != ticket.status:
        change(unit, ticket.id, {"status": status}, why={"text": N_("after the reply was sent")})
    return message_id


def fail(unit: UnitOfWork, row_id: int, came_from: str, error: str) -> None:
    """It will not leave as it is; the text stays in the outbox and a person decides."""
    row = need(unit, row_id)
    if row.kind in deeds.KINDS:
        deeds.failed(unit, row, came_from, error)
        return
    if outbox.move(unit.conn, row_id, came_from, "failed", unit.now, error=clean_line(error), hold_until=NEVER):
        unit.append("reply_failed", {"outbox_id": row_id, "error": clean_line(error)}, ticket_id=row.ticket_id)


def unknown(unit: UnitOfWork, row_id: int, error: str) -> None:
    """Nobody can tell whether it left: never retried by itself."""
    row = need(unit, row_id)
    if row.kind in deeds.KINDS:
        deeds.in_doubt(unit, row, error)
        return
    if outbox.move(unit.conn, row_id, "claimed", "unknown", unit.now, error=clean_line(error)):
        unit.append("reply_unknown", {"outbox_id": row_id, "error": clean_line(error)}, ticket_id=row.ticket_id)


DECISIONS = ("sent", "again", "cancel")


def resolve(unit: UnitOfWork, row_id: int, decision: str) -> OutboxRow:
    """A person settles a failed or unknown row: it was `sent`, send it `again`, or `cancel` it. Raises Refused."""
    row = need(unit, row_id)
    if decision not in DECISIONS:
        raise Invalid(N_("{item} is no {field}."), item=decision, field="decision", next=N_("Known: {known}"),
                      known=", ".join(DECISIONS))  # fmt: skip
    if row.kind == notices.KIND:
        notices.resolve(unit, row, decision)
        return row
    if row.state not in ("failed", "unknown"):
        raise Refused(N_("Outbox row {item} is {state}; there is nothing to settle."), item=str(row_id), state=row.state,
                      next=N_("See: deskhand outbox list"))  # fmt: skip
    if row.kind in deeds.KINDS:
        deeds.resolve(unit, row, decision)
        if decision == "cancel":
            _give_back(unit, row)
        return row
    if decision == "sent":
        payload = json.loads(row.payload)
        sent(unit, row_id, Receipt(payload["message_id"], row.handed_at or unit.now, "settled by a person"))
    elif decision == "again":
        ticket = require(unit, row.ticket_id)
        outbox.move(unit.conn, row_id, row.state, "held", unit.now, hold_until=unit.now, next_try_at=0, error="",
                    handed_at=0, attempts=0, base_seq=ticket.thread_seq)  # fmt: skip
        unit.append("reply_queued", {"outbox_id": row_id, "again": True}, ticket_id=row.ticket_id)
    else:
        outbox.move(unit.conn, row_id, row.state, "cancelled", unit.now)
        _give_back(unit, row)
        unit.append("reply_cancelled", {"outbox_id": row_id}, ticket_id=row.ticket_id)
    return row


def need(unit: UnitOfWork, row_id: int) -> OutboxRow:
    row = outbox.get(unit.conn, row_id)
    if row is None:
        raise NotFound(N_("There is no outbox row {item}."), item=str(row_id), next=N_("See: deskhand outbox list"))
    return row
