"""Incidents: one cause ("port strike") behind many tickets, linked, answered and closed together.

Every link is an event of its ticket; an incident's own events stand in the log without one. What is done to many tickets
is one batch, so that one undo takes it back; `desk.incident_work` does it in slices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from desk.changes import change, require
from desk.tickets import BULK_LIMIT, Outcome
from store.connection import Connection
from store.errors import N_, Conflict, DeskError, Invalid, NotFound, Refused
from store.events import Event
from store.sql import tickets
from store.unit import UnitOfWork
from store.values import Instant, clean, clean_line

OPENED, LINKED, UNLINKED, CLOSED, REOPENED = (
    "incident_opened", "incident_linked", "incident_unlinked", "incident_closed", "incident_reopened",
)  # fmt: skip
class Incident(NamedTuple):
    """`state` is open or closed; `template_id` is what it was last answered with ("" for nothing yet)."""

    id: int
    title: str
    note: str
    state: str
    template_id: str
    created_by: str
    created_at: Instant
    closed_at: Instant | None


class Member(NamedTuple):
    """A linked ticket. `answered_at` is 0 and `outbox_id` 0 while it has had no common answer."""

    ticket_id: int
    subject: str
    status: str
    lang: str
    answered_at: Instant
    outbox_id: int
    outbox_state: str

    @property
    def answered(self) -> bool:
        """Whether the common answer is on its way or was sent; one that was taken back counts for nothing."""
        return bool(self.outbox_id) and self.outbox_state != "cancelled"


class Count(NamedTuple):
    """An incident with how many tickets it holds, how many of them are open, how many were answered."""

    incident: Incident
    tickets: int
    open: int
    answered: int


_COLUMNS = ", ".join(f"i.{name}" for name in Incident._fields)


def get(conn: Connection, incident_id: int) -> Incident:
    """Raises NotFound."""
    row = conn.execute(f"SELECT {_COLUMNS} FROM incident i WHERE i.id = ?", (incident_id,)).fetchone()
    if row is None:
        raise NotFound(N_("There is no incident {item}."), item=str(incident_id), next=N_("See: deskhand incident list"))
    return Incident(*row)


def listed(conn: Connection, *, state: str = "") -> list[Count]:
    """Incidents, newest first; those in `state`, or all of them."""
    sql = (
        f"SELECT {_COLUMNS}, count(t.id), coalesce(sum(t.is_open), 0), "
        "count(CASE WHEN x.outbox_id > 0 AND o.state <> 'cancelled' THEN 1 END) FROM incident i "
        "LEFT JOIN incident_ticket x ON x.incident_id = i.id LEFT JOIN ticket t ON t.id = x.ticket_id "
        "LEFT JOIN outbox o ON o.id = x.outbox_id WHERE ? IN ('', i.state) GROUP BY i.id ORDER BY i.id DESC"
    )
    size = len(Incident._fields)
    return [Count(Incident(*r[:size]), *r[size:]) for r in conn.execute(sql, (state,))]


def members(conn: Connection, incident_id: int) -> list[Member]:
    """The linked tickets, by number."""
    sql = (
        "SELECT t.id, t.subject, t.status, t.lang, x.answered_at, x.outbox_id, coalesce(o.state, '') "
        "FROM incident_ticket x JOIN ticket t ON t.id = x.ticket_id LEFT JOIN outbox o ON o.id = x.outbox_id "
        "WHERE x.incident_id = ? ORDER BY t.id"
    )
    return [Member(*r) for r in conn.execute(sql, (incident_id,))]


def of_ticket(conn: Connection, ticket_id: int) -> list[Incident]:
    """The incidents a ticket belongs to, newest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM incident_ticket x JOIN incident i ON i.id = x.incident_id "
        "WHERE x.ticket_id = ? ORDER BY i.id DESC"
    )
    return [Incident(*r) for r in conn.execute(sql, (ticket_id,))]


def open_incident(unit: UnitOfWork, title: str, *, note: str = "") -> int:
    """Opens one; returns its number. Raises Invalid without a title."""
    name = clean_line(title)
    if not name:
        raise Invalid(N_("An incident needs a title."), next=N_("Say what happened, such as: port strike"))
    made: int = unit.conn.execute(
        "INSERT INTO incident (title, note, created_by, created_at) VALUES (?, ?, ?, ?)",
        (name, clean(note).strip(), unit.actor.id, unit.now),
    ).lastrowid
    unit.append(OPENED, {"incident": made, "title": name})
    return made


def add(unit: UnitOfWork, incident_id: int, ids: Iterable[int]) -> Outcome:
    """Links tickets. Those linked already are left as they are; a ticket that does not exist is refused and does not
    stop the rest. Raises NotFound, Conflict for a closed incident, Invalid for too many."""
    incident = get(unit.conn, incident_id)
    if incident.state != "open":
        raise Conflict(N_("Incident {item} is closed."), item=str(incident_id),
                       next=N_("Open it again: deskhand incident reopen {item}"))  # fmt: skip
    return _each(unit, ids, incident, LINKED)


def remove(unit: UnitOfWork, incident_id: int, ids: Iterable[int]) -> Outcome:
    """Takes tickets out; those that are not in it are left as they are. An answer that was given stays given, and the
    ticket is not answered twice when it is linked again: its event tells. Raises NotFound, Invalid for too many."""
    return _each(unit, ids, get(unit.conn, incident_id), UNLINKED)


def _each(unit: UnitOfWork, ids: Iterable[int], incident: Incident, verb: str) -> Outcome:
    wanted = _within(ids)
    unit.batch_id = unit.batch_id or unit.ids()
    done: list[int] = []
    refused: list[tuple[int, DeskError]] = []
    for ticket_id in wanted:
        try:
            require(unit, ticket_id)
        except DeskError as error:
            refused.append((ticket_id, error))
            continue
        if _set(unit, incident.id, ticket_id, linked=verb == LINKED):
            unit.append(verb, {"incident": incident.id, "title": incident.title}, ticket_id=ticket_id)
            done.append(ticket_id)
    return Outcome(tuple(done), tuple(refused))


def _set(unit: UnitOfWork, incident_id: int, ticket_id: int, *, linked: bool) -> bool:
    """Whether that changed anything. A link made again remembers the answer that was given before."""
    if not linked:
        sql = "DELETE FROM incident_ticket WHERE incident_id = ? AND ticket_id = ?"
        return unit.conn.execute(sql, (incident_id, ticket_id)).rowcount > 0
    answered = unit.conn.execute(
        "SELECT at, json_extract(payload, '$.outbox_id') FROM event WHERE ticket_id = ? AND verb = 'incident_answered' "
        "AND json_extract(payload, '$.incident') = ? ORDER BY seq DESC LIMIT 1",
        (ticket_id, incident_id),
    ).fetchone()
    sql = "INSERT OR IGNORE INTO incident_ticket (incident_id, ticket_id, answered_at, outbox_id) VALUES (?, ?, ?, ?)"
    return unit.conn.execute(sql, (incident_id, ticket_id, *(answered or (0, 0)))).rowcount > 0


def solve(unit: UnitOfWork, incident_id: int, some: Iterable[Member]) -> Outcome:
    """Solves those of an incident's tickets that are open. One whose buyer waits for an answer that is not on its way
    stays open and is named."""
    unit.batch_id = unit.batch_id or unit.ids()
    done: list[int] = []
    refused: list[tuple[int, DeskError]] = []
    for member in some:
        ticket = require(unit, member.ticket_id)
        if not ticket.is_open:
            continue
        waits = ticket.waiting_since
        if waits is not None and not (member.answered and waits <= member.answered_at):
            refused.append((ticket.id, Refused(N_("The buyer of {item} waits for an answer; it stays open."),
                                               item=f"#{ticket.id}", next=N_("Answer it, then solve it."))))  # fmt: skip
            continue
        why = {"text": N_("incident {number} was closed"), "gaps": {"number": incident_id}}
        change(unit, ticket.id, {"status": "solved", "snoozed_until": 0}, why=why)
        done.append(ticket.id)
    return Outcome(tuple(done), tuple(refused))


def close(unit: UnitOfWork, incident_id: int) -> None:
    """Closes the incident itself. Raises NotFound, Conflict where it is closed already."""
    incident = get(unit.conn, incident_id)
    if not _move(unit, incident_id, CLOSED):
        raise Conflict(N_("Incident {item} is closed already."), item=str(incident_id),
                       next=N_("See: deskhand incident list"))  # fmt: skip
    unit.append(CLOSED, {"incident": incident_id, "title": incident.title})


def reopen(unit: UnitOfWork, incident_id: int) -> None:
    """Opens a closed incident; its tickets stay as they are. Raises NotFound, Conflict where it is open."""
    incident = get(unit.conn, incident_id)
    if not _move(unit, incident_id, REOPENED):
        raise Conflict(N_("Incident {item} is open."), item=str(incident_id), next=N_("See: deskhand incident list"))
    unit.append(REOPENED, {"incident": incident_id, "title": incident.title})


def _move(unit: UnitOfWork, incident_id: int, verb: str) -> bool:
    to, came_from = ("closed", "open") if verb == CLOSED else ("open", "closed")
    sql = "UPDATE incident SET state = ?, closed_at = ? WHERE id = ? AND state = ?"
    closed_at = unit.now if verb == CLOSED else None
    return unit.conn.execute(sql, (to, closed_at, incident_id, came_from)).rowcount > 0


_OPPOSITE = {LINKED: UNLINKED, UNLINKED: LINKED, CLOSED: REOPENED, REOPENED: CLOSED}
UNDOABLE = tuple(_OPPOSITE)


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Takes back one of `UNDOABLE`: `desk.undo` calls it. Raises Conflict where somebody has changed it since."""
    _put(unit, event, _OPPOSITE[event.verb])


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Does one of `UNDOABLE` again. Raises Conflict as `reverse` does."""
    _put(unit, event, event.verb)


def _put(unit: UnitOfWork, event: Event, verb: str) -> None:
    if event.payload is None:
        raise Refused(N_("What is left of that step cannot be undone."), next=N_("Its details were erased."))
    incident_id = int(event.payload["incident"])
    if verb in (CLOSED, REOPENED):
        good = _move(unit, incident_id, verb)
    else:
        if event.ticket_id is None or tickets.get(unit.conn, event.ticket_id) is None:
            raise NotFound(N_("There is no ticket {item}."), item=f"#{event.ticket_id}",
                           next=N_("Look for it: deskhand list"))  # fmt: skip
        good = _set(unit, incident_id, event.ticket_id, linked=verb == LINKED)
    if not good:
        raise Conflict(N_("Somebody has changed incident {item} since."), item=str(incident_id),
                       next=N_("Nothing was undone there."))  # fmt: skip


def _within(ids: Iterable[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > BULK_LIMIT:
        raise Invalid(N_("{count} tickets are more than one step may change ({limit})."), next=N_("Narrow the list."),
                      count=len(wanted), limit=BULK_LIMIT)  # fmt: skip
    return wanted
