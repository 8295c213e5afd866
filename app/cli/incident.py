"""`deskhand incident`: one cause behind many tickets, linked, answered in each buyer's language, closed together."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from app.cli.bulk import number_or_none
from app.cli.options import Usage
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, confirmed, tickets_said
from app.labels import OUTBOX, column, named
from app.words import N_, _, render_error
from store.errors import DeskError, Invalid, Refused

if TYPE_CHECKING:
    from desk.incident_work import Plan
    from desk.incidents import Count, Incident, Member

LIST, ONE, CHANGED, ANSWER = (
    "deskhand/incidents/1", "deskhand/incident/1", "deskhand/incident-changed/1", "deskhand/incident-answer/1",
)  # fmt: skip
_NAMED = 20
"""Tickets that are named one by one on stderr."""
STATES = {"open": N_("Open"), "closed": N_("Closed")}


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every incident, newest first"), _list_arguments, _list),
        ("show", _("one incident and its tickets"), _one, _show),
        ("open", _("say that one thing happened to many; tickets can be linked at once"), _open_arguments, _open),
        ("add", _("link tickets, by number or by query"), _tickets_arguments, _add),
        ("remove", _("take tickets out"), _tickets_arguments, _remove),
        ("answer", _("send one reply to every ticket that had none, each in its buyer's language"),
         _answer_arguments, _answer),
        ("close", _("solve its tickets and close it, as one step"), _close_arguments, _close),
        ("reopen", _("open it again; its tickets stay as they are"), _one, _reopen),
    ))  # fmt: skip


run = perform_verb


def _list_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--state", default="", choices=["", *STATES], metavar="STATE", help=_("only open or closed ones")
    )


def _one(parser: Parser) -> None:
    parser.add_argument("incident", type=_number, metavar="INCIDENT", help=_("its number"))


def _number(text: str) -> int:
    found = number_or_none(text)
    if found is None:
        raise Usage(_("{word} is no incident's number.").format(word=text))
    return found


def _words(parser: Parser) -> None:
    parser.add_argument("what", nargs="*", metavar="TICKET|QUERY", help=_("ticket numbers, or a query for them"))


def _open_arguments(parser: Parser) -> None:
    parser.add_argument("title", metavar="TITLE", help=_("what happened, such as 'port strike'"))
    _words(parser)
    parser.add_argument("--note", default="", metavar="T", help=_("what the team should know"))


def _tickets_arguments(parser: Parser) -> None:
    _one(parser)
    _words(parser)


def _answer_arguments(parser: Parser) -> None:
    from desk.outbox import AFTER_SENDING

    _one(parser)
    parser.add_argument("--template", required=True, metavar="ID", help=_("what they are answered with"))
    parser.add_argument("--then", default="pending", choices=AFTER_SENDING, help=_("status once it has left (pending)"))
    _yes(parser)


def _close_arguments(parser: Parser) -> None:
    _one(parser)
    _yes(parser)


def _yes(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen, and do nothing"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk import incidents

    columns = [
        Column("id", _("No."), right=True), Column("title", _("Title")), Column("state", _("State"), column(STATES)),
        Column("tickets", _("Tickets"), right=True), Column("open", _("Still open"), right=True),
        Column("answered", _("Answered"), right=True), Column("created", _("Since")),
    ]  # fmt: skip
    records(run, LIST, "incidents", columns, (_row(c) for c in incidents.listed(run.conn, state=args.state)))
    return 0


def _row(c: Count) -> Record:
    return {**_facts(c.incident), "tickets": c.tickets, "open": c.open, "answered": c.answered}


def _facts(i: Incident) -> dict[str, Any]:
    return {"id": i.id, "title": i.title, "note": i.note, "state": i.state, "template": i.template_id or None,
            "by": i.created_by, "created": At(i.created_at), "closed": At(i.closed_at or 0)}  # fmt: skip


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk import incidents

    found = incidents.get(run.conn, args.incident)
    linked = incidents.members(run.conn, args.incident)

    def page() -> Iterable[str]:
        yield f"{found.id}  {found.title}  ({named(STATES, found.state)})"
        if found.note:
            yield found.note
        yield ""
        for m in linked:
            told = named(OUTBOX, m.outbox_state) if m.answered else _("no answer yet")
            yield f"#{m.ticket_id}  {m.status}  {m.lang or '?'}  {told}  {m.subject}"

    record(run, ONE, {**_facts(found), "tickets": [_member(m) for m in linked]}, page)
    return 0


def _member(m: Member) -> Record:
    return {"id": m.ticket_id, "subject": m.subject, "status": m.status, "lang": m.lang or None,
            "answered": At(m.answered_at) if m.answered else None,
            "outbox": m.outbox_id if m.answered else None}  # fmt: skip


def _open(run: Run, args: argparse.Namespace) -> int:
    from desk import incidents

    ids = _ids(run, args.what) if args.what else []
    with run.write() as unit:
        number = incidents.open_incident(unit, args.title, note=args.note)
    return _linked(run, number, ids)


def _add(run: Run, args: argparse.Namespace) -> int:
    return _linked(run, args.incident, _ids(run, args.what))


def _linked(run: Run, number: int, ids: Sequence[int]) -> int:
    from app.wire import acting
    from desk.incident_work import link_all

    found = link_all(run.store, acting(run.agent), number, ids)
    return _told(run, number, ids, found.done, found.refused, _("Incident {number}: {tickets} linked."))


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk import incidents

    ids = _ids(run, args.what)
    with run.write() as unit:
        found = incidents.remove(unit, args.incident, ids)
    return _told(run, args.incident, ids, found.done, found.refused, _("Incident {number}: {tickets} taken out."))


def _told(
    run: Run, number: int, ids: Sequence[int], done: Sequence[int], refused: Sequence[tuple[int, DeskError]], said: str
) -> int:
    same = [i for i in ids if i not in set(done) and i not in dict(refused)]
    record(run, CHANGED, {"incident": number, "changed": list(done), "unchanged": same, "refused": _refused(refused)},
           lambda: [said.format(number=number, tickets=tickets_said(len(done)))])  # fmt: skip
    return _name(run, refused)


def _refused(refused: Iterable[tuple[int, DeskError]]) -> list[Record]:
    return [{"ticket": number, "error": render_error(error)} for number, error in refused]


def _name(run: Run, refused: Sequence[tuple[int, DeskError]]) -> int:
    for number, error in refused[:_NAMED]:
        run.warn(f"#{number}: {render_error(error)}")
    if len(refused) > _NAMED:
        run.warn(_("… and {count} more; --json names them all.").format(count=len(refused) - _NAMED))
    return 1 if refused else 0


def _answer(run: Run, args: argparse.Namespace) -> int:
    from app.wire import acting
    from desk import incident_work

    plan = incident_work.plan(run.conn, args.incident, args.template, run.agent.id)
    if args.dry_run:
        return _planned(run, args, plan)
    if plan.answers and run.options.format in ("", "table"):
        for text in _page(plan):
            run.say(text)
    if plan.answers and not confirmed(_ask(plan), args.yes):
        raise Refused(N_("Nothing was sent."))
    done = incident_work.answer_all(run.store, acting(run.agent), args.incident, args.template, then=args.then,
                                    progress=_counting(run, len(plan.answers)))  # fmt: skip
    record(run, ANSWER, {"incident": args.incident, "state": "queued", "answered": done.answered, "already": done.already,
                         "left_out": _refused(done.left_out)},
           lambda: [_("{tickets} answered; until they leave: deskhand undo").format(
               tickets=tickets_said(len(done.answered)))])  # fmt: skip
    return _name(run, done.left_out)


def _ask(plan: Plan) -> str:
    return _("Send this to {tickets}? (y/n)").format(tickets=tickets_said(len(plan.answers)))


def _planned(run: Run, args: argparse.Namespace, plan: Plan) -> int:
    answers = [{"ticket": a.ticket_id, "to": a.to, "lang": a.language, "text": a.text} for a in plan.answers]
    record(run, ANSWER, {"incident": args.incident, "state": "dry-run", "answered": answers, "already": plan.already,
                         "left_out": _refused(plan.left_out)}, lambda: _page(plan))  # fmt: skip
    return _name(run, plan.left_out)


def _page(plan: Plan) -> Iterable[str]:
    from desk.incident_work import shown

    counts = plan.languages()
    for answer in shown(plan):
        yield f"[{answer.language}]  {tickets_said(counts[answer.language])}"
        yield from answer.text.splitlines()
        yield ""
    yield _("To answer: {tickets}.").format(tickets=tickets_said(len(plan.answers)))
    if plan.already:
        yield _("Answered before: {tickets}.").format(tickets=tickets_said(len(plan.already)))
    if plan.left_out:
        yield _("Left out: {tickets}.").format(tickets=tickets_said(len(plan.left_out)))


def _counting(run: Run, of: int) -> Any:
    """Says how far it is where somebody watches."""
    import sys

    if of < 100 or run.options.format not in ("", "table") or not sys.stderr.isatty():
        return lambda done, total: True

    def progress(done: int, total: int) -> bool:
        print(f"\r{done}/{total}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
        return True

    return progress


def _close(run: Run, args: argparse.Namespace) -> int:
    from app.wire import acting
    from desk import incident_work, incidents

    waiting = [m.ticket_id for m in incidents.members(run.conn, args.incident) if m.status not in ("solved", "closed")]
    if args.dry_run:
        return _told(run, args.incident, waiting, waiting, (), _("Incident {number}: {tickets} would be solved."))
    asked = _("Solve {tickets} and close incident {number}? (y/n)").format(
        tickets=tickets_said(len(waiting)), number=args.incident)  # fmt: skip
    if len(waiting) > 1 and not confirmed(asked, args.yes):
        raise Refused(N_("Nothing was changed."))
    found = incident_work.close_all(run.store, acting(run.agent), args.incident)
    return _told(
        run, args.incident, waiting, found.done, found.refused, _("Incident {number} is closed; {tickets} solved.")
    )


def _reopen(run: Run, args: argparse.Namespace) -> int:
    from desk import incidents

    with run.write() as unit:
        incidents.reopen(unit, args.incident)
    record(run, ONE, _facts(incidents.get(run.conn, args.incident)), lambda: [_("Open again.")])
    return 0


def _ids(run: Run, what: Sequence[str]) -> list[int]:
    """Tickets by number, or those a query finds. Raises Invalid where nothing is meant."""
    numbers = [number_or_none(word) for word in what]
    named_ones = [n for n in numbers if n is not None]
    if not what:
        raise Usage(_("Say which tickets: their numbers, or a query."))
    if len(named_ones) == len(what):
        return named_ones
    from app.cli import lists, queries

    wanted = queries.resolved(run, argparse.Namespace(query=list(what)))
    found = [t.id for t in lists.tickets(run, wanted)]
    if not found:
        raise Invalid(N_("No ticket fulfils {item}."), item=" ".join(what), next=N_("Try it first: deskhand list"))
    return found
