"""What was done lately, step by step, and what undoing a step would change. Reading only; `desk.undo` does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, islice
from typing import Any, NamedTuple

from desk.changes import who_changed
from desk.undo import CHANGING, QUEUING, can_be_undone, dead_seqs, withdrawn
from store import events
from store.connection import Connection
from store.errors import N_, Conflict, DeskError, Refused
from store.events import Event
from store.sql import outbox, tickets
from store.values import Actor, Instant

STANDS, UNDONE, GONE = "stands", "undone", "gone"
"""A step as it is, one that was taken back, one whose details were erased."""
SHOWN_STEPS = 120
_LOOK_BACK = 800
_LEFT = {
    "sent": N_("The reply has left; nobody can call it back."),
    "claimed": N_("The reply is being sent."),
    "failed": N_("The reply did not leave: settle it in the outbox."),
    "unknown": N_("Nobody knows whether the reply left: settle it in the outbox."),
    "cancelled": N_("The reply was taken back already."),
}


class PastStep(NamedTuple):
    """One step of one agent, which undo takes back as one. `events` are oldest first, never empty."""

    actor: Actor
    events: tuple[Event, ...]
    state: str

    @property
    def seq(self) -> int:
        return self.events[-1].seq

    @property
    def at(self) -> Instant:
        return self.events[-1].at

    @property
    def verb(self) -> str:
        return self.events[0].verb

    @property
    def tickets(self) -> tuple[int, ...]:
        found = chain.from_iterable((e.ticket_id, *(e.payload or {}).get("tickets", ())) for e in self.events)
        return tuple(dict.fromkeys(t for t in found if t is not None))


class Back(NamedTuple):
    """What undoing would do to one thing: a field from what it is now to what it was, or, without a field, the act as a
    whole. `obstacle` says why it would not happen."""

    ticket_id: int | None
    verb: str
    field: str = ""
    now: Any = None
    then: Any = None
    obstacle: DeskError | None = None


def steps(conn: Connection, agents: Sequence[str], limit: int = SHOWN_STEPS) -> list[PastStep]:
    """What these agents did lately and undo knows, newest first."""
    each = (_of(conn, Actor("agent", agent), limit) for agent in agents)
    return list(islice(merge(*each, key=lambda step: -step.seq), limit))


def _of(conn: Connection, actor: Actor, limit: int) -> Iterator[PastStep]:
    found = list(events.of_actor(conn, actor, _LOOK_BACK))
    dead = dead_seqs(found)
    seen: set[str] = set()
    for event in islice((e for e in found if can_be_undone(e)), limit * 20):
        if event.batch_id and event.batch_id in seen:
            continue
        seen.add(event.batch_id)
        whole = [event]
        if event.batch_id:
            whole = [e for e in events.of_batch(conn, event.batch_id) if e.actor == actor and can_be_undone(e)]
        standing = [e for e in whole if e.seq not in dead and not withdrawn(conn, e)]
        state = UNDONE if not standing else GONE if all(e.payload is None for e in standing) else STANDS
        yield PastStep(actor, tuple(standing or whole), state)


def outlook(conn: Connection, step: PastStep) -> list[Back]:
    """What undoing it would change, act by act, the newest first, as far as that can be told beforehand."""
    return [back for event in reversed(step.events) for back in _back(conn, event)]


def _back(conn: Connection, event: Event) -> Iterator[Back]:
    payload: Mapping[str, Any] = event.payload or {}
    if event.payload is None:
        yield Back(event.ticket_id, event.verb, obstacle=Refused(N_("Its details were erased.")))
    elif event.verb in CHANGING and event.ticket_id is not None:
        yield from _fields(conn, event.ticket_id, event.seq, event.verb, payload["changes"])
    elif event.verb in QUEUING:
        row = outbox.get(conn, payload["outbox_id"])
        left = _LEFT.get(row.state) if row else _LEFT["cancelled"]
        yield Back(event.ticket_id, event.verb, obstacle=Refused(left) if left else None)
    else:
        changes = payload.get("task_changes") or payload.get("closing") or {}
        if not changes:
            yield Back(event.ticket_id, event.verb)
        for field, (before, after) in changes.items():
            yield Back(event.ticket_id, event.verb, field, after, before)


def _fields(
    conn: Connection, ticket_id: int, since: int, verb: str, changes: Mapping[str, Sequence[Any]]
) -> Iterator[Back]:  # fmt: skip
    """Field by field; the event as a whole stays where one field was changed since."""
    ticket = tickets.get(conn, ticket_id)
    for field, (before, after) in changes.items():
        found = after
        if ticket is not None:
            found = tickets.tags(conn, ticket_id) if field == "tags" else getattr(ticket, field)
        obstacle = None
        if found != after:
            obstacle = Conflict(N_("{item}: {field} was changed by {who} since."), item=f"#{ticket_id}", field=field,
                                who=who_changed(conn, ticket_id, field, since))  # fmt: skip
        yield Back(ticket_id, verb, field, found, before, obstacle)
