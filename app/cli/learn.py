"""`deskhand learn`: what the desk learned from the team's corrections of types, how good that is, whether it counts."""

from __future__ import annotations

import argparse
from typing import Any

from app.cli.output import At, local, record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _, ngettext

SCHEMA = "deskhand/learn/1"


def arguments(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--status", action="store_true", help=_("how many corrections, how good, and whether it is used"))
    what.add_argument("--train", action="store_true", help=_("learn now from all corrections there are"))
    what.add_argument("--on", action="store_true", help=_("use it, however few the corrections; learns at once"))
    what.add_argument("--off", action="store_true", help=_("do not use it; what was learned is kept"))
    what.add_argument("--auto", action="store_true",
                      help=_("use it from 30 corrections on, where it does better (the default)"))  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import learning

    choice = "on" if args.on else "off" if args.off else "auto" if args.auto else ""
    if args.train or (args.on and learning.standing(run.conn).report is None):
        learning.train(run.store)
    if choice:
        with run.write() as unit:
            learning.choose(unit, choice)
    if choice == "auto":
        learning.refresh(run.store)
    return _tell(run)


def _tell(run: Run) -> int:
    from desk import learning

    now = learning.standing(run.conn)
    report = now.report
    row: dict[str, Any] = {"choice": now.choice, "active": now.active, "corrections": now.corrections,
                           "enough": learning.ENOUGH, "trained": At(report.trained_at if report else 0)}  # fmt: skip
    if report:
        row |= {
            "examples": report.examples,
            "accuracy": _share(report.right, report.asked),
            "alone": _share(report.alone, report.checked),
            "together": _share(report.together, report.checked),
        }

    def page() -> list[str]:
        count = ngettext("{count} correction", "{count} corrections", now.corrections).format(count=now.corrections)
        used = _("It is used.") if now.active else _("It is not used.")
        if report and now.choice == "auto" and not now.active and report.corrections >= learning.ENOUGH:
            used = _("It is not used: with it, no more would be right.")
        lines = [_("{count}. {used}").format(count=count, used=used)]
        if report is None:
            return [*lines, _("Nothing was learned yet; it begins by itself at {enough} corrections.").format(
                enough=learning.ENOUGH)]  # fmt: skip
        form = _("Learned {when} from {corrected} corrected tickets and {left} that were left as they were.")
        lines.append(form.format(when=local(report.trained_at, run.zone), corrected=report.corrections,
                                 left=report.examples - report.corrections))  # fmt: skip
        form = _("On tickets it had not seen: {right} of {asked} right by itself; tables alone {alone} of {all}, "
                 "with it {together}.")  # fmt: skip
        lines.append(form.format(right=report.right, asked=report.asked, alone=report.alone, all=report.checked,
                                 together=report.together))  # fmt: skip
        return lines

    record(run, SCHEMA, row, page)
    return 0


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
