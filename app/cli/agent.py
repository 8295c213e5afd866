"""`deskhand agent`: the people of the team, and who is away."""

from __future__ import annotations

import argparse
import json
from typing import Any

from app.cli.lists import until
from app.cli.options import Usage, unknown
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.cli.times import moment, span
from app.labels import PRESENCE, ROLES, column
from app.words import _
from store.sql.rows import Agent

LIST, ONE = "deskhand/agents/1", "deskhand/agent/1"
_TEXTS = ("name", "email", "unix_user", "role", "zone", "signature")
_KEYS = (*_TEXTS, "languages", "skills", "capacity", "shifts", "active")


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("everybody"), _no_arguments, _list),
        ("add", _("somebody joins"), _add_arguments, _add),
        ("set", _("change what is known of somebody"), _set_arguments, _set),
        ("away", _("no new tickets until somebody is back"), _away_arguments, _away),
        ("back", _("there again"), _back_arguments, _back),
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
            "active=no, shifts='mon-fri 09:00-18:00'"
        ),
    )


def _away_arguments(parser: Parser) -> None:
    parser.add_argument("agent", nargs="?", default="", metavar="ID", help=_("whom; you unless said"))
    parser.add_argument(
        "--until", default="", metavar="WHEN", help=_("2h, 3d or a date; until they are back unless said")
    )


def _back_arguments(parser: Parser) -> None:
    parser.add_argument("agent", nargs="?", default="", metavar="ID", help=_("whom; you unless said"))


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
        "active": bool(a.active),
        "state": a.state,
        "state_until": until(a.state_until),
        "signature": a.signature or None,
    }


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("role", _("Role"), column(ROLES)),
        Column("unix_user", _("Unix user")),
        Column("state", _("State"), column(PRESENCE)),
        Column("state_until", _("Until")),
        Column("languages", _("Languages")),
        Column("zone", _("Zone")),
    ]
    records(run, LIST, "agents", columns, map(agent_record, shop.agents(run.conn)))
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import agents

    with run.write() as unit:
        agents.add(unit, agents.NewAgent(args.agent, args.name, args.unix_user, args.role))
        made = agents.need(unit, args.agent)
    record(run, ONE, agent_record(made))
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk import agents

    values: dict[str, Any] = {}
    for word in args.settings:
        key, equals, text = word.partition("=")
        if not equals:
            raise Usage(_("{word} is not KEY=VALUE.").format(word=word))
        if key not in _KEYS:
            raise Usage(unknown(key, _KEYS, _("a field")))
        values[key] = _value(key, text)
    with run.write() as unit:
        agents.change(unit, args.agent, values)
        found = agents.need(unit, args.agent)
    record(run, ONE, agent_record(found))
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
            try:
                when = moment(args.until, run.now, run.zone)
            except ValueError as exc:
                raise Usage(_("{word} is not a date; say 2026-11-01, 30d or all.").format(word=args.until)) from exc
    return _presence(run, args.agent, "away", when)


def _back(run: Run, args: argparse.Namespace) -> int:
    return _presence(run, args.agent, "auto", 0)


def _presence(run: Run, agent_id: str, state: str, until: int) -> int:
    from desk import agents

    with run.write() as unit:
        who = agent_id or unit.actor.id
        agents.set_presence(unit, who, state, until)
        found = agents.need(unit, who)
    record(run, ONE, agent_record(found))
    return 0
