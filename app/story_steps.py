"""The steps of the practice desk's story. Each does one thing with real parts, checks it, and says it in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default

from app.labels import named
from app.story_automation import AUTOMATION
from app.story_markets import MARKETS
from app.story_scene import LANG, Failed, Scene, must, until
from app.words import N_, _
from connectors.sandbox.world.data import texts
from connectors.sandbox.world.talks import fill as fill_text
from desk import changes, outbox, practice, thread, undo
from desk.automation.templates import fill
from desk.outgoing import reply_subject
from desk.reason import reason_from, utc_text
from desk.vocabulary import TYPES
from store import events
from store.errors import Conflict
from store.sql import messages, people, shop
from store.sql import outbox as rows
from store.values import SECOND, Actor

# Steps ---------------------------------------------------------------------------------------------


def _desk(s: Scene) -> str:
    count = s.store.conn.execute("SELECT count(*) FROM ticket").fetchone()[0]
    must(count == len(s.world.talks), N_("the desk has {count} tickets"), count=count)
    channels = len(shop.channels(s.store.conn))
    s.facts |= {"tickets": count, "buyers": len(s.world.buyers), "channels": channels}
    return _("a practice desk: {tickets} tickets, {buyers} buyers, {channels} channels, made in {seconds} s").format(
        **s.facts
    )


def _mail(s: Scene) -> str:
    subject, body = (fill_text(t, s.bought) for t in texts(LANG)["damaged"]["says"][1])
    s.message_id = s.buyers.send(s.buyer, subject, f"{body}\n\n{s.buyer.first}", s.bought)
    until(lambda: s.server.mails("INBOX"))
    s.facts |= {"message_id": s.message_id, "from": s.buyer.name, "subject": subject}
    return _("{name} wrote “{subject}”; the mail server took it by SMTP").format(name=s.buyer.name, subject=subject)


def _pulled(s: Scene) -> str:
    before = s.store.conn.execute("SELECT max(id) FROM ticket").fetchone()[0]
    s.sync()
    found = messages.by_remote_key(s.store.conn, f"mail:{s.message_id.strip('<>')}")
    must(found, N_("no ticket holds the mail"))
    assert found is not None
    s.ticket_id = found.ticket_id
    must(s.ticket_id == before + 1, N_("the mail went into #{ticket}, which was there before"), ticket=s.ticket_id)
    orders = [o.number for o in thread.read(s.store.conn, s.ticket_id).orders]
    must(orders == [s.bought.number], N_("it is about the orders {orders}"), orders=", ".join(orders))
    s.facts |= {"ticket": s.ticket_id, "order": s.bought.number}
    return _("fetched by IMAP: it is ticket #{ticket}, about order {order}").format(
        ticket=s.ticket_id, order=s.bought.number
    )


def _sorted(s: Scene) -> str:
    t = s.ticket
    s.facts |= {"type": t.type, "lang": t.lang, "status": t.status}
    must((t.type, t.lang, t.status) == ("damaged", s.buyer.lang, "new"),
          N_("sorted as {type}, {lang}, {status}"), type=t.type, lang=t.lang, status=t.status)  # fmt: skip
    return _("sorted: {type}, written in {lang}").format(type=named(TYPES, t.type), lang=t.lang)


def _owned(s: Scene) -> str:
    event = thread.why_assigned(s.store.conn, s.ticket_id)
    must(
        s.ticket.assignee_id and event and event.payload and event.payload.get("why"),
        N_("it has no owner, or nobody says why"),
    )
    assert event is not None and event.payload is not None
    why = reason_from(event.payload["why"]).render(_)
    s.facts |= {"owner": s.ticket.assignee_id, "why": why}
    return _("{agent} owns it: {why}").format(agent=s.ticket.assignee_id, why=why)


def _due(s: Scene) -> str:
    row = s.clock_row("first_response")
    must(row.state == "running" and s.ticket.due_at == row.due_at, N_("the clock is {state}"), state=row.state)
    s.facts |= {"clock": row.kind, "policy": row.policy_id, "due": row.due_at}
    return _("first reply due {due} by {policy}").format(due=utc_text(row.due_at), policy=row.policy_id)


def _written(s: Scene) -> str:
    found = thread.read(s.store.conn, s.ticket_id)
    context = thread.template_context(found, s.owner.id.capitalize(), practice.SHOP)
    for template in thread.suited(shop.templates(s.store.conn), s.ticket):
        variant, how = thread.variant(template, s.ticket)
        filled = fill(variant.text, context)
        if filled.sendable and variant.language == s.ticket.lang:
            s.text, s.template = filled.text, template.id
            s.facts |= {"template": template.id, "lang": variant.language}
            return _("template {template} {how}, every gap filled").format(template=template.id, how=how.render(_))
    raise Failed(_("no template fits"))


def _queue(s: Scene) -> None:
    found = thread.read(s.store.conn, s.ticket_id)
    with s.store.write(s.owner) as unit:
        s.row_id = outbox.queue(unit, outbox.Reply(
            ticket_id=s.ticket_id, text=s.text, to=thread.answer_to(found), then="pending", template_id=s.template,
            subject=reply_subject(found.ticket.subject), base_seq=found.ticket.thread_seq,
        ))  # fmt: skip


def _taken_back(s: Scene) -> str:
    _queue(s)
    with s.store.write(s.owner) as unit:
        outbox.take_back(unit, s.row_id)
    draft = people.draft(s.store.conn, s.ticket_id, s.owner.id)
    must(draft and draft.body == s.text.strip(), N_("the text is not back as a draft"))
    s.sync()
    must(not s.server.sent[1:], N_("it left although it was taken back"))
    return _("a reply was queued and taken back: its text is a draft again, nothing left")


def _held(s: Scene) -> str:
    _queue(s)
    row = rows.get(s.store.conn, s.row_id)
    assert row is not None
    s.sync()
    must(len(s.server.sent) == 1, N_("it left before its time to be taken back was over"))
    s.facts |= {"held_ms": row.hold_until - row.created_at}
    return _("queued again; {seconds} s to take it back, and it waits").format(
        seconds=(row.hold_until - row.created_at) // SECOND
    )


def _sent(s: Scene) -> str:
    s.clock.ahead += 11 * SECOND
    s.sync()
    ours = [e for e in s.server.sent if e.sender == s.buyer.shop.address]
    must(len(ours) == 1, N_("{count} mails left"), count=len(ours))
    s.ours = ours[0].raw
    read = message_from_bytes(s.ours, policy=default)
    must(ours[0].recipients == (s.buyer.address,), N_("it went to somebody else"))
    must(str(read["In-Reply-To"]).strip() == s.message_id and s.message_id in str(read["References"]).split(),
          N_("it does not answer the buyer's mail"))  # fmt: skip
    s.facts |= {"message_id": str(read["Message-ID"]).strip(), "in_reply_to": s.message_id}
    return _("sent once by SMTP to {name}, In-Reply-To and References name their mail").format(name=s.buyer.name)


def _stopped(s: Scene) -> str:
    row = s.clock_row("first_response")
    must(row.state == "met" and s.ticket.status == "pending", N_("the clock is {state}"), state=row.state)
    s.facts |= {"clock": row.state, "status": s.ticket.status}
    return _("the clock stopped in time, the ticket waits for the buyer")


def _answered(s: Scene) -> str:
    words = texts(s.buyer.lang)["talk"]["again"][2]
    message_id = s.buyers.answer(s.buyer, s.ours, words)
    until(lambda: len(s.server.mails("INBOX")) == 2)
    s.sync()
    found = messages.by_remote_key(s.store.conn, f"mail:{message_id.strip('<>')}")
    must(found and found.ticket_id == s.ticket_id, N_("the buyer's answer did not join the ticket"))
    assert found is not None
    must(s.ticket.status == "open", N_("the ticket stayed {status}"), status=s.ticket.status)
    must(found.quoted and found.body.startswith(words), N_("what the buyer quoted was not folded away"))
    due = s.clock_row("next_response")
    s.facts |= {"ticket": s.ticket_id, "status": s.ticket.status, "due": due.due_at}
    return _("the buyer's answer joined #{ticket}, which is open again; next reply due {due}").format(
        ticket=s.ticket_id, due=utc_text(due.due_at))  # fmt: skip


def _once(s: Scene) -> str:
    copies = len(s.server.mails("Sent"))
    s.sync()
    ours = [m for m in thread.read(s.store.conn, s.ticket_id).messages if m.direction == "out"]
    must(
        copies == 1 and len(ours) == 1,
        N_("{copies} copies in Sent became {count} messages"),
        copies=copies,
        count=len(ours),
    )
    s.facts |= {"copies": copies, "messages": len(ours)}
    return _("our copy in Sent was fetched and recognised: one reply, one message")


def _undone(s: Scene) -> str:
    was = s.ticket.type
    with s.store.write(s.owner) as unit:
        changes.change(unit, s.ticket_id, {"type": "quality"})
    must(s.ticket.type == "quality", N_("the field did not change"))
    with s.store.write(s.owner) as unit:
        undo.undo(unit)
    must(s.ticket.type == was, N_("the field did not come back"))
    s.facts |= {"field": "type", "value": was}
    return _("a changed field was undone: type is {value} again").format(value=named(TYPES, was))


def _refused(s: Scene) -> str:
    other = Actor("agent", "wei" if s.owner.id != "wei" else "tom")
    with s.store.write(s.owner) as unit:
        changes.change(unit, s.ticket_id, {"priority": "high"})
    with s.store.write(other) as unit:
        changes.change(unit, s.ticket_id, {"priority": "low"})
    try:
        with s.store.write(s.owner) as unit:
            undo.undo(unit)
    except Conflict as error:
        must(s.ticket.priority == 0, N_("somebody else's change was undone"))
        s.facts |= {"changed_by": other.id, "refusal": error.english()}
        return _("undo leaves alone what {agent} changed since").format(agent=other.id)
    raise Failed(_("somebody else's change was undone"))


def _verified(s: Scene) -> str:
    verdict = events.verify(s.store.conn)
    must(not verdict.problem, N_("the chain of events is broken: {problem}"), problem=verdict.problem)
    s.facts |= {"events": verdict.intact_to, "head": verdict.hash}
    return _("{count} events, every link of their chain holds").format(count=verdict.intact_to)


STEPS: dict[str, Callable[[Scene], str]] = {
    "desk": _desk, "mail": _mail, "pulled": _pulled, "sorted": _sorted, "owner": _owned, "clock": _due,
    "template": _written, "taken_back": _taken_back, "held": _held, "sent": _sent, "stopped": _stopped,
    "answered": _answered, "one_copy": _once, "undone": _undone, "undo_refused": _refused,
    **MARKETS, **AUTOMATION, "verified": _verified,
}  # fmt: skip
