"""`deskhand sla`: reply-time policies, marketplaces' deadlines, the team's calendars, and due times computed on them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli import sla_setup
from app.cli.options import Usage, unknown
from app.cli.output import At, Column, Record, iso, local, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.cli.times import moment
from app.labels import column
from app.words import _
from store.errors import N_, NotFound
from store.values import NEVER, Instant

if TYPE_CHECKING:
    from desk.clocks.calendars import Calendar

LIST, DUE, PRESETS = "deskhand/policies/1", "deskhand/due/1", "deskhand/presets/1"
CALENDARS, SHOW = "deskhand/calendars/1", "deskhand/clocks/1"
STATES = {"running": N_("running"), "paused": N_("stands"), "met": N_("met"), "late": N_("missed")}


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("the policies in force"), _list_arguments, _list),
        ("show", _("the clocks of a ticket, and why it has them"), _show_arguments, _show),
        ("set", _("change a policy, or make one"), sla_setup.set_arguments, sla_setup.set_),
        ("enable", _("put a policy or a marketplace's preset in force"), sla_setup.enable_arguments, sla_setup.enable),
        ("disable", _("take a policy out of force"), sla_setup.one_policy, sla_setup.disable),
        ("presets", _("deadlines of marketplaces"), _presets_arguments, _presets),
        ("calendars", _("calendars, or one of them as a file"), _calendars_arguments, _calendars),
        ("calendar", _("put a calendar in force from a file"), sla_setup.save_arguments, sla_setup.save),
        ("holidays", _("put public holidays and make-up days into a calendar"), sla_setup.holidays_arguments,
         sla_setup.holidays),
        ("due", _("when a target is due"), _due_arguments, _due),
    ))  # fmt: skip


run = perform_verb


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("--all", action="store_true", help=_("those that are not in force, too"))


def _show_arguments(parser: Parser) -> None:
    parser.add_argument("ticket", metavar="TICKET", help=_("its number"))


def _presets_arguments(parser: Parser) -> None:
    parser.add_argument("--platform", default="", metavar="NAME", help=_("of one platform only"))


def _calendars_arguments(parser: Parser) -> None:
    parser.add_argument("calendar", nargs="?", default="", metavar="NAME", help=_("this one, as a TOML file holds it"))


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
    from desk.clocks.keep_setup import policy_rows
    from desk.clocks.targets import target_text
    from desk.vocabulary import PRIORITIES

    found = [p for p, _table in policy_rows(run.conn) if p.enabled or args.all]
    rows = (
        {
            "id": p.id,
            "name": p.title(_language()),
            "kind": p.kind,
            "target": target_text(p.target),
            "calendar": p.calendar,
            "priority": p.priority or None,
            "channel_kind": p.channel_kind or None,
            "platform": p.platform or None,
            "scope": p.scope or None,
            "pauses": sorted(p.pauses),
            "warn": [f"{float(share):.0%}" for share in p.warn],
            "reopen_grace_ms": p.reopen_grace or None,
            "starts": p.starts,
            "enabled": p.enabled,
        }
        for p in found
    )
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("target", _("Target")),
        Column("calendar", _("Calendar")),
        Column("priority", _("Priority"), column(PRIORITIES)),
        Column("channel_kind", _("Kind")),
        Column("warn", _("Warns after")),
        Column("scope", _("Only for")),
        *([Column("enabled", _("In force"))] if args.all else []),
    ]
    records(run, LIST, "policies", columns, rows)
    return 0


def _language() -> str:
    from app.words import language

    return language()


def _show(run: Run, args: argparse.Namespace) -> int:
    import json

    from desk.changes import require_in
    from desk.clocks.keep import planned
    from desk.clocks.keep_setup import policy_rows
    from desk.reason import reason_from
    from desk.vocabulary import CLOCK_KINDS
    from store.sql import clocks

    ticket = require_in(run.conn, ticket_number(args.ticket))
    warns = {(str(p.kind), p.key): p.warns for p in planned(run.conn, ticket, run.now)}
    titles = {p.id: p.title(_language()) for p, _table in policy_rows(run.conn)}

    def rows() -> Iterator[Record]:
        for c in clocks.of_ticket(run.conn, ticket.id):
            yield {
                "kind": c.kind, "policy": c.policy_id or None, "name": titles.get(c.policy_id, c.policy_id),
                "state": c.state, "started": At(c.started_at), "due": At(c.due_at),
                "stopped": At(c.stopped_at or 0), "missed": At(c.breached_at or 0),
                "warns": [{"share": share, "at": At(at)} for share, at in warns.get((c.kind, c.cycle), ())],
                "warned": c.warned or None,
                "why": reason_from(json.loads(c.reason)).render(_) if c.reason.startswith("{") else c.reason,
            }  # fmt: skip

    columns = [
        Column("kind", _("Clock"), column(CLOCK_KINDS)), Column("state", _("State"), column(STATES)),
        Column("started", _("Began")), Column("due", _("Due")), Column("stopped", _("Ended")),
        Column("missed", _("Missed")), Column("why", _("Why")),
    ]  # fmt: skip
    records(run, SHOW, "clocks", columns, rows(), ticket=ticket.id)
    return 0


def _presets(run: Run, args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from desk.clocks.presets import presets, without_clock
    from desk.clocks.starts import TOLD
    from desk.clocks.targets import target_text

    platforms = {p.platform for p in presets().values()} | set(without_clock())
    if args.platform and args.platform not in platforms:
        raise Usage(unknown(args.platform, sorted(platforms), _("a platform")))
    today = datetime.fromtimestamp(_now(run) / 1000, UTC).date()
    active = _in_force(run)
    rows = [
        {
            "id": p.id, "platform": p.platform, "starts": p.starts, "noticed": p.starts in (*TOLD, "buyer_message"),
            "target": target_text(p.target) if p.target else None,
            "by_country": {country: target_text(target) for country, target in p.by_country},
            "alternative": target_text(p.alternative) if p.alternative else None,
            "alternative_when": p.alternative_when or None, "calendar": p.calendar, "stops": p.stops,
            "consequence": p.consequence or None, "note": p.note or None, "source": p.source,
            "checked": p.checked.isoformat() if p.checked else None,
            "doubt": doubt.render(_) if (doubt := p.doubt(today)) else None,
            "enabled": any(ident == p.id or ident.startswith(f"{p.id}.") for ident in active),
        }
        for p in presets().values() if args.platform in ("", p.platform)
    ]  # fmt: skip
    columns = [
        Column("id", _("Id")), Column("enabled", _("In force")), Column("starts", _("Begins with")),
        Column("target", _("Target")), Column("by_country", _("By country")), Column("stops", _("Ends with")),
        Column("checked", _("Checked")), Column("doubt", _("Doubt")),
    ]  # fmt: skip
    records(run, PRESETS, "presets", columns, rows)
    if args.platform in without_clock():
        run.say(_("No deadline of {platform} for sellers is known.").format(platform=args.platform))
    return 0


def _calendars(run: Run, args: argparse.Namespace) -> int:
    from desk.clocks.calendar_files import calendar_text
    from desk.clocks.keep import calendars
    from store.sql import shop

    known = calendars(run.conn)
    if args.calendar:
        found = find(run, args.calendar)
        text = calendar_text(found)
        record(run, sla_setup.CALENDAR, {"calendar": found.name, "zone": found.zone, "version": found.version, "toml": text},
               lambda: text.splitlines())  # fmt: skip
        return 0
    own = {name: version for name, _body, version in shop.calendars(run.conn)}
    rows = (
        {
            "name": c.name, "zone": c.zone, "hours_a_week": sum(b - a for hours in c.weekly for a, b in hours) / 60,
            "off": len(c.off), "extra": len(c.extra), "last": max((*c.off, *c.extra)).isoformat() if c.off or c.extra else None,
            "own": name in own, "version": own.get(name, c.version),
        }
        for name, c in known.items()
    )  # fmt: skip
    columns = [
        Column("name", _("Name")), Column("zone", _("Zone")), Column("hours_a_week", _("Hours a week"), "{:g}".format, True),
        Column("off", _("Days off"), right=True), Column("extra", _("Extra days"), right=True),
        Column("last", _("Known to")), Column("own", _("Own")), Column("version", _("Version"), right=True),
    ]  # fmt: skip
    records(run, CALENDARS, "calendars", columns, rows)
    return 0


def _in_force(run: Run) -> set[str]:
    if not (run.folder / "desk.db").exists():
        return set()
    from store.sql import shop

    return {p.id for p in shop.policies(run.conn)}


def _now(run: Run) -> Instant:
    from app.wire import SystemClock

    return SystemClock().now()


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
        return calendar_from_text(sla_setup.read_file(name), name)
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
    start, end = _at(first, calendar), _at(last, calendar) if last else NEVER
    if end < start:
        raise Usage(_("{word} is not a span; say A..B.").format(word=text))
    return start, end
