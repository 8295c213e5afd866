"""Parts of a ticket's work that somebody else, or a department, has to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.changes import require
from store.errors import N_, Conflict, Invalid, NotFound
from store.events import Event
from store.sql import shop, tasks
from store.sql.tasks import Task
from store.unit import UnitOfWork
from store.values import NEVER, Instant, clean_line, fold

STATES = {"open": N_("Open"), "doing": N_("Doing"), "done": N_("Done"), "dropped": N_("Dropped")}
FIELDS = ("title", "state", "assignee_id", "group_id", "due_at")
_LONGEST = 300


def add(
    unit: UnitOfWork, ticket_id: int, title: str, *, agent: str = "", group: str = "", due: Instant = NEVER
) -> int:  # fmt: skip
    """A new task of a ticket, for an agent or a group (both may be open); returns its id. Raises NotFound, Invalid."""
    require(unit, ticket_id)
    wanted = {"title": title, "assignee_id": agent, "group_id": group, "due_at": due}
    row = {
        "ticket_id": ticket_id, "state": "open", **{f: _checked(unit, f, v) for f, v in wanted.items()},
        "created_by": unit.actor.id, "created_at": unit.now, "updated_at": unit.now,
    }  # fmt: skip
    task_id = tasks.insert(unit.conn, row)
    unit.append("task_added", {"task": task_id, "title": row["title"], "row": {"id": task_id, **row}}, ticket_id=ticket_id)
    return task_id


def change(unit: UnitOfWork, task_id: int, values: Mapping[str, Any]) -> int:
    """Sets fields of a task and returns the event's seq, 0 when nothing differed. Raises NotFound, Invalid."""
    task = need(unit, task_id)
    checked = {f: _checked(unit, f, v) for f, v in values.items()}
    diff = {f: [getattr(task, f), v] for f, v in checked.items() if getattr(task, f) != v}
    if not diff:
        return 0
    told = {"task": task_id, "title": task.title, "task_changes": diff}
    seq = unit.append("task_changed", told, ticket_id=task.ticket_id)
    tasks.update(unit.conn, task_id, {**{f: after for f, (_, after) in diff.items()}, "updated_at": unit.now})
    return seq


def set_state(unit: UnitOfWork, task_id: int, state: str) -> int:
    """Moves a task; `done` wakes a ticket that sleeps until a task is done."""
    return change(unit, task_id, {"state": state})


def need(unit: UnitOfWork, task_id: int) -> Task:
    """The task, or NotFound."""
    found = tasks.task(unit.conn, task_id)
    if found is None:
        raise NotFound(N_("There is no task {item}."), item=str(task_id), next=N_("See: deskhand task list"))
    return found


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where somebody changed the task since."""
    p = _of(event)
    if event.verb == "task_changed":
        _swap(unit, event, p, 1, 0)
        return
    task, row = need(unit, p["task"]), p["row"]
    if any(getattr(task, f) != row[f] for f in FIELDS):
        raise Conflict(N_("Task {item} was changed since."), item=str(task.id), next=N_("Nothing was undone there."))
    tasks.remove(unit.conn, task.id)


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where somebody changed the task since."""
    p = _of(event)
    if event.verb == "task_changed":
        _swap(unit, event, p, 0, 1)
        return
    if tasks.task(unit.conn, p["task"]) is not None:
        raise Conflict(N_("There is another task {item} by now."), item=str(p["task"]), next=N_("Add it anew."))
    tasks.insert(unit.conn, p["row"])


def _of(event: Event) -> Mapping[str, Any]:
    assert event.payload is not None
    return event.payload


def _swap(unit: UnitOfWork, event: Event, p: Mapping[str, Any], was: int, now: int) -> None:
    task = need(unit, p["task"])
    if any(getattr(task, f) != pair[was] for f, pair in p["task_changes"].items()):
        raise Conflict(N_("Task {item} was changed since."), item=str(task.id), next=N_("Nothing was undone there."))
    back = {f: pair[now] for f, pair in p["task_changes"].items()}
    tasks.update(unit.conn, task.id, {**back, "updated_at": unit.now})


def _checked(unit: UnitOfWork, field: str, value: Any) -> Any:
    """A value as it is stored."""
    if field == "title":
        text = clean_line(str(value))[:_LONGEST]
        if not text:
            raise Invalid(N_("A task needs a title."), next=N_("Say what is to be done."))
        return text
    if field == "state":
        if fold(str(value)) not in STATES:
            raise Invalid(N_("{item} is no {field}."), item=clean_line(str(value)), field="state",
                          next=N_("Known: {known}"), known=", ".join(STATES))  # fmt: skip
        return fold(str(value))
    if field == "assignee_id":
        agent = shop.agent(unit.conn, str(value)) if value else None
        if value and (agent is None or not agent.active):
            raise NotFound(N_("There is no agent {item}."), item=str(value), next=N_("See: deskhand agent list"))
        return agent.id if agent else ""
    if field == "group_id":
        if value and not unit.conn.execute("SELECT 1 FROM agent_group WHERE id = ?", (value,)).fetchone():
            raise NotFound(N_("There is no group {item}."), item=str(value), next=N_("See: deskhand group list"))
        return str(value or "")
    if field == "due_at":
        return int(value) if value else NEVER
    raise Invalid(N_("A task has no field {item}."), item=field, next=N_("Fields: {fields}"), fields=", ".join(FIELDS))
