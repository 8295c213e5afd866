"""Changing a ticket: validated, versioned, told as one event with before and after of every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.vocabulary import PRIORITIES, STATUSES, TYPES
from store.errors import N_, Conflict, Invalid, NotFound
from store.sql import shop, tickets
from store.sql.rows import Ticket
from store.unit import UnitOfWork
from store.values import NEVER, clean_line, fold

FIELDS = (
    "status", "priority", "type", "cause", "ask", "escalation", "needs_review", "assignee_id", "group_id", "tags",
    "snoozed_until", "subject", "lang", "order_number", "waiting_since", "first_waived", "customer_id", "automatic",
)  # fmt: skip
_MOVES_CLOCKS = {"status", "priority", "type", "automatic", "waiting_since"}


def require(unit: UnitOfWork, ticket_id: int) -> Ticket:
    """The ticket, or NotFound."""
    ticket = tickets.get(unit.conn, ticket_id)
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
    if _MOVES_CLOCKS & values.keys():
        from desk.clocks.keep import keep

        keep(unit, ticket_id)


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
    if field == "tags":
        return normal_tags(value)
    if field == "snoozed_until" and not (isinstance(value, int) and 0 <= value <= NEVER):
        raise Invalid(
            N_("{item} is not a time to snooze until."), item=str(value), next=N_("Say it as 2h or tomorrow.")
        )
    return clean_line(value) if isinstance(value, str) else value


def normal_tags(values: Sequence[str]) -> list[str]:
    """Tags as they are stored: folded, no spaces, sorted, each once."""
    return sorted({fold(clean_line(v)).replace(" ", "-") for v in values if v.strip()})


def _one_of(field: str, value: Any, known: Mapping[str, str]) -> str:
    wanted = fold(str(value))
    if wanted not in known:
        raise Invalid(N_("{item} is no {field}."), item=str(value), next=N_("Known: {known}"), field=field,
                      known=", ".join(known))  # fmt: skip
    return wanted
