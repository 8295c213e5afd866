"""What stands at a ticket besides its conversation: group, flag, own fields, tasks, checklists, links, incidents, and
rules that failed there. Read when a ticket is shown, said as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.happened import Reader, failures_said, why_said
from app.lines import Line
from app.words import _, language, ngettext
from store.connection import Connection
from store.errors import N_
from store.events import Event
from store.sql import fields, links, moving, tasks
from store.sql.fields import CustomField, Value
from store.sql.history import CaseFile, Product
from store.sql.links import MERGED, SPLIT, Link
from store.sql.rows import Ticket
from store.sql.tasks import Step, Task
from store.values import NEVER

_OPEN_TASKS = ("open", "doing")
_LISTED = 5
"""Tasks and links named one by one; of more their number is told."""


class Beside(NamedTuple):
    """`fields` are title and value; `incidents` number and cause of those that are open; `log` the ticket's events, oldest
    first."""

    fields: tuple[tuple[str, str], ...] = ()
    tasks: tuple[Task, ...] = ()
    steps: tuple[Step, ...] = ()
    lists: tuple[str, ...] = ()
    """`Refund 2/5`, one for each checklist."""
    next_step: str = ""
    """The first step that is open."""
    links: tuple[Link, ...] = ()
    incidents: tuple[tuple[int, str], ...] = ()
    log: tuple[Event, ...] = ()
    cases: tuple[CaseFile, ...] = ()
    products: tuple[Product, ...] = ()
    there: tuple[str, bool] | None = None
    """The colleague who has it open just now, and whether they are writing."""


def read(conn: Connection, ticket_id: int, log: Sequence[Event]) -> Beside:
    """All of it."""
    steps = tuple(tasks.steps(conn, ticket_id))
    lists, next_step = _lists(conn, steps) if steps else ((), "")
    causes: tuple[tuple[int, str], ...] = ()
    if moving.pairs(conn, "incident_ticket", ticket_id):
        from desk.incidents import of_ticket

        causes = tuple((i.id, i.title) for i in of_ticket(conn, ticket_id) if i.state == "open")
    return Beside(
        tuple((title_of(f), value.shown) for f, value in fields.of_ticket(conn, ticket_id)),
        tuple(tasks.of_ticket(conn, ticket_id)), steps, lists, next_step,
        tuple(links.of(conn, ticket_id)), causes, tuple(log),
    )  # fmt: skip


def title_of(f: CustomField) -> str:
    """What a field is called in the reader's language."""
    from desk.fields import title

    return title(f, language().replace("_", "-"))


def _lists(conn: Connection, steps: Sequence[Step]) -> tuple[tuple[str, ...], str]:
    from desk.checklists import progress, title, wording

    tongue = language().replace("_", "-")
    known = {c.id: title(c, tongue) for c in tasks.checklists(conn)}
    told = tuple(f"{known.get(p.checklist_id, p.checklist_id)} {p.done}/{p.total}" for p in progress(steps))
    at = next((n for n, step in enumerate(steps) if not step.done_at), None)
    return told, wording(conn, steps, tongue)[at] if at is not None else ""


# Lines ----------------------------------------------------------------------------------------------------


def head_lines(ticket: Ticket, beside: Beside, reader: Reader) -> Iterator[Line]:
    """What belongs above the orders: trouble first, then where it stands."""
    if beside.there is not None:
        who, writing = reader.name(beside.there[0]), beside.there[1]
        text = _("✎ {who} is writing here just now") if writing else _("· {who} is reading this")
        yield ((text.format(who=who), "warning" if writing else "note"),)
    yield from trouble_lines(ticket, beside, reader)
    if ticket.flagged:
        yield ((_("⚑ flagged"), "warning"),)
    for link in beside.links:
        if link.kind == MERGED and link.ticket_id == ticket.id:
            yield ((_("merged into #{id}: work goes on there").format(id=link.other_id), "warning"),)
    for number, cause in beside.incidents:
        yield ((_("incident {number}: {cause}").format(number=number, cause=cause), "warning"),)


def trouble_lines(ticket: Ticket, beside: Beside, reader: Reader) -> Iterator[Line]:
    """Rules that failed here and wait for somebody to look, rules that set each other off, and that it is cleared soon."""
    for event in _troubles(ticket, beside.log):
        payload = event.payload or {}
        if event.verb == "rules_stopped":
            names = " → ".join(reader.name(str(r)) for r in payload.get("rules", ()))
            yield ((_("! rules stopped ({names}): {why}").format(names=names, why=why_said(payload, reader)), "danger"),)
        elif event.verb == "buyer_clears":
            yield (("! " + why_said(payload, reader), "danger"),)
        else:
            for failure in failures_said(event, reader):
                name = reader.name(str(payload.get("rule", "")))
                yield ((_("! rule “{name}”: {failure}").format(name=name, failure=failure), "danger"),)


def _troubles(ticket: Ticket, log: Sequence[Event]) -> list[Event]:
    found = [e for e in log if e.payload and (
        (e.verb == "rule_fired" and ticket.needs_review and e.payload.get("failed"))
        or (e.verb == "rules_stopped" and ticket.flagged) or (e.verb == "buyer_clears" and ticket.is_open))]  # fmt: skip
    return found[-2:]


def failed_here(ticket: Ticket, log: Sequence[Event]) -> bool:
    """Whether the ticket is to be checked because a rule failed, and not because its type is in doubt."""
    return any(e.verb == "rule_fired" for e in _troubles(ticket, log))


def work_lines(ticket: Ticket, beside: Beside, reader: Reader) -> Iterator[Line]:
    """Fields, tasks, checklists, links: a short block each, nothing where there is nothing."""
    if beside.fields:
        yield ()
        for name, shown in beside.fields:
            yield ((f"{name}  ", "muted"), (shown, "text"))
    todo = [t for t in beside.tasks if t.state in _OPEN_TASKS]
    if beside.tasks or beside.lists:
        yield ()
        for told in beside.lists:
            yield ((_("CHECKLIST") + f" {told}", "strong"),)
        if beside.next_step:
            yield ((_("next: {step}").format(step=beside.next_step), "text"), ("  x", "key"))
    if beside.tasks:
        done = sum(1 for t in beside.tasks if t.state == "done")
        yield ((_("TASKS") + f" {done}/{len(beside.tasks)}", "strong"),)
        for task in todo[:_LISTED]:
            yield task_line(task, reader)
        if len(todo) > _LISTED:
            rest = len(todo) - _LISTED
            yield ((ngettext("… {count} more", "… {count} more", rest).format(count=rest), "muted"),)
    related = [link for link in beside.links if not (link.kind == MERGED and link.ticket_id == ticket.id)]
    if related:
        yield ()
        for link in related[:_LISTED]:
            yield ((link_said(link, ticket.id), "muted"),)


def task_line(task: Task, reader: Reader) -> Line:
    """`▢ Ask the supplier  wei · due Fri 9:00`."""
    facts = [reader.name(one) for one in (task.assignee_id, task.group_id) if one]
    late = task.due_at < reader.now
    if task.due_at < NEVER:
        facts.append(_("due {when}").format(when=reader.when(task.due_at)))
    if task.state == "doing":
        facts.append(_("doing"))
    mark = {"done": "☑", "dropped": "☒"}.get(task.state, "☐")
    late_role = "danger" if late and task.state in _OPEN_TASKS else "muted"
    return ((f"{mark} {task.title}", "text"), ("  " + ("! " if late_role == "danger" else "") + " · ".join(facts), late_role))


_LINKS = {
    (MERGED, False): N_("#{id} was merged into this one"),
    (SPLIT, True): N_("split off from #{id}"),
    (SPLIT, False): N_("#{id} was split off"),
}


def link_said(link: Link, here: int) -> str:
    """A link as seen from one of its ends."""
    ours = link.ticket_id == here
    other = link.other_id if ours else link.ticket_id
    return _(_LINKS.get((link.kind, ours), N_("linked with #{id}"))).format(id=other)


def field_values(conn: Connection, ticket_id: int) -> list[tuple[CustomField, Value | None]]:
    """Every field there is, with what the ticket has in it."""
    have = {f.id: value for f, value in fields.of_ticket(conn, ticket_id)}
    return [(f, have.get(f.id)) for f in fields.all_fields(conn)]
