"""`deskhand demo`: a practice desk with buyers who write and answer; `--headless` plays its story and checks it."""

from __future__ import annotations

import argparse
import os
import sys

from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _
from store.errors import N_, Refused

SCHEMA = "deskhand/demo/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("--fresh", action="store_true", help=_("make the practice desk anew"))
    parser.add_argument(
        "--headless", action="store_true", help=_("play the story without a screen, and check every step")
    )
    parser.add_argument(
        "--seed", type=int, default=7, metavar="N", help=_("another shop: other buyers, other troubles")
    )


def run(run: Run, args: argparse.Namespace) -> int:
    return _story(run, args.seed) if args.headless else _practise(run, args)


def _story(run: Run, seed: int) -> int:
    import tempfile
    from pathlib import Path

    from app.story import play

    held = True
    told = []
    with tempfile.TemporaryDirectory(prefix="deskhand-story-") as folder:
        for step in play(Path(folder) / "desk", seed):
            held = held and step.ok
            told.append({"step": step.step, "ok": step.ok, "text": step.text, "facts": dict(step.facts)})
            if run.options.format in ("", "table"):
                print("ok     " if step.ok else "FAILED ", step.text, sep="", flush=True)
    if run.options.format not in ("", "table"):
        record(run, SCHEMA, {"ok": held, "steps": told})
    return 0 if held else 1


def _practise(run: Run, args: argparse.Namespace) -> int:
    from app.practice import backstage
    from app.wire import open_desk, who

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(N_("The practice desk needs a terminal."), next=N_("Without one: deskhand demo --headless"))
    run.say(_("Opening the practice desk …"))
    with backstage(fresh=args.fresh, seed=args.seed, zone=_zone_name()) as stage:
        wired = open_desk(stage.folder)
        try:
            from app import habits
            from app.opening import run as open_workstation
            from desk.practice import PERSON

            os.environ["DESKHAND_SYNC"] = "off"  # what fetches is backstage already
            agent = who(wired.store, run.options.agent or PERSON, {})
            habits.speak(wired.store.conn, agent.id, run.options.lang)
            code: int = open_workstation(wired, agent, theme=run.options.theme)
        finally:
            wired.store.close()
    run.say(_("The practice desk stays in {folder} for a while; --fresh makes a new one.").format(folder=stage.folder))
    return code


def _zone_name() -> str:
    from app.cli.zone import machine_zone

    return machine_zone()
