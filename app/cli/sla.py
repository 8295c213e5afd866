"""`deskhand sla`: the shop's reply-time policies, and due times computed on a calendar."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.options import Usage
from app.cli.output import At, Column, iso, local, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.cli.times import moment
from app.labels import column
from app.words import _
from store.errors import N_, NotFound
from store.values import NEVER, Instant

if TYPE_CHECKING:
    from desk.clocks.calendars import Calendar

LIST, DUE = "deskhand/policies/1", "deskhand/due/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("the policies in force"), _no_arguments, _list),
        ("due", _("when a target is due"), _due_arguments, _due),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _due_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--calendar",
        default="24x7",
        metavar="NAME|FILE",
        help=_("a calendar of the desk or one that ships, or a TOML file (24x7)"),
    )
    parser.add_argument(
        "--start", required=True, metavar="T", help=_("ISO 8601; without an offset it is in the calendar's zone")
    )
    parser.add_argument(
        "--target", required=True, metavar="8h", help=_("30s, 3m, 8h, 2d, 4cd calendar days or 3bd working days")
    )
    parser.add_argument(
        "--pause",
        action="append",
        default=[],
        metavar="A..B",
        help=_("a time in which the clock stands; may be repeated"),
    )


def _list(run: Run, args: argparse.Namespace) -> int:
    import json

    from desk.clocks.policies import policy_from
    from desk.vocabulary import PRIORITIES
    from store.sql import shop

    found = [(p, policy_from({"id": p.id, **json.loads(p.body)})) for p in shop.policies(run.conn)]
    rows = (
        {
            "id": p.id,
            "name": p.title(_language()),
            "kind": p.kind,
            "target": json.loads(row.body)["target"],
            "calendar": p.calendar,
            "priority": p.priority or None,
            "channel_kind": p.channel_kind or None,
            "platform": p.platform or None,
            "scope": p.scope or None,
            "pauses": sorted(p.pauses),
            "enabled": bool(row.enabled),
        }
        for row, p in found
    )
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("target", _("Target")),
        Column("calendar", _("Calendar")),
        Column("priority", _("Priority"), column(PRIORITIES)),
        Column("channel_kind", _("Kind")),
        Column("scope", _("Only for")),
    ]
    records(run, LIST, "policies", columns, rows)
    return 0


def _language() -> str:
    from app.words import language

    return language()


def _due(run: Run, args: argparse.Namespace) -> int:
    from fractions import Fraction

    from desk.clocks.calendars import elapsed
    from desk.clocks.countdown import spell
    from desk.clocks.targets import deadline, target_from, warning

    calendar = find(run, args.calendar)
    start = _at(args.start, calendar)
    target = target_from(args.target, "--target")
    pauses = [_pause(text, calendar) for text in args.pause]
    due = deadline(target, calendar, start, pauses)
    warn = warning(target, calendar, start, Fraction(4, 5), pauses) if due < NEVER else NEVER
    working = elapsed(calendar, start, due, pauses) if due < NEVER else 0

    def page() -> list[str]:
        if due >= NEVER:
            return [_("Never: a pause without an end stands in the way.")]
        wall = spell(due - start)
        return [
            _("{local} in {zone} ({utc})").format(local=local(due, calendar.tz), zone=calendar.zone, utc=iso(due)),
            _("{working} of working time, {wall} on the wall").format(working=spell(working), wall=wall),
        ]

    record(
        run,
        DUE,
        {
            "calendar": calendar.name,
            "zone": calendar.zone,
            "start": At(start),
            "target": args.target,
            "due": At(due),
            "due_local": calendar.local(due).isoformat() if due < NEVER else None,
            "warn_at": At(warn),
            "working_ms": working,
        },
        page,
    )
    return 0


def find(run: Run, name: str) -> Calendar:
    """A calendar by name or file. Raises NotFound, or Invalid where the file does not read."""
    from desk.clocks.calendar_files import calendar_from_text, shipped_calendars

    if "/" in name or "." in name:
        try:
            return calendar_from_text(Path(name).expanduser().read_text("utf-8"), name)
        except (OSError, UnicodeDecodeError) as exc:
            raise NotFound(N_("{item} cannot be read."), item=name, next=N_("Check the path.")) from exc
    if (run.folder / "desk.db").exists():
        from desk.clocks.keep import calendars

        known = dict(calendars(run.conn))
    else:
        from app.cli.zone import machine_zone

        known = dict(shipped_calendars(machine_zone()))
    if name not in known:
        raise NotFound(N_("There is no calendar {item}. There are: {known}."), item=name, known=", ".join(known))
    return known[name]


def _at(text: str, calendar: Calendar) -> Instant:
    try:
        return moment(text, 0, calendar.tz)
    except ValueError as exc:
        raise Usage(_("{word} is not a time; say 2026-06-08T09:00.").format(word=text)) from exc


def _pause(text: str, calendar: Calendar) -> tuple[Instant, Instant]:
    first, dots, last = text.partition("..")
    if not dots:
        raise Usage(_("{word} is not a span; say A..B.").format(word=text))
    return _at(first, calendar), _at(last, calendar) if last else NEVER
