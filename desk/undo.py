"""Undo and redo over the event log: a new event reverses an old one, only where its fields still hold what it wrote.

An agent undoes only what they did themselves; a batch is one step. What left the desk cannot be undone, and the rest
of its batch still is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.changes import require, write
from desk.outbox import take_back
from store import events
from store.errors import N_, Conflict, DeskError, Refused
from store.events import Event
from store.sql import outbox, people, tickets
from store.unit import UnitOfWork

CHANGING = ("changed", "assigned", "tagged", "snoozed", "no_reply_needed", "marked_spam", "cleared_spam")
_BLOCKING = {"blocked": True, "unblocked": False}
UNDOABLE = (*CHANGING, *_BLOCKING, "noted", "reply_queued")
_LOOK_BACK = 5000


@dataclass(frozen=True, slots=True)
class Step:
    """What one undo or redo did: verbs and tickets reversed, and what refused."""

    verb: str
    tickets: tuple[int, ...]
    refused: tuple[tuple[int, DeskError], ...] = ()


def undo(unit: UnitOfWork) -> Step:
    """Reverses this agent's newest step that still stands. Raises Refused when there is none."""
    step = _newest(unit)
    if not step:
        raise Refused(N_("There is nothing of yours to undo."), next=N_("Undo reaches back {count} of your own steps."),
                      count=_LOOK_BACK)  # fmt: skip
    return _replay(unit, step, backwards=True)


def redo(unit: UnitOfWork) -> Step:
    """Does again what this agent undid last, unless they did something else since. Raises Refused."""
    redone: set[int] = set()
    for event in events.of_actor(unit.conn, unit.actor, _LOOK_BACK):
        if event.verb == "redone" and event.payload:
            redone.update(event.payload["undone"])
        elif event.verb == "undone" and event.payload and event.seq not in redone:
            undone = events.of_batch(unit.conn, event.batch_id) if event.batch_id else [event]
            seqs = dict.fromkeys(seq for e in undone if e.payload for seq in e.payload["seqs"])
            step = [found for seq in seqs if (found := _at(unit, seq)) is not None]
            return _replay(unit, step, backwards=False, undone=[e.seq for e in undone])
        elif event.verb in UNDOABLE:
            break
    raise Refused(N_("There is nothing to do again."), next=N_("Redo works right after an undo."))


def _newest(unit: UnitOfWork) -> list[Event]:
    dead: set[int] = set()
    for event in events.of_actor(unit.conn, unit.actor, _LOOK_BACK):
        if event.payload is None or event.seq in dead:
            continue
        if event.verb == "redone":
            dead.update(event.payload["undone"])
        elif event.verb == "undone":
            dead.update(event.payload["seqs"], event.payload.get("left", ()))
        elif event.verb in UNDOABLE:
            whole = events.of_batch(unit.conn, event.batch_id) if event.batch_id else [event]
            return [e for e in whole if e.actor == unit.actor and e.verb in UNDOABLE and e.seq not in dead]
    return []


def _at(unit: UnitOfWork, seq: int) -> Event | None:
    found = events.after(unit.conn, seq - 1, 1)
    return found[0] if found and found[0].seq == seq else None


def _replay(unit: UnitOfWork, step: Sequence[Event], *, backwards: bool, undone: Sequence[int] = ()) -> Step:
    done: list[Event] = []
    refused: list[tuple[Event, DeskError]] = []
    for event in reversed(step) if backwards else step:
        try:
            with unit.attempt():
                _reverse(unit, event) if backwards else _repeat(unit, event)
            done.append(event)
        except DeskError as error:
            refused.append((event, error))
    if not done:
        raise refused[0][1]
    ids = tuple(dict.fromkeys(e.ticket_id for e in sorted(done, key=lambda e: e.seq)))  # None: about no ticket
    if len(ids) > 1:
        unit.batch_id = unit.ids()
    for ticket_id in ids:
        seqs = sorted(e.seq for e in done if e.ticket_id == ticket_id)
        payload: dict[str, object] = {"seqs": seqs, "verb": done[0].verb}
        if not backwards:
            payload["undone"] = list(undone) if ticket_id == ids[0] else []
        elif ticket_id == ids[0] and refused:  # told once; the next undo goes on to the step before
            payload["left"] = [e.seq for e, _ in refused]
        unit.append("undone" if backwards else "redone", payload, ticket_id=ticket_id)
    return Step(done[0].verb, tuple(i for i in ids if i), tuple((e.ticket_id or 0, error) for e, error in refused))


def _reverse(unit: UnitOfWork, event: Event) -> None:
    if event.verb in _BLOCKING and event.payload is not None:
        _set_blocked(unit, event.payload["sender"], not _BLOCKING[event.verb])
        return
    if event.ticket_id is None or event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    if event.verb in CHANGING:
        _swap(unit, event, was=1, now=0)
    elif event.verb == "noted":
        _move_note(unit, event.payload["message_id"], "note", "removed", event.ticket_id)
    else:
        row = outbox.get(unit.conn, event.payload["outbox_id"])
        if row is not None:
            take_back(unit, row.id)


def _repeat(unit: UnitOfWork, event: Event) -> None:
    if event.verb in _BLOCKING and event.payload is not None:
        _set_blocked(unit, event.payload["sender"], _BLOCKING[event.verb])
        return
    if event.ticket_id is None or event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    if event.verb in CHANGING:
        _swap(unit, event, was=0, now=1)
    elif event.verb == "noted":
        _move_note(unit, event.payload["message_id"], "removed", "note", event.ticket_id)
    else:
        raise Refused(N_("A reply that was taken back is a draft again."), item=f"#{event.ticket_id}",
                      next=N_("Open {item} and send it."))  # fmt: skip


def _set_blocked(unit: UnitOfWork, sender: str, blocked: bool) -> None:
    changed = people.block(unit.conn, sender, unit.actor.id, unit.now) if blocked else people.unblock(unit.conn, sender)
    if not changed:
        raise Conflict(N_("Somebody has changed since whether {item} is blocked."), item=sender,
                       next=N_("Nothing was undone there."))  # fmt: skip


def _swap(unit: UnitOfWork, event: Event, *, was: int, now: int) -> None:
    assert event.ticket_id is not None and event.payload is not None
    ticket = require(unit, event.ticket_id)
    values: dict[str, object] = {}
    for field, pair in event.payload["changes"].items():
        found = tickets.tags(unit.conn, ticket.id) if field == "tags" else getattr(ticket, field)
        if found != pair[was]:
            raise Conflict(N_("{item}: {field} was changed by {who} since."), item=f"#{ticket.id}", field=field,
                           who=_who_changed(unit, ticket.id, field, event.seq), next=N_("Nothing was undone there."))  # fmt: skip
        values[field] = pair[now]
    write(unit, ticket.id, values)


def _who_changed(unit: UnitOfWork, ticket_id: int, field: str, since: int) -> str:
    """Who told of the field since; else who touched the ticket last (a buyer's message moves facts of its own)."""
    later = events.of_ticket_after(unit.conn, ticket_id, since)
    for event in later:
        if event.payload and field in event.payload.get("changes", {}):
            return event.actor.id
    return later[0].actor.id if later else "?"


def _move_note(unit: UnitOfWork, message_id: int, came_from: str, to: str, ticket_id: int) -> None:
    sql = "UPDATE message SET direction = ? WHERE id = ? AND direction = ?"
    if unit.conn.execute(sql, (to, message_id, came_from)).rowcount:
        by = 1 if to == "note" else -1
        tickets.update(unit.conn, ticket_id, {"message_count": require(unit, ticket_id).message_count + by}, bump=False)
