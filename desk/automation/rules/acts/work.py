"""Acts on what hangs on a ticket: own fields, checklists, tasks."""

from __future__ import annotations

from desk.automation.rules.registry import Args, Doing, register
from desk.automation.rules.tables import Table
from desk.query.units import duration
from store.errors import N_
from store.values import NEVER


def _read_field(t: Table) -> Args:
    ident, value = t.text("id", needed=True), t.take("value")
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str) or len(value) > 1000:
        raise t.bad("value", value)
    return {"id": ident, "value": value}


def _field(doing: Doing, args: Args) -> None:
    from desk.fields import set_value

    set_value(doing.unit, doing.ticket_id, args["id"], args["value"])


def _read_checklist(t: Table) -> Args:
    return {"id": t.text("id", needed=True)}


def _checklist(doing: Doing, args: Args) -> None:
    from desk.checklists import attach

    attach(doing.unit, doing.ticket_id, args["id"])


def _read_task(t: Table) -> Args:
    args = {"title": t.text("title", needed=True), "group": t.text("group"), "agent": t.text("agent"),
            "due": t.length_text("due")}  # fmt: skip
    return {key: value for key, value in args.items() if value}


def _task(doing: Doing, args: Args) -> None:
    from desk.tasks import add

    due = doing.unit.now + duration(args["due"], 0) if "due" in args else NEVER
    who = {key: args.get(key, "") for key in ("agent", "group")}
    add(doing.unit, doing.ticket_id, args["title"], due=due, **who)


register("field", N_("sets a field of your own"), _read_field, _field)
register("checklist", N_("attaches a checklist"), _read_checklist, _checklist)
register("task", N_("adds a task"), _read_task, _task)
