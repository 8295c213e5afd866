"""Undo and redo over the event log: a new event reverses an old one, only where its fields still hold what it wrote.

An agent undoes only what they did themselves; a batch is one step. What left the desk cannot be undone, and the rest
of its batch still is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desk.changes import require, write
from desk.outbox import take_back
from store import events
from store.errors import N_, Conflict, DeskError, Refused
from store.events import Event
from store.sql import outbox, tickets
from store.unit import UnitOfWork

CHANGING = ("changed", "assigned", "tagged", "snoozed", "no_reply_needed")
UNDOABLE = (*CHANGING, "noted", "reply_queued")
_LOOK_BACK = 500


@dataclass(frozen=True, slots=True)
class Step:
    """What one undo or redo did: verbs and tickets reversed, and what refused."""

    verb: str
    tickets: tuple[int, ...]
    refused: tuple[tuple[int, DeskError], ...] = ()


def undo(unit: UnitOfWork) -> Step:
    """Reverses this agent's newest step that still stands. Raises Refused when there is none."""
    step = _newest(events.of_actor(unit.conn, unit.actor, _LOOK_BACK), unit)
    if not step:
        raise Refused(N_("There is nothing of yours to undo."), next=N_("Undo reaches back {count} of your own steps."),
                      count=_LOOK_BACK)  # fmt: skip
    return _replay(unit, step, backwards=True)


def redo(unit: UnitOfWork) -> Step:
    """Does again what this agent undid last, unless they did something else since. Raises Refused."""
    for event in events.of_actor(unit.conn, unit.actor, _LOOK_BACK):
        if event.verb == "undone" and event.payload and event.seq not in _redone(unit):
            step = [e for e in (_at(unit, s) for s in event.payload["seqs"]) if e is not None]
            undone = events.of_batch(unit.conn, event.batch_id) if event.batch_id else [event]
            return _replay(unit, step, backwards=False, undone=[e.seq for e in undone])
        if event.verb in UNDOABLE:
            break
    raise Refused(N_("There is nothing to do again."), next=N_("Redo works right after an undo."))


def _newest(mine: Sequence[Event], unit: UnitOfWork) -> list[Event]:
    dead: set[int] = set()
    for event in mine:
        if event.payload is None or event.seq in dead:
            continue
        if event.verb == "redone":
            dead.update(event.payload["undone"])
        elif event.verb == "undone":
            dead.update(event.payload["seqs"])
        elif event.verb in UNDOABLE:
            return events.of_batch(unit.conn, event.batch_id) if event.batch_id else [event]
    return []


def _redone(unit: UnitOfWork) -> set[int]:
    mine = events.of_actor(unit.conn, unit.actor, _LOOK_BACK)
    return {seq for e in mine if e.verb == "redone" and e.payload for seq in e.payload["undone"]}


def _at(unit: UnitOfWork, seq: int) -> Event | None:
    found = events.after(unit.conn, seq - 1, 1)
    return found[0] if found and found[0].seq == seq else None


def _replay(unit: UnitOfWork, step: Iterable[Event], *, backwards: bool, undone: Sequence[int] = ()) -> Step:
    done: list[Event] = []
    refused: list[tuple[int, DeskError]] = []
    for event in step:
        try:
            _reverse(unit, event) if backwards else _repeat(unit, event)
            done.append(event)
        except DeskError as error:
            refused.append((event.ticket_id or 0, error))
    if not done:
        raise refused[0][1]
    ids = tuple(dict.fromkeys(e.ticket_id for e in done if e.ticket_id))
    if len(ids) > 1:
        unit.batch_id = unit.ids()
    for ticket_id in ids:  # each tells the whole step, so that the undo of a batch is itself one step
        payload = {
            "seqs": [e.seq for e in done],
            "verb": done[0].verb,
            **({} if backwards else {"undone": list(undone)}),
        }
        unit.append("undone" if backwards else "redone", payload, ticket_id=ticket_id)
    return Step(done[0].verb, ids, tuple(refused))


def _reverse(unit: UnitOfWork, event: Event) -> None:
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
    if event.ticket_id is None or event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    if event.verb in CHANGING:
        _swap(unit, event, was=0, now=1)
    elif event.verb == "noted":
        _move_note(unit, event.payload["message_id"], "removed", "note", event.ticket_id)
    else:
        raise Refused(N_("A reply that was taken back is a draft again."), item=f"#{event.ticket_id}",
                      next=N_("Open {item} and send it."))  # fmt: skip


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
    for event in reversed(events.of_ticket(unit.conn, ticket_id)):
        if event.seq > since and event.payload and field in event.payload.get("changes", {}):
            return event.actor.id
    return "?"


def _move_note(unit: UnitOfWork, message_id: int, came_from: str, to: str, ticket_id: int) -> None:
    sql = "UPDATE message SET direction = ? WHERE id = ? AND direction = ?"
    if unit.conn.execute(sql, (to, message_id, came_from)).rowcount:
        by = 1 if to == "note" else -1
        tickets.update(unit.conn, ticket_id, {"message_count": require(unit, ticket_id).message_count + by}, bump=False)
