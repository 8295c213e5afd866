"""Changing a ticket: validated, versioned, told as one event with before and after of every field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from desk.vocabulary import PRIORITIES, STATUSES, TYPES
from desk.waking import WORDS
from store import events
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound
from store.sql import shop, tickets
from store.sql.rows import Ticket
from store.unit import UnitOfWork
from store.values import NEVER, clean_line, fold

FIELDS = (
    "status", "priority", "type", "cause", "ask", "escalation", "needs_review", "assignee_id", "group_id", "tags",
    "snoozed_until", "wake_on", "subject", "lang", "country", "order_number", "waiting_since", "first_waived",
    "customer_id", "automatic", "flagged", "effort",
)  # fmt: skip
_FLAGS = ("flagged", "escalation", "needs_review")
MOST_EFFORT = 100
_MOVES_CLOCKS = {"status", "priority", "type", "automatic", "waiting_since"}


def require(unit: UnitOfWork, ticket_id: int) -> Ticket:
    """The ticket, or NotFound."""
    return require_in(unit.conn, ticket_id)


def require_in(conn: Connection, ticket_id: int) -> Ticket:
    """The same, for reading."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        raise NotFound(N_("There is no ticket {item}."), item=f"#{ticket_id}", next=N_("Look for it: deskhand list"))
    return ticket


def change(
    unit: UnitOfWork, ticket_id: int, changes: Mapping[str, Any], *, verb: str = "changed",
    why: Mapping[str, Any] | None = None, if_version: int | None = None,
) -> int:  # fmt: skip
    """Sets fields of a ticket (`tags` is the whole list) and returns the event's seq, 0 when nothing differed.

    Raises NotFound, Invalid for a value no field takes, Conflict when `if_version` is not the ticket's version.
    """
    ticket = require(unit, ticket_id)
    if if_version is not None and ticket.version != if_version:
        raise Conflict(N_("{item} was changed meanwhile (version {found}, not {asked})."), item=f"#{ticket_id}",
                       next=N_("Look at it again and repeat."), found=ticket.version, asked=if_version)  # fmt: skip
    diff: dict[str, list[Any]] = {}
    for field, value in changes.items():
        checked = _checked(unit, field, value)
        before = tickets.tags(unit.conn, ticket_id) if field == "tags" else getattr(ticket, field)
        if before != checked:
            diff[field] = [before, checked]
    if not diff:
        return 0
    seq = unit.append(verb, {"changes": diff, **({"why": dict(why)} if why else {})}, ticket_id=ticket_id)
    write(unit, ticket_id, {field: after for field, (_, after) in diff.items()})
    return seq


def write(unit: UnitOfWork, ticket_id: int, values: Mapping[str, Any]) -> None:
    """Stores field values whose event is already told, and lets the clocks follow."""
    columns = {f: v for f, v in values.items() if f != "tags"}
    if "tags" in values:
        tickets.set_tags(unit.conn, ticket_id, values["tags"])
    if "status" in columns:
        columns["status_since"] = unit.now
    tickets.update(unit.conn, ticket_id, {**columns, "updated_at": unit.now})
    if _MOVES_CLOCKS & values.keys() or shop.scoped_policies(unit.conn):
        from desk.clocks.keep import keep

        keep(unit, ticket_id)


@contextmanager
def together(unit: UnitOfWork) -> Iterator[None]:
    """Several events as one step that is undone as one; inside of another such step it is part of that."""
    outer = unit.batch_id
    unit.batch_id = outer or unit.ids()
    try:
        yield
    finally:
        unit.batch_id = outer


def swap(
    unit: UnitOfWork, ticket_id: int, changes: Mapping[str, Sequence[Any]], was: int, now: int, *, since: int
) -> dict[str, Any]:  # fmt: skip
    """The values that put fields from side `was` of their pair to side `now`. Raises Conflict, naming who, where one was
    changed since event `since`."""
    ticket = require(unit, ticket_id)
    values: dict[str, Any] = {}
    for field, pair in changes.items():
        found = tickets.tags(unit.conn, ticket.id) if field == "tags" else getattr(ticket, field)
        if found != pair[was]:
            raise Conflict(N_("{item}: {field} was changed by {who} since."), item=f"#{ticket.id}", field=field,
                           who=who_changed(unit.conn, ticket.id, field, since), next=N_("Nothing was undone there."))  # fmt: skip
        values[field] = pair[now]
    return values


def who_changed(conn: Connection, ticket_id: int, field: str, since: int) -> str:
    """Who told of the field since; else who touched the ticket last (a buyer's message moves facts of its own)."""
    later = events.of_ticket_after(conn, ticket_id, since)
    for event in later:
        if event.payload and field in event.payload.get("changes", {}):
            return event.actor.id
    return later[0].actor.id if later else "?"


def _checked(unit: UnitOfWork, field: str, value: Any) -> Any:
    if field not in FIELDS:
        raise Invalid(N_("A ticket has no field {item}."), item=field, next=N_("Fields: {fields}"),
                      fields=", ".join(FIELDS))  # fmt: skip
    if field == "status":
        return _one_of(field, value, STATUSES)
    if field == "type":
        return _one_of(field, value, TYPES)
    if field == "priority":
        if isinstance(value, int) and 0 <= value < len(PRIORITIES):
            return value
        return list(PRIORITIES).index(_one_of(field, value, PRIORITIES))
    if field == "assignee_id":
        if not value:
            return None
        agent = shop.agent(unit.conn, str(value))
        if agent is None or not agent.active:
            raise NotFound(N_("There is no agent {item}."), item=str(value), next=N_("See: deskhand agent list"))
        return agent.id
    if field == "group_id":
        return _group(unit, value)
    if field == "tags":
        return normal_tags(value)
    if field in _FLAGS:
        return int(bool(value))
    if field == "effort":
        return _effort(value)
    if field == "wake_on" and value:
        return _one_of("event to wake on", value, {w.word: w.help for w in WORDS.values()})
    if field == "snoozed_until" and not (isinstance(value, int) and 0 <= value <= NEVER):
        raise Invalid(
            N_("{item} is not a time to snooze until."), item=str(value), next=N_("Say it as 2h or tomorrow.")
        )
    return clean_line(value) if isinstance(value, str) else value


def _group(unit: UnitOfWork, value: Any) -> str | None:
    if not value:
        return None
    if not unit.conn.execute("SELECT 1 FROM agent_group WHERE id = ?", (value,)).fetchone():
        raise NotFound(N_("There is no group {item}."), item=str(value), next=N_("See: deskhand group list"))
    return str(value)


def _effort(value: Any) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_EFFORT):
        raise Invalid(N_("{item} is no effort."), item=clean_line(text), next=N_("Say a number from 1 to {most}."),
                      most=MOST_EFFORT)  # fmt: skip
    return int(text)


def normal_tags(values: Sequence[str]) -> list[str]:
    """Tags as they are stored: folded, no spaces, sorted, each once."""
    return sorted({fold(clean_line(v)).replace(" ", "-") for v in values if v.strip()})


def _one_of(field: str, value: Any, known: Mapping[str, str]) -> str:
    wanted = fold(str(value))
    if wanted not in known:
        raise Invalid(N_("{item} is no {field}."), item=str(value), next=N_("Known: {known}"), field=field,
                      known=", ".join(known))  # fmt: skip
    return wanted
