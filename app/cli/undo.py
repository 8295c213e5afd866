"""`deskhand undo`: takes back your newest step, a whole batch at once; or one from the list of what was done."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.cli.changes_said import lines, said
from app.cli.output import At, Column, record, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.labels import VERBS, column
from app.words import N_, _, render_error

if TYPE_CHECKING:
    from desk.undo import Act, Step

SCHEMA, LISTED = "deskhand/undo/1", "deskhand/steps/1"
STATES = {"stands": N_("in force"), "undone": N_("undone"), "gone": N_("erased")}


def arguments(parser: Parser) -> None:
    parser.add_argument("event", type=int, nargs="?", metavar="EVENT", help=_("a step by its number in the list"))
    parser.add_argument("--list", action="store_true", help=_("what you did lately, newest first"))
    parser.add_argument("--everybody", action="store_true", help=_("with --list: what colleagues did as well"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk.undo import undo, undo_step

    if args.list:
        return _list(run, everybody=args.everybody)
    with run.write() as unit:
        step = undo(unit) if args.event is None else undo_step(unit, args.event)
    back = [act._replace(changes={f: (now, was) for f, (was, now) in act.changes.items()}) for act in step.acts]
    return told(run, SCHEMA, step, back, N_("Undone:"))


def _list(run: Run, *, everybody: bool) -> int:
    from desk.undo_history import steps
    from store.sql import shop

    agents = [a.id for a in shop.agents(run.conn)] if everybody else [run.agent.id]
    found = [
        {"event": s.seq, "at": At(s.at), "who": s.actor.id, "verb": s.verb, "tickets": list(s.tickets), "state": s.state,
         "changes": {f: list(pair) for f, pair in ((s.events[0].payload or {}).get("changes") or {}).items()}}
        for s in steps(run.conn, agents)
    ]  # fmt: skip

    def details(changes: Mapping[str, Sequence[Any]]) -> str:
        return ", ".join(f"{f}: {said(run, f, was)} → {said(run, f, became)}" for f, (was, became) in changes.items())

    columns = [
        Column("event", _("Event"), right=True), Column("at", _("When")), Column("who", _("Who")),
        Column("state", _("State"), column(STATES)),
        Column("tickets", _("Tickets"), lambda numbers: ", ".join(f"#{n}" for n in numbers)),
        Column("verb", _("What"), column(VERBS)), Column("changes", _("Details"), details),
    ]  # fmt: skip
    records(run, LISTED, "steps", columns, found)
    return 0


def told(run: Run, schema: str, step: Step, acts: list[Act], title: str) -> int:
    """Says what was reversed on which ticket, each field from → to, and lists what refused."""
    refused = [{"ticket": number, "error": render_error(error)} for number, error in step.refused]
    changed = [{"ticket": a.ticket_id, "verb": a.verb, "changes": {f: list(pair) for f, pair in a.changes.items()}}
               for a in acts]  # fmt: skip

    def page() -> Iterator[str]:
        yield _(title)
        for act in acts:
            yield from (f"  {line}" for line in lines(run, act.ticket_id, act.verb, act.changes))

    record(run, schema, {"verb": step.verb, "tickets": step.tickets, "acts": changed, "refused": refused}, page)
    for number, error in step.refused:
        run.warn(f"#{number}: {render_error(error)}")
    return 1 if refused else 0
