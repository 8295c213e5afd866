"""Undo and redo over the event log: a new event reverses an old one, only where its fields still hold what it wrote.

An agent undoes only what they did themselves; a batch is one step. What left the desk cannot be undone, and the rest
of its batch still is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from desk.changes import require, swap, write
from desk.outbox import take_back
from store import events
from store.connection import Connection
from store.errors import N_, Conflict, DeskError, NotFound, Refused
from store.events import Event
from store.sql import mentions, outbox, people, tickets
from store.unit import UnitOfWork

CHANGING = (
    "changed", "assigned", "tagged", "snoozed", "no_reply_needed", "marked_spam", "cleared_spam", "type_confirmed",
)  # fmt: skip
_BLOCKING = {"blocked": True, "unblocked": False}
_ROOMS = {
    "incident_linked": "desk.incidents",
    "incident_unlinked": "desk.incidents",
    "incident_closed": "desk.incidents",
    "incident_reopened": "desk.incidents",
    "merged": "desk.merging",
    "split": "desk.splitting",
    "linked": "desk.linking",
    "unlinked": "desk.linking",
    "field_set": "desk.fields",
    "checklist_attached": "desk.checklists",
    "step_ticked": "desk.checklists",
    "step_unticked": "desk.checklists",
    "task_added": "desk.tasks",
    "task_changed": "desk.tasks",
    "quarantine_dropped": "desk.quarantine",
}
"""Verbs that their own room takes back. Where such an act shows on further tickets, its payload lists them as
`tickets`; an event with `mirror` is the other side of one and nothing by itself."""
QUEUING = ("reply_queued", "deed_queued")
UNDOABLE = (*CHANGING, *_BLOCKING, *_ROOMS, *QUEUING, "noted")
_LOOK_BACK = 5000


class Room(Protocol):
    """What a module of `_ROOMS` offers. Both raise Conflict or Refused where something stands in the way."""

    def reverse(self, unit: UnitOfWork, event: Event) -> None: ...
    def repeat(self, unit: UnitOfWork, event: Event) -> None: ...


class Act(NamedTuple):
    """One event that was reversed or done again: `changes` are field → [before, after] as it was told then."""

    ticket_id: int | None
    verb: str
    changes: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """What one undo or redo did: verbs and tickets reversed, and what refused."""

    verb: str
    tickets: tuple[int, ...]
    refused: tuple[tuple[int, DeskError], ...] = ()
    acts: tuple[Act, ...] = ()


def undo(unit: UnitOfWork) -> Step:
    """Reverses this agent's newest step that still stands. Raises Refused when there is none."""
    step = _newest(unit)
    if not step:
        raise Refused(N_("There is nothing of yours to undo."), next=N_("Undo reaches back {count} of your own steps."),
                      count=_LOOK_BACK)  # fmt: skip
    return _replay(unit, step, backwards=True)


def undo_step(unit: UnitOfWork, seq: int) -> Step:
    """Reverses the step of this agent's that event `seq` belongs to, however much they did since. Raises NotFound,
    Refused for somebody else's step, for one that was undone already and for what undo does not reach."""
    event = _at(unit, seq)
    if event is None:
        raise NotFound(N_("There is no event {item}."), item=str(seq), next=N_("See: deskhand undo --list"))
    if event.actor != unit.actor:
        raise Refused(N_("{who} did that; everybody undoes their own steps."), who=event.actor.id,
                      next=N_("Ask {who}, or change it yourself."))  # fmt: skip
    if event.payload is None or not can_be_undone(event):
        raise Refused(N_("Event {item} is nothing that undo takes back."), item=str(seq))
    dead = dead_seqs(events.of_actor(unit.conn, unit.actor, _LOOK_BACK), down_to=seq)
    whole = events.of_batch(unit.conn, event.batch_id) if event.batch_id else [event]
    step = [e for e in whole if e.actor == unit.actor and can_be_undone(e) and e.seq not in dead and not withdrawn(unit.conn, e)]
    if not step:
        raise Refused(N_("That is undone already."), next=N_("Z does it again, right after an undo."))
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
        elif can_be_undone(event):
            break
    raise Refused(N_("There is nothing to do again."), next=N_("Redo works right after an undo."))


def undo_firing(unit: UnitOfWork, seq: int) -> Step:
    """Takes back what one firing of a rule did to its ticket, the event `seq`: fields where nobody changed them since,
    notes, replies that have not left. Any agent may; what stands in the way is in `refused`. Raises NotFound when there
    is no such firing, Refused when nothing of it can be taken back."""
    fired = _at(unit, seq)
    if fired is None or fired.verb != "rule_fired" or fired.ticket_id is None:
        raise NotFound(N_("Event {item} is no firing of a rule."), item=str(seq), next=N_("See: deskhand log TICKET"))
    later = events.caused(unit.conn, fired.ticket_id, seq)
    gone: set[int] = set()
    for event in events.of_ticket_after(unit.conn, fired.ticket_id, seq)[::-1]:
        seqs = (event.payload or {}).get("seqs", ())
        gone = gone | set(seqs) if event.verb == "undone" else gone - set(seqs) if event.verb == "redone" else gone
    step = [e for e in later if e.actor == fired.actor and can_be_undone(e) and e.seq not in gone]
    if not step:
        raise Refused(N_("Nothing of what the rule {item} did here is left to undo."), item=fired.actor.id,
                      next=N_("It may have been in shadow, or somebody undid it."))  # fmt: skip
    return _replay(unit, step, backwards=True)


def dead_seqs(newest_first: Iterable[Event], down_to: int = 0) -> set[int]:
    """Events that were undone and not done again, as one actor's own events tell from the newest down to a seq."""
    dead: set[int] = set()
    alive: set[int] = set()
    for event in newest_first:
        if event.seq < down_to:
            break
        if event.payload is None:
            continue
        if event.verb == "redone":
            alive.update(event.payload["undone"])
        elif event.verb == "undone" and event.seq not in alive:
            dead.update(event.payload["seqs"])
    return dead


def _newest(unit: UnitOfWork) -> list[Event]:
    dead: set[int] = set()
    for event in events.of_actor(unit.conn, unit.actor, _LOOK_BACK):
        if event.payload is None or event.seq in dead:
            continue
        if event.verb == "redone":
            dead.update(event.payload["undone"])
        elif event.verb == "undone":
            dead.update(event.payload["seqs"], event.payload.get("left", ()))
        elif can_be_undone(event):
            whole = events.of_batch(unit.conn, event.batch_id) if event.batch_id else [event]
            mine = [e for e in whole if e.actor == unit.actor and can_be_undone(e) and e.seq not in dead]
            if standing := [e for e in mine if not withdrawn(unit.conn, e)]:
                return standing
    return []


def can_be_undone(event: Event) -> bool:
    """Whether undo reaches this kind of event."""
    return event.verb in UNDOABLE and not (event.payload or {}).get("mirror")


def withdrawn(conn: Connection, event: Event) -> bool:
    """Whether what it put into the outbox was taken back there, or called off."""
    if event.verb not in QUEUING or event.payload is None:
        return False
    row = outbox.get(conn, event.payload["outbox_id"])
    return row is not None and row.state == "cancelled"


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
    done.sort(key=lambda e: e.seq)
    ids = tuple(dict.fromkeys(ticket_id for e in done for ticket_id in _touched(e)))
    if len(ids) > 1:
        unit.batch_id = unit.ids()
    for ticket_id in ids:
        seqs = [e.seq for e in done if ticket_id in _touched(e)]
        payload: dict[str, object] = {"seqs": seqs, "verb": done[0].verb}
        if not backwards:
            payload["undone"] = list(undone) if ticket_id == ids[0] else []
        elif ticket_id == ids[0] and refused:  # told once; the next undo goes on to the step before
            payload["left"] = [e.seq for e, _ in refused]
        unit.append("undone" if backwards else "redone", payload, ticket_id=ticket_id)
    acts = tuple(Act(e.ticket_id, e.verb, _changes(e)) for e in done)
    return Step(done[0].verb, tuple(i for i in ids if i), tuple((e.ticket_id or 0, err) for e, err in refused), acts)


def _changes(event: Event) -> Mapping[str, Sequence[Any]]:
    """Fields it changed. A merge keeps those of its shell apart from changes that rules answer."""
    payload = event.payload or {}
    found: Mapping[str, Sequence[Any]] = payload.get("changes") or payload.get("closing") or payload.get("task_changes") or {}
    return found


def _touched(event: Event) -> tuple[int | None, ...]:
    """The tickets an event is about; None for none."""
    return (event.ticket_id, *(event.payload or {}).get("tickets", ()))


def _room(event: Event) -> Room:
    if event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    return cast(Room, import_module(_ROOMS[event.verb]))


def _reverse(unit: UnitOfWork, event: Event) -> None:
    if event.verb in _ROOMS:
        _room(event).reverse(unit, event)
        return
    if event.verb in _BLOCKING and event.payload is not None:
        _set_blocked(unit, event.payload["sender"], not _BLOCKING[event.verb])
        return
    if event.ticket_id is None or event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    if event.verb in CHANGING:
        _swap(unit, event, was=1, now=0)
    elif event.verb == "noted":
        _move_note(unit, event.payload["message_id"], "note", "removed")
        mentions.forget(unit.conn, event.payload["message_id"])
    else:
        row = outbox.get(unit.conn, event.payload["outbox_id"])
        if row is not None:
            take_back(unit, row.id)


def _repeat(unit: UnitOfWork, event: Event) -> None:
    if event.verb in _ROOMS:
        _room(event).repeat(unit, event)
        return
    if event.verb in _BLOCKING and event.payload is not None:
        _set_blocked(unit, event.payload["sender"], _BLOCKING[event.verb])
        return
    if event.ticket_id is None or event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    if event.verb in CHANGING:
        _swap(unit, event, was=0, now=1)
    elif event.verb == "noted":
        _move_note(unit, event.payload["message_id"], "removed", "note")
        mentions.put(unit.conn, event.payload["message_id"], event.payload.get("mentions", ()), unit.now)
    elif event.verb == "deed_queued":
        raise Refused(N_("What was taken back at a platform is asked for anew."), item=f"#{event.ticket_id}",
                      next=N_("Do it again in {item}."))  # fmt: skip
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
    write(unit, event.ticket_id, swap(unit, event.ticket_id, event.payload["changes"], was, now, since=event.seq))


def _move_note(unit: UnitOfWork, message_id: int, came_from: str, to: str) -> None:
    """The note counts where it is now: its ticket may have been merged since."""
    sql = "UPDATE message SET direction = ? WHERE id = ? AND direction = ? RETURNING ticket_id"
    row = unit.conn.execute(sql, (to, message_id, came_from)).fetchone()
    if row:
        by = 1 if to == "note" else -1
        tickets.update(unit.conn, row[0], {"message_count": require(unit, row[0]).message_count + by}, bump=False)
