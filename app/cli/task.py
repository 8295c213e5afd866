"""`deskhand task`: parts of a ticket's work, and who does them until when."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.cli.options import Usage
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.cli.times import moment, span
from app.labels import column
from app.words import _
from store.sql.tasks import Task
from store.values import NEVER, Instant

LIST, ONE = "deskhand/tasks/1", "deskhand/task/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("tasks of a ticket, or everybody's that wait"), _list_arguments, _list),
        ("add", _("a new task of a ticket"), _add_arguments, _add),
        ("set", _("change a task"), _set_arguments, _set),
        ("start", _("somebody is at it"), _one, _state("doing")),
        ("done", _("it is done"), _one, _state("done")),
        ("drop", _("it need not be done"), _one, _state("dropped")),
    ))  # fmt: skip


run = perform_verb


def _one(parser: Parser) -> None:
    parser.add_argument("task", type=int, metavar="TASK", help=_("its number"))


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("ticket", nargs="?", type=ticket_number, default=None, metavar="TICKET",
                        help=_("whose; what waits on the whole desk unless said"))  # fmt: skip
    parser.add_argument("--mine", action="store_true", help=_("only yours"))


def _whose(parser: Parser) -> None:
    parser.add_argument("--agent", default=None, metavar="AGENT", help=_("who does it"))
    parser.add_argument("--group", default=None, metavar="GROUP", help=_("the department that does it"))
    parser.add_argument("--due", default=None, metavar="WHEN", help=_("2h, 3d or a date"))


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument("title", nargs="+", metavar="TITLE", help=_("what is to be done"))
    _whose(parser)


def _set_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("--title", default=None, metavar="TEXT", help=_("what is to be done"))
    parser.add_argument("--state", default=None, metavar="STATE", help=_("open, doing, done or dropped"))
    _whose(parser)


def task_record(t: Task) -> Record:
    return {"id": t.id, "ticket": t.ticket_id, "title": t.title, "state": t.state, "agent": t.assignee_id or None,
            "group": t.group_id or None, "due": At(t.due_at), "created": At(t.created_at),
            "created_by": t.created_by or None, "updated": At(t.updated_at)}  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.changes import require_in
    from desk.tasks import STATES
    from store.sql import tasks

    if args.ticket is not None:
        require_in(run.conn, args.ticket)
        found = tasks.of_ticket(run.conn, args.ticket)
    else:
        found = tasks.of_agent(run.conn, run.agent.id) if args.mine else tasks.waiting(run.conn)
    columns = [
        Column("id", _("No."), right=True),
        Column("ticket", _("Ticket"), lambda n: f"#{n}", right=True),
        Column("title", _("Task")),
        Column("state", _("State"), column(STATES)),
        Column("agent", _("Agent")),
        Column("group", _("Group")),
        Column("due", _("Due")),
    ]
    records(run, LIST, "tasks", columns, map(task_record, found))
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import tasks

    due = when(run, args.due) if args.due else NEVER
    with run.write() as unit:
        made = tasks.need(unit, tasks.add(unit, args.ticket, " ".join(args.title), agent=args.agent or "",
                                          group=args.group or "", due=due))  # fmt: skip
    record(run, ONE, task_record(made))
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk import tasks

    given = {"title": args.title, "state": args.state, "assignee_id": args.agent, "group_id": args.group}
    wanted: dict[str, object] = {f: "" if v in ("none", "nobody") else v for f, v in given.items() if v is not None}
    if args.due is not None:
        wanted["due_at"] = NEVER if args.due in ("", "none") else when(run, args.due)
    if not wanted:
        raise Usage(_("Say what to change: --title, --state, --agent, --group or --due."))
    with run.write() as unit:
        tasks.change(unit, args.task, wanted)
        found = tasks.need(unit, args.task)
    record(run, ONE, task_record(found))
    return 0


def _state(state: str) -> Callable[[Run, argparse.Namespace], int]:
    def do(run: Run, args: argparse.Namespace) -> int:
        from desk import tasks

        with run.write() as unit:
            tasks.set_state(unit, args.task, state)
            found = tasks.need(unit, args.task)
        record(run, ONE, task_record(found))
        return 0

    return do


def when(run: Run, text: str) -> Instant:
    """`2h` from now, or a date. Raises Usage."""
    try:
        return run.now + span(text)
    except ValueError:
        pass
    try:
        return moment(text, run.now, run.zone)
    except ValueError as exc:
        raise Usage(_("{word} is no time; say 2h, 3d or 2026-11-01.").format(word=text)) from exc
