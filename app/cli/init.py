"""`deskhand init`: makes a desk. In a terminal and without options it leads through it step by step; with options it asks
what is left, and with `--yes` nothing."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.options import Usage
from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _

if TYPE_CHECKING:
    from app.first.making import Plan
    from desk.agents import NewAgent

SCHEMA = "deskhand/desk/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("--yes", action="store_true", help=_("take the defaults, ask nothing"))
    parser.add_argument(
        "--encrypt", action="store_true", help=_("encrypt the desk; its key goes into the vault beside it")
    )
    parser.add_argument("--name", default="", metavar="NAME", help=_("the shop's name, as buyers read it"))
    parser.add_argument(
        "--agent", action="append", default=[], metavar="ID:NAME", help=_("somebody of the team; may be repeated")
    )
    parser.add_argument("--zone", default="", metavar="ZONE", help=_("the team's time zone; the machine's unless said"))


def run(run: Run, args: argparse.Namespace) -> int:
    from app.first.guess import short_name
    from app.first.guess import zone as machine
    from app.first.making import Plan, make
    from app.wire import unix_user
    from desk.agents import NewAgent

    if _asks_all(run, args):
        return _step_by_step(run)
    user = unix_user()
    name, zone = args.name, args.zone or machine().value
    people = [_person(text, user if not n else "") for n, text in enumerate(args.agent)]
    folder = run.folder
    if not args.yes:
        if not sys.stdin.isatty():
            raise Usage(_("This asks its questions on a terminal; say --yes to take the defaults."))
        folder = Path(_asked(_("Folder of the desk"), str(folder))).expanduser().absolute()
        name = name or _asked(_("Name of the shop"), "Deskhand")
        zone = _asked(_("Time zone of the team"), zone)
        if not people:
            people = [_person(_asked(_("You, as ID:NAME"), f"{short_name(user)}:{user}"), user)]
    people = people or [NewAgent(short_name(user), user, user, "admin")]
    plan = Plan(folder, name or "Deskhand", zone, tuple(people), args.encrypt)
    _tell(run, plan, make(plan))
    return 0


def _asks_all(run: Run, args: argparse.Namespace) -> bool:
    """Whether somebody is there who wants to be led: a whole terminal, and nothing said beforehand."""
    said = args.yes or args.encrypt or args.name or args.agent or args.zone or run.options.format or run.options.agent
    whole = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown", "")
    return whole and not said


def _step_by_step(run: Run) -> int:
    from app.first.start import ask
    from app.wire import open_desk, unix_user
    from store.sql import shop

    ended = ask(run.folder, run.options.theme)
    if ended.made is None:
        run.say(_("Nothing was made. deskhand init asks again."))
        return 1
    wired = open_desk(ended.made.folder)
    with closing(wired.store):
        _tell(run, ended.made, wired.store.meta("uuid"))
        if ended.opens:
            from app.opening import run as open_workstation

            agent = shop.agent_of_user(wired.store.conn, unix_user())
            assert agent is not None
            return int(open_workstation(wired, agent, theme=ended.made.habits.get("theme"), begin=ended.begin))
    return 0


def _tell(run: Run, plan: Plan, uuid: str) -> None:
    """What was made, and what comes next."""
    made = {"desk": str(plan.folder), "uuid": uuid, "name": plan.name, "zone": plan.zone, "encrypted": plan.encrypt,
            "agents": [p.id for p in plan.people]}  # fmt: skip
    named = [_("Name it in every command: export DESKHAND_DESK={folder}").format(folder=plan.folder)]
    named = named if run.options.desk or plan.folder != run.folder else []
    record(run, SCHEMA, made, lambda: [
        _("The desk is made: {folder}").format(folder=plan.folder),
        *named,
        _("Next: deskhand channel add    connects an account"),
        _("      deskhand sync --forever fetches and sends; run it as a service"),
        _("      deskhand                opens the workstation"),
    ])  # fmt: skip


def _person(text: str, user: str) -> NewAgent:
    from desk.agents import NewAgent

    ident, _colon, name = text.partition(":")
    return NewAgent(ident.strip(), name.strip() or ident.strip(), user, "admin" if user else "agent")


def _asked(question: str, default: str) -> str:
    print(f"{question} [{default}]: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip() or default
