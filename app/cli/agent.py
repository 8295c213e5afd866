"""`deskhand agent`: the people of the team, and who is away."""

from __future__ import annotations

import argparse
import json
from contextlib import suppress
from datetime import tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.cli.bulk import number_or_none
from app.cli.lists import until
from app.cli.options import Usage, unknown
from app.cli.output import At, Column, Record, local, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.cli.times import moment, span
from app.labels import PRESENCE, ROLES, column
from app.words import _
from store.sql.rows import Agent

if TYPE_CHECKING:
    from store.sql.teams import LeaveRow

LIST, ONE = "deskhand/agents/1", "deskhand/agent/1"
LEAVES, LEAVE = "deskhand/leaves/1", "deskhand/leave/1"
_TEXTS = ("name", "email", "unix_user", "role", "zone", "signature")
_KEYS = (*_TEXTS, "languages", "skills", "capacity", "shifts", "active", "weight", "countries")


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("everybody"), _no_arguments, _list),
        ("add", _("somebody joins"), _add_arguments, _add),
        ("set", _("change what is known of somebody"), _set_arguments, _set),
        ("away", _("no new tickets until somebody is back"), _away_arguments, _away),
        ("back", _("there again, also from leave"), _back_arguments, _back),
        ("leave", _("planned absences; what falls due meanwhile goes to others"), _leave_arguments, _leave),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("agent", metavar="ID", help=_("a short id that stays, such as ana"))
    parser.add_argument("--name", default="", metavar="TEXT", help=_("how buyers and colleagues read them"))
    parser.add_argument("--unix-user", default="", metavar="USER", help=_("who they are at the shell"))
    parser.add_argument("--role", default="agent", help=_("agent, lead or admin"))


def _set_arguments(parser: Parser) -> None:
    parser.add_argument("agent", metavar="ID", help=_("whom"))
    parser.add_argument(
        "settings",
        nargs="+",
        metavar="KEY=VALUE",
        help=_(
            "name, email, unix_user, role, zone, signature, languages=en:5,de:3, skills=size,tech, capacity=40, "
            "countries=DACH,FR, weight=1.5, active=no, shifts='mon-fri 09:00-18:00', "
            "notify='assigned=toast mention=off quiet=22:00-07:00'"
        ),
    )


def _away_arguments(parser: Parser) -> None:
    parser.add_argument("agent", nargs="?", default="", metavar="ID", help=_("whom; you unless said"))
    parser.add_argument(
        "--until", default="", metavar="WHEN", help=_("2h, 3d or a date; until they are back unless said")
    )


def _back_arguments(parser: Parser) -> None:
    parser.add_argument("agent", nargs="?", default="", metavar="ID", help=_("whom; you unless said"))


def _leave_arguments(parser: Parser) -> None:
    parser.add_argument("what", choices=("list", "add", "remove"), metavar="list|add|remove", help=_("what to do"))
    parser.add_argument("who", nargs="?", default="", metavar="ID|NUMBER",
                        help=_("whose; you unless said. To remove: the number that list shows"))  # fmt: skip
    parser.add_argument(
        "--from", dest="start", default="now", metavar="WHEN", help=_("a date or a time; now unless said")
    )
    parser.add_argument("--until", default="", metavar="WHEN", help=_("when they are back; a date is that morning"))
    parser.add_argument("--note", default="", metavar="TEXT", help=_("why; colleagues see it"))


def agent_record(a: Agent) -> Record:
    return {
        "id": a.id,
        "name": a.name,
        "email": a.email or None,
        "unix_user": a.unix_user or None,
        "role": a.role,
        "languages": json.loads(a.languages),
        "skills": json.loads(a.skills),
        "zone": a.zone,
        "capacity": a.capacity,
        "weight": a.weight / 100,
        "countries": json.loads(a.countries),
        "active": bool(a.active),
        "state": a.state,
        "state_until": until(a.state_until),
        "signature": a.signature or None,
    }


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.candidates import absent, back_at
    from desk.automation.route import candidates
    from desk.groups import every
    from store.sql import shop

    team = {c.id: c for c in candidates(run.conn)}
    groups = [g for g in every(run.conn) if g.members]

    def when(at: int) -> str:
        return local(at, run.zone)

    rows = []
    for a in shop.agents(run.conn):
        there = team[a.id]
        why = absent(there, run.now)
        rows.append({
            **agent_record(a), "on_duty": why is None, "why_absent": why.render(_, when) if why else None,
            "load": round(there.load), "next_on_duty": At(back_at(there, run.now)),
            "groups": [g.id for g in groups if g.has(a.id)],
        })  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("role", _("Role"), column(ROLES)),
        Column("state", _("State"), column(PRESENCE)),
        Column("on_duty", _("On duty")),
        Column("next_on_duty", _("Next on duty")),
        Column("load", _("Load"), right=True),
        Column("capacity", _("Capacity"), _capacity, right=True),
        Column("groups", _("Groups")),
        Column("languages", _("Languages")),
        Column("zone", _("Zone")),
        Column("unix_user", _("Unix user")),
        Column("state_until", _("Until")),
    ]
    records(run, LIST, "agents", columns, rows)
    return 0


def _capacity(value: int) -> str:
    return str(value) if value else _("no limit")


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import agents

    with run.write() as unit:
        agents.add(unit, agents.NewAgent(args.agent, args.name, args.unix_user, args.role))
        made = agents.need(unit, args.agent)
    record(run, ONE, agent_record(made))
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from app import notify
    from desk import agents

    values: dict[str, Any] = {}
    told: str | None = None
    for word in args.settings:
        key, equals, text = word.partition("=")
        if not equals:
            raise Usage(_("{word} is not KEY=VALUE.").format(word=word))
        if key == "notify":
            told = text
            continue
        if key not in _KEYS:
            raise Usage(unknown(key, (*_KEYS, "notify"), _("a field")))
        values[key] = _value(key, text)
    with run.write() as unit:
        agents.change(unit, args.agent, values)
        if told is not None:
            notify.keep(unit, args.agent, notify.changed(notify.of_agent(unit.conn, args.agent), told))
        found = agents.need(unit, args.agent)
    record(run, ONE, {**agent_record(found), "notify": notify.written(notify.of_agent(run.conn, args.agent))})
    return 0


def _value(key: str, text: str) -> Any:
    parts = [p.strip() for p in text.split(",") if p.strip()]
    if key in _TEXTS:
        return text
    if key == "languages":
        return {tag: int(level) if level.isdigit() else 0 for tag, _colon, level in (p.partition(":") for p in parts)}
    if key == "skills":
        return parts
    if key == "capacity":
        return int(text) if text.isdigit() else text
    if key == "countries":
        return parts
    if key == "weight":
        try:
            return float(text)
        except ValueError:
            return text
    if key == "active":
        return text.casefold() not in ("no", "0", "false")
    return _shifts(text)


def _shifts(text: str) -> dict[str, Any]:
    """`mon-fri 09:00-18:00; sat 10:00-12:00` as a calendar's table; "" and `always` are {}."""
    week = {}
    for part in (p.strip() for p in text.split(";")):
        if part and part != "always":
            days, _space, hours = part.partition(" ")
            week[days] = hours
    return {"week": week} if week else {}


def _away(run: Run, args: argparse.Namespace) -> int:
    when = 0
    if args.until:
        try:
            when = run.now + span(args.until)
        except ValueError:
            when = _moment(run, args.until, run.zone)
    return _presence(run, args.agent, "away", when)


def _moment(run: Run, word: str, zone: tzinfo) -> int:
    try:
        return moment(word, run.now, zone)
    except ValueError as exc:
        raise Usage(_("{word} is not a date; say 2026-11-01, 30d or all.").format(word=word)) from exc


def _back(run: Run, args: argparse.Namespace) -> int:
    from desk import leave

    with run.write() as unit:
        leave.end(unit, args.agent or unit.actor.id)
    return _presence(run, args.agent, "auto", 0)


def _leave(run: Run, args: argparse.Namespace) -> int:
    from desk import agents, leave
    from store.sql import teams

    if args.what == "list":
        rows = [r for r in teams.leaves(run.conn, after=run.now) if args.who in ("", r.agent_id)]
        records(run, LEAVES, "leaves", _leave_columns(), map(leave_record, rows))
        return 0
    if args.what == "remove":
        number = number_or_none(args.who)
        if number is None:
            raise Usage(_("Say which: deskhand agent leave remove NUMBER. See: deskhand agent leave list"))
        with run.write() as unit:
            row = leave.remove(unit, number)
    else:
        if not args.until:
            raise Usage(_("Say until when: --until 2027-01-04"))
        with run.write() as unit:
            who = args.who or unit.actor.id
            zone = ZoneInfo(agents.need(unit, who).zone)
            start, end = _moment(run, args.start, zone), _end(run, args.until, zone)
            row = leave.add(unit, who, start, end, args.note)
    record(run, LEAVE, leave_record(row))
    return 0


def _end(run: Run, word: str, zone: tzinfo) -> int:
    """A date or a time in the zone of whoever is away; a span from now."""
    with suppress(ValueError):
        return run.now + span(word)
    return _moment(run, word, zone)


def leave_record(row: LeaveRow) -> Record:
    return {"number": row.id, "agent": row.agent_id, "from": At(row.starts_at), "until": At(row.ends_at),
            "note": row.note or None}  # fmt: skip


def _leave_columns() -> list[Column]:
    return [Column("number", _("Number"), right=True), Column("agent", _("Agent")), Column("from", _("From")),
            Column("until", _("Until")), Column("note", _("Note"))]  # fmt: skip


def _presence(run: Run, agent_id: str, state: str, until: int) -> int:
    from desk import agents

    with run.write() as unit:
        who = agent_id or unit.actor.id
        agents.set_presence(unit, who, state, until)
        found = agents.need(unit, who)
    record(run, ONE, agent_record(found))
    return 0
