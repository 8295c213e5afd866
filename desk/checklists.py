"""Checklists: what the team wants done for one kind of trouble, and how far a ticket is with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from desk import versions
from desk.changes import require
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound
from store.events import Event
from store.sql import tasks
from store.sql.tasks import Checklist, Step
from store.unit import UnitOfWork
from store.values import clean_line

KIND = "checklist"
"""What versions call a definition."""
MOST = 50
_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LONGEST = 300
Texts = Mapping[str, str]
"""Language (BCP 47) → text."""


class Progress(NamedTuple):
    """How far a ticket is with one list."""

    checklist_id: str
    done: int
    total: int


# Definitions ----------------------------------------------------------------------------------------


def save(
    unit: UnitOfWork, checklist_id: str, items: Sequence[Texts], *, names: Texts | None = None, shipped: bool = False
) -> Checklist:  # fmt: skip
    """Adds a checklist or puts another in its place; what is on tickets stays. Raises Invalid."""
    if not _ID.fullmatch(checklist_id):
        raise Invalid(N_("{item} cannot be a checklist's id."), item=clean_line(checklist_id),
                      next=N_("Use small letters, digits and _ only, such as refund."))  # fmt: skip
    steps = [step for step in map(_texts, items) if step]
    if not 1 <= len(steps) <= MOST:
        raise Invalid(N_("A checklist has 1 to {most} steps, not {count}."), count=len(steps), most=MOST,
                      next=N_("Name its steps."))  # fmt: skip
    titles = _texts(names or {})
    old = tasks.checklist(unit.conn, checklist_id)
    made = Checklist(
        checklist_id, in_language(titles, "en") or checklist_id, _json(titles), _json(steps),
        int(shipped or bool(old and old.shipped)), old.position if old else len(tasks.checklists(unit.conn)),
    )  # fmt: skip
    if made != old:
        tasks.save_checklist(unit.conn, made)
        versions.tell(unit, KIND, checklist_id, body(made))
    return made


def remove(unit: UnitOfWork, checklist_id: str) -> Checklist:
    """Forgets a checklist; what is on tickets stays. Raises NotFound, and Refused while a rule attaches it."""
    from desk.automation.rules.used import keep_used

    old = need(unit.conn, checklist_id)
    keep_used(unit.conn, "checklist", ("id",), checklist_id)
    tasks.remove_checklist(unit.conn, checklist_id)
    versions.tell_removed(unit, KIND, checklist_id)
    return old


def restore(unit: UnitOfWork, checklist_id: str, number: int) -> Checklist:
    """Puts a checklist back to an old version. Raises NotFound."""
    old = versions.version(unit.conn, KIND, checklist_id, number).body
    return save(unit, checklist_id, old["items"], names=old["names"])


def need(conn: Connection, checklist_id: str) -> Checklist:
    """The definition, or NotFound."""
    found = tasks.checklist(conn, checklist_id)
    if found is None:
        raise NotFound(N_("There is no checklist {item}."), item=clean_line(checklist_id),
                       next=N_("See: deskhand checklist list"))  # fmt: skip
    return found


def body(c: Checklist) -> dict[str, Any]:
    """A definition as versions keep it."""
    return {"id": c.id, "names": json.loads(c.names), "items": json.loads(c.items)}


def title(c: Checklist, language: str) -> str:
    return in_language(json.loads(c.names), language) or c.name


def in_language(texts: Texts, language: str) -> str:
    """A text in a language, else in English, else in any; "" for none."""
    wanted = language.replace("_", "-")
    for lang in (wanted, wanted.partition("-")[0], "en"):
        if lang in texts:
            return texts[lang]
    return next(iter(texts.values()), "")


def furnish(unit: UnitOfWork) -> None:
    """The checklists that come with the program."""
    from desk.clocks.toml_text import shipped

    for row in shipped("desk.automation", "data/checklists.toml")["checklist"]:
        save(unit, row["id"], row["items"], names=row["names"], shipped=True)


# On a ticket ----------------------------------------------------------------------------------------


def attach(unit: UnitOfWork, ticket_id: int, checklist_id: str) -> int:
    """Puts a checklist's steps on a ticket; returns the event's seq, 0 where they are there already. Raises NotFound."""
    require(unit, ticket_id)
    wanted = need(unit.conn, checklist_id)
    if any(s.checklist_id == checklist_id for s in tasks.steps(unit.conn, ticket_id)):
        return 0
    rows: list[dict[str, Any]] = []
    for position, texts in enumerate(json.loads(wanted.items)):
        row = {"checklist_id": checklist_id, "position": position, "title": in_language(texts, "en")}
        rows.append({"id": tasks.add_step(unit.conn, {"ticket_id": ticket_id, **row}), **row})
    return unit.append("checklist_attached", {"checklist": checklist_id, "items": rows}, ticket_id=ticket_id)


def tick(unit: UnitOfWork, step_id: int) -> int:
    """Says a step is done, by whom and when; returns the event's seq, 0 where it is. Raises NotFound."""
    return _tick(unit, step_id, done=True)


def untick(unit: UnitOfWork, step_id: int) -> int:
    """Opens a step again; returns the event's seq, 0 where it is open. Raises NotFound."""
    return _tick(unit, step_id, done=False)


def _tick(unit: UnitOfWork, step_id: int, *, done: bool) -> int:
    step = tasks.step(unit.conn, step_id)
    if step is None:
        raise NotFound(N_("There is no step {item}."), item=str(step_id), next=N_("See: deskhand checklist show TICKET"))
    if bool(step.done_at) == done:
        return 0
    by, at = (unit.actor.id, unit.now) if done else ("", 0)
    told = {"item": step_id, "title": step.title, "done": [[step.done_by, step.done_at], [by, at]]}
    seq = unit.append("step_ticked" if done else "step_unticked", told, ticket_id=step.ticket_id)
    tasks.tick(unit.conn, step_id, by, at)
    return seq


def progress(steps: Sequence[Step]) -> list[Progress]:
    """How far a ticket is with each of its lists, in their order."""
    lists = dict.fromkeys(s.checklist_id for s in steps)
    return [Progress(i, sum(bool(s.done_at) for s in steps if s.checklist_id == i),
                     sum(s.checklist_id == i for s in steps)) for i in lists]  # fmt: skip


def wording(conn: Connection, steps: Sequence[Step], language: str) -> list[str]:
    """What steps say in a language; one whose list says something else by now stays as it was attached."""
    known = {c.id: json.loads(c.items) for c in tasks.checklists(conn)}
    return [_wording(known.get(s.checklist_id, ()), s, language) for s in steps]


def _wording(items: Sequence[Texts], step: Step, language: str) -> str:
    same = step.position < len(items) and in_language(items[step.position], "en") == step.title
    return in_language(items[step.position], language) if same else step.title


# Undo -----------------------------------------------------------------------------------------------


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where somebody ticked or opened a step since."""
    p = _of(event)
    if event.verb != "checklist_attached":
        _swap(unit, p, 1, 0)
        return
    for row in p["items"]:
        step = tasks.step(unit.conn, row["id"])
        if step is None or step.done_at:
            raise Conflict(N_("Work on the checklist {item} has begun."), item=p["checklist"],
                           next=N_("Nothing was undone there."))  # fmt: skip
        tasks.remove_step(unit.conn, row["id"])


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where the list is there again, or a step was changed since."""
    p = _of(event)
    if event.verb != "checklist_attached":
        _swap(unit, p, 0, 1)
        return
    assert event.ticket_id is not None
    there = any(s.checklist_id == p["checklist"] for s in tasks.steps(unit.conn, event.ticket_id))
    if there or any(tasks.step(unit.conn, row["id"]) for row in p["items"]):
        raise Conflict(N_("The checklist {item} is there again."), item=p["checklist"],
                       next=N_("Nothing was done again there."))  # fmt: skip
    for row in p["items"]:
        tasks.add_step(unit.conn, {"ticket_id": event.ticket_id, **row})


def _swap(unit: UnitOfWork, p: Mapping[str, Any], was: int, now: int) -> None:
    step = tasks.step(unit.conn, p["item"])
    if step is None or [step.done_by, step.done_at] != p["done"][was]:
        raise Conflict(N_("The step “{item}” was changed since."), item=p["title"], next=N_("Nothing was undone there."))
    tasks.tick(unit.conn, step.id, *p["done"][now])


def _of(event: Event) -> Mapping[str, Any]:
    assert event.payload is not None
    return event.payload


def _texts(texts: Texts) -> dict[str, str]:
    return {lang: clean_line(text)[:_LONGEST] for lang, text in texts.items() if clean_line(text)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
