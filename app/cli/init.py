"""`deskhand init`: makes a desk, step by step, or at once with `--yes`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.options import Usage
from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.cli.zone import machine_zone
from app.words import _

if TYPE_CHECKING:
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
    from app.wire import create_desk, unix_user
    from desk.agents import NewAgent
    from desk.setup import furnish
    from store.values import SYSTEM

    user = unix_user()
    name, zone = args.name, args.zone or machine_zone()
    people = [_person(text, user if not n else "") for n, text in enumerate(args.agent)]
    folder = run.folder
    if not args.yes:
        if not sys.stdin.isatty():
            raise Usage(_("This asks its questions on a terminal; say --yes to take the defaults."))
        folder = Path(_asked(_("Folder of the desk"), str(folder))).expanduser().absolute()
        name = name or _asked(_("Name of the shop"), "Deskhand")
        zone = _asked(_("Time zone of the team"), zone)
        if not people:
            people = [_person(_asked(_("You, as ID:NAME"), f"{_id(user)}:{user}"), user)]
    people = people or [NewAgent(_id(user), user, user, "admin")]
    wired = create_desk(folder, name=name or "Deskhand", encrypt=args.encrypt)
    try:
        with wired.store.write(SYSTEM) as unit:
            furnish(unit, zone=zone, people=people)
        made = {"desk": str(folder), "uuid": wired.store.meta("uuid"), "name": wired.store.meta("name"), "zone": zone,
                "encrypted": args.encrypt, "agents": [p.id for p in people]}  # fmt: skip
    except BaseException:
        wired.store.close()
        for leftover in folder.glob("desk.db*"):
            leftover.unlink()
        raise
    wired.store.close()
    named = [_("Name it in every command: export DESKHAND_DESK={folder}").format(folder=folder)]
    named = named if run.options.desk else []
    record(run, SCHEMA, made, lambda: [
        _("The desk is made: {folder}").format(folder=folder),
        *named,
        _("Next: deskhand channel add    connects an account"),
        _("      deskhand sync --forever fetches and sends; run it as a service"),
        _("      deskhand                opens the workstation"),
    ])  # fmt: skip
    return 0


def _person(text: str, user: str) -> NewAgent:
    from desk.agents import NewAgent

    ident, _colon, name = text.partition(":")
    return NewAgent(ident.strip(), name.strip() or ident.strip(), user, "admin" if user else "agent")


def _id(user: str) -> str:
    """A Unix name as an agent's id."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in user.casefold()).strip("-._")
    return kept[:32] or "agent"


def _asked(question: str, default: str) -> str:
    print(f"{question} [{default}]: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip() or default
