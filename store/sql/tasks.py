"""Parts of a ticket's work, and the steps of its checklists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from store.connection import Connection
from store.sql.rows import columns
from store.values import Instant


class Task(NamedTuple):
    """`state` is open, doing, done or dropped; `due_at` NEVER without a date."""

    id: int
    ticket_id: int
    title: str
    state: str
    assignee_id: str
    group_id: str
    due_at: Instant
    created_by: str
    created_at: Instant
    updated_at: Instant


_TASK = f"SELECT {columns(Task)} FROM task"


def task(conn: Connection, task_id: int) -> Task | None:
    row = conn.execute(f"{_TASK} WHERE id = ?", (task_id,)).fetchone()
    return Task(*row) if row else None


def of_ticket(conn: Connection, ticket_id: int) -> list[Task]:
    return [Task(*r) for r in conn.execute(f"{_TASK} WHERE ticket_id = ? ORDER BY id", (ticket_id,))]


def waiting(conn: Connection, limit: int = 200) -> list[Task]:
    """Tasks nobody has finished, those due first."""
    sql = f"{_TASK} WHERE state IN ('open', 'doing') ORDER BY due_at, id LIMIT ?"
    return [Task(*r) for r in conn.execute(sql, (limit,))]


def of_agent(conn: Connection, agent_id: str, limit: int = 200) -> list[Task]:
    """An agent's tasks that are not finished, those due first."""
    sql = f"{_TASK} WHERE state IN ('open', 'doing') AND assignee_id = ? ORDER BY due_at, id LIMIT ?"
    return [Task(*r) for r in conn.execute(sql, (agent_id, limit))]


def insert(conn: Connection, values: Mapping[str, Any]) -> int:
    """A new row, or one that comes back under its old id; returns the id."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    return conn.execute(f"INSERT INTO task ({names}) VALUES ({marks})", tuple(values.values())).lastrowid


def update(conn: Connection, task_id: int, values: Mapping[str, Any]) -> None:
    sets = ", ".join(f"{name} = ?" for name in values)
    conn.execute(f"UPDATE task SET {sets} WHERE id = ?", (*values.values(), task_id))


def remove(conn: Connection, task_id: int) -> bool:
    return bool(conn.execute("DELETE FROM task WHERE id = ?", (task_id,)).rowcount)


class Checklist(NamedTuple):
    """A definition. `names` and `items` are JSON: language → title, and a list of language → step."""

    id: str
    name: str
    names: str
    items: str
    shipped: int
    position: int


class Step(NamedTuple):
    """A step on a ticket; `done_at` is 0 while it is open."""

    id: int
    ticket_id: int
    checklist_id: str
    position: int
    title: str
    done_by: str
    done_at: Instant


def checklists(conn: Connection) -> list[Checklist]:
    """Every definition, in order."""
    sql = f"SELECT {columns(Checklist)} FROM checklist ORDER BY position, id"
    return [Checklist(*r) for r in conn.execute(sql)]


def checklist(conn: Connection, checklist_id: str) -> Checklist | None:
    row = conn.execute(f"SELECT {columns(Checklist)} FROM checklist WHERE id = ?", (checklist_id,)).fetchone()
    return Checklist(*row) if row else None


def save_checklist(conn: Connection, c: Checklist) -> None:
    """Adds or replaces a definition."""
    marks = ", ".join("?" * len(c))
    conn.execute(f"INSERT OR REPLACE INTO checklist ({columns(Checklist)}) VALUES ({marks})", c)


def remove_checklist(conn: Connection, checklist_id: str) -> None:
    """Steps that are on tickets stay there."""
    conn.execute("DELETE FROM checklist WHERE id = ?", (checklist_id,))


_STEP = f"SELECT {columns(Step)} FROM check_item"


def steps(conn: Connection, ticket_id: int) -> list[Step]:
    """The steps on a ticket: the list attached first comes first."""
    sql = (
        f"{_STEP} WHERE ticket_id = ? ORDER BY (SELECT min(o.id) FROM check_item o WHERE o.ticket_id = "
        "check_item.ticket_id AND o.checklist_id = check_item.checklist_id), position, id"
    )
    return [Step(*r) for r in conn.execute(sql, (ticket_id,))]


def step(conn: Connection, step_id: int) -> Step | None:
    row = conn.execute(f"{_STEP} WHERE id = ?", (step_id,)).fetchone()
    return Step(*row) if row else None


def add_step(conn: Connection, values: Mapping[str, Any]) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    return conn.execute(f"INSERT INTO check_item ({names}) VALUES ({marks})", tuple(values.values())).lastrowid


def tick(conn: Connection, step_id: int, by: str, at: Instant) -> None:
    """`at` 0 opens it again."""
    conn.execute("UPDATE check_item SET done_by = ?, done_at = ? WHERE id = ?", (by, at, step_id))


def remove_step(conn: Connection, step_id: int) -> None:
    conn.execute("DELETE FROM check_item WHERE id = ?", (step_id,))
