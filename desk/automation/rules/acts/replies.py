"""Acts that write: a reply to the buyer by template, an internal note.

What a buyer wrote is data: a template is filled once, and nothing of what fills it is read as a template again.
"""

from __future__ import annotations

import hashlib
import json

from desk import thread as threads
from desk.automation.rules import caps
from desk.automation.rules.registry import Args, Doing, Effect, register
from desk.automation.rules.tables import Table, missing
from desk.automation.templates import Filled, fill
from desk.outbox import AFTER_SENDING, Reply, queue
from desk.outgoing import reply_subject
from desk.template_book import note_text, unfit
from desk.thread import Thread
from desk.tickets import note
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import outbox, shop
from store.sql.rows import Message, Template
from store.unit import UnitOfWork
from store.values import fold


def _read_reply(t: Table) -> Args:
    args = {"template": t.text("template", needed=True), "then": t.word("then", AFTER_SENDING),
            "share": t.text("share")}  # fmt: skip
    return {key: value for key, value in args.items() if value}


def _reply(doing: Doing, args: Args) -> None:
    unit, ticket_id = doing.unit, doing.ticket_id
    read = threads.read(unit.conn, ticket_id, shown=50)
    asked = _asked(unit, read, doing.message_id)
    key = idempotency_key(unit, doing, asked.id)
    if (row := outbox.by_key(unit.conn, key)) is not None:
        doing.said["already"] = row.id
        return
    template = _template(unit, args["template"])
    if template.internal:
        raise Invalid(N_("The template {item} is for the team only."), item=template.id,
                      next=N_("Choose one that is written for buyers."))  # fmt: skip
    filled = _filled(unit, read, template, args.get("share", ""))
    if not filled.sendable:
        raise Refused(N_("{item}: the template {template} has no value for {names}."), item=f"#{ticket_id}",
                      template=template.id, names=", ".join(filled.missing) or template.id,
                      next=N_("Fill it in by hand, or give the template a fallback."))  # fmt: skip
    if forbidden := unfit(unit.conn, read.ticket, filled.text):
        raise Refused(N_("{item}: {platform} does not take the text of {template}: {problem}."), item=f"#{ticket_id}",
                      platform=read.ticket.platform, template=template.id, problem=forbidden[0],
                      next=N_("Mend the template, or answer by hand."))  # fmt: skip
    subject = reply_subject(read.ticket.subject)
    caps.check(unit.conn, asked.sender_address, ticket_id, subject, unit.now)
    doing.said["outbox_id"] = queue(unit, Reply(
        ticket_id, filled.text, (asked.sender_address,), subject, read.ticket.thread_seq, then=args.get("then", ""),
        template_id=template.id, automatic=True, rule_id=doing.rule.id, key=key,
    ))  # fmt: skip


def _asked(unit: UnitOfWork, read: Thread, message_id: int) -> Message:
    """The buyer's message that is answered. Raises Refused where no machine may answer."""
    from desk.reading.automatic import nobody
    from desk.sync.intake import own_addresses

    inbound = [m for m in read.messages if m.direction == "in"]
    found = next((m for m in inbound if m.id == message_id), inbound[-1] if inbound else None)
    if found is None or not found.sender_address:
        raise _no_machine(read, N_("{item}: there is no message of a buyer to answer."))
    if found.automatic or read.ticket.automatic:
        raise _no_machine(read, N_("{item}: no person wrote this ({kind}), so no rule answers it."),
                          kind=found.automatic or read.ticket.automatic)  # fmt: skip
    if nobody(found.sender_address):
        raise _no_machine(read, N_("{item}: nobody reads mail to {address}."), address=found.sender_address)
    if fold(found.sender_address) in own_addresses(unit):
        raise _no_machine(read, N_("{item}: {address} is an address of this shop."), address=found.sender_address)
    if is_history(unit, read.ticket.id):
        raise _no_machine(read, N_("{item} came in as history; rules do not answer it."))
    return found


def _no_machine(read: Thread, what: str, **gaps: object) -> Refused:
    return Refused(what, item=f"#{read.ticket.id}", next=N_("Answer by hand if it needs an answer."), **gaps)


def is_history(unit: UnitOfWork, ticket_id: int) -> bool:
    """Whether what came last into a ticket came as history (first sync, import)."""
    row = unit.conn.execute(
        "SELECT payload FROM event WHERE ticket_id = ? AND verb IN ('created', 'received') ORDER BY seq DESC LIMIT 1",
        (ticket_id,),
    ).fetchone()
    return bool(row and row[0] and json.loads(row[0]).get("history"))


def idempotency_key(unit: UnitOfWork, doing: Doing, message_id: int) -> str:
    """One answer per rule, act and message of a buyer, however often the rule is run again; any version of the rule."""
    (desk,) = unit.conn.execute("SELECT value FROM meta WHERE key = 'uuid'").fetchone()
    about = f"{desk}\0{doing.rule.id}\0{doing.at}\0{doing.ticket_id}\0{message_id}"
    return hashlib.sha256(about.encode()).hexdigest()[:32]


def _template(unit: UnitOfWork, template_id: str) -> Template:
    found = shop.template(unit.conn, template_id)
    if found is None:
        raise NotFound(N_("There is no template {item}."), item=template_id, next=N_("See: deskhand template list"))
    return found


def _filled(unit: UnitOfWork, read: Thread, template: Template, share: str) -> Filled:
    """The text in the buyer's language, by the template's visible chain; signed by who has the ticket, else the shop."""
    variant, _ = threads.variant(template, read.ticket)
    name = shop.name(unit.conn)
    owner = shop.agent(unit.conn, read.ticket.assignee_id) if read.ticket.assignee_id else None
    signed, signature = (owner.name, owner.signature) if owner else (name, "")
    return fill(variant.text, threads.template_context(read, signed, name, share, signature))


def _read_note(t: Table) -> Args:
    args = {key: value for key in ("text", "template") if (value := t.text(key))}
    if len(args) != 1:
        raise missing(t.item, f"{t.at}text, template")
    return args


def _note(doing: Doing, args: Args) -> None:
    read = threads.read(doing.unit.conn, doing.ticket_id, shown=50)
    facts = threads.template_context(read, doing.rule.name, shop.name(doing.unit.conn))
    if "template" in args:
        text = note_text(doing.unit.conn, doing.ticket_id, args["template"], facts)
    else:
        text = fill(args["text"], facts).text
    note(doing.unit, doing.ticket_id, text)


def _replies(args: Args) -> Effect:
    return Effect(replies=args["template"])


register("reply", N_("answers the buyer with a template"), _read_reply, _reply, effect=_replies, outward=True)
register("note", N_("writes an internal note"), _read_note, _note)
