"""What a person is told of while they do something else: that a note names them, that a ticket will be late unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.happened import Reader, why_said
from app.words import _
from store.events import Event
from store.sql.mentions import Mention
from store.values import clean_line


def toast(told: Collection[Event], unseen: Sequence[Mention], reader: Reader) -> str:
    """One line for the newest of these events, with how many more there are."""
    *others, event = told
    text = _one(event, unseen, reader)
    return text + (f"  +{len(others)}" if others else "")


def _one(event: Event, unseen: Sequence[Mention], reader: Reader) -> str:
    payload = event.payload or {}
    if event.verb == "unattended":
        return _("#{id} falls due before anybody is there: {why}").format(id=event.ticket_id, why=why_said(payload, reader))
    note = next((m for m in unseen if m.message_id == payload.get("message_id")), None)
    text = clean_line(note.body) if note else ""
    return _("{who} on #{id}: {text}  g @").format(who=reader.name(event.actor.id), id=event.ticket_id, text=text)
