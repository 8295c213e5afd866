"""`deskhand doctor`: looks at everything a desk stands on, changes nothing, and names what mends it."""

from __future__ import annotations

import argparse

from app.cli.output import Column, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _

SCHEMA = "deskhand/doctor/1"


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "--bundle",
        nargs="?",
        const="deskhand-doctor.tar.gz",
        default="",
        metavar="FILE",
        help=_("write what was found, and the logs, into an archive without secrets or buyers' data"),
    )


def run(run: Run, args: argparse.Namespace) -> int:
    from app.cli.findings import examine

    found = list(examine(run))
    rows = [{"check": f.check, "ok": f.ok, "text": f.text, "cure": f.cure or None} for f in found]
    columns = [Column("ok", _("Well"), lambda ok: _("yes") if ok else _("NO")), Column("check", _("What")),
               Column("text", _("Finding")), Column("cure", _("Cure"))]  # fmt: skip
    records(run, SCHEMA, "checks", columns, rows, ok=all(f.ok for f in found))
    if args.bundle:
        from app.cli.bundle import write

        path = write(run, args.bundle, rows)
        run.warn(_("Written: {path}").format(path=path))
    return 0 if all(f.ok for f in found) else 1
