"""What a person is told of while they do something else, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.happened import Reader, why_said
from app.told import told as translated
from app.words import _
from desk.vocabulary import CLOCK_KINDS
from store.events import Event
from store.sql.mentions import Mention
from store.values import clean_line


def toast(told: Collection[Event], unseen: Sequence[Mention], reader: Reader) -> str:
    """One line for the newest of these events, with how many more there are."""
    *others, event = told
    text = _note(event, unseen, reader) if event.verb == "noted" else brief(event, reader)
    return text + (f"  +{len(others)}" if others else "")


def _note(event: Event, unseen: Sequence[Mention], reader: Reader) -> str:
    payload = event.payload or {}
    note = next((m for m in unseen if m.message_id == payload.get("message_id")), None)
    text = clean_line(note.body) if note else ""
    return _("{who} on #{id}: {text}  g @").format(who=reader.name(event.actor.id), id=event.ticket_id, text=text)


def brief(event: Event, reader: Reader) -> str:
    """An event in a line that names no buyer and quotes nobody: it may be read by who looks over a shoulder."""
    payload, ticket = event.payload or {}, event.ticket_id
    if event.verb == "noted":
        return _("{who} names you in a note on #{id}").format(who=reader.name(event.actor.id), id=ticket)
    if event.verb == "unattended":
        return _("#{id} falls due before anybody is there: {why}").format(id=ticket, why=why_said(payload, reader))
    if event.verb == "assigned":
        return _("#{id} is yours now").format(id=ticket)
    if event.verb in ("clock_warned", "clock_breached"):
        clock = _(CLOCK_KINDS.get(str(payload.get("kind")), str(payload.get("kind"))))
        when = reader.when(payload.get("due_at", 0))
        said = _("#{id} is due {when}: {clock}") if event.verb == "clock_warned" else _("#{id} is overdue since {when}: {clock}")
        return said.format(id=ticket, when=when, clock=clock)
    if event.verb == "reply_failed":
        return _("your reply to #{id} did not leave  g o").format(id=ticket)
    if event.verb == "reply_unknown":
        return _("nobody knows whether your reply to #{id} left  g o").format(id=ticket)
    if event.verb in ("deed_failed", "deed_unknown"):
        said = _("what you did on #{id} did not happen at its platform  g o") if event.verb == "deed_failed" else \
            _("nobody knows whether what you did on #{id} happened  g o")  # fmt: skip
        return said.format(id=ticket)
    if event.verb == "channel_fault":
        return _("channel {name} needs a person: {fault}").format(
            name=payload.get("channel", ""), fault=translated(str(payload.get("fault", "")))
        )
    why = why_said(payload, reader)
    return f"#{ticket}: {why}" if ticket else why
