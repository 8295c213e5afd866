"""What `deskhand sla` changes: policies, marketplaces' presets put in force, and the team's calendars."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.options import Usage, unknown
from app.cli.output import record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _
from store.errors import N_, NotFound

if TYPE_CHECKING:
    from desk.clocks.policies import Policy

POLICY, CALENDAR = "deskhand/policy/1", "deskhand/calendar/1"
KEYS = ("name", "kind", "target", "calendar", "starts", "scope", "priority", "channel_kind", "platform", "pauses", "warn",
        "reopen_grace", "enabled")  # fmt: skip
_PATIENCE = 5.0
"""Seconds a command goes on planning clocks anew; sync does the rest."""


def enable_arguments(parser: Parser) -> None:
    parser.add_argument("policy", metavar="ID", help=_("a policy, or a preset such as amz.msg"))
    parser.add_argument("--country", default="", metavar="CC", help=_("the site whose rule it is, such as SG"))
    parser.add_argument("--alternative", action="store_true", help=_("the other target the platform allows"))


def one_policy(parser: Parser) -> None:
    parser.add_argument("policy", metavar="ID", help=_("its id"))


def set_arguments(parser: Parser) -> None:
    one_policy(parser)
    parser.add_argument(
        "settings", nargs="+", metavar="KEY=VALUE",
        help=_("target=8h, calendar=shop, warn=50%%,80%%, scope=tag:vip, priority, channel_kind, platform, pauses=pending, "
               "reopen_grace=2h, name, enabled=yes|no; of a new one also kind=first_response|next_response|periodic_update|"
               "resolution|step|platform and starts; an empty value goes back to what is usual"),
    )  # fmt: skip


def save_arguments(parser: Parser) -> None:
    parser.add_argument("calendar", metavar="NAME", help=_("the calendar, new or known"))
    parser.add_argument("file", metavar="FILE", help=_("a TOML file as `sla calendars NAME` prints one"))


def holidays_arguments(parser: Parser) -> None:
    parser.add_argument("calendar", metavar="NAME", help=_("a calendar of the team, such as shop"))
    parser.add_argument("--country", default="", metavar="CC", help=_("a country, or a part of one: CN, DE-BY"))
    parser.add_argument("--years", default="", metavar="A..B", help=_("this year and the next unless said"))
    parser.add_argument("--file", default="", metavar="FILE", help=_("a list of days as holiday-cn publishes them"))
    parser.add_argument("--hours", default="", metavar="H", help=_("hours of make-up days, such as 09:00-18:00"))


def enable(run: Run, args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from desk.clocks.keep_setup import policy_rows, save_policy
    from desk.clocks.presets import presets
    from desk.clocks.starts import TOLD

    ident, preset = args.policy, presets().get(args.policy)
    if preset is not None and args.country:
        ident = f"{ident}.{args.country.casefold()}"
    known = {p.id: table for p, table in policy_rows(run.conn)}
    if args.alternative and (preset is None or preset.alternative is None):
        raise Usage(_("{item} has no alternative.").format(item=args.policy))
    if ident in known and not args.alternative:
        table = {**known[ident], "enabled": True}
    elif preset is not None:
        table = preset.table(args.country, alternative=args.alternative, ident=ident)
    else:
        raise Usage(unknown(args.policy, [*known, *presets()], _("a policy or a preset")))
    with run.write() as unit:
        made = save_policy(unit, table)
    follow(run)
    _said(run, made)
    today = datetime.fromtimestamp(run.now / 1000, UTC).date()
    if preset is not None and (doubt := preset.doubt(today)):
        run.warn(doubt.render(_))
    if made.kind in ("step", "platform") and made.starts not in (*TOLD, "buyer_message"):
        run.warn(_("Nothing tells this desk of {event} yet, so this clock never starts.").format(event=made.starts))
    return 0


def disable(run: Run, args: argparse.Namespace) -> int:
    from desk.clocks.keep_setup import policy_table, save_policy

    table = policy_table(run.conn, args.policy)
    with run.write() as unit:
        made = save_policy(unit, {**table, "enabled": False})
    follow(run)
    _said(run, made)
    return 0


def set_(run: Run, args: argparse.Namespace) -> int:
    from desk.clocks.keep_setup import policy_rows, policy_table, save_policy

    asked = dict(_setting(word) for word in args.settings)
    known = {p.id for p, _table in policy_rows(run.conn)}
    table = policy_table(run.conn, args.policy) if args.policy in known or "kind" not in asked else {"id": args.policy}
    names = {k: v for k, v in table.get("names", {}).items() if asked.get("name", table.get("name")) == table.get("name")}
    table = {**table, "names": names, "name": table.get("name", args.policy), **asked}
    with run.write() as unit:
        made = save_policy(unit, table)
    follow(run)
    _said(run, made)
    return 0


def save(run: Run, args: argparse.Namespace) -> int:
    from desk.clocks.calendar_files import calendar_from_text
    from desk.clocks.keep_setup import save_calendar
    from desk.clocks.toml_text import parse

    text = read_file(args.file)
    calendar_from_text(text, args.file)
    with run.write() as unit:
        save_calendar(unit, args.calendar, parse(text, args.file))
    follow(run)
    _calendar_said(run, args.calendar)
    return 0


def holidays(run: Run, args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from desk.clocks.keep_setup import calendar_table, save_calendar
    from desk.clocks.public_days import from_file, of_country, with_days

    if bool(args.country) == bool(args.file):
        raise Usage(_("Say one of --country and --file."))
    this_year = datetime.fromtimestamp(run.now / 1000, UTC).year
    years = _years(args.years, this_year)
    table = calendar_table(run.conn, args.calendar)
    days = from_file(read_file(args.file), args.file) if args.file else of_country(args.country, years)
    made = with_days(table, days, args.calendar, args.hours)
    with run.write() as unit:
        save_calendar(unit, args.calendar, made, note=args.country or Path(args.file).name)
    follow(run)
    _calendar_said(run, args.calendar)
    if days.known_to and days.known_to < max(years):
        run.warn(_("Make-up days of {country} are known up to {year}; do this again when the next are announced.").format(
            country=args.country, year=days.known_to))  # fmt: skip
    return 0


def follow(run: Run) -> None:
    """Plans the clocks of open tickets anew, as far as patience goes; sync goes on with the rest."""
    from desk.clocks.stale import recompute_some, stale

    until = time.monotonic() + _PATIENCE
    while stale(run.conn):
        if time.monotonic() > until:
            run.say(_("Open tickets follow; sync goes on with the rest."))
            return
        with run.write() as unit:
            recompute_some(unit)


def read_file(name: str) -> str:
    """A text file. Raises NotFound."""
    try:
        return Path(name).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise NotFound(N_("{item} cannot be read."), item=name, next=N_("Check the path.")) from exc


def _setting(word: str) -> tuple[str, Any]:
    key, equals, value = word.partition("=")
    if not equals:
        raise Usage(_("{word} is not KEY=VALUE.").format(word=word))
    if key not in KEYS:
        raise Usage(unknown(key, KEYS, _("a setting of a policy")))
    if key == "pauses":
        return key, [part.strip() for part in value.split(",") if part.strip()]
    if key == "enabled":
        if value not in ("yes", "no"):
            raise Usage(_("{key} must be yes or no, not {value}.").format(key=key, value=value))
        return key, value == "yes"
    return key, value


def _years(text: str, this_year: int) -> range:
    from desk.clocks.public_days import FIRST, LAST

    first, _dots, last = text.partition("..")
    if not text:
        return range(this_year, this_year + 2)
    if not all(part.isascii() and part.isdigit() and FIRST <= int(part) <= LAST for part in (first, last or first)):
        raise Usage(_("{word} is no span of years; say 2026 or 2026..2027.").format(word=text))
    return range(int(first), int(last or first) + 1)


def _said(run: Run, policy: Policy) -> None:
    from desk.clocks.targets import target_text

    text = _("{name} is in force: {target}.") if policy.enabled else _("{name} is not in force.")
    record(run, POLICY, {"id": policy.id, "name": policy.name, "enabled": policy.enabled, "kind": policy.kind,
                         "target": target_text(policy.target), "calendar": policy.calendar},
           lambda: [text.format(name=policy.name, target=policy.target.words().render(_))])  # fmt: skip


def _calendar_said(run: Run, name: str) -> None:
    from store.sql import shop

    version = next((v for n, _body, v in shop.calendars(run.conn) if n == name), 1)
    record(run, CALENDAR, {"calendar": name, "version": version},
           lambda: [_("Calendar {name} is in force, version {version}.").format(name=name, version=version)])  # fmt: skip
