"""What hangs on a ticket, for `show`: linked tickets, fields of your own, checklists, tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.cli.checklist import step_records
from app.cli.output import At, Record, local
from app.cli.run import Run
from app.cli.task import task_record
from app.labels import titled
from app.words import _, language
from store.errors import N_
from store.sql.fields import CustomField, Value
from store.sql.links import Link
from store.values import Money

_ENDS = {
    ("related", True): N_("belongs to {other}"),
    ("related", False): N_("belongs to {other}"),
    ("merged", True): N_("was merged into {other}"),
    ("merged", False): N_("holds what was in {other}"),
    ("split", True): N_("was split off from {other}"),
    ("split", False): N_("{other} was split off"),
}
"""How a link reads from its first ticket (True) and from its other one."""


class Hanging(NamedTuple):
    """`steps` and `tasks` are records already."""

    ticket_id: int
    links: list[Link]
    fields: list[tuple[CustomField, Value]]
    steps: list[Record]
    tasks: list[Record]


def hanging_of(run: Run, ticket_id: int) -> Hanging:
    from store.sql import fields, links, tasks

    return Hanging(
        ticket_id, links.of(run.conn, ticket_id), fields.of_ticket(run.conn, ticket_id),
        step_records(run, tasks.steps(run.conn, ticket_id)), [task_record(t) for t in tasks.of_ticket(run.conn, ticket_id)],
    )  # fmt: skip


def hanging_record(h: Hanging) -> Record:
    return {
        "links": [{"kind": k.kind, "ticket": k.ticket_id, "other": k.other_id, "at": At(k.at)} for k in h.links],
        "fields": {f.id: value_record(f, v) for f, v in h.fields},
        "checklist": h.steps,
        "tasks": h.tasks,
    }


def value_record(f: CustomField, v: Value) -> Any:
    """A value as documents hold it: instants as times, durations in milliseconds, shares in percent."""
    if f.kind == "money":
        return Money(v.unit, v.number or 0)
    if f.kind == "instant":
        return At(v.number or 0)
    if f.kind == "bool":
        return bool(v.number)
    if f.kind == "percent":
        return (v.number or 0) / 100
    return v.number if f.kind in ("number", "duration") else v.shown


def hanging_page(run: Run, h: Hanging) -> Iterator[str]:
    from desk.fields import title
    from desk.tasks import STATES

    for f, v in h.fields:
        yield titled(title(f, language()), v.shown)
    for k in h.links:
        first = k.ticket_id == h.ticket_id
        yield _(_ENDS[k.kind, first]).format(other=f"#{k.other_id if first else k.ticket_id}")
    if h.steps:
        done = sum(bool(s["done"]) for s in h.steps)
        yield titled(_("Checklist"), _("{done} of {total}").format(done=done, total=len(h.steps)))
        yield from (f"  [{'x' if s['done'] else ' '}] {s['number']}. {s['title']}" for s in h.steps)
    if h.tasks:
        yield titled(_("Tasks"), "").rstrip()
        for t in h.tasks:
            who = ", ".join(filter(None, (t["agent"], t["group"])))
            due = local(t["due"], run.zone) if t["due"].known else ""
            yield "  " + "  ".join(filter(None, (f"{t['id']}.", _(STATES[t["state"]]), t["title"], who, due)))
